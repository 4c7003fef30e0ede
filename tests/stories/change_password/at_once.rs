//! Several changes, one after the other in a document or at once.

use futures::join;
use serde_json::json;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Fate, Reply, WITHOUT_LIMITS, in_both_dialects, in_each_dialect};

use super::{change, is_veras, vera_changes};

#[tokio::test]
async fn in_a_document_the_rest_goes_on_as_the_same_person_also_twice() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let names = |text: &str| ("updateAccount", json!({ "firstName": text }));
        let acts = [
            (
                "passwordChange",
                change("wrong", NEW_PASSWORD, NEW_PASSWORD),
            ),
            names("one"),
            (
                "passwordChange",
                change(PASSWORD, NEW_PASSWORD, NEW_PASSWORD),
            ),
            names("two"),
            ("passwordChange", change(NEW_PASSWORD, PASSWORD, PASSWORD)),
            names("three"),
        ];
        let replies = vera.acts(&acts).await;
        let outcomes: Vec<_> = replies.iter().map(Reply::has_succeeded).collect();
        assert_eq!(outcomes, [false, true, true, true, true, true]);
        let profile = world.account("vera").await.expect("vera").profile;
        assert_eq!(profile.first_name, "three");
        let names = vera.act("updateAccount", json!({})).await;
        names.refuses("nonFieldErrors", "unauthenticated");
        is_veras(world, PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn of_two_changes_at_once_one_succeeds_and_signs_the_other_out() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let others = "qlr4nq3f3qlr4nq3f3";
        let (one, other) = join!(
            vera_changes(world, PASSWORD, NEW_PASSWORD),
            vera_changes(world, PASSWORD, others)
        );
        let (chosen, done, refused) = if one.has_succeeded() {
            (NEW_PASSWORD, one, other)
        } else {
            (others, other, one)
        };
        refused.is_turned_away(world.dialect(), "unauthenticated");
        world
            .refresh(&done.succeeds().refresh_token())
            .await
            .succeeds();
        is_veras(world, chosen).await;
        assert_eq!(world.log.events_named("password_changed").len(), 1);
        assert_eq!(world.letters_to("vera@email.com").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_whose_answer_from_the_store_is_lost_is_made_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        world.proxy.nth_of("UpdateItem", 1, Fate::LoseAnswer);
        let reply = vera_changes(world, PASSWORD, NEW_PASSWORD).await.succeeds();
        let vera = world.account("vera").await.expect("vera");
        assert_eq!((vera.epoch, vera.credentials_version), (1, 1));
        assert_eq!(world.log.events_named("password_changed").len(), 1);
        world.refresh(&reply.refresh_token()).await.succeeds();
    })
    .await;
}
