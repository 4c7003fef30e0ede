//! Who gets an address that several want, and where addresses end up that several acts move.

use futures::future::join_all;
use futures::join;
use serde_json::json;
use tests::people::registration;

use super::{DOORS, confirmed, fifty, one_of, open, secondary_token, several, successes};

#[tokio::test]
async fn an_address_that_two_accounts_want_is_given_to_one() {
    let world = open().await;
    let (vera, stan) = (world.vera().await, world.stan().await);
    let tokens = [&vera, &stan].map(|it| secondary_token(&world, it, "wanted@email.com"));
    let token = |number: usize| json!({ "token": tokens[number % 4 / 2] });
    let replies = fifty(&world, &DOORS, "verifySecondaryEmail", token).await;
    let won = one_of(&replies, "nonFieldErrors", "unique");
    let owner = ["vera", "stan"][won % 4 / 2];
    let profile = world.account(owner).await.expect("somebody").profile;
    assert_eq!(profile.secondary_email.as_deref(), Some("wanted@email.com"));
    assert_eq!(world.log.events_named("secondary_email_added").len(), 1);
    world.close().await;
}

#[tokio::test]
async fn an_address_that_an_account_and_a_registration_want_is_given_to_one() {
    for who_is_first in ["account", "registration"] {
        let world = open().await;
        let vera = world.vera().await;
        let token = json!({ "token": secondary_token(&world, &vera, "wanted@email.com") });
        let form = |number: usize| {
            registration(
                json!({ "email": "Wanted@email.com", "username": format!("user{number}") }),
            )
        };
        let confirming = several(20, &world, &DOORS, "verifySecondaryEmail", |_| {
            token.clone()
        });
        let registering = several(10, &world, &DOORS, "register", form);
        let (confirmed, registered) = if who_is_first == "account" {
            join!(confirming, registering)
        } else {
            let (registered, confirmed) = join!(registering, confirming);
            (confirmed, registered)
        };
        assert_eq!(successes(&confirmed) + successes(&registered), 1);
        for (replies, key) in [(&confirmed, "nonFieldErrors"), (&registered, "email")] {
            for reply in replies.iter().filter(|it| !it.has_succeeded()) {
                assert!(
                    reply.is_refused(key, "unique"),
                    "{reply}{}",
                    world.log.text()
                );
            }
        }
        let accounts = 1 + successes(&registered);
        assert_eq!(world.accounts().await.len(), accounts);
        world.close().await;
    }
}

#[tokio::test]
async fn swaps_and_removals_happen_one_after_the_other() {
    let world = open().await;
    world.sam().await;
    let sam = world.as_person("sam").await;
    let acts = (0..50).map(async |number: usize| {
        // Most of them swap, so that the one removal comes somewhere among them.
        let act = match number {
            40.. => "removeSecondaryEmail",
            _ => "swapEmails",
        };
        let asker = sam.clone().at(DOORS[number % 2]);
        (act, asker.act(act, confirmed()).await)
    });
    let replies = join_all(acts).await;
    let count = |wanted: &str| {
        let done = replies
            .iter()
            .filter(|(act, it)| *act == wanted && it.has_succeeded());
        done.count()
    };
    for (_, reply) in replies.iter().filter(|(_, reply)| !reply.has_succeeded()) {
        let is_missed = reply.is_refused("nonFieldErrors", "secondary_email_required");
        assert!(is_missed, "{reply}{}", world.log.text());
    }
    assert_eq!(count("removeSecondaryEmail"), 1);
    let profile = world.account("sam").await.expect("sam").profile;
    assert_eq!(profile.secondary_email, None);
    let primary = ["sam@email.com", "sam2@email.com"][count("swapEmails") % 2];
    assert_eq!(profile.email, primary);
    assert_eq!(
        world.log.events_named("emails_swapped").len(),
        count("swapEmails")
    );
    assert_eq!(world.log.events_named("secondary_email_removed").len(), 1);
    world.close().await;
}

#[tokio::test]
async fn a_confirmation_beside_a_swap_and_a_removal_is_one_of_them_in_order() {
    for round in 0..6 {
        let world = open().await;
        let account = world.sam().await;
        let sam = world.as_person("sam").await;
        let token = json!({ "token": secondary_token(&world, &account, "third@email.com") });
        let mut acts = [
            ("verifySecondaryEmail", token.clone()),
            ("swapEmails", confirmed()),
            ("removeSecondaryEmail", confirmed()),
        ];
        acts.rotate_left(round % 3);
        let replies = join_all(
            acts.iter()
                .map(|(act, arguments)| sam.act(act, arguments.clone())),
        );
        let replies = replies.await;
        let done = |act: &str| replies.iter().any(|it| it.act == act && it.has_succeeded());
        // The token is dead once an address has changed, and nothing else stands in anybody's way.
        assert!(done("swapEmails") || done("removeSecondaryEmail"));
        let profile = world.account("sam").await.expect("sam").profile;
        let mut owned = vec![profile.email.as_str()];
        owned.extend(profile.secondary_email.as_deref());
        if done("removeSecondaryEmail") {
            assert_eq!(owned.len(), 1, "{owned:?}");
        }
        if !done("verifySecondaryEmail") {
            assert!(!owned.contains(&"third@email.com"), "{owned:?}");
        }
        world.close().await;
    }
}

#[tokio::test]
async fn fifty_swaps_are_made_one_after_the_other() {
    let world = open().await;
    world.sam().await;
    let sam = world.as_person("sam").await;
    let acts = (0..50).map(async |number: usize| {
        let asker = sam.clone().at(DOORS[number % 2]);
        asker.act("swapEmails", confirmed()).await
    });
    let replies = join_all(acts).await;
    for reply in &replies {
        assert!(reply.has_succeeded(), "{reply}{}", world.log.text());
    }
    let account = world.account("sam").await.expect("sam");
    assert_eq!(account.profile.email, "sam@email.com");
    assert_eq!(world.log.events_named("emails_swapped").len(), 50);
    world.close().await;
}
