use std::time::Duration;

use futures::join;
use serde_json::json;
use tests::people::registration;
use tests::{Fate, Reply, World, in_both_dialects};

const SEVEN_DAYS: Duration = Duration::from_hours(7 * 24);
const FIVE_SECONDS: Duration = Duration::from_secs(5);

/// A token out of a letter that somebody has asked for.
async fn activation_token(world: &World, email: &str) -> String {
    let email_argument = json!({ "email": email });
    let reply = world.act("resendActivationEmail", email_argument).await;
    reply.succeeds();
    world.token_mailed(email, "activate")
}

async fn verify(world: &World, token: &str) -> Reply {
    world.act("verifyAccount", json!({ "token": token })).await
}

async fn is_verified(world: &World, name: &str) -> bool {
    let account = world.account(name).await.expect("an account");
    account.profile.verified
}

#[tokio::test]
async fn the_token_of_an_activation_letter_verifies_once() {
    in_both_dialects(&[], async |world| {
        let nora = world.nora().await;
        let first = activation_token(world, "nora@email.com").await;
        let second = activation_token(world, "nora@email.com").await;
        verify(world, &first).await.succeeds();
        assert!(is_verified(world, "nora").await);
        for token in [&first, &second] {
            let reply = verify(world, token).await;
            let reply = reply.refuses("nonFieldErrors", "already_verified");
            assert_eq!(reply.message("nonFieldErrors"), "Account already verified.");
        }
        let [verified] = &world.log.events_named("user_verified")[..] else {
            panic!("one event: {:#?}", world.log.events());
        };
        assert_eq!(verified["user_id"], nora.id().to_string());
        let log = world.log.text();
        assert!(!log.contains(&first) && !log.contains("nora"), "{log}");
        assert_eq!(world.inbox.letters().len(), 2, "no letter says so");
    })
    .await;
}

#[tokio::test]
async fn anything_but_an_activation_token_is_invalid() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let email = json!({ "email": "vera@email.com" });
        world.act("sendPasswordResetEmail", email).await.succeeds();
        let logged_in = world.log_in("vera").await.succeeds();
        world.operate("vera", "verified", false).await;
        for token in [
            "invalid",
            "",
            &world.token_mailed("vera@email.com", "password-reset"),
            &logged_in.text("token"),
            &logged_in.text("refreshToken"),
        ] {
            let reply = verify(world, token).await;
            let reply = reply.refuses("nonFieldErrors", "invalid_token");
            assert_eq!(reply.message("nonFieldErrors"), "Invalid token.");
        }
        assert!(!is_verified(world, "vera").await);
    })
    .await;
}

#[tokio::test]
async fn an_activation_token_works_for_seven_days() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let token = activation_token(world, "nora@email.com").await;
        world.pass(SEVEN_DAYS + FIVE_SECONDS);
        let reply = verify(world, &token).await;
        let reply = reply.refuses("nonFieldErrors", "expired_token");
        assert_eq!(reply.message("nonFieldErrors"), "Expired token.");
        assert!(!is_verified(world, "nora").await);

        let token = activation_token(world, "nora@email.com").await;
        world.pass(SEVEN_DAYS - FIVE_SECONDS);
        verify(world, &token).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn the_age_of_a_token_is_judged_by_the_setting_in_force_and_before_its_kind() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        world.vera().await;
        let token = activation_token(world, "nora@email.com").await;
        let email = json!({ "email": "vera@email.com" });
        world.act("sendPasswordResetEmail", email).await.succeeds();
        let reset = world.token_mailed("vera@email.com", "password-reset");
        world.pass(Duration::from_hours(2));
        verify(world, &reset)
            .await
            .refuses("nonFieldErrors", "expired_token");
        let set = |lifetime| {
            let restarted = world.restart(&[("EXPIRATION_ACTIVATION_TOKEN", lifetime)]);
            restarted.expect("settings that are right");
        };
        set("1h");
        verify(world, &token)
            .await
            .refuses("nonFieldErrors", "expired_token");
        set("3h");
        verify(world, &token).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_account_is_not_verified_and_an_archived_one_stays_archived() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let token = activation_token(world, "nora@email.com").await;
        world.operate("nora", "active", false).await;
        verify(world, &token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        assert!(!is_verified(world, "nora").await);

        world.operate("nora", "active", true).await;
        world.operate("nora", "archived", true).await;
        verify(world, &token).await.succeeds();
        let nora = world.account("nora").await.expect("nora");
        assert!(nora.profile.verified && nora.profile.archived);
        assert!(nora.profile.last_login.is_none());

        world.operate("nora", "active", false).await;
        verify(world, &token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
    })
    .await;
}

#[tokio::test]
async fn a_token_mailed_to_an_address_that_is_no_longer_the_primary_one_is_invalid() {
    in_both_dialects(&[], async |world| {
        world.sam().await;
        world.operate("sam", "verified", false).await;
        let token = activation_token(world, "sam@email.com").await;
        world.operate("sam", "verified", true).await;
        let sam = world.as_person("sam").await;
        let swap = async || {
            sam.act("swapEmails", json!({ "password": tests::people::PASSWORD }))
                .await
        };
        swap().await.succeeds();
        verify(world, &token)
            .await
            .refuses("nonFieldErrors", "already_verified");
        world.operate("sam", "verified", false).await;
        verify(world, &token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        assert!(!is_verified(world, "sam").await);
    })
    .await;
}

#[tokio::test]
async fn a_token_of_a_removed_account_is_invalid_also_for_the_next_of_that_name() {
    in_both_dialects(&[("ALLOW_DELETE_ACCOUNT", "true")], async |world| {
        world.nora().await;
        let token = activation_token(world, "nora@email.com").await;
        world.operate("nora", "verified", true).await;
        let nora = world.as_person("nora").await;
        let confirmed = json!({ "password": tests::people::PASSWORD });
        nora.act("deleteAccount", confirmed).await.succeeds();
        verify(world, &token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        let form = registration(json!({ "username": "nora", "email": "nora@email.com" }));
        world.act("register", form).await.succeeds();
        verify(world, &token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        assert!(!is_verified(world, "nora").await);
    })
    .await;
}

#[tokio::test]
async fn a_header_makes_no_difference_to_a_verification() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        for (name, token) in [
            ("one", None),
            ("two", Some(world.token_of("vera").await)),
            ("three", Some("garbage".to_owned())),
        ] {
            world.person(name, |it| it.profile.verified = false).await;
            let mailed = activation_token(world, &format!("{name}@email.com")).await;
            let asker = token.map_or(world.anybody(), |token| world.with_token(&token));
            let reply = asker.act("verifyAccount", json!({ "token": mailed })).await;
            reply.succeeds();
            assert!(is_verified(world, name).await);
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_verifications_at_once_one_succeeds() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let token = activation_token(world, "nora@email.com").await;
        let (one, other) = join!(verify(world, &token), verify(world, &token));
        let (success, refusal) = if one.has_succeeded() {
            (one, other)
        } else {
            (other, one)
        };
        success.succeeds();
        refusal.refuses("nonFieldErrors", "already_verified");
        assert_eq!(world.log.events_named("user_verified").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_of_the_store_that_is_lost_is_still_one_verification() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let token = activation_token(world, "nora@email.com").await;
        world.proxy.nth(1, Fate::LoseAnswer);
        verify(world, &token).await.succeeds();
        assert_eq!(world.log.events_named("user_verified").len(), 1);
    })
    .await;
}
