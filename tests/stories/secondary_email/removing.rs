//! The secondary address is detached, and anybody's again.

use futures::future::join_all;
use tests::{Fate, Reply, WITHOUT_LIMITS, in_both_dialects};

use super::{confirm, confirmed, has, is_free};

#[tokio::test]
async fn a_removed_address_is_free_and_nothing_else_changes() {
    in_both_dialects(&[], async |world| {
        let before = world.sam().await;
        let session = world.log_in("sam").await.succeeds();
        world.log.clear();
        let sam = world.with_token(&session.text("token"));
        sam.act("removeSecondaryEmail", confirmed())
            .await
            .succeeds();

        let [event] = &world.log.events()[..] else {
            panic!("one event: {:#?}", world.log.events());
        };
        assert_eq!(event["event"], "secondary_email_removed");
        assert_eq!(event["user_id"], before.id().to_string());
        assert!(!world.log.text().contains("sam"), "{}", world.log.text());
        has(world, "sam", "sam@email.com", None).await;
        let after = world.account("sam").await.expect("sam");
        assert!(after.profile.verified && after.epoch == before.epoch);
        assert_eq!(
            world.who_is(&session.text("token")).await.as_deref(),
            Some("sam")
        );
        world
            .refresh(&session.text("refreshToken"))
            .await
            .succeeds();
        is_free(world, "sam2@email.com").await;
        world.log_in("sam").await.succeeds();

        let again = sam.act("removeSecondaryEmail", confirmed()).await;
        let again = again.refuses("nonFieldErrors", "secondary_email_required");
        let message = "You need to setup a secondary email to proceed.";
        assert_eq!(again.message("nonFieldErrors"), message);
        assert_eq!(world.log.events_named("secondary_email_removed").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_removed_address_can_become_somebody_else_s_or_one_s_own_again() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        world.vera().await;
        for name in ["sam", "vera"] {
            let sam = world.as_person("sam").await;
            sam.act("removeSecondaryEmail", confirmed())
                .await
                .succeeds();
            let token = world.secondary_token(name, "sam2@email.com").await;
            confirm(world, &token).await.succeeds();
            has(
                world,
                name,
                &format!("{name}@email.com"),
                Some("sam2@email.com"),
            )
            .await;
        }
        has(world, "sam", "sam@email.com", None).await;
    })
    .await;
}

#[tokio::test]
async fn of_several_removals_at_once_one_succeeds() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let sam = world.as_person("sam").await;
        let asked = (0..8).map(|_| sam.act("removeSecondaryEmail", confirmed()));
        let (done, refused): (Vec<_>, Vec<_>) = join_all(asked)
            .await
            .into_iter()
            .partition(Reply::has_succeeded);
        assert_eq!(done.len(), 1);
        for reply in refused {
            reply.refuses("nonFieldErrors", "secondary_email_required");
        }
        assert_eq!(world.log.events_named("secondary_email_removed").len(), 1);
        assert_eq!(world.inbox.letters().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_removal_whose_answer_from_the_store_is_lost_happens_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let sam = world.as_person("sam").await;
        world
            .proxy
            .nth_of("TransactWriteItems", 1, Fate::LoseAnswer);
        sam.act("removeSecondaryEmail", confirmed())
            .await
            .succeeds();
        has(world, "sam", "sam@email.com", None).await;
        assert_eq!(world.log.events_named("secondary_email_removed").len(), 1);
    })
    .await;
}
