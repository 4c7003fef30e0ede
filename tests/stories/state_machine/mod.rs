//! Random sequences of acts by three people, compared step by step with a model of what is promised.

mod model;

use std::time::Duration;

use graphql::http::Dialect;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tests::{Reply, World};

use model::{Expected, Model};

/// Strong passwords, one of which everybody has.
const PASSWORDS: [&str; 3] = ["supersecretpassword", "akssdgfbwkc", "qlr4nq3f3"];

/// One thing that happens. Numbers pick a token, an address or a password among those there are.
#[derive(Debug, Clone, Copy)]
enum Step {
    Register {
        username: usize,
        address: usize,
        password: usize,
    },
    Verify {
        link: usize,
    },
    ResendActivation {
        address: usize,
    },
    LogInByUsername {
        username: usize,
        password: usize,
    },
    LogInByEmail {
        address: usize,
        password: usize,
    },
    Refresh {
        token: usize,
    },
    Revoke {
        token: usize,
    },
    Me {
        token: usize,
    },
    SendReset {
        address: usize,
    },
    Reset {
        link: usize,
        password: usize,
    },
    ChangePassword {
        token: usize,
        old: usize,
        new: usize,
    },
    Archive {
        token: usize,
        password: usize,
    },
    Delete {
        token: usize,
        password: usize,
    },
    SendSecondary {
        token: usize,
        address: usize,
        password: usize,
    },
    VerifySecondary {
        link: usize,
    },
    Swap {
        token: usize,
        password: usize,
    },
    RemoveSecondary {
        token: usize,
        password: usize,
    },
    TimePasses {
        seconds: u64,
    },
}

/// Recent tokens are picked more often: the last one half of the time.
fn token() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0_usize), 2 => 0..4_usize, 1 => 0..40_usize]
}

/// The first password most of the time, so that most confirmations are right.
fn password() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(0_usize), 1 => 0..PASSWORDS.len()]
}

fn step() -> impl Strategy<Value = Step> {
    let username = || 0..3_usize;
    let address = || 0..5_usize;
    prop_oneof![
        4 => (username(), address(), password())
            .prop_map(|(username, address, password)| Step::Register { username, address, password }),
        5 => token().prop_map(|link| Step::Verify { link }),
        1 => address().prop_map(|address| Step::ResendActivation { address }),
        4 => (username(), password())
            .prop_map(|(username, password)| Step::LogInByUsername { username, password }),
        3 => (address(), password())
            .prop_map(|(address, password)| Step::LogInByEmail { address, password }),
        5 => token().prop_map(|token| Step::Refresh { token }),
        2 => token().prop_map(|token| Step::Revoke { token }),
        2 => token().prop_map(|token| Step::Me { token }),
        3 => address().prop_map(|address| Step::SendReset { address }),
        3 => (token(), password()).prop_map(|(link, password)| Step::Reset { link, password }),
        2 => (token(), password(), password())
            .prop_map(|(token, old, new)| Step::ChangePassword { token, old, new }),
        1 => (token(), password()).prop_map(|(token, password)| Step::Archive { token, password }),
        1 => (token(), password()).prop_map(|(token, password)| Step::Delete { token, password }),
        4 => (token(), address(), password())
            .prop_map(|(token, address, password)| Step::SendSecondary { token, address, password }),
        4 => token().prop_map(|link| Step::VerifySecondary { link }),
        2 => (token(), password()).prop_map(|(token, password)| Step::Swap { token, password }),
        1 => (token(), password())
            .prop_map(|(token, password)| Step::RemoveSecondary { token, password }),
        2 => prop_oneof![Just(4_u64), Just(11), Just(290), Just(3_601)]
            .prop_map(|seconds| Step::TimePasses { seconds }),
    ]
}

/// The tokens that were really handed out, in the order in which the model knows them.
#[derive(Default)]
struct Handed {
    access: Vec<String>,
    refresh: Vec<String>,
    mailed: Vec<String>,
}

/// Counts from the newest; none if there are none.
fn pick(among: usize, back: usize) -> Option<usize> {
    among.checked_sub(1).map(|last| last - back % among)
}

struct Play<'w> {
    world: &'w World,
    model: Model,
    handed: Handed,
}

impl Play<'_> {
    #[allow(
        clippy::too_many_lines,
        reason = "one arm per act, and nothing but what it asks"
    )]
    async fn step(&mut self, step: Step) {
        let address = |number: usize| format!("a{number}@email.com");
        let username = |number: usize| format!("p{number}");
        let model = &mut self.model;
        let (act, token, arguments, expected) = match step {
            Step::TimePasses { seconds } => {
                self.world.pass(Duration::from_secs(seconds));
                model.now += seconds.cast_signed();
                return;
            }
            Step::Me { token } => return self.me(token).await,
            Step::Register {
                username: name,
                address: at,
                password,
            } => {
                let password1 = PASSWORDS[password];
                let form = json!({ "username": username(name), "email": address(at), "password1": password1, "password2": password1 });
                ("register", None, form, model.register(name, at, password))
            }
            Step::LogInByUsername {
                username: name,
                password,
            } => {
                let form = json!({ "username": username(name), "password": PASSWORDS[password] });
                (
                    "tokenAuth",
                    None,
                    form,
                    model.log_in_by_username(name, password),
                )
            }
            Step::LogInByEmail {
                address: at,
                password,
            } => {
                let form = json!({ "email": address(at), "password": PASSWORDS[password] });
                ("tokenAuth", None, form, model.log_in_by_email(at, password))
            }
            Step::ResendActivation { address: at } => {
                let form = json!({ "email": address(at) });
                (
                    "resendActivationEmail",
                    None,
                    form,
                    model.resend_activation(at),
                )
            }
            Step::SendReset { address: at } => {
                let form = json!({ "email": address(at) });
                ("sendPasswordResetEmail", None, form, model.send_reset(at))
            }
            Step::Verify { link } => {
                let Some(link) = pick(model.mailed_tokens(), link) else {
                    return;
                };
                let form = json!({ "token": self.handed.mailed[link] });
                ("verifyAccount", None, form, model.verify(link))
            }
            Step::VerifySecondary { link } => {
                let Some(link) = pick(model.mailed_tokens(), link) else {
                    return;
                };
                let form = json!({ "token": self.handed.mailed[link] });
                (
                    "verifySecondaryEmail",
                    None,
                    form,
                    model.verify_secondary(link),
                )
            }
            Step::Reset { link, password } => {
                let Some(link) = pick(model.mailed_tokens(), link) else {
                    return;
                };
                let new = PASSWORDS[password];
                let form = json!({ "token": self.handed.mailed[link], "newPassword1": new, "newPassword2": new });
                ("passwordReset", None, form, model.reset(link, password))
            }
            Step::Refresh { token } => {
                let Some(token) = pick(model.refresh_tokens(), token) else {
                    return;
                };
                let form = json!({ "refreshToken": self.handed.refresh[token] });
                ("refreshToken", None, form, model.refresh(token))
            }
            Step::Revoke { token } => {
                let Some(token) = pick(model.refresh_tokens(), token) else {
                    return;
                };
                let form = json!({ "refreshToken": self.handed.refresh[token] });
                ("revokeToken", None, form, model.revoke(token))
            }
            Step::ChangePassword { token, old, new } => {
                let Some(token) = pick(model.access_tokens(), token) else {
                    return;
                };
                let form = json!({ "oldPassword": PASSWORDS[old], "newPassword1": PASSWORDS[new], "newPassword2": PASSWORDS[new] });
                (
                    "passwordChange",
                    Some(token),
                    form,
                    model.change_password(token, old, new),
                )
            }
            Step::SendSecondary {
                token,
                address: at,
                password,
            } => {
                let Some(token) = pick(model.access_tokens(), token) else {
                    return;
                };
                let form = json!({ "email": address(at), "password": PASSWORDS[password] });
                let expected = model.send_secondary(token, at, password);
                ("sendSecondaryEmailActivation", Some(token), form, expected)
            }
            Step::Archive { token, password }
            | Step::Delete { token, password }
            | Step::Swap { token, password }
            | Step::RemoveSecondary { token, password } => {
                let Some(token) = pick(model.access_tokens(), token) else {
                    return;
                };
                let form = json!({ "password": PASSWORDS[password] });
                let (act, expected) = match step {
                    Step::Archive { .. } => ("archiveAccount", model.archive(token, password)),
                    Step::Delete { .. } => ("deleteAccount", model.delete(token, password)),
                    Step::Swap { .. } => ("swapEmails", model.swap(token, password)),
                    _ => (
                        "removeSecondaryEmail",
                        model.remove_secondary(token, password),
                    ),
                };
                (act, Some(token), form, expected)
            }
        };
        let asker = match token {
            Some(token) => self.world.with_token(&self.handed.access[token]),
            None => self.world.anybody(),
        };
        self.world.inbox.clear();
        let reply = asker.act(act, arguments).await;
        self.compare(&reply, &expected);
    }

    async fn me(&self, token: usize) {
        let Some(token) = pick(self.model.access_tokens(), token) else {
            return;
        };
        let me = self
            .world
            .with_token(&self.handed.access[token])
            .query("{ me { username } }")
            .await;
        let expected = self.model.caller(token);
        let expected = expected.map(|it| format!("p{}", self.model.accounts[it].username));
        assert_eq!(me["me"]["username"].as_str(), expected.as_deref());
    }

    fn compare(&mut self, reply: &Reply, expected: &Expected) {
        match expected.refused {
            None => assert!(reply.has_succeeded(), "expected success{reply}"),
            Some((key, code)) => {
                assert!(reply.is_refused(key, code), "expected {key} {code}{reply}");
            }
        }
        let letters = self.world.inbox.letters();
        assert_eq!(letters.len(), expected.letters, "letters{reply}");
        if expected.has_link {
            let text = letters
                .last()
                .map(|letter| letter.text.clone())
                .unwrap_or_default();
            let link = text
                .split_whitespace()
                .find(|word| word.starts_with("https://"));
            let token = link
                .and_then(|link| link.rsplit('/').next())
                .unwrap_or_default();
            assert!(!token.is_empty(), "a letter without a link: {text}");
            self.handed.mailed.push(token.to_owned());
        }
        if expected.has_tokens || expected.same_refresh.is_some() {
            self.handed.access.push(reply.text("token"));
        }
        if expected.has_tokens {
            self.handed.refresh.push(reply.text("refreshToken"));
        }
        if let Some(same) = expected.same_refresh {
            assert_eq!(
                reply.text("refreshToken"),
                self.handed.refresh[same],
                "{reply}"
            );
        }
        if reply.get("unarchiving") != &Value::Null {
            assert_eq!(
                reply.get("unarchiving"),
                &Value::Bool(expected.unarchives),
                "{reply}"
            );
        }
    }

    /// What is stored at the end is what the model has.
    async fn compare_accounts(&self) {
        let existing = self.model.accounts.iter().filter(|account| account.exists);
        assert_eq!(self.world.accounts().await.len(), existing.clone().count());
        for expected in existing {
            let account = self.world.account(&format!("p{}", expected.username)).await;
            let profile = account.expect("an account that the model has").profile;
            let address = |number: usize| format!("a{number}@email.com");
            assert_eq!(profile.email, address(expected.primary));
            assert_eq!(profile.secondary_email, expected.secondary.map(address));
            assert_eq!(
                (profile.verified, profile.archived, profile.active),
                (expected.verified, expected.archived, expected.active)
            );
        }
    }
}

const WITHOUT_LIMITS: &[(&str, &str)] = &[
    ("THROTTLE_LOGIN", "off"),
    ("THROTTLE_LOGIN_IDENTIFIER", "off"),
    ("THROTTLE_LOGIN_NETWORK", "off"),
    ("THROTTLE_MAIL", "off"),
    ("THROTTLE_MAIL_NETWORK", "off"),
];

async fn play(dialect: Dialect, removes: bool, steps: &[Step]) {
    let mut settings = WITHOUT_LIMITS.to_vec();
    settings.push((
        "ALLOW_DELETE_ACCOUNT",
        if removes { "true" } else { "false" },
    ));
    let world = World::open(dialect, &settings).await;
    let model = Model::new(removes);
    let mut play = Play {
        world: &world,
        model,
        handed: Handed::default(),
    };
    for step in steps {
        play.step(*step).await;
    }
    play.compare_accounts().await;
    world.close().await;
}

/// Many random stories. A failing one is shrunk and printed with the seed of the run.
fn many_stories_end_as_the_model_says(dialect: Dialect, removes: bool) {
    const STORIES: u32 = 10;
    const STEPS: usize = 80;
    let seed: [u8; 32] = {
        let (a, b) = (shared::Uuid::new_v4(), shared::Uuid::new_v4());
        [a.into_bytes(), b.into_bytes()]
            .concat()
            .try_into()
            .expect("32 bytes")
    };
    println!("seed {seed:?}");
    let config = Config {
        cases: STORIES,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let stories = prop::collection::vec(step(), STEPS..=STEPS);
    let told = runner.run(&stories, |steps| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime
            .expect("a runtime")
            .block_on(play(dialect, removes, &steps));
        Ok(())
    });
    if let Err(failed) = told {
        panic!("seed {seed:?}: {failed}");
    }
}

#[test]
fn random_stories_in_plain_end_as_promised() {
    many_stories_end_as_the_model_says(Dialect::Plain, false);
}

#[test]
fn random_stories_in_plain_with_removal_end_as_promised() {
    many_stories_end_as_the_model_says(Dialect::Plain, true);
}

#[test]
fn random_stories_in_relay_end_as_promised() {
    many_stories_end_as_the_model_says(Dialect::Relay, false);
}

#[test]
fn random_stories_in_relay_with_removal_end_as_promised() {
    many_stories_end_as_the_model_says(Dialect::Relay, true);
}
