//! What the door does with a request before any flow is asked, and as whom flows are asked.

use std::time::{Duration, Instant};

use graphql::http::Dialect;
use http::Method;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::request::{Asker, path};
use tests::{Fate, Reply, World, in_both_dialects, in_each_dialect};

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

const ME: &str = "{ me { username } }";

/// Every byte of a text as a query string may carry it.
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").expect("a string takes everything");
        encoded
    })
}

/// Asks for several acts in one document, `a0` and so on.
async fn together(asker: &Asker<'_>, acts: &[(&str, Value)]) -> Reply {
    let texts = acts.iter().enumerate().map(|(number, (act, arguments))| {
        let text = asker.act_text(act, arguments, "success errors");
        format!("a{number}: {text}")
    });
    let document = format!("mutation {{ {} }}", texts.collect::<Vec<_>>().join(" "));
    asker.document(&document, json!({})).await
}

/// Claims that of several acts each went so: `None` for success, else the code under its key.
#[track_caller]
fn each_went(reply: &Reply, outcomes: &[Option<(&str, &str)>]) {
    assert_eq!(reply.status, 200, "{reply}");
    for (number, outcome) in outcomes.iter().enumerate() {
        let result = &reply.body["data"][format!("a{number}")];
        assert_eq!(
            result["success"],
            json!(outcome.is_none()),
            "a{number}{reply}"
        );
        if let Some((key, code)) = outcome {
            assert_eq!(result["errors"][key][0]["code"], *code, "a{number}{reply}");
        }
    }
}

/// The code of a request error.
#[track_caller]
fn is_too_large(reply: Reply) {
    let reply = reply.is_request_error();
    let code = &reply.body["errors"][0]["extensions"]["code"];
    assert_eq!(code, "DOCUMENT_TOO_LARGE", "{reply}");
}

#[tokio::test]
async fn a_token_counts_behind_two_prefixes_in_any_case_and_nowhere_else() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let token = world.token_of("vera").await;
        let me = async |headers: &[String]| {
            let asker = headers.iter().fold(world.anybody(), |asker, value| {
                asker.with_header("authorization", value)
            });
            asker.query(ME).await["me"]["username"].clone()
        };
        for prefix in ["JWT ", "jwt ", "Bearer ", "bearer ", "JWT   ", "  JWT\t"] {
            assert_eq!(
                me(&[format!("{prefix}{token}")]).await,
                "vera",
                "{prefix:?}"
            );
        }
        for value in [
            token.clone(),
            format!("Token {token}"),
            format!("JWT {token} x"),
            format!("JWT, {token}"),
            format!("JWT{token}"),
            format!("JWT \"{token}\""),
            "JWT".to_owned(),
            String::new(),
        ] {
            assert_eq!(
                me(std::slice::from_ref(&value)).await,
                Value::Null,
                "{value}"
            );
        }
        let value = format!("JWT {token}");
        assert_eq!(me(&[value.clone(), value.clone()]).await, Value::Null);

        let cookie = world
            .anybody()
            .with_header("cookie", &format!("JWT={token}"));
        assert_eq!(cookie.query(ME).await["me"], Value::Null);
        let by_url = format!("{}?token={token}&jwt={token}", path(world.dialect()));
        let body = json!({ "query": ME }).to_string().into_bytes();
        let asker = world
            .anybody()
            .with_header("content-type", "application/json");
        let reply = asker.send(Method::POST, &by_url, body).await;
        assert_eq!(reply.body["data"]["me"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn header_and_prefix_can_be_named_otherwise() {
    let settings = [
        ("JWT_AUTH_HEADER_NAME", "X-Access"),
        ("JWT_AUTH_HEADER_PREFIX", "Token"),
    ];
    in_both_dialects(&settings, async |world| {
        world.vera().await;
        let token = world.token_of("vera").await;
        for (name, value, user) in [
            ("x-access", format!("token {token}"), json!("vera")),
            ("x-access", format!("Bearer {token}"), json!("vera")),
            ("x-access", format!("JWT {token}"), Value::Null),
            ("authorization", format!("Token {token}"), Value::Null),
        ] {
            let me = world.anybody().with_header(name, &value).query(ME).await;
            assert_eq!(me["me"]["username"], user, "{name}: {value}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_good_here_makes_its_bearer_anonymous_and_disturbs_nothing() {
    in_both_dialects(&[("JWT_AUDIENCE", "elsewhere")], async |world| {
        world.everybody().await;
        let foreign = world.token_of("vera").await;
        let moved = world.restart(&[("JWT_AUDIENCE", "here")]);
        moved.expect("settings that are right");
        let inactive = world.token_of("ina").await;
        let archived = world.token_of("archie").await;
        let outdated = world.token_of("stan").await;
        world.operate("stan", "epoch", 1).await;
        let at_home = world.token_of("vera").await;
        let me = async |token: &str| world.with_token(token).query(ME).await["me"].clone();
        assert_eq!(me(&at_home).await["username"], "vera");
        for token in [&foreign, &inactive, &archived, &outdated] {
            assert_eq!(me(token).await, Value::Null);
            let token_argument = json!({ "token": token });
            let reply = world.act("verifyToken", token_argument.clone()).await;
            reply.refuses("nonFieldErrors", "invalid_token");

            let asker = world.with_token(token);
            let reply = asker
                .act("updateAccount", json!({ "firstName": "V" }))
                .await;
            reply.refuses("nonFieldErrors", "unauthenticated");
            let nobody = json!({ "email": "nobody@email.com" });
            let public = [
                ("resendActivationEmail", nobody.clone()),
                ("sendPasswordResetEmail", nobody),
                ("verifyToken", json!({ "token": at_home })),
            ];
            each_went(&together(&asker, &public).await, &[None, None, None]);
            let public = [
                ("verifyToken", token_argument),
                ("verifyAccount", json!({ "token": "x" })),
                ("verifySecondaryEmail", json!({ "token": "x" })),
                ("refreshToken", json!({ "refreshToken": "x" })),
                ("revokeToken", json!({ "refreshToken": "x" })),
            ];
            let invalid = Some(("nonFieldErrors", "invalid_token"));
            each_went(&together(&asker, &public).await, &[invalid; 5]);
        }
        let expired = at_home;
        world.pass(Duration::from_secs(301));
        assert_eq!(me(&expired).await, Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_at_every_door() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let reply = world.log_in("vera").await.succeeds();
        let token = &reply.get("token");
        let token = token.as_str().or_else(|| token["token"].as_str());
        let asker = world.with_token(token.expect("a token"));
        for dialect in [Dialect::Plain, Dialect::Relay, Dialect::Gqlauth] {
            let me = asker.clone().at(dialect).query(ME).await;
            assert_eq!(me["me"]["username"], "vera", "{dialect:?}");
        }
    })
    .await;
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
async fn after_a_login_the_rest_of_a_document_runs_as_that_person() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let acts = [
            ("updateAccount", json!({ "firstName": "S" })),
            (
                "tokenAuth",
                json!({ "username": "vera", "password": "wrong" }),
            ),
            ("updateAccount", json!({ "lastName": "S" })),
            (
                "tokenAuth",
                json!({ "username": "vera", "password": PASSWORD }),
            ),
            ("updateAccount", json!({ "firstName": "V" })),
        ];
        let reply = together(&world.as_person("sam").await, &acts).await;
        let refused = Some(("nonFieldErrors", "invalid_credentials"));
        each_went(&reply, &[None, refused, None, None, None]);
        let names = async |name: &str| {
            let profile = world.account(name).await.expect("an account").profile;
            (profile.first_name, profile.last_name)
        };
        assert_eq!(names("sam").await, ("S".to_owned(), "S".to_owned()));
        assert_eq!(names("vera").await, ("V".to_owned(), String::new()));
        let reply = together(&world.anybody(), &acts[3..]).await;
        each_went(&reply, &[None, None]);
    })
    .await;
}

#[tokio::test]
async fn after_a_password_change_the_rest_of_a_document_goes_on_as_the_same_person() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let change = json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
        let update = json!({ "firstName": "V" });
        let acts = [
            ("passwordChange", change),
            ("updateAccount", update.clone()),
        ];
        each_went(&together(&vera, &acts).await, &[None, None]);
        vera.act("updateAccount", update)
            .await
            .refuses("nonFieldErrors", "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn after_archiving_deleting_or_resetting_the_rest_of_a_document_is_anonymous() {
    in_both_dialects(&[], async |world| {
        world.everybody().await;
        let anonymous = Some(("nonFieldErrors", "unauthenticated"));
        let update = ("updateAccount", json!({ "firstName": "V" }));
        let confirmed = json!({ "password": PASSWORD });

        let acts = [
            update.clone(),
            ("archiveAccount", confirmed.clone()),
            update.clone(),
        ];
        let vera = world.as_person("vera").await;
        each_went(&together(&vera, &acts).await, &[None, None, anonymous]);

        let acts = [("deleteAccount", confirmed), update.clone()];
        let stan = world.as_person("stan").await;
        each_went(&together(&stan, &acts).await, &[None, anonymous]);

        let reset = async || {
            let email = json!({ "email": "sam@email.com" });
            world.act("sendPasswordResetEmail", email).await.succeeds();
            let token = world.token_mailed("sam@email.com", "password-reset");
            json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD })
        };
        let acts = [("passwordReset", reset().await), update.clone()];
        let sam = world.as_person("sam").await;
        each_went(&together(&sam, &acts).await, &[None, anonymous]);

        // Somebody else's reset changes nothing for the one who asks.
        world.person("olga", |_| {}).await;
        let acts = [("passwordReset", reset().await), update];
        let olga = world.as_person("olga").await;
        each_went(&together(&olga, &acts).await, &[None, None]);
    })
    .await;
}

#[tokio::test]
async fn mutations_are_done_in_the_order_of_the_document_and_each_once() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let asker = world.anybody();
        let nora = json!({ "email": "nora@email.com" });
        let register = asker.act_text("register", &registration(json!({})), "success errors");
        let resend = asker.act_text("resendActivationEmail", &nora, "success errors");
        let document = format!(
            "mutation {{ ...first ... on Mutation {{ a1: {register} }} a2: {resend} a3: {resend} @skip(if: true) }}
             fragment first on Mutation {{ a0: {register} }}"
        )
        .replace(&format!("{resend} @skip(if: true)"), &skipped(&resend));
        let reply = asker.document(&document, json!({})).await;
        each_went(&reply, &[None, Some(("username", "unique")), None]);
        let data = reply.body["data"].as_object().expect("data");
        assert_eq!(data.len(), 3, "{reply}");
        let order = ["\"a0\"", "\"a1\"", "\"a2\""].map(|name| reply.text.find(name));
        assert!(order.is_sorted(), "{reply}");
        assert_eq!(world.inbox.letters().len(), 2);
    })
    .await;
}

/// A field with its selection, to be left out.
fn skipped(field: &str) -> String {
    let (before, selection) = field.rsplit_once('{').expect("a selection");
    format!("{before} @skip(if: true) {{{selection}")
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
