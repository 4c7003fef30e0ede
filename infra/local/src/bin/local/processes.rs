//! Ending every process that was started, and every process that those have started.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, wait};

/// How long the processes may take to end by themselves after each kind of asking.
const PATIENCE: Duration = Duration::from_secs(3);

/// A process of this system.
struct Process {
    pid: i32,
    parent: i32,
    is_zombie: bool,
}

/// Makes orphaned grandchildren children of this process, so that they are found when all is ended.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    if let Err(cause) = rustix::process::set_child_subreaper(Some(getpid())) {
        eprintln!("orphaned processes cannot be adopted: {cause}");
    }
}

/// Ends all descendants: politely, then firmly, then by force. Returns when none is left.
pub async fn end_all() {
    for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
        let asked = Instant::now();
        for process in descendants() {
            send(process, signal);
        }
        while asked.elapsed() < PATIENCE {
            if descendants().is_empty() {
                reap();
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            if signal == Signal::KILL {
                // A process may have started another one between the look and the signal.
                for process in descendants() {
                    send(process, signal);
                }
            }
        }
    }
    eprintln!("some processes do not end: {:?}", descendants());
}

fn send(process: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(process) {
        // It may have ended since it was looked up.
        let _ = kill_process(pid, signal);
    }
}

/// Takes note of the ends of adopted processes, so that none stays as a zombie.
fn reap() {
    while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
}

/// The living processes below this one.
fn descendants() -> Vec<i32> {
    let all = from_proc().unwrap_or_else(from_ps);
    let mut found = vec![getpid().as_raw_nonzero().get()];
    let mut index = 0;
    while let Some(parent) = found.get(index).copied() {
        let children = all.iter().filter(|process| process.parent == parent);
        found.extend(children.map(|process| process.pid));
        index += 1;
    }
    let alive = |pid: &i32| {
        all.iter()
            .any(|process| process.pid == *pid && !process.is_zombie)
    };
    found.into_iter().skip(1).filter(alive).collect()
}

fn from_proc() -> Option<Vec<Process>> {
    let processes = fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter_map(|stat| {
            // The name, in brackets, may hold anything: what follows the last bracket is safe to split.
            let (before, after) = stat.rsplit_once(')')?;
            let mut fields = after.split_whitespace();
            Some(Process {
                pid: before.split_whitespace().next()?.parse().ok()?,
                is_zombie: matches!(fields.next()?, "Z" | "X"),
                parent: fields.next()?.parse().ok()?,
            })
        })
        .collect::<Vec<_>>();
    Some(processes).filter(|processes| !processes.is_empty())
}

/// Where there is no `/proc`, `ps` tells; it sees itself too, as a process of ours.
fn from_ps() -> Vec<Process> {
    let Ok(output) = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,stat=,comm="])
        .output()
    else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| !line.ends_with("/ps") && !line.ends_with(" ps"))
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            Some(Process {
                pid: fields.next()?.parse().ok()?,
                parent: fields.next()?.parse().ok()?,
                is_zombie: fields.next()?.starts_with('Z'),
            })
        })
        .collect()
}
