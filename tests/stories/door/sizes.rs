//! Bodies and documents that are too much, and those that are not.

use std::time::{Duration, Instant};

use graphql::http::Dialect;
use serde_json::json;
use tests::{Reply, in_both_dialects, in_each_dialect};

use super::{each_went, together};

/// The introspection query of GraphiQL, with everything that code generators ask for besides.
const INTROSPECTION: &str = r"
query IntrospectionQuery {
  __schema {
    description
    queryType { name }
    mutationType { name }
    subscriptionType { name }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) {
    name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue {
  name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
}
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType {
    kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } }
  } } } } }
}";

/// The code of a request error.
#[track_caller]
fn is_too_large(reply: Reply) {
    let reply = reply.is_request_error();
    let code = &reply.body["errors"][0]["extensions"]["code"];
    assert_eq!(code, "DOCUMENT_TOO_LARGE", "{reply}");
}

#[tokio::test]
async fn a_body_may_have_64_kib_and_not_one_byte_more() {
    in_each_dialect(&[], async |world| {
        let body = json!({ "query": "{ __typename }" }).to_string();
        let padded = |length: usize| body.clone() + &" ".repeat(length - body.len());
        let asker = world.anybody();
        let reply = asker.post(&padded(64 * 1024), "application/json").await;
        assert_eq!(reply.status, 200, "{reply}");
        // The size is judged before anything else.
        for content_type in ["application/json", "text/plain"] {
            let reply = asker.post(&padded(64 * 1024 + 1), content_type).await;
            assert_eq!(reply.status, 413);
            assert_eq!(
                reply.body,
                json!({ "errors": [{ "message": "Request body too large." }] })
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_introspection_query_of_graphiql_is_answered() {
    in_each_dialect(&[], async |world| {
        let reply = world.anybody().document(INTROSPECTION, json!({})).await;
        assert_eq!(
            (reply.status.as_u16(), reply.body.get("errors")),
            (200, None),
            "{reply}"
        );
        let types = reply.body["data"]["__schema"]["types"]
            .as_array()
            .expect("types");
        let user = types
            .iter()
            .find(|it| it["name"] == "UserNode" || it["name"] == "UserType");
        let fields = user.expect("a user")["fields"].as_array().expect("fields");
        for secret in ["password", "isSuperuser", "superuser", "pk", "epoch"] {
            let is_shown = fields.iter().any(|field| field["name"] == secret);
            assert!(!is_shown || world.dialect() == Dialect::Gqlauth, "{secret}");
        }
    })
    .await;
}

#[tokio::test]
async fn fragments_that_multiply_are_refused_at_once() {
    in_both_dialects(&[], async |world| {
        let mut document = "{ ...f0 }".to_owned();
        for number in 0..30 {
            let next = number + 1;
            document += &format!(" fragment f{number} on Query {{ ...f{next} ...f{next} }}");
        }
        document += " fragment f30 on Query { me { username } }";
        let began = Instant::now();
        is_too_large(world.anybody().document(&document, json!({})).await);
        assert!(
            began.elapsed() < Duration::from_millis(500),
            "{:?}",
            began.elapsed()
        );
        let circle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
        let reply = world.anybody().document(circle, json!({})).await;
        reply.is_request_error();
    })
    .await;
}

#[tokio::test]
async fn a_document_has_a_largest_size_and_beyond_it_nothing_is_tried() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let asker = world.anybody();
        let wrong = (
            "tokenAuth",
            json!({ "username": "vera", "password": "wrong" }),
        );
        is_too_large(together(&asker, &vec![wrong.clone(); 11]).await);
        assert!(world.proxy.take_calls().is_empty());

        let fields = |count: usize| format!("{{ me {{ {} }} }}", "username ".repeat(count - 1));
        let levels = |count: usize| {
            let inner = "ofType { ".repeat(count - 2);
            let end = "} ".repeat(count - 2);
            format!("{{ __type(name: \"String\") {{ {inner} name {end} }} }}")
        };
        for document in [fields(501), levels(21)] {
            is_too_large(asker.document(&document, json!({})).await);
        }
        let deep = format!("{} {}", "{ me ".repeat(5_000), "}".repeat(5_000));
        is_too_large(asker.document(&deep, json!({})).await);
        for document in [fields(500), levels(20)] {
            let reply = asker.document(&document, json!({})).await;
            assert_eq!(reply.status, 200, "{reply}");
        }

        // Each login in a document is a try of its own.
        let refused = Some(("nonFieldErrors", "invalid_credentials"));
        let reply = together(&asker, &vec![wrong; 10]).await;
        each_went(&reply, &[refused; 10]);
        world
            .log_in("vera")
            .await
            .refuses("nonFieldErrors", "too_many_tries");
    })
    .await;
}
