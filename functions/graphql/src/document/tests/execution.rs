//! Operations, errors, nulls, order, introspection.

use async_graphql::Request;
use http::Method;
use serde_json::json;

use super::{ask, engine, run, run_with};
use crate::document::Outcome;

#[tokio::test]
async fn the_operation_is_chosen_by_name() {
    let two = "query a { me { id } } query b { broken }";
    assert!(run(two).await.is_refused());
    assert!(
        ask(Request::new(two).operation_name("c"))
            .await
            .is_refused()
    );
    assert!(
        ask(Request::new("{ me { id } }").operation_name("a"))
            .await
            .is_refused()
    );
    assert_eq!(
        ask(Request::new(two).operation_name("a")).await.data(),
        &json!({"me": {"id": "7"}})
    );
    assert_eq!(
        run("query a { me { id } }").await.data(),
        &json!({"me": {"id": "7"}})
    );
    assert_eq!(
        ask(Request::new("{ me { id } }").operation_name(""))
            .await
            .data(),
        &json!({"me": {"id": "7"}})
    );
}

#[tokio::test]
async fn an_operation_that_is_not_asked_for_must_be_valid_too() {
    let request = Request::new("query a { me { id } } query b { unknown }").operation_name("a");
    assert!(ask(request).await.is_refused());
}

#[tokio::test]
async fn a_mutation_over_get_is_told_apart_and_not_executed() {
    let outcome = engine()
        .execute(Request::new("mutation { act }"), &Method::GET)
        .await;
    assert!(matches!(outcome, Outcome::MutationOverGet));
    let request = Request::new("query q { me { id } } mutation m { act }").operation_name("m");
    assert!(matches!(
        engine().execute(request, &Method::GET).await,
        Outcome::MutationOverGet
    ));
    let outcome = engine()
        .execute(Request::new("{ __typename }"), &Method::GET)
        .await;
    assert!(matches!(outcome, Outcome::Executed(_)));
}

#[tokio::test]
async fn subscriptions_and_broken_text_are_refused() {
    for text in [
        "subscription { me { id } }",
        "",
        "{",
        "{ me { id }",
        "query",
        "{ me { id } } trailing",
    ] {
        assert!(run(text).await.is_refused(), "{text}");
    }
}

#[tokio::test]
async fn a_failing_nullable_field_is_null_and_its_error_has_path_place_and_code() {
    let done = run("{ me {\n id again: broken friend { broken } } }").await;
    assert_eq!(
        done.data(),
        &json!({"me": {"id": "7", "again": null, "friend": {"broken": null}}})
    );
    assert_eq!(
        done.errors()[0],
        json!({
            "message": "It fails.",
            "locations": [{"line": 2, "column": 5}],
            "path": ["me", "again"],
            "extensions": {"code": "FAILED"},
        })
    );
    assert_eq!(done.errors()[1]["path"], json!(["me", "friend", "broken"]));
    assert_eq!(done.errors().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_failing_non_null_field_takes_its_parents_along_up_to_the_nearest_nullable() {
    let done = run("{ me { id strict } }").await;
    assert_eq!(done.data(), &json!({"me": null}));
    assert_eq!(done.errors()[0]["path"], json!(["me", "strict"]));
    let done = run("{ me { friend { bestFriend { bestFriend { strict } } } id } }").await;
    assert_eq!(done.data(), &json!({"me": {"friend": null, "id": "7"}}));
    assert_eq!(
        run("{ me { id } mustMe { strict } }").await.data(),
        &json!(null)
    );
    assert_eq!(run("{ me { id } strict }").await.data(), &json!(null));
    assert_eq!(
        run("{ me { id } broken }").await.data(),
        &json!({"me": {"id": "7"}, "broken": null})
    );
}

#[tokio::test]
async fn nulls_travel_through_lists_and_abstract_types() {
    let done = run("{ people { id strict } }").await;
    assert_eq!(done.data(), &json!({"people": [null, null]}));
    assert_eq!(done.errors()[0]["path"], json!(["people", 0, "strict"]));
    assert_eq!(done.errors()[1]["path"], json!(["people", 1, "strict"]));
    assert_eq!(
        run("{ strictPeople { strict } }").await.data(),
        &json!({"strictPeople": null})
    );
    assert_eq!(
        run("{ node { ... on User { strict } } }").await.data(),
        &json!({"node": null})
    );
}

#[tokio::test]
async fn a_null_in_a_non_null_place_is_an_accident() {
    for text in ["{ me { nothing } }", "{ me { empty } }"] {
        let done = run(text).await;
        assert_eq!(done.data(), &json!({"me": null}));
        assert_eq!(done.errors().as_array().unwrap().len(), 1);
        assert_eq!(
            done.errors()[0]["extensions"]["code"],
            "INTERNAL_SERVER_ERROR"
        );
        assert_eq!(done.errors()[0]["message"], "Internal server error.");
        assert!(done.errors()[0]["path"].is_array() && done.errors()[0]["locations"].is_array());
    }
    assert_eq!(
        run("{ me { absent { id } } }").await.data(),
        &json!({"me": {"absent": null}})
    );
}

#[tokio::test]
async fn an_error_without_a_code_and_a_panic_show_nothing_of_themselves() {
    for (text, path) in [
        ("{ me { id secret } }", "secret"),
        ("{ me { id panics } }", "panics"),
    ] {
        let done = run(text).await;
        assert_eq!(done.data(), &json!({"me": {"id": "7", path: null}}));
        assert_eq!(done.errors()[0]["message"], "Internal server error.");
        assert_eq!(done.errors()[0]["path"], json!(["me", path]));
        assert_eq!(
            done.errors()[0]["extensions"],
            json!({"code": "INTERNAL_SERVER_ERROR"})
        );
        assert!(!done.answer.unwrap().to_string().contains("fire"));
    }
}

#[tokio::test]
async fn after_a_failing_non_null_root_field_a_mutation_goes_no_further() {
    for text in [
        "mutation { act strict later: act }",
        "mutation { act panics later: act }",
        "mutation { act ...f later: act } fragment f on Mutation { strict }",
        "mutation { act enter { strict } later: act }",
    ] {
        let done = run(text).await;
        assert_eq!(done.data(), &json!(null), "{text}");
        assert_eq!(done.errors().as_array().unwrap().len(), 1, "{text}");
        assert!(
            done.ran.contains(&"act".to_owned()) && !done.ran.contains(&"later".to_owned()),
            "{text}"
        );
    }
}

#[tokio::test]
async fn after_a_failing_nullable_root_field_a_mutation_goes_on() {
    let done = run("mutation { act broken visit { strict } later: act }").await;
    assert_eq!(
        done.data(),
        &json!({"act": "{}", "broken": null, "visit": null, "later": "{}"})
    );
    assert_eq!(done.errors().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn fields_stand_in_the_order_of_the_document() {
    let outcome = engine()
        .execute(
            Request::new("{ people { slow id __typename b: slow username } me { slow id } }")
                .data(super::Ran::default()),
            &Method::POST,
        )
        .await;
    let Outcome::Executed(response) = outcome else {
        panic!("{outcome:?}")
    };
    let person = r#"{"slow":"slow","id":"7","__typename":"User","b":"slow","username":"kim"}"#;
    let expected =
        format!(r#"{{"data":{{"people":[{person},{person}],"me":{{"slow":"slow","id":"7"}}}}}}"#);
    assert_eq!(serde_json::to_string(&response).unwrap(), expected);
}

#[tokio::test]
async fn skip_and_include_are_honoured() {
    let text = "query ($yes: Boolean!, $no: Boolean = false) {
        me @include(if: $yes) { id @skip(if: $yes) username @skip(if: $no) ... @include(if: false) { slow } ...f @skip(if: true) }
        broken @include(if: $no)
    } fragment f on User { strict }";
    let done = run_with(text, json!({"yes": true})).await;
    assert_eq!(done.data(), &json!({"me": {"username": "kim"}}));
    assert_eq!(done.ran, ["me", "username"]);
    assert!(run(text).await.is_refused());
    assert!(run("{ me @skip { id } }").await.is_refused());
    assert!(run("{ me @skip(if: 1) { id } }").await.is_refused());
    let nullable = run_with(
        "query ($maybe: Boolean) { me @skip(if: $maybe) { id } }",
        json!({"maybe": true}),
    );
    assert!(nullable.await.is_refused());
    let null = run_with(
        "query ($no: Boolean = false) { me @skip(if: $no) { id } }",
        json!({"no": null}),
    );
    assert!(null.await.is_refused());
}

#[tokio::test]
async fn a_resolver_sees_which_fields_are_selected() {
    for (text, sees) in [
        ("mutation { look { id } }", false),
        ("mutation { look { username } }", true),
        (
            "mutation { look { ... { ...f } } } fragment f on User { x: username }",
            true,
        ),
        (
            "mutation { look { ...f @skip(if: true) username @include(if: false) } } fragment f on User { username }",
            false,
        ),
    ] {
        assert_eq!(
            run(text).await.ran.contains(&"saw".to_owned()),
            sees,
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_object_of_which_everything_is_skipped_is_empty_and_not_null() {
    assert_eq!(
        run("{ me { id @skip(if: true) } }").await.data(),
        &json!({"me": {}})
    );
    assert_eq!(
        run("{ me @skip(if: true) { id } }").await.data(),
        &json!({})
    );
    assert_eq!(
        run("{ node { ... on Robot { label } } }").await.data(),
        &json!({"node": {}})
    );
}

#[tokio::test]
async fn the_full_introspection_query_works() {
    let of_type = (0..9).fold(String::new(), |inner, _| {
        format!("ofType {{ kind name {inner} }}")
    });
    let text = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }}
            subscriptionType {{ name kind }} types {{ ...FullType }}
            directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
        fragment FullType on __Type {{ kind name description specifiedByURL isOneOf
            fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }}
                type {{ ...TypeRef }} isDeprecated deprecationReason }}
            inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
            possibleTypes {{ ...TypeRef }} }}
        fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }}
        fragment TypeRef on __Type {{ kind name {of_type} }}"
    );
    let done = run(&text).await;
    assert_eq!(done.errors(), &json!(null));
    let types = done.data()["__schema"]["types"].as_array().unwrap();
    let user = types.iter().find(|found| found["name"] == "User").unwrap();
    let best = user["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["name"] == "bestFriend")
        .unwrap();
    assert_eq!(best["type"]["ofType"]["name"], "User");
    let one = run("query ($n: String!) { __type(name: \"User\") { name } none: __type(name: \"None\") { name } }").await;
    assert!(one.is_refused());
    let one = run(
        "{ __type(name: \"User\") { name fields { name } } none: __type(name: \"None\") { name } }",
    )
    .await;
    assert_eq!(one.data()["__type"]["name"], "User");
    assert_eq!(one.data()["none"], json!(null));
}
