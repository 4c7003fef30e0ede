//! The binary behind the gateway: what Lambda and API Gateway see of the function.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use tests::gateway::{Cause, Function, Gateway, answer};
use tests::{Dialect, Fate, World};

const ME: &str = "{ me { username } }";

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_graphql"))
}

async fn function(world: &World) -> Function {
    let started = Function::start(binary(), world.variables()).await;
    started.expect("a process")
}

/// An event as it was recorded.
fn recorded(name: &str) -> String {
    let file = format!("{}/tests/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).expect("an event")
}

fn post(path: &str, query: &str) -> Request<Bytes> {
    with_headers(path, query, &[("content-type", "application/json")])
}

fn with_headers(path: &str, query: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    let body = json!({ "query": query }).to_string();
    let request = headers
        .iter()
        .fold(Request::post(path), |request, (name, value)| {
            request.header(*name, value.as_bytes())
        });
    request.body(Bytes::from(body)).expect("a request")
}

fn source() -> IpAddr {
    "192.0.2.1".parse().expect("an address")
}

async fn ask(function: &mut Function, request: &Request<Bytes>) -> Response<Bytes> {
    let answer = function.ask(&Gateway::default(), request, source()).await;
    answer.expect("an answer")
}

fn json_of(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).expect("JSON")
}

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
    let function = function(&world).await;
    let mut function = function.with_patience(Duration::from_millis(500));
    let process = function.process().expect("a process");
    let alive = || Path::new(&format!("/proc/{process}")).exists();
    function.ready().await.expect("it starts");
    world.proxy.all(Fate::Hang);
    let act = r#"mutation { tokenAuth(username: "vera", password: "x") { success } }"#;
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
async fn recorded_events_are_answered() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    for (event, status) in [
        ("post", 200),
        ("get", 200),
        ("documented", 404),
        ("stage_with_nulls", 415),
        ("rest_api", 400),
        ("load_balancer", 400),
        ("warm_up", 400),
    ] {
        let invocation = function.invoke(recorded(event)).await;
        let invocation = invocation.unwrap_or_else(|failure| panic!("{event}: {failure}"));
        let answer = answer(&invocation.result).expect("an answer");
        assert_eq!(answer.status(), status, "{event}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_function_lives_on_after_what_is_no_event() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    for other in ["{}", "[]", "null", "1", r#""ping""#] {
        let invocation = function.invoke(other).await.expect("an answer");
        let answer = answer(&invocation.result).expect("an answer");
        assert_eq!(answer.status(), 400, "{other}");
        assert!(json_of(&answer)["errors"][0]["message"].is_string());
    }
    // Lambda itself takes nothing but JSON.
    let failure = function.invoke("{\"cut").await.expect_err("no answer");
    assert!(matches!(failure.cause, Cause::Error(_)), "{failure}");
    assert!(!failure.log.contains("panicked"), "{failure}");
    assert_eq!(
        ask(&mut function, &post("/graphql", ME)).await.status(),
        200
    );
    world.close().await;
}

#[tokio::test]
async fn one_credential_is_somebody_and_two_are_nobody() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.vera().await;
    let token = format!("JWT {}", world.token_of("vera").await);
    let mut function = function(&world).await;
    let json_type = ("content-type", "application/json");
    let once = [
        json_type,
        ("authorization", &*token),
        ("cookie", "a=1; b=2"),
    ];
    let answer = ask(&mut function, &with_headers("/graphql", ME, &once)).await;
    assert_eq!(json_of(&answer)["data"]["me"]["username"], "vera");
    for second in [&*token, "JWT x", "x", ""] {
        let twice = [
            json_type,
            ("authorization", &*token),
            ("authorization", second),
        ];
        let answer = ask(&mut function, &with_headers("/graphql", ME, &twice)).await;
        assert_eq!(
            json_of(&answer),
            json!({ "data": { "me": null } }),
            "{second:?}"
        );
    }
    let cookie = [
        json_type,
        ("cookie", &*format!("JWT={token}; authorization={token}")),
    ];
    let answer = ask(&mut function, &with_headers("/graphql", ME, &cookie)).await;
    assert_eq!(json_of(&answer), json!({ "data": { "me": null } }));
    world.close().await;
}

#[tokio::test]
async fn bodies_are_read_in_whatever_form_the_gateway_hands_them_in() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    let typed = |kind| [("content-type", kind)];
    for kind in [
        "application/json",
        "Application/JSON; charset=latin1",
        "application/json;x=\"a,b\"",
    ] {
        let answer = ask(&mut function, &with_headers("/graphql", ME, &typed(kind))).await;
        assert_eq!(answer.status(), 200, "{kind}");
    }
    let two = [
        ("content-type", "application/json;x=y"),
        ("content-type", "text/plain"),
    ];
    for headers in [&[][..], &two, &typed("application/octet-stream")] {
        let answer = ask(&mut function, &with_headers("/graphql", ME, headers)).await;
        assert_eq!(answer.status(), 415, "{headers:?}");
    }
    for body in [&b""[..], b"{\"query\": \"\xff\"}", b"[]"] {
        let mut request = post("/graphql", ME);
        *request.body_mut() = Bytes::copy_from_slice(body);
        assert_eq!(ask(&mut function, &request).await.status(), 400, "{body:?}");
    }
    let mut large = post("/graphql", ME);
    *large.body_mut() = Bytes::from(vec![0xff; 64 * 1024 + 1]);
    assert_eq!(ask(&mut function, &large).await.status(), 413);
    world.close().await;
}

#[tokio::test]
async fn every_door_is_found_behind_a_stage_and_a_base_path() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    for path in ["/graphql", "/graphql/relay", "/graphql/gqlauth"] {
        for stage in ["$default", "prod", "graphql"] {
            for route_key in [None, Some("$default".to_owned())] {
                let stage = stage.to_owned();
                let gateway = Gateway {
                    stage,
                    route_key,
                    ..Gateway::default()
                };
                let request = post(path, "{ __typename }");
                let answer = function.ask(&gateway, &request, source()).await;
                assert_eq!(
                    answer.expect("an answer").status(),
                    200,
                    "{path} {gateway:?}"
                );
            }
        }
        let route_key = Some(format!("POST {path}"));
        let gateway = Gateway {
            route_key,
            ..Gateway::default()
        };
        let request = post(&format!("/accounts{path}"), "{ __typename }");
        let answer = function.ask(&gateway, &request, source()).await;
        assert_eq!(answer.expect("an answer").status(), 200, "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn other_paths_and_methods_are_refused() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    for path in ["/", "/graphql/", "/graphql/%20", "/%C3%A9?x=%"] {
        assert_eq!(
            ask(&mut function, &post(path, ME)).await.status(),
            404,
            "{path}"
        );
    }
    for method in ["PUT", "DELETE", "OPTIONS", "BREW"] {
        let mut request = post("/graphql", ME);
        *request.method_mut() = method.parse().expect("a method");
        let answer = ask(&mut function, &request).await;
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(answer.headers()["allow"], "GET, POST");
    }
    world.close().await;
}

#[tokio::test]
async fn a_query_string_reaches_the_door_as_it_was_sent() {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut function = function(&world).await;
    let get = |query: &str| {
        let path = format!("/graphql?{query}");
        Request::get(path).body(Bytes::new()).expect("a request")
    };
    let by_name = "query=query(%24a%3ABoolean!)%7Bme+%40include(if%3A%24a)%7Busername%7D%7D";
    for (a, data) in [("true", json!({ "me": null })), ("false", json!({}))] {
        let query = format!("{by_name}&variables=%7B%22a%22%3A+{a}%7D");
        let answer = ask(&mut function, &get(&query)).await;
        assert_eq!(json_of(&answer), json!({ "data": data }));
    }
    // A plus sign and an ampersand that were encoded are no space and no end.
    let text = "query=%7Bme%7Busername%7D%7D&variables=%7B%22a%2B%26%22%3A1%7D";
    assert_eq!(ask(&mut function, &get(text)).await.status(), 200);
    let mutation = "query=mutation%7Bcaptcha%7Buuid%7D%7D";
    let answer = ask(&mut function, &get(mutation)).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["allow"]),
        (405, &"POST".parse().expect("a value"))
    );
    assert_eq!(ask(&mut function, &get("")).await.status(), 400);
    world.close().await;
}

/// Tries a wrong password, and tells whether the limit has refused to look at it.
async fn is_held_back(function: &mut Function, from: &str, forwarded: &[u8]) -> bool {
    let act = r#"mutation { tokenAuth(username: "vera", password: "wrong") { errors } }"#;
    let mut request = post("/graphql", act);
    let value = http::HeaderValue::from_bytes(forwarded).expect("a value");
    request.headers_mut().insert("x-forwarded-for", value);
    let source = from.parse().expect("an address");
    let answer = function.ask(&Gateway::default(), &request, source).await;
    let answer = json_of(&answer.expect("an answer"));
    let code = &answer["data"]["tokenAuth"]["errors"]["nonFieldErrors"][0]["code"];
    match code.as_str() {
        Some("too_many_tries") => true,
        Some("invalid_credentials") => false,
        _ => panic!("{answer}"),
    }
}

#[tokio::test]
async fn the_network_is_the_one_that_the_trusted_proxy_has_seen() {
    let settings = [("TRUSTED_PROXIES", "1"), ("THROTTLE_LOGIN", "1/15m")];
    let world = World::open(Dialect::Plain, &settings).await;
    world.vera().await;
    let mut function = function(&world).await;
    let proxy = "192.0.2.1";
    assert!(!is_held_back(&mut function, proxy, b"203.0.113.9").await);
    // Whatever a client sends itself stands in front of what the proxy adds.
    for sent in [
        &b"198.51.100.1"[..],
        b"\xff",
        b"\xc3\xa9",
        b"",
        b"203.0.113.10,",
    ] {
        let forwarded = [sent, b", 203.0.113.9"].concat();
        assert!(
            is_held_back(&mut function, proxy, &forwarded).await,
            "{sent:?}"
        );
    }
    assert!(!is_held_back(&mut function, proxy, b"203.0.113.9, 203.0.113.10").await);
    world.close().await;
}

#[tokio::test]
async fn a_network_of_the_sixth_version_is_its_first_half() {
    let world = World::open(Dialect::Plain, &[("THROTTLE_LOGIN", "1/15m")]).await;
    world.vera().await;
    let mut function = function(&world).await;
    assert!(!is_held_back(&mut function, "2001:db8:1:2::1", b"203.0.113.9").await);
    assert!(is_held_back(&mut function, "2001:db8:1:2:ffff::2", b"203.0.113.10").await);
    assert!(!is_held_back(&mut function, "2001:db8:1:3::1", b"203.0.113.9").await);
    world.close().await;
}
