//! How the program starts and ends, and what it leaves behind.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use serde_json::{Value, json};
use tests::gateway::{Cause, Function};
use tests::people::PASSWORD;
use tests::{Dialect, World};

use crate::bootstrap;

#[tokio::test]
async fn wrong_settings_end_the_start_and_are_all_named_and_no_secret_is() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut variables = world.variables();
    variables.insert("JWT_SECRET_KEY".to_owned(), "a short one".to_owned());
    variables.insert("JWT_EXPIRATION_DELTA".to_owned(), "soon".to_owned());
    variables.remove("FRONTEND_URL");
    let started = Function::start(&bootstrap(), variables).await;
    let mut function = started.expect("a process");
    let failure = function.ready().await.expect_err("it must not start");
    assert!(
        matches!(failure.cause, Cause::Ended(status) if status.code() == Some(1)),
        "{failure}"
    );
    let stdout = function.stdout();
    let lines = stdout.lines().map(serde_json::from_str::<Value>);
    let lines: Vec<Value> = lines.map(|line| line.expect("a line in JSON")).collect();
    let (metrics, records): (Vec<_>, Vec<_>) = lines.iter().partition(|it| it["_aws"].is_object());
    let ([metric], [record]) = (&metrics[..], &records[..]) else {
        panic!("one record is logged and counted, not {stdout}");
    };
    assert_eq!(metric["Faults"], 1);
    assert_eq!(record["level"], "ERROR");
    assert_eq!(record["message"], "Latchkey cannot start");
    for text in [
        record["fault"].as_str().unwrap_or_default(),
        &function.stderr(),
    ] {
        for name in ["JWT_SECRET_KEY", "JWT_EXPIRATION_DELTA", "FRONTEND_URL"] {
            assert!(text.contains(name), "{name} is not named: {text}");
        }
        assert!(text.contains("\"soon\""), "{text}");
        assert!(!text.contains("a short one"), "{text}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_start_that_goes_well_says_nothing() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.deploy(&bootstrap()).await;
    assert_eq!(world.deployed().await.log(), "");
    world.close().await;
}

#[tokio::test]
async fn asking_it_to_end_ends_it() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.deploy(&bootstrap()).await;
    let ended = world.deployed().await.terminate().await;
    let (status, _) = ended.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(status.signal(), Some(15), "{status}");
    world.close().await;
}

#[tokio::test]
async fn nothing_is_written_to_the_file_system() {
    let world = World::open(Dialect::Plain, &[("SEND_SECURITY_NOTICES", "true")]).await;
    world.deploy(&bootstrap()).await;
    world.vera().await;
    let token = world.log_in("vera").await.succeeds().access_token();
    let change = json!({ "oldPassword": PASSWORD, "newPassword1": "supersecretpassword", "newPassword2": "supersecretpassword" });
    world
        .with_token(&token)
        .act("passwordChange", change)
        .await
        .succeeds();
    world.act("captcha", json!({})).await;
    let function = world.deployed().await;
    let process = function.process().expect("a process");
    let io = std::fs::read_to_string(format!("/proc/{process}/io")).expect("its account");
    assert!(io.contains("\nwrite_bytes: 0\n"), "{io}");
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).expect("its files");
    for file in open {
        let file = std::fs::read_link(file.expect("a file").path()).expect("where it leads");
        let is_none = !file.is_absolute() || file == Path::new("/dev/null");
        assert!(is_none, "{} is open", file.display());
    }
    world.close().await;
}
