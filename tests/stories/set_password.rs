//! The first password of an account that was registered without one.

mod token;

use futures::join;
use serde_json::{Value, json};
use shared::token::mailed::Action;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::reply::Errors;
use tests::tokens::choosing;
use tests::{Fate, Reply, WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect};

const PASSWORDLESS: &[(&str, &str)] = &[
    ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
    ("SEND_PASSWORD_SET_EMAIL", "true"),
];

/// Somebody registers without a password. Gives the token of the letter.
async fn registered(world: &World, name: &str) -> String {
    let email = format!("{name}@email.com");
    let form = json!({ "username": name, "email": email });
    world.act("register", form).await.succeeds();
    world.token_mailed(&email, "password-set")
}

async fn set(world: &World, token: &str, password: &str) -> Reply {
    world.act("passwordSet", choosing(token, password)).await
}

async fn has_no_password(world: &World, name: &str) {
    let account = world.account(name).await.expect("somebody");
    assert!(account.password_hash.is_none() && !account.profile.verified);
}

#[tokio::test]
async fn the_token_of_a_registration_without_a_password_sets_the_first_one() {
    in_each_dialect(PASSWORDLESS, async |world| {
        world.vera().await;
        let token = registered(world, "petra").await;
        let petra = world.account("petra").await.expect("petra");
        world.log.clear();
        world.inbox.clear();
        set(world, &token, NEW_PASSWORD).await.succeeds();

        let events = world.log.events();
        let names: Vec<_> = events.iter().map(|it| it["event"].clone()).collect();
        let expected = ["password_set", "refresh_token_revoked", "user_verified"];
        assert_eq!(names, expected);
        for event in &events {
            assert_eq!(event["user_id"], petra.id().to_string());
            assert_eq!(event.get("session_id"), None);
        }
        let log = world.log.text();
        for secret in [&*token, NEW_PASSWORD, "petra", "email.com"] {
            assert!(!log.contains(secret), "{secret} is in the log: {log}");
        }
        assert_eq!(world.inbox.requests(), 0, "no letter tells of it");
        let after = world.account("petra").await.expect("petra");
        assert!(after.profile.verified && after.profile.last_login.is_none());
        assert_eq!(after.epoch, petra.epoch + 1);
        world.log_in_with("petra", NEW_PASSWORD).await.succeeds();
        world.log_in("vera").await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_for_the_first_password_only() {
    in_each_dialect(PASSWORDLESS, async |world| {
        let token = registered(world, "petra").await;
        set(world, &token, PASSWORD).await.succeeds();
        let session = world.log_in("petra").await.succeeds();
        let kept = world.kept().await;
        let again = set(world, &token, NEW_PASSWORD).await;
        let again = again.refuses("nonFieldErrors", "password_already_set");
        let message = "Password already set for account.";
        assert_eq!(again.message("nonFieldErrors"), message);
        // What is wrong with the form is told before.
        let form = json!({ "token": token, "newPassword1": "1", "newPassword2": "2" });
        let mismatch = world.act("passwordSet", form).await;
        mismatch.refuses("newPassword2", "password_mismatch");
        assert_eq!(world.kept().await, kept);
        world.refresh(&session.refresh_token()).await.succeeds();
        assert_eq!(world.log.events_named("password_set").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_password_that_is_refused_does_not_use_the_token_up() {
    let required: &[&str] = &["required"];
    let nul: &[&str] = &["null_characters_not_allowed"];
    let weak: &[&str] = &[
        "password_too_short",
        "password_too_common",
        "password_entirely_numeric",
    ];
    let similar: &[&str] = &["password_too_similar"];
    let cases: [(&str, &str, Errors<'_>); 7] = [
        (
            "",
            "",
            &[("newPassword1", required), ("newPassword2", required)],
        ),
        (
            "",
            "123456",
            &[("newPassword1", required), ("newPassword2", weak)],
        ),
        (
            NEW_PASSWORD,
            PASSWORD,
            &[("newPassword2", &["password_mismatch"])],
        ),
        ("123456", "123456", &[("newPassword2", weak)]),
        ("petra123", "petra123", &[("newPassword2", similar)]),
        ("petra@email1", "petra@email1", &[("newPassword2", similar)]),
        (
            "1\0x",
            "1\0x",
            &[("newPassword1", nul), ("newPassword2", nul)],
        ),
    ];
    in_each_dialect(PASSWORDLESS, async |world| {
        let token = registered(world, "petra").await;
        let kept = world.kept().await;
        for (first, second, errors) in cases {
            let form = json!({ "token": token, "newPassword1": first, "newPassword2": second });
            world.act("passwordSet", form).await.refuses_all(errors);
        }
        assert_eq!(world.kept().await, kept);
        has_no_password(world, "petra").await;
        set(world, &token, NEW_PASSWORD).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_first_password_verifies_only_whom_nothing_else_has() {
    in_each_dialect(PASSWORDLESS, async |world| {
        let token = registered(world, "petra").await;
        let activation = world.token_mailed("petra@email.com", "activate");
        world
            .act("verifyAccount", json!({ "token": activation }))
            .await
            .succeeds();
        set(world, &token, NEW_PASSWORD).await.succeeds();
        assert_eq!(world.log.events_named("user_verified").len(), 1);
        let reply = world
            .act("verifyAccount", json!({ "token": activation }))
            .await;
        reply.refuses("nonFieldErrors", "already_verified");
    })
    .await;
}

#[tokio::test]
async fn whose_own_password_is_set_in_a_document_is_nobody_for_the_rest_of_it() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        for (asker, is_nobody) in [("vera", false), ("paula", true)] {
            let name = format!("paula_{asker}");
            let paula = world.person(&name, |it| it.password_hash = None).await;
            let token = world.sealed(&paula, Action::PasswordSet);
            let old = world.token_of(&name).await;
            let names = || ("updateAccount", json!({ "firstName": "Luke" }));
            let acts: [(&str, Value); 3] = [
                names(),
                ("passwordSet", choosing(&token, NEW_PASSWORD)),
                names(),
            ];
            let asker = match asker {
                "vera" => world.as_person("vera").await,
                _ => world.with_token(&old),
            };
            let [before, done, after] = &asker.acts(&acts).await[..] else {
                panic!("three answers");
            };
            assert!(before.has_succeeded() && done.has_succeeded(), "{done}");
            let is_refused = after.is_refused("nonFieldErrors", "unauthenticated");
            assert_eq!(is_refused, is_nobody, "{after}");
            assert_eq!(world.who_is(&old).await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_header_makes_no_difference_to_a_first_password() {
    in_each_dialect(PASSWORDLESS, async |world| {
        world.vera().await;
        for asker in [world.as_person("vera").await, world.with_token("garbage")] {
            let name = format!("petra{}", world.accounts().await.len());
            let token = registered(world, &name).await;
            let reply = asker.act("passwordSet", choosing(&token, NEW_PASSWORD));
            reply.await.succeeds();
            world.log_in_with(&name, NEW_PASSWORD).await.succeeds();
        }
        world.log_in("vera").await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn of_two_first_passwords_at_once_one_is_set() {
    in_each_dialect(PASSWORDLESS, async |world| {
        let token = registered(world, "petra").await;
        let (one, other) = join!(
            set(world, &token, PASSWORD),
            set(world, &token, NEW_PASSWORD)
        );
        let (chosen, refused) = if one.has_succeeded() {
            (PASSWORD, other)
        } else {
            other.succeeds();
            (NEW_PASSWORD, one)
        };
        refused.refuses("nonFieldErrors", "password_already_set");
        world.log_in_with("petra", chosen).await.succeeds();
        for event in ["password_set", "user_verified"] {
            assert_eq!(world.log.events_named(event).len(), 1, "{event}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_first_password_whose_answer_from_the_store_is_lost_is_set_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        let petra = world.petra().await;
        let token = world.sealed(&petra, Action::PasswordSet);
        world.proxy.nth_of("UpdateItem", 1, Fate::LoseAnswer);
        set(world, &token, NEW_PASSWORD).await.succeeds();
        let petra = world.account("petra").await.expect("petra");
        assert_eq!((petra.epoch, petra.credentials_version), (1, 1));
        assert_eq!(world.log.events_named("user_verified").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn somebody_verified_beside_a_first_password_is_verified_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        let petra = world.petra().await;
        let token = world.sealed(&petra, Action::PasswordSet);
        let held = world.proxy.hold("UpdateItem", 1);
        let meanwhile = async {
            held.arrives().await;
            let backstage = world.backstage();
            let verified = backstage.verify(petra.id(), "petra@email.com").await;
            drop(verified.expect("the store"));
            held.goes_on();
        };
        let (reply, ()) = join!(set(world, &token, NEW_PASSWORD), meanwhile);
        reply.succeeds();
        assert_eq!(world.log.events_named("password_set").len(), 1);
        assert!(world.log.events_named("user_verified").is_empty());
    })
    .await;
}
