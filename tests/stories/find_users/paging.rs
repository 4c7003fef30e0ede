//! Pages, windows and cursors.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Value, json};
use tests::in_both_dialects;

use super::{FORBIDDEN, TOWN, a_small_town, asked, users};

#[tokio::test]
async fn staff_see_everybody_oldest_first() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        let page = users(&stan, "").await;
        assert_eq!(page.names(), TOWN);
        assert!(!page.has_next() && !page.has_previous());
        for edge in page.edges() {
            let node = &edge["node"];
            let name = node["username"].as_str().expect("a name");
            assert_eq!(node["email"], format!("{name}@email.com"));
            assert_eq!(
                node["verified"],
                !["nora", "petra"].contains(&name),
                "{name}"
            );
            assert_eq!(node["archived"], name == "archie");
            assert_eq!(node["isActive"], name != "ina");
            let second = if name == "sam" {
                json!("sam2@email.com")
            } else {
                Value::Null
            };
            assert_eq!(node["secondaryEmail"], second);
        }
    })
    .await;
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_overlap() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        let mut seen: Vec<String> = Vec::new();
        let mut page = users(&stan, "first: 2").await;
        loop {
            assert_eq!(page.info("startCursor"), &page.edges()[0]["cursor"]);
            assert!(!page.has_previous(), "it is not computed");
            seen.extend(page.names().into_iter().map(str::to_owned));
            assert_eq!(page.has_next(), seen.len() < TOWN.len());
            if !page.has_next() {
                break;
            }
            let after = page.cursor("endCursor");
            page = users(&stan, &format!("first: 2, after: {after}")).await;
        }
        assert_eq!(seen, TOWN);

        // And back again.
        let before = page.cursor("startCursor");
        let page = users(&stan, &format!("last: 2, before: {before}")).await;
        assert_eq!(page.names(), ["archie", "ina"]);
        assert!(page.has_previous() && !page.has_next());
        let before = page.cursor("startCursor");
        let page = users(&stan, &format!("last: 5, before: {before}")).await;
        assert_eq!(page.names(), ["stan", "vera", "nora", "sam"]);
        assert!(!page.has_previous() && !page.has_next());
        assert_eq!(users(&stan, "last: 1").await.names(), ["petra"]);
    })
    .await;
}

/// Windows, in which a name in angle brackets stands for that user's cursor; the part of the town
/// that each shows; and whether more follow or precede.
const WINDOWS: &[(&str, Range<usize>, bool, bool)] = &[
    ("offset: 2", 2..7, false, false),
    ("offset: 2, first: 2", 2..4, true, false),
    ("offset: 1000", 0..0, false, false),
    ("offset: 0, first: 7", 0..7, false, false),
    ("first: 6", 0..6, true, false),
    ("first: 4, last: 2", 2..4, true, true),
    ("first: 2, last: 4", 0..2, true, false),
    ("first: 4, last: 2, offset: 1", 3..5, true, true),
    ("first: 4, last: 4, offset: 3", 3..7, false, false),
    ("after: <sam>", 4..7, false, false),
    ("after: <sam>, offset: 1", 5..7, false, false),
    ("after: <petra>", 0..0, false, false),
    ("before: <sam>", 0..3, false, false),
    ("after: <stan>, before: <ina>, first: 2", 1..3, true, false),
    ("after: <stan>, before: <ina>, first: 4", 1..5, false, false),
    ("after: <stan>, before: <ina>, last: 3", 2..5, false, true),
    ("after: <ina>, before: <stan>", 0..0, false, false),
    (r#"after: "no cursor", first: 1"#, 0..1, true, false),
    (r#"after: "", before: "bm90aGluZw""#, 0..7, false, false),
    (
        "first: null, last: null, after: null, email: null",
        0..7,
        false,
        false,
    ),
    ("first: 0", 0..0, true, false),
    ("last: 0", 0..0, false, true),
];

#[tokio::test]
async fn a_window_is_cut_in_a_fixed_order() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        let all = users(&stan, "").await;
        for (window, part, has_next, has_previous) in WINDOWS {
            let mut arguments = (*window).to_owned();
            for (name, edge) in TOWN.iter().zip(all.edges()) {
                let cursor = edge["cursor"].to_string();
                arguments = arguments.replace(&format!("<{name}>"), &cursor);
            }
            let page = users(&stan, &arguments).await;
            assert_eq!(page.names(), TOWN[part.clone()], "{window}");
            let more = (page.has_next(), page.has_previous());
            assert_eq!(more, (*has_next, *has_previous), "{window}");
            assert_eq!(
                page.info("endCursor").is_null(),
                part.is_empty(),
                "{window}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_follows_behind_the_end_of_the_list() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        for (window, follows) in [
            ("first: 0", true),
            ("first: 0, offset: 6", true),
            ("first: 0, offset: 7", false),
            ("first: 0, offset: 9", false),
            ("first: 1, offset: 6", false),
        ] {
            assert_eq!(users(&stan, window).await.has_next(), follows, "{window}");
        }
    })
    .await;
}

#[tokio::test]
async fn windows_that_make_no_sense_are_refused() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        let negative = "Negative indexing is not supported.";
        let by_default = "records on the `users` connection exceeds the";
        for (window, message) in [
            ("first: 200".to_owned(), format!("Requesting 200 {by_default} `first` limit of 100 records.")),
            ("last: 101".to_owned(), format!("Requesting 101 {by_default} `last` limit of 100 records.")),
            ("first: -1".to_owned(), negative.to_owned()),
            ("last: -1".to_owned(), negative.to_owned()),
            ("offset: -1".to_owned(), negative.to_owned()),
            (
                format!("offset: 1, before: {}", users(&stan, "").await.cursor("endCursor")),
                "You can't provide a `before` value at the same time as an `offset` value to properly paginate the `users` connection.".to_owned(),
            ),
            (
                "offset: 0, before: \"no cursor\"".to_owned(),
                "You can't provide a `before` value at the same time as an `offset` value to properly paginate the `users` connection.".to_owned(),
            ),
            ("last: 1, offset: 1".to_owned(), "Using 'last' together with 'offset' requires 'first'.".to_owned()),
            (
                "offset: 1001".to_owned(),
                "Requesting an offset of 1001 on the `users` connection exceeds the limit of 1000.".to_owned(),
            ),
        ] {
            let reply = asked(&stan, &window).await.fails(&message, "BAD_USER_INPUT");
            assert_eq!(reply.body["data"]["users"], Value::Null, "{reply}");
            // Who may not look is told nothing but that.
            let vera = world.as_person("vera").await;
            asked(&vera, &window).await.fails(FORBIDDEN, "FORBIDDEN");
        }
        world.restart(&[("RELAY_CONNECTION_MAX_LIMIT", "1")]).expect("settings");
        let message = format!("Requesting 2 {by_default} `first` limit of 1 records.");
        asked(&stan, "first: 2").await.fails(&message, "BAD_USER_INPUT");
        let page = users(&stan, "").await;
        assert!(page.names() == ["stan"] && page.has_next());
    })
    .await;
}

#[tokio::test]
async fn a_cursor_outlives_the_user_it_was_taken_from() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        let page = users(&stan, "first: 3").await;
        let after = page.cursor("endCursor");
        for name in ["vera", "nora"] {
            let account = world.account(name).await.expect("somebody");
            assert!(world.backstage().remove(&account).await.expect("the store"));
        }
        let page = users(&stan, &format!("first: 2, after: {after}")).await;
        assert_eq!(page.names(), ["sam", "archie"]);
        // Nor does it depend on the filters.
        let page = users(&stan, &format!("status_Verified: false, after: {after}")).await;
        assert_eq!(page.names(), ["petra"]);
        let page = users(&stan, &format!("last: 5, before: {after}")).await;
        assert_eq!(page.names(), ["stan"]);
    })
    .await;
}

#[tokio::test]
async fn a_page_has_a_hundred_users_unless_fewer_are_asked_for() {
    in_both_dialects(&[], async |world| {
        world.crowd(150, |_| true).await;
        world.stan().await;
        let stan = world.as_person("stan").await;
        let page = users(&stan, "").await;
        assert_eq!(page.edges().len(), 100);
        assert!(
            page.has_next() && page.names()[0] == "crowd0000" && page.names()[99] == "crowd0099"
        );
        let after = page.cursor("endCursor");
        let page = users(&stan, &format!("after: {after}")).await;
        assert_eq!(page.edges().len(), 51);
        assert!(!page.has_next() && page.names()[50] == "stan");

        // The cost of a page does not depend on how many users are on it.
        let mut costs = BTreeSet::new();
        for first in [1, 50, 100] {
            drop(world.proxy.take_calls());
            users(&stan, &format!("first: {first}")).await;
            let calls = world.proxy.take_calls();
            assert!(
                calls
                    .iter()
                    .all(|call| ["GetItem", "Query"].contains(&call.operation.as_str()))
            );
            costs.insert(calls.len());
        }
        assert_eq!(
            costs,
            BTreeSet::from([9]),
            "one for the caller, one for each shard"
        );
    })
    .await;
}

#[tokio::test]
async fn users_whose_ids_are_all_alike_are_listed_like_others() {
    in_both_dialects(&[], async |world| {
        world.crowd(90, |id| id.shard(8) == 3).await;
        world.stan().await;
        let stan = world.as_person("stan").await;
        for first in [7, 40, 89] {
            let page = users(&stan, &format!("first: {first}")).await;
            assert_eq!(page.edges().len(), first);
            let expected: Vec<_> = (0..first)
                .map(|number| format!("crowd{number:04}"))
                .collect();
            assert_eq!(page.names(), expected);
            assert!(page.has_next());
        }
    })
    .await;
}
