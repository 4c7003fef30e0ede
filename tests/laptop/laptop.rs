//! Starting and ending `make dev`, in the checkout, on free ports and in a folder of its own.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use crate::processes;

/// How long a start may take: on a fresh machine everything is fetched and compiled first.
const START: Duration = Duration::from_mins(40);

/// How long everything may take to end. Most of it is for a busy machine.
const END: Duration = Duration::from_mins(1);

/// Ports and a folder for one `make dev` after another. The folder is gone with the test, and so is every process that
/// a failed test has left.
pub struct Desk {
    folder: PathBuf,
    /// Of the function, the database and the mailbox.
    pub ports: [u16; 3],
}

/// The variables that name the ports.
pub const PORT_VARIABLES: [&str; 3] = [
    "LATCHKEY_PORT",
    "LATCHKEY_DATABASE_PORT",
    "LATCHKEY_MAILBOX_PORT",
];

impl Desk {
    pub fn set_up() -> Self {
        // With a space, as folders of people have one.
        let name = format!("latchkey laptop {}", shared::Uuid::new_v4().simple());
        let listeners: [_; 3] =
            std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let ports = listeners.map(|free| free.local_addr().expect("its address").port());
        let desk = Self {
            folder: std::env::temp_dir().join(name),
            ports,
        };
        desk.clear_on_ctrl_c();
        desk
    }

    /// The folder of the data. It is not made before the first start.
    pub fn data(&self) -> &Path {
        &self.folder
    }

    /// Runs a verb to its end.
    pub async fn make(&self, verb: &str) -> Output {
        let mut make = self.verb(verb);
        let running = make.stdout(Stdio::piped()).stderr(Stdio::piped()).output();
        tokio::time::timeout(START, running)
            .await
            .unwrap_or_else(|_| panic!("make {verb} takes longer than {START:?}"))
            .unwrap_or_else(|cause| panic!("make {verb} cannot be started: {cause}"))
    }

    /// `make <verb>`, as it is typed: nothing that cargo and make tell their own children is passed on, which would
    /// also compile again what looks at it.
    pub fn verb(&self, verb: &str) -> Command {
        let mut make = Command::new("make");
        make.arg(verb)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .env("LATCHKEY_DATA_DIR", &self.folder)
            .stdin(Stdio::null());
        for (variable, port) in PORT_VARIABLES.iter().zip(self.ports) {
            make.env(variable, port.to_string());
        }
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let of_cargo = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_EXE_"];
            let of_make = [
                "MAKEFLAGS",
                "MAKELEVEL",
                "MFLAGS",
                "CARGO",
                "LD_LIBRARY_PATH",
            ];
            if of_make.contains(&&*text) || of_cargo.iter().any(|start| text.starts_with(start)) {
                make.env_remove(&name);
            }
        }
        make
    }

    /// Ctrl-C ends the test and not what it has started, which is in groups of its own: that is ended here.
    fn clear_on_ctrl_c(&self) {
        let folder = self.folder.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                clear(&folder);
                std::process::exit(130);
            }
        });
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        clear(&self.folder);
    }
}

/// Ends what still runs for a folder, and removes it.
fn clear(folder: &Path) {
    processes::kill_all_of(folder);
    // It is not there when nothing was started.
    let _ = std::fs::remove_dir_all(folder);
}

/// Addresses by what they are called.
pub type Addresses = BTreeMap<String, String>;

/// A running `make dev`.
pub struct Laptop {
    data: PathBuf,
    make: Child,
    lines: UnboundedReceiver<String>,
    said: String,
    addresses: Addresses,
}

impl Laptop {
    /// Starts it, and waits until it says that it is ready.
    pub async fn start(desk: &Desk) -> Self {
        let mut laptop = Self::begin(desk);
        laptop.says("Latchkey is ready.").await;
        laptop.says("Ctrl-C ends everything.").await;
        let lines = laptop.said.lines().filter_map(|line| {
            let (name, address) = line.trim().rsplit_once(' ')?;
            let is_address = address.starts_with("http://");
            is_address.then(|| (name.trim().to_owned(), address.to_owned()))
        });
        laptop.addresses = lines.collect();
        laptop
    }

    /// Starts it, in a process group of its own as a terminal does.
    pub fn begin(desk: &Desk) -> Self {
        Self::begin_with(desk, &[])
    }

    /// The same, with settings of its own.
    pub fn begin_with(desk: &Desk, settings: &[(&str, &str)]) -> Self {
        let mut make = desk
            .verb("dev")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("make is started");
        let (sender, lines) = unbounded_channel();
        tokio::spawn(pass_on(make.stdout.take().expect("piped"), sender.clone()));
        tokio::spawn(pass_on(make.stderr.take().expect("piped"), sender));
        Self {
            data: desk.data().to_owned(),
            make,
            lines,
            said: String::new(),
            addresses: Addresses::new(),
        }
    }

    /// Waits until it says these words.
    pub async fn says(&mut self, words: &str) {
        let latest = Instant::now() + START;
        loop {
            let line = timeout_at(latest, self.lines.recv()).await;
            let line = line.unwrap_or_else(|_| panic!("no {words:?} within {START:?}"));
            let line = line.unwrap_or_else(|| panic!("it ended and has not said {words:?}"));
            let found = line.contains(words);
            self.note(&line);
            if found {
                return;
            }
        }
    }

    /// Every address that it has named.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Presses Ctrl-C, and holds that all of it ends in order.
    pub async fn end_by_ctrl_c(self) {
        let pid = self.make.id().expect("it has not ended");
        let group = Pid::from_raw(pid.try_into().expect("a process id")).expect("no zero");
        kill_process_group(group, Signal::INT).expect("it is there");
        let (_, said) = self.ended(END).await;
        assert!(said.contains("\nEverything has ended.\n"), "{said}");
    }

    /// Waits for its end, and holds that nothing runs any more. Gives how it ended and what it has said.
    pub async fn ended(mut self, within: Duration) -> (ExitStatus, String) {
        let latest = Instant::now() + within;
        let status = timeout_at(latest, self.make.wait())
            .await
            .unwrap_or_else(|_| panic!("it runs on after {within:?}"))
            .expect("it can be waited for");
        let left = processes::of(&self.data);
        assert!(left.is_empty(), "left behind: {left:?}");
        while let Ok(Some(line)) = timeout_at(latest, self.lines.recv()).await {
            self.note(&line);
        }
        assert!(!self.said.contains("panicked"), "{}", self.said);
        (status, self.said)
    }

    fn note(&mut self, line: &str) {
        println!("make dev | {line}");
        writeln!(self.said, "{line}").expect("a text takes it");
    }
}

async fn pass_on(output: impl AsyncRead + Unpin, to: UnboundedSender<String>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if to.send(line).is_err() {
            return;
        }
    }
}
