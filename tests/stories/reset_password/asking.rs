//! Asking for a reset letter: who gets one, and what everybody else learns.

use futures::join;
use local::Behaviour;
use serde_json::json;
use tests::people::NEW_PASSWORD;
use tests::{WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect};

use super::{ask, has_password, reset};

#[tokio::test]
async fn one_letter_goes_to_the_stored_address_however_it_was_asked_for() {
    in_each_dialect(&[], async |world| {
        world.person("vera.v", |_| {}).await;
        let asker = world.anybody().with_header("host", "evil.example");
        let asker = asker.with_header("x-forwarded-host", "evil.example");
        for (asked, count) in [("vera.v@email.com", 1), (" VERA.V@Email.COM\t", 2)] {
            let email = json!({ "email": asked });
            asker.act("sendPasswordResetEmail", email).await.succeeds();
            let letters = world.letters_to("vera.v@email.com");
            assert_eq!((letters.len(), world.inbox.letters().len()), (count, count));
        }
        let letters = world.inbox.letters();
        let letter = letters.last().expect("a letter");
        assert_eq!(letter.from, "noreply@example.com");
        assert_eq!(letter.subject, "Reset your password on Example");
        let token = world.token_mailed("vera.v@email.com", "password-reset");
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        assert!(token.chars().all(is_safe), "{token}");
        for part in [&letter.html, &letter.text] {
            let link = format!("https://app.example.com/password-reset/{token}");
            assert!(part.contains(&link), "{part}");
            // Shown so that no mail program makes a link of it.
            assert!(part.contains("vera.\u{2060}v"), "{part}");
            assert!(part.contains("Example") && part.contains("do not follow the link"));
            assert!(!part.contains("evil.example") && !part.contains("@email.com"));
        }
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
        let log = world.log.text();
        assert!(
            !log.contains(&token) && !log.to_lowercase().contains("vera"),
            "{log}"
        );
    })
    .await;
}

#[tokio::test]
async fn strangers_and_deactivated_people_get_no_letter_and_nobody_learns_of_it() {
    in_each_dialect(&[], async |world| {
        world.ina().await;
        let kept = world.kept().await;
        ask(world, "nobody@email.com").await.succeeds();
        ask(world, "ina@email.com").await.succeeds();
        world.operate("ina", "verified", false).await;
        ask(world, "ina@email.com").await.succeeds();
        world.operate("ina", "verified", true).await;
        assert_eq!(world.inbox.requests(), 0);
        assert_eq!(world.kept().await, kept);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_address_is_told_so() {
    in_each_dialect(&[], async |world| {
        let reply = ask(world, "not-an-address")
            .await
            .refuses("email", "invalid");
        assert_eq!(reply.message("email"), "Enter a valid email address.");
        for empty in ["", " \t"] {
            ask(world, empty).await.refuses("email", "required");
        }
        let long = format!("{}@email.com", "a".repeat(250));
        let reply = ask(world, &long).await.refuses("email", "max_length");
        let message = "Ensure this value has at most 254 characters (it has 260).";
        assert_eq!(reply.message("email"), message);
        let nul: &[&str] = &["invalid", "null_characters_not_allowed"];
        ask(world, "a\0@email.com")
            .await
            .refuses_all(&[("email", nul)]);
        assert_eq!(world.proxy.take_calls(), []);
    })
    .await;
}

#[tokio::test]
async fn the_letter_goes_to_the_one_address_that_was_asked_for() {
    in_each_dialect(
        &[("ALLOW_LOGIN_WITH_SECONDARY_EMAIL", "false")],
        async |world| {
            world.sam().await;
            ask(world, "SAM2@email.com").await.succeeds();
            assert_eq!(world.inbox.letters().len(), 1);
            let token = world.token_mailed("sam2@email.com", "password-reset");
            reset(world, &token, NEW_PASSWORD).await.succeeds();
            has_password(world, "sam", NEW_PASSWORD).await;
            // Of the reset the primary address hears.
            assert_eq!(world.letters_to("sam@email.com").len(), 1);
            assert_eq!(world.inbox.letters().len(), 2);
        },
    )
    .await;
}

#[tokio::test]
async fn archived_people_and_people_without_a_password_are_served_like_others() {
    in_each_dialect(&[], async |world| {
        world.archie().await;
        world.person("paula", |it| it.password_hash = None).await;
        for name in ["archie", "paula"] {
            let token = world.reset_token(&format!("{name}@email.com")).await;
            reset(world, &token, NEW_PASSWORD).await.succeeds();
            let account = world.account(name).await.expect("somebody");
            assert_eq!(account.profile.archived, name == "archie");
            has_password(world, name, NEW_PASSWORD).await;
        }
        assert!(world.log.events_named("user_verified").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_is_not_accepted_is_told_and_kills_earlier_tokens_all_the_same() {
    in_both_dialects(&[("THROTTLE_MAIL", "off")], async |world| {
        world.vera().await;
        for behaviour in [
            Behaviour::Refuse,
            Behaviour::Throttle,
            Behaviour::Fail,
            Behaviour::Babble,
            Behaviour::Drop,
            Behaviour::LoseAnswer,
        ] {
            world.inbox.behave(Behaviour::Deliver);
            let earlier = world.reset_token("vera@email.com").await;
            world.inbox.clear();
            world.inbox.behave(behaviour);
            let reply = ask(world, "vera@email.com").await;
            let reply = reply.refuses("nonFieldErrors", "email_fail");
            assert_eq!(reply.message("nonFieldErrors"), "Failed to send email.");
            assert_eq!(world.inbox.requests(), 1, "{behaviour:?}");
            let used = reset(world, &earlier, NEW_PASSWORD).await;
            used.refuses("nonFieldErrors", "invalid_token");
            ask(world, "nobody@email.com").await.succeeds();
        }
        // The last one has arrived after all, and its token is as good as any.
        let token = world.token_mailed("vera@email.com", "password-reset");
        world.inbox.behave(Behaviour::Deliver);
        reset(world, &token, NEW_PASSWORD).await.succeeds();
        assert!(!world.log.text().contains("vera@email.com"));
    })
    .await;
}

/// Of these tokens exactly one is good; it is used up.
async fn one_is_good(world: &World, tokens: &[String]) {
    let mut good = 0;
    for token in tokens {
        let reply = reset(world, token, NEW_PASSWORD).await;
        if reply.has_succeeded() {
            good += 1;
        } else {
            reply.refuses("nonFieldErrors", "invalid_token");
        }
    }
    assert_eq!(good, 1);
}

#[tokio::test]
async fn of_several_letters_the_last_one_counts_and_of_two_at_once_either() {
    in_each_dialect(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let first = world.reset_token("sam@email.com").await;
        let second = world.reset_token("sam2@email.com").await;
        let used = reset(world, &first, NEW_PASSWORD).await;
        used.refuses("nonFieldErrors", "invalid_token");
        reset(world, &second, NEW_PASSWORD).await.succeeds();
        world.inbox.clear();
        let asked = join!(ask(world, "sam@email.com"), ask(world, "sam2@email.com"));
        drop((asked.0.succeeds(), asked.1.succeeds()));
        let tokens = ["sam@email.com", "sam2@email.com"]
            .map(|email| world.token_mailed(email, "password-reset"));
        one_is_good(world, &tokens).await;
    })
    .await;
}

#[tokio::test]
async fn a_header_makes_no_difference_to_a_reset_letter() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.nora().await;
        let vera = json!({ "email": "vera@email.com" });
        for asker in [world.as_person("nora").await, world.with_token("garbage")] {
            let reply = asker.act("sendPasswordResetEmail", vera.clone()).await;
            reply.succeeds();
        }
        assert_eq!(world.letters_to("vera@email.com").len(), 2);
    })
    .await;
}

#[tokio::test]
async fn no_link_goes_to_an_address_that_has_just_gone() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        let sam = world.sam().await;
        let held = world.proxy.hold("UpdateItem", 1);
        let meanwhile = async {
            held.arrives().await;
            let detached = world.backstage().detach_secondary(&sam).await;
            assert!(detached.expect("the store"));
            world.stan().await;
            world.attach("stan", "sam2@email.com").await;
            held.goes_on();
        };
        let (reply, ()) = join!(ask(world, "sam2@email.com"), meanwhile);
        reply.succeeds();
        // It is stan's now, and so is the letter.
        let token = world.token_mailed("sam2@email.com", "password-reset");
        reset(world, &token, NEW_PASSWORD).await.succeeds();
        has_password(world, "stan", NEW_PASSWORD).await;
        world.log_in("sam").await.succeeds();
    })
    .await;
}
