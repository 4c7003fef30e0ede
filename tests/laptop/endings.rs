//! Starts that come to nothing, and ends that nobody asked for.

use std::fs::File;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::time::Duration;

use crate::laptop::{Desk, Laptop, PORT_VARIABLES};
use crate::processes;

/// How long a start that comes to nothing may take: it may have to compile first.
const REFUSAL: Duration = Duration::from_mins(40);

/// What `make` exits with when its command has failed.
const FAILED: Option<i32> = Some(2);

/// Holds that it ends by itself, leaves nothing behind, and gives its reason in one line.
async fn is_refused_because(desk: &Desk, reason: &str) {
    let (status, said) = Laptop::begin(desk).ended(REFUSAL).await;
    assert_eq!(status.code(), FAILED, "{said}");
    let line = format!("\nLatchkey cannot start: {reason}\n");
    assert!(said.contains(&line), "{line} in {said}");
    assert!(!said.contains("stack backtrace"), "{said}");
    assert!(!desk.data().exists(), "something was kept");
}

#[tokio::test]
async fn a_busy_port_is_named_with_what_needs_it_and_nothing_is_left_behind() {
    let purposes = ["the function", "the database", "the mailbox and GraphiQL"];
    for (index, purpose) in purposes.iter().enumerate() {
        let desk = Desk::set_up();
        let port = desk.ports[index];
        let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
        let reason = format!(
            "port {port} is already in use, and {purpose} needs one; end what uses it, or choose another: {}={} make dev.",
            PORT_VARIABLES[index],
            port.checked_add(1).unwrap_or(4001)
        );
        is_refused_because(&desk, &reason).await;
        drop(busy);
    }
}

#[tokio::test]
async fn a_port_that_localhost_leads_to_by_ipv6_is_busy_too() {
    let desk = Desk::set_up();
    let Ok(busy) = TcpListener::bind((Ipv6Addr::LOCALHOST, desk.ports[2])) else {
        println!("no IPv6 on this machine: nothing can listen there");
        return;
    };
    let (status, said) = Laptop::begin(&desk).ended(REFUSAL).await;
    assert_eq!(status.code(), FAILED, "{said}");
    let reason = format!("port {} is already in use", desk.ports[2]);
    assert!(said.contains(&reason), "{said}");
    drop(busy);
}

#[tokio::test]
async fn ports_that_are_none_or_the_same_are_refused() {
    let mut desk = Desk::set_up();
    desk.ports[1] = 0;
    let reason = "LATCHKEY_DATABASE_PORT is \"0\": write a number from 1 to 65535.";
    is_refused_because(&desk, reason).await;

    desk.ports[1] = desk.ports[0];
    let reason = format!(
        "LATCHKEY_PORT and LATCHKEY_DATABASE_PORT are both {}: give them different ports.",
        desk.ports[0]
    );
    is_refused_because(&desk, &reason).await;
}

#[tokio::test]
async fn a_folder_that_another_one_uses_is_refused() {
    let desk = Desk::set_up();
    std::fs::create_dir_all(desk.data()).expect("a folder");
    let file = File::create(desk.data().join("in_use")).expect("a file");
    file.lock().expect("nobody else has it");
    let (status, said) = Laptop::begin(&desk).ended(REFUSAL).await;
    assert_eq!(status.code(), FAILED, "{said}");
    assert!(
        said.contains("another `make dev` keeps its accounts in"),
        "{said}"
    );
    assert!(
        said.contains("LATCHKEY_DATA_DIR=.local2 make dev"),
        "{said}"
    );
}

#[tokio::test]
async fn settings_that_are_wrong_are_all_named_and_end_it() {
    let desk = Desk::set_up();
    let wrong = [
        ("JWT_EXPIRATION_DELTA", "soon"),
        ("THROTTLE_LOGIN", "never"),
    ];
    let (status, said) = Laptop::begin_with(&desk, &wrong).ended(REFUSAL).await;
    assert_eq!(status.code(), FAILED, "{said}");
    for (name, _) in wrong {
        assert!(said.contains(&format!("invalid setting {name}")), "{said}");
    }
    assert!(
        said.contains("\nLatchkey cannot start: the lines above say why.\n"),
        "{said}"
    );
}

#[tokio::test]
async fn ctrl_c_ends_it_also_while_the_function_starts() {
    let desk = Desk::set_up();
    let mut laptop = Laptop::begin(&desk);
    laptop.says("Starting the function").await;
    laptop.end_by_ctrl_c().await;
}

#[tokio::test]
async fn when_the_server_of_the_function_dies_everything_ends_and_says_so() {
    let desk = Desk::set_up();
    let laptop = Laptop::start(&desk).await;
    let servers = processes::of(desk.data());
    let server = servers
        .iter()
        .find(|process| process.command.contains("cargo-lambda lambda watch"))
        .unwrap_or_else(|| panic!("cargo-lambda in {servers:?}"));
    server.kill();
    let (status, said) = laptop.ended(REFUSAL).await;
    assert_eq!(status.code(), FAILED, "{said}");
    let reason = "The function's server (cargo lambda watch) ended with signal: 9 (SIGKILL). Everything else has ended too.";
    assert!(said.contains(reason), "{said}");
}
