//! What a running process has used so far.

use std::time::Duration;

use anyhow::Context;

/// The processor time of a process, all its threads together, also those that have ended.
pub struct Processor {
    process: u32,
    seen: Duration,
}

impl Processor {
    /// Of a process, from its start.
    pub fn of(process: u32) -> Self {
        Self {
            process,
            seen: Duration::ZERO,
        }
    }

    /// What it has used since the last time.
    pub fn lap(&mut self) -> anyhow::Result<Duration> {
        let used = used(self.process)?;
        let lap = used.saturating_sub(self.seen);
        self.seen = used;
        Ok(lap)
    }
}

#[cfg(target_os = "linux")]
fn used(process: u32) -> anyhow::Result<Duration> {
    use nix::time::{clock_getcpuclockid, clock_gettime};
    use nix::unistd::Pid;

    let pid = Pid::from_raw(i32::try_from(process).context("a process id")?);
    let clock = clock_getcpuclockid(pid).context("the processor clock of a process")?;
    Ok(clock_gettime(clock).context("reading it")?.into())
}

/// Other systems keep no such clock.
#[cfg(not(target_os = "linux"))]
fn used(_process: u32) -> anyhow::Result<Duration> {
    anyhow::bail!("processor time is measured on Linux only")
}

/// Memory in MB.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Resident now.
    pub now: f64,
    /// The most that was ever resident.
    pub peak: f64,
}

impl Memory {
    /// Of a process.
    pub fn of(process: u32) -> anyhow::Result<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))
            .context("the status of a process")?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes = line.and_then(|line| line.split_whitespace().next());
            let kilobytes: f64 = kilobytes
                .and_then(|text| text.parse().ok())
                .with_context(|| format!("no {name}"))?;
            anyhow::Ok(kilobytes / 1024.0)
        };
        Ok(Self {
            now: megabytes("VmRSS:")?,
            peak: megabytes("VmHWM:")?,
        })
    }
}
