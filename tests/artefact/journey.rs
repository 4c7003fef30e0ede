//! The whole way that a person goes, and what else a client asks for.

use serde_json::{Value, json};
use tests::captchas::answering;
use tests::people::{NEW_PASSWORD, registration};
use tests::{Dialect, Fate, World, in_each_dialect};

use crate::bootstrap;

const ADDRESS: &str = "new_user@email.com";
const SECOND: &str = "second@email.com";
/// The password of [`registration`].
const FIRST_PASSWORD: &str = "akssdgfbwkc";

async fn open() -> World {
    let world = World::open(Dialect::Plain, &[("ALLOW_DELETE_ACCOUNT", "true")]).await;
    world.deploy(&bootstrap()).await;
    world
}

async fn log_in(world: &World, password: &str) -> (String, String) {
    let credentials = json!({ "username": "new_user", "password": password });
    let reply = world.act("tokenAuth", credentials).await.succeeds();
    (reply.access_token(), reply.refresh_token())
}

#[tokio::test]
async fn a_person_comes_and_goes() {
    let world = open().await;
    arrives(&world).await;
    let (access, refresh) = log_in(&world, FIRST_PASSWORD).await;
    let refresh = keeps_the_session(&world, &access, &refresh).await;
    is_known_at_every_endpoint(&world, &access, &refresh).await;
    changes_the_password(&world, &access, &refresh).await;
    forgets_the_password(&world).await;
    has_a_second_address(&world).await;
    archives_and_returns(&world).await;
    leaves(&world).await;
    let log = world.deployed().await.log();
    tells_what_happened_and_nothing_about_whom(&world, &log);
    world.close().await;
}

fn tells_what_happened_and_nothing_about_whom(world: &World, log: &str) {
    let records = log.lines().map(serde_json::from_str::<Value>);
    let records: Vec<Value> = records.map(|it| it.expect("a record in JSON")).collect();
    for event in [
        "user_registered",
        "user_verified",
        "password_reset",
        "account_removed",
    ] {
        assert!(
            records.iter().any(|it| it["event"] == event),
            "{event} is not told: {log}"
        );
    }
    assert!(
        world.log.events().is_empty(),
        "the service in this process was asked"
    );
    for secret in ["new_user", "@", FIRST_PASSWORD, NEW_PASSWORD, "eyJ"] {
        assert!(!log.contains(secret), "{secret} stands in {log}");
    }
}

async fn arrives(world: &World) {
    world
        .act("register", registration(json!({})))
        .await
        .succeeds();
    let taken = registration(json!({ "email": "other@email.com" }));
    world
        .act("register", taken)
        .await
        .refuses("username", "unique");
    let token = world.token_mailed(ADDRESS, "activate");
    world
        .act("verifyAccount", json!({ "token": token }))
        .await
        .succeeds();
    let wrong = json!({ "username": "new_user", "password": "wrong" });
    world
        .act("tokenAuth", wrong)
        .await
        .refuses("nonFieldErrors", "invalid_credentials");
}

async fn keeps_the_session(world: &World, access: &str, refresh: &str) -> String {
    let me = world
        .with_token(access)
        .query("{ me { username email verified } }")
        .await;
    let expected = json!({ "username": "new_user", "email": ADDRESS, "verified": true });
    assert_eq!(me["me"], expected);
    world
        .act("verifyToken", json!({ "token": access }))
        .await
        .succeeds();
    let refreshed = world
        .act("refreshToken", json!({ "refreshToken": refresh }))
        .await
        .succeeds();
    assert_ne!(refreshed.refresh_token(), refresh);
    refreshed.refresh_token()
}

async fn is_known_at_every_endpoint(world: &World, access: &str, refresh: &str) {
    for dialect in [Dialect::Plain, Dialect::Relay, Dialect::Gqlauth] {
        let asker = world.with_token(access).at(dialect);
        let reply = asker.query("{ me { username } }").await;
        assert_eq!(reply["me"]["username"], "new_user", "{dialect:?}");
        let names = json!({ "firstName": "Ada", "lastName": format!("{dialect:?}") });
        asker.act("updateAccount", names).await.succeeds();
    }
    let gqlauth = world.anybody().at(Dialect::Gqlauth);
    let arguments = json!({ "refreshToken": refresh, "revokeRefreshToken": false });
    gqlauth.act("refreshToken", arguments).await.succeeds();
    let relay = world.anybody().at(Dialect::Relay);
    let arguments = json!({ "token": access, "clientMutationId": "7" });
    let selection = "success errors payload clientMutationId";
    let reply = relay
        .act_selecting("verifyToken", arguments, selection)
        .await
        .succeeds();
    assert_eq!(reply.get("clientMutationId"), "7");
}

async fn changes_the_password(world: &World, access: &str, refresh: &str) {
    let change = json!({
        "oldPassword": FIRST_PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
    });
    let me = world.with_token(access);
    me.act("passwordChange", change).await.succeeds();
    let old = json!({ "refreshToken": refresh });
    world
        .act("refreshToken", old)
        .await
        .refuses("nonFieldErrors", "invalid_token");
    assert_eq!(me.query("{ me { username } }").await["me"], Value::Null);
    log_in(world, NEW_PASSWORD).await;
}

async fn forgets_the_password(world: &World) {
    world
        .act("sendPasswordResetEmail", json!({ "email": ADDRESS }))
        .await
        .succeeds();
    let token = world.token_mailed(ADDRESS, "password-reset");
    let password = "another good password";
    let reset = json!({ "token": token, "newPassword1": password, "newPassword2": password });
    world.act("passwordReset", reset.clone()).await.succeeds();
    world
        .act("passwordReset", reset)
        .await
        .refuses("nonFieldErrors", "invalid_token");
    let (access, _) = log_in(world, password).await;
    let change = json!({
        "oldPassword": password, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
    });
    world
        .with_token(&access)
        .act("passwordChange", change)
        .await
        .succeeds();
}

async fn has_a_second_address(world: &World) {
    let (access, _) = log_in(world, NEW_PASSWORD).await;
    let me = world.with_token(&access);
    let confirmed = json!({ "password": NEW_PASSWORD });
    let wanted = json!({ "email": SECOND, "password": NEW_PASSWORD });
    me.act("sendSecondaryEmailActivation", wanted)
        .await
        .succeeds();
    let token = world.token_mailed(SECOND, "activate-secondary-email");
    world
        .act("verifySecondaryEmail", json!({ "token": token }))
        .await
        .succeeds();
    me.act("swapEmails", confirmed.clone()).await.succeeds();
    assert_eq!(
        me.query("{ me { email secondaryEmail } }").await["me"],
        json!({ "email": SECOND, "secondaryEmail": ADDRESS })
    );
    me.act("removeSecondaryEmail", confirmed).await.succeeds();
}

async fn archives_and_returns(world: &World) {
    let (access, _) = log_in(world, NEW_PASSWORD).await;
    let confirmed = json!({ "password": NEW_PASSWORD });
    world
        .with_token(&access)
        .act("archiveAccount", confirmed)
        .await
        .succeeds();
    let credentials = json!({ "username": "new_user", "password": NEW_PASSWORD });
    let back = world.act("tokenAuth", credentials).await.succeeds();
    assert_eq!(back.get("unarchiving"), true);
}

async fn leaves(world: &World) {
    let (access, refresh) = log_in(world, NEW_PASSWORD).await;
    let session = json!({ "refreshToken": refresh });
    world.act("revokeToken", session.clone()).await.succeeds();
    world
        .act("refreshToken", session)
        .await
        .refuses("nonFieldErrors", "invalid_token");
    let confirmed = json!({ "password": NEW_PASSWORD });
    world
        .with_token(&access)
        .act("deleteAccount", confirmed)
        .await
        .succeeds();
    assert!(world.accounts().await.is_empty());
    world
        .act("register", registration(json!({})))
        .await
        .succeeds();
}

#[tokio::test]
async fn a_captcha_is_drawn_and_judged() {
    let settings = [("REGISTER_REQUIRE_CAPTCHA", "true")];
    in_each_dialect(&settings, async |world| {
        world.deploy(&bootstrap()).await;
        for (entry, code) in [("314159", None), ("271828", Some("invalid_captcha"))] {
            let captcha = world.captcha_saying("314159").await;
            let form = registration(json!({ "username": format!("user{entry}"), "email": format!("{entry}@email.com") }));
            let reply = world.act("register", answering(&captcha, entry, form)).await;
            match code {
                None => reply.succeeds(),
                Some(code) => reply.refuses("captcha", code),
            };
        }
    })
    .await;
}

#[tokio::test]
async fn the_schemas_are_those_of_this_source() {
    let types = "{ __schema { types { kind name fields(includeDeprecated: true) { name args { name defaultValue type { ...t } } type { ...t } } inputFields { name type { ...t } } enumValues { name } } } } fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
    in_each_dialect(&[], async |world| {
        let here = world.anybody().query(types).await;
        assert!(here["__schema"]["types"].is_array());
        world.deploy(&bootstrap()).await;
        assert_eq!(world.anybody().query(types).await, here);
    })
    .await;
}

#[tokio::test]
async fn an_accident_is_logged_and_not_shown_and_the_next_request_is_answered() {
    let world = open().await;
    world.vera().await;
    let vera = world.as_person("vera").await;
    world.proxy.all(Fate::Refuse("ValidationException"));
    let reply = vera.document("{ me { username } }", json!({})).await;
    reply.is_internal_error();
    world.proxy.all(Fate::Pass);
    assert_eq!(
        vera.query("{ me { username } }").await["me"]["username"],
        "vera"
    );
    let log = world.deployed().await.stdout();
    let records = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let faults: Vec<Value> = records
        .filter(|record| record["level"] == "ERROR")
        .collect();
    assert_eq!(faults.len(), 1, "{log}");
    assert!(
        faults[0]["fault"]
            .as_str()
            .is_some_and(|it| it.contains("ValidationException")),
        "{log}"
    );
    world.close().await;
}
