//! Somebody who was never verified forgets the password.

use local::Behaviour;
use serde_json::json;
use tests::in_each_dialect;
use tests::people::NEW_PASSWORD;

use super::{ask, has_password, reset};

const NOT_VERIFIED_TOO: &[(&str, &str)] = &[("ALLOW_PASSWORD_RESET_NOT_VERIFIED", "true")];

#[tokio::test]
async fn somebody_unverified_gets_an_activation_letter_instead_and_is_told_so() {
    in_each_dialect(&[], async |world| {
        world.nora().await;
        let sam = world.sam().await;
        world.operate("sam", "verified", false).await;
        let kept = world.kept().await;
        // Asked for by the secondary address, it goes to the primary one all the same.
        for (asked, gets) in [
            ("NORA@email.com", "nora@email.com"),
            ("sam2@email.com", "sam@email.com"),
        ] {
            world.inbox.clear();
            let reply = ask(world, asked).await.refuses("email", "not_verified");
            let message = "Verify your account. A new verification email was sent.";
            assert_eq!(reply.message("email"), message);
            let [letter] = &world.inbox.letters()[..] else {
                panic!("one letter: {:#?}", world.inbox.letters());
            };
            assert_eq!(letter.to, [gets]);
            assert_eq!(letter.subject, "Activate your account on Example");
            assert!(!letter.text.contains("password-reset"));
        }
        assert_eq!(world.kept().await, kept);
        let token = json!({ "token": world.token_mailed("sam@email.com", "activate") });
        world.act("verifyAccount", token).await.succeeds();
        let verified = world.log.events_named("user_verified");
        assert_eq!(verified[0]["user_id"], sam.id().to_string());

        world.inbox.behave(Behaviour::Refuse);
        ask(world, "nora@email.com")
            .await
            .refuses("nonFieldErrors", "email_fail");
    })
    .await;
}

#[tokio::test]
async fn where_the_settings_say_so_somebody_unverified_resets_and_is_verified_by_that() {
    in_each_dialect(NOT_VERIFIED_TOO, async |world| {
        for name in ["nora", "petra", "vera"] {
            let account = match name {
                "nora" => world.nora().await,
                "petra" => world.petra().await,
                _ => world.vera().await,
            };
            world.log.clear();
            let email = format!("{name}@email.com");
            let token = world.reset_token(&email).await;
            assert_eq!(world.letters_to(&email).len(), 1);
            reset(world, &token, NEW_PASSWORD).await.succeeds();
            has_password(world, name, NEW_PASSWORD).await;
            assert!(
                world
                    .account(name)
                    .await
                    .expect("somebody")
                    .profile
                    .verified
            );
            let verified = world.log.events_named("user_verified");
            assert_eq!(verified.len(), usize::from(name != "vera"));
            for event in verified {
                assert_eq!(event["user_id"], account.id().to_string());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_has_gone_out_is_good_whatever_is_set_later() {
    in_each_dialect(NOT_VERIFIED_TOO, async |world| {
        world.nora().await;
        let token = world.reset_token("nora@email.com").await;
        let changed = [("ALLOW_PASSWORD_RESET_NOT_VERIFIED", "false")];
        world.restart(&changed).expect("settings that are right");
        // The activation letter that goes out now does not end it either.
        let asked = ask(world, "nora@email.com").await;
        asked.refuses("email", "not_verified");
        reset(world, &token, NEW_PASSWORD).await.succeeds();
        has_password(world, "nora", NEW_PASSWORD).await;
    })
    .await;
}
