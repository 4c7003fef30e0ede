//! When a password-set token is good, and when it is not.

use std::time::Duration;

use serde_json::json;
use tests::in_each_dialect;
use tests::people::NEW_PASSWORD;
use tests::tokens::choosing;

use super::{PASSWORDLESS, has_no_password, registered, set};

#[tokio::test]
async fn a_token_that_is_not_good_hides_what_is_wrong_with_the_password() {
    let settings = [
        PASSWORDLESS,
        &[("ALLOW_PASSWORD_RESET_NOT_VERIFIED", "true")],
    ]
    .concat();
    in_each_dialect(&settings, async |world| {
        world.vera().await;
        let logged_in = world.log_in("vera").await.succeeds();
        drop(registered(world, "petra").await);
        for token in [
            "invalid".to_owned(),
            String::new(),
            logged_in.access_token(),
            logged_in.refresh_token(),
            world.token_mailed("petra@email.com", "activate"),
            world.reset_token("petra@email.com").await,
        ] {
            let form = json!({ "token": token, "newPassword1": "1", "newPassword2": "" });
            let reply = world.act("passwordSet", form).await;
            reply.refuses("nonFieldErrors", "invalid_token");
        }
        has_no_password(world, "petra").await;
    })
    .await;
}

#[tokio::test]
async fn a_password_set_token_works_for_an_hour_or_as_long_as_is_set() {
    in_each_dialect(PASSWORDLESS, async |world| {
        let hour = Duration::from_hours(1);
        let five_seconds = Duration::from_secs(5);
        let tokens = [
            registered(world, "one").await,
            registered(world, "two").await,
        ];
        world.pass(hour - five_seconds);
        set(world, &tokens[0], NEW_PASSWORD).await.succeeds();
        world.pass(five_seconds + five_seconds);
        for password in [NEW_PASSWORD, "1"] {
            let reply = set(world, &tokens[1], password).await;
            reply.refuses("nonFieldErrors", "expired_token");
            // Also where it would be told that there is a password.
            let reply = set(world, &tokens[0], password).await;
            reply.refuses("nonFieldErrors", "expired_token");
        }
        has_no_password(world, "two").await;
        let changed = [("EXPIRATION_PASSWORD_SET_TOKEN", "2h")];
        world.restart(&changed).expect("settings that are right");
        set(world, &tokens[1], NEW_PASSWORD).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_account_gets_no_password_and_an_archived_one_stays_archived() {
    in_each_dialect(PASSWORDLESS, async |world| {
        let token = registered(world, "petra").await;
        world.operate("petra", "active", false).await;
        for password in [NEW_PASSWORD, "1"] {
            let reply = set(world, &token, password).await;
            reply.refuses("nonFieldErrors", "invalid_token");
        }
        has_no_password(world, "petra").await;
        world.operate("petra", "active", true).await;
        world.operate("petra", "archived", true).await;
        set(world, &token, NEW_PASSWORD).await.succeeds();
        assert!(
            world
                .account("petra")
                .await
                .expect("petra")
                .profile
                .archived
        );
    })
    .await;
}

#[tokio::test]
async fn a_removed_account_gets_no_password_nor_does_the_next_of_that_name() {
    in_each_dialect(PASSWORDLESS, async |world| {
        let token = registered(world, "petra").await;
        let petra = world.account("petra").await.expect("petra");
        assert!(world.backstage().remove(&petra).await.expect("the store"));
        for _ in 0..2 {
            let reply = set(world, &token, NEW_PASSWORD).await;
            reply.refuses("nonFieldErrors", "invalid_token");
            if world.account("petra").await.is_none() {
                drop(registered(world, "petra").await);
            }
        }
        has_no_password(world, "petra").await;
    })
    .await;
}

#[tokio::test]
async fn a_reset_and_a_first_password_end_each_other() {
    let settings = [
        PASSWORDLESS,
        &[("ALLOW_PASSWORD_RESET_NOT_VERIFIED", "true")],
    ]
    .concat();
    in_each_dialect(&settings, async |world| {
        for first in ["set", "reset"] {
            let email = format!("{first}@email.com");
            let setting = choosing(&registered(world, first).await, NEW_PASSWORD);
            let resetting = choosing(&world.reset_token(&email).await, NEW_PASSWORD);
            let (done, then, code) = match first {
                "set" => (
                    ("passwordSet", setting),
                    ("passwordReset", resetting),
                    "invalid_token",
                ),
                _ => (
                    ("passwordReset", resetting),
                    ("passwordSet", setting),
                    "password_already_set",
                ),
            };
            world.act(done.0, done.1).await.succeeds();
            world
                .act(then.0, then.1)
                .await
                .refuses("nonFieldErrors", code);
        }
        assert_eq!(world.log.events_named("user_verified").len(), 2);
    })
    .await;
}
