//! Events of the gateway, of other kinds, and what is none.

use tests::gateway::{Cause, Gateway, answer};
use tests::{Dialect, World};

use crate::{ME, ask, function, json_of, post, recorded, source};

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
