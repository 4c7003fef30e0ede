//! What changes while a protected act is under way is judged as well.

use futures::join;
use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{Reply, WITHOUT_LIMITS, World, in_both_dialects};

use super::{Protected, protected};

/// sam asks for an act, and something happens to him when he has been judged and nothing is written
/// yet. `write` is the operation that writes.
async fn beside(
    world: &World,
    (act, arguments): (&str, Value),
    write: &'static str,
    change: impl AsyncFnOnce(),
) -> Reply {
    let sam = world.as_person("sam").await;
    let held = world.proxy.hold(write, 1);
    let meanwhile = async {
        held.arrives().await;
        change().await;
        held.goes_on();
    };
    let (reply, ()) = join!(sam.act(act, arguments), meanwhile);
    reply
}

/// What an operator or another request does to sam, and what his act hears of it.
const CHANGES: [(&str, &str); 5] = [
    ("deactivated", "unauthenticated"),
    ("archived", "unauthenticated"),
    ("signed out", "unauthenticated"),
    ("removed", "unauthenticated"),
    ("unverified", "not_verified"),
];

async fn change_sam(world: &World, change: &str) {
    match change {
        "deactivated" => world.operate("sam", "active", false).await,
        "archived" => world.operate("sam", "archived", true).await,
        "signed out" => world.operate("sam", "epoch", 7).await,
        "unverified" => world.operate("sam", "verified", false).await,
        _ => {
            let sam = world.account("sam").await.expect("sam");
            assert!(world.backstage().remove(&sam).await.expect("the store"));
        }
    }
}

#[tokio::test]
async fn an_account_that_changes_before_the_write_is_judged_again() {
    let is_write = |it: &Protected| it.act != "sendSecondaryEmailActivation";
    for (change, code) in CHANGES {
        for protected in protected(Dialect::Plain).into_iter().filter(is_write) {
            let Protected { act, arguments, .. } = protected;
            let world = World::open(Dialect::Plain, WITHOUT_LIMITS).await;
            world.sam().await;
            let write = match act {
                "removeSecondaryEmail" => "TransactWriteItems",
                _ => "UpdateItem",
            };
            let reply = beside(&world, (act, arguments), write, async || {
                change_sam(&world, change).await;
            });
            reply.await.refuses("nonFieldErrors", code);
            let events = world.log.events();
            assert!(events.is_empty(), "{act}: {events:#?}");
            assert_eq!(world.inbox.requests(), 0, "{act}");
            world.close().await;
        }
    }
}

#[tokio::test]
async fn a_secondary_address_that_goes_before_the_write_is_missed() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        for (act, write) in [
            ("swapEmails", "UpdateItem"),
            ("removeSecondaryEmail", "TransactWriteItems"),
        ] {
            let sam = match world.account("sam").await {
                Some(sam) => sam,
                None => world.sam().await,
            };
            let confirmed = (act, json!({ "password": PASSWORD }));
            let reply = beside(world, confirmed, write, async || {
                let detached = world.backstage().detach_secondary(&sam).await;
                assert!(detached.expect("the store"));
            });
            let reply = reply.await;
            reply.refuses("nonFieldErrors", "secondary_email_required");
            let token = world.secondary_token("sam", "sam2@email.com").await;
            let token = json!({ "token": token });
            world.act("verifySecondaryEmail", token).await.succeeds();
        }
    })
    .await;
}

#[tokio::test]
async fn an_act_goes_on_where_a_change_does_not_stand_in_its_way() {
    let settings = [WITHOUT_LIMITS, &[("ALLOW_DELETE_ACCOUNT", "true")]].concat();
    for (act, write) in [
        ("swapEmails", "UpdateItem"),
        ("removeSecondaryEmail", "TransactWriteItems"),
        ("archiveAccount", "UpdateItem"),
        ("deleteAccount", "TransactWriteItems"),
    ] {
        in_both_dialects(&settings, async |world| {
            let sam = world.sam().await;
            let confirmed = (act, json!({ "password": PASSWORD }));
            let reply = beside(world, confirmed, write, async || {
                drop(
                    world
                        .backstage()
                        .swap_emails(&sam)
                        .await
                        .expect("the store"),
                );
            });
            reply.await.succeeds();
            let Some(after) = world.account("sam").await.map(|it| it.profile) else {
                assert_eq!(act, "deleteAccount");
                return;
            };
            let (primary, secondary) = (&*after.email, after.secondary_email.as_deref());
            let (one, other) = ("sam@email.com", "sam2@email.com");
            match act {
                "swapEmails" => assert_eq!((primary, secondary), (one, Some(other))),
                "removeSecondaryEmail" => assert_eq!((primary, secondary), (other, None)),
                _ => assert!(after.archived && act == "archiveAccount"),
            }
        })
        .await;
    }
}
