use std::fmt::Write as _;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use shared::network::{Client, Network};
use tests::log::Log;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Fate, Reply, World, in_both_dialects};

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

mod in_single_token_mode {
    use super::*;

    const SETTINGS: &[(&str, &str)] = &[("JWT_LONG_RUNNING_REFRESH_TOKEN", "false")];

    async fn refresh(world: &World, token: &str) -> Reply {
        world.act("refreshToken", json!({ "token": token })).await
    }

    #[tokio::test]
    async fn an_access_token_refreshes_itself_and_keeps_its_origin() {
        in_both_dialects(SETTINGS, async |world| {
            world.vera().await;
            let reply = world.log_in("vera").await.succeeds();
            assert_eq!(reply.get("refreshToken"), &Value::Null, "{reply}");
            let origin = world.now().as_second();
            let mut token = reply.access_token();
            for _ in 0..3 {
                world.pass(seconds(200));
                let reply = refresh(world, &token).await.succeeds();
                let exp = world.now().as_second() + 300;
                let payload = json!({ "username": "vera", "exp": exp, "origIat": origin });
                assert_eq!(reply.get("payload"), &payload, "{reply}");
                assert_eq!(reply.get("refreshExpiresIn"), origin + 604_800, "{reply}");
                assert_eq!(reply.get("refreshToken"), &Value::Null, "{reply}");
                token = reply.access_token();
            }
            let me = world.with_token(&token).query("{ me { username } }").await;
            assert_eq!(me["me"]["username"], "vera");
            assert_eq!(world.log.events_named("token_refreshed").len(), 3);
            world.pass(seconds(305));
            refresh(world, &token)
                .await
                .refuses("nonFieldErrors", "expired_token");
        })
        .await;
    }

    #[tokio::test]
    async fn seven_days_after_its_origin_a_token_is_refreshed_no_more() {
        in_both_dialects(SETTINGS, async |world| {
            world
                .restart(&[("JWT_EXPIRATION_DELTA", "10d")])
                .expect("settings");
            world.vera().await;
            let token = world.token_of("vera").await;
            world.pass(NEARLY_A_WEEK);
            refresh(world, &token).await.succeeds();
            world.pass(seconds(10));
            refresh(world, &token)
                .await
                .refuses("nonFieldErrors", "invalid_token");
            let reply = world.act("verifyToken", json!({ "token": token })).await;
            reply.succeeds();
        })
        .await;
    }

    #[tokio::test]
    async fn only_an_access_token_whose_owner_stands_by_it_is_refreshed() {
        in_both_dialects(SETTINGS, async |world| {
            let mut tokens = vec!["invalid".to_owned(), String::new()];
            for name in ["asleep", "off", "gone", "changed"] {
                world.person(name, |_| {}).await;
                tokens.push(world.token_of(name).await);
            }
            world.operate("asleep", "archived", true).await;
            world.operate("off", "active", false).await;
            let gone = world.account("gone").await.expect("gone");
            assert!(world.backstage().remove(&gone).await.expect("the store"));
            let change = json!({
                "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
            });
            let asker = world.as_person("changed").await;
            let changed = asker.act("passwordChange", change).await.succeeds();
            assert_eq!(changed.get("refreshToken"), &Value::Null, "{changed}");
            for token in tokens {
                refresh(world, &token)
                    .await
                    .refuses("nonFieldErrors", "invalid_token");
            }
            refresh(world, &changed.access_token()).await.succeeds();
        })
        .await;
    }

    #[tokio::test]
    async fn there_are_no_sessions_and_nothing_to_revoke() {
        in_both_dialects(SETTINGS, async |world| {
            world.vera().await;
            world.log_in("vera").await.succeeds();
            let new = json!({
                "email": "new_user@email.com", "username": "new_user",
                "password1": NEW_PASSWORD, "password2": NEW_PASSWORD,
            });
            let registered = world.act("register", new).await.succeeds();
            assert_eq!(registered.get("refreshToken"), &Value::Null, "{registered}");
            refresh(world, &registered.access_token()).await.succeeds();
            assert!(world.sessions().await.is_empty());
            super::revoke(world, "0").await.is_request_error();
            super::refresh(world, "0").await.is_request_error();
        })
        .await;
    }
}
