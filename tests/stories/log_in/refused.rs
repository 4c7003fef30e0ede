//! Logins that are refused, and what they tell.

use std::time::{Duration, Instant};

use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{World, in_both_dialects, in_each_dialect};

use super::{CREDENTIALS, credentials, last_login, log_in_by_email};

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
