//! The letters, and what becomes of a registration whose letters or answers are lost.

use futures::join;
use graphql::http::Dialect;
use local::Behaviour;
use serde_json::json;
use tests::{Fate, World, in_both_dialects};

use super::{items, register};

#[tokio::test]
async fn a_registration_whose_letter_is_not_accepted_leaves_nothing_behind() {
    in_both_dialects(&[], async |world| {
        for behaviour in [
            Behaviour::Refuse,
            Behaviour::Throttle,
            Behaviour::Fail,
            Behaviour::Babble,
            Behaviour::Drop,
            Behaviour::LoseAnswer,
        ] {
            world.inbox.clear();
            world.inbox.behave(behaviour);
            let reply = register(world, json!({})).await;
            let reply = reply.refuses("nonFieldErrors", "email_fail");
            assert_eq!(reply.message("nonFieldErrors"), "Failed to send email.");
            // A letter that may have gone out is not sent again.
            assert_eq!(world.inbox.requests(), 1, "{behaviour:?}");
            assert_eq!(items(world).await, (0, 0), "{behaviour:?}");
        }
        let orphaned = world.token_mailed("new_user@email.com", "activate");
        world.inbox.behave(Behaviour::Deliver);
        move_post_office(world, "http://127.0.0.1:1");
        register(world, json!({}))
            .await
            .refuses("nonFieldErrors", "email_fail");
        assert_eq!(items(world).await, (0, 0));
        assert!(world.log.events().is_empty());
        assert!(!world.log.text().contains("new_user@email.com"));

        move_post_office(world, &world.inbox.url());
        register(world, json!({})).await.succeeds();
        world
            .act("verifyAccount", json!({ "token": orphaned }))
            .await
            .refuses("nonFieldErrors", "invalid_token");
    })
    .await;
}

/// The same service with its post office elsewhere.
fn move_post_office(world: &World, url: &str) {
    let moved = world.restart(&[("AWS_ENDPOINT_URL_SESV2", url)]);
    moved.expect("settings that are right");
}

#[tokio::test]
async fn a_registration_that_cannot_be_undone_stays_whole_and_can_be_activated() {
    in_both_dialects(&[], async |world| {
        world.inbox.behave_at(1, Behaviour::Refuse);
        for repeat in 2..=5 {
            world.proxy.nth_of("TransactWriteItems", repeat, Fate::Fail);
        }
        register(world, json!({}))
            .await
            .refuses("nonFieldErrors", "email_fail");
        world.proxy.all(Fate::Pass);
        assert_eq!(items(world).await, (3, 1));
        assert!(world.log.events_named("user_registered").is_empty());

        let email = json!({ "email": "new_user@email.com" });
        world.act("resendActivationEmail", email).await.succeeds();
        let token = world.token_mailed("new_user@email.com", "activate");
        world
            .act("verifyAccount", json!({ "token": token }))
            .await
            .succeeds();
    })
    .await;
}

#[tokio::test]
async fn an_account_verified_before_its_registration_could_be_undone_stays() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.inbox.behave_at(1, Behaviour::LoseAnswer);
    // The undo is asked for twice; in between the letter, which did go out, is read.
    world.proxy.nth_of("TransactWriteItems", 2, Fate::Hang);
    let reader = async {
        while world.inbox.letters().is_empty() {
            tokio::task::yield_now().await;
        }
        let token = world.token_mailed("new_user@email.com", "activate");
        world.act("verifyAccount", json!({ "token": token })).await
    };
    let (registered, verified) = join!(register(&world, json!({})), reader);
    registered.refuses("nonFieldErrors", "email_fail");
    verified.succeeds();
    let account = world.account("new_user").await.expect("an account");
    assert!(account.profile.verified);
    world.close().await;
}

#[tokio::test]
async fn an_answer_of_the_store_that_is_lost_is_asked_for_again_and_makes_one_account() {
    in_both_dialects(&[], async |world| {
        world
            .proxy
            .nth_of("TransactWriteItems", 1, Fate::LoseAnswer);
        register(world, json!({})).await.succeeds();
        assert_eq!(items(world).await, (3, 1));
        assert_eq!(world.inbox.letters().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_registration_whose_outcome_the_store_never_tells_leaves_nothing_behind() {
    in_both_dialects(&[], async |world| {
        for fate in [Fate::LoseAnswer, Fate::Babble, Fate::Fail] {
            for repeat in 1..=4 {
                world.proxy.nth_of("TransactWriteItems", repeat, fate);
            }
            register(world, json!({})).await.is_internal_error();
            world.proxy.all(Fate::Pass);
            assert_eq!(items(world).await, (0, 0), "{fate:?}");
        }
        assert!(world.inbox.letters().is_empty() && world.log.events().is_empty());
        register(world, json!({})).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn letters_that_are_switched_off_are_not_sent() {
    in_both_dialects(&[("SEND_ACTIVATION_EMAIL", "false")], async |world| {
        register(world, json!({})).await.succeeds();
        let account = world.account("new_user").await.expect("an account");
        assert!(!account.profile.verified);
        let passwordless_only = [("ALLOW_PASSWORDLESS_REGISTRATION", "true")];
        world
            .restart(&passwordless_only)
            .expect("settings that are right");
        let form = json!({ "email": "second@email.com", "username": "second" });
        world.act("register", form).await.succeeds();
        assert!(world.inbox.letters().is_empty());
    })
    .await;
}
