//! Rotation, the grace window, and a token that turns up again.

use std::time::Duration;

use serde_json::json;
use tests::in_both_dialects;

use super::{DAY, another_session, is_dead, next, refresh, revoke, seconds, vera_with_a_session};

#[tokio::test]
async fn the_token_just_replaced_still_gives_the_one_that_replaced_it() {
    in_both_dialects(&[], async |world| {
        let a = vera_with_a_session(world).await;
        let b = next(world, &a).await;
        world.pass(seconds(5));
        world.log.clear();
        let reply = refresh(world, &a).await.succeeds();
        assert_eq!(reply.refresh_token(), b);
        assert_eq!(
            reply.get("refreshExpiresIn"),
            world.now().as_second() - 5 + 604_800
        );
        assert!(world.log.events_named("refresh_token_rotated").is_empty());
        assert_eq!(world.log.events_named("token_refreshed").len(), 1);
        // Without the next token, what the client holds is the one it has presented.
        let arguments = json!({ "refreshToken": a });
        let selection = "success errors refreshExpiresIn";
        let asker = world.anybody();
        let reply = asker
            .act_selecting("refreshToken", arguments, selection)
            .await;
        let end = world.now().as_second() - 5 + 10;
        assert_eq!(reply.succeeds().get("refreshExpiresIn"), end);
        world.pass(seconds(60));
        next(world, &b).await;
    })
    .await;
}

#[tokio::test]
async fn a_thief_who_uses_an_old_token_ends_that_session_and_no_other() {
    in_both_dialects(&[], async |world| {
        let a = vera_with_a_session(world).await;
        let other = another_session(world).await;
        let b = next(world, &a).await;
        world.pass(seconds(11));
        world.log.clear();
        is_dead(world, &a).await;
        is_dead(world, &b).await;
        is_dead(world, &a).await;
        let revoked = world.log.events_named("refresh_token_revoked");
        assert_eq!(revoked.len(), 1);
        assert_eq!(revoked[0]["reason"], "reuse");
        next(world, &other).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_two_behind_ends_its_session_at_any_time() {
    in_both_dialects(&[], async |world| {
        let mut token = vera_with_a_session(world).await;
        for pause in [11, 2] {
            let a = token;
            let b = next(world, &a).await;
            let c = next(world, &b).await;
            world.pass(seconds(pause));
            is_dead(world, &a).await;
            is_dead(world, &c).await;
            token = another_session(world).await;
        }
        next(world, &token).await;
    })
    .await;
}

#[tokio::test]
async fn without_a_grace_window_the_token_replaced_ends_its_session_at_once() {
    in_both_dialects(&[("REFRESH_REUSE_INTERVAL", "0")], async |world| {
        let a = vera_with_a_session(world).await;
        let b = next(world, &a).await;
        world.pass(Duration::from_millis(1));
        is_dead(world, &a).await;
        is_dead(world, &b).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_stays_good_while_no_next_one_is_selected() {
    in_both_dialects(&[], async |world| {
        let a = vera_with_a_session(world).await;
        let expires = world.now().as_second() + 604_800;
        world.log.clear();
        for _ in 0..3 {
            world.pass(seconds(60));
            let asker = world.anybody();
            let arguments = json!({ "refreshToken": a });
            let selection = "success errors token refreshExpiresIn";
            let reply = asker
                .act_selecting("refreshToken", arguments, selection)
                .await
                .succeeds();
            assert_eq!(reply.get("refreshExpiresIn"), expires, "{reply}");
            let me = world
                .with_token(&reply.access_token())
                .query("{ me { username } }")
                .await;
            assert_eq!(me["me"]["username"], "vera");
        }
        assert!(world.log.events_named("refresh_token_rotated").is_empty());
        assert_eq!(world.log.events_named("token_refreshed").len(), 3);
        next(world, &a).await;
    })
    .await;
}

#[tokio::test]
async fn without_rotation_every_token_of_a_session_works_for_its_own_seven_days() {
    in_both_dialects(&[("REFRESH_TOKEN_ROTATION", "false")], async |world| {
        let a = vera_with_a_session(world).await;
        world.pass(DAY);
        let b = next(world, &a).await;
        assert_ne!(a, b);
        for token in [&a, &b, &a, &b] {
            world.pass(seconds(60));
            next(world, token).await;
        }
        world.pass(DAY * 6);
        is_dead(world, &a).await;
        let c = next(world, &b).await;
        assert_eq!(world.sessions().await.len(), 1);

        let fresh = another_session(world).await;
        let further = next(world, &fresh).await;
        revoke(world, &further).await.succeeds();
        is_dead(world, &fresh).await;
        is_dead(world, &further).await;
        next(world, &c).await;
        // Expired by itself, but never revoked.
        revoke(world, &a).await.succeeds();
        is_dead(world, &c).await;
    })
    .await;
}
