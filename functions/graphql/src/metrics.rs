//! Metrics: records of the log that CloudWatch counts. Each becomes a line of its own in the embedded
//! metric format, which says what and how much, and never about whom.

#[cfg(test)]
mod tests;

use std::io::Write;

use serde_json::{Value, json};
use shared::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// What is measured. `infra/watch.yaml` shows it, and rings for some of it, under these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Logins that succeeded.
    Logins,
    /// Logins that were refused.
    LoginsRefused,
    /// Registrations that are complete.
    Registrations,
    /// Errors that clients were told, by their codes.
    Refusals,
    /// Refusals by a limit.
    TooManyTries,
    /// Letters that the provider has accepted.
    MailsSent,
    /// Letters that it has not.
    MailsFailed,
    /// Other accidents: records of the level ERROR.
    Faults,
    /// How long the hash of a password took.
    HashTime,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Logins,
        Self::LoginsRefused,
        Self::Registrations,
        Self::Refusals,
        Self::TooManyTries,
        Self::MailsSent,
        Self::MailsFailed,
        Self::Faults,
        Self::HashTime,
    ];

    /// Its name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Logins => "Logins",
            Self::LoginsRefused => "LoginsRefused",
            Self::Registrations => "Registrations",
            Self::Refusals => "Refusals",
            Self::TooManyTries => "TooManyTries",
            Self::MailsSent => "MailsSent",
            Self::MailsFailed => "MailsFailed",
            Self::Faults => "Faults",
            Self::HashTime => "HashTime",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::HashTime => "Milliseconds",
            _ => "Count",
        }
    }

    /// What it is told apart by.
    #[must_use]
    pub fn dimensions(self) -> &'static [&'static str] {
        match self {
            Self::Refusals => &["code", "function"],
            _ => &["function"],
        }
    }
}

/// The layer that writes the lines of a function. They pass whatever level the log is filtered by:
/// each carries the level that Lambda lets through.
pub fn layer<S, W>(function: String, level: String, writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    let lines = Lines {
        function,
        level,
        writer,
    };
    // Without the hint, every record of every crate would be asked about.
    lines.with_filter(filter_fn(may_be_measured).with_max_level_hint(LevelFilter::INFO))
}

fn may_be_measured(metadata: &Metadata<'_>) -> bool {
    let has = |name| metadata.fields().field(name).is_some();
    let level = *metadata.level();
    let is_looked_at = metadata.is_event() && level <= Level::INFO;
    is_looked_at && (level == Level::ERROR || has("event") || has("measured"))
}

struct Lines<W> {
    function: String,
    level: String,
    writer: W,
}

impl<S: Subscriber, W: for<'w> MakeWriter<'w> + 'static> Layer<S> for Lines<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut record = Record::default();
        event.record(&mut record);
        let Some(metric) = record.metric(*event.metadata().level()) else {
            return;
        };
        let line = format!("{}\n", self.line(metric, &record));
        // A log that cannot be written to cannot be told so either.
        let _ = self.writer.make_writer().write_all(line.as_bytes());
    }
}

impl<W> Lines<W> {
    fn line(&self, metric: Metric, record: &Record) -> Value {
        let now = Timestamp::now();
        let name = metric.name();
        let mut line = json!({
            "_aws": {
                "Timestamp": now.as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": "Latchkey",
                    "Dimensions": [metric.dimensions()],
                    "Metrics": [{ "Name": name, "Unit": metric.unit() }],
                }],
            },
            // Lambda filters by these two, and takes a line without them for INFO.
            "timestamp": now.to_string(),
            "level": self.level,
            "function": self.function,
        });
        line[name] = match metric {
            Metric::HashTime => record.milliseconds.into(),
            _ => 1.into(),
        };
        if metric == Metric::Refusals {
            line["code"] = record.code.as_str().into();
        }
        line
    }
}

/// What counts of a record. Nothing else is looked at.
#[derive(Default)]
struct Record {
    event: String,
    measured: String,
    code: String,
    milliseconds: f64,
}

impl Record {
    fn metric(&self, level: Level) -> Option<Metric> {
        match (self.event.as_str(), self.measured.as_str()) {
            ("login_refused", _) => Some(Metric::LoginsRefused),
            ("user_registered", _) => Some(Metric::Registrations),
            ("limit_reached", _) => Some(Metric::TooManyTries),
            (_, "login") => Some(Metric::Logins),
            (_, "refusal") => Some(Metric::Refusals),
            (_, "mail_sent") => Some(Metric::MailsSent),
            (_, "mail_failed") => Some(Metric::MailsFailed),
            (_, "hash") => Some(Metric::HashTime),
            _ if level == Level::ERROR => Some(Metric::Faults),
            _ => None,
        }
    }
}

impl Visit for Record {
    fn record_str(&mut self, field: &Field, value: &str) {
        let place = match field.name() {
            "event" => &mut self.event,
            "measured" => &mut self.measured,
            "code" => &mut self.code,
            _ => return,
        };
        value.clone_into(place);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "milliseconds" {
            self.milliseconds = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
