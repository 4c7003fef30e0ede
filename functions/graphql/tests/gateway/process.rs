//! How the process starts and ends.

use std::path::Path;
use std::time::Duration;

use local::inbox::Behaviour;
use serde_json::json;
use tests::gateway::{Cause, Function, Gateway};
use tests::{Dialect, Fate, World};

use crate::{ME, ask, binary, function, json_of, post, source};

#[tokio::test]
async fn a_function_starts_answers_and_ends() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    let ready = function.ready().await.expect("it starts");
    assert!(ready > function.spawned());
    for _ in 0..2 {
        let answer = ask(&mut function, &post("/graphql", ME)).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers()["content-type"],
            "application/json; charset=utf-8"
        );
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(json_of(&answer), json!({ "data": { "me": null } }));
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
    let has_failed = matches!(failure.cause, Cause::Ended(status) if status.code() == Some(1));
    assert!(has_failed, "{failure}");
    assert!(failure.log.contains("JWT_SECRET_KEY"), "{failure}");
}

#[tokio::test]
async fn a_function_that_is_silent_is_killed_and_one_that_ends_is_told() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.nora().await;
    let function = function(&world).await;
    let mut function = function.with_patience(Duration::from_secs(3));
    let process = function.process().expect("a process");
    let alive = || Path::new(&format!("/proc/{process}")).exists();
    function.ready().await.expect("it starts");
    // A mail has more time than that.
    world.inbox.behave(Behaviour::Hang);
    let act = r#"mutation { resendActivationEmail(email: "nora@email.com") { success } }"#;
    let request = post("/graphql", act);
    let silent = function.ask(&Gateway::default(), &request, source()).await;
    assert_eq!(silent.expect_err("no answer").cause, Cause::Silent);
    assert!(!alive());
    let ended = function.ask(&Gateway::default(), &request, source()).await;
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

#[tokio::test]
async fn a_function_answers_before_it_is_cut_off() {
    let world = World::open(Dialect::Plain, &[]).await;
    let function = function(&world).await;
    // Four such logins would take twice that.
    let mut function = function.with_patience(Duration::from_secs(10));
    function.ready().await.expect("it starts");
    world.proxy.all(Fate::Hang);
    let act = r#"tokenAuth(username: "vera", password: "x") { success }"#;
    let acts: Vec<_> = (0..4).map(|n| format!("act{n}: {act}")).collect();
    let request = post("/graphql", &format!("mutation {{ {} }}", acts.join(" ")));
    let answer = ask(&mut function, &request).await;
    let errors = &json_of(&answer)["errors"];
    for n in 0..4 {
        assert_eq!(errors[n]["message"], "Internal server error.", "{errors}");
    }
    world.proxy.all(Fate::Pass);
    world.close().await;
}
