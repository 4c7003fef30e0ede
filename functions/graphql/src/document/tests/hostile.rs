//! Documents made to be expensive.

use std::time::{Duration, Instant};

use async_graphql::{Request, Variables};
use http::Method;
use serde_json::json;

use super::{Done, engine, run};
use crate::document::Outcome;

fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

fn is_too_large(done: &Done) -> bool {
    done.is_refused() && done.refused[0]["extensions"]["code"] == "DOCUMENT_TOO_LARGE"
}

#[tokio::test]
async fn ten_root_fields_are_allowed_and_eleven_are_not() {
    let fields = |count: usize| many(count, |n| format!("a{n}: __typename "));
    assert!(!run(&format!("{{ {} }}", fields(10))).await.is_refused());
    assert!(is_too_large(&run(&format!("{{ {} }}", fields(11))).await));
    assert!(is_too_large(
        &run(&format!("mutation {{ {} }}", fields(11))).await
    ));
    let spread = format!(
        "{{ a: __typename ...f }} fragment f on Query {{ ... {{ {} }} }}",
        fields(10)
    );
    assert!(is_too_large(&run(&spread).await));
    let same = "{ ...f ...f ...f } fragment f on Query { a: __typename b: __typename c: __typename d: __typename }";
    assert!(is_too_large(&run(same).await));
}

#[tokio::test]
async fn five_hundred_fields_are_allowed_and_one_more_is_not() {
    let text = |count: usize| {
        format!(
            "{{ me {{ ...f ...f {} }} }} fragment f on User {{ {} }}",
            "id ".repeat(count - 401),
            "id ".repeat(200)
        )
    };
    assert_eq!(run(&text(500)).await.data(), &json!({"me": {"id": "7"}}));
    assert!(is_too_large(&run(&text(501)).await));
}

#[tokio::test]
async fn twenty_levels_are_allowed_and_one_more_is_not() {
    let text = |levels: usize| {
        let inner = (0..levels - 2).fold("id".to_owned(), |inner, _| {
            format!("... on User {{ friend {{ {inner} }} }}")
        });
        format!("{{ me {{ {inner} }} }}")
    };
    assert!(!run(&text(20)).await.is_refused());
    assert!(is_too_large(&run(&text(21)).await));
}

/// Doubling fragments, thirty times over: a billion fields.
fn doubling(leaf: &str) -> String {
    let fragments: String = many(30, |n| {
        format!(
            "fragment f{n} on User {{ a{n}: friend {{ ...f{0} }} b{n}: friend {{ ...f{0} }} }} ",
            n + 1
        )
    });
    format!("{fragments} fragment f30 on User {{ {leaf} }}")
}

#[tokio::test]
async fn fragments_that_multiply_cost_no_more_than_reading_them() {
    let flat: String = many(60, |n| {
        format!("fragment f{n} on User {{ ...f{0} ...f{0} }} ", n + 1)
    });
    let started = Instant::now();
    for text in [
        format!("{{ me {{ ...f0 }} }} {}", doubling("id")),
        format!(
            "query a {{ me {{ id }} }} query b {{ me {{ ...f0 }} }} {}",
            doubling("id")
        ),
        format!("{{ me {{ id }} }} {}", doubling("id")),
        format!("{{ me {{ ...f0 }} }} {}", doubling("...f0")),
        format!("{{ me {{ ...f0 }} }} {flat} fragment f60 on User {{ id }}"),
    ] {
        let request = Request::new(text).operation_name("a");
        assert!(super::ask(request).await.is_refused());
    }
    for leaf in ["id", "...f0"] {
        assert!(
            run(&format!("{{ me {{ ...f0 }} }} {}", doubling(leaf)))
                .await
                .is_refused()
        );
        assert!(
            run(&format!("{{ me {{ id }} }} {}", doubling(leaf)))
                .await
                .is_refused()
        );
    }
    assert!(is_too_large(
        &run(&format!("{{ me {{ ...f0 }} }} {}", doubling("id"))).await
    ));
    assert!(is_too_large(
        &run(&format!(
            "{{ me {{ ...f0 }} }} {flat} fragment f60 on User {{ id }}"
        ))
        .await
    ));
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn fragments_that_contain_themselves_or_are_missing_are_refused() {
    for text in [
        "{ me { ...a } } fragment a on User { ...a }",
        "{ me { ...a } } fragment a on User { friend { ...b } } fragment b on User { friend { ...a } }",
        "{ me { id } } fragment a on User { ...b } fragment b on User { ...a }",
        "{ me { ...missing } }",
        "{ me { id } } fragment unused on User { id }",
    ] {
        assert!(run(text).await.is_refused(), "{text}");
    }
}

#[tokio::test]
async fn many_operations_and_fragments_stay_cheap() {
    let body: String = many(490, |n| format!("fragment f{n} on User {{ id }} "));
    let spreads: String = many(490, |n| format!("...f{n} "));
    let shared = format!("{body} fragment all on User {{ {spreads} }}");
    let operations: String = many(1300, |n| format!("query q{n} {{ me {{ ...all }} }} "));
    let chain: String = many(2000, |n| format!("fragment c{n} on User{{...c{}}}", n + 1));
    let unknown = "unknown ".repeat(7_000);
    let started = Instant::now();
    for text in [
        format!("{operations} {shared}"),
        format!("query q0 {{ me {{ id }} }} {chain} fragment c2000 on User{{id}}"),
        format!("query q0 {{ me {{ {unknown} }} }}"),
        format!("query q0 {{ me {{ id }} }} fragment f on User {{ {unknown} }}"),
        format!("query q0 {{ me {{ say({}) }} }}", "wort: 1 ".repeat(7_000)),
    ] {
        assert!(text.len() <= 64 * 1024, "{}", text.len());
        assert!(
            super::ask(Request::new(text).operation_name("q0"))
                .await
                .is_refused()
        );
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn errors_that_multiply_are_not_written() {
    let names = |count: usize| many(count, |n| format!("a{n}:1 "));
    let equal = "word:1 ".repeat(2_300);
    let undefined = many(4_000, |n| format!("$u{n} "));
    let spreading = |count: usize, body: &str| {
        let fragments = many(count, |n| format!("fragment f{n} on User{{...e}} "));
        let spreads = many(count, |n| format!("...f{n} "));
        format!("query q0{{me{{{spreads}}}}} {fragments} fragment e on User{{{body}}}")
    };
    let directives = many(40, |n| format!("query q{n}{{me{{...e}}}} "));
    let operations = many(1_500, |n| format!("query q{n}{{me{{...e}}}} "));
    let conflicts = format!("say({}) {}", names(100), "say ".repeat(60));
    let started = Instant::now();
    for text in [
        spreading(8, &conflicts),
        spreading(64, &conflicts),
        format!(
            "query q0{{me{{say({}) {}}}}}",
            names(5_000),
            "say ".repeat(490)
        ),
        format!(
            "query q0{{me{{{}say({}){}}}}}",
            "...{".repeat(60),
            names(5_000),
            " say".repeat(490) + &"}".repeat(60)
        ),
        spreading(400, &format!("say({equal}) say({equal})")),
        format!("{operations} fragment e on User{{echo(words: [{undefined}])}}"),
        format!(
            "{directives} fragment e on User{{{}}} fragment d on User{{id{}}}",
            "...d ".repeat(498),
            "@a".repeat(25_000)
        ),
        format!(
            "query q0{{me{{{}}}}} fragment d on User{{id{}}}",
            "...d ".repeat(498),
            "@a".repeat(25_000)
        ),
    ] {
        assert!(text.len() <= 64 * 1024, "{}", text.len());
        let done = super::ask(Request::new(text).operation_name("q0")).await;
        assert!(done.is_refused());
        assert!(done.refused.len() <= 20);
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn what_stands_beside_fields_is_counted_wherever_a_fragment_is_spread() {
    let text = |fields: usize, beside: &str| {
        let operations = many(8, |n| format!("query q{n}{{me{{...e}}}} "));
        let fields = many(fields, |n| format!("a{n}: id {beside}"));
        format!("{operations} fragment e on User{{{fields}}}")
    };
    let ask = async |text: String| super::ask(Request::new(text).operation_name("q0")).await;
    assert!(!ask(text(490, "@skip(if: false)")).await.is_refused());
    let beside = many(6, |_| "@skip(if: false)".to_owned());
    assert!(is_too_large(&ask(text(490, &beside)).await));
    assert!(is_too_large(
        &ask(text(490, "@a(b: [1 [2] {c: 3} 4 5])")).await
    ));
}

#[tokio::test]
async fn a_name_beyond_all_measure_is_refused() {
    let text = |length: usize| format!("{{ {}: __typename }}", "a".repeat(length));
    assert!(!run(&text(250)).await.is_refused());
    assert!(is_too_large(&run(&text(251)).await));
    let string = format!("{{ echo(word: \"{}\") }}", "a".repeat(1_000));
    assert!(!is_too_large(&run(&string).await));
}

/// Runs a request on a thread with the stack that threads usually have.
fn on_a_usual_stack(text: String, variables: serde_json::Value) -> Outcome {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let request = Request::new(text)
            .variables(Variables::from_json(variables))
            .data(super::Ran::default());
        runtime.block_on(engine().execute(request, &Method::POST))
    };
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn deep_text_does_not_exhaust_the_stack() {
    let deep = 60 * 1024;
    for text in [
        "{a".repeat(deep / 2),
        "{".repeat(deep),
        "(".repeat(deep),
        format!("{{ echo(words: {}", "[".repeat(deep)),
        format!(
            "{{ echo(words: {}{}) }}",
            "[".repeat(deep / 2),
            "]".repeat(deep / 2)
        ),
        format!("{{ echo(input: {}", "{inner:".repeat(deep / 7)),
        format!("query ($v: {}", "[".repeat(deep)),
        format!("query ($v: Int = {}", "[".repeat(deep)),
        format!("{{ ...{} }}", "{...".repeat(deep / 4)),
        format!("{{ a @skip(if: {}", "[".repeat(deep)),
    ] {
        assert!(matches!(
            on_a_usual_stack(text, json!({})),
            Outcome::Refused(_)
        ));
    }
}

#[test]
fn the_deepest_text_that_is_let_through_does_not_exhaust_the_stack() {
    let selections = |levels: usize| format!("{}a{}", "{a".repeat(levels), "}".repeat(levels));
    for text in [
        selections(99),
        selections(64),
        format!("{{ echo(words: {}1{}) }}", "[".repeat(98), "]".repeat(98)),
        format!(
            "{{ echo(input: {}1{}) }}",
            "{inner:".repeat(98),
            "}".repeat(98)
        ),
        format!(
            "query ($v: {}Int{}) {{ me {{ id }} }}",
            "[".repeat(98),
            "]".repeat(98)
        ),
    ] {
        assert!(matches!(
            on_a_usual_stack(text, json!({})),
            Outcome::Refused(_)
        ));
    }
    let friends = (0..18).fold("id".to_owned(), |inner, _| {
        format!("friend {{ ... {{ ... {{ {inner} }} }} }}")
    });
    assert!(matches!(
        on_a_usual_stack(format!("{{ me {{ {friends} }} }}"), json!({})),
        Outcome::Executed(_)
    ));
    let deep = (0..120).fold(
        json!({"need": "a"}),
        |inner, _| json!({"need": "a", "inner": inner}),
    );
    let text = "query ($v: In) { echo(input: $v) }".to_owned();
    assert!(matches!(
        on_a_usual_stack(text, json!({ "v": deep })),
        Outcome::Executed(_)
    ));
}
