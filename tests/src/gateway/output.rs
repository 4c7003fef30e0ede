//! What a child process says, kept line by line.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::task::JoinHandle;

/// How long the last words of a process that has ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Where a line was written to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// Everything that a process has written so far.
pub(super) struct Output {
    lines: Arc<Mutex<Vec<(Stream, String)>>>,
    reading: Vec<JoinHandle<()>>,
}

impl Output {
    /// Reads both pipes from now on: a full pipe would stop the process.
    pub(super) fn of(child: &mut Child) -> Self {
        let lines = Arc::default();
        let mut reading = Vec::new();
        if let Some(pipe) = child.stdout.take() {
            reading.push(tokio::spawn(read(pipe, Stream::Stdout, Arc::clone(&lines))));
        }
        if let Some(pipe) = child.stderr.take() {
            reading.push(tokio::spawn(read(pipe, Stream::Stderr, Arc::clone(&lines))));
        }
        Self { lines, reading }
    }

    /// The lines of one stream, or of both in the order in which they arrived.
    pub(super) fn text(&self, only: Option<Stream>) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = lines
            .iter()
            .filter(|(stream, _)| only.is_none_or(|only| *stream == only));
        wanted.flat_map(|(_, line)| [line, "\n"]).collect()
    }

    /// Waits until the pipes are closed, as they are soon after a process has ended.
    pub(super) async fn finish(&mut self) {
        let closed = futures::future::join_all(self.reading.drain(..));
        // A process of its own that holds a pipe open must not hold this one up.
        drop(tokio::time::timeout(LAST_WORDS, closed).await);
    }
}

async fn read(
    pipe: impl AsyncRead + Unpin,
    stream: Stream,
    lines: Arc<Mutex<Vec<(Stream, String)>>>,
) {
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .await
        .is_ok_and(|length| length > 0)
    {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push((stream, text));
        line.clear();
    }
}
