//! Refreshing and revoking, with the two arguments of this dialect.

use std::time::Duration;

use graphql::http::Dialect::Plain;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World};

use super::{open, refresh, seconds_between, time};

async fn has_expired(world: &World, token: &str) {
    for revoke in [false, true] {
        refresh(world, token, revoke)
            .await
            .refuses("nonFieldErrors", "expired_token");
    }
}

#[tokio::test]
async fn a_refresh_without_revocation_keeps_the_refresh_token() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds();
    for _ in 0..2 {
        world.pass(Duration::from_mins(1));
        let reply = refresh(&world, &first.refresh_token(), false)
            .await
            .succeeds();
        assert_eq!(
            reply.get("refreshToken"),
            first.get("refreshToken"),
            "{reply}"
        );
        assert_eq!(reply.get("user"), &Value::Null, "{reply}");
        let me = world
            .with_token(&reply.access_token())
            .query("{ me { username } }")
            .await;
        assert_eq!(me["me"]["username"], "vera");
        let issued = time(&reply.get("token")["payload"]["origIat"]).as_second();
        assert_eq!(issued, world.now().as_second());
    }
    assert!(world.log.events_named("refresh_token_rotated").is_empty());
    world.close().await;
}

#[tokio::test]
async fn a_refresh_with_revocation_replaces_the_refresh_token_without_grace() {
    for rotation in ["true", "false"] {
        let world = open(&[("REFRESH_TOKEN_ROTATION", rotation)]).await;
        world.vera().await;
        let first = world.log_in("vera").await.succeeds().refresh_token();
        world.pass(Duration::from_mins(1));
        let reply = refresh(&world, &first, true).await.succeeds();
        let second = reply.refresh_token();
        assert_ne!(first, second);
        assert_eq!(reply.get("user"), &Value::Null, "{reply}");
        let shown = reply.get("refreshToken");
        assert_eq!(time(&shown["created"]).as_second(), world.now().as_second());
        assert_eq!(
            seconds_between(&shown["created"], &shown["expiresAt"]),
            604_800
        );
        assert_eq!(
            (&shown["revoked"], &shown["isExpired"]),
            (&Value::Null, &json!(false))
        );

        // At once it is only refused, at any door; later it ends the session.
        has_expired(&world, &first).await;
        let arguments = json!({ "refreshToken": first });
        for act in ["refreshToken", "revokeToken"] {
            let in_plain = world.anybody().at(Plain).act(act, arguments.clone()).await;
            in_plain.refuses("nonFieldErrors", "invalid_token");
        }
        refresh(&world, &second, false).await.succeeds();
        world.pass(Duration::from_secs(11));
        refresh(&world, &second, false).await.succeeds();
        has_expired(&world, &first).await;
        has_expired(&world, &second).await;
        let ended = world.log.events_named("refresh_token_revoked");
        assert_eq!(ended.len(), 1);
        assert_eq!(ended[0]["reason"], "reuse");
        world.close().await;
    }
}

#[tokio::test]
async fn a_revocation_does_not_need_the_next_token_to_be_selected() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds().refresh_token();
    let arguments = json!({ "refreshToken": first, "revokeRefreshToken": true });
    let asker = world.anybody();
    let selection = "success errors token { token }";
    asker
        .act_selecting("refreshToken", arguments, selection)
        .await
        .succeeds();
    has_expired(&world, &first).await;
    world.close().await;
}

#[tokio::test]
async fn of_two_refreshes_with_revocation_at_once_one_succeeds() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds().refresh_token();
    let replies = futures::join!(refresh(&world, &first, true), refresh(&world, &first, true));
    let (done, refused): (Vec<_>, Vec<_>) = [replies.0, replies.1]
        .into_iter()
        .partition(Reply::has_succeeded);
    assert_eq!((done.len(), refused.len()), (1, 1));
    assert!(
        refused[0].is_refused("nonFieldErrors", "expired_token"),
        "{}",
        refused[0]
    );
    refresh(&world, &done[0].refresh_token(), false)
        .await
        .succeeds();
    world.close().await;
}

#[tokio::test]
async fn a_token_that_another_dialect_has_replaced_is_served_for_a_while() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds().refresh_token();
    let in_plain = world.anybody().at(Plain);
    let reply = in_plain
        .act("refreshToken", json!({ "refreshToken": first }))
        .await;
    let second = reply.succeeds().refresh_token();
    world.pass(Duration::from_secs(5));
    for revoke in [false, true] {
        let reply = refresh(&world, &first, revoke).await.succeeds();
        assert_eq!(reply.refresh_token(), second, "{reply}");
    }
    world.pass(Duration::from_secs(6));
    has_expired(&world, &first).await;
    has_expired(&world, &second).await;
    world.close().await;
}

#[tokio::test]
async fn an_ended_session_has_expired_and_an_unknown_one_is_invalid() {
    let world = open(&[]).await;
    world.vera().await;
    let session = async || world.log_in("vera").await.succeeds().refresh_token();
    let (revoked, old) = (session().await, session().await);
    world
        .act("revokeToken", json!({ "refreshToken": revoked }))
        .await
        .succeeds();
    has_expired(&world, &revoked).await;
    world.pass(Duration::from_hours(7 * 24) + Duration::from_secs(5));
    has_expired(&world, &old).await;
    let access_token = world.token_of("vera").await;
    for unknown in ["invalid", "", access_token.as_str()] {
        for revoke in [false, true] {
            let reply = refresh(&world, unknown, revoke).await;
            reply.refuses("nonFieldErrors", "invalid_token");
        }
    }
    let kept = session().await;
    for attribute in ["archived", "active"] {
        world
            .operate("vera", attribute, attribute == "archived")
            .await;
        refresh(&world, &kept, false)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        world
            .operate("vera", attribute, attribute != "archived")
            .await;
    }
    refresh(&world, &kept, false).await.succeeds();
    let change = json!({
        "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
    });
    world
        .as_person("vera")
        .await
        .act("passwordChange", change)
        .await
        .succeeds();
    has_expired(&world, &kept).await;
    world.close().await;
}

#[tokio::test]
async fn a_refresh_needs_both_arguments() {
    let world = open(&[]).await;
    for arguments in [
        json!({ "refreshToken": "x" }),
        json!({ "revokeRefreshToken": true }),
        json!({ "refreshToken": "x", "revokeRefreshToken": null }),
    ] {
        let reply = world.act("refreshToken", arguments).await;
        assert_eq!(reply.status, 200, "{reply}");
        assert_eq!(reply.body["data"], Value::Null, "{reply}");
        assert!(reply.body["errors"][0]["message"].is_string(), "{reply}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_revoked_token_is_shown_as_revoked() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds();
    world.pass(Duration::from_mins(1));
    let arguments = json!({ "refreshToken": first.refresh_token() });
    let reply = world.act("revokeToken", arguments.clone()).await.succeeds();
    let shown = reply.get("refreshToken");
    assert_eq!(shown["token"], first.refresh_token());
    assert_eq!(time(&shown["revoked"]).as_second(), world.now().as_second());
    assert_eq!(shown["isExpired"], true);
    assert_eq!(shown["created"], first.get("refreshToken")["created"]);
    assert_eq!(shown["expiresAt"], first.get("refreshToken")["expiresAt"]);
    world
        .act("revokeToken", arguments)
        .await
        .refuses("nonFieldErrors", "invalid_token");
    world.close().await;
}

#[tokio::test]
async fn in_single_token_mode_nothing_is_refreshed_and_no_session_stored() {
    let world = open(&[("JWT_LONG_RUNNING_REFRESH_TOKEN", "false")]).await;
    world.vera().await;
    let reply = world.log_in("vera").await.succeeds();
    assert_eq!(reply.get("refreshToken"), &Value::Null, "{reply}");
    assert!(world.sessions().await.is_empty());
    for reply in [
        refresh(&world, "x", false).await,
        world
            .act("revokeToken", json!({ "refreshToken": "x" }))
            .await,
        world
            .act("refreshToken", json!({ "token": reply.access_token() }))
            .await,
    ] {
        assert_eq!(reply.body["data"], Value::Null, "{reply}");
    }
    world.close().await;
}

#[tokio::test]
async fn without_rotation_a_revocation_is_about_the_presented_token_and_no_other() {
    let world = open(&[("REFRESH_TOKEN_ROTATION", "false")]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds().refresh_token();
    let next = async |token: &str| {
        let plain = world.anybody().at(Plain);
        let reply = plain.act("refreshToken", json!({ "refreshToken": token }));
        reply.await.succeeds().refresh_token()
    };
    let revoke = async |token: &str| {
        refresh(&world, token, true)
            .await
            .succeeds()
            .refresh_token()
    };
    let middle = next(&first).await;
    let last = next(&middle).await;
    let for_middle = revoke(&middle).await;
    has_expired(&world, &middle).await;
    let newest = revoke(&for_middle).await;
    let for_first = revoke(&first).await;
    for revoked in [&first, &middle, &for_middle] {
        has_expired(&world, revoked).await;
    }
    for good in [&last, &newest, &for_first] {
        refresh(&world, good, false).await.succeeds();
    }
    // A revoked token that turns up long after ends its session.
    world.pass(Duration::from_secs(11));
    has_expired(&world, &for_middle).await;
    for dead in [&last, &newest, &for_first] {
        has_expired(&world, dead).await;
    }
    world.close().await;
}

#[tokio::test]
async fn without_rotation_a_client_that_always_revokes_pays_for_one_write() {
    let world = open(&[("REFRESH_TOKEN_ROTATION", "false")]).await;
    world.vera().await;
    let mut token = world.log_in("vera").await.succeeds().refresh_token();
    for _ in 0..3 {
        world.proxy.take_calls();
        token = refresh(&world, &token, true)
            .await
            .succeeds()
            .refresh_token();
        assert_eq!(world.proxy.take_calls().len(), 2);
    }
    world.close().await;
}
