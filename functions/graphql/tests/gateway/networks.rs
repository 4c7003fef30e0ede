//! Which network a request is counted under.

use tests::gateway::{Function, Gateway};
use tests::{Dialect, World};

use crate::{function, json_of, post};

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
