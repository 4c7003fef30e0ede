//! What is secret is in no log, however talkative it is, and in no message of a start that fails.

mod journey;
mod start;
mod types;

use std::collections::BTreeSet;

use journey::Journey;
use tests::log::Log;

#[tokio::test]
async fn no_secret_is_in_the_log_of_a_whole_life_however_talkative_it_is() {
    let journey = Journey::begin("trace").await;
    journey.go().await;
    let (log, secrets) = journey.end().await;
    assert!(secrets.len() > 60, "few secrets: {}", secrets.len());
    for event in [
        "user_registered",
        "user_verified",
        "token_issued",
        "token_refreshed",
        "refresh_token_rotated",
        "refresh_token_revoked",
        "login_refused",
        "limit_reached",
        "password_changed",
        "password_reset",
        "password_set",
        "account_archived",
        "account_unarchived",
        "account_removed",
        "secondary_email_added",
        "secondary_email_removed",
        "emails_swapped",
    ] {
        assert!(
            !log.events_named(event).is_empty(),
            "{event} did not happen"
        );
    }
    let measured: Vec<_> = log.metric_lines().iter().map(ToString::to_string).collect();
    assert!(measured.len() > 60, "{}", measured.len());
    for text in [log.text(), measured.join("\n")] {
        assert_eq!(shown(&text, &secrets), [""; 0]);
    }
}

/// The secrets that a text shows.
fn shown(text: &str, secrets: &BTreeSet<String>) -> Vec<String> {
    let shown = secrets.iter().filter(|secret| text.contains(*secret));
    shown
        .map(|secret| format!("{secret} in: {}", line_with(text, secret)))
        .collect()
}

fn line_with<'a>(text: &'a str, part: &str) -> &'a str {
    text.lines()
        .find(|line| line.contains(part))
        .unwrap_or_default()
}

#[test]
fn of_libraries_nothing_below_info_is_written_whatever_is_wished() {
    let wishes = [
        "trace",
        "info,aws_smithy_runtime::client::orchestrator=trace",
        "lambda_runtime=debug,hyper_util=trace,shared=trace",
    ];
    for wish in wishes {
        let log = Log::capture(wish);
        tracing::trace!(target: "aws_smithy_runtime::client::orchestrator", "secret");
        tracing::debug!(target: "lambda_runtime::layers::api_response", "secret");
        tracing::trace!(target: "hyper_util::client::legacy::pool", "secret");
        tracing::trace!(target: "shared::store::engine", "ours");
        assert!(!log.text().contains("secret"), "{wish}: {}", log.text());
        let is_ours_wished = wish.contains("shared=trace") || wish == "trace";
        assert_eq!(
            log.text().contains("ours"),
            is_ours_wished,
            "{wish}: {}",
            log.text()
        );
    }
    let log = Log::capture("info");
    tracing::info!(target: "lambda_runtime", "of interest");
    tracing::trace!(target: "shared", "of no interest");
    assert!(log.text().contains("of interest") && !log.text().contains("of no interest"));
}
