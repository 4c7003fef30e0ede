//! A store that is busy or breaks off is asked again; one that refuses is not.

use futures::future::join_all;
use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::registration;
use tests::proxy::{Name, Reach};
use tests::{Fate, Reply, World};

use super::DENIED;
use super::scenes::login;

fn named(operation: &str, table: &str) -> Name {
    Name {
        operation: operation.to_owned(),
        table: table.to_owned(),
        number: 1,
    }
}

/// The call that makes an account.
fn making() -> Name {
    named("TransactWriteItems", "")
}

/// Asks for an act whose call meets a fate, and counts how often that call is sent.
async fn ask(
    world: &World,
    (act, arguments): (&str, Value),
    call: &Name,
    fate: Fate,
    reach: Reach,
) -> (Reply, usize) {
    world.proxy.take_calls();
    world.proxy.strike(call, fate, reach);
    let reply = world.act(act, arguments).await;
    world.proxy.all(Fate::Pass);
    let calls = world.proxy.take_calls();
    let sent = calls.iter().filter(|it| it.name == *call).count();
    (reply, sent)
}

fn register(name: &str) -> (&'static str, Value) {
    let form = json!({ "username": name, "email": format!("{name}@email.com") });
    ("register", registration(form))
}

/// The calls of a login: every operation on a single table.
fn calls_of_a_login() -> [Name; 5] {
    [
        named("UpdateItem", "ChallengesTable"),
        named("BatchGetItem", ""),
        named("GetItem", "AccountsTable"),
        named("UpdateItem", "AccountsTable"),
        named("PutItem", "SessionsTable"),
    ]
}

#[tokio::test]
async fn a_store_that_is_busy_for_a_moment_is_asked_again() {
    let codes = [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
    ];
    let told = codes.map(async |code| {
        let world = World::open(Dialect::Plain, &[]).await;
        world.vera().await;
        let fate = match code {
            "InternalServerError" => Fate::Fail,
            code => Fate::Refuse(code),
        };
        for call in calls_of_a_login() {
            let asked = ("tokenAuth", login("vera"));
            let (reply, sent) = ask(&world, asked, &call, fate, Reach::Once).await;
            reply.succeeds();
            assert_eq!(sent, 2, "{code}: {call}");
        }
        let asked = register("new_user");
        let (reply, sent) = ask(&world, asked, &making(), fate, Reach::Once).await;
        reply.succeeds();
        assert_eq!(sent, 2, "{code}");
        world.close().await;
    });
    join_all(told).await;
}

#[tokio::test]
async fn a_store_that_breaks_off_for_a_moment_is_asked_again() {
    let fates = [
        Fate::Reset,
        Fate::LoseAnswer,
        Fate::HalfAnswer,
        Fate::DoneThenFail,
    ];
    let told = fates.map(async |fate| {
        let world = World::open(Dialect::Plain, &[]).await;
        world.vera().await;
        for (times, call) in calls_of_a_login().iter().enumerate() {
            let asked = ("tokenAuth", login("vera"));
            let (reply, sent) = ask(&world, asked, call, fate, Reach::Once).await;
            reply.succeeds();
            assert_eq!(sent, 2, "{fate:?}: {call}");
            assert_eq!(world.sessions().await.len(), times + 1, "{fate:?}: {call}");
        }
        let asked = register("new_user");
        let (reply, sent) = ask(&world, asked, &making(), fate, Reach::Once).await;
        reply.succeeds();
        assert_eq!((sent, world.inbox.letters().len()), (2, 1), "{fate:?}");
        world.close().await;
    });
    join_all(told).await;
}

#[tokio::test]
async fn a_store_that_stays_busy_is_asked_four_times_and_one_that_refuses_or_babbles_once() {
    let refusals = [
        (Fate::Fail, 4),
        (Fate::Refuse("ThrottlingException"), 4),
        (Fate::HalfAnswer, 4),
        (Fate::Babble, 1),
        (DENIED, 1),
        (Fate::Refuse("ValidationException"), 1),
        (Fate::Refuse("ResourceNotFoundException"), 1),
    ];
    let told = refusals.map(async |(fate, times)| {
        let world = World::open(Dialect::Plain, &[]).await;
        world.vera().await;
        for call in calls_of_a_login() {
            let asked = ("tokenAuth", login("vera"));
            let (reply, sent) = ask(&world, asked, &call, fate, Reach::Always).await;
            reply.is_internal_error();
            assert_eq!(sent, times, "{fate:?}: {call}");
        }
        let asked = register("new_user");
        let (reply, sent) = ask(&world, asked, &making(), fate, Reach::Always).await;
        reply.is_internal_error();
        assert_eq!(sent, times, "{fate:?}");
        assert!(world.account("new_user").await.is_none(), "{fate:?}");
        assert!(world.sessions().await.is_empty() && world.inbox.letters().is_empty());
        world.close().await;
    });
    join_all(told).await;
}

/// Why a transaction was cancelled that nothing stands against.
const MOMENTARY: &[&[&str]] = &[
    &["TransactionConflict", "None", "None", "None"],
    &["None", "ThrottlingError", "None", "None"],
    &["None", "None", "ProvisionedThroughputExceeded", "None"],
    &["ThrottlingError", "TransactionConflict", "None", "None"],
];

#[tokio::test]
async fn a_transaction_that_was_cancelled_for_a_busy_item_is_tried_again() {
    let world = World::open(Dialect::Plain, &[]).await;
    for (number, reasons) in MOMENTARY.iter().enumerate() {
        let asked = register(&format!("new_user{number}"));
        let fate = Fate::Cancel(reasons);
        let (reply, sent) = ask(&world, asked, &making(), fate, Reach::Once).await;
        reply.succeeds();
        assert_eq!(sent, 2, "{reasons:?}");
    }
    assert_eq!(world.accounts().await.len(), MOMENTARY.len());
    world.close().await;
}

#[tokio::test]
async fn a_transaction_on_an_item_that_stays_busy_is_given_up() {
    let told = MOMENTARY.iter().map(async |reasons| {
        let world = World::open(Dialect::Plain, &[]).await;
        let (fate, asked) = (Fate::Cancel(reasons), register("new_user"));
        let (reply, sent) = ask(&world, asked, &making(), fate, Reach::Always).await;
        reply.is_internal_error();
        assert_eq!(sent, 9, "{reasons:?}");
        assert!(world.accounts().await.is_empty() && world.inbox.letters().is_empty());
        let (act, form) = register("new_user");
        world.act(act, form).await.succeeds();
        world.close().await;
    });
    join_all(told).await;
}

#[tokio::test]
async fn a_transaction_that_something_stands_against_is_not_tried_again() {
    let world = World::open(Dialect::Plain, &[]).await;
    let fates: &[(&'static [&'static str], _)] = &[
        (
            &["None", "ConditionalCheckFailed", "TransactionConflict"],
            Some(("username", "unique")),
        ),
        (
            &["None", "ThrottlingError", "ConditionalCheckFailed"],
            Some(("email", "unique")),
        ),
        (&["ValidationError", "ThrottlingError", "None"], None),
    ];
    for (reasons, refusal) in fates {
        let asked = register("new_user");
        let fate = Fate::Cancel(reasons);
        let (reply, sent) = ask(&world, asked, &making(), fate, Reach::Always).await;
        match refusal {
            Some((field, code)) => reply.refuses(field, code),
            None => reply.is_internal_error(),
        };
        assert_eq!(sent, 1, "{reasons:?}");
        assert!(world.accounts().await.is_empty());
    }
    world.close().await;
}

#[tokio::test]
async fn a_write_on_an_item_of_a_transaction_under_way_is_tried_again_and_given_up_at_last() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.vera().await;
    let conflict = Fate::Refuse("TransactionConflictException");
    let call = named("UpdateItem", "AccountsTable");
    for (reach, times) in [(Reach::Once, 2), (Reach::Always, 9)] {
        let asked = ("tokenAuth", login("vera"));
        let (reply, sent) = ask(&world, asked, &call, conflict, reach).await;
        assert_eq!(reply.has_succeeded(), reach == Reach::Once, "{reply}");
        assert_eq!(sent, times, "{reply}");
        assert_eq!(world.sessions().await.len(), 1, "{reply}");
    }
    world.close().await;
}

#[tokio::test]
async fn keys_that_the_store_leaves_out_are_asked_for_again() {
    let world = World::open(Dialect::Plain, &[("THROTTLE_LOGIN", "1/15m")]).await;
    world.vera().await;
    let left_out = Fate::LeaveOut;
    for times in [1, 4, 5] {
        for n in 1..=times {
            world.proxy.nth_of("BatchGetItem", n, left_out);
        }
        let reply = world.log_in("vera").await;
        world.proxy.all(Fate::Pass);
        if times < 5 {
            reply.succeeds();
        } else {
            reply.is_internal_error();
        }
    }
    // Nor is the try counted that came to nothing.
    world.log_in("vera").await.succeeds();
    world.close().await;
}
