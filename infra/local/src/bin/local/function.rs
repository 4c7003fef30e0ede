//! The function under `cargo lambda watch`: compiled, started, and started again when its code changes.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use local::Error;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::say;

/// How often the waiting is told.
const BETWEEN_WORDS: Duration = Duration::from_secs(20);

/// Whether what the processes say is read and not shown.
static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// What the function says before it names the settings that are wrong, or whatever else keeps it from starting.
const LAST_WORDS: &str = "Latchkey cannot start:";

/// Whether it has said so. Its server would wait for it for ever.
static CANNOT_START: AtomicBool = AtomicBool::new(false);

/// The running `cargo lambda watch`.
pub struct Function {
    child: Child,
}

impl Function {
    /// Starts it. It listens on the port before the function is compiled.
    ///
    /// # Errors
    /// When cargo-lambda is not there or cannot be started.
    pub fn start(
        cargo_lambda: &Path,
        port: u16,
        environment: Vec<(&'static str, String)>,
    ) -> Result<Self, Error> {
        let mut child = Command::new(cargo_lambda)
            .args(["lambda", "watch", "-A", "127.0.0.1", "--bin", "graphql"])
            .args(["-P", &port.to_string()])
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Of its own, so that Ctrl-C reaches this program alone, which ends the others in order.
            .process_group(0)
            .spawn()
            .map_err(|cause| failed_start(cargo_lambda, &cause))?;
        if let Some(output) = child.stdout.take() {
            tokio::spawn(pass_on(output));
        }
        if let Some(output) = child.stderr.take() {
            tokio::spawn(pass_on(output));
        }
        Ok(Self { child })
    }

    /// Returns when `cargo lambda watch` has ended, and how.
    pub async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => format!("with {status}"),
            Err(cause) => format!("and cannot be waited for: {cause}"),
        }
    }
}

/// From now on nothing is shown of what the server says: when it is asked to end, its last words may be a stack trace
/// about its own haste.
pub fn fall_silent() {
    IS_SILENT.store(true, Ordering::Relaxed);
}

/// Returns when the function answers a query.
///
/// # Errors
/// When it has said that it cannot start.
pub async fn is_ready(url: &str) -> Result<(), Error> {
    let started = Instant::now();
    let mut told = started;
    // One connection for each question: a broken one must not be asked again.
    let http = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .timeout(BETWEEN_WORDS)
        .build()
        .unwrap_or_default();
    while !answers(&http, url).await {
        if CANNOT_START.load(Ordering::Relaxed) {
            return Err(Error::new("the lines above say why"));
        }
        if told.elapsed() >= BETWEEN_WORDS {
            told = Instant::now();
            say(&format!(
                "The function does not answer yet, after {} s. The lines above tell what it is doing.",
                started.elapsed().as_secs()
            ));
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(())
}

fn failed_start(program: &Path, cause: &std::io::Error) -> Error {
    let program = program.display();
    if cause.kind() == ErrorKind::NotFound {
        return Error::new(format!("{program} is not there; `make tools` fetches it"));
    }
    Error::because(format!("{program} cannot be started"), cause)
}

async fn answers(http: &reqwest::Client, url: &str) -> bool {
    let question = http
        .post(url)
        .json(&serde_json::json!({ "query": "{ __typename }" }));
    let Ok(answer) = question.send().await else {
        return false;
    };
    let Ok(answer) = answer.json::<serde_json::Value>().await else {
        return false;
    };
    answer["data"]["__typename"].is_string()
}

/// Shows what a process says, line by line, and keeps reading when nobody looks: a full pipe would stop it.
async fn pass_on(output: impl AsyncRead + Unpin) {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while let Ok(length) = reader.read_until(b'\n', &mut line).await {
        if length == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&line);
        if !IS_SILENT.load(Ordering::Relaxed) {
            say(&format!("function | {}", text.trim_end()));
        }
        if text.contains(LAST_WORDS) {
            CANNOT_START.store(true, Ordering::Relaxed);
        }
        line.clear();
    }
}
