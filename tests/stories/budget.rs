//! What each act and query costs in calls to DynamoDB, counted on the wire. The table in README.md
//! is this count: `LATCHKEY_WRITE_DOCS=1 cargo test --workspace --test stories budget` writes it.

use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::captchas::answering;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::proxy::Call;
use tests::request::Asker;
use tests::{Reply, World};

/// The budget: what is asked, its calls with all limits on, and with all limits off. Where a limit
/// is what the row is about, there is nothing to count without it.
const BUDGET: &[(&str, &str, &str)] = &[
    (
        "a request without a token, or with one that is not ours",
        "none",
        "none",
    ),
    ("`me`", "1r", "1r"),
    ("`user`, `node`", "2r", "2r"),
    ("`users`, a page: eight shards side by side", "9r", "9r"),
    ("`users` with an exact filter", "3r", "3r"),
    ("`tokenAuth`", "2r 3w", "2r 1w"),
    ("`tokenAuth` with `refreshToken`", "2r 4w", "2r 2w"),
    (
        "`tokenAuth` from a new network, which becomes familiar to the name",
        "2r 4w",
        "",
    ),
    ("`tokenAuth` of an archived account", "2r 3w", "2r 1w"),
    ("`tokenAuth` with a captcha", "2r 5w", "2r 3w"),
    (
        "`tokenAuth`, refused: wrong password, unknown name, deactivated, no password",
        "2r 3w",
        "2r",
    ),
    (
        "`tokenAuth`, refused, from a familiar network: not counted against the name",
        "2r 2w",
        "",
    ),
    ("`tokenAuth`, a limit reached", "1r 1w", ""),
    ("`verifyToken`", "1r", "1r"),
    ("`refreshToken`", "1r 1w", "1r 1w"),
    (
        "`refreshToken` without selecting the next one",
        "1r 1w",
        "1r 1w",
    ),
    (
        "`refreshToken` again, within the grace window",
        "1r 1w",
        "1r 1w",
    ),
    (
        "`refreshToken` reused later: the session ends",
        "1r 2w",
        "1r 2w",
    ),
    ("`refreshToken` in single-token mode", "1r", "1r"),
    ("`revokeToken`", "1r 1w", "1r 1w"),
    ("`register`", "1w 1t", "1t"),
    ("`register` with `refreshToken`", "1w 1t", "1t"),
    ("`register` with a captcha", "3w 1t", "2w 1t"),
    (
        "`register` without a password, with both mails",
        "1w 1t",
        "1t",
    ),
    ("`register`, refused: name or address taken", "1w 1t", "1t"),
    ("`register`, refused: errors in the form", "1r 1w", "1r"),
    (
        "`register`, its mail failed: the account is taken back",
        "1w 2t",
        "2t",
    ),
    ("`verifyAccount`", "1w", "1w"),
    ("`resendActivationEmail`", "2r 2w", "2r"),
    (
        "`resendActivationEmail` to an address nobody has",
        "1r 2w",
        "1r",
    ),
    ("`sendPasswordResetEmail`", "2r 3w", "2r 1w"),
    ("`sendPasswordResetEmail`, not verified", "2r 2w", "2r"),
    (
        "`sendPasswordResetEmail` to an address nobody has",
        "1r 2w",
        "1r",
    ),
    (
        "`passwordReset`: the network becomes familiar to the name and the address",
        "1r 3w",
        "1r 1w",
    ),
    (
        "`passwordReset` with a secondary address, to which it becomes familiar too",
        "1r 4w",
        "1r 1w",
    ),
    ("`passwordSet`", "1r 1w", "1r 1w"),
    ("`passwordChange`", "2r 3w", "1r 1w"),
    ("`passwordChange` with `refreshToken`", "2r 4w", "1r 2w"),
    ("`updateAccount`", "1r 1w", "1r 1w"),
    ("`updateAccount` without arguments", "1r", "1r"),
    ("`archiveAccount`", "2r 3w", "1r 1w"),
    (
        "the same from a new network, which becomes familiar to the account; so with each password that confirms",
        "2r 4w",
        "",
    ),
    ("`deleteAccount`, deactivating", "2r 3w", "1r 1w"),
    ("`deleteAccount`, removing", "2r 2w 1t", "1r 1t"),
    ("`sendSecondaryEmailActivation`", "3r 4w", "2r"),
    ("`verifySecondaryEmail`", "1r 1t", "1r 1t"),
    (
        "`verifySecondaryEmail`, replacing an address",
        "1r 1t",
        "1r 1t",
    ),
    ("`swapEmails`", "2r 3w", "1r 1w"),
    ("`removeSecondaryEmail`", "2r 2w 1t", "1r 1t"),
    ("a protected mutation, refused: not verified", "1r", "1r"),
    (
        "a protected mutation, refused: wrong password",
        "2r 3w",
        "1r",
    ),
    (
        "a protected mutation, refused: a limit reached",
        "2r 1w",
        "",
    ),
    (
        "a protected mutation, refused: errors in the form",
        "2r 2w",
        "1r",
    ),
    ("`captcha`", "1w", "1w"),
    ("a captcha answered wrong", "1w", "1w"),
];

/// The first line and the last of the block in README.md.
const BEGINNING: &str = "<!-- budget -->";
const END: &str = "<!-- /budget -->";

const NO_LIMITS: &[(&str, &str)] = &[
    ("THROTTLE_LOGIN", "off"),
    ("THROTTLE_LOGIN_IDENTIFIER", "off"),
    ("THROTTLE_LOGIN_NETWORK", "off"),
    ("THROTTLE_MAIL", "off"),
    ("THROTTLE_MAIL_NETWORK", "off"),
];

/// A network that nobody in a world has been seen in.
const ELSEWHERE: &str = "198.51.100.7";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Limits {
    On,
    Off,
}

/// What was counted in one world.
struct Ledger<'w> {
    world: &'w World,
    limits: Limits,
    rows: Vec<(&'static str, String)>,
}

impl Ledger<'_> {
    /// Asks for an act, and counts the calls that this makes. A row that is counted several times
    /// must cost the same each time.
    async fn act(
        &mut self,
        row: &'static str,
        asker: &Asker<'_>,
        act: &str,
        arguments: Value,
    ) -> Reply {
        self.world.proxy.take_calls();
        let reply = asker.act(act, arguments).await;
        self.note(row, &reply.to_string());
        reply
    }

    /// The same, selecting no refresh token.
    async fn act_without_session(
        &mut self,
        row: &'static str,
        asker: &Asker<'_>,
        act: &str,
        arguments: Value,
    ) -> Reply {
        self.world.proxy.take_calls();
        let reply = asker
            .act_selecting(act, arguments, "success errors token")
            .await;
        self.note(row, &reply.to_string());
        reply
    }

    async fn query(&mut self, row: &'static str, asker: &Asker<'_>, query: &str) -> Value {
        self.world.proxy.take_calls();
        let reply = asker.document(query, json!({})).await;
        assert!(reply.body.get("errors").is_none(), "{reply}");
        self.note(row, &reply.to_string());
        reply.body["data"].clone()
    }

    #[track_caller]
    fn note(&mut self, row: &'static str, context: &str) {
        let counted = kinds(&self.world.proxy.take_calls());
        match self.rows.iter().find(|(name, _)| *name == row) {
            Some((_, before)) => assert_eq!(*before, counted, "{row}{context}"),
            None => self.rows.push((row, counted)),
        }
    }
}

/// `2r 3w 1t`: reads, writes and transactions.
fn kinds(calls: &[Call]) -> String {
    let kind = |call: &Call| match call.operation.as_str() {
        "GetItem" | "BatchGetItem" | "Query" => 'r',
        "PutItem" | "UpdateItem" | "DeleteItem" => 'w',
        "TransactWriteItems" => 't',
        other => panic!("{other} is not to be called by anything"),
    };
    let told: Vec<_> = ['r', 'w', 't']
        .map(|one| (one, calls.iter().filter(|it| kind(it) == one).count()))
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count}{kind}"))
        .collect();
    if told.is_empty() {
        "none".to_owned()
    } else {
        told.join(" ")
    }
}

fn login(name: &str) -> Value {
    json!({ "username": name, "password": PASSWORD })
}

fn form(name: &str) -> Value {
    json!({
        "email": format!("{name}@email.com"),
        "username": name,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    })
}

fn confirmed() -> Value {
    json!({ "password": PASSWORD })
}

fn new_password() -> Value {
    json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD })
}

const NONE: &str = "a request without a token, or with one that is not ours";

async fn nobody_and_queries(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let (vera, stan) = (world.vera().await, world.stan().await);
    let nobody = world.anybody();
    let stranger = world.with_token("not.a.token");
    for asker in [&nobody, &stranger] {
        ledger.query(NONE, asker, "{ me { id } }").await;
        let refused = ledger.act(NONE, asker, "swapEmails", confirmed()).await;
        refused.refuses("nonFieldErrors", "unauthenticated");
    }
    for (act, argument) in [
        ("verifyToken", "token"),
        ("refreshToken", "refreshToken"),
        ("revokeToken", "refreshToken"),
        ("verifyAccount", "token"),
        ("verifySecondaryEmail", "token"),
    ] {
        let refused = ledger.act(NONE, &nobody, act, json!({ argument: "forged" }));
        refused.await.refuses("nonFieldErrors", "invalid_token");
    }

    let vera = (world.as_person("vera").await, vera);
    let me = ledger.query("`me`", &vera.0, "{ me { username } }").await;
    assert_eq!(me["me"]["username"], "vera");
    let stan = (world.as_person("stan").await, stan);
    let users = "{ users { edges { node { id username } } } }";
    let page = "`users`, a page: eight shards side by side";
    let found = ledger.query(page, &stan.0, users).await;
    let edges = found["users"]["edges"].as_array().expect("edges");
    assert_eq!(edges.len(), 2, "{found}");
    let id = edges[0]["node"]["id"].as_str().expect("an id").to_owned();
    for query in [
        format!("{{ user(id: \"{id}\") {{ username }} }}"),
        format!("{{ node(id: \"{id}\") {{ id }} }}"),
    ] {
        ledger.query("`user`, `node`", &stan.0, &query).await;
    }
    for filter in ["username: \"VERA\"", "email: \"vera@email.com\""] {
        let query = format!("{{ users({filter}) {{ edges {{ node {{ username }} }} }} }}");
        let exact = "`users` with an exact filter";
        let found = ledger.query(exact, &stan.0, &query).await;
        let name = &found["users"]["edges"][0]["node"]["username"];
        assert_eq!(name, "vera", "{found}");
    }
}

async fn logins(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    for name in ["lee", "lou"] {
        world.person(name, |_| {}).await;
    }
    world.archie().await;
    let here = world.anybody();
    let new = "`tokenAuth` from a new network, which becomes familiar to the name";
    for name in ["lee", "archie"] {
        let reply = if ledger.limits == Limits::On {
            ledger
                .act_without_session(new, &here, "tokenAuth", login(name))
                .await
        } else {
            here.act("tokenAuth", login(name)).await
        };
        reply.succeeds();
    }
    world.operate("archie", "archived", true).await;
    let with_session = "`tokenAuth` with `refreshToken`";
    ledger
        .act_without_session("`tokenAuth`", &here, "tokenAuth", login("lee"))
        .await
        .succeeds();
    ledger
        .act(with_session, &here, "tokenAuth", login("lee"))
        .await
        .succeeds();
    let archived = "`tokenAuth` of an archived account";
    ledger
        .act_without_session(archived, &here, "tokenAuth", login("archie"))
        .await
        .succeeds();
}

async fn refused_logins(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    world.ina().await;
    world.petra().await;
    let here = world.anybody();
    let elsewhere = here.clone().from(ELSEWHERE);
    let wrong = |name: &str| json!({ "username": name, "password": "a password that nobody has" });
    let refused = "`tokenAuth`, refused: wrong password, unknown name, deactivated, no password";
    for arguments in [
        wrong("lee"),
        wrong("nobody at all"),
        login("nobody at all"),
        login("ina"),
        login("petra"),
        json!({ "email": "nobody@email.com", "password": PASSWORD }),
        json!({ "email": "lee@email.com", "password": "wrong" }),
    ] {
        let reply = ledger.act(refused, &elsewhere, "tokenAuth", arguments);
        reply.await.refuses("nonFieldErrors", "invalid_credentials");
    }
    if ledger.limits == Limits::Off {
        return;
    }
    let familiar = "`tokenAuth`, refused, from a familiar network: not counted against the name";
    for _ in 0..2 {
        let reply = ledger.act(familiar, &here, "tokenAuth", wrong("lee"));
        reply.await.refuses("nonFieldErrors", "invalid_credentials");
    }
    let restarted = world.restart(&[("THROTTLE_LOGIN", "1/15m")]);
    restarted.expect("settings that are right");
    for name in ["lou", "nobody"] {
        here.act("tokenAuth", wrong(name)).await;
        let reply = ledger.act(
            "`tokenAuth`, a limit reached",
            &here,
            "tokenAuth",
            login(name),
        );
        reply.await.refuses("nonFieldErrors", "too_many_tries");
    }
    let restarted = world.restart(&[("THROTTLE_LOGIN", "")]);
    restarted.expect("settings that are right");
}

async fn sessions(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let here = world.anybody();
    world.person("sue", |_| {}).await;
    let logged_in = world.log_in("sue").await.succeeds();
    let (access, first) = (logged_in.text("token"), logged_in.text("refreshToken"));
    ledger
        .act(
            "`verifyToken`",
            &here,
            "verifyToken",
            json!({ "token": access }),
        )
        .await
        .succeeds();
    let refresh = |token: &str| json!({ "refreshToken": token });
    ledger
        .act_without_session(
            "`refreshToken` without selecting the next one",
            &here,
            "refreshToken",
            refresh(&first),
        )
        .await
        .succeeds();
    let rotated = ledger
        .act("`refreshToken`", &here, "refreshToken", refresh(&first))
        .await
        .succeeds();
    let graced = "`refreshToken` again, within the grace window";
    let again = ledger
        .act(graced, &here, "refreshToken", refresh(&first))
        .await
        .succeeds();
    assert_eq!(again.text("refreshToken"), rotated.text("refreshToken"));
    world.pass(std::time::Duration::from_secs(11));
    let reused = "`refreshToken` reused later: the session ends";
    ledger
        .act(reused, &here, "refreshToken", refresh(&first))
        .await
        .refuses("nonFieldErrors", "invalid_token");
    let other = world.log_in("sue").await.succeeds().text("refreshToken");
    ledger
        .act("`revokeToken`", &here, "revokeToken", refresh(&other))
        .await
        .succeeds();

    let single = [("JWT_LONG_RUNNING_REFRESH_TOKEN", "false")];
    world.restart(&single).expect("settings that are right");
    let token = world.token_of("sue").await;
    ledger
        .act(
            "`refreshToken` in single-token mode",
            &here,
            "refreshToken",
            json!({ "token": token }),
        )
        .await
        .succeeds();
    let usual = [("JWT_LONG_RUNNING_REFRESH_TOKEN", "")];
    world.restart(&usual).expect("settings that are right");
}

async fn registrations(ledger: &mut Ledger<'_>) {
    use local::inbox::Behaviour;
    let world = ledger.world;
    let here = world.anybody();
    ledger
        .act_without_session("`register`", &here, "register", form("rose"))
        .await
        .succeeds();
    ledger
        .act(
            "`register` with `refreshToken`",
            &here,
            "register",
            form("ruth"),
        )
        .await
        .succeeds();
    let taken = "`register`, refused: name or address taken";
    let mut address_taken = form("robin");
    address_taken["email"] = json!("ruth@email.com");
    for (form, key) in [(form("rose"), "username"), (address_taken, "email")] {
        let reply = ledger.act(taken, &here, "register", form).await;
        reply.refuses(key, "unique");
    }
    let mut weak = form("rosa");
    (weak["password1"], weak["password2"]) = (json!("x"), json!("y"));
    let errors = "`register`, refused: errors in the form";
    ledger
        .act(errors, &here, "register", weak)
        .await
        .refuses("password2", "password_mismatch");
    world.inbox.behave(Behaviour::Refuse);
    let failed = "`register`, its mail failed: the account is taken back";
    ledger
        .act(failed, &here, "register", form("rudy"))
        .await
        .refuses("nonFieldErrors", "email_fail");
    world.inbox.behave(Behaviour::Deliver);

    let token = world.token_mailed("rose@email.com", "activate");
    ledger
        .act(
            "`verifyAccount`",
            &here,
            "verifyAccount",
            json!({ "token": token }),
        )
        .await
        .succeeds();

    let passwordless = [
        ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
        ("SEND_PASSWORD_SET_EMAIL", "true"),
    ];
    let usual = passwordless.map(|(name, _)| (name, ""));
    world
        .restart(&passwordless)
        .expect("settings that are right");
    let without = json!({ "email": "rene@email.com", "username": "rene" });
    let row = "`register` without a password, with both mails";
    let reply = ledger.act(row, &here, "register", without).await;
    reply.succeeds();
    assert_eq!(world.letters_to("rene@email.com").len(), 2);
    world.restart(&usual).expect("settings that are right");
    let token = world.token_mailed("rene@email.com", "password-set");
    let set = json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    ledger
        .act("`passwordSet`", &here, "passwordSet", set)
        .await
        .succeeds();
}

async fn mails(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    world.nora().await;
    world.sam().await;
    let here = world.anybody();
    let to = |address: &str| json!({ "email": address });
    ledger
        .act(
            "`resendActivationEmail`",
            &here,
            "resendActivationEmail",
            to("nora@email.com"),
        )
        .await
        .succeeds();
    ledger
        .act(
            "`resendActivationEmail` to an address nobody has",
            &here,
            "resendActivationEmail",
            to("nobody@email.com"),
        )
        .await
        .succeeds();
    for address in ["vera@email.com", "sam2@email.com"] {
        let reply = ledger.act(
            "`sendPasswordResetEmail`",
            &here,
            "sendPasswordResetEmail",
            to(address),
        );
        reply.await.succeeds();
    }
    ledger
        .act(
            "`sendPasswordResetEmail`, not verified",
            &here,
            "sendPasswordResetEmail",
            to("nora@email.com"),
        )
        .await
        .refuses("email", "not_verified");
    ledger
        .act(
            "`sendPasswordResetEmail` to an address nobody has",
            &here,
            "sendPasswordResetEmail",
            to("nobody@email.com"),
        )
        .await
        .succeeds();
    for (address, row) in [
        (
            "vera@email.com",
            "`passwordReset`: the network becomes familiar to the name and the address",
        ),
        (
            "sam2@email.com",
            "`passwordReset` with a secondary address, to which it becomes familiar too",
        ),
    ] {
        let token = world.token_mailed(address, "password-reset");
        let reset = json!({ "token": token, "newPassword1": PASSWORD, "newPassword2": PASSWORD });
        let reply = ledger.act(row, &here, "passwordReset", reset).await;
        reply.succeeds();
    }
}

/// Somebody who has already confirmed an act from here.
async fn somebody<'w>(world: &'w World, name: &str) -> Asker<'w> {
    world.person(name, |_| {}).await;
    let asker = world.as_person(name).await;
    let mismatched =
        json!({ "oldPassword": PASSWORD, "newPassword1": "one", "newPassword2": "two" });
    let reply = asker.act("passwordChange", mismatched).await;
    reply.refuses("newPassword2", "password_mismatch");
    asker
}

async fn account_acts(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let cleo = somebody(world, "cleo").await;
    ledger
        .act_without_session("`passwordChange`", &cleo, "passwordChange", new_password())
        .await
        .succeeds();
    let cara = somebody(world, "cara").await;
    ledger
        .act(
            "`passwordChange` with `refreshToken`",
            &cara,
            "passwordChange",
            new_password(),
        )
        .await
        .succeeds();
    let uma = somebody(world, "uma").await;
    let named = json!({ "firstName": "Uma", "lastName": "U" });
    ledger
        .act("`updateAccount`", &uma, "updateAccount", named)
        .await
        .succeeds();
    let bare = "`updateAccount` without arguments";
    ledger
        .act(bare, &uma, "updateAccount", json!({}))
        .await
        .succeeds();
    ledger
        .act("`archiveAccount`", &uma, "archiveAccount", confirmed())
        .await
        .succeeds();
    if ledger.limits == Limits::On {
        world.person("ulla", |_| {}).await;
        let ulla = world.as_person("ulla").await;
        let row = "the same from a new network, which becomes familiar to the account; so with each password that confirms";
        let reply = ledger.act(row, &ulla, "archiveAccount", confirmed()).await;
        reply.succeeds();
    }
    let dora = somebody(world, "dora").await;
    let row = "`deleteAccount`, deactivating";
    let reply = ledger.act(row, &dora, "deleteAccount", confirmed()).await;
    reply.succeeds();
    let dina = somebody(world, "dina").await;
    let restarted = world.restart(&[("ALLOW_DELETE_ACCOUNT", "true")]);
    restarted.expect("settings that are right");
    let row = "`deleteAccount`, removing";
    let reply = ledger.act(row, &dina, "deleteAccount", confirmed()).await;
    reply.succeeds();
    let restarted = world.restart(&[("ALLOW_DELETE_ACCOUNT", "")]);
    restarted.expect("settings that are right");
}

async fn second_addresses(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let emma = somebody(world, "emma").await;
    for (address, row) in [
        ("emma2@email.com", "`verifySecondaryEmail`"),
        (
            "emma3@email.com",
            "`verifySecondaryEmail`, replacing an address",
        ),
    ] {
        let asked = json!({ "email": address, "password": PASSWORD });
        let act = "sendSecondaryEmailActivation";
        let reply = ledger.act("`sendSecondaryEmailActivation`", &emma, act, asked);
        reply.await.succeeds();
        let token = world.token_mailed(address, "activate-secondary-email");
        let act = "verifySecondaryEmail";
        let here = world.anybody();
        let reply = ledger.act(row, &here, act, json!({ "token": token }));
        reply.await.succeeds();
    }
    ledger
        .act("`swapEmails`", &emma, "swapEmails", confirmed())
        .await
        .succeeds();
    let removed = ledger.act(
        "`removeSecondaryEmail`",
        &emma,
        "removeSecondaryEmail",
        confirmed(),
    );
    removed.await.succeeds();
}

async fn guards(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let nora = world.as_person("nora").await;
    let row = "a protected mutation, refused: not verified";
    for act in ["archiveAccount", "deleteAccount", "swapEmails"] {
        let reply = ledger.act(row, &nora, act, confirmed()).await;
        reply.refuses("nonFieldErrors", "not_verified");
    }
    let gus = somebody(world, "gus").await;
    let row = "a protected mutation, refused: errors in the form";
    let mismatched =
        json!({ "oldPassword": PASSWORD, "newPassword1": "one", "newPassword2": "two" });
    let reply = ledger.act(row, &gus, "passwordChange", mismatched).await;
    reply.refuses("newPassword2", "password_mismatch");
    let malformed = json!({ "email": "nope", "password": PASSWORD });
    let act = "sendSecondaryEmailActivation";
    let reply = ledger.act(row, &gus, act, malformed).await;
    reply.refuses("email", "invalid");
    let row = "a protected mutation, refused: wrong password";
    let wrong = || json!({ "password": "wrong" });
    let elsewhere = gus.clone().from(ELSEWHERE);
    for act in ["archiveAccount", "deleteAccount"] {
        let reply = ledger.act(row, &elsewhere, act, wrong()).await;
        reply.refuses("password", "invalid_password");
    }
    if ledger.limits == Limits::Off {
        return;
    }
    let restarted = world.restart(&[("THROTTLE_LOGIN", "2/15m")]);
    restarted.expect("settings that are right");
    let row = "a protected mutation, refused: a limit reached";
    let reply = ledger
        .act(row, &elsewhere, "archiveAccount", confirmed())
        .await;
    reply.refuses("nonFieldErrors", "too_many_tries");
    let restarted = world.restart(&[("THROTTLE_LOGIN", "")]);
    restarted.expect("settings that are right");
}

async fn captchas(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let here = world.anybody();
    ledger.act("`captcha`", &here, "captcha", json!({})).await;
    world
        .restart(&[
            ("LOGIN_REQUIRE_CAPTCHA", "true"),
            ("REGISTER_REQUIRE_CAPTCHA", "true"),
        ])
        .expect("settings that are right");
    let uuid = world.captcha_saying("123456").await;
    let row = "a captcha answered wrong";
    for (act, arguments) in [("tokenAuth", login("lee")), ("register", form("kim"))] {
        let wrong = answering(&uuid, "654321", arguments);
        let reply = ledger.act(row, &here, act, wrong).await;
        reply.refuses("captcha", "invalid_captcha");
    }
    let right = answering(&uuid, "123456", login("lee"));
    let row = "`tokenAuth` with a captcha";
    let reply = ledger
        .act_without_session(row, &here, "tokenAuth", right)
        .await;
    reply.succeeds();
    let uuid = world.captcha_saying("123456").await;
    let right = answering(&uuid, "123456", form("kim"));
    let row = "`register` with a captcha";
    let reply = ledger.act(row, &here, "register", right).await;
    reply.succeeds();
}

async fn count(dialect: Dialect, limits: Limits) -> Vec<(&'static str, String)> {
    let settings = match limits {
        Limits::On => &[],
        Limits::Off => NO_LIMITS,
    };
    let world = World::open(dialect, settings).await;
    let rows = walk(&world, limits).await;
    world.close().await;
    rows
}

/// Every act and query, as they go right and as they are refused.
async fn walk(world: &World, limits: Limits) -> Vec<(&'static str, String)> {
    let mut ledger = Ledger {
        world,
        limits,
        rows: Vec::new(),
    };
    nobody_and_queries(&mut ledger).await;
    logins(&mut ledger).await;
    refused_logins(&mut ledger).await;
    sessions(&mut ledger).await;
    registrations(&mut ledger).await;
    mails(&mut ledger).await;
    account_acts(&mut ledger).await;
    second_addresses(&mut ledger).await;
    guards(&mut ledger).await;
    captchas(&mut ledger).await;
    ledger.rows
}

/// The same, with all limits on, for who wants to know what it takes.
pub(crate) async fn every_act(world: &World) {
    walk(world, Limits::On).await;
}

/// What differs between a count and a column of the budget, in words.
fn differences(
    counted: &[(&str, String)],
    column: impl Fn(&(&str, &str, &str)) -> String,
) -> Vec<String> {
    let mut differences = Vec::new();
    for row in BUDGET {
        let (name, budget) = (row.0, column(row));
        let calls = counted.iter().find(|(counted, _)| *counted == name);
        let calls = calls.map(|(_, calls)| calls.as_str()).unwrap_or_default();
        if calls != budget {
            differences.push(format!("{name}: {calls:?}, but the budget is {budget:?}"));
        }
    }
    let unknown = counted
        .iter()
        .filter(|(name, _)| !BUDGET.iter().any(|row| row.0 == *name));
    differences.extend(unknown.map(|(name, calls)| format!("{name}: {calls}, not in the budget")));
    differences
}

#[tokio::test]
async fn each_act_and_query_keeps_to_its_budget_of_calls() {
    for dialect in [Dialect::Plain, Dialect::Relay] {
        let counted = count(dialect, Limits::On).await;
        let wrong = differences(&counted, |row| row.1.to_owned());
        assert!(wrong.is_empty(), "{dialect:?}: {wrong:#?}");
    }
}

#[tokio::test]
async fn a_limit_that_is_off_costs_no_calls() {
    let counted = count(Dialect::Plain, Limits::Off).await;
    let wrong = differences(&counted, |row| row.2.to_owned());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn table() -> String {
    use std::fmt::Write;
    let mut table = "`r`: GetItem, BatchGetItem or Query; `w`: PutItem, UpdateItem or DeleteItem; `t`: TransactWriteItems.\n\n\
                     | what | calls | without limits |\n| --- | --- | --- |\n"
        .to_owned();
    for (what, with, without) in BUDGET {
        let without = if without.is_empty() { "–" } else { without };
        writeln!(table, "| {what} | {with} | {without} |").expect("a string takes everything");
    }
    table
}

#[test]
fn the_table_in_the_readme_is_the_budget() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(path).expect("README.md");
    let (before, rest) = readme
        .split_once(BEGINNING)
        .expect("README.md has a place for the budget");
    let (block, after) = rest.split_once(END).expect("the place for the budget ends");
    let wanted = format!("\n{}", table());
    if std::env::var_os("LATCHKEY_WRITE_DOCS").is_some() {
        let readme = format!("{before}{BEGINNING}{wanted}{END}{after}");
        std::fs::write(path, readme).expect("README.md can be written");
        return;
    }
    assert_eq!(
        block, wanted,
        "README.md is behind: LATCHKEY_WRITE_DOCS=1 cargo test --workspace --test stories budget"
    );
}
