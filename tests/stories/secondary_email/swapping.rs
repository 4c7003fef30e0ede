//! Primary and secondary address change places.

use futures::future::join_all;
use serde_json::json;
use tests::{Fate, Reply, WITHOUT_LIMITS, in_both_dialects};

use super::{confirmed, has, log_in_by};

#[tokio::test]
async fn both_addresses_change_places_and_nothing_else_changes() {
    in_both_dialects(&[], async |world| {
        let before = world.sam().await;
        world.vera().await;
        let session = world.log_in("sam").await.succeeds();
        world.log.clear();
        let sam = world.with_token(&session.text("token"));
        sam.act("swapEmails", confirmed()).await.succeeds();

        let [event] = &world.log.events()[..] else {
            panic!("one event: {:#?}", world.log.events());
        };
        assert_eq!(event["event"], "emails_swapped");
        assert_eq!(event["user_id"], before.id().to_string());
        assert!(!world.log.text().contains("sam"), "{}", world.log.text());
        has(world, "sam", "sam2@email.com", Some("sam@email.com")).await;
        let after = world.account("sam").await.expect("sam");
        assert!(after.profile.verified && after.epoch == before.epoch);
        let data = sam.query("{ me { email secondaryEmail verified } }").await;
        let shown = json!({ "email": "sam2@email.com", "secondaryEmail": "sam@email.com", "verified": true });
        assert_eq!(data["me"], shown);
        world.refresh(&session.text("refreshToken")).await.succeeds();
        for email in ["sam@email.com", "sam2@email.com"] {
            let reply = log_in_by(world, email).await.succeeds();
            assert_eq!(reply.get("user")["username"], "sam");
            let form = tests::people::registration(json!({ "email": email }));
            world.act("register", form).await.refuses("email", "unique");
        }

        sam.act("swapEmails", confirmed()).await.succeeds();
        has(world, "sam", "sam@email.com", Some("sam2@email.com")).await;
    })
    .await;
}

#[tokio::test]
async fn after_a_swap_the_new_primary_address_is_written_to() {
    in_both_dialects(&[], async |world| {
        world.sam().await;
        world
            .as_person("sam")
            .await
            .act("swapEmails", confirmed())
            .await
            .succeeds();
        world.operate("sam", "verified", false).await;
        world.inbox.clear();
        let email = json!({ "email": "sam@email.com" });
        world.act("resendActivationEmail", email).await.succeeds();
        let token = json!({ "token": world.token_mailed("sam2@email.com", "activate") });
        world.act("verifyAccount", token).await.succeeds();
        world.inbox.clear();
        world
            .as_person("sam")
            .await
            .act("archiveAccount", confirmed())
            .await
            .succeeds();
        assert_eq!(world.letters_to("sam2@email.com").len(), 1);
        assert_eq!(world.inbox.letters().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn swaps_at_once_happen_one_after_the_other() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let sam = world.as_person("sam").await;
        for (count, primary) in [(2, "sam@email.com"), (3, "sam2@email.com")] {
            world.log.clear();
            let replies = join_all((0..count).map(|_| sam.act("swapEmails", confirmed()))).await;
            assert!(replies.iter().all(Reply::has_succeeded));
            let secondary = if primary == "sam@email.com" {
                "sam2"
            } else {
                "sam"
            };
            has(
                world,
                "sam",
                primary,
                Some(&format!("{secondary}@email.com")),
            )
            .await;
            assert_eq!(world.log.events_named("emails_swapped").len(), count);
        }
    })
    .await;
}

#[tokio::test]
async fn a_swap_whose_answer_from_the_store_is_lost_happens_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let sam = world.as_person("sam").await;
        world.proxy.nth_of("UpdateItem", 1, Fate::LoseAnswer);
        sam.act("swapEmails", confirmed()).await.succeeds();
        has(world, "sam", "sam2@email.com", Some("sam@email.com")).await;
        assert_eq!(world.log.events_named("emails_swapped").len(), 1);
        assert_eq!(world.inbox.letters().len(), 2);
    })
    .await;
}
