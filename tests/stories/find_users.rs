use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use data_encoding::BASE64;
use serde_json::{Value, json};
use tests::people::NEW_PASSWORD;
use tests::request::Asker;
use tests::{Reply, World, in_both_dialects};

const FORBIDDEN: &str = "You do not have permission to perform this action";
const SELECTION: &str = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } \
     edges { cursor node { id username email archived verified secondaryEmail isActive } }";

/// One page of the list.
struct Page(Value);

impl Page {
    fn edges(&self) -> &[Value] {
        self.0["edges"].as_array().expect("edges")
    }

    fn names(&self) -> Vec<&str> {
        let name = |edge: &'_ Value| edge["node"]["username"].as_str().map(str::len);
        assert!(self.edges().iter().all(|edge| name(edge).is_some()));
        self.edges()
            .iter()
            .filter_map(|edge| edge["node"]["username"].as_str())
            .collect()
    }

    fn info(&self, name: &str) -> &Value {
        &self.0["pageInfo"][name]
    }

    fn has_next(&self) -> bool {
        self.info("hasNextPage") == true
    }

    fn has_previous(&self) -> bool {
        self.info("hasPreviousPage") == true
    }

    /// A cursor of the page, ready to be written into a query.
    fn cursor(&self, name: &str) -> String {
        let cursor = self.info(name);
        assert!(cursor.is_string(), "{}", self.0);
        cursor.to_string()
    }

    fn is_empty_for_good(&self) -> bool {
        self.edges().is_empty()
            && !self.has_next()
            && !self.has_previous()
            && self.info("startCursor").is_null()
            && self.info("endCursor").is_null()
    }
}

async fn asked(asker: &Asker<'_>, arguments: &str) -> Reply {
    let arguments = match arguments {
        "" => String::new(),
        some => format!("({some})"),
    };
    asker
        .document(
            &format!("{{ users{arguments} {{ {SELECTION} }} }}"),
            json!({}),
        )
        .await
}

async fn users(asker: &Asker<'_>, arguments: &str) -> Page {
    let reply = asked(asker, arguments).await;
    assert_eq!(reply.body.get("errors"), None, "{arguments}{reply}");
    Page(reply.body["data"]["users"].clone())
}

/// Everybody, each a second after the other: stan, who may look, is the first.
async fn a_small_town(world: &World) -> Asker<'_> {
    world.stan().await;
    world.pass(Duration::from_secs(1));
    world.vera().await;
    world.pass(Duration::from_secs(1));
    world.nora().await;
    world.pass(Duration::from_secs(1));
    world.sam().await;
    world.pass(Duration::from_secs(1));
    world.archie().await;
    world.pass(Duration::from_secs(1));
    world.ina().await;
    world.pass(Duration::from_secs(1));
    world.petra().await;
    world.as_person("stan").await
}

const TOWN: [&str; 7] = ["stan", "vera", "nora", "sam", "archie", "ina", "petra"];

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
async fn each_filter_does_what_its_name_says_and_all_must_match() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        for (filters, names) in [
            (r#"email: "vera@email.com""#, &["vera"][..]),
            (r#"email: " VERA@email.com""#, &["vera"]),
            (r#"email: "sam2@email.com""#, &[]),
            (r#"email: "nobody@email.com""#, &[]),
            (r#"username: "Vera""#, &["vera"]),
            (r#"username: "ver""#, &[]),
            (r#"username_Icontains: "ER""#, &["vera"]),
            (r#"username_Icontains: "a""#, &["stan", "vera", "nora", "sam", "archie", "ina", "petra"]),
            (r#"username_Istartswith: "S""#, &["stan", "sam"]),
            (r#"username_Istartswith: "am""#, &[]),
            ("isActive: false", &["ina"]),
            ("isActive: true, status_Verified: false", &["nora", "petra"]),
            ("status_Archived: true", &["archie"]),
            ("status_Archived: false, status_Verified: true", &["stan", "vera", "sam", "ina"]),
            ("status_Verified: false", &["nora", "petra"]),
            (r#"status_SecondaryEmail: "SAM2@email.com""#, &["sam"]),
            (r#"status_SecondaryEmail: "sam@email.com""#, &[]),
            (r#"username: "vera", email: "vera@email.com""#, &["vera"]),
            (r#"username: "vera", email: "nora@email.com""#, &[]),
            (r#"username: "vera", status_Archived: true"#, &[]),
            (r#"username_Icontains: "a", username_Istartswith: "n""#, &["nora"]),
            (r#"username: "", email: "", status_SecondaryEmail: "", username_Icontains: "", username_Istartswith: """#, &TOWN),
            (r#"username_Icontains: "zz""#, &[]),
        ] {
            let page = users(&stan, filters).await;
            assert_eq!(page.names(), names, "{filters}");
            assert_eq!(page.is_empty_for_good(), names.is_empty(), "{filters}");
        }
        // A window is cut from what matches.
        let page = users(&stan, "status_Verified: true, first: 2, offset: 1").await;
        assert_eq!(page.names(), ["vera", "sam"]);
        assert!(page.has_next());
        let page = users(&stan, "status_Verified: false, last: 1").await;
        assert!(page.names() == ["petra"] && page.has_previous());
        let page = users(&stan, r#"username: "vera", first: 0"#).await;
        assert!(page.names().is_empty() && page.has_next());
        let behind = users(&stan, r#"username: "nora""#).await.cursor("endCursor");
        let page = users(&stan, &format!(r#"username: "vera", after: {behind}"#)).await;
        assert!(page.is_empty_for_good());
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

#[tokio::test]
async fn where_the_list_ends_with_what_was_examined_nothing_follows() {
    // So many of a shard are examined at once where a filter looks at five hundred users.
    const EXAMINED_OF_A_SHARD: usize = 141;
    in_both_dialects(&[], async |world| {
        world
            .crowd(EXAMINED_OF_A_SHARD + 1, |id| id.shard(8) == 3)
            .await;
        world.stan().await;
        let stan = world.as_person("stan").await;
        let in_the_shard = async || {
            let accounts = world.accounts().await;
            let is_in_it =
                |it: &&tests::audit::Item| it["joined_shard"].as_n().is_ok_and(|n| n == "3");
            accounts.iter().filter(is_in_it).count()
        };
        for number in 1.. {
            if in_the_shard().await == EXAMINED_OF_A_SHARD {
                break;
            }
            let name = format!("crowd{number:04}");
            let account = world.account(&name).await.expect("one of the crowd");
            world.backstage().remove(&account).await.expect("the store");
        }
        for (direction, flag) in [
            ("first: 10", "hasNextPage"),
            ("last: 10", "hasPreviousPage"),
        ] {
            let page = users(
                &stan,
                &format!(r#"username_Icontains: "nobody", {direction}"#),
            )
            .await;
            assert_eq!(page.info(flag), false, "{direction}");
            assert!(page.info("endCursor").is_null() && page.info("startCursor").is_null());
        }
    })
    .await;
}

#[tokio::test]
async fn one_among_two_thousand_is_found_once_by_following_the_cursors() {
    in_both_dialects(&[], async |world| {
        world.crowd(2_000, |_| true).await;
        world.stan().await;
        let stan = world.as_person("stan").await;
        for (direction, cursor, flag) in [
            ("first: 10, after", "endCursor", "hasNextPage"),
            ("last: 10, before", "startCursor", "hasPreviousPage"),
        ] {
            let mut found = Vec::new();
            let mut pages = 0;
            let mut place = r#""""#.to_owned();
            loop {
                drop(world.proxy.take_calls());
                let filter = r#"username_Icontains: "WD1234""#;
                let page = users(&stan, &format!("{filter}, {direction}: {place}")).await;
                let calls = world.proxy.take_calls();
                assert!(calls.len() <= 9, "{} calls", calls.len());
                assert!(calls.iter().all(|call| call.operation != "Scan"));
                found.extend(page.names().into_iter().map(str::to_owned));
                pages += 1;
                if page.info(flag) == false {
                    break;
                }
                assert!(
                    page.edges().len() < 10,
                    "a page that ended early is not full"
                );
                place = page.cursor(cursor);
            }
            assert_eq!(found, ["crowd1234"]);
            assert!((2..=4).contains(&pages), "{pages} pages {direction}");
        }

        // An exact filter reads one user.
        for filter in [
            r#"email: "crowd0815@email.com""#,
            r#"username: "CROWD0815""#,
        ] {
            drop(world.proxy.take_calls());
            assert_eq!(users(&stan, filter).await.names(), ["crowd0815"]);
            let calls: Vec<_> = world
                .proxy
                .take_calls()
                .into_iter()
                .map(|call| call.operation)
                .collect();
            assert_eq!(calls, ["GetItem"; 3]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_user_is_found_by_the_global_id_and_by_nothing_else() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        for (name, edge) in TOWN.iter().zip(users(&stan, "").await.edges()) {
            let account = world.account(name).await.expect("somebody");
            let id = BASE64.encode(format!("UserNode:{}", account.id()).as_bytes());
            assert_eq!(edge["node"]["id"], id);
            let query = format!(
                r#"{{ user(id: "{id}") {{ id username }} node(id: "{id}") {{ __typename id ... on UserNode {{ username }} }} }}"#
            );
            let found = json!({
                "user": { "id": id, "username": name },
                "node": { "__typename": "UserNode", "id": id, "username": name },
            });
            assert_eq!(stan.query(&query).await, found);
        }
        let vera = world.account("vera").await.expect("vera").id().to_string();
        let encoded = |text: String| json!(BASE64.encode(text.as_bytes()));
        for id in [
            encoded(format!("UserNode:{}", "0".repeat(32))),
            encoded(format!("Other:{vera}")),
            encoded(format!("usernode:{vera}")),
            encoded(format!("UserNode:{vera} ")),
            encoded(format!("UserNode:{}", vera.to_uppercase())),
            json!("VXNlck5vZGU6NQ=="),
            json!(vera),
            json!("garbage"),
            json!(""),
            json!(5),
        ] {
            let query = format!("{{ user(id: {id}) {{ id }} node(id: {id}) {{ id }} }}");
            let reply = stan.document(&query, json!({})).await;
            assert_eq!(reply.body, json!({ "data": { "user": null, "node": null } }), "{reply}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_may_look_at_users_is_a_setting() {
    in_both_dialects(&[], async |world| {
        let stan = a_small_town(world).await;
        let (vera, anybody) = (world.as_person("vera").await, world.anybody());
        let rubbish = world.with_token("rubbish");
        let asleep = world.as_person("archie").await;
        let unauthenticated = Some(("Unauthenticated.", "UNAUTHENTICATED"));
        let forbidden = Some((FORBIDDEN, "FORBIDDEN"));
        for (access, as_anybody, as_vera, as_stan) in [
            ("", unauthenticated, forbidden, None),
            ("staff", unauthenticated, forbidden, None),
            ("public", None, None, None),
            ("authenticated", unauthenticated, None, None),
            ("off", forbidden, forbidden, forbidden),
        ] {
            world
                .restart(&[("USERS_QUERY_ACCESS", access)])
                .expect("settings");
            for (asker, refusal) in [
                (&anybody, as_anybody),
                (&rubbish, as_anybody),
                (&asleep, as_anybody),
                (&vera, as_vera),
                (&stan, as_stan),
            ] {
                for query in [
                    "users { edges { node { username } } }",
                    r#"users(username: "vera") { edges { node { username } } }"#,
                    r#"user(id: "VXNlck5vZGU6NQ==") { username }"#,
                    r#"node(id: "VXNlck5vZGU6NQ==") { id }"#,
                ] {
                    let reply = asker.document(&format!("{{ {query} }}"), json!({})).await;
                    let Some((message, code)) = refusal else {
                        assert_eq!(reply.body.get("errors"), None, "{access}{reply}");
                        continue;
                    };
                    let reply = reply.fails(message, code);
                    let data = reply.body["data"].as_object().expect("data");
                    assert!(data.values().all(Value::is_null), "{reply}");
                }
            }
        }
        // There is no exception for oneself; that is what `me` is for.
        let own = format!(
            "UserNode:{}",
            world.account("vera").await.expect("vera").id()
        );
        let own = BASE64.encode(own.as_bytes());
        let query = format!(r#"{{ user(id: "{own}") {{ id }} me {{ id }} }}"#);
        let reply = vera
            .document(&query, json!({}))
            .await
            .fails(FORBIDDEN, "FORBIDDEN");
        assert_eq!(
            reply.body["data"],
            json!({ "user": null, "me": { "id": own } })
        );
    })
    .await;
}

#[tokio::test]
async fn me_is_whoever_asks_and_never_an_error() {
    in_both_dialects(&[], async |world| {
        a_small_town(world).await;
        for name in ["vera", "nora", "petra"] {
            let me = world
                .as_person(name)
                .await
                .query("{ me { username } }")
                .await;
            assert_eq!(me, json!({ "me": { "username": name } }));
        }
        for asker in [
            world.anybody(),
            world.with_token("rubbish"),
            world.as_person("ina").await,
            world.as_person("archie").await,
        ] {
            let reply = asker.document("{ me { username } }", json!({})).await;
            assert_eq!(reply.body, json!({ "data": { "me": null } }), "{reply}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_user_shows_what_it_should_and_no_more() {
    in_both_dialects(&[], async |world| {
        let query = r#"{ __type(name: "UserNode") { fields { name } } }"#;
        let fields = world.anybody().query(query).await;
        let names = fields["__type"]["fields"].as_array().expect("fields").iter();
        let names: BTreeSet<_> = names.filter_map(|field| field["name"].as_str()).collect();
        let expected = "id lastLogin username firstName lastName email isStaff isActive dateJoined archived verified secondaryEmail";
        assert_eq!(names, expected.split(' ').collect());
    })
    .await;
}

#[tokio::test]
async fn a_registration_is_no_login_and_times_have_microseconds() {
    in_both_dialects(&[], async |world| {
        let form = json!({
            "email": "new_user@email.com", "username": "new_user",
            "password1": NEW_PASSWORD, "password2": NEW_PASSWORD,
        });
        let token = world.act("register", form).await.succeeds().access_token();
        let me = world
            .with_token(&token)
            .query("{ me { lastLogin dateJoined } }")
            .await;
        assert_eq!(me["me"]["lastLogin"], Value::Null);
        assert_eq!(me["me"]["dateJoined"], shared::clock::iso(world.now()));
        let form: String = shared::clock::iso(world.now())
            .chars()
            .map(|c| if c.is_ascii_digit() { '9' } else { c })
            .collect();
        assert_eq!(form, "9999-99-99T99:99:99.999999+99:99");
    })
    .await;
}
