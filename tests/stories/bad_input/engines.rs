//! A database and a post office that refuse, hang or answer nonsense.

use std::time::{Duration, Instant};

use futures::future::join_all;
use futures::join;
use graphql::http::Dialect;
use local::Behaviour;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::{Fate, World, in_both_dialects};

use super::{a_token_of_each_kind, register};

/// Acts and queries that need the store, each as somebody would ask it.
async fn whatever_needs_the_store(world: &World) -> Vec<(&'static str, Value)> {
    let tokens = a_token_of_each_kind(world).await;
    let pair = |token: &str| json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    let confirmed = json!({ "password": PASSWORD });
    vec![
        ("register", registration(json!({}))),
        (
            "register",
            registration(json!({ "username": "vera", "password1": "1", "password2": "1" })),
        ),
        ("verifyAccount", json!({ "token": tokens["activation"] })),
        (
            "resendActivationEmail",
            json!({ "email": "nora@email.com" }),
        ),
        (
            "sendPasswordResetEmail",
            json!({ "email": "vera@email.com" }),
        ),
        ("passwordReset", pair(&tokens["password_reset"])),
        ("passwordSet", pair(&tokens["password_set"])),
        (
            "tokenAuth",
            json!({ "username": "archie", "password": PASSWORD }),
        ),
        ("verifyToken", json!({ "token": tokens["access"] })),
        ("refreshToken", json!({ "refreshToken": tokens["refresh"] })),
        ("revokeToken", json!({ "refreshToken": tokens["refresh"] })),
        (
            "verifySecondaryEmail",
            json!({ "token": tokens["secondary"] }),
        ),
        ("captcha", json!({})),
        ("updateAccount", json!({ "firstName": "S" })),
        ("archiveAccount", confirmed.clone()),
        ("deleteAccount", confirmed.clone()),
        ("swapEmails", confirmed.clone()),
        ("removeSecondaryEmail", confirmed.clone()),
        (
            "sendSecondaryEmailActivation",
            json!({ "email": "sam3@email.com", "password": PASSWORD }),
        ),
        (
            "passwordChange",
            json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD }),
        ),
    ]
}

/// Asks for all of them at once, as sam, and for the queries; each is an accident of which nothing shows.
async fn each_is_an_internal_error(
    world: &World,
    asks: &[(&'static str, Value)],
    doors: &[Dialect],
) {
    let sam = world.as_person("sam").await;
    let asking = doors.iter().flat_map(|door| {
        let sam = sam.clone().at(*door);
        asks.iter().map(move |(act, arguments)| {
            let sam = sam.clone();
            async move { sam.act(act, arguments.clone()).await }
        })
    });
    let queries = doors.iter().map(|door| {
        let sam = sam.clone().at(*door);
        async move { sam.document("{ me { username } }", json!({})).await }
    });
    let (acts, queries) = join!(join_all(asking), join_all(queries));
    for reply in acts.into_iter().chain(queries) {
        let reply = reply.is_internal_error();
        assert!(
            reply.body["data"]
                .as_object()
                .is_none_or(|data| data.values().all(Value::is_null)),
            "{reply}"
        );
    }
}

#[tokio::test]
async fn a_store_that_refuses_is_an_internal_error_and_changes_nothing() {
    in_both_dialects(&[], async |world| {
        let asks = whatever_needs_the_store(world).await;
        let before = world.kept().await;
        world.inbox.clear();
        world.log.clear();
        for fate in [
            Fate::Fail,
            Fate::Refuse("ValidationException"),
            Fate::Refuse("AccessDeniedException"),
            Fate::Refuse("ProvisionedThroughputExceededException"),
        ] {
            world.proxy.all(fate);
            // The token is made past the proxy, the asking goes through it.
            each_is_an_internal_error(world, &asks, &[world.dialect()]).await;
        }
        world.proxy.all(Fate::Pass);
        assert_eq!(world.kept().await, before);
        assert_eq!(world.inbox.requests(), 0);
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
        let log = world.log.text();
        for secret in ["email.com", PASSWORD, "new_user"] {
            assert!(!log.contains(secret), "{secret} is in the log: {log}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_store_that_answers_nonsense_is_an_internal_error() {
    in_both_dialects(&[], async |world| {
        let asks = whatever_needs_the_store(world).await;
        world.inbox.clear();
        world.proxy.all(Fate::Babble);
        each_is_an_internal_error(world, &asks, &[world.dialect()]).await;
        // What was asked may have been done, but never by half: the tables are audited at the end.
        world.proxy.all(Fate::Pass);
        assert!(world.account("new_user").await.is_none());
        assert_eq!(world.inbox.requests(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_store_that_never_answers_is_an_internal_error_within_the_time_of_the_function() {
    let world = World::open(Dialect::Plain, &[]).await;
    let asks = whatever_needs_the_store(&world).await;
    let before = world.kept().await;
    world.inbox.clear();
    world.proxy.all(Fate::Hang);
    let began = Instant::now();
    each_is_an_internal_error(&world, &asks, &[Dialect::Plain, Dialect::Relay]).await;
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    world.proxy.all(Fate::Pass);
    assert_eq!(world.kept().await, before);
    assert_eq!(world.inbox.requests(), 0);
    world.close().await;
}

#[tokio::test]
async fn a_post_office_that_never_answers_is_not_waited_for_long() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.everybody().await;
    world.inbox.behave(Behaviour::Hang);
    let before = world.kept().await;
    let timed = async |door: Dialect, act: &'static str, arguments: Value| {
        let asker = world.anybody().at(door);
        let began = Instant::now();
        let reply = asker.act(act, arguments).await;
        (reply, began.elapsed())
    };
    let mails = [Dialect::Plain, Dialect::Relay].map(|door| {
        let name = format!("user_{door:?}");
        let form = json!({ "username": name, "email": format!("{name}@email.com") });
        let nora = json!({ "email": "nora@email.com" });
        [
            timed(door, "register", registration(form)),
            timed(door, "resendActivationEmail", nora.clone()),
            timed(door, "sendPasswordResetEmail", nora),
        ]
    });
    let mails = join_all(mails.into_iter().flatten());
    let notice = async {
        let vera = world.as_person("vera").await;
        let began = Instant::now();
        let reply = vera
            .act("archiveAccount", json!({ "password": PASSWORD }))
            .await;
        (reply, began.elapsed())
    };
    let (mails, (archived, elapsed)) = join!(mails, notice);
    for (reply, elapsed) in mails {
        let reply = reply.refuses("nonFieldErrors", "email_fail");
        assert!(elapsed < Duration::from_secs(6), "{elapsed:?}{reply}");
    }
    archived.succeeds();
    assert!(elapsed < Duration::from_millis(3_500), "{elapsed:?}");

    world.operate("vera", "archived", false).await;
    assert_eq!(world.kept().await.len(), before.len());
    world.inbox.behave(Behaviour::Deliver);
    let form = json!({ "username": "user_Plain", "email": "user_Plain@email.com" });
    register(&world, form).await.succeeds();
    world.close().await;
}
