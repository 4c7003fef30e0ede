//! Several at once, and answers that are lost.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::network::{Client, Network};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Fate, in_both_dialects};

use super::{another_session, is_dead, next, refresh, revoke, seconds, vera_with_a_session};

#[tokio::test]
async fn a_session_that_is_stored_once_more_after_it_has_ended_does_not_come_back() {
    in_both_dialects(&[], async |world| {
        let vera = world.vera().await;
        let client = Client {
            network: Network::of("192.0.2.1".parse().expect("an address")),
            user_agent: None,
        };
        let (session, held) = world
            .app()
            .new_session(vera.id(), vera.epoch, &client)
            .expect("a session");
        let stored = async || world.backstage().add_session(&session).await;
        stored().await.expect("the store");
        revoke(world, &held.token).await.succeeds();
        stored().await.expect("a repeat is no fault");
        is_dead(world, &held.token).await;
    })
    .await;
}

#[tokio::test]
async fn fifty_refreshes_at_once_with_one_token_end_up_with_one_session_and_one_token() {
    in_both_dialects(&[], async |world| {
        let a = vera_with_a_session(world).await;
        world.log.clear();
        let replies = join_all((0..50).map(|_| refresh(world, &a))).await;
        let mut given: Vec<_> = replies
            .into_iter()
            .map(|reply| reply.succeeds().refresh_token())
            .collect();
        given.dedup();
        assert_eq!(given.len(), 1, "they got different tokens");
        assert_ne!(given[0], a);
        assert_eq!(world.sessions().await.len(), 1);
        assert_eq!(world.log.events_named("refresh_token_rotated").len(), 1);
        world.pass(seconds(60));
        next(world, &given[0]).await;
    })
    .await;
}

#[tokio::test]
async fn a_refresh_and_a_revocation_at_once_leave_nothing_that_works() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        for _ in 0..8 {
            let a = another_session(world).await;
            let (refreshed, revoked) = futures::join!(refresh(world, &a), revoke(world, &a));
            revoked.succeeds();
            if refreshed.has_succeeded() {
                is_dead(world, &refreshed.refresh_token()).await;
            } else {
                refreshed.refuses("nonFieldErrors", "invalid_token");
            }
            is_dead(world, &a).await;
        }
        assert_eq!(world.log.events_named("refresh_token_revoked").len(), 8);
    })
    .await;
}

#[tokio::test]
async fn a_refresh_beside_a_password_change_does_not_outlive_it() {
    in_both_dialects(&[], async |world| {
        let a = vera_with_a_session(world).await;
        let asker = world.as_person("vera").await;
        let change = json!({
            "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
        });
        let (changed, refreshed) =
            futures::join!(asker.act("passwordChange", change), refresh(world, &a));
        if refreshed.has_succeeded() {
            is_dead(world, &refreshed.refresh_token()).await;
            let me = world.with_token(&refreshed.access_token());
            assert_eq!(me.query("{ me { username } }").await["me"], Value::Null);
        }
        is_dead(world, &a).await;
        next(world, &changed.succeeds().refresh_token()).await;
    })
    .await;
}

#[tokio::test]
async fn a_refresh_whose_answer_from_the_store_is_lost_rotates_once() {
    in_both_dialects(&[("REFRESH_REUSE_INTERVAL", "0")], async |world| {
        let mut token = vera_with_a_session(world).await;
        world.log.clear();
        // The write goes side by side with a read, so it is one of the first two calls.
        for call in [1, 2] {
            world.pass(seconds(1));
            world.proxy.nth(call, Fate::LoseAnswer);
            token = next(world, &token).await;
        }
        assert_eq!(world.log.events_named("refresh_token_rotated").len(), 2);
        world.pass(seconds(1));
        next(world, &token).await;
        assert_eq!(world.sessions().await.len(), 1);
    })
    .await;
}
