//! What is written for CloudWatch to count, under the settings that Lambda gives.

use serde_json::{Value, json};
use tests::metrics::read;
use tests::{Dialect, World};

use crate::binary;

/// What a login writes to the log of a function with some variables of Lambda's changed.
async fn log_of_a_login(changed: &[(&str, &str)]) -> Vec<Value> {
    let world = World::open(Dialect::Plain, changed).await;
    world.vera().await;
    world.deploy(binary()).await;
    world.log_in("vera").await.succeeds();
    let wrong = json!({ "username": "vera", "password": "wrong" });
    world.act("tokenAuth", wrong).await;
    let log = world.deployed().await.stdout();
    world.close().await;
    let record = |line| serde_json::from_str(line).unwrap_or(Value::Null);
    log.lines().map(record).collect()
}

fn measured(log: &[Value]) -> Vec<String> {
    let read = |line| read(line).expect("what CloudWatch takes");
    let names = log.iter().filter_map(read).flatten().map(|it| it.name);
    names.collect()
}

const EXPECTED: [&str; 5] = [
    "HashTime",
    "Logins",
    "HashTime",
    "LoginsRefused",
    "Refusals",
];

#[tokio::test]
async fn metrics_stand_beside_the_events_and_are_read_as_lambda_reads_the_log() {
    let log = log_of_a_login(&[]).await;
    assert_eq!(measured(&log), EXPECTED);
    for line in &log {
        assert!(
            line["timestamp"].is_string() && line["level"] == "INFO",
            "{line}"
        );
    }
    let events: Vec<_> = log
        .iter()
        .filter_map(|line| line["event"].as_str())
        .collect();
    assert_eq!(events, ["token_issued", "login_refused"]);
    assert_eq!(log.len(), EXPECTED.len() + events.len());
}

#[tokio::test]
async fn a_log_of_errors_only_has_all_metrics_and_lambda_lets_them_through() {
    for level in ["WARN", "ERROR"] {
        let log = log_of_a_login(&[("AWS_LAMBDA_LOG_LEVEL", level)]).await;
        assert_eq!(measured(&log), EXPECTED);
        for line in &log {
            assert_eq!(line["level"], level, "{line}");
        }
        assert_eq!(log.len(), EXPECTED.len());
    }
}

#[tokio::test]
async fn where_no_cloudwatch_reads_nothing_is_measured() {
    let log = log_of_a_login(&[("AWS_LAMBDA_LOG_GROUP_NAME", "")]).await;
    assert_eq!(measured(&log), Vec::<String>::new());
    assert_eq!(log.len(), 2);
}
