//! Events as they are recorded or documented, and what is made of them.

use serde_json::json;

use super::*;

fn recorded(name: &str) -> Value {
    let file = format!("{}/tests/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// A recorded event with other members; a name with slashes leads inwards.
fn changed(name: &str, changes: &[(&str, Value)]) -> Value {
    let mut event = recorded(name);
    for (pointer, value) in changes {
        let (inside, member) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(inside).unwrap()[member] = value.clone();
    }
    event
}

fn request(event: Value) -> Request<Bytes> {
    read(event).unwrap().0
}

/// Where an event leads: the path, route and stage of it.
fn door(raw_path: &str, route_key: &str, stage: &str) -> String {
    let changes = [
        ("/rawPath", json!(raw_path)),
        ("/routeKey", json!(route_key)),
        ("/requestContext/stage", json!(stage)),
    ];
    request(changed("post", &changes)).uri().path().to_owned()
}

#[test]
fn the_event_of_the_documentation_is_read() {
    let (request, source) = read(recorded("documented")).unwrap();
    assert_eq!(source, IpAddr::from([192, 168, 0, 1]));
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri().path(), "/");
    assert_eq!(
        request.uri().query(),
        Some("parameter1=value1&parameter1=value2&parameter2=value")
    );
    assert_eq!(request.headers()["header2"], "value1,value2");
    assert_eq!(request.headers().get("cookie"), None);
    assert_eq!(request.body(), r#"{"test":"body"}"#);
}

#[test]
fn a_post_is_read() {
    let (request, source) = read(recorded("post")).unwrap();
    assert_eq!(source, IpAddr::from([203, 0, 113, 9]));
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri().path(), "/graphql");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.body(), r#"{"query":"{ me { username } }"}"#);
}

#[test]
fn members_that_are_null_count_as_absent_and_a_body_in_base64_is_decoded() {
    let (request, source) = read(recorded("stage_with_nulls")).unwrap();
    assert_eq!(source.to_string(), "2001:db8:1:2:3:4:5:6");
    assert_eq!(request.uri().path(), "/graphql/relay");
    assert_eq!(request.body(), [0, 195, 169, 255, 255, 10].as_slice());
    let every = [
        "/headers",
        "/body",
        "/isBase64Encoded",
        "/rawQueryString",
        "/routeKey",
    ];
    let nothing = changed("post", &every.map(|member| (member, Value::Null)));
    let nothing = self::request(nothing);
    assert!(nothing.headers().is_empty() && nothing.body().is_empty());
    let mut absent = recorded("post");
    for member in every {
        absent.as_object_mut().unwrap().remove(&member[1..]);
    }
    assert_eq!(self::request(absent).uri().path(), "/graphql");
}

#[test]
fn a_body_that_is_no_base64_is_none() {
    let changes = [("/isBase64Encoded", json!(true))];
    assert_eq!(request(changed("post", &changes)).body(), "");
}

#[test]
fn a_path_leads_to_its_door_whatever_the_stage_is_called() {
    for path in ["/graphql", "/graphql/relay", "/graphql/gqlauth"] {
        for stage in ["prod", "graphql", "relay"] {
            let sent = format!("/{stage}{path}");
            assert_eq!(door(&sent, &format!("POST {path}"), stage), path);
            assert_eq!(door(&sent, "$default", stage), path);
            // A domain of one's own does not show the stage in the path.
            assert_eq!(door(path, &format!("POST {path}"), stage), path);
            assert_eq!(door(path, "$default", stage), path);
        }
        assert_eq!(door(path, "$default", "$default"), path);
    }
}

#[test]
fn behind_a_base_path_the_route_names_the_door() {
    for path in ["/graphql", "/graphql/relay", "/graphql/gqlauth"] {
        let route = format!("POST {path}");
        for base in ["accounts", "v1/accounts", "graphql"] {
            assert_eq!(door(&format!("/{base}{path}"), &route, "$default"), path);
            assert_eq!(door(&format!("/{base}{path}"), &route, "prod"), path);
        }
        assert_eq!(door("/prod", &format!("ANY {path}"), "prod"), path);
    }
}

#[test]
fn the_path_as_it_was_sent_goes_before_the_route() {
    assert_eq!(
        door("/graphql/relay", "POST /graphql", "$default"),
        "/graphql/relay"
    );
}

#[test]
fn another_path_leads_nowhere() {
    for path in [
        "",
        "/",
        "/graphq",
        "/graphql/",
        "/graphqlx",
        "/graphql/relay/x",
        "graphql",
    ] {
        for (route, stage) in [
            ("$default", "$default"),
            ("ANY /{proxy+}", "prod"),
            ("POST", ""),
        ] {
            assert_eq!(door(path, route, stage), "/", "{path}");
        }
    }
    for path in ["/a b", "/é", "/%", "/?query=x#y", "//graphql", "\u{0}"] {
        assert_eq!(door(path, "$default", "$default"), "/", "{path}");
    }
    assert_eq!(door("/production/graphql", "$default", "prod"), "/");
}

#[test]
fn a_query_string_arrives_as_it_was_sent() {
    let event = recorded("get");
    let sent = event["rawQueryString"].as_str().unwrap().to_owned();
    let request = request(event);
    assert_eq!(request.method(), Method::GET);
    assert_eq!(request.uri().query(), Some(sent.as_str()));
}

#[test]
fn a_query_string_that_was_not_encoded_means_the_same_encoded() {
    let odd = "query={ me }\"é\"<>#\u{1}%20+&x=\u{7f}";
    let request = request(changed("get", &[("/rawQueryString", json!(odd))]));
    let encoded = request.uri().query().unwrap();
    let decoded = percent_encoding::percent_decode_str(encoded)
        .decode_utf8()
        .unwrap();
    assert_eq!(decoded, odd.replace("%20", " "));
}

#[test]
fn a_query_string_without_end_is_refused() {
    let event = changed("get", &[("/rawQueryString", json!("x".repeat(70_000)))]);
    let refusal = read(event).unwrap_err().into_response();
    assert_eq!(refusal.status(), StatusCode::URI_TOO_LONG);
}

#[test]
fn a_header_value_keeps_its_place_whatever_is_in_it() {
    let changes = [
        ("/headers/user-agent", json!("é")),
        (
            "/headers/x-forwarded-for",
            json!("\u{1}, 198.51.100.7\u{0}, 203.0.113.9"),
        ),
        ("/headers/authorization", json!("JWT\tx")),
        ("/headers/not a name", json!("x")),
        ("/headers/x-null", Value::Null),
    ];
    let request = request(changed("post", &changes));
    let value =
        |name: &str| String::from_utf8(request.headers()[name].as_bytes().to_vec()).unwrap();
    assert_eq!(value("user-agent"), "é");
    assert_eq!(
        value("x-forwarded-for"),
        "\u{fffd}, 198.51.100.7\u{fffd}, 203.0.113.9"
    );
    assert_eq!(value("authorization"), "JWT\tx");
    assert_eq!(request.headers().get("x-null"), None);
    assert_eq!(request.headers()["content-type"], "application/json");
}

#[test]
fn an_address_that_is_none_is_nobodys() {
    for seen in [json!("test-invoke-source-ip"), json!(""), Value::Null] {
        let event = changed("post", &[("/requestContext/http/sourceIp", seen)]);
        assert_eq!(read(event).unwrap().1, IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    }
}

#[test]
fn what_is_no_request_is_refused() {
    let mut others = ["rest_api", "load_balancer", "warm_up"]
        .map(recorded)
        .to_vec();
    others.extend([json!({}), json!([]), json!(null), json!("ping"), json!(1)]);
    others.push(changed(
        "post",
        &[("/requestContext/http/method", json!("BAD METHOD"))],
    ));
    others.push(changed("post", &[("/rawPath", Value::Null)]));
    others.push(changed("post", &[("/headers", json!("none"))]));
    for other in others {
        let refusal = read(other.clone()).expect_err(&other.to_string());
        assert_eq!(refusal.into_response().status(), StatusCode::BAD_REQUEST);
    }
}

#[test]
fn an_answer_is_written_as_the_gateway_reads_it() {
    let mut response = Response::new("{\"é\":1}".to_owned());
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
        .headers_mut()
        .insert("allow", HeaderValue::from_static("POST"));
    let expected = json!({
        "statusCode": 405,
        "headers": { "allow": "POST" },
        "multiValueHeaders": {},
        "cookies": [],
        "body": "{\"é\":1}",
        "isBase64Encoded": false,
    });
    assert_eq!(serde_json::to_value(written(response)).unwrap(), expected);
}
