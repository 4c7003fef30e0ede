//! A password changed by somebody who knows it.

mod at_once;

use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::reply::Errors;
use tests::{Reply, World, in_both_dialects, in_each_dialect};

fn change(old: &str, first: &str, second: &str) -> Value {
    json!({ "oldPassword": old, "newPassword1": first, "newPassword2": second })
}

/// vera changes her password, with a token of her own.
async fn vera_changes(world: &World, old: &str, new: &str) -> Reply {
    let vera = world.as_person("vera").await;
    vera.act("passwordChange", change(old, new, new)).await
}

/// This is the password of vera, and no longer everybody's.
async fn is_veras(world: &World, password: &str) {
    world.log_in_with("vera", password).await.succeeds();
    if password != PASSWORD {
        let reply = world.log_in("vera").await;
        reply.refuses("nonFieldErrors", "invalid_credentials");
    }
}

#[tokio::test]
async fn whoever_knows_the_old_password_chooses_a_new_one_and_goes_on() {
    in_each_dialect(&[], async |world| {
        let vera = world.vera().await;
        world.sam().await;
        let reply = vera_changes(world, PASSWORD, NEW_PASSWORD).await.succeeds();

        let events = world.log.events();
        let names: Vec<_> = events.iter().map(|it| it["event"].clone()).collect();
        let expected = ["password_changed", "refresh_token_revoked", "token_issued"];
        assert_eq!(names, expected);
        for event in &events {
            assert_eq!(event["user_id"], vera.id().to_string());
            assert_eq!(event.get("session_id"), None);
        }
        assert!(events[2]["token_id"].is_string());
        let (access, refresh) = (reply.access_token(), reply.refresh_token());
        let log = world.log.text();
        for secret in [
            PASSWORD,
            NEW_PASSWORD,
            "vera",
            "email.com",
            &access,
            &refresh,
        ] {
            assert!(!log.contains(secret), "{secret} is in the log: {log}");
        }

        assert_eq!(world.who_is(&access).await.as_deref(), Some("vera"));
        world.refresh(&refresh).await.succeeds();
        let after = world.account("vera").await.expect("vera");
        assert!(after.profile.last_login.is_none());
        assert_eq!(after.epoch, vera.epoch + 1);
        is_veras(world, NEW_PASSWORD).await;
        world.log_in("sam").await.succeeds();
        let [notice] = &world.inbox.letters()[..] else {
            panic!("one letter: {:#?}", world.inbox.letters());
        };
        assert_eq!(notice.to, ["vera@email.com"]);
        assert_eq!(notice.subject, "Your password on Example was changed");
    })
    .await;
}

#[tokio::test]
async fn a_change_ends_every_session_and_every_token_but_those_it_gives() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let of_sam = world.log_in("sam").await.succeeds();
        let sessions = [
            world.log_in("vera").await.succeeds(),
            world.log_in("vera").await.succeeds(),
        ];
        let vera = world.with_token(&sessions[0].access_token());
        let again = change(PASSWORD, NEW_PASSWORD, NEW_PASSWORD);
        let reply = vera.act("passwordChange", again).await.succeeds();
        for session in sessions {
            assert_eq!(world.who_is(&session.access_token()).await, None);
            let code = match world.dialect() {
                Dialect::Gqlauth => "expired_token",
                Dialect::Plain | Dialect::Relay => "invalid_token",
            };
            let refreshed = world.refresh(&session.refresh_token()).await;
            refreshed.refuses("nonFieldErrors", code);
        }
        // The token that has made the change is dead as well.
        let names = vera.act("updateAccount", json!({ "firstName": "V" })).await;
        names.is_turned_away(world.dialect(), "unauthenticated");
        world.refresh(&reply.refresh_token()).await.succeeds();
        world.refresh(&of_sam.refresh_token()).await.succeeds();
        let sam = world.who_is(&of_sam.access_token()).await;
        assert_eq!(sam.as_deref(), Some("sam"));
    })
    .await;
}

#[tokio::test]
async fn a_new_password_that_is_refused_changes_nothing() {
    let required: &[&str] = &["required"];
    let nul: &[&str] = &["null_characters_not_allowed"];
    let weak: &[&str] = &[
        "password_too_short",
        "password_too_common",
        "password_entirely_numeric",
    ];
    let similar: &[&str] = &["password_too_similar"];
    let cases: [(&str, &str, Errors<'_>); 8] = [
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
        (NEW_PASSWORD, "", &[("newPassword2", required)]),
        (
            NEW_PASSWORD,
            PASSWORD,
            &[("newPassword2", &["password_mismatch"])],
        ),
        ("123456", "123456", &[("newPassword2", weak)]),
        ("vera@email1", "vera@email1", &[("newPassword2", similar)]),
        ("skywalker9", "skywalker9", &[("newPassword2", similar)]),
        (
            "1\0x",
            "1\0x",
            &[("newPassword1", nul), ("newPassword2", nul)],
        ),
    ];
    in_each_dialect(&[], async |world| {
        world
            .person("vera", |it| it.profile.last_name = "Skywalker".to_owned())
            .await;
        let kept = world.kept().await;
        let vera = world.as_person("vera").await;
        for (first, second, errors) in cases {
            let reply = vera
                .act("passwordChange", change(PASSWORD, first, second))
                .await;
            reply.refuses_all(errors);
            let wrong = vera
                .act("passwordChange", change("wrong", first, second))
                .await;
            wrong.refuses("oldPassword", "invalid_password");
        }
        assert_eq!(world.kept().await, kept);
        assert_eq!(world.inbox.requests(), 0);
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
        is_veras(world, PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn the_old_password_will_do_as_the_new_one_and_ends_all_sessions_too() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let session = world.log_in("vera").await.succeeds();
        vera_changes(world, PASSWORD, PASSWORD).await.succeeds();
        assert_eq!(world.who_is(&session.access_token()).await, None);
        let refreshed = world.refresh(&session.refresh_token()).await;
        assert!(!refreshed.has_succeeded(), "{refreshed}");
        is_veras(world, PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn every_character_of_both_passwords_counts() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let spaced = "  super secret passwörd ";
        vera_changes(world, PASSWORD, spaced).await.succeeds();
        let reply = vera_changes(world, spaced.trim(), NEW_PASSWORD).await;
        reply.refuses("oldPassword", "invalid_password");
        is_veras(world, spaced).await;
        vera_changes(world, spaced, NEW_PASSWORD).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_session_is_stored_only_if_a_refresh_token_is_selected() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let unselected = [
            "success errors token",
            "success errors token refreshToken @skip(if: true)",
            "success errors token ... @include(if: false) { refreshToken }",
        ];
        for selection in unselected {
            let vera = world.as_person("vera").await;
            let again = change(PASSWORD, PASSWORD, PASSWORD);
            let reply = vera.act_selecting("passwordChange", again, selection).await;
            let token = reply.succeeds().text("token");
            assert_eq!(world.who_is(&token).await.as_deref(), Some("vera"));
            assert!(world.sessions().await.is_empty(), "{selection}");
        }
        vera_changes(world, PASSWORD, NEW_PASSWORD).await.succeeds();
        assert_eq!(world.sessions().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn in_single_token_mode_a_change_gives_an_access_token_only() {
    in_each_dialect(
        &[("JWT_LONG_RUNNING_REFRESH_TOKEN", "false")],
        async |world| {
            world.vera().await;
            let old = world.token_of("vera").await;
            let reply = vera_changes(world, PASSWORD, NEW_PASSWORD).await.succeeds();
            assert!(reply.get("refreshToken").is_null(), "{reply}");
            assert_eq!(
                world.who_is(&reply.access_token()).await.as_deref(),
                Some("vera")
            );
            assert!(world.sessions().await.is_empty());
            if world.dialect() != Dialect::Gqlauth {
                let old = world.act("refreshToken", json!({ "token": old })).await;
                old.refuses("nonFieldErrors", "invalid_token");
            }
        },
    )
    .await;
}
