//! Filters, and what a page examines for them.

use tests::in_both_dialects;

use super::{TOWN, a_small_town, users};

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
