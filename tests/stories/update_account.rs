//! First and last name, changed by their owner.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::reply::Errors;
use tests::{
    Asker, Fate, Reply, WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect, service,
};

async fn update(asker: &Asker<'_>, names: Value) -> Reply {
    asker.act("updateAccount", names).await
}

async fn names_of(world: &World, name: &str) -> (String, String) {
    let profile = world.account(name).await.expect("somebody").profile;
    (profile.first_name, profile.last_name)
}

#[tokio::test]
async fn a_name_that_is_given_is_stored_and_one_that_is_not_stays() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let vera = world.as_person("vera").await;
        for (given, first, last) in [
            (json!({ "firstName": "Luke" }), "Luke", ""),
            (json!({ "lastName": "S" }), "Luke", "S"),
            (json!({}), "Luke", "S"),
            (json!({ "firstName": null }), "Luke", "S"),
            (json!({ "firstName": null, "lastName": "T" }), "Luke", "T"),
            (json!({ "firstName": "", "lastName": "S" }), "", "S"),
            (json!({ "lastName": " \t" }), "", ""),
            (
                json!({ "firstName": " Anna  Maria\n", "lastName": "李" }),
                "Anna  Maria",
                "李",
            ),
            (
                json!({ "firstName": "<b>'\"", "lastName": "Ａ" }),
                "<b>'\"",
                "Ａ",
            ),
        ] {
            update(&vera, given).await.succeeds();
            let data = vera.query("{ me { firstName lastName } }").await;
            assert_eq!(data["me"], json!({ "firstName": first, "lastName": last }));
        }
        // Names belong to nobody.
        let sam = world.as_person("sam").await;
        update(&sam, json!({ "lastName": "Ａ" })).await.succeeds();
        assert_eq!(
            names_of(world, "sam").await,
            (String::new(), "Ａ".to_owned())
        );
    })
    .await;
}

#[tokio::test]
async fn nothing_but_the_names_is_changed() {
    in_each_dialect(&[], async |world| {
        let before = world.vera().await;
        world.sam().await;
        let session = world.log_in("vera").await.succeeds();
        let kept = world.kept().await;
        world.log.clear();
        let names = json!({ "firstName": "Luke", "lastName": "Skywalker" });
        update(&world.with_token(&session.access_token()), names)
            .await
            .succeeds();
        let after = world.account("vera").await.expect("vera");
        assert_eq!((after.epoch, after.credentials_version), (0, 0));
        assert!(after.password_hash == before.password_hash);
        assert!(after.profile.verified && after.profile.active && !after.profile.archived);
        assert_eq!(after.profile.email, before.profile.email);
        let items = world.kept().await;
        let changed = items.iter().filter(|it| !kept.contains(it)).count();
        assert_eq!((items.len(), changed), (kept.len(), 1));
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
        assert_eq!(world.inbox.requests(), 0);
        let log = world.log.text();
        assert!(!log.contains("Luke") && !log.contains("Skywalker"), "{log}");
        world.refresh(&session.refresh_token()).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_variable_that_is_null_or_left_out_changes_nothing() {
    in_both_dialects(&[], async |world| {
        world
            .person("vera", |it| it.profile.first_name = "Luke".to_owned())
            .await;
        let kept = world.kept().await;
        let vera = world.as_person("vera").await;
        let text = vera.act_text(
            "updateAccount",
            &json!({ "firstName": "$n" }),
            "success errors",
        );
        let text = text.replace("\"$n\"", "$n");
        let document = format!("mutation ($n: String) {{ {text} }}");
        for variables in [json!({ "n": null }), json!({})] {
            let reply = vera.document(&document, variables).await;
            let reply = Reply {
                act: "updateAccount".to_owned(),
                ..reply
            };
            reply.succeeds();
        }
        assert_eq!(world.kept().await, kept);
        let number = vera.document(&document, json!({ "n": 5 })).await;
        number.is_request_error();
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_both_names_is_told_at_once_and_neither_is_stored() {
    let long = "é".repeat(151);
    let too_long: &[&str] = &["max_length"];
    let nul: &[&str] = &["null_characters_not_allowed"];
    let both: &[&str] = &["max_length", "null_characters_not_allowed"];
    let much: String = "\0".repeat(151);
    let cases: [(Value, Errors<'_>); 6] = [
        (json!({ "firstName": long }), &[("firstName", too_long)]),
        (
            json!({ "firstName": "Luke", "lastName": long }),
            &[("lastName", too_long)],
        ),
        (
            json!({ "lastName": "S", "firstName": long }),
            &[("firstName", too_long)],
        ),
        (
            json!({ "lastName": long, "firstName": long }),
            &[("firstName", too_long), ("lastName", too_long)],
        ),
        (
            json!({ "firstName": "\0", "lastName": "L\0" }),
            &[("firstName", nul), ("lastName", nul)],
        ),
        (
            json!({ "firstName": much, "lastName": "S" }),
            &[("firstName", both)],
        ),
    ];
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let kept = world.kept().await;
        let vera = world.as_person("vera").await;
        for (names, errors) in &cases {
            let reply = update(&vera, names.clone()).await.refuses_all(errors);
            for key in ["firstName", "lastName"] {
                if reply.get("errors")[key][0]["code"] == "max_length" {
                    let message = "Ensure this value has at most 150 characters (it has 151).";
                    assert_eq!(reply.message(key), message);
                }
            }
        }
        assert_eq!(world.kept().await, kept);
        let longest = "é".repeat(150);
        let names = json!({ "firstName": format!(" {longest} "), "lastName": longest });
        update(&vera, names).await.succeeds();
        assert_eq!(names_of(world, "vera").await, (longest.clone(), longest));
    })
    .await;
}

#[tokio::test]
async fn the_settings_say_which_names_can_be_changed() {
    for (fields, has_first, has_last) in [
        ("first_name", true, false),
        ("last_name", false, true),
        ("last_name,first_name", true, true),
        ("none", false, false),
    ] {
        in_both_dialects(&[("UPDATE_MUTATION_FIELDS", fields)], async |world| {
            world.vera().await;
            let vera = world.as_person("vera").await;
            for (names, is_known) in [
                (json!({ "firstName": "Luke" }), has_first),
                (json!({ "lastName": "S" }), has_last),
                (
                    json!({ "firstName": "Luke", "lastName": "S" }),
                    has_first && has_last,
                ),
            ] {
                let reply = update(&vera, names).await;
                if is_known {
                    reply.succeeds();
                } else {
                    reply.is_request_error();
                }
            }
            update(&vera, json!({})).await.succeeds();
            let (first, last) = names_of(world, "vera").await;
            assert_eq!((!first.is_empty(), !last.is_empty()), (has_first, has_last));
        })
        .await;
    }
    for refused in ["email", "username", "first_name,email", "password"] {
        let faults = service(&[("UPDATE_MUTATION_FIELDS", refused)]);
        let faults = faults.err().expect("a start that fails").to_string();
        assert!(faults.contains("UPDATE_MUTATION_FIELDS"), "{faults}");
    }
}

#[tokio::test]
async fn other_arguments_are_no_part_of_it() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        for (name, value) in [
            ("username", json!("luke")),
            ("email", json!("luke@email.com")),
            ("password", json!("x")),
            ("isStaff", json!(true)),
            ("firstName", json!(5)),
        ] {
            update(&vera, json!({ name: value }))
                .await
                .is_request_error();
        }
    })
    .await;
}

#[tokio::test]
async fn of_fifty_updates_at_once_every_one_is_made_whole() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let asked = (0..50).map(async |number| {
            let names =
                json!({ "firstName": format!("F{number}"), "lastName": format!("L{number}") });
            update(&vera, names).await.succeeds();
        });
        join_all(asked).await;
        let (first, last) = names_of(world, "vera").await;
        assert_eq!(first.replace('F', ""), last.replace('L', ""));
    })
    .await;
}

#[tokio::test]
async fn an_update_whose_answer_from_the_store_is_lost_succeeds() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        world.proxy.nth_of("UpdateItem", 1, Fate::LoseAnswer);
        update(&vera, json!({ "firstName": "Luke" }))
            .await
            .succeeds();
        assert_eq!(names_of(world, "vera").await.0, "Luke");
    })
    .await;
}
