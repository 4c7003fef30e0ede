//! A whole life: every act and query, right and wrong, at every door, while all goes well and while
//! store and post office fail. What is secret in it is collected on the way.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use graphql::http::Dialect;
use http::Method;
use local::inbox::Behaviour;
use serde_json::{Value, json};
use shared::token::mailed::Action;
use tests::captchas::answering;
use tests::log::Log;
use tests::people::PASSWORD;
use tests::request::{Asker, path};
use tests::tokens::choosing;
use tests::{Fate, Reply, World, audit};

/// The settings that are secrets.
const SETTINGS: &[(&str, &str)] = &[
    (
        "JWT_SECRET_KEY",
        "the-signing-secret-of-a-whole-life-of-the-stories",
    ),
    (
        "JWT_PREVIOUS_SECRET_KEY",
        "the-signing-secret-of-the-life-before-this-one",
    ),
    ("AWS_ACCESS_KEY_ID", "AKIASTORIESSTORIES1"),
    ("AWS_SECRET_ACCESS_KEY", "secret/access/key/of/the/stories"),
    ("AWS_SESSION_TOKEN", "session//token//of//the//stories"),
];

/// Members of requests and answers that nobody but client and service may know.
const SECRET: &[&str] = &[
    "password",
    "password1",
    "password2",
    "oldPassword",
    "newPassword1",
    "newPassword2",
    "token",
    "refreshToken",
    "email",
    "username",
    "firstName",
];

const NEW: &str = "qlr4nq3f3-supersecret";
const WRONG: &str = "not-the-password-at-all";
const GARBAGE: &str = "garbage-that-is-no-token";

// Made for these stories. It opens nothing.
const PRIVATE_KEY: &str = include_str!("../../keys/first.pem");

/// A life in one world.
pub struct Journey {
    world: World,
    log: Log,
    secrets: RefCell<BTreeSet<String>>,
}

impl Journey {
    /// Begins it, with a log for which so much is wished.
    pub async fn begin(wish: &str) -> Self {
        let mut settings = SETTINGS.to_vec();
        settings.extend([
            ("ALLOW_DELETE_ACCOUNT", "true"),
            ("USERS_QUERY_ACCESS", "authenticated"),
            ("REFRESH_REUSE_INTERVAL", "0"),
        ]);
        let world = World::open(Dialect::Plain, &settings).await;
        let known = SETTINGS.iter().map(|(_, value)| *value);
        let known = known.chain([PASSWORD, NEW, WRONG, GARBAGE]);
        Self {
            world,
            log: Log::capture(wish),
            secrets: RefCell::new(known.map(str::to_owned).collect()),
        }
    }

    /// Lives it.
    pub async fn go(&self) {
        for dialect in [Dialect::Plain, Dialect::Relay, Dialect::Gqlauth] {
            let name = format!("wanderer_{dialect:?}").to_lowercase();
            let life = Life {
                journey: self,
                at: self.world.anybody().at(dialect),
                dialect,
                email: format!("{name}@email.com"),
                name,
            };
            life.arrive().await;
            life.come_and_go().await;
            life.forget().await;
            life.change().await;
            life.have_two_addresses().await;
            life.meet_trouble().await;
            life.ask_strangely().await;
            life.leave().await;
            life.live_under_other_settings().await;
        }
    }

    /// Ends it: the log, and all that must not be in it.
    pub async fn end(self) -> (Log, BTreeSet<String>) {
        self.look_into_the_table().await;
        let mut secrets = self.secrets.into_inner();
        for letter in self.world.inbox.letters() {
            let words = letter.text.split_whitespace();
            for link in words.filter(|word| word.contains("://")) {
                secrets
                    .extend([link, link.rsplit('/').next().unwrap_or_default()].map(str::to_owned));
            }
            secrets.extend(letter.to);
        }
        self.world.close().await;
        (self.log, secrets)
    }

    async fn look_into_the_table(&self) {
        let (client, [accounts, ..]) = self.world.database();
        for item in audit::items(client, accounts).await {
            for name in [
                "password_hash",
                "reset_nonce",
                "email",
                "email_form",
                "username_form",
            ] {
                let text = item.get(name).and_then(|value| value.as_s().ok());
                self.secrets.borrow_mut().extend(text.cloned());
            }
        }
    }
}

/// Collects what is secret in a request or an answer.
fn collect(secrets: &mut BTreeSet<String>, value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let text = value.as_str().filter(|_| SECRET.contains(&name.as_str()));
                // What is shorter may be a part of anything.
                secrets.extend(text.filter(|text| text.len() > 7).map(str::to_owned));
                collect(secrets, value);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(secrets, value)),
        _ => {}
    }
}

/// One person at one door.
struct Life<'j> {
    journey: &'j Journey,
    at: Asker<'j>,
    dialect: Dialect,
    name: String,
    email: String,
}

impl<'j> Life<'j> {
    fn world(&self) -> &'j World {
        &self.journey.world
    }

    fn has_second_addresses(&self) -> bool {
        self.dialect != Dialect::Gqlauth
    }

    async fn ask(&self, asker: &Asker<'_>, act: &str, arguments: Value) -> Reply {
        collect(&mut self.journey.secrets.borrow_mut(), &arguments);
        let reply = asker.act(act, arguments).await;
        collect(&mut self.journey.secrets.borrow_mut(), &reply.body);
        reply
    }

    /// The same right, and wrong before that.
    async fn both(&self, asker: &Asker<'_>, act: &str, wrong: Value, right: Value) -> Reply {
        let refused = self.ask(asker, act, wrong).await;
        assert!(!refused.has_succeeded(), "{refused}");
        self.ask(asker, act, right).await
    }

    fn login(&self, password: &str) -> Value {
        json!({ "username": self.name, "password": password })
    }

    async fn myself(&self) -> Asker<'j> {
        let token = self.world().token_of(&self.name).await;
        self.journey.secrets.borrow_mut().insert(token.clone());
        self.at.clone().with_token(&token)
    }

    async fn arrive(&self) {
        let form = |password: &str| {
            json!({
                "email": self.email, "username": self.name,
                "password1": password, "password2": password,
            })
        };
        let registered = self
            .both(&self.at, "register", form("12345678"), form(PASSWORD))
            .await;
        registered.succeeds();
        let taken = self.ask(&self.at, "register", form(PASSWORD)).await;
        assert!(!taken.has_succeeded());
        let email = json!({ "email": self.email });
        let asked = self
            .ask(&self.at, "sendPasswordResetEmail", email.clone())
            .await;
        asked.refuses("email", "not_verified");
        let nowhere = json!({ "email": "no.address.at.all" });
        self.both(&self.at, "resendActivationEmail", nowhere, email)
            .await
            .succeeds();
        let token = self.world().token_mailed(&self.email, "activate");
        let (wrong, right) = (json!({ "token": GARBAGE }), json!({ "token": token }));
        self.both(&self.at, "verifyAccount", wrong, right.clone())
            .await
            .succeeds();
        let again = self.ask(&self.at, "verifyAccount", right).await;
        again.refuses("nonFieldErrors", "already_verified");
    }

    async fn come_and_go(&self) {
        let (wrong, right) = (self.login(WRONG), self.login(PASSWORD));
        let logged_in = self
            .both(&self.at, "tokenAuth", wrong, right)
            .await
            .succeeds();
        let (access, refresh) = (logged_in.access_token(), logged_in.refresh_token());
        let (wrong, right) = (json!({ "token": GARBAGE }), json!({ "token": access }));
        self.both(&self.at, "verifyToken", wrong, right)
            .await
            .succeeds();
        let me = self.at.clone().with_token(&access);
        let shown = me.document("{ me { username email } }", json!({})).await;
        collect(&mut self.journey.secrets.borrow_mut(), &shown.body);
        if self.dialect != Dialect::Gqlauth {
            let filter = format!(
                "{{ users(email: \"{}\") {{ edges {{ node {{ id }} }} }} }}",
                self.email
            );
            me.query(&filter).await;
        }
        let with = |token: &str| match self.dialect {
            Dialect::Gqlauth => json!({ "refreshToken": token, "revokeRefreshToken": true }),
            _ => json!({ "refreshToken": token }),
        };
        let next = self
            .both(&self.at, "refreshToken", with(GARBAGE), with(&refresh))
            .await;
        let next = next.succeeds().refresh_token();
        self.world().pass(Duration::from_secs(1));
        let reused = self.ask(&self.at, "refreshToken", with(&refresh)).await;
        assert!(!reused.has_succeeded(), "{reused}");
        let over = self
            .ask(&self.at, "revokeToken", json!({ "refreshToken": next }))
            .await;
        assert!(!over.has_succeeded(), "{over}");
        let other = self.ask(&self.at, "tokenAuth", self.login(PASSWORD)).await;
        let (wrong, right) = (GARBAGE.to_owned(), other.refresh_token());
        let (wrong, right) = (
            json!({ "refreshToken": wrong }),
            json!({ "refreshToken": right }),
        );
        self.both(&self.at, "revokeToken", wrong, right)
            .await
            .succeeds();
    }

    async fn forget(&self) {
        let asked = json!({ "email": self.email });
        self.ask(&self.at, "sendPasswordResetEmail", asked)
            .await
            .succeeds();
        let token = self.world().token_mailed(&self.email, "password-reset");
        let (wrong, right) = (choosing(&token, "12345678"), choosing(&token, PASSWORD));
        self.both(&self.at, "passwordReset", wrong, right.clone())
            .await
            .succeeds();
        let again = self.ask(&self.at, "passwordReset", right).await;
        again.refuses("nonFieldErrors", "invalid_token");
        let without = format!("{}_without", self.name);
        let account = self
            .world()
            .person(&without, |it| it.password_hash = None)
            .await;
        let token = self.world().sealed(&account, Action::PasswordSet);
        let (wrong, right) = (choosing(GARBAGE, NEW), choosing(&token, NEW));
        self.both(&self.at, "passwordSet", wrong, right)
            .await
            .succeeds();
    }

    async fn change(&self) {
        let change = |old: &str, new: &str| json!({ "oldPassword": old, "newPassword1": new, "newPassword2": new });
        let (wrong, right) = (change(WRONG, NEW), change(PASSWORD, NEW));
        let me = self.myself().await;
        self.both(&me, "passwordChange", wrong, right)
            .await
            .succeeds();
        let me = self.myself().await;
        self.ask(&me, "passwordChange", change(NEW, PASSWORD))
            .await
            .succeeds();
        let me = self.myself().await;
        let (wrong, right) = ("x".repeat(200), "Wandering".to_owned());
        let (wrong, right) = (json!({ "firstName": wrong }), json!({ "firstName": right }));
        self.both(&me, "updateAccount", wrong, right)
            .await
            .succeeds();
    }

    async fn have_two_addresses(&self) {
        if !self.has_second_addresses() {
            return;
        }
        let me = self.myself().await;
        let second = format!("{}.second@email.com", self.name);
        let ask = |password: &str| json!({ "email": second, "password": password });
        let act = "sendSecondaryEmailActivation";
        self.both(&me, act, ask(WRONG), ask(PASSWORD))
            .await
            .succeeds();
        let token = self
            .world()
            .token_mailed(&second, "activate-secondary-email");
        let (wrong, right) = (json!({ "token": GARBAGE }), json!({ "token": token }));
        self.both(&self.at, "verifySecondaryEmail", wrong, right)
            .await
            .succeeds();
        for act in ["swapEmails", "removeSecondaryEmail"] {
            self.both(&me, act, confirmed(WRONG), confirmed(PASSWORD))
                .await
                .succeeds();
        }
    }

    /// The address is the other one by now, where there are two.
    async fn meet_trouble(&self) {
        let world = self.world();
        let email = world
            .account(&self.name)
            .await
            .expect("somebody")
            .profile
            .email;
        let new = format!("{}_new", self.name);
        let form = json!({
            "email": format!("{new}@email.com"), "username": new,
            "password1": PASSWORD, "password2": PASSWORD,
        });
        let change = json!({
            "oldPassword": PASSWORD, "newPassword1": PASSWORD, "newPassword2": PASSWORD,
        });
        let refresh = self
            .ask(&self.at, "tokenAuth", self.login(PASSWORD))
            .await
            .refresh_token();
        let asks = async || {
            let me = self.myself().await;
            self.ask(&self.at, "register", form.clone()).await;
            self.ask(
                &self.at,
                "sendPasswordResetEmail",
                json!({ "email": email }),
            )
            .await;
            self.ask(&self.at, "tokenAuth", self.login(PASSWORD)).await;
            self.ask(&me, "passwordChange", change.clone()).await;
            self.ask(&self.at, "revokeToken", json!({ "refreshToken": refresh }))
                .await;
            me.document("{ me { username } }", json!({})).await;
        };
        for behaviour in [
            Behaviour::Refuse,
            Behaviour::Throttle,
            Behaviour::Babble,
            Behaviour::Drop,
        ] {
            world.inbox.behave(behaviour);
            asks().await;
        }
        world.inbox.behave(Behaviour::Deliver);
        let denied = Fate::Refuse("ValidationException");
        let cancelled = Fate::Cancel(&["ValidationError"]);
        for fate in [
            Fate::Fail,
            denied,
            cancelled,
            Fate::Babble,
            Fate::HalfAnswer,
        ] {
            world.proxy.all(fate);
            asks().await;
        }
        world.proxy.all(Fate::Pass);
        // An item as no version of the service writes it.
        let garbled = format!("{}_garbled", self.name);
        world.person(&garbled, |_| {}).await;
        world.operate(&garbled, "date_joined", WRONG).await;
        let login = json!({ "username": garbled, "password": PASSWORD });
        let reply = self.ask(&self.at, "tokenAuth", login).await;
        reply.is_internal_error();
    }

    /// Requests that are none, with what is secret in them.
    async fn ask_strangely(&self) {
        let secret = format!("strange-password-of-{}", self.name);
        self.journey.secrets.borrow_mut().insert(secret.clone());
        let path = path(self.dialect);
        for body in [
            format!("{{\"query\": \"mutation {{ tokenAuth(password: {secret}"),
            format!(
                "{{\"query\": \"mutation {{ tokenAuth(password: \\\"{secret}\\\") {{ nothing }} }}\"}}"
            ),
            format!("{{\"query\": \"{{ me {{ username }} }}\", \"variables\": \"{secret}\"}}"),
            format!(
                "{{\"query\": \"query($a: Int) {{ me {{ username }} }}\", \"variables\": {{\"a\": \"{secret}\"}}}}"
            ),
            format!("[\"{secret}\"]"),
            secret.clone(),
        ] {
            self.at.post(&body, "application/json").await;
            self.at.post(&body, "text/plain").await;
        }
        let query =
            format!("{path}?query=mutation%7BtokenAuth(password%3A%22{secret}%22)%7Btoken%7D%7D");
        self.at.send(Method::GET, &query, Vec::new()).await;
        self.at
            .send(Method::PUT, &format!("{path}/{secret}"), Vec::new())
            .await;
        for header in [
            format!("JWT {secret}"),
            secret.clone(),
            format!("Basic {secret}"),
        ] {
            let asker = self.at.clone().with_header("authorization", &header);
            asker.document("{ me { username } }", json!({})).await;
        }
    }

    async fn leave(&self) {
        let me = self.myself().await;
        let (wrong, right) = (confirmed(WRONG), confirmed(PASSWORD));
        self.both(&me, "archiveAccount", wrong.clone(), right.clone())
            .await
            .succeeds();
        self.ask(&self.at, "tokenAuth", self.login(PASSWORD))
            .await
            .succeeds();
        // What is removed would not be found in the end.
        self.journey.look_into_the_table().await;
        let me = self.myself().await;
        self.both(&me, "deleteAccount", wrong, right)
            .await
            .succeeds();
    }

    async fn live_under_other_settings(&self) {
        let world = self.world();
        let others = [
            ("LOGIN_REQUIRE_CAPTCHA", "true"),
            ("THROTTLE_LOGIN", "1/15m"),
            ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
            ("SEND_PASSWORD_SET_EMAIL", "true"),
            ("JWT_ALGORITHM", "RS256"),
            ("JWT_PRIVATE_KEY", PRIVATE_KEY),
        ];
        world.restart(&others).expect("settings that are right");
        let lines = PRIVATE_KEY.lines().filter(|line| !line.starts_with("---"));
        self.journey
            .secrets
            .borrow_mut()
            .extend(lines.map(str::to_owned));
        let name = format!("{}_again", self.name);
        let form = json!({ "email": format!("{name}@email.com"), "username": name });
        self.ask(&self.at, "register", form).await.succeeds();
        for answer in ["182845", "271828", "271828"] {
            let captcha = world.captcha_saying("271828").await;
            let login = json!({ "username": name, "password": PASSWORD });
            self.ask(&self.at, "tokenAuth", answering(&captcha, answer, login))
                .await;
        }
        let usual = others.map(|(name, _)| (name, ""));
        world.restart(&usual).expect("settings that are right");
    }
}

fn confirmed(password: &str) -> Value {
    json!({ "password": password })
}
