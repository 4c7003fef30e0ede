//! Arguments and variables.

use serde_json::json;

use super::{run, run_with};

#[tokio::test]
async fn a_variable_that_must_be_given_is_required_before_anything_runs() {
    let text = "mutation ($word: String!) { act other: act(word: $word) }";
    assert!(run(text).await.is_refused());
    assert!(run_with(text, json!({"word": null})).await.is_refused());
    assert!(run_with(text, json!({"Word": "a"})).await.is_refused());
    assert_eq!(
        run_with(text, json!({"word": "a", "more": 1})).await.ran,
        ["act", "other"]
    );
    let default = r#"query ($word: String! = "d") { need(word: $word) }"#;
    assert_eq!(
        run(default).await.data(),
        &json!({"need": r#"{word: "d"}"#})
    );
    assert!(run_with(default, json!({"word": null})).await.is_refused());
}

#[tokio::test]
async fn a_nullable_variable_may_not_stand_where_null_may_not() {
    for text in [
        "query ($v: String) { need(word: $v) }",
        "query ($v: String) { echo(input: {need: $v}) }",
        "query ($v: String) { echo(words: [$v]) }",
        "query ($v: String) { echo(inputs: [{need: \"a\", inner: {need: $v}}]) }",
        "query ($v: [String]) { echo(words: $v) }",
        "query ($v: String) { ...f } fragment f on Query { need(word: $v) }",
        "query ($v: Int!) { need(word: $v) }",
    ] {
        assert!(
            run_with(text, json!({"v": "a"})).await.is_refused(),
            "{text}"
        );
    }
    let text = "query ($v: String = null) { need(word: $v) }";
    assert!(run(text).await.is_refused());
    let text = r#"query ($v: String = "d") { need(word: $v) }"#;
    assert_eq!(run(text).await.data(), &json!({"need": r#"{word: "d"}"#}));
    assert!(run_with(text, json!({"v": null})).await.is_refused());
}

#[tokio::test]
async fn values_of_variables_must_fit_their_types() {
    for (type_name, argument, misfits) in [
        ("String", "word", json!([1, true, ["a"], {}])),
        (
            "Int",
            "number",
            json!(["1", 1.5, true, 2_147_483_648_i64, -2_147_483_649_i64, {}]),
        ),
        ("ID", "id", json!([true, 1.5, {}])),
        ("UUID", "uuid", json!(["abc", 1234, {}])),
        ("Colour", "colour", json!(["GREEN", 1, "red", ""])),
        (
            "In",
            "input",
            json!(["a", 1, [], {}, {"need": null}, {"need": 1}, {"need": "a", "other": 1}, {"need": "a", "inner": {}}]),
        ),
        ("[In!]", "inputs", json!(["a", [null], [{"need": "a"}, {}]])),
        ("[String!]", "words", json!([1, [null], ["a", 1], [["a"]]])),
    ] {
        let text = format!("query ($v: {type_name}) {{ echo({argument}: $v) }}");
        for value in misfits.as_array().unwrap() {
            assert!(
                run_with(&text, json!({ "v": value })).await.is_refused(),
                "{type_name} {value}"
            );
        }
    }
    assert!(
        run_with("query ($v: Unknown) { me { id } }", json!({"v": 1}))
            .await
            .is_refused()
    );
    assert!(
        run_with("query ($v: User) { me { id } }", json!({"v": 1}))
            .await
            .is_refused()
    );
}

#[tokio::test]
async fn values_of_the_document_must_fit_their_types() {
    for arguments in [
        "word: 1",
        "word: a",
        "number: \"1\"",
        "number: 2147483648",
        "uuid: \"abc\"",
        "colour: GREEN",
        "colour: \"RED\"",
        "input: 1",
        "input: \"a\"",
        "input: {}",
        "input: {need: null}",
        "input: {need: \"a\", other: 1}",
        "inputs: [{}]",
        "words: [null]",
        "words: [[\"a\"]]",
        "unknown: 1",
        "word: $undefined",
    ] {
        assert!(
            run(&format!("{{ echo({arguments}) }}")).await.is_refused(),
            "{arguments}"
        );
    }
    assert!(
        run("query ($v: Int = \"a\") { echo(number: $v) }")
            .await
            .is_refused()
    );
}

#[tokio::test]
async fn required_arguments_must_be_given_and_none_twice() {
    for text in [
        "{ need }",
        "{ need(word: null) }",
        r#"{ need(word: "a", word: "b") }"#,
        r#"{ need(word: "a", word: "a") }"#,
        r#"{ echo(input: {need: "a", need: "b"}) }"#,
        r#"query ($v: In = {need: "a", need: "b"}) { echo(input: $v) }"#,
        "query ($v: Int, $v: Int) { echo(number: $v) }",
        "query ($v: Int) { me { id } }",
    ] {
        assert!(run(text).await.is_refused(), "{text}");
    }
    for text in [
        "mutation { act need }",
        "mutation { act visit(word: 1) { id } }",
        "mutation { act other: act(word: 1) }",
    ] {
        assert!(run(text).await.is_refused(), "{text}");
    }
}

#[tokio::test]
async fn arguments_that_are_null_or_absent_count_as_not_given() {
    let text = "query ($w: String, $n: Int, $i: In, $x: String) { echo(word: $w, number: $n, input: $i, id: null, inputs: {need: \"a\", word: $x}) }";
    let expected = json!({"echo": r#"{inputs: [{need: "a"}], number: 5}"#});
    assert_eq!(run(text).await.data(), &expected);
    assert_eq!(
        run_with(text, json!({"w": null, "n": null, "i": null, "x": null}))
            .await
            .data(),
        &expected
    );
}

#[tokio::test]
async fn values_arrive_as_they_were_given() {
    let text = "query ($w: String, $n: Int, $id: ID, $c: Colour, $i: In, $l: [String!]) {
        echo(word: $w, number: $n, id: $id, colour: $c, input: $i, words: $l) }";
    let done = run_with(
        text,
        json!({"w": "a\u{0}\u{1F600}", "n": -1, "id": 12, "c": "RED", "i": {"need": "a", "inner": {"need": "b"}}, "l": "one"}),
    )
    .await;
    let echoed = done.data()["echo"].as_str().unwrap();
    for part in [
        "number: -1",
        "id: 12",
        "colour: RED",
        r#"input: {need: "a", inner: {need: "b"}}"#,
        r#"words: ["one"]"#,
    ] {
        assert!(echoed.contains(part), "{echoed}");
    }
    let literal =
        run(r#"{ echo(words: "one", colour: BLUE, input: {need: """block "quoted" """}) }"#).await;
    assert!(
        literal.data()["echo"]
            .as_str()
            .unwrap()
            .contains(r#"words: ["one"]"#)
    );
}

#[tokio::test]
async fn a_default_of_the_schema_stands_in_for_an_absent_variable_but_not_for_null() {
    let text = "query ($n: Int) { preset(number: $n) }";
    assert_eq!(run(text).await.data(), &json!({"preset": "{number: 9}"}));
    assert_eq!(
        run_with(text, json!({"n": 3})).await.data(),
        &json!({"preset": "{number: 3}"})
    );
    assert!(run_with(text, json!({"n": null})).await.is_refused());
    assert!(run("{ preset(number: null) }").await.is_refused());
    assert_eq!(
        run("{ preset }").await.data(),
        &json!({"preset": "{number: 9}"})
    );
}

#[tokio::test]
async fn a_variable_may_stand_in_a_directive_of_the_name_of_a_type() {
    for text in [
        "query ($v: Boolean!) { echo __typename @include(if: $v) }",
        "query ($v: Boolean!) { echo ... { k: __typename @skip(if: $v) } }",
        "query ($v: Boolean!) { echo ...f } fragment f on Query { __typename @include(if: $v) }",
    ] {
        for wanted in [true, false] {
            let outcome = run_with(text, json!({"v": wanted})).await;
            let names = outcome.data().as_object().map(serde_json::Map::len);
            let is_included = wanted != text.contains("@skip");
            assert_eq!(names, Some(1 + usize::from(is_included)), "{text}");
        }
        assert!(run_with(text, json!({"v": 1})).await.is_refused(), "{text}");
    }
    assert!(run("{ echo __typename @nothing }").await.is_refused());
    assert!(
        run("query ($v: Boolean!) { echo __typename }")
            .await
            .is_refused()
    );
}
