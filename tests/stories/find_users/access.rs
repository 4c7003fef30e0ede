//! Who may look at users, and what is shown of one.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use serde_json::{Value, json};
use tests::in_both_dialects;
use tests::people::NEW_PASSWORD;

use super::{FORBIDDEN, TOWN, a_small_town, users};

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
