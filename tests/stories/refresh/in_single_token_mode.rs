//! Without sessions: an access token refreshes itself.

use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World, in_both_dialects};

use super::{NEARLY_A_WEEK, seconds};

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
