//! An account deleted by its owner: deactivated, or removed where the settings say so.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::tokens::choosing;
use tests::{Asker, Fate, Reply, WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect};

const REMOVES: &[(&str, &str)] = &[("ALLOW_DELETE_ACCOUNT", "true")];

fn confirmed() -> Value {
    json!({ "password": PASSWORD })
}

async fn delete(asker: &Asker<'_>) -> Reply {
    asker.act("deleteAccount", confirmed()).await
}

/// Nothing that was ever given to sam is worth anything.
async fn is_signed_out(world: &World, sessions: &[Reply]) {
    for session in sessions {
        assert_eq!(world.who_is(&session.access_token()).await, None);
        let asker = world.with_token(&session.access_token());
        for (act, arguments) in [
            ("updateAccount", json!({ "firstName": "S" })),
            ("deleteAccount", confirmed()),
        ] {
            let reply = asker.act(act, arguments).await;
            reply.is_turned_away(world.dialect(), "unauthenticated");
        }
        let verified = json!({ "token": session.access_token() });
        let verified = world.act("verifyToken", verified).await;
        verified.refuses("nonFieldErrors", "invalid_token");
        let refreshed = world.refresh(&session.refresh_token()).await;
        refreshed.refuses("nonFieldErrors", "invalid_token");
    }
}

#[tokio::test]
async fn a_deleted_account_is_deactivated_and_keeps_its_name_and_addresses() {
    in_each_dialect(&[], async |world| {
        let before = world.sam().await;
        world.vera().await;
        let sessions = [
            world.log_in("sam").await.succeeds(),
            world.log_in("sam").await.succeeds(),
        ];
        let of_vera = world.log_in("vera").await.succeeds();
        world.log.clear();
        delete(&world.with_token(&sessions[0].access_token()))
            .await
            .succeeds();

        let events = world.log.events();
        let names: Vec<_> = events.iter().map(|it| it["event"].clone()).collect();
        assert_eq!(names, ["account_deactivated", "refresh_token_revoked"]);
        for event in &events {
            assert_eq!(event["user_id"], before.id().to_string());
            assert_eq!(event.get("session_id"), None);
        }
        let log = world.log.text();
        assert!(!log.contains("sam") && !log.contains(PASSWORD), "{log}");
        is_signed_out(world, &sessions).await;
        for (name, password) in [("sam", PASSWORD), ("sam", "wrong")] {
            let reply = world.log_in_with(name, password).await;
            reply.refuses("nonFieldErrors", "invalid_credentials");
        }
        let after = world
            .account("sam")
            .await
            .expect("the record is still there");
        assert!(!after.profile.active && after.profile.verified && !after.profile.archived);
        assert_eq!(
            after.profile.secondary_email.as_deref(),
            Some("sam2@email.com")
        );
        let named = registration(json!({ "username": "Sam" }));
        world
            .act("register", named)
            .await
            .refuses("username", "unique");
        for email in ["sam@email.com", "sam2@email.com"] {
            let form = registration(json!({ "email": email }));
            world.act("register", form).await.refuses("email", "unique");
        }
        world.refresh(&of_vera.refresh_token()).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn an_operator_brings_a_deactivated_account_back_and_nothing_that_was_signed_out() {
    in_each_dialect(&[], async |world| {
        world.sam().await;
        let old = world.log_in("sam").await.succeeds();
        delete(&world.as_person("sam").await).await.succeeds();
        world.operate("sam", "active", true).await;
        assert_eq!(world.who_is(&old.access_token()).await, None);
        assert!(!world.refresh(&old.refresh_token()).await.has_succeeded());
        let back = world.log_in("sam").await.succeeds();
        world.refresh(&back.refresh_token()).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn where_the_settings_say_so_nothing_but_dead_sessions_remains() {
    in_each_dialect(REMOVES, async |world| {
        let before = world.sam().await;
        world.vera().await;
        let sessions = [
            world.log_in("sam").await.succeeds(),
            world.log_in("sam").await.succeeds(),
        ];
        let of_vera = world.log_in("vera").await.succeeds();
        world.log.clear();
        delete(&world.with_token(&sessions[0].access_token()))
            .await
            .succeeds();

        let events = world.log.events();
        let names: Vec<_> = events.iter().map(|it| it["event"].clone()).collect();
        assert_eq!(names, ["account_removed", "refresh_token_revoked"]);
        for event in &events {
            assert_eq!(event["user_id"], before.id().to_string());
            assert_eq!(event.get("session_id"), None);
        }
        let kept = world.kept().await;
        assert!(!kept.iter().any(|it| it.contains("sam")), "{kept:#?}");
        assert!(world.account("vera").await.is_some());
        is_signed_out(world, &sessions).await;
        world
            .log_in("sam")
            .await
            .refuses("nonFieldErrors", "invalid_credentials");
        world.refresh(&of_vera.refresh_token()).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_removed_name_and_its_addresses_are_free_and_old_tokens_are_nothing_to_who_takes_them() {
    in_each_dialect(REMOVES, async |world| {
        let before = world.sam().await;
        let sessions = [world.log_in("sam").await.succeeds()];
        let secondary = world.secondary_token("sam", "third@email.com").await;
        let reset = world.reset_token("sam@email.com").await;
        delete(&world.as_person("sam").await).await.succeeds();
        for (username, email) in [("sam", "sam2@email.com"), ("other", "sam@email.com")] {
            let form = json!({ "username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD });
            world.act("register", registration(form)).await.succeeds();
        }
        world.operate("sam", "verified", true).await;
        let after = world.account("sam").await.expect("another sam");
        assert_ne!(after.id(), before.id());
        assert_eq!(after.profile.email, "sam2@email.com");
        world.log_in("sam").await.succeeds();
        is_signed_out(world, &sessions).await;
        let used = world.act("passwordReset", choosing(&reset, NEW_PASSWORD)).await;
        used.refuses("nonFieldErrors", "invalid_token");
        let plain = world.anybody().at(graphql::http::Dialect::Plain);
        let used = plain.act("verifySecondaryEmail", json!({ "token": secondary })).await;
        used.refuses("nonFieldErrors", "invalid_token");
        assert!(world.account("sam").await.expect("sam").profile.secondary_email.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_notice_goes_to_the_address_that_the_account_had() {
    for removes in ["false", "true"] {
        in_each_dialect(&[("ALLOW_DELETE_ACCOUNT", removes)], async |world| {
            world.sam().await;
            delete(&world.as_person("sam").await).await.succeeds();
            let [notice] = &world.inbox.letters()[..] else {
                panic!("one letter: {:#?}", world.inbox.letters());
            };
            assert_eq!(notice.to, ["sam@email.com"]);
            assert_eq!(notice.subject, "Your account on Example was deleted");
        })
        .await;
    }
}

#[tokio::test]
async fn in_a_document_the_rest_is_nobody_s() {
    for removes in ["false", "true"] {
        in_both_dialects(&[("ALLOW_DELETE_ACCOUNT", removes)], async |world| {
            world.sam().await;
            let login = json!({ "username": "sam", "password": PASSWORD });
            let acts = [
                ("deleteAccount", json!({ "password": "" })),
                ("deleteAccount", confirmed()),
                ("swapEmails", confirmed()),
                ("tokenAuth", login),
                ("deleteAccount", confirmed()),
            ];
            let [wrong, done, swapped, login, again] =
                &world.as_person("sam").await.acts(&acts).await[..]
            else {
                panic!("five answers");
            };
            assert!(wrong.is_refused("password", "invalid_password"), "{wrong}");
            assert!(done.has_succeeded(), "{done}");
            assert!(
                swapped.is_refused("nonFieldErrors", "unauthenticated"),
                "{swapped}"
            );
            assert!(
                login.is_refused("nonFieldErrors", "invalid_credentials"),
                "{login}"
            );
            assert!(
                again.is_refused("nonFieldErrors", "unauthenticated"),
                "{again}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn of_several_deletions_at_once_one_succeeds() {
    for removes in ["false", "true"] {
        let settings = [WITHOUT_LIMITS, &[("ALLOW_DELETE_ACCOUNT", removes)]].concat();
        in_each_dialect(&settings, async |world| {
            world.sam().await;
            let sam = world.as_person("sam").await;
            let replies = join_all((0..8).map(|_| delete(&sam))).await;
            let (done, refused): (Vec<_>, Vec<_>) =
                replies.into_iter().partition(Reply::has_succeeded);
            assert_eq!(done.len(), 1);
            for reply in refused {
                reply.is_turned_away(world.dialect(), "unauthenticated");
            }
            assert_eq!(world.log.events_named("refresh_token_revoked").len(), 1);
            assert_eq!(world.inbox.letters().len(), 1);
        })
        .await;
    }
}

#[tokio::test]
async fn a_deletion_whose_answer_from_the_store_is_lost_happens_once() {
    for (removes, write) in [("false", "UpdateItem"), ("true", "TransactWriteItems")] {
        let settings = [WITHOUT_LIMITS, &[("ALLOW_DELETE_ACCOUNT", removes)]].concat();
        in_both_dialects(&settings, async |world| {
            world.sam().await;
            let sam = world.as_person("sam").await;
            world.proxy.nth_of(write, 1, Fate::LoseAnswer);
            delete(&sam).await.succeeds();
            assert_eq!(world.log.events_named("refresh_token_revoked").len(), 1);
            assert_eq!(world.inbox.letters().len(), 1);
        })
        .await;
    }
}
