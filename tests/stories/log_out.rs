use std::time::Duration;

use futures::future::join_all;
use graphql::http::Dialect;
use serde_json::json;
use tests::people::PASSWORD;
use tests::{Fate, Reply, World, in_both_dialects, in_each_dialect};

fn refreshing(world: &World, token: &str) -> serde_json::Value {
    match world.dialect() {
        Dialect::Gqlauth => json!({ "refreshToken": token, "revokeRefreshToken": false }),
        Dialect::Plain | Dialect::Relay => json!({ "refreshToken": token }),
    }
}

async fn refresh(world: &World, token: &str) -> Reply {
    world.act("refreshToken", refreshing(world, token)).await
}

async fn revoke(world: &World, token: &str) -> Reply {
    world
        .act("revokeToken", json!({ "refreshToken": token }))
        .await
}

async fn is_refused(world: &World, token: &str) {
    revoke(world, token)
        .await
        .refuses("nonFieldErrors", "invalid_token");
}

/// What a refresh with the token of an ended session is told.
async fn is_over(world: &World, token: &str) {
    let code = match world.dialect() {
        Dialect::Gqlauth => "expired_token",
        Dialect::Plain | Dialect::Relay => "invalid_token",
    };
    refresh(world, token).await.refuses("nonFieldErrors", code);
}

#[tokio::test]
async fn a_refresh_token_ends_its_session_for_every_instance_of_the_service() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let logged_in = world.log_in("vera").await.succeeds();
        let other = world.log_in("vera").await.succeeds().refresh_token();
        let token = logged_in.refresh_token();
        world.log.clear();
        let reply = revoke(world, &token).await.succeeds();
        if world.dialect() != Dialect::Gqlauth {
            assert_eq!(reply.get("revoked"), world.now().as_second(), "{reply}");
        }
        let events = world.log.events();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["event"], "refresh_token_revoked");
        assert_eq!(events[0]["reason"], "revoked");
        assert!(events[0]["session_id"].is_string());

        world.restart(&[]).expect("settings");
        is_over(world, &token).await;
        is_refused(world, &token).await;
        refresh(world, &other).await.succeeds();
        assert_eq!(world.log.events_named("refresh_token_revoked").len(), 1);

        // The access token is not the session's.
        let asker = world.with_token(&logged_in.access_token());
        world.pass(Duration::from_secs(295));
        assert_eq!(
            asker.query("{ me { username } }").await["me"]["username"],
            "vera"
        );
        world.pass(Duration::from_secs(10));
        let me = asker.query("{ me { username } }").await;
        assert!(me.is_null() || me["me"].is_null(), "{me}");
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_no_session_ends_none() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let access_token = world.token_of("vera").await;
        for token in ["invalid", "", access_token.as_str()] {
            is_refused(world, token).await;
        }
        assert!(world.log.events().is_empty());
    })
    .await;
}

#[tokio::test]
async fn of_several_revocations_at_once_one_succeeds() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let token = world.log_in("vera").await.succeeds().refresh_token();
        let replies = join_all((0..8).map(|_| revoke(world, &token))).await;
        let (done, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(Reply::has_succeeded);
        assert_eq!(done.len(), 1);
        for reply in refused {
            reply.refuses("nonFieldErrors", "invalid_token");
        }
        assert_eq!(world.log.events_named("refresh_token_revoked").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_revocation_whose_answer_from_the_store_is_lost_succeeds_once() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        // The write goes side by side with a read, so it is one of the first two calls.
        for call in [1, 2] {
            let token = world.log_in("vera").await.succeeds().refresh_token();
            world.log.clear();
            world.proxy.nth(call, Fate::LoseAnswer);
            revoke(world, &token).await.succeeds();
            assert_eq!(world.log.events_named("refresh_token_revoked").len(), 1);
            is_refused(world, &token).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ends_though_its_owner_cannot_be_read_is_told_in_the_log() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let token = world.log_in("vera").await.succeeds().refresh_token();
        world.log.clear();
        for call in 1..=4 {
            world.proxy.nth_of("GetItem", call, Fate::Fail);
        }
        revoke(world, &token).await.is_internal_error();
        assert_eq!(world.log.events_named("refresh_token_revoked").len(), 1);
        is_refused(world, &token).await;
    })
    .await;
}

#[tokio::test]
async fn the_token_just_replaced_still_ends_its_session() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let a = world.log_in("vera").await.succeeds().refresh_token();
        let b = refresh(world, &a).await.succeeds().refresh_token();
        world.pass(Duration::from_secs(9));
        let reply = revoke(world, &a).await.succeeds();
        assert_eq!(reply.get("revoked"), world.now().as_second(), "{reply}");
        is_over(world, &b).await;
        is_refused(world, &b).await;
        let events = world.log.events_named("refresh_token_revoked");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["reason"], "revoked");
    })
    .await;
}

#[tokio::test]
async fn a_token_replaced_long_ago_is_refused_and_ends_its_session() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let a = world.log_in("vera").await.succeeds().refresh_token();
        let b = refresh(world, &a).await.succeeds().refresh_token();
        world.pass(Duration::from_secs(11));
        is_refused(world, &a).await;
        is_over(world, &b).await;
        let events = world.log.events_named("refresh_token_revoked");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["reason"], "reuse");
    })
    .await;
}

#[tokio::test]
async fn an_expired_token_that_was_never_revoked_can_be_revoked() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let token = world.log_in("vera").await.succeeds().refresh_token();
        world.pass(Duration::from_hours(7 * 24 + 1));
        is_over(world, &token).await;
        revoke(world, &token).await.succeeds();
        is_refused(world, &token).await;
    })
    .await;
}

#[tokio::test]
async fn possession_is_enough_whatever_has_become_of_the_owner() {
    in_each_dialect(&[], async |world| {
        for (name, attribute) in [
            ("off", "active"),
            ("asleep", "archived"),
            ("vera", "verified"),
        ] {
            world.person(name, |_| {}).await;
            let token = world.log_in(name).await.succeeds().refresh_token();
            world
                .operate(name, attribute, attribute == "archived")
                .await;
            revoke(world, &token).await.succeeds();
            is_refused(world, &token).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ended_with_all_others_cannot_be_ended_again() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let token = world.log_in("vera").await.succeeds().refresh_token();
        let asker = world.as_person("vera").await;
        asker
            .act("archiveAccount", json!({ "password": PASSWORD }))
            .await
            .succeeds();
        world.log.clear();
        is_refused(world, &token).await;
        assert!(world.log.events().is_empty());
    })
    .await;
}
