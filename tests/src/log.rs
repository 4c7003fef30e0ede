//! The log of one world: what the service has written while this test ran, and what it has measured.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use shared::settings::{self, LogFormat, Logging};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use crate::metrics::{self, Measured};

/// A log that is captured, line by line. Tests run on one thread each, so it is the thread's.
pub struct Log {
    lines: Lines,
    metrics: Lines,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// Begins to capture, as `RUST_LOG` says what is wished: `info`, or `trace`.
    #[must_use]
    pub fn capture(filter: &str) -> Self {
        let (lines, metrics) = (Lines::default(), Lines::default());
        let logging = Logging {
            format: LogFormat::Json,
            filter: filter.to_owned(),
            measured: Some(settings::Measured {
                function: "latchkey".to_owned(),
                level: "INFO".to_owned(),
            }),
        };
        let subscriber = graphql::logging::subscriber(&logging, lines.clone(), metrics.clone());
        Self {
            lines,
            metrics,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// Everything that was written.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.text()
    }

    /// The lines of measurements, oldest first.
    ///
    /// # Panics
    /// When one is no JSON.
    #[must_use]
    pub fn metric_lines(&self) -> Vec<Value> {
        let text = self.metrics.text();
        let lines = text.lines().map(serde_json::from_str);
        lines.map(|line| line.expect("a line in JSON")).collect()
    }

    /// What was measured since the last time, oldest first.
    ///
    /// # Panics
    /// When CloudWatch would not take a line.
    pub fn take_measured(&self) -> Vec<Measured> {
        let lines = self.metric_lines();
        self.metrics.clear();
        let read = |line| metrics::read(line).expect("what CloudWatch takes");
        lines.iter().filter_map(read).flatten().collect()
    }

    /// The events, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line.get("event").is_some()).collect()
    }

    /// The events of one name, oldest first.
    #[must_use]
    pub fn events_named(&self, name: &str) -> Vec<Value> {
        self.events()
            .into_iter()
            .filter(|event| event["event"] == name)
            .collect()
    }

    /// Forgets what was written so far.
    pub fn clear(&self) {
        self.lines.clear();
    }
}
