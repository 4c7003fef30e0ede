//! The binary of the function as a child process, with the environment that Lambda gives it.

use std::net::IpAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::event::{self, Gateway};
use super::outcome::{Cause, Failure, Invocation};
use super::output::{Output, Stream};
use super::runtime_api::{Outcome, RuntimeApi, Start};

/// How long a start and an event may take, unless [`Function::with_patience`] says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// What Lambda sets, but for where its Runtime API is.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_LAMBDA_FUNCTION_NAME", "latchkey"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "7"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/latchkey"),
    (
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "2026/11/27/[7]56f4b1a5c9a24b6d8f3b5d0f6a5a1e4c",
    ),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "ASIASTANDIN"),
    ("AWS_SECRET_ACCESS_KEY", "stand-in"),
    ("AWS_SESSION_TOKEN", "stand-in"),
    ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
    ("AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2000"),
    ("LAMBDA_TASK_ROOT", "/var/task"),
    ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
    ("_HANDLER", "bootstrap"),
    ("LANG", "en_US.UTF-8"),
    ("TZ", ":UTC"),
    ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
    (
        "LD_LIBRARY_PATH",
        "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    ),
];

/// A running function. It handles one event at a time; for several at a time, start several. When it
/// is dropped the process is killed, and gone when that returns.
pub struct Function {
    child: Child,
    api: RuntimeApi,
    output: Output,
    spawned: Instant,
    patience: Duration,
}

impl Function {
    /// Starts a binary with the environment of Lambda and these variables, and nothing else in it.
    /// Returns at once: [`Self::ready`] waits until it asks for its first event.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub async fn start(
        binary: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Failure> {
        let not_started = |cause: std::io::Error| Failure {
            cause: Cause::NotStarted(format!("{}: {cause}", binary.display())),
            log: String::new(),
        };
        let arn = "arn:aws:lambda:eu-central-1:123456789012:function:latchkey:live";
        let api = RuntimeApi::start(arn.to_owned())
            .await
            .map_err(not_started)?;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(ENVIRONMENT.iter().copied())
            .envs(variables)
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(folder) = binary.parent().filter(|folder| folder.is_dir()) {
            command.current_dir(folder);
        }
        let spawned = Instant::now();
        let mut child = command.spawn().map_err(not_started)?;
        let output = Output::of(&mut child);
        Ok(Self {
            child,
            api,
            output,
            spawned,
            patience: PATIENCE,
        })
    }

    /// With so much time for its start and for each event.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// When the process was started.
    #[must_use]
    pub fn spawned(&self) -> Instant {
        self.spawned
    }

    /// Waits until the function asks for its first event, and tells when that was.
    ///
    /// # Errors
    /// When it says that it cannot start, ends, or keeps silent.
    pub async fn ready(&mut self) -> Result<Instant, Failure> {
        let mut start = self.api.watch_start();
        let settled = start.wait_for(|start| *start != Start::UnderWay);
        let cause = tokio::select! {
            biased;
            settled = settled => match settled.as_deref() {
                Ok(Start::Done(at)) => return Ok(*at),
                Ok(Start::Failed(report)) => Cause::InitError(report.clone()),
                Ok(Start::UnderWay) | Err(_) => Cause::Silent,
            },
            ended = self.child.wait() => ended.map_or(Cause::Silent, Cause::Ended),
            () = tokio::time::sleep(self.patience) => Cause::Silent,
        };
        Err(self.fail(cause).await)
    }

    /// Hands an event in, and waits for the result. It need not be ready: a cold start is to be
    /// measured with the event waiting.
    ///
    /// # Errors
    /// When there is no result. A function that has kept silent is killed, as Lambda does it.
    pub async fn invoke(&mut self, event: impl Into<Bytes>) -> Result<Invocation, Failure> {
        let asked = Instant::now();
        let told = self.api.hand_in(event.into(), self.patience);
        let mut start = self.api.watch_start();
        let failed_start = start.wait_for(|start| matches!(start, Start::Failed(_)));
        let cause = tokio::select! {
            biased;
            told = told => match told {
                Ok(Outcome { result: Ok(result), handed, answered }) => {
                    return Ok(Invocation { result, asked, handed, answered });
                }
                Ok(Outcome { result: Err(report), .. }) => Cause::Error(report),
                Err(_) => Cause::Silent,
            },
            failed = failed_start => match failed.as_deref() {
                Ok(Start::Failed(report)) => Cause::InitError(report.clone()),
                _ => Cause::Silent,
            },
            ended = self.child.wait() => ended.map_or(Cause::Silent, Cause::Ended),
            () = tokio::time::sleep(self.patience) => Cause::Silent,
        };
        Err(self.fail(cause).await)
    }

    /// Sends a request through a gateway, from this address.
    ///
    /// # Errors
    /// As [`Self::invoke`], and when the gateway cannot read the result.
    pub async fn ask(
        &mut self,
        gateway: &Gateway,
        request: &Request<Bytes>,
        source: IpAddr,
    ) -> Result<Response<Bytes>, Failure> {
        let event = gateway.event(request, source).to_string();
        let invocation = self.invoke(event).await?;
        event::answer(&invocation.result).map_err(|reason| Failure {
            cause: Cause::Unreadable(reason),
            log: self.log(),
        })
    }

    /// What it has written so far, to both streams.
    #[must_use]
    pub fn log(&self) -> String {
        self.output.text(None)
    }

    /// What it has written so far to standard output, where Lambda's log is.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.output.text(Some(Stream::Stdout))
    }

    /// What it has written so far to standard error.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.output.text(Some(Stream::Stderr))
    }

    /// The process.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Asks the process to end (SIGTERM), and tells how it did and what it had written.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn terminate(mut self) -> Result<(ExitStatus, String), Failure> {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            // It may have ended since.
            let _ = kill_process(pid, Signal::TERM);
        }
        match tokio::time::timeout(self.patience, self.child.wait()).await {
            Ok(Ok(status)) => {
                self.output.finish().await;
                Ok((status, self.log()))
            }
            _ => Err(self.fail(Cause::Silent).await),
        }
    }

    async fn fail(&mut self, cause: Cause) -> Failure {
        match cause {
            // The sandbox lives on after an error that was reported.
            Cause::Error(_) => {}
            Cause::Silent | Cause::InitError(_) => {
                drop(self.child.kill().await);
                self.output.finish().await;
            }
            _ => self.output.finish().await,
        }
        Failure {
            cause,
            log: self.log(),
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // An error means that it has ended already.
        drop(self.child.start_kill());
        let asked = Instant::now();
        while let Ok(None) = self.child.try_wait() {
            if asked.elapsed() > PATIENCE {
                eprintln!("process {:?} does not end", self.child.id());
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
