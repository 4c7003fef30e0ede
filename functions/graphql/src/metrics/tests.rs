//! Which records become lines, and what stands in them.

use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::Registry;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use super::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines that some records become, while the log itself is filtered.
fn lines(filter: &str, records: impl FnOnce()) -> Vec<Value> {
    let (written, log) = (Written::default(), Written::default());
    let (to_metrics, to_log) = (written.clone(), log.clone());
    let layer = layer("latchkey".to_owned(), "WARN".to_owned(), move || {
        to_metrics.clone()
    });
    let log = tracing_subscriber::fmt::layer().with_writer(move || to_log.clone());
    let subscriber = Registry::default()
        .with(log.with_filter(filter.parse::<Targets>().unwrap()))
        .with(layer);
    tracing::subscriber::with_default(subscriber, records);
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn names(lines: &[Value]) -> Vec<&str> {
    let name = |line: &Value| line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"].clone();
    let known = |name: Value| Metric::ALL.into_iter().find(|it| name == it.name());
    lines
        .iter()
        .map(|line| known(name(line)).unwrap().name())
        .collect()
}

#[test]
fn a_line_says_what_and_how_much_and_where() {
    let before = Timestamp::now().as_millisecond();
    let lines = lines("info", || {
        tracing::info!(
            event = "login_refused",
            user_id = "7",
            reason = "credentials",
            "login event"
        );
    });
    let [line] = &lines[..] else {
        panic!("{lines:?}");
    };
    let at = line["_aws"]["Timestamp"].as_i64().unwrap();
    assert!((before..=Timestamp::now().as_millisecond()).contains(&at));
    let time: Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
    assert_eq!(time.as_millisecond(), at);
    let expected = json!({
        "_aws": {
            "Timestamp": at,
            "CloudWatchMetrics": [{
                "Namespace": "Latchkey",
                "Dimensions": [["function"]],
                "Metrics": [{ "Name": "LoginsRefused", "Unit": "Count" }],
            }],
        },
        "timestamp": line["timestamp"],
        "level": "WARN",
        "function": "latchkey",
        "LoginsRefused": 1,
    });
    assert_eq!(*line, expected);
}

#[test]
fn a_refusal_has_its_code_as_a_dimension_and_a_hash_its_time() {
    let lines = lines("info", || {
        shared::event::refused("invalid_token");
        shared::event::password_hashed(std::time::Duration::from_micros(20_500));
    });
    assert_eq!(names(&lines), ["Refusals", "HashTime"]);
    let directive = &lines[0]["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Dimensions"], json!([["code", "function"]]));
    assert_eq!(lines[0]["code"], "invalid_token");
    assert_eq!(lines[0]["Refusals"], 1);
    let directive = &lines[1]["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Metrics"][0]["Unit"], "Milliseconds");
    assert_eq!(lines[1]["HashTime"], 20.5);
    assert_eq!(lines[1].get("code"), None);
}

#[test]
fn the_level_of_the_log_is_no_matter() {
    for filter in ["trace", "info", "error", "off"] {
        let lines = lines(filter, || {
            shared::event::logged_in();
            shared::event::mail_sent("activation");
            let fault = anyhow::anyhow!("a@example.com is bad");
            shared::event::mail_failed("sending a mail", "activation", &fault);
            shared::event::limit_reached("THROTTLE_LOGIN");
            tracing::info!(event = "user_registered", "account event");
            shared::error::log_fault("a call", &fault);
        });
        let expected = [
            "Logins",
            "MailsSent",
            "MailsFailed",
            "TooManyTries",
            "Registrations",
            "Faults",
        ];
        assert_eq!(names(&lines), expected, "{filter}");
    }
}

#[test]
fn other_records_are_no_metrics() {
    let lines = lines("trace", || {
        tracing::info!(event = "token_issued", "token event");
        tracing::info!(measured = "something else", "measured");
        tracing::warn!("a warning");
        tracing::trace!(measured = "login", "below what is looked at");
        let _span = tracing::error_span!("a span", event = "login_refused").entered();
    });
    assert_eq!(lines, Vec::<Value>::new());
}
