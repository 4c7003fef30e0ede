use local::Behaviour;
use serde_json::json;
use tests::people::registration;
use tests::{Reply, World, in_both_dialects};

async fn resend(world: &World, email: &str) -> Reply {
    let email = json!({ "email": email });
    world.act("resendActivationEmail", email).await
}

async fn verify(world: &World, token: &str) -> Reply {
    world.act("verifyAccount", json!({ "token": token })).await
}

#[tokio::test]
async fn an_unverified_person_gets_a_letter_each_time_and_every_token_is_good() {
    for which in [1, 2] {
        in_both_dialects(&[], async |world| {
            world.nora().await;
            let mut tokens = Vec::new();
            for count in 1..=2 {
                resend(world, "nora@email.com").await.succeeds();
                let letters = world.letters_to("nora@email.com");
                assert_eq!((letters.len(), world.inbox.letters().len()), (count, count));
                assert_eq!(letters[0].subject, "Activate your account on Example");
                assert_eq!(letters[0].from, "noreply@example.com");
                assert!(!letters[0].html.contains("nora"));
                tokens.push(world.token_mailed("nora@email.com", "activate"));
            }
            verify(world, &tokens[which - 1]).await.succeeds();
            assert!(!world.log.text().contains("nora"));
        })
        .await;
    }
}

#[tokio::test]
async fn strangers_and_deactivated_people_get_no_letter_and_nobody_learns_of_it() {
    in_both_dialects(&[], async |world| {
        world.ina().await;
        resend(world, "nobody@email.com").await.succeeds();
        resend(world, "ina@email.com").await.succeeds();
        world.operate("ina", "verified", false).await;
        resend(world, "ina@email.com").await.succeeds();
        assert_eq!(world.inbox.requests(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_verified_person_is_told_so_by_either_address_in_any_case() {
    in_both_dialects(&[], async |world| {
        world.everybody().await;
        for email in [
            "vera@email.com",
            "VERA@EMAIL.COM",
            "sam2@email.com",
            "archie@email.com",
        ] {
            let reply = resend(world, email).await;
            let reply = reply.refuses("email", "already_verified");
            assert_eq!(
                reply.get("errors")["email"],
                json!([{ "message": "Account already verified.", "code": "already_verified" }])
            );
        }
        assert_eq!(world.inbox.requests(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_address_is_told_so() {
    in_both_dialects(&[], async |world| {
        let reply = resend(world, "not-an-address").await;
        let reply = reply.refuses("email", "invalid");
        assert_eq!(reply.message("email"), "Enter a valid email address.");
        for empty in ["", " \t"] {
            resend(world, empty).await.refuses("email", "required");
        }
        let too_long = format!("{}@email.com", "a".repeat(250));
        resend(world, &too_long)
            .await
            .refuses("email", "max_length");
        resend(world, "a\0@email.com")
            .await
            .refuses_all(&[("email", &["invalid", "null_characters_not_allowed"])]);
        assert_eq!(world.proxy.take_calls(), []);
    })
    .await;
}

#[tokio::test]
async fn the_letter_goes_to_the_stored_primary_address_however_it_was_asked_for() {
    in_both_dialects(&[], async |world| {
        let form = registration(json!({ "email": "New_User@EMAIL.com" }));
        world.act("register", form).await.succeeds();
        world.sam().await;
        world.operate("sam", "verified", false).await;
        world.inbox.clear();
        resend(world, " new_user@email.com ").await.succeeds();
        assert_eq!(world.letters_to("New_User@email.com").len(), 1);
        resend(world, "SAM2@email.com").await.succeeds();
        assert_eq!(world.letters_to("sam@email.com").len(), 1);
        assert_eq!(world.inbox.letters().len(), 2);
        let token = world.token_mailed("sam@email.com", "activate");
        verify(world, &token).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn archived_people_are_served_also_where_registering_sends_no_letter() {
    in_both_dialects(&[("SEND_ACTIVATION_EMAIL", "false")], async |world| {
        world.archie().await;
        world.operate("archie", "verified", false).await;
        resend(world, "archie@email.com").await.succeeds();
        let token = world.token_mailed("archie@email.com", "activate");
        verify(world, &token).await.succeeds();
        let archie = world.account("archie").await.expect("archie");
        assert!(archie.profile.archived);
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_is_not_accepted_is_told_and_strangers_notice_nothing() {
    in_both_dialects(&[("THROTTLE_MAIL", "off")], async |world| {
        world.nora().await;
        for behaviour in [
            Behaviour::Refuse,
            Behaviour::Throttle,
            Behaviour::Fail,
            Behaviour::Babble,
            Behaviour::Drop,
            Behaviour::LoseAnswer,
        ] {
            world.inbox.clear();
            world.inbox.behave(behaviour);
            resend(world, "nobody@email.com").await.succeeds();
            let reply = resend(world, "nora@email.com").await;
            reply.refuses("nonFieldErrors", "email_fail");
            assert_eq!(world.inbox.requests(), 1, "{behaviour:?}");
        }
        // The last one has arrived after all, and its token is as good as any.
        let token = world.token_mailed("nora@email.com", "activate");
        verify(world, &token).await.succeeds();
        assert!(!world.log.text().contains("nora@email.com"));
    })
    .await;
}

#[tokio::test]
async fn a_header_makes_no_difference_to_a_letter() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.nora().await;
        let nora = json!({ "email": "nora@email.com" });
        for asker in [world.as_person("vera").await, world.with_token("garbage")] {
            let reply = asker.act("resendActivationEmail", nora.clone()).await;
            reply.succeeds();
        }
        assert_eq!(world.letters_to("nora@email.com").len(), 2);
    })
    .await;
}
