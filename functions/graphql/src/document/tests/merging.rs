//! Selections of one response name.

use serde_json::json;

use super::run;

#[tokio::test]
async fn selections_of_one_response_name_are_merged_and_run_once() {
    let done = run("{ me { id } me { username friend { id } } ...f }
        fragment f on Query { me { friend { username } id } }")
    .await;
    let friend = json!({"id": "7", "username": "kim"});
    assert_eq!(
        done.data(),
        &json!({"me": {"id": "7", "username": "kim", "friend": friend}})
    );
    assert_eq!(done.ran.iter().filter(|name| *name == "me").count(), 1);
    assert_eq!(done.ran.iter().filter(|name| *name == "friend").count(), 1);
    assert_eq!(
        run("{ __typename __typename me { id id } }").await.data(),
        &json!({"__typename": "Query", "me": {"id": "7"}})
    );
    let same = run(r#"{ me { say(word: "a") } me { say(word: "a") } }"#).await;
    assert_eq!(same.data(), &json!({"me": {"say": r#"{word: "a"}"#}}));
}

#[tokio::test]
async fn conflicting_selections_are_refused() {
    for text in [
        "{ me { x: id x: username } }",
        "{ me { x: id } me { x: username } }",
        "{ me { x: id } ...f } fragment f on Query { me { x: username } }",
        "{ me { friend { x: id } } me { friend { x: username } } }",
        "{ me { x: id } me { x: username @skip(if: true) } }",
        r#"{ me { say(word: "a") say(word: "b") } }"#,
        r#"{ me { say(word: "a") } me { say } }"#,
        "{ node { ... on User { x: id } ... on Node { x: __typename } } }",
        "{ thing { ... on User { x: username } ... on Robot { x: broken } } }",
        "{ thing { ... on User { x: id } ... on Robot { x: __typename } } }",
        "{ thing { ... on User { x: username } ... on Robot { x: friend { id } } } }",
    ] {
        assert!(run(text).await.is_refused(), "{text}");
    }
}

#[tokio::test]
async fn fragments_apply_to_the_types_they_name() {
    let done = run("{ node { id ... on Robot { label id } ... on Node { i: id } ... on User { username ... { id } } __typename } }").await;
    assert_eq!(
        done.data(),
        &json!({"node": {"id": "7", "i": "7", "username": "kim", "__typename": "User"}})
    );
    let done = run("{ thing { ... on Node { id } ... on User { x: username } ... on Robot { x: label } ... on Thing { __typename } } }").await;
    assert_eq!(
        done.data(),
        &json!({"thing": {"id": "7", "x": "kim", "__typename": "User"}})
    );
    assert_eq!(done.answer.unwrap().get("errors"), None);
    let done = run("{ me { ... on Thing { ... on User { id } } ... on Node { i: id } } }").await;
    assert_eq!(done.data(), &json!({"me": {"id": "7", "i": "7"}}));
}

#[tokio::test]
async fn two_root_fields_of_a_mutation_with_one_response_name_are_refused() {
    for text in [
        "mutation { act act }",
        "mutation { a: act a: visit { id } }",
        r#"mutation { act(word: "a") act(word: "b") }"#,
        "mutation { act ...f } fragment f on Mutation { act }",
        "mutation { ...f ...f } fragment f on Mutation { act }",
        "mutation { act ... on Mutation { ... { act } } }",
        "mutation { act act @skip(if: true) }",
        "mutation { visit { id } visit { username } }",
    ] {
        assert!(run(text).await.is_refused(), "{text}");
    }
    let done = run("mutation { act other: act visit { id id } }").await;
    assert_eq!(
        done.data(),
        &json!({"act": "{}", "other": "{}", "visit": {"id": "7"}})
    );
}
