//! Events and answers of every kind.

use super::*;

fn event(request: http::request::Builder, body: &[u8]) -> Value {
    let request = request.body(Bytes::copy_from_slice(body)).unwrap();
    Gateway::default().event(&request, "192.0.2.1".parse().unwrap())
}

#[test]
fn values_of_one_name_are_joined_and_cookies_stand_apart() {
    let request = Request::get("/graphql?a=1&a=%C3%A9&b=")
        .header("X-Several", "one")
        .header("x-several", "two")
        .header("x-forwarded-for", "198.51.100.7")
        .header("cookie", "a=1; b=2")
        .header("user-agent", "curl");
    let event = event(request, b"");
    assert_eq!(event["headers"]["x-several"], "one,two");
    assert_eq!(
        event["headers"]["x-forwarded-for"],
        "198.51.100.7, 192.0.2.1"
    );
    assert_eq!(event["headers"].get("cookie"), None);
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["rawQueryString"], "a=1&a=%C3%A9&b=");
    assert_eq!(
        event["queryStringParameters"],
        json!({ "a": "1,é", "b": "" })
    );
    assert_eq!(event["routeKey"], "GET /graphql");
    assert_eq!(event["requestContext"]["http"]["userAgent"], "curl");
    assert_eq!(event["isBase64Encoded"], false);
    assert_eq!(event.get("body"), None);
}

#[test]
fn a_body_is_text_where_its_type_says_so_and_base64_elsewhere() {
    let json =
        || Request::post("/graphql").header("content-type", "application/json; charset=utf-8");
    let as_text = event(json(), "{\"é\"}".as_bytes());
    assert_eq!(
        (&as_text["body"], &as_text["isBase64Encoded"]),
        (&json!("{\"é\"}"), &json!(false))
    );
    let encoded = json!("AP8=");
    for request in [json(), Request::post("/graphql")] {
        let event = event(request, &[0, 255]);
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&encoded, &json!(true))
        );
    }
}

#[test]
fn a_stage_stands_in_front_of_the_path_and_not_of_the_route() {
    let gateway = Gateway {
        stage: "prod".to_owned(),
        ..Gateway::default()
    };
    let request = Request::post("/graphql").body(Bytes::new()).unwrap();
    let event = gateway.event(&request, "2001:db8::1".parse().unwrap());
    assert_eq!(event["rawPath"], "/prod/graphql");
    assert_eq!(event["routeKey"], "POST /graphql");
    assert_eq!(event["requestContext"]["stage"], "prod");
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "2001:db8::1");
}

#[test]
fn a_result_is_read_with_or_without_a_status() {
    let full = br#"{"statusCode": 405, "headers": {"allow": "POST"}, "body": "aMOp", "isBase64Encoded": true}"#;
    let full = answer(full).unwrap();
    assert_eq!(
        (full.status().as_u16(), &full.headers()["allow"]),
        (405, &HeaderValue::from_static("POST"))
    );
    assert_eq!(full.body(), "hé");
    assert_eq!(answer(b"{\"a\": 1}").unwrap().body(), "{\"a\":1}");
    assert!(answer(br#"{"statusCode": "many"}"#).is_err());
}
