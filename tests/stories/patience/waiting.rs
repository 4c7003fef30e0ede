//! A store or a post office that is slow or silent. These stories wait in earnest, so each tells all it
//! can at once, and every claim on time leaves room for a slow machine.

use std::time::{Duration, Instant};

use futures::future::join_all;
use futures::join;
use graphql::http::Dialect;
use local::inbox::Behaviour;
use serde_json::{Value, json};
use shared::patience;
use tests::people::registration;
use tests::proxy::{Name, Reach};
use tests::{Fate, Reply, World};

use super::mails::{LETTERS, NOTICES};
use super::scenes::login;

/// The time of a function, shorter than any that infra/template.yaml allows.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How much longer something may take on a slow machine.
const SLACK: Duration = Duration::from_secs(2);

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    (work.await, began.elapsed())
}

/// An act, and a call of it.
const CALLS: &[(&str, &str, &str)] = &[
    ("tokenAuth", "UpdateItem", "ChallengesTable"),
    ("tokenAuth", "BatchGetItem", ""),
    ("tokenAuth", "GetItem", "AccountsTable"),
    ("tokenAuth", "UpdateItem", "AccountsTable"),
    ("tokenAuth", "PutItem", "SessionsTable"),
    ("tokenAuth", "DeleteItem", "ChallengesTable"),
    ("register", "TransactWriteItems", ""),
    ("users", "Query", "AccountsTable"),
];

async fn ask(world: &World, act: &str) -> Reply {
    match act {
        "tokenAuth" => world.act(act, login("vera")).await.succeeds(),
        "register" => world.act(act, registration(json!({}))).await.succeeds(),
        _ => {
            let query = "{ users { edges { node { username } } } }";
            let reply = world.anybody().document(query, json!({})).await;
            assert_eq!(reply.body.get("errors"), None, "{reply}");
            reply
        }
    }
}

#[tokio::test]
async fn a_call_that_is_not_answered_is_sent_again() {
    let fates = [Fate::Hang, Fate::Stall];
    let cases = fates
        .iter()
        .flat_map(|fate| CALLS.iter().map(move |call| (call, fate)));
    let told = cases.map(async |((act, operation, table), fate)| {
        let world = World::open(Dialect::Plain, &[("USERS_QUERY_ACCESS", "public")]).await;
        world.vera().await;
        let call = Name {
            operation: (*operation).to_owned(),
            table: (*table).to_owned(),
            number: 1,
        };
        world.proxy.take_calls();
        world.proxy.strike(&call, *fate, Reach::Once);
        let reply = ask(&world, act).await;
        let calls = world.proxy.take_calls();
        let sent = calls.iter().filter(|it| it.name == call).count();
        assert!(sent > 1, "{act}, {call}, {fate:?}{reply}");
        let sessions = usize::from(*act != "users");
        assert_eq!(
            world.sessions().await.len(),
            sessions,
            "{act}, {call}, {fate:?}{reply}"
        );
        world.close().await;
    });
    join_all(told).await;
}

#[tokio::test]
async fn a_letter_that_is_not_accepted_in_5_seconds_is_none_and_a_notice_gets_2() {
    let letters = LETTERS.iter().map(async |(set, says)| {
        let world = World::open(Dialect::Plain, &[]).await;
        let ask = set(&world, "user1").await;
        world.inbox.clear();
        world.inbox.behave(Behaviour::Hang);
        let (reply, time) = timed(ask.ask()).await;
        let reply = reply.refuses("nonFieldErrors", "email_fail");
        assert!(time < patience::OF_A_MAIL + SLACK, "{time:?}{reply}");
        assert_eq!(world.inbox.requests(), 1, "handed over twice{reply}");
        world.inbox.behave(Behaviour::Deliver);
        assert!(says.is(&ask.ask().await));
        world.close().await;
    });
    let notices = NOTICES.iter().map(async |(set, letters)| {
        let world = World::open(Dialect::Plain, &[]).await;
        let ask = set(&world, "user1").await;
        world.inbox.clear();
        world.inbox.behave(Behaviour::Hang);
        let (reply, time) = timed(ask.ask()).await;
        let reply = reply.succeeds();
        assert!(time < Duration::from_secs(2) + SLACK, "{time:?}{reply}");
        assert_eq!(world.inbox.requests(), *letters, "handed over twice{reply}");
        world.close().await;
    });
    join!(join_all(letters), join_all(notices));
}

/// Ten acts in one document, each alike.
async fn ten(world: &World, act: &str, arguments: &Value) -> (Reply, Duration) {
    let asker = world.anybody();
    let selection = match act {
        "tokenAuth" => "success errors refreshToken",
        _ => "success errors",
    };
    let text = asker.act_text(act, arguments, selection);
    let acts: Vec<_> = (0..10).map(|n| format!("act{n}: {text}")).collect();
    let acts = acts.join(" ");
    timed(asker.document(&format!("mutation {{ {acts} }}"), json!({}))).await
}

/// How many of them succeeded; the last have failed, for want of time.
fn successes(reply: &Reply) -> usize {
    assert_eq!(reply.body["data"]["act9"], Value::Null, "{reply}");
    let acts = reply.body["data"].as_object().into_iter().flatten();
    acts.filter(|(_, act)| act["success"] == true).count()
}

/// Every call is slow, though none is too slow by itself.
async fn slow_logins() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.vera().await;
    world.cut_off_after(TIMEOUT);
    world.proxy.all(Fate::Late(Duration::from_millis(1_200)));
    let (reply, time) = ten(&world, "tokenAuth", &login("vera")).await;
    assert!(time < TIMEOUT, "{time:?}{reply}");
    assert_eq!(world.sessions().await.len(), successes(&reply), "{reply}");
    world.proxy.all(Fate::Pass);
    world.log_in("vera").await.succeeds();
    world.close().await;
}

/// No call is answered at all.
async fn silent_logins() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.vera().await;
    world.cut_off_after(TIMEOUT);
    world.proxy.all(Fate::Hang);
    let (reply, time) = ten(&world, "tokenAuth", &login("vera")).await;
    assert!(time < TIMEOUT, "{time:?}{reply}");
    assert_eq!(successes(&reply), 0, "{reply}");
    world.proxy.all(Fate::Pass);
    world.log_in("vera").await.succeeds();
    world.close().await;
}

/// Many letters, and a post office that is silent.
async fn silent_letters() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.nora().await;
    world.cut_off_after(TIMEOUT);
    world.inbox.behave(Behaviour::Hang);
    let asked = json!({ "email": "nora@email.com" });
    let (reply, time) = ten(&world, "resendActivationEmail", &asked).await;
    assert!(time < TIMEOUT, "{time:?}{reply}");
    assert_eq!(successes(&reply), 0, "{reply}");
    world.inbox.behave(Behaviour::Deliver);
    world.act("resendActivationEmail", asked).await.succeeds();
    world.close().await;
}

/// A store that is slow, then a post office that is silent, then a store that is silent too: what is
/// to be undone is begun, and given up in time.
async fn silent_undoing() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.cut_off_after(TIMEOUT);
    world.inbox.behave(Behaviour::Hang);
    world.proxy.all(Fate::Late(Duration::from_millis(1_500)));
    world.proxy.nth_of("TransactWriteItems", 2, Fate::Hang);
    world.proxy.nth_of("TransactWriteItems", 3, Fate::Hang);
    let (reply, time) = timed(world.act("register", registration(json!({})))).await;
    let reply = reply.refuses("nonFieldErrors", "email_fail");
    assert!(time < TIMEOUT, "{time:?}{reply}");
    world.proxy.all(Fate::Pass);
    world.inbox.behave(Behaviour::Deliver);
    // It stays, as the contract has it, and its owner can be written to again.
    let asked = json!({ "email": "new_user@email.com" });
    world.act("resendActivationEmail", asked).await.succeeds();
    assert_eq!(world.letters_to("new_user@email.com").len(), 1);
    world.close().await;
}

/// A slow store, then a silent post office, while the time for the store runs out: there is time of its
/// own to undo what was done.
async fn late_undoing() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.cut_off_after(TIMEOUT);
    world.inbox.behave(Behaviour::Hang);
    world.proxy.nth(1, Fate::Late(Duration::from_secs(2)));
    world.proxy.nth(2, Fate::Late(Duration::from_secs(2)));
    let (reply, time) = timed(world.act("register", registration(json!({})))).await;
    let reply = reply.refuses("nonFieldErrors", "email_fail");
    assert!(time < TIMEOUT, "{time:?}{reply}");
    assert!(world.account("new_user").await.is_none());
    world.close().await;
}

#[tokio::test]
async fn a_request_is_answered_before_the_function_is_cut_off_however_slow_everything_is() {
    join!(
        slow_logins(),
        silent_logins(),
        silent_letters(),
        silent_undoing(),
        late_undoing(),
    );
}

#[test]
fn the_least_time_of_the_function_leaves_a_call_of_the_store_its_5_seconds() {
    let template = include_str!("../../../infra/template.yaml");
    let (_, timeout) = template.split_once("\n  Timeout:\n").expect("a parameter");
    let number = |name: &str| {
        let (_, number) = timeout.split_once(name).expect("a number");
        let number = number.split_whitespace().next().unwrap_or_default();
        Duration::from_secs(number.parse().expect("seconds"))
    };
    let least = number("MinValue: ");
    assert!(least >= TIMEOUT, "{least:?}");
    let of_the_store = least - patience::OF_A_MAIL - patience::OF_UNDOING;
    assert!(of_the_store > Duration::from_secs(5), "{of_the_store:?}");
}
