//! Requests and answers of every kind.

use async_graphql::{Response as Executed, Value};
use serde_json::json;

use super::*;

fn post(body: impl Into<Bytes>) -> http::request::Request<Bytes> {
    let builder = http::Request::post("/graphql").header(CONTENT_TYPE, "application/json");
    builder.body(body.into()).unwrap()
}

fn get(query_string: &str) -> http::Request<Bytes> {
    http::Request::get(format!("/graphql?{query_string}"))
        .body(Bytes::new())
        .unwrap()
}

fn status(request: &http::Request<Bytes>) -> u16 {
    match read(request) {
        Ok(_) => 200,
        Err(refusal) => refusal.into_response().status().as_u16(),
    }
}

fn body(response: &Response<String>) -> serde_json::Value {
    assert_eq!(
        response.headers()[CONTENT_TYPE],
        "application/json; charset=utf-8"
    );
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    serde_json::from_str(response.body()).unwrap()
}

#[test]
fn a_post_is_read_with_all_its_members() {
    let text =
        r#"{"query": "q\u0000", "variables": {"a": [1, "x"]}, "operationName": "o", "more": 1}"#;
    let asked = read(&post(text)).unwrap();
    assert_eq!(
        (asked.dialect, asked.method),
        (Dialect::Plain, Method::POST)
    );
    assert_eq!(asked.request.query, "q\0");
    assert_eq!(asked.request.operation_name.as_deref(), Some("o"));
    assert_eq!(
        asked.request.variables,
        Variables::from_json(json!({"a": [1, "x"]}))
    );
    let bare = read(&post(
        r#"{"query": "", "variables": null, "operationName": null}"#,
    ))
    .unwrap();
    assert_eq!(
        (bare.request.operation_name, bare.request.variables),
        (None, Variables::default())
    );
}

#[test]
fn a_get_is_read_from_the_query_string() {
    let asked = read(&get(
        "query=%7Bme%7D+%23%C3%A9%2B&variables=%7B%22a%22%3A1%7D&operationName=o&x=%FF",
    ))
    .unwrap();
    assert_eq!(asked.method, Method::GET);
    assert_eq!(asked.request.query, "{me} #é+");
    assert_eq!(asked.request.operation_name.as_deref(), Some("o"));
    assert_eq!(
        asked.request.variables,
        Variables::from_json(json!({"a": 1}))
    );
    for text in [
        "query=q&variables=",
        "query=q&variables=null",
        "&&query=q",
        "query=q",
    ] {
        assert_eq!(
            read(&get(text)).unwrap().request.variables,
            Variables::default(),
            "{text}"
        );
    }
}

#[test]
fn a_query_string_that_says_nothing_or_too_much_is_bad() {
    for text in [
        "",
        "Query=q",
        "variables=%7B%7D",
        "query=q&variables=%7B",
        "query=q&variables=%5B%5D",
        "query=q&variables=1",
        "query=q&query=q",
        "query=q&variables=&variables=",
        "query=%FF",
        "%FF=q&query=q",
    ] {
        assert_eq!(status(&get(text)), 400, "{text}");
    }
    assert_eq!(
        status(&http::Request::get("/graphql").body(Bytes::new()).unwrap()),
        400
    );
}

#[test]
fn each_dialect_has_its_path_and_no_other_exists() {
    for (path, dialect) in [
        ("/graphql", Dialect::Plain),
        ("/graphql/relay", Dialect::Relay),
        ("/graphql/gqlauth?x=1", Dialect::Gqlauth),
    ] {
        let mut request = post(r#"{"query": ""}"#);
        *request.uri_mut() = path.parse().unwrap();
        assert_eq!(read(&request).unwrap().dialect, dialect);
    }
    for path in [
        "/",
        "/graphql/",
        "/graphql/relay/",
        "/Graphql",
        "//graphql",
        "/graphql/other",
        "/dev/graphql",
    ] {
        let mut request = post(r#"{"query": ""}"#);
        *request.uri_mut() = path.parse().unwrap();
        assert_eq!(status(&request), 404, "{path}");
    }
}

#[test]
fn other_methods_are_told_which_are_allowed() {
    for method in ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "post", "QUERY"] {
        let mut request = post(r#"{"query": ""}"#);
        *request.method_mut() = method.parse().unwrap();
        let answer = read(&request).err().unwrap().into_response();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()[ALLOW]),
            (405, &HeaderValue::from_static("GET, POST"))
        );
        assert!(body(&answer)["errors"][0]["message"].is_string());
    }
}

#[test]
fn the_content_type_is_judged_by_its_media_type_alone() {
    let with = |types: &[&str]| {
        let mut request = post(r#"{"query": ""}"#);
        request.headers_mut().remove(CONTENT_TYPE);
        for content_type in types {
            request
                .headers_mut()
                .append(CONTENT_TYPE, content_type.parse().unwrap());
        }
        status(&request)
    };
    for good in [
        "application/json",
        "Application/JSON;charset=latin1",
        " application/json ; a=b; c",
        "application/json;",
        "application/json; a=\"b, c\"; d",
    ] {
        assert_eq!(with(&[good]), 200, "{good}");
    }
    for bad in [
        "",
        "text/plain",
        "application/graphql+json",
        "application/jsonp",
        "application/json, text/plain",
        "application/json;a=b,text/plain",
        "application/json;a=\"b\",application/json",
        "a;application/json",
    ] {
        assert_eq!(with(&[bad]), 415, "{bad}");
    }
    assert_eq!(with(&[]), 415);
    assert_eq!(with(&["application/json", "application/json"]), 415);
    let mut request = post(r#"{"query": ""}"#);
    let value = HeaderValue::from_bytes(b"application/json; a=\"\xc3\xa9\xff\"").unwrap();
    request.headers_mut().insert(CONTENT_TYPE, value);
    assert_eq!(status(&request), 200);
    assert_eq!(status(&get("query=q")), 200);
}

#[test]
fn the_size_of_the_body_comes_before_anything_else() {
    let exact = |size: usize| format!(r#"{{"query": "{}"}}"#, "a".repeat(size - 13));
    assert_eq!(exact(65_536).len(), 65_536);
    assert_eq!(status(&post(exact(65_536))), 200);
    let request = http::Request::put("/nowhere")
        .body(Bytes::from(vec![b'a'; 65_537]))
        .unwrap();
    let answer = read(&request).err().unwrap().into_response();
    assert_eq!(answer.status(), 413);
    assert_eq!(
        body(&answer),
        json!({"errors": [{"message": "Request body too large."}]})
    );
}

#[test]
fn refusals_come_in_the_order_path_method_content_type_body() {
    let request = |method: &str, path: &str, content_type: &str| {
        let builder = http::Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, content_type);
        status(&builder.body(Bytes::from_static(b"[]")).unwrap())
    };
    assert_eq!(request("PUT", "/nowhere", "text/plain"), 404);
    assert_eq!(request("PUT", "/graphql", "text/plain"), 405);
    assert_eq!(request("POST", "/graphql", "text/plain"), 415);
    assert_eq!(request("POST", "/graphql", "application/json"), 400);
}

#[test]
fn a_batch_is_refused() {
    for text in ["[]", r#"[{"query": "{ me { id } }"}]"#] {
        let answer = read(&post(text)).err().unwrap().into_response();
        assert_eq!(answer.status(), 400);
        assert_eq!(
            body(&answer),
            json!({"errors": [{"message": "The received data is not a valid JSON query."}]})
        );
    }
}

#[test]
fn bodies_that_hold_no_request_are_bad() {
    let deep = format!(
        r#"{{"query": "", "variables": {{"a": {}}}}}"#,
        "[".repeat(60_000)
    );
    for text in [
        "",
        "null",
        "1",
        "\"query\"",
        "{",
        "{}",
        r#"{"query": null}"#,
        r#"{"query": 1}"#,
        r#"{"query": {}}"#,
        r#"{"query": "", "variables": []}"#,
        r#"{"query": "", "variables": "{}"}"#,
        r#"{"query": "", "variables": 1}"#,
        r#"{"query": "", "operationName": 1}"#,
        r#"{"query": ""} trailing"#,
        r#"{"query": "\ud800"}"#,
        "\u{feff}{\"query\": \"\"}",
        &deep,
    ] {
        assert_eq!(status(&post(text.to_owned())), 400, "{text}");
    }
    assert_eq!(status(&post(b"{\"query\": \"\xff\"}".to_vec())), 400);
}

#[test]
fn an_object_is_an_object_whatever_its_keys() {
    let key = "$serde_json::private::RawValue";
    let text = format!(r#"{{"query": "", "variables": {{"a": {{"{key}": "\"b\""}}}}}}"#);
    let Ok(asked) = read(&post(text)) else {
        panic!("it is a request");
    };
    let variables = Value::from_json(json!({ "a": { (key): "\"b\"" } })).expect("a value");
    assert_eq!(asked.request.variables.into_value(), variables);
    let whole = format!(r#"{{"{key}": "{{\"query\": \"\"}}"}}"#);
    assert_eq!(status(&post(whole)), 400);
}

#[test]
fn an_executed_request_is_answered_with_200_in_every_dialect() {
    for dialect in [Dialect::Plain, Dialect::Relay, Dialect::Gqlauth] {
        let answer = answer(dialect, Outcome::Executed(Executed::new(Value::Null)));
        assert_eq!(
            (answer.status().as_u16(), answer.body().as_str()),
            (200, r#"{"data":null}"#)
        );
    }
}

#[test]
fn a_request_error_has_the_status_and_the_data_of_its_dialect() {
    let refused = || Outcome::Refused(vec![ServerError::new("No.", None)]);
    for dialect in [Dialect::Plain, Dialect::Relay] {
        let answer = answer(dialect, refused());
        assert_eq!(
            (answer.status().as_u16(), body(&answer)),
            (400, json!({"errors": [{"message": "No."}]}))
        );
    }
    let answer = answer(Dialect::Gqlauth, refused());
    assert_eq!(
        (answer.status().as_u16(), body(&answer)),
        (200, json!({"data": null, "errors": [{"message": "No."}]}))
    );
}

#[test]
fn an_answer_that_lambda_could_not_send_is_an_error_instead() {
    let executed = |length: usize| {
        let text = Value::String("a".repeat(length));
        Outcome::Executed(Executed::new(text))
    };
    let around = r#"{"data":""}"#.len();
    for dialect in [Dialect::Plain, Dialect::Relay, Dialect::Gqlauth] {
        let largest = answer(dialect, executed(3 * 1024 * 1024 - around));
        assert_eq!(largest.status(), 200);
        assert_eq!(largest.body().len(), 3 * 1024 * 1024);
        // It has been executed, so it is no request error.
        let larger = answer(dialect, executed(3 * 1024 * 1024 - around + 1));
        assert_eq!(larger.status(), 200);
        let larger = body(&larger);
        assert_eq!(larger["data"], serde_json::Value::Null);
        assert_eq!(
            larger["errors"][0]["extensions"]["code"],
            "DOCUMENT_TOO_LARGE"
        );
    }
}

#[test]
fn a_mutation_over_get_is_refused_in_every_dialect() {
    for dialect in [Dialect::Plain, Dialect::Relay, Dialect::Gqlauth] {
        let answer = answer(dialect, Outcome::MutationOverGet);
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()[ALLOW]),
            (405, &HeaderValue::from_static("POST"))
        );
        let message = "Can only perform a mutation operation from a POST request.";
        assert_eq!(body(&answer), json!({"errors": [{"message": message}]}));
    }
}
