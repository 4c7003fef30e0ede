//! How much guessing and mailing is too much, told from both sides: of those who guess, and of
//! those whose accounts they guess at.

mod mails;
mod networks;
mod strangers;
mod tries;

use std::time::Duration;

use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World};

const HOME: &str = "192.0.2.1";

const ELSEWHERE: &str = "198.51.100.7";

const MINUTE: Duration = Duration::from_mins(1);

const HOUR: Duration = Duration::from_hours(1);

const DAY: Duration = Duration::from_hours(24);

fn right(name: &str) -> Value {
    json!({ "username": name, "password": PASSWORD })
}

fn wrong(name: &str) -> Value {
    json!({ "username": name, "password": "not the password" })
}

fn to(address: &str) -> Value {
    json!({ "email": address })
}

fn form(name: &str) -> Value {
    json!({
        "email": format!("{name}@email.com"),
        "username": name,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    })
}

/// `success`, or the codes of what was refused.
fn outcome(reply: &Reply) -> String {
    if reply.has_succeeded() {
        return "success".to_owned();
    }
    let codes: Vec<_> = reply
        .codes()
        .into_iter()
        .flat_map(|(_, codes)| codes)
        .collect();
    assert!(!codes.is_empty(), "{reply}");
    codes.join(" ")
}

async fn log_in_from(world: &World, network: &str, arguments: Value) -> String {
    outcome(
        &world
            .anybody()
            .from(network)
            .act("tokenAuth", arguments)
            .await,
    )
}

/// So many wrong passwords for a name, all of them looked at.
async fn guess(world: &World, network: &str, name: &str, times: usize) {
    for _ in 0..times {
        let answer = log_in_from(world, network, wrong(name)).await;
        assert_eq!(answer, "invalid_credentials", "{name} from {network}");
    }
}

fn count(outcomes: &[String], outcome: &str) -> usize {
    outcomes.iter().filter(|it| *it == outcome).count()
}
