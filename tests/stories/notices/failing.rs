//! Nothing depends on a notice.

use std::time::{Duration, Instant};

use futures::join;
use graphql::http::Dialect;
use local::Behaviour;
use tests::people::NEW_PASSWORD;
use tests::{WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect};

use super::{CHANGES, about_to, as_luke, changes};

/// What must have become of luke.s after a change.
async fn is_changed(world: &World, act: &str) {
    let luke = world.account("luke.s").await.expect("luke.s");
    let profile = luke.profile;
    let secondary = profile.secondary_email.as_deref();
    match act {
        "archiveAccount" => assert!(profile.archived),
        "deleteAccount" => assert!(!profile.active),
        "swapEmails" => assert_eq!(secondary, Some("luke.s@email.com")),
        "removeSecondaryEmail" => assert_eq!(secondary, None),
        "verifySecondaryEmail" => assert_eq!(secondary, Some("third@email.com")),
        _ => drop(world.log_in_with("luke.s", NEW_PASSWORD).await.succeeds()),
    }
}

#[tokio::test]
async fn a_notice_that_is_not_accepted_is_logged_and_changes_nothing_in_the_answer() {
    let behaviours = [
        Behaviour::Refuse,
        Behaviour::Throttle,
        Behaviour::Fail,
        Behaviour::Babble,
        Behaviour::Drop,
        Behaviour::LoseAnswer,
    ];
    in_each_dialect(WITHOUT_LIMITS, async |world| {
        for (number, (act, to, _)) in changes(world.dialect()).iter().enumerate() {
            world.inbox.behave(Behaviour::Deliver);
            let change = about_to(world, act).await;
            world.log.clear();
            world.inbox.behave(behaviours[number % behaviours.len()]);
            let reply = as_luke(world, change).await.succeeds();
            // Each is handed over once, whatever became of it.
            assert_eq!(world.inbox.requests(), to.len(), "{act}");
            let log = world.log.text();
            let told = log
                .lines()
                .filter(|it| it.contains("sending a notice"))
                .count();
            assert_eq!(told, to.len(), "{log}");
            assert!(!log.contains("email.com") && !log.contains("luke"), "{log}");
            if *act == "passwordChange" {
                let who = world.who_is(&reply.access_token()).await;
                assert_eq!(who.as_deref(), Some("luke.s"));
            }
            is_changed(world, act).await;
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_notices_one_may_fail_and_the_other_arrives() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        for nth in [1, 2] {
            let change = about_to(world, "swapEmails").await;
            world.inbox.behave_at(nth, Behaviour::Refuse);
            as_luke(world, change).await.succeeds();
            assert_eq!(
                (world.inbox.requests(), world.inbox.letters().len()),
                (2, 1)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_notice_that_hangs_is_waited_for_two_seconds_and_no_longer() {
    let world = World::open(Dialect::Plain, WITHOUT_LIMITS).await;
    for (act, to, _) in CHANGES {
        world.inbox.behave(Behaviour::Deliver);
        let change = about_to(&world, act).await;
        world.inbox.behave(Behaviour::Hang);
        // Counted from when the post office has it, so that a busy machine is not held against it.
        let handed_over = async {
            while world.inbox.requests() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Instant::now()
        };
        let answered = async { (as_luke(&world, change).await, Instant::now()) };
        let (handed_over, (reply, answered)) = join!(handed_over, answered);
        reply.succeeds();
        let waited = answered - handed_over;
        assert!(waited < Duration::from_millis(3_500), "{act}: {waited:?}");
        assert_eq!(world.inbox.requests(), to.len(), "{act}");
        world.inbox.behave(Behaviour::Deliver);
        is_changed(&world, act).await;
    }
    world.close().await;
}
