//! How long the token of a confirmation letter is good, and what ends it early.

use std::time::Duration;

use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::tokens::choosing;
use tests::{WITHOUT_LIMITS, World, in_both_dialects};

use super::{confirm, confirmed, has};

#[tokio::test]
async fn a_confirmation_token_works_for_an_hour_or_as_long_as_is_set() {
    in_both_dialects(&[], async |world| {
        let hour = Duration::from_hours(1);
        let five_seconds = Duration::from_secs(5);
        for (name, age, is_good) in [
            ("one", hour - five_seconds, true),
            ("two", hour, true),
            ("three", hour + five_seconds, false),
        ] {
            world.person(name, |_| {}).await;
            let second = format!("{name}2@email.com");
            let token = world.secondary_token(name, &second).await;
            world.pass(age);
            let primary = format!("{name}@email.com");
            if is_good {
                confirm(world, &token).await.succeeds();
                has(world, name, &primary, Some(&second)).await;
                continue;
            }
            let reply = confirm(world, &token)
                .await
                .refuses("nonFieldErrors", "expired_token");
            assert_eq!(reply.message("nonFieldErrors"), "Expired token.");
            has(world, name, &primary, None).await;
            let changed = [("EXPIRATION_SECONDARY_EMAIL_ACTIVATION_TOKEN", "2h")];
            world.restart(&changed).expect("settings that are right");
            confirm(world, &token).await.succeeds();
        }
    })
    .await;
}

#[tokio::test]
async fn anything_but_a_confirmation_token_is_invalid() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.nora().await;
        let logged_in = world.log_in("vera").await.succeeds();
        let email = json!({ "email": "nora@email.com" });
        world.act("resendActivationEmail", email).await.succeeds();
        let kept = world.kept().await;
        for token in [
            "invalid".to_owned(),
            String::new(),
            world.token_mailed("nora@email.com", "activate"),
            logged_in.access_token(),
            logged_in.refresh_token(),
        ] {
            let reply = confirm(world, &token)
                .await
                .refuses("nonFieldErrors", "invalid_token");
            assert_eq!(reply.message("nonFieldErrors"), "Invalid token.");
        }
        assert_eq!(world.kept().await, kept);
        let reset = world.reset_token("vera@email.com").await;
        confirm(world, &reset)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        world.pass(Duration::from_hours(2));
        confirm(world, &reset)
            .await
            .refuses("nonFieldErrors", "expired_token");
    })
    .await;
}

/// sam does something as himself.
async fn sam_does(world: &World, act: &str, arguments: Value) {
    let sam = world.as_person("sam").await;
    sam.act(act, arguments).await.succeeds();
}

#[tokio::test]
async fn a_change_of_password_or_address_ends_confirmation_tokens() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        for change in ["swap", "replace", "remove", "attach", "password", "reset"] {
            let token = world.secondary_token("sam", "third@email.com").await;
            match change {
                "swap" => {
                    sam_does(world, "swapEmails", confirmed()).await;
                    confirm(world, &token).await.refuses("nonFieldErrors", "invalid_token");
                    sam_does(world, "swapEmails", confirmed()).await;
                }
                "remove" => sam_does(world, "removeSecondaryEmail", confirmed()).await,
                "password" => {
                    let change = json!({ "oldPassword": PASSWORD, "newPassword1": PASSWORD, "newPassword2": PASSWORD });
                    sam_does(world, "passwordChange", change).await;
                }
                "reset" => {
                    let reset = world.reset_token("sam@email.com").await;
                    let form = choosing(&reset, NEW_PASSWORD);
                    world.act("passwordReset", form).await.succeeds();
                }
                _ => {
                    let address = format!("{change}@email.com");
                    let other = world.secondary_token("sam", &address).await;
                    confirm(world, &other).await.succeeds();
                }
            }
            let (_, secondary) = super::addresses(world, "sam").await;
            let reply = confirm(world, &token).await;
            assert!(reply.is_refused("nonFieldErrors", "invalid_token"), "{change}{reply}");
            assert_eq!(super::addresses(world, "sam").await.1, secondary);
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_else_that_its_owner_does_ends_a_confirmation_token() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let token = world.secondary_token("sam", "third@email.com").await;
        drop(world.secondary_token("sam", "fourth@email.com").await);
        drop(world.reset_token("sam@email.com").await);
        world.log_in("sam").await.succeeds();
        sam_does(world, "updateAccount", json!({ "firstName": "S" })).await;
        sam_does(world, "archiveAccount", confirmed()).await;
        confirm(world, &token).await.succeeds();
        has(world, "sam", "sam@email.com", Some("third@email.com")).await;
        assert!(world.account("sam").await.expect("sam").profile.archived);
    })
    .await;
}

#[tokio::test]
async fn a_token_after_its_address_was_removed_or_replaced_is_invalid() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let token = world.secondary_token("sam", "third@email.com").await;
        confirm(world, &token).await.succeeds();
        sam_does(world, "removeSecondaryEmail", confirmed()).await;
        confirm(world, &token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        has(world, "sam", "sam@email.com", None).await;

        let token = world.secondary_token("sam", "third@email.com").await;
        confirm(world, &token).await.succeeds();
        let other = world.secondary_token("sam", "fourth@email.com").await;
        confirm(world, &other).await.succeeds();
        confirm(world, &token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        has(world, "sam", "sam@email.com", Some("fourth@email.com")).await;
    })
    .await;
}

#[tokio::test]
async fn whether_its_owner_may_use_it_is_asked_first_then_whose_the_address_is_then_what_has_changed()
 {
    in_both_dialects(&[("ALLOW_DELETE_ACCOUNT", "true")], async |world| {
        for state in ["active", "verified", "removed", "changed"] {
            let name = format!("sam_{state}");
            let second = format!("second_{state}@email.com");
            world.person(&name, |_| {}).await;
            let token = world.secondary_token(&name, &second).await;
            let sam = world.as_person(&name).await;
            match state {
                "removed" => drop(sam.act("deleteAccount", confirmed()).await.succeeds()),
                "changed" => {
                    let change = json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
                    sam.act("passwordChange", change).await.succeeds();
                }
                _ => world.operate(&name, state, false).await,
            }
            confirm(world, &token).await.refuses("nonFieldErrors", "invalid_token");
            let taken = json!({ "username": format!("new_{state}"), "email": second });
            world.act("register", registration(taken)).await.succeeds();
            let code = if state == "changed" { "unique" } else { "invalid_token" };
            confirm(world, &token).await.refuses("nonFieldErrors", code);
        }
        assert!(world.log.events_named("secondary_email_added").is_empty());
    })
    .await;
}
