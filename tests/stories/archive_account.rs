//! An account put to rest until its owner logs in again.

use futures::future::join_all;
use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::{PASSWORD, registration};
use tests::{Fate, Reply, WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect};

fn confirmed() -> Value {
    json!({ "password": PASSWORD })
}

async fn is_archived(world: &World, name: &str) -> bool {
    world
        .account(name)
        .await
        .expect("somebody")
        .profile
        .archived
}

#[tokio::test]
async fn an_archived_account_is_signed_out_everywhere_and_no_other_is() {
    in_each_dialect(&[], async |world| {
        let vera = world.vera().await;
        world.sam().await;
        let of_sam = world.log_in("sam").await.succeeds();
        let sessions = [
            world.log_in("vera").await.succeeds(),
            world.log_in("vera").await.succeeds(),
        ];
        world.log.clear();
        let asker = world.with_token(&sessions[0].access_token());
        asker.act("archiveAccount", confirmed()).await.succeeds();

        let events = world.log.events();
        let names: Vec<_> = events.iter().map(|it| it["event"].clone()).collect();
        assert_eq!(names, ["account_archived", "refresh_token_revoked"]);
        for event in &events {
            assert_eq!(event["user_id"], vera.id().to_string());
            assert_eq!(event.get("session_id"), None);
        }
        let log = world.log.text();
        assert!(!log.contains("vera") && !log.contains(PASSWORD), "{log}");
        assert!(is_archived(world, "vera").await);
        for session in sessions {
            assert_eq!(world.who_is(&session.access_token()).await, None);
            let refreshed = world.refresh(&session.refresh_token()).await;
            refreshed.refuses("nonFieldErrors", "invalid_token");
        }
        let again = asker.act("archiveAccount", confirmed()).await;
        again.is_turned_away(world.dialect(), "unauthenticated");

        assert!(!is_archived(world, "sam").await);
        world.refresh(&of_sam.refresh_token()).await.succeeds();
        let [notice] = &world.inbox.letters()[..] else {
            panic!("one letter: {:#?}", world.inbox.letters());
        };
        assert_eq!(notice.to, ["vera@email.com"]);
        assert_eq!(notice.subject, "Your account on Example was archived");
    })
    .await;
}

#[tokio::test]
async fn the_next_login_brings_the_account_back_and_nothing_that_was_signed_out() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let old = world.log_in("vera").await.succeeds();
        let vera = world.as_person("vera").await;
        vera.act("archiveAccount", confirmed()).await.succeeds();
        world
            .log_in_with("vera", "wrong")
            .await
            .refuses("nonFieldErrors", "invalid_credentials");
        assert!(is_archived(world, "vera").await);
        world.log.clear();
        let back = world.log_in("vera").await.succeeds();
        assert!(!is_archived(world, "vera").await);
        assert_eq!(world.log.events_named("account_unarchived").len(), 1);
        assert_eq!(
            world.who_is(&back.access_token()).await.as_deref(),
            Some("vera")
        );
        assert_eq!(world.who_is(&old.access_token()).await, None);
        let refreshed = world.refresh(&old.refresh_token()).await;
        assert!(!refreshed.has_succeeded(), "{refreshed}");
        world.refresh(&back.refresh_token()).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn name_and_addresses_of_an_archived_account_stay_taken() {
    in_both_dialects(&[], async |world| {
        world.sam().await;
        world.vera().await;
        let sam = world.as_person("sam").await;
        sam.act("archiveAccount", confirmed()).await.succeeds();
        let named = registration(json!({ "username": "SAM" }));
        world
            .act("register", named)
            .await
            .refuses("username", "unique");
        let vera = world.as_person("vera").await;
        for email in ["sam@email.com", "sam2@email.com"] {
            let form = registration(json!({ "email": email }));
            world.act("register", form).await.refuses("email", "unique");
            let form = json!({ "email": email, "password": PASSWORD });
            let reply = vera.act("sendSecondaryEmailActivation", form).await;
            reply.refuses("email", "unique");
        }
        let profile = world.account("sam").await.expect("sam").profile;
        assert_eq!(profile.secondary_email.as_deref(), Some("sam2@email.com"));
    })
    .await;
}

#[tokio::test]
async fn in_a_document_the_rest_is_nobody_s_until_somebody_logs_in() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let login = json!({ "username": "vera", "password": PASSWORD });
        let names = |text: &str| ("updateAccount", json!({ "firstName": text }));
        let acts = [
            ("archiveAccount", json!({ "password": "wrong" })),
            names("one"),
            ("archiveAccount", confirmed()),
            names("two"),
            ("tokenAuth", login),
            names("three"),
            ("archiveAccount", confirmed()),
        ];
        let replies = vera.acts(&acts).await;
        let outcomes: Vec<_> = replies.iter().map(Reply::has_succeeded).collect();
        assert_eq!(outcomes, [false, true, true, false, true, true, true]);
        assert!(replies[3].is_refused("nonFieldErrors", "unauthenticated"));
        let profile = world.account("vera").await.expect("vera").profile;
        assert!(profile.archived && profile.first_name == "three");
    })
    .await;
}

#[tokio::test]
async fn in_gqlauth_what_comes_behind_an_archiving_ends_the_document_and_not_the_archiving() {
    let world = World::open(Dialect::Gqlauth, &[]).await;
    world.vera().await;
    let names = ("updateAccount", json!({ "firstName": "V" }));
    let acts = [names.clone(), ("archiveAccount", confirmed()), names];
    let mut replies = world.as_person("vera").await.acts(&acts).await;
    replies
        .swap_remove(2)
        .is_turned_away(Dialect::Gqlauth, "unauthenticated");
    let profile = world.account("vera").await.expect("vera").profile;
    assert!(profile.archived && profile.first_name == "V");
    assert_eq!(world.inbox.letters().len(), 1);
    world.close().await;
}

#[tokio::test]
async fn of_several_archivings_at_once_one_succeeds_and_signs_the_others_out() {
    in_each_dialect(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let asked = (0..8).map(|_| vera.act("archiveAccount", confirmed()));
        let replies = join_all(asked).await;
        let (done, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(Reply::has_succeeded);
        assert_eq!(done.len(), 1);
        for reply in refused {
            reply.is_turned_away(world.dialect(), "unauthenticated");
        }
        assert_eq!(world.log.events_named("account_archived").len(), 1);
        assert_eq!(world.inbox.letters().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_archiving_whose_answer_from_the_store_is_lost_happens_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        world.proxy.nth_of("UpdateItem", 1, Fate::LoseAnswer);
        vera.act("archiveAccount", confirmed()).await.succeeds();
        assert_eq!(world.account("vera").await.expect("vera").epoch, 1);
        assert_eq!(world.log.events_named("account_archived").len(), 1);
        assert_eq!(world.inbox.letters().len(), 1);
    })
    .await;
}
