//! How long a reset token is good, and what ends it early.

use std::time::Duration;

use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::{WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect};

use super::{has_password, reset};

const AN_HOUR: Duration = Duration::from_hours(1);
const FIVE_SECONDS: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_reset_token_works_for_an_hour() {
    in_each_dialect(&[], async |world| {
        for (name, age, is_good) in [
            ("one", AN_HOUR - Duration::from_secs(2), true),
            ("two", AN_HOUR, true),
            ("three", AN_HOUR + FIVE_SECONDS, false),
        ] {
            world.person(name, |_| {}).await;
            let token = world.reset_token(&format!("{name}@email.com")).await;
            world.pass(age);
            let reply = reset(world, &token, NEW_PASSWORD).await;
            if is_good {
                reply.succeeds();
            } else {
                let reply = reply.refuses("nonFieldErrors", "expired_token");
                assert_eq!(reply.message("nonFieldErrors"), "Expired token.");
                has_password(world, name, PASSWORD).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn age_is_judged_by_the_setting_in_force_and_before_everything_but_the_seal() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.nora().await;
        let token = world.reset_token("vera@email.com").await;
        let secondary = world.secondary_token("vera", "vera2@email.com").await;
        let email = json!({ "email": "nora@email.com" });
        world.act("resendActivationEmail", email).await.succeeds();
        let activation = world.token_mailed("nora@email.com", "activate");
        world.pass(AN_HOUR + FIVE_SECONDS);
        let set = |lifetime| {
            let changed = [("EXPIRATION_PASSWORD_RESET_TOKEN", lifetime)];
            world.restart(&changed).expect("settings that are right");
        };
        set("30m");
        // Whose it is and what it is for comes later, and so does the form.
        for (token, code) in [
            (&token, "expired_token"),
            (&secondary, "expired_token"),
            (&activation, "invalid_token"),
        ] {
            let form = json!({ "token": token, "newPassword1": "1", "newPassword2": "2" });
            let reply = world.act("passwordReset", form).await;
            reply.refuses("nonFieldErrors", code);
        }
        let vera = world.account("vera").await.expect("vera");
        assert!(world.backstage().remove(&vera).await.expect("the store"));
        let of_nobody = reset(world, &token, NEW_PASSWORD).await;
        of_nobody.refuses("nonFieldErrors", "expired_token");
        set("2h");
        let of_nobody = reset(world, &token, NEW_PASSWORD).await;
        of_nobody.refuses("nonFieldErrors", "invalid_token");
    })
    .await;
}

/// sam does something, and confirms it with the password.
async fn sam_does(world: &World, act: &str, mut arguments: Value) {
    arguments["password"] = json!(PASSWORD);
    let sam = world.as_person("sam").await;
    sam.act(act, arguments).await.succeeds();
}

#[tokio::test]
async fn a_change_of_password_or_address_ends_reset_tokens() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        for change in ["swap", "remove", "attach", "replace", "password"] {
            let token = world.reset_token("sam@email.com").await;
            match change {
                "swap" => {
                    sam_does(world, "swapEmails", json!({})).await;
                    let still = reset(world, &token, NEW_PASSWORD).await;
                    still.refuses("nonFieldErrors", "invalid_token");
                    sam_does(world, "swapEmails", json!({})).await;
                }
                "remove" => sam_does(world, "removeSecondaryEmail", json!({})).await,
                "password" => {
                    let change = json!({ "oldPassword": PASSWORD, "newPassword1": PASSWORD, "newPassword2": PASSWORD });
                    let sam = world.as_person("sam").await;
                    sam.act("passwordChange", change).await.succeeds();
                }
                _ => {
                    let address = format!("{change}@email.com");
                    let secondary = world.secondary_token("sam", &address).await;
                    let secondary = json!({ "token": secondary });
                    world.act("verifySecondaryEmail", secondary).await.succeeds();
                }
            }
            let used = reset(world, &token, NEW_PASSWORD).await;
            assert!(used.is_refused("nonFieldErrors", "invalid_token"), "{change}{used}");
        }
        has_password(world, "sam", PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_else_that_its_owner_does_ends_a_reset_token() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let token = world.reset_token("sam@email.com").await;
        let session = world.log_in("sam").await.succeeds();
        world.refresh(&session.refresh_token()).await.succeeds();
        let sam = world.as_person("sam").await;
        sam.act("updateAccount", json!({ "firstName": "S" }))
            .await
            .succeeds();
        drop(world.secondary_token("sam", "third@email.com").await);
        // A letter to somebody else is a letter to somebody else.
        world.vera().await;
        drop(world.reset_token("vera@email.com").await);
        sam_does(world, "archiveAccount", json!({})).await;
        reset(world, &token, NEW_PASSWORD).await.succeeds();
        assert!(world.account("sam").await.expect("sam").profile.archived);
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_account_cannot_be_reset() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let token = world.reset_token("vera@email.com").await;
        world.operate("vera", "active", false).await;
        let kept = world.kept().await;
        for password in [NEW_PASSWORD, "1"] {
            let reply = reset(world, &token, password).await;
            reply.refuses("nonFieldErrors", "invalid_token");
        }
        assert_eq!(world.kept().await, kept);
    })
    .await;
}

#[tokio::test]
async fn a_removed_account_cannot_be_reset_nor_can_the_next_of_that_name() {
    in_each_dialect(&[("ALLOW_DELETE_ACCOUNT", "true")], async |world| {
        world.vera().await;
        let token = world.reset_token("vera@email.com").await;
        let vera = world.as_person("vera").await;
        vera.act("deleteAccount", json!({ "password": PASSWORD }))
            .await
            .succeeds();
        let used = reset(world, &token, NEW_PASSWORD).await;
        used.refuses("nonFieldErrors", "invalid_token");
        let form = json!({
            "username": "vera", "email": "vera@email.com",
            "password1": PASSWORD, "password2": PASSWORD,
        });
        world.act("register", registration(form)).await.succeeds();
        let used = reset(world, &token, NEW_PASSWORD).await;
        used.refuses("nonFieldErrors", "invalid_token");
        has_password(world, "vera", PASSWORD).await;
    })
    .await;
}
