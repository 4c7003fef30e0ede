//! What a request must look like over HTTP, and which status it gets.

use graphql::http::Dialect;
use http::Method;
use serde_json::{Value, json};
use tests::people::registration;
use tests::request::path;
use tests::{Fate, World, in_both_dialects, in_each_dialect};

use super::ME;

/// Every byte of a text as a query string may carry it.
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").expect("a string takes everything");
        encoded
    })
}

#[tokio::test]
async fn request_errors_have_400_and_no_data_and_nothing_is_done_before_them() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let asker = world.anybody();
        let nora = json!({ "email": "nora@email.com" });
        let resend = asker.act_text("resendActivationEmail", &nora, "success");
        for document in [
            "{".to_owned(),
            String::new(),
            "{ me { username } } }".to_owned(),
            "{ nonsense }".to_owned(),
            "{ me }".to_owned(),
            "{ me { username { x } } }".to_owned(),
            "{ me { ...missing } }".to_owned(),
            "{ user { username } }".to_owned(),
            "{ user(id: true) { username } }".to_owned(),
            "subscription { me { username } }".to_owned(),
            "query ($a: String!) { user(id: $a) { username } }".to_owned(),
            "query ($a: Nonsense) { me { username } }".to_owned(),
            "{ me { username @include } }".to_owned(),
            format!("mutation {{ {resend} nonsense }}"),
            format!("mutation {{ {resend} revokeToken {{ success }} }}"),
            format!(
                "mutation {{ {resend} a: {} }}",
                resend.replace("success", "successes")
            ),
            format!(
                "mutation {{ a: {resend} b: {} }}",
                resend.replace("email:", "mail:")
            ),
            format!("mutation {{ a: {resend} a: {resend} }}"),
            format!("mutation {{ {resend} ... {{ {resend} }} }}"),
            format!("mutation {{ {resend} }} {ME}"),
            format!("mutation A {{ {resend} }} query A {ME}"),
        ] {
            asker
                .document(&document, json!({}))
                .await
                .is_request_error();
        }
        assert!(world.proxy.take_calls().is_empty());
        assert_eq!(world.inbox.requests(), 0);
    })
    .await;
}

#[tokio::test]
async fn whatever_an_act_answers_the_status_is_200() {
    in_both_dialects(&[], async |world| {
        let token = json!({ "token": "x" });
        world
            .act("verifyAccount", token)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        let reply = world.anybody().document(ME, json!({})).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["data"]["me"]),
            (200, &Value::Null)
        );
        for (name, value) in [
            ("content-type", "application/json; charset=utf-8"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(reply.headers[name], value);
        }
        let accepting = world.anybody().with_header("accept", "text/html");
        let reply = accepting.document("{", json!({})).await.is_request_error();
        assert_eq!(
            reply.headers["content-type"],
            "application/json; charset=utf-8"
        );
        assert_eq!(reply.headers["cache-control"], "no-store");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_graphql_request_is_refused_with_its_status() {
    in_each_dialect(&[], async |world| {
        let here = path(world.dialect());
        let refused = async |method: Method, path: &str, content_type: Option<&str>, body: &str| {
            let asker = match content_type {
                Some(content_type) => world.anybody().with_header("content-type", content_type),
                None => world.anybody(),
            };
            let reply = asker.send(method, path, body.into()).await;
            assert!(reply.body["errors"][0]["message"].is_string(), "{reply}");
            assert_eq!(reply.body.as_object().map(serde_json::Map::len), Some(1), "{reply}");
            assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
            assert_eq!(reply.headers["cache-control"], "no-store");
            reply
        };
        let json = Some("application/json");
        let body = json!({ "query": "{ __typename }" }).to_string();
        let batch = format!("[{body}]");
        let reply = refused(Method::POST, here, json, &batch).await;
        assert_eq!(reply.status, 400);
        assert_eq!(
            reply.body,
            json!({ "errors": [{ "message": "The received data is not a valid JSON query." }] })
        );
        for bad in [
            "", "{", "null", "\"{ __typename }\"", "{}", r#"{"query": null}"#, r#"{"query": 5}"#,
            r#"{"query": "{ __typename }", "variables": []}"#,
            r#"{"query": "{ __typename }", "operationName": 5}"#,
        ] {
            assert_eq!(refused(Method::POST, here, json, bad).await.status, 400, "{bad}");
        }
        for other in [None, Some("text/plain"), Some("application/graphql"), Some("multipart/form-data")] {
            assert_eq!(refused(Method::POST, here, other, &body).await.status, 415, "{other:?}");
        }
        for method in [Method::PUT, Method::DELETE, Method::HEAD, Method::PATCH] {
            let reply = refused(method, here, json, &body).await;
            assert_eq!((reply.status.as_u16(), reply.headers["allow"].as_bytes()), (405, &b"GET, POST"[..]));
        }
        for elsewhere in ["/", "/graphql/", "/graphql/other", "/Graphql"] {
            assert_eq!(refused(Method::POST, elsewhere, json, &body).await.status, 404);
        }
        for same in ["APPLICATION/JSON", "application/json; charset=latin-1"] {
            let reply = world.anybody().post(&body, same).await;
            assert_eq!(reply.status, 200, "{reply}");
        }
        let more = r#"{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": {}, "id": 1}"#;
        assert_eq!(world.anybody().post(more, "application/json").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn queries_may_be_asked_with_get_and_mutations_may_not() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let get = async |query_string: String| {
            let address = format!("{}?{query_string}", path(world.dialect()));
            vera.send(Method::GET, &address, Vec::new()).await
        };
        let reply = get(format!("query={}", encoded(ME))).await;
        assert_eq!(reply.body["data"]["me"]["username"], "vera", "{reply}");

        let two = "query A($yes: Boolean!) { me { email @include(if: $yes) } } query B { me { username } }";
        let variables = encoded(r#"{"yes": true}"#);
        let reply = get(format!(
            "query={}&variables={variables}&operationName=A",
            encoded(two)
        ))
        .await;
        assert_eq!(reply.body["data"]["me"]["email"], "vera@email.com", "{reply}");

        let resend = vera.act_text("resendActivationEmail", &json!({ "email": "nobody@email.com" }), "success");
        let mutation = format!("mutation {{ {resend} }}");
        let named = format!("query A {ME} mutation B {{ {resend} }}");
        for query_string in [
            format!("query={}", encoded(&mutation)),
            format!("query={}&operationName=B", encoded(&named)),
        ] {
            let reply = get(query_string).await;
            assert_eq!(reply.status, 405, "{reply}");
            assert_eq!(reply.headers["allow"], "POST");
            let message = "Can only perform a mutation operation from a POST request.";
            assert_eq!(reply.body, json!({ "errors": [{ "message": message }] }));
        }
        assert_eq!(get(format!("query={}&operationName=A", encoded(&named))).await.status, 200);
        for bad in ["", "query=", "query=%FF", "variables=%7B%7D", "query=%7Bme%7Bid%7D%7D&variables=5"] {
            assert_eq!(get(bad.to_owned()).await.status, 400, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn one_of_several_operations_is_chosen_by_its_name() {
    in_both_dialects(&[], async |world| {
        let ask = async |name: Value| {
            let query = "query A { a: __typename } query B { b: __typename }";
            let body = json!({ "query": query, "operationName": name }).to_string();
            world.anybody().post(&body, "application/json").await
        };
        let reply = ask(json!("B")).await;
        assert_eq!(reply.body, json!({ "data": { "b": "Query" } }), "{reply}");
        ask(json!("C")).await.is_request_error();
        ask(Value::Null).await.is_request_error();
    })
    .await;
}

#[tokio::test]
async fn a_client_gets_its_mutation_id_back_and_it_is_no_argument_of_the_act() {
    let world = World::open(Dialect::Relay, &[]).await;
    world.vera().await;
    let selection = "success errors clientMutationId";
    for (arguments, success, id) in [
        (
            json!({ "email": "nobody@email.com", "clientMutationId": "7 é" }),
            true,
            json!("7 é"),
        ),
        (
            json!({ "email": "vera@email.com", "clientMutationId": "" }),
            false,
            json!(""),
        ),
        (
            json!({ "email": "vera@email.com", "clientMutationId": null }),
            false,
            Value::Null,
        ),
        (json!({ "email": "nobody@email.com" }), true, Value::Null),
    ] {
        let asker = world.anybody();
        let reply = asker
            .act_selecting("resendActivationEmail", arguments, selection)
            .await;
        assert_eq!(reply.get("success"), &json!(success), "{reply}");
        assert_eq!(reply.get("clientMutationId"), &id, "{reply}");
    }
    let vera = world.as_person("vera").await;
    for arguments in [json!({}), json!({ "clientMutationId": "7" })] {
        vera.act("updateAccount", arguments).await.succeeds();
    }
    let missing = "mutation { updateAccount { success } }";
    vera.document(missing, json!({})).await.is_request_error();
    world.close().await;
}

#[tokio::test]
async fn when_the_store_cannot_be_asked_clients_learn_that_and_no_more() {
    in_both_dialects(&[], async |world| {
        world.stan().await;
        let stan = world.as_person("stan").await;
        world.proxy.all(Fate::Refuse("ResourceNotFoundException"));
        let token = json!({ "token": world.token_of("stan").await });
        let replies = [
            stan.act("updateAccount", json!({})).await,
            stan.act("verifyToken", token).await,
            stan.act("register", registration(json!({}))).await,
            stan.document("{ me { username } }", json!({})).await,
            stan.document("{ users { edges { node { id } } } }", json!({}))
                .await,
        ];
        for reply in replies {
            let reply = reply.is_internal_error();
            let [error] = &reply.body["errors"].as_array().expect("errors")[..] else {
                panic!("one error{reply}");
            };
            assert_eq!(
                error["extensions"],
                json!({ "code": "INTERNAL_SERVER_ERROR" })
            );
            let members = error.as_object().expect("an object").keys();
            assert_eq!(
                members.collect::<Vec<_>>(),
                ["extensions", "locations", "message", "path"]
            );
            let data = reply.body["data"].as_object().expect("data");
            assert!(data.values().all(Value::is_null), "{reply}");
        }
        assert!(world.log.text().contains("ResourceNotFoundException"));
    })
    .await;
}
