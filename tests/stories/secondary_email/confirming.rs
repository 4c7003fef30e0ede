//! Confirming an address with the token of its letter.

use futures::join;
use serde_json::json;
use tests::{Fate, WITHOUT_LIMITS, in_both_dialects};

use super::{confirm, confirmed, has, is_free};

#[tokio::test]
async fn a_confirmed_address_is_the_secondary_one_and_nothing_else_changes() {
    in_both_dialects(&[], async |world| {
        let before = world.vera().await;
        world.sam().await;
        let session = world.log_in("vera").await.succeeds();
        let token = world.secondary_token("vera", "vera2@email.com").await;
        world.log.clear();
        confirm(world, &token).await.succeeds();
        let [event] = &world.log.events()[..] else {
            panic!("one event: {:#?}", world.log.events());
        };
        assert_eq!(event["event"], "secondary_email_added");
        assert_eq!(event["user_id"], before.id().to_string());
        let log = world.log.text();
        assert!(!log.contains("vera") && !log.contains(&token), "{log}");
        has(world, "vera", "vera@email.com", Some("vera2@email.com")).await;
        has(world, "sam", "sam@email.com", Some("sam2@email.com")).await;
        let after = world.account("vera").await.expect("vera");
        assert_eq!(after.epoch, before.epoch);
        assert_eq!(
            world.who_is(&session.text("token")).await.as_deref(),
            Some("vera")
        );
        world
            .refresh(&session.text("refreshToken"))
            .await
            .succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_new_address_takes_the_place_of_the_old_one_which_is_free_again() {
    in_both_dialects(&[], async |world| {
        world.sam().await;
        let token = world.secondary_token("sam", "third@email.com").await;
        has(world, "sam", "sam@email.com", Some("sam2@email.com")).await;
        confirm(world, &token).await.succeeds();
        has(world, "sam", "sam@email.com", Some("third@email.com")).await;
        is_free(world, "sam2@email.com").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_holds_the_token_confirms_whatever_header_comes_with_it() {
    in_both_dialects(&[], async |world| {
        world.sam().await;
        for name in ["one", "two", "three"] {
            world.person(name, |_| {}).await;
            let second = format!("{name}2@email.com");
            let token = world.secondary_token(name, &second).await;
            let asker = match name {
                "one" => world.as_person("one").await,
                "two" => world.as_person("sam").await,
                _ => world.with_token("garbage"),
            };
            let reply = asker.act("verifySecondaryEmail", json!({ "token": token }));
            reply.await.succeeds();
            has(world, name, &format!("{name}@email.com"), Some(&second)).await;
        }
        has(world, "sam", "sam@email.com", Some("sam2@email.com")).await;
    })
    .await;
}

#[tokio::test]
async fn an_address_in_place_is_taken_and_so_is_it_for_its_own_token() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let token = world.secondary_token("vera", "vera2@email.com").await;
        confirm(world, &token).await.succeeds();
        let kept = world.kept().await;
        confirm(world, &token)
            .await
            .refuses("nonFieldErrors", "unique");
        let vera = world.as_person("vera").await;
        vera.act("swapEmails", confirmed()).await.succeeds();
        confirm(world, &token)
            .await
            .refuses("nonFieldErrors", "unique");
        vera.act("swapEmails", confirmed()).await.succeeds();
        assert_eq!(world.kept().await.len(), kept.len());
        has(world, "vera", "vera@email.com", Some("vera2@email.com")).await;
        assert_eq!(world.log.events_named("secondary_email_added").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_two_confirmations_at_once_one_attaches_its_address() {
    in_both_dialects(&[], async |world| {
        for (one, other) in [("same", "same"), ("this", "that")] {
            let name = format!("vera_{one}");
            world.person(&name, |_| {}).await;
            let tokens = [
                world
                    .secondary_token(&name, &format!("{one}@email.com"))
                    .await,
                world
                    .secondary_token(&name, &format!("{other}@email.com"))
                    .await,
            ];
            world.log.clear();
            let (first, second) = join!(confirm(world, &tokens[0]), confirm(world, &tokens[1]));
            let (attached, refused) = if first.has_succeeded() {
                (one, second)
            } else {
                (other, first)
            };
            let code = if one == other {
                "unique"
            } else {
                "invalid_token"
            };
            refused.refuses("nonFieldErrors", code);
            let primary = format!("{name}@email.com");
            has(
                world,
                &name,
                &primary,
                Some(&format!("{attached}@email.com")),
            )
            .await;
            assert_eq!(world.log.events_named("secondary_email_added").len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_accounts_that_confirm_one_address_at_once_one_gets_it() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let of_vera = world.secondary_token("vera", "wanted@email.com").await;
        let of_sam = world.secondary_token("sam", "wanted@email.com").await;
        let (vera, sam) = join!(confirm(world, &of_vera), confirm(world, &of_sam));
        let refused = if vera.has_succeeded() { sam } else { vera };
        refused.refuses("nonFieldErrors", "unique");
        assert_eq!(world.log.events_named("secondary_email_added").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_happens_beside_a_confirmation_is_judged_as_well() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        for what in [
            "swap",
            "removal of the address",
            "deactivation",
            "doubt",
            "removal",
        ] {
            let name = format!("sam{}", world.accounts().await.len());
            world.person(&name, |_| {}).await;
            let account = world.attach(&name, &format!("{name}.2@email.com")).await;
            let token = world
                .secondary_token(&name, &format!("{name}.3@email.com"))
                .await;
            let held = world.proxy.hold("TransactWriteItems", 1);
            let meanwhile = async {
                held.arrives().await;
                let backstage = world.backstage();
                match what {
                    "swap" => drop(backstage.swap_emails(&account).await.expect("the store")),
                    "deactivation" => world.operate(&name, "active", false).await,
                    "doubt" => world.operate(&name, "verified", false).await,
                    "removal" => assert!(backstage.remove(&account).await.expect("the store")),
                    _ => assert!(
                        backstage
                            .detach_secondary(&account)
                            .await
                            .expect("the store")
                    ),
                }
                held.goes_on();
            };
            let (reply, ()) = join!(confirm(world, &token), meanwhile);
            assert!(
                reply.is_refused("nonFieldErrors", "invalid_token"),
                "{what}{reply}"
            );
        }
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
    })
    .await;
}

#[tokio::test]
async fn a_confirmation_whose_answer_from_the_store_is_lost_succeeds_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let token = world.secondary_token("sam", "third@email.com").await;
        world
            .proxy
            .nth_of("TransactWriteItems", 1, Fate::LoseAnswer);
        confirm(world, &token).await.succeeds();
        has(world, "sam", "sam@email.com", Some("third@email.com")).await;
        assert_eq!(world.log.events_named("secondary_email_added").len(), 1);
    })
    .await;
}
