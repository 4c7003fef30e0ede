//! Asking for the letter to a new address. Nothing is stored, and the address is nobody's yet.

use local::Behaviour;
use serde_json::json;
use tests::people::{PASSWORD, registration};
use tests::{WITHOUT_LIMITS, in_both_dialects};

use super::{addresses, ask, confirm, has};

#[tokio::test]
async fn one_letter_goes_to_the_new_address_and_nothing_is_stored() {
    in_both_dialects(&[], async |world| {
        world.person("vera.v", |_| {}).await;
        let kept = world.kept().await;
        let asker = world
            .as_person("vera.v")
            .await
            .with_header("host", "evil.example");
        let form = json!({ "email": " Vera2@EMAIL.Com\t", "password": PASSWORD });
        asker
            .act("sendSecondaryEmailActivation", form)
            .await
            .succeeds();
        let [letter] = &world.inbox.letters()[..] else {
            panic!("one letter: {:#?}", world.inbox.letters());
        };
        assert_eq!(letter.to, ["Vera2@email.com"]);
        assert_eq!(letter.from, "noreply@example.com");
        assert_eq!(letter.subject, "Confirm your e-mail address on Example");
        let token = world.token_mailed("Vera2@email.com", "activate-secondary-email");
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        assert!(token.chars().all(is_safe), "{token}");
        for part in [&letter.html, &letter.text] {
            let link = format!("https://app.example.com/activate-secondary-email/{token}");
            assert!(part.contains(&link), "{part}");
            assert!(part.contains("vera.\u{2060}v"), "{part}");
            assert!(
                part.contains("do not know that account, ignore this mail"),
                "{part}"
            );
            // It tells nobody what else belongs to the account.
            assert!(!part.contains("@email.com") && !part.contains("evil.example"));
        }
        assert_eq!(world.kept().await, kept);
        assert_eq!(addresses(world, "vera.v").await.1, None);
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
        let log = world.log.text().to_lowercase();
        assert!(
            !log.contains("vera") && !log.contains(&token.to_lowercase()),
            "{log}"
        );
        confirm(world, &token).await.succeeds();
        has(world, "vera.v", "vera.v@email.com", Some("Vera2@email.com")).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_no_address_is_told_so() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        let reply = ask(world, "vera", "not-an-address").await;
        let reply = reply.refuses("email", "invalid");
        assert_eq!(reply.message("email"), "Enter a valid email address.");
        for empty in ["", " \n"] {
            ask(world, "vera", empty).await.refuses("email", "required");
        }
        let long = format!("{}@email.com", "a".repeat(250));
        ask(world, "vera", &long)
            .await
            .refuses("email", "max_length");
        let nul: &[&str] = &["invalid", "null_characters_not_allowed"];
        let reply = ask(world, "vera", "a\0@email.com").await;
        reply.refuses_all(&[("email", nul)]);
        assert_eq!(world.inbox.requests(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_anybody_has_is_taken_also_one_s_own() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.everybody().await;
        let kept = world.kept().await;
        for (name, email) in [
            ("vera", "nora@email.com"),
            ("vera", "NORA@email.com"),
            ("vera", "sam2@email.com"),
            ("vera", "ina@email.com"),
            ("vera", "archie@ＥＭＡＩＬ.com"),
            ("vera", "vera@email.com"),
            ("sam", "Sam@email.com"),
            ("sam", "sam2@email.com"),
        ] {
            let reply = ask(world, name, email).await.refuses("email", "unique");
            let message = "A user with that email already exists.";
            assert_eq!(reply.message("email"), message);
        }
        assert_eq!(world.inbox.requests(), 0);
        assert_eq!(world.kept().await, kept);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_waits_for_confirmation_is_not_reserved() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let of_vera = world.secondary_token("vera", "wanted@email.com").await;
        let of_sam = world.secondary_token("sam", "wanted@email.com").await;
        let form = registration(json!({ "email": "wanted@email.com" }));
        world.act("register", form).await.succeeds();
        for token in [&of_vera, &of_sam] {
            let reply = confirm(world, token)
                .await
                .refuses("nonFieldErrors", "unique");
            let message = "A user with that email already exists.";
            assert_eq!(reply.message("nonFieldErrors"), message);
        }
        has(world, "vera", "vera@email.com", None).await;
        has(world, "sam", "sam@email.com", Some("sam2@email.com")).await;
        // It would have been good: once nobody has the address any more, it is.
        let new_user = world.account("new_user").await.expect("somebody");
        assert!(
            world
                .backstage()
                .remove(&new_user)
                .await
                .expect("the store")
        );
        confirm(world, &of_vera).await.succeeds();
        confirm(world, &of_sam)
            .await
            .refuses("nonFieldErrors", "unique");
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_is_not_accepted_is_told_and_changes_nothing() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let earlier = world.secondary_token("sam", "third@email.com").await;
        let kept = world.kept().await;
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
            let reply = ask(world, "sam", "fourth@email.com").await;
            let reply = reply.refuses("nonFieldErrors", "email_fail");
            assert_eq!(reply.message("nonFieldErrors"), "Failed to send email.");
            assert_eq!(world.inbox.requests(), 1, "{behaviour:?}");
        }
        assert_eq!(world.kept().await, kept);
        assert!(!world.log.text().contains("fourth@email.com"));
        world.inbox.behave(Behaviour::Deliver);
        // Neither has the earlier letter lost its worth, nor the one that has arrived after all.
        let arrived = world.token_mailed("fourth@email.com", "activate-secondary-email");
        confirm(world, &arrived).await.succeeds();
        confirm(world, &earlier)
            .await
            .refuses("nonFieldErrors", "invalid_token");
    })
    .await;
}

#[tokio::test]
async fn an_address_in_another_script_is_one_address_in_both_spellings() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        ask(world, "vera", "vera@ÉCOLE.com").await.succeeds();
        let on_the_wire = "vera@xn--cole-9oa.com";
        let token = world.token_mailed(on_the_wire, "activate-secondary-email");
        confirm(world, &token).await.succeeds();
        has(world, "vera", "vera@email.com", Some("vera@école.com")).await;
        for email in [on_the_wire, "VERA@école.com", "vera@XN--COLE-9OA.com"] {
            let form = registration(json!({ "email": email }));
            world.act("register", form).await.refuses("email", "unique");
            ask(world, "vera", email).await.refuses("email", "unique");
        }
    })
    .await;
}
