//! What happens beside a reset.

use futures::join;
use tests::people::NEW_PASSWORD;
use tests::{Fate, Reply, WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect};

use super::{has_password, reset};

#[tokio::test]
async fn of_two_resets_at_once_one_succeeds() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let token = world.reset_token("vera@email.com").await;
        let others = "qlr4nq3f3qlr4nq3f3";
        let (one, other) = join!(
            reset(world, &token, NEW_PASSWORD),
            reset(world, &token, others)
        );
        let (chosen, refused) = if one.has_succeeded() {
            (NEW_PASSWORD, other)
        } else {
            other.succeeds();
            (others, one)
        };
        refused.refuses("nonFieldErrors", "invalid_token");
        has_password(world, "vera", chosen).await;
        assert_eq!(world.log.events_named("password_reset").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_reset_whose_answer_from_the_store_is_lost_succeeds_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        let token = world.reset_token("vera@email.com").await;
        world.proxy.nth_of("UpdateItem", 1, Fate::LoseAnswer);
        reset(world, &token, NEW_PASSWORD).await.succeeds();
        assert_eq!(world.log.events_named("password_reset").len(), 1);
        let vera = world.account("vera").await.expect("vera");
        assert_eq!((vera.epoch, vera.credentials_version), (1, 1));
        has_password(world, "vera", NEW_PASSWORD).await;
    })
    .await;
}

/// A reset is under way and not written yet when something else happens.
async fn beside(world: &World, token: &str, change: impl AsyncFnOnce()) -> Reply {
    let held = world.proxy.hold("UpdateItem", 1);
    let meanwhile = async {
        held.arrives().await;
        change().await;
        held.goes_on();
    };
    join!(reset(world, token, NEW_PASSWORD), meanwhile).0
}

#[tokio::test]
async fn what_happens_beside_a_reset_is_judged_as_well() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        for what in ["letter", "swap", "deactivation", "removal"] {
            world.person(what, |_| {}).await;
            let account = world.attach(what, &format!("{what}2@email.com")).await;
            let email = format!("{what}@email.com");
            let token = world.reset_token(&email).await;
            let reply = beside(world, &token, async || match what {
                "letter" => {
                    let nonce = [7; 16];
                    let set = world.backstage().set_reset_nonce(&account, &nonce).await;
                    drop(set.expect("the store"));
                }
                "swap" => {
                    let swapped = world.backstage().swap_emails(&account).await;
                    drop(swapped.expect("the store"));
                }
                "deactivation" => world.operate(what, "active", false).await,
                _ => assert!(world.backstage().remove(&account).await.expect("the store")),
            });
            reply.await.refuses("nonFieldErrors", "invalid_token");
        }
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
    })
    .await;
}

#[tokio::test]
async fn somebody_verified_beside_a_reset_is_verified_once() {
    let settings = [
        WITHOUT_LIMITS,
        &[("ALLOW_PASSWORD_RESET_NOT_VERIFIED", "true")],
    ]
    .concat();
    in_both_dialects(&settings, async |world| {
        let nora = world.nora().await;
        let token = world.reset_token("nora@email.com").await;
        let reply = beside(world, &token, async || {
            let verified = world.backstage().verify(nora.id(), "nora@email.com").await;
            drop(verified.expect("the store"));
        });
        reply.await.succeeds();
        assert_eq!(world.log.events_named("password_reset").len(), 1);
        assert!(world.log.events_named("user_verified").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_network_that_cannot_be_noted_does_not_stand_in_the_way_of_a_reset() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let token = world.reset_token("vera@email.com").await;
        // The marks are the only items that a reset puts.
        for nth in [1, 2] {
            let fate = Fate::Refuse("ValidationException");
            world.proxy.nth_of("PutItem", nth, fate);
        }
        reset(world, &token, NEW_PASSWORD).await.succeeds();
        let log = world.log.text();
        assert!(log.contains("making a network familiar"), "{log}");
        has_password(world, "vera", NEW_PASSWORD).await;
    })
    .await;
}
