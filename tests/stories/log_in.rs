use std::time::{Duration, Instant};

use futures::future::join_all;
use graphql::http::Dialect;
use serde_json::{Value, json};
use shared::Timestamp;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Fate, Reply, World, in_both_dialects, in_each_dialect};

const CREDENTIALS: (&str, &str) = ("nonFieldErrors", "invalid_credentials");

fn credentials(username: &str, password: &str) -> Value {
    json!({ "username": username, "password": password })
}

async fn log_in_by_email(world: &World, email: &str) -> Reply {
    let arguments = json!({ "email": email, "password": PASSWORD });
    world.act("tokenAuth", arguments).await
}

async fn last_login(world: &World, name: &str) -> Option<Timestamp> {
    let account = world.account(name).await.expect("somebody of that name");
    account.profile.last_login
}

#[tokio::test]
async fn a_username_and_a_password_log_in() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        assert_eq!(last_login(world, "vera").await, None);
        let reply = world.log_in("vera").await.succeeds();
        let refresh_token = reply.refresh_token();
        let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        assert!(refresh_token.len() >= 40 && refresh_token.chars().all(is_hex));
        assert_eq!(reply.get("unarchiving"), false, "{reply}");
        assert_eq!(reply.get("user")["username"], "vera", "{reply}");
        let told: Timestamp = reply.get("user")["lastLogin"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a time");
        assert_eq!(told, world.now());
        assert_eq!(last_login(world, "vera").await, Some(told));
        let asker = world.with_token(&reply.access_token());
        assert_eq!(
            asker.query("{ me { username } }").await["me"]["username"],
            "vera"
        );
        assert_eq!(world.log.events_named("token_issued").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_username_is_found_in_any_spelling_of_it() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        for spelling in ["VERA", " vera\t", "\u{ff36}era"] {
            world
                .act("tokenAuth", credentials(spelling, PASSWORD))
                .await
                .succeeds();
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_logs_in_be_it_primary_or_secondary() {
    in_both_dialects(&[], async |world| {
        world.sam().await;
        for email in ["sam@email.com", "sam2@email.com", " SAM2@Email.COM "] {
            let reply = log_in_by_email(world, email).await.succeeds();
            assert_eq!(reply.get("user")["username"], "sam", "{reply}");
        }
        let only_primary = [("ALLOW_LOGIN_WITH_SECONDARY_EMAIL", "false")];
        world.restart(&only_primary).expect("settings");
        let (key, code) = CREDENTIALS;
        log_in_by_email(world, "sam2@email.com")
            .await
            .refuses(key, code);
        log_in_by_email(world, "sam@email.com").await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn whoever_cannot_log_in_is_told_nothing_about_why() {
    in_each_dialect(&[], async |world| {
        for person in ["vera", "archie"] {
            world
                .person(person, |it| it.profile.archived = person == "archie")
                .await;
        }
        world.ina().await;
        world.petra().await;
        let padded = format!("{PASSWORD} ");
        let mut answers = Vec::new();
        for (username, password) in [
            ("nobody", PASSWORD),
            ("vera", "wrong"),
            ("vera", ""),
            ("vera", padded.as_str()),
            ("vera", "with\0nul"),
            ("archie", "wrong"),
            ("ina", PASSWORD),
            ("petra", PASSWORD),
            ("petra", ""),
            ("vera@email.com", PASSWORD),
            ("", PASSWORD),
        ] {
            let (key, code) = CREDENTIALS;
            let reply = world
                .act("tokenAuth", credentials(username, password))
                .await;
            answers.push(reply.refuses(key, code).body.to_string());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
        assert_eq!(last_login(world, "vera").await, None);
        assert!(
            world
                .account("archie")
                .await
                .expect("archie")
                .profile
                .archived
        );
        assert!(world.sessions().await.is_empty());
        let refusals = world.log.events_named("login_refused");
        assert_eq!(refusals.len(), 11);
        for refusal in refusals {
            assert_eq!(refusal["reason"], "credentials");
            assert_eq!(refusal["user_id"], Value::Null);
        }
        for secret in ["vera", "ina", "email.com", PASSWORD] {
            assert!(!world.log.text().contains(secret), "{secret} is in the log");
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_that_nobody_has_logs_nobody_in() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let (key, code) = CREDENTIALS;
        for email in ["nobody@email.com", "", "vera", "no address"] {
            log_in_by_email(world, email).await.refuses(key, code);
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_name_costs_what_a_wrong_password_costs() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.everybody().await;
    let mut costs = Vec::new();
    for username in ["nobody", "vera", "ina", "petra"] {
        let mut quickest = Duration::MAX;
        for _ in 0..3 {
            drop(world.proxy.take_calls());
            let begun = Instant::now();
            let arguments = credentials(username, "wrong");
            world
                .act("tokenAuth", arguments)
                .await
                .refuses(CREDENTIALS.0, CREDENTIALS.1);
            quickest = quickest.min(begun.elapsed());
        }
        let mut calls: Vec<_> = world
            .proxy
            .take_calls()
            .into_iter()
            .map(|call| call.operation)
            .collect();
        calls.sort();
        costs.push((username, calls, quickest));
    }
    let (_, calls_of_nobody, time_of_nobody) = &costs[0];
    for (username, calls, time) in &costs {
        assert_eq!(calls, calls_of_nobody, "{username}");
        let is_alike = *time < *time_of_nobody * 3 && *time_of_nobody < *time * 3;
        assert!(
            is_alike,
            "{username} takes {time:?}, nobody {time_of_nobody:?}"
        );
    }
    world.close().await;
}

#[tokio::test]
async fn somebody_unverified_logs_in_unless_the_settings_say_otherwise() {
    in_each_dialect(&[], async |world| {
        world.nora().await;
        let unverified = |name: &'static str, archived: bool, active: bool| {
            world.person(name, move |it| {
                it.profile.verified = false;
                it.profile.archived = archived;
                it.profile.active = active;
            })
        };
        unverified("rip", true, true).await;
        unverified("off", false, false).await;
        world.log_in("nora").await.succeeds();
        let sessions = world.sessions().await.len();
        let before = last_login(world, "nora").await;

        world
            .restart(&[("ALLOW_LOGIN_NOT_VERIFIED", "false")])
            .expect("settings");
        world.pass(Duration::from_secs(1));
        for name in ["nora", "rip"] {
            let reply = world
                .log_in(name)
                .await
                .refuses("nonFieldErrors", "not_verified");
            assert_eq!(
                reply.message("nonFieldErrors"),
                "Please verify your account."
            );
            let reply = world.act("tokenAuth", credentials(name, "wrong")).await;
            reply.refuses(CREDENTIALS.0, CREDENTIALS.1);
        }
        world
            .log_in("off")
            .await
            .refuses(CREDENTIALS.0, CREDENTIALS.1);
        assert!(world.account("rip").await.expect("rip").profile.archived);
        assert_eq!(last_login(world, "nora").await, before);
        assert_eq!(world.sessions().await.len(), sessions);
        let reasons = world.log.events_named("login_refused");
        let not_verified = reasons.iter().filter(|it| it["reason"] == "not_verified");
        assert!(not_verified.clone().all(|it| it["user_id"].is_string()));
        assert_eq!(not_verified.count(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_login_wakes_an_archived_account_once() {
    in_both_dialects(&[], async |world| {
        world.archie().await;
        let reply = world.log_in("archie").await.succeeds();
        assert_eq!(reply.get("unarchiving"), true, "{reply}");
        assert_eq!(reply.get("user")["archived"], false, "{reply}");
        assert!(
            !world
                .account("archie")
                .await
                .expect("archie")
                .profile
                .archived
        );
        let reply = world.log_in("archie").await.succeeds();
        assert_eq!(reply.get("unarchiving"), false, "{reply}");
        assert_eq!(world.log.events_named("account_unarchived").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_several_logins_at_once_one_wakes_the_account() {
    in_both_dialects(&[], async |world| {
        world.archie().await;
        let replies = join_all((0..6).map(|_| world.log_in("archie"))).await;
        let replies: Vec<_> = replies.into_iter().map(Reply::succeeds).collect();
        let waking = replies
            .iter()
            .filter(|reply| reply.get("unarchiving") == true);
        assert_eq!(waking.count(), 1);
        assert_eq!(world.log.events_named("account_unarchived").len(), 1);
        assert_eq!(world.sessions().await.len(), 6);
        for reply in replies {
            let refreshed = json!({ "refreshToken": reply.refresh_token() });
            world.act("refreshToken", refreshed).await.succeeds();
        }
    })
    .await;
}

#[tokio::test]
async fn exactly_one_of_name_and_address_is_given() {
    const ONE_OF: &str = "Must login with password and one of the following fields";
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let refused = async |arguments: Value, fields: &str| {
            let reply = world.act("tokenAuth", arguments).await;
            let reply = reply.fails(&format!("{ONE_OF} {fields}."), "BAD_USER_INPUT");
            assert_eq!(reply.body["data"], json!({ "tokenAuth": null }), "{reply}");
        };
        let both = "['email', 'username']";
        let password = || json!({ "password": PASSWORD });
        refused(password(), both).await;
        refused(
            json!({ "password": PASSWORD, "email": null, "username": null }),
            both,
        )
        .await;
        let two = |email: &str| json!({ "password": PASSWORD, "email": email, "username": "vera" });
        refused(two("vera@email.com"), both).await;
        refused(two(""), both).await;
        let one = json!({ "password": PASSWORD, "email": null, "username": "vera" });
        world.act("tokenAuth", one).await.succeeds();

        world
            .restart(&[("LOGIN_ALLOWED_FIELDS", "username")])
            .expect("settings");
        refused(password(), "['username']").await;
        log_in_by_email(world, "vera@email.com")
            .await
            .is_request_error();
        world.log_in("vera").await.succeeds();

        world
            .restart(&[("LOGIN_ALLOWED_FIELDS", "email")])
            .expect("settings");
        refused(password(), "['email']").await;
        world.log_in("vera").await.is_request_error();
        log_in_by_email(world, "vera@email.com").await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn in_relay_a_client_mutation_id_comes_back_and_is_not_needed() {
    let world = World::open(Dialect::Relay, &[]).await;
    world.vera().await;
    let log_in = async |password: &str, id: Value| {
        let mut input = credentials("vera", password);
        input["clientMutationId"] = id;
        let selection = "success errors token clientMutationId";
        world
            .anybody()
            .act_selecting("tokenAuth", input, selection)
            .await
    };
    for password in [PASSWORD, "wrong"] {
        for id in [json!("mine"), json!(""), Value::Null] {
            let reply = log_in(password, id.clone()).await;
            assert_eq!(reply.get("clientMutationId"), &id, "{reply}");
            assert_eq!(reply.has_succeeded(), password == PASSWORD, "{reply}");
        }
    }
    let selection = "success errors clientMutationId";
    let asker = world.anybody();
    let reply = asker
        .act_selecting("tokenAuth", credentials("vera", PASSWORD), selection)
        .await;
    assert_eq!(reply.succeeds().get("clientMutationId"), &Value::Null);
    world.close().await;
}

#[tokio::test]
async fn a_token_in_the_header_does_not_matter_to_a_login() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.sam().await;
        for asker in [world.as_person("sam").await, world.with_token("rubbish")] {
            let reply = asker
                .act("tokenAuth", credentials("vera", PASSWORD))
                .await
                .succeeds();
            let me = world
                .with_token(&reply.access_token())
                .query("{ me { username } }")
                .await;
            assert_eq!(me["me"]["username"], "vera");
        }
    })
    .await;
}

#[tokio::test]
async fn after_a_login_the_rest_of_the_document_runs_as_that_person() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.sam().await;
        for asker in [world.anybody(), world.as_person("sam").await] {
            let good = asker.act_text("tokenAuth", &credentials("vera", PASSWORD), "success");
            let name = json!({ "firstName": "V" });
            let update = asker.act_text("updateAccount", &name, "success");
            let reply = asker
                .document(&format!("mutation {{ {good} {update} }}"), json!({}))
                .await;
            for act in ["tokenAuth", "updateAccount"] {
                assert_eq!(reply.body["data"][act]["success"], true, "{reply}");
            }
        }
        assert_eq!(
            world
                .account("vera")
                .await
                .expect("vera")
                .profile
                .first_name,
            "V"
        );
        assert_eq!(
            world.account("sam").await.expect("sam").profile.first_name,
            ""
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_is_stored_only_if_a_refresh_token_is_selected() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let inner = if world.dialect() == Dialect::Gqlauth {
            "{ token }"
        } else {
            ""
        };
        let result = match world.dialect() {
            Dialect::Plain => "ObtainJSONWebToken",
            Dialect::Relay => "ObtainJSONWebTokenPayload",
            Dialect::Gqlauth => "ObtainJSONWebTokenType",
        };
        let asker = world.anybody();
        for (selection, is_selected) in [
            ("success".to_owned(), false),
            (format!("success refreshToken {inner}"), true),
            (format!("success mine: refreshToken {inner}"), true),
            (
                format!("success refreshToken @skip(if: true) {inner}"),
                false,
            ),
            (
                format!("success refreshToken @include(if: $no) {inner}"),
                false,
            ),
            (
                format!("success refreshToken @include(if: $yes) {inner}"),
                true,
            ),
            (
                format!("success ... on {result} {{ refreshToken {inner} }}"),
                true,
            ),
            (
                format!("success ... @skip(if: $yes) {{ refreshToken {inner} }}"),
                false,
            ),
            ("success ...Rest".to_owned(), true),
        ] {
            let act = asker.act_text("tokenAuth", &credentials("vera", PASSWORD), &selection);
            let fragment = if selection.contains("...Rest") {
                format!("fragment Rest on {result} {{ refreshToken {inner} }}")
            } else {
                String::new()
            };
            let query = format!(
                "mutation($yes: Boolean = true, $no: Boolean = false) {{ {act} x: {} }} {fragment}",
                "captcha @include(if: $no) { uuid @skip(if: $yes) }"
            );
            let before = world.sessions().await.len();
            let reply = asker.document(&query, json!({})).await;
            assert_eq!(reply.body["data"]["tokenAuth"]["success"], true, "{reply}");
            let stored = world.sessions().await.len() - before;
            assert_eq!(stored, usize::from(is_selected), "{selection}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_whose_answers_from_the_store_are_lost_comes_to_the_right_outcome() {
    in_both_dialects(&[("REFRESH_REUSE_INTERVAL", "0")], async |world| {
        world.archie().await;
        for call in 1..=8 {
            world.operate("archie", "archived", true).await;
            world.proxy.nth(call, Fate::LoseAnswer);
            let reply = world.log_in("archie").await.succeeds();
            assert_eq!(reply.get("unarchiving"), true, "{reply}");
            assert_eq!(world.sessions().await.len(), call);
            world.pass(Duration::from_secs(1));
            let refreshed = json!({ "refreshToken": reply.refresh_token() });
            world.act("refreshToken", refreshed).await.succeeds();
            // A fate that no call has met yet must not meet a later one.
            world.proxy.all(Fate::Pass);
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_beside_a_password_change_does_not_outlive_it() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let asker = world.as_person("vera").await;
        let change = json!({
            "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
        });
        let logins = join_all((0..4).map(|_| world.log_in("vera")));
        let (logins, changed) = futures::join!(logins, asker.act("passwordChange", change));
        let changed = changed.succeeds();
        for login in logins.iter().filter(|login| login.has_succeeded()) {
            let me = world
                .with_token(&login.access_token())
                .query("{ me { username } }")
                .await;
            assert_eq!(
                me["me"],
                Value::Null,
                "a login with the old password is good"
            );
            let refreshed = json!({ "refreshToken": login.refresh_token() });
            world
                .act("refreshToken", refreshed)
                .await
                .refuses("nonFieldErrors", "invalid_token");
        }
        let refreshed = json!({ "refreshToken": changed.refresh_token() });
        world.act("refreshToken", refreshed).await.succeeds();
    })
    .await;
}
