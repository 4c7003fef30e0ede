mod in_single_token_mode;
mod races;
mod rotation;

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;
use tests::log::Log;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World, in_both_dialects};

const DAY: Duration = Duration::from_hours(24);

/// A moment before seven days are over.
const NEARLY_A_WEEK: Duration = Duration::from_secs(7 * 86_400 - 5);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// vera, and the refresh token of a session of hers.
async fn vera_with_a_session(world: &World) -> String {
    world.vera().await;
    another_session(world).await
}

async fn another_session(world: &World) -> String {
    world.log_in("vera").await.succeeds().refresh_token()
}

async fn refresh(world: &World, token: &str) -> Reply {
    world
        .act("refreshToken", json!({ "refreshToken": token }))
        .await
}

/// Refreshes, and gives the next refresh token.
async fn next(world: &World, token: &str) -> String {
    refresh(world, token).await.succeeds().refresh_token()
}

async fn is_dead(world: &World, token: &str) {
    let reply = refresh(world, token)
        .await
        .refuses("nonFieldErrors", "invalid_token");
    assert_eq!(reply.message("nonFieldErrors"), "Invalid token.");
}

async fn revoke(world: &World, token: &str) -> Reply {
    world
        .act("revokeToken", json!({ "refreshToken": token }))
        .await
}

#[tokio::test]
async fn a_refresh_token_becomes_a_new_access_token_and_the_next_refresh_token() {
    in_both_dialects(&[], async |world| {
        let first = vera_with_a_session(world).await;
        world.pass(seconds(60));
        world.log.clear();
        let reply = refresh(world, &first).await.succeeds();
        let now = world.now().as_second();
        let payload = json!({ "username": "vera", "exp": now + 300, "origIat": now });
        assert_eq!(reply.get("payload"), &payload, "{reply}");
        assert_eq!(reply.get("refreshExpiresIn"), now + 604_800, "{reply}");
        assert_ne!(reply.refresh_token(), first);
        let me = world
            .with_token(&reply.access_token())
            .query("{ me { username } }")
            .await;
        assert_eq!(me["me"]["username"], "vera");
        let events = world.log.events();
        let names: Vec<_> = events.iter().map(|event| &event["event"]).collect();
        assert_eq!(names, ["refresh_token_rotated", "token_refreshed"]);
        assert!(events[0]["session_id"].is_string() && events[1]["token_id"].is_string());
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_must_be_given() {
    in_both_dialects(&[], async |world| {
        world
            .act("refreshToken", json!({}))
            .await
            .is_request_error();
        world
            .act("refreshToken", json!({ "refreshToken": null }))
            .await
            .is_request_error();
        world.act("revokeToken", json!({})).await.is_request_error();
    })
    .await;
}

#[tokio::test]
async fn what_is_no_refresh_token_of_a_session_is_invalid() {
    in_both_dialects(&[], async |world| {
        let token = vera_with_a_session(world).await;
        world.nora().await;
        let resent = json!({ "email": "nora@email.com" });
        world.act("resendActivationEmail", resent).await.succeeds();
        let last = if token.ends_with('0') { "1" } else { "0" };
        for wrong in [
            "invalid".to_owned(),
            String::new(),
            "0".repeat(token.len()),
            world.token_of("vera").await,
            world.token_mailed("nora@email.com", "activate"),
            token.to_uppercase(),
            format!("{}{last}", &token[..token.len() - 1]),
            format!("{token}00"),
            format!(" {token}"),
        ] {
            is_dead(world, &wrong).await;
            revoke(world, &wrong)
                .await
                .refuses("nonFieldErrors", "invalid_token");
        }
        next(world, &token).await;
    })
    .await;
}

#[tokio::test]
async fn a_session_that_its_owner_cannot_use_is_invalid() {
    in_both_dialects(&[], async |world| {
        let mut tokens = Vec::new();
        for name in ["asleep", "off", "gone", "changed"] {
            world.person(name, |_| {}).await;
            tokens.push(world.log_in(name).await.succeeds().refresh_token());
        }
        world.operate("asleep", "archived", true).await;
        world.operate("off", "active", false).await;
        let gone = world.account("gone").await.expect("gone");
        assert!(world.backstage().remove(&gone).await.expect("the store"));
        let change = json!({
            "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
        });
        let asker = world.as_person("changed").await;
        asker.act("passwordChange", change).await.succeeds();
        for token in tokens {
            is_dead(world, &token).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_lives_for_seven_days_and_each_use_gives_seven_more() {
    in_both_dialects(&[], async |world| {
        let first = vera_with_a_session(world).await;
        world.pass(NEARLY_A_WEEK);
        let second = next(world, &first).await;
        world.pass(NEARLY_A_WEEK);
        let third = next(world, &second).await;
        world.pass(DAY * 7 + seconds(5));
        is_dead(world, &third).await;
    })
    .await;
}

#[tokio::test]
async fn the_age_of_a_refresh_token_is_judged_by_the_lifetime_in_force() {
    in_both_dialects(&[], async |world| {
        let held = vera_with_a_session(world).await;
        world.pass(seconds(60));
        world
            .restart(&[("JWT_REFRESH_EXPIRATION_DELTA", "59s")])
            .expect("settings");
        is_dead(world, &held).await;
        world
            .restart(&[("JWT_REFRESH_EXPIRATION_DELTA", "14d")])
            .expect("settings");
        world.pass(DAY * 13);
        let reply = refresh(world, &held).await.succeeds();
        let until = world.now().as_second() + 14 * 86_400;
        assert_eq!(reply.get("refreshExpiresIn"), until, "{reply}");
    })
    .await;
}

#[tokio::test]
async fn a_session_record_is_kept_for_a_day_and_then_makes_no_ghost() {
    in_both_dialects(&[], async |world| {
        let token = vera_with_a_session(world).await;
        let number = |item: &tests::audit::Item, name: &str| {
            item[name]
                .as_n()
                .expect("a number")
                .parse::<i64>()
                .expect("seconds")
        };
        let [item] = &world.sessions().await[..] else {
            panic!("not one session");
        };
        assert_eq!(
            number(item, "expires_at"),
            world.now().as_second() + 604_800
        );
        assert!(number(item, "purge_at") >= number(item, "expires_at") + 86_400);
        let (client, [_, sessions, _]) = world.database();
        client
            .delete_item()
            .table_name(sessions)
            .key("account_id", item["account_id"].clone())
            .key("session_id", item["session_id"].clone())
            .send()
            .await
            .expect("the store");
        is_dead(world, &token).await;
        revoke(world, &token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        assert!(world.sessions().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_clear_text_of_a_refresh_token_is_kept_nowhere() {
    in_both_dialects(&[], async |world| {
        let log = Log::capture("trace");
        let a = vera_with_a_session(world).await;
        let b = next(world, &a).await;
        let c = next(world, &b).await;
        revoke(world, &c).await.succeeds();
        let (client, tables) = world.database();
        let mut kept = log.text();
        for table in tables {
            let items = tests::audit::items(client, table).await;
            write!(kept, "{items:?}").expect("a text takes all");
        }
        assert!(kept.contains("refresh_token_rotated") && kept.contains("session_id"));
        for token in [a, b, c] {
            assert!(!kept.contains(&token));
            // The part that proves it, without which the rest is worth nothing.
            assert!(!kept.contains(&token[token.len() - 40..]));
        }
    })
    .await;
}
