//! What `make dev` runs, as `/proc` tells: its processes are those that were started with its data folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::laptop::Desk;

/// A process that has not ended.
#[derive(Debug)]
pub struct Process {
    pid: i32,
    /// Its command line, to be read by people.
    pub command: String,
}

impl Process {
    pub fn kill(&self) {
        // It may have ended by now.
        let _ = Pid::from_raw(self.pid).map(|pid| kill_process(pid, Signal::KILL));
    }
}

/// The processes of the `make dev` that keeps its data in this folder.
pub fn of(folder: &Path) -> Vec<Process> {
    let mark = format!("LATCHKEY_DATA_DIR={}", folder.display());
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let ours = processes.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        // A process that has ended has no environment any more.
        let environment = fs::read(entry.path().join("environ")).ok()?;
        let is_ours = environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes());
        let command = fs::read(entry.path().join("cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        is_ours.then_some(Process { pid, command })
    });
    ours.collect()
}

/// Ends them by force.
pub fn kill_all_of(folder: &Path) {
    // One may start another one between the look and the signal, but not for ever.
    for _ in 0..5 {
        of(folder).iter().for_each(Process::kill);
    }
}

/// Holds that the ports are listened on, and that nothing listens for anybody but this machine.
pub fn listen_on_loopback_only(desk: &Desk) {
    let inodes: BTreeSet<_> = of(desk.data()).iter().flat_map(sockets).collect();
    let listeners: Vec<_> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .flat_map(listeners)
        .filter(|listener| inodes.contains(&listener.inode))
        .collect();
    for port in desk.ports {
        let is_heard = listeners.iter().any(|listener| listener.port == port);
        assert!(is_heard, "nobody listens on {port}: {listeners:?}");
    }
    for listener in listeners {
        assert!(listener.is_on_loopback(), "{listener:?}");
    }
}

/// The numbers of a process's sockets.
fn sockets(process: &Process) -> Vec<String> {
    let files = fs::read_dir(format!("/proc/{}/fd", process.pid));
    let files = files.into_iter().flatten().flatten();
    let sockets = files.filter_map(|file| {
        let target = fs::read_link(file.path()).ok()?;
        let inode = target.to_str()?.strip_prefix("socket:[")?;
        Some(inode.strip_suffix(']')?.to_owned())
    });
    sockets.collect()
}

/// A socket that waits for connections.
#[derive(Debug)]
struct Listener {
    /// In hex, as the kernel writes it: words of four bytes, each backwards.
    address: String,
    port: u16,
    inode: String,
}

impl Listener {
    fn is_on_loopback(&self) -> bool {
        let mapped = self.address.strip_prefix("0000000000000000FFFF0000");
        let four = mapped.unwrap_or(&self.address);
        (four.len() == 8 && four.ends_with("7F"))
            || self.address == "00000000000000000000000001000000"
    }
}

fn listeners(table: &str) -> Vec<Listener> {
    const LISTENING: &str = "0A";
    // Without IPv6 there is no such table.
    let table = fs::read_to_string(table).unwrap_or_default();
    let rows = table.lines().skip(1).filter_map(|row| {
        let columns: Vec<_> = row.split_whitespace().collect();
        let (address, port) = columns.get(1)?.split_once(':')?;
        let listener = Listener {
            address: address.to_owned(),
            port: u16::from_str_radix(port, 16).ok()?,
            inode: (*columns.get(9)?).to_owned(),
        };
        (columns[3] == LISTENING).then_some(listener)
    });
    rows.collect()
}

#[test]
fn an_address_of_the_kernel_is_read_as_it_is_meant() {
    let at = |address: &str| Listener {
        address: address.to_owned(),
        port: 1,
        inode: String::new(),
    };
    for loopback in [
        "0100007F",
        "0100007F".replace('1', "2").as_str(),
        "00000000000000000000000001000000",
        "0000000000000000FFFF00000100007F",
    ] {
        assert!(at(loopback).is_on_loopback(), "{loopback}");
    }
    for other in [
        "00000000",
        "0101A8C0",
        "00000000000000000000000000000000",
        "0000000000000000FFFF00000101A8C0",
        "0000000000000000000000007F00007F",
    ] {
        assert!(!at(other).is_on_loopback(), "{other}");
    }
}
