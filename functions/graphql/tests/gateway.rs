//! The binary behind the gateway: what Lambda and API Gateway see of the function.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use tests::gateway::{Cause, Function, Gateway};
use tests::{Dialect, World};

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_graphql"))
}

async fn function(world: &World) -> Function {
    Function::start(binary(), world.variables())
        .await
        .expect("a process")
}

fn post(path: &str, query: &str) -> Request<Bytes> {
    Request::post(path)
        .header("content-type", "application/json")
        .body(Bytes::from(json!({ "query": query }).to_string()))
        .expect("a request")
}

#[tokio::test]
async fn a_function_starts_answers_and_ends() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    let ready = function.ready().await.expect("it starts");
    assert!(ready > function.spawned());
    let source = "192.0.2.1".parse().expect("an address");
    for _ in 0..2 {
        let request = post("/graphql", "{ me { username } }");
        let answer = function.ask(&Gateway::default(), &request, source).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200);
        let body: Value = serde_json::from_slice(answer.body()).expect("JSON");
        assert_eq!(body, json!({ "data": { "me": null } }));
    }
    let (status, log) = function.terminate().await.expect("it ends");
    assert!(!status.success(), "{status} {log}");
    world.close().await;
}

#[tokio::test]
async fn a_start_with_wrong_settings_ends_and_says_why() {
    let wrong = [("JWT_SECRET_KEY".to_owned(), "short".to_owned())];
    let mut function = Function::start(binary(), wrong).await.expect("a process");
    let failure = function.ready().await.expect_err("it must not start");
    assert!(
        matches!(failure.cause, Cause::Ended(status) if status.code() == Some(1)),
        "{failure}"
    );
    assert!(failure.log.contains("JWT_SECRET_KEY"), "{failure}");
}

#[tokio::test]
async fn a_function_that_is_silent_is_killed_and_one_that_ends_is_told() {
    let world = World::open(Dialect::Plain, &[]).await;
    let function = function(&world).await;
    let mut function = function.with_patience(Duration::from_millis(500));
    let process = function.process().expect("a process");
    let alive = || Path::new(&format!("/proc/{process}")).exists();
    function.ready().await.expect("it starts");
    // It is put to sleep, since awake it would answer that it cannot wait any longer.
    let asleep = Command::new("kill")
        .args(["-STOP", &process.to_string()])
        .status();
    assert!(asleep.expect("kill is there").success());
    let source = "192.0.2.1".parse().expect("an address");
    let request = post("/graphql", "{ __typename }");
    let silent = function.ask(&Gateway::default(), &request, source).await;
    assert_eq!(silent.expect_err("no answer").cause, Cause::Silent);
    assert!(!alive());
    let ended = function.ask(&Gateway::default(), &request, source).await;
    let ended = ended.expect_err("nobody answers").cause;
    assert!(matches!(ended, Cause::Ended(_)), "{ended:?}");
}

#[tokio::test]
async fn a_function_that_is_dropped_leaves_no_process() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    function.ready().await.expect("it starts");
    let process = function.process().expect("a process");
    drop(function);
    assert!(!Path::new(&format!("/proc/{process}")).exists());
}
