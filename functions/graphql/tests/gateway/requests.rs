//! Requests that the gateway changes on the way: headers, bodies, query strings.

use bytes::Bytes;
use http::Request;
use serde_json::json;
use tests::{Dialect, World};

use crate::{ME, ask, function, json_of, post, with_headers};

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
