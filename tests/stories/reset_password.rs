//! A password forgotten, and chosen anew with the token of a letter.

mod asking;
mod at_once;
mod lifetime;
mod unverified;

use serde_json::json;
use shared::token::mailed::Action;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::reply::Errors;
use tests::tokens::choosing;
use tests::{Reply, World, in_both_dialects, in_each_dialect};

async fn ask(world: &World, email: &str) -> Reply {
    let email = json!({ "email": email });
    world.act("sendPasswordResetEmail", email).await
}

async fn reset(world: &World, token: &str, password: &str) -> Reply {
    world.act("passwordReset", choosing(token, password)).await
}

/// This is the password of that person, and no longer everybody's.
async fn has_password(world: &World, name: &str, password: &str) {
    world.log_in_with(name, password).await.succeeds();
    if password != PASSWORD {
        let reply = world.log_in(name).await;
        reply.refuses("nonFieldErrors", "invalid_credentials");
    }
}

#[tokio::test]
async fn the_token_of_a_reset_letter_chooses_a_new_password() {
    in_each_dialect(&[], async |world| {
        let vera = world.vera().await;
        world.sam().await;
        let token = world.reset_token("vera@email.com").await;
        world.log.clear();
        world.inbox.clear();
        reset(world, &token, NEW_PASSWORD).await.succeeds();

        let events: Vec<_> = world.log.events();
        let names: Vec<_> = events.iter().map(|it| it["event"].clone()).collect();
        assert_eq!(names, ["password_reset", "refresh_token_revoked"]);
        for event in &events {
            assert_eq!(event["user_id"], vera.id().to_string());
            assert_eq!(event.get("session_id"), None);
        }
        let log = world.log.text();
        for secret in [&*token, NEW_PASSWORD, "vera", "email.com"] {
            assert!(!log.contains(secret), "{secret} is in the log: {log}");
        }
        let after = world.account("vera").await.expect("vera");
        assert!(after.profile.verified && after.profile.last_login.is_none());
        assert_eq!(after.epoch, vera.epoch + 1);
        has_password(world, "vera", NEW_PASSWORD).await;
        has_password(world, "sam", PASSWORD).await;
        let [notice] = &world.inbox.letters()[..] else {
            panic!("one letter: {:#?}", world.inbox.letters());
        };
        assert_eq!(notice.to, ["vera@email.com"]);
        assert_eq!(notice.subject, "Your password on Example was reset");
    })
    .await;
}

#[tokio::test]
async fn a_reset_signs_its_owner_out_everywhere_and_nobody_else() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let sessions = [
            world.log_in("vera").await.succeeds(),
            world.log_in("vera").await.succeeds(),
        ];
        let of_sam = world.log_in("sam").await.succeeds();
        let token = world.reset_token("vera@email.com").await;
        reset(world, &token, NEW_PASSWORD).await.succeeds();
        for session in sessions {
            assert_eq!(world.who_is(&session.access_token()).await, None);
            let asker = world.with_token(&session.access_token());
            let reply = asker.act("updateAccount", json!({ "firstName": "V" }));
            let reply = reply.await;
            reply.is_turned_away(world.dialect(), "unauthenticated");
            let refreshed = world.refresh(&session.refresh_token()).await;
            assert!(!refreshed.has_succeeded(), "{refreshed}");
        }
        let sam = world.who_is(&of_sam.access_token()).await;
        assert_eq!(sam.as_deref(), Some("sam"));
        world.refresh(&of_sam.refresh_token()).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_password_that_is_refused_does_not_use_the_token_up() {
    let weak: &[&str] = &[
        "password_too_short",
        "password_too_common",
        "password_entirely_numeric",
    ];
    let required: &[&str] = &["required"];
    let nul: &[&str] = &["null_characters_not_allowed"];
    in_each_dialect(&[], async |world| {
        world
            .person("vera", |it| it.profile.first_name = "Anakin".to_owned())
            .await;
        let token = world.reset_token("vera@email.com").await;
        let kept = world.kept().await;
        let similar: &[&str] = &["password_too_similar"];
        let cases: [(&str, &str, Errors<'_>); 11] = [
            (
                "",
                "",
                &[("newPassword1", required), ("newPassword2", required)],
            ),
            (
                "",
                "123456",
                &[("newPassword1", required), ("newPassword2", weak)],
            ),
            ("", NEW_PASSWORD, &[("newPassword1", required)]),
            (NEW_PASSWORD, "", &[("newPassword2", required)]),
            ("123", "456", &[("newPassword2", &["password_mismatch"])]),
            (
                NEW_PASSWORD,
                &format!("{NEW_PASSWORD} "),
                &[("newPassword2", &["password_mismatch"])],
            ),
            ("123456", "123456", &[("newPassword2", weak)]),
            ("vera@email1", "vera@email1", &[("newPassword2", similar)]),
            ("anakin12", "anakin12", &[("newPassword2", similar)]),
            (
                "12\0x",
                "12\0x",
                &[("newPassword1", nul), ("newPassword2", nul)],
            ),
            (
                "PASSWORD ",
                "PASSWORD ",
                &[("newPassword2", &["password_too_common"])],
            ),
        ];
        for (first, second, errors) in cases {
            let form = json!({ "token": token, "newPassword1": first, "newPassword2": second });
            world.act("passwordReset", form).await.refuses_all(errors);
        }
        assert_eq!(world.kept().await, kept);
        has_password(world, "vera", PASSWORD).await;
        reset(world, &token, NEW_PASSWORD).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_new_password_must_not_resemble_what_is_known_of_its_owner() {
    in_both_dialects(&[], async |world| {
        world
            .person("verenika", |it| {
                it.profile.last_name = "Skywalker".to_owned();
            })
            .await;
        world.attach("verenika", "zebra-crossing@other.org").await;
        let token = world.reset_token("verenika@email.com").await;
        for (password, what) in [
            ("verenika1", "username"),
            ("skywalker99", "last name"),
            ("verenika@email1", "email address"),
        ] {
            let reply = reset(world, &token, password).await;
            let message = format!("The password is too similar to the {what}.");
            assert_eq!(reply.message("newPassword2"), message, "{reply}");
        }
        // The secondary address is not looked at.
        reset(world, &token, "zebra-crossing").await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn every_character_of_a_new_password_counts() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let token = world.reset_token("vera@email.com").await;
        let spaced = "  super secret passwörd ";
        reset(world, &token, spaced).await.succeeds();
        let reply = world.log_in_with("vera", spaced.trim()).await;
        reply.refuses("nonFieldErrors", "invalid_credentials");
        has_password(world, "vera", spaced).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_good_hides_what_is_wrong_with_the_password() {
    in_each_dialect(&[], async |world| {
        world.everybody().await;
        let kept = world.kept().await;
        let form = |token: &str| json!({ "token": token, "newPassword1": "1", "newPassword2": "" });
        let logged_in = world.log_in("stan").await.succeeds();
        let petra = world.account("petra").await.expect("petra");
        let email_form = petra.profile.email_form.clone();
        let tokens = [
            "invalid".to_owned(),
            String::new(),
            logged_in.access_token(),
            logged_in.refresh_token(),
            world.secondary_token("vera", "vera2@email.com").await,
            world.sealed(&petra, Action::PasswordSet),
            world.sealed(&petra, Action::Activation { email_form }),
        ];
        for token in tokens {
            let reply = world.act("passwordReset", form(&token)).await;
            let reply = reply.refuses("nonFieldErrors", "invalid_token");
            assert_eq!(reply.message("nonFieldErrors"), "Invalid token.");
        }
        let after = world.kept().await;
        let changed = after.iter().filter(|it| !kept.contains(it)).count();
        assert_eq!(changed, 2, "stan has logged in, and has a session");
    })
    .await;
}

#[tokio::test]
async fn a_token_is_used_up_by_success() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let token = world.reset_token("vera@email.com").await;
        reset(world, &token, NEW_PASSWORD).await.succeeds();
        let session = world.log_in_with("vera", NEW_PASSWORD).await.succeeds();
        let kept = world.kept().await;
        let again = reset(world, &token, "qlr4nq3f3qlr4nq3f3").await;
        again.refuses("nonFieldErrors", "invalid_token");
        assert_eq!(world.kept().await, kept);
        world.refresh(&session.refresh_token()).await.succeeds();
        assert_eq!(world.log.events_named("password_reset").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_header_makes_no_difference_to_a_reset() {
    in_each_dialect(&[], async |world| {
        world.sam().await;
        for name in ["one", "two", "three"] {
            world.person(name, |_| {}).await;
            let token = world.reset_token(&format!("{name}@email.com")).await;
            let asker = match name {
                "one" => world.as_person("one").await,
                "two" => world.as_person("sam").await,
                _ => world.with_token("garbage"),
            };
            let reply = asker.act("passwordReset", choosing(&token, NEW_PASSWORD));
            reply.await.succeeds();
            has_password(world, name, NEW_PASSWORD).await;
        }
        has_password(world, "sam", PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn whose_own_password_is_reset_in_a_document_is_nobody_for_the_rest_of_it() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let names = || ("updateAccount", json!({ "firstName": "Luke" }));
        for (asker, is_nobody) in [("sam", false), ("vera", true)] {
            let token = world.reset_token("vera@email.com").await;
            let acts = [
                names(),
                ("passwordReset", choosing(&token, NEW_PASSWORD)),
                names(),
            ];
            let asker = world.as_person(asker).await;
            let [before, done, after] = &asker.acts(&acts).await[..] else {
                panic!("three answers");
            };
            assert!(before.has_succeeded() && done.has_succeeded(), "{done}");
            let is_refused = after.is_refused("nonFieldErrors", "unauthenticated");
            assert_eq!(is_refused, is_nobody, "{after}");
        }
    })
    .await;
}
