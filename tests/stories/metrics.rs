use std::collections::BTreeSet;

use graphql::http::Dialect;
use graphql::metrics::Metric;
use local::Behaviour;
use serde_json::{Value, json};
use tests::metrics::Measured;
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::{Fate, World, in_each_dialect};

const WATCH: &str = include_str!("../../infra/watch.yaml");

/// What was measured since the last time, without times: names, and codes behind a slash.
fn measured(world: &World) -> Vec<String> {
    let named = |it: &Measured| match it.dimensions.get("code") {
        Some(code) => format!("{}/{code}", it.name),
        None => it.name.clone(),
    };
    let mut names: Vec<_> = world.log.take_measured().iter().map(named).collect();
    names.sort();
    names
}

fn wrong() -> Value {
    json!({ "username": "vera", "password": "wrong" })
}

fn change() -> Value {
    json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD })
}

#[tokio::test]
async fn a_login_is_counted_once_and_its_hash_is_timed() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.log.take_measured();
        world.log_in("vera").await.succeeds();
        let measured = world.log.take_measured();
        let mut names: Vec<_> = measured.iter().map(|it| it.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["HashTime", "Logins"]);
        let hash = measured
            .iter()
            .find(|it| it.name == "HashTime")
            .expect("a hash");
        assert!(hash.value > 0.0 && hash.value < 60_000.0, "{hash:?}");
        assert_eq!(hash.unit, "Milliseconds");
    })
    .await;
}

#[tokio::test]
async fn what_is_only_read_or_refreshed_is_not_counted() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let login = world.log_in("vera").await;
        world.log.take_measured();
        let vera = world.with_token(&login.access_token());
        vera.query("{ me { username } }").await;
        let refresh = match world.dialect() {
            Dialect::Gqlauth => {
                json!({ "refreshToken": login.refresh_token(), "revokeRefreshToken": true })
            }
            _ => json!({ "refreshToken": login.refresh_token() }),
        };
        world.act("refreshToken", refresh).await.succeeds();
        world.act("captcha", json!({})).await;
        world.anybody().post("no JSON", "application/json").await;
        assert_eq!(measured(world), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_login_that_is_refused_is_counted_with_its_code_and_a_limit_as_such_too() {
    in_each_dialect(&[("THROTTLE_LOGIN", "1/15m")], async |world| {
        world.vera().await;
        world.log.take_measured();
        world.act("tokenAuth", wrong()).await;
        let expected = ["HashTime", "LoginsRefused", "Refusals/invalid_credentials"];
        assert_eq!(measured(world), expected);
        world.act("tokenAuth", wrong()).await;
        let expected = ["LoginsRefused", "Refusals/too_many_tries", "TooManyTries"];
        assert_eq!(measured(world), expected);
    })
    .await;
}

#[tokio::test]
async fn a_registration_is_counted_with_its_mail_and_is_no_login() {
    in_each_dialect(&[], async |world| {
        world.act("register", registration(json!({}))).await.succeeds();
        assert_eq!(measured(world), ["HashTime", "MailsSent", "Registrations"]);
        let weak = registration(json!({ "username": "other", "email": "x", "password1": "12345", "password2": "12345" }));
        world.act("register", weak).await;
        let expected = [
            "Refusals/invalid",
            "Refusals/password_entirely_numeric",
            "Refusals/password_too_common",
            "Refusals/password_too_short",
        ];
        assert_eq!(measured(world), expected);
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_fails_is_counted_as_such_and_as_nothing_else() {
    in_each_dialect(&[], async |world| {
        world.inbox.behave(Behaviour::Refuse);
        world
            .act("register", registration(json!({})))
            .await
            .refuses("nonFieldErrors", "email_fail");
        let expected = ["HashTime", "MailsFailed", "Refusals/email_fail"];
        assert_eq!(measured(world), expected);
    })
    .await;
}

#[tokio::test]
async fn notices_are_mails_too_whether_they_arrive_or_not() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        world.log.take_measured();
        vera.act("passwordChange", change()).await.succeeds();
        assert_eq!(measured(world), ["HashTime", "HashTime", "MailsSent"]);
        world.inbox.behave(Behaviour::Fail);
        let back = json!({ "oldPassword": NEW_PASSWORD, "newPassword1": PASSWORD, "newPassword2": PASSWORD });
        let vera = world.as_person("vera").await;
        vera.act("passwordChange", back).await.succeeds();
        assert_eq!(measured(world), ["HashTime", "HashTime", "MailsFailed"]);
    })
    .await;
}

#[tokio::test]
async fn an_accident_is_counted_once() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        world.log.take_measured();
        world.proxy.all(Fate::Refuse("ValidationException"));
        vera.document("{ me { username } }", json!({}))
            .await
            .is_internal_error();
        world.proxy.all(Fate::Pass);
        assert_eq!(measured(world), ["Faults"]);
    })
    .await;
}

#[tokio::test]
async fn a_guard_is_counted_wherever_the_dialect_tells_it() {
    in_each_dialect(&[], async |world| {
        world.act("passwordChange", change()).await;
        assert_eq!(measured(world), ["Refusals/unauthenticated"]);
        world.nora().await;
        let nora = world.as_person("nora").await;
        world.log.take_measured();
        nora.act("passwordChange", change()).await;
        assert_eq!(measured(world), ["Refusals/not_verified"]);
    })
    .await;
}

#[tokio::test]
async fn queries_that_are_not_permitted_are_counted() {
    let world = World::open(Dialect::Plain, &[]).await;
    world
        .anybody()
        .query("{ users { edges { node { username } } } }")
        .await;
    assert_eq!(measured(&world), ["Refusals/unauthenticated"]);
    world.vera().await;
    let vera = world.as_person("vera").await;
    world.log.take_measured();
    vera.query("{ users { edges { node { username } } } }")
        .await;
    assert_eq!(measured(&world), ["Refusals/forbidden"]);
    world.close().await;
}

#[tokio::test]
async fn gqlauth_counts_the_code_that_it_tells() {
    let world = World::open(Dialect::Gqlauth, &[]).await;
    world.vera().await;
    let refresh = world.log_in("vera").await.refresh_token();
    world
        .act("revokeToken", json!({ "refreshToken": refresh }))
        .await
        .succeeds();
    world.log.take_measured();
    let arguments = json!({ "refreshToken": refresh, "revokeRefreshToken": false });
    world
        .act("refreshToken", arguments)
        .await
        .refuses("nonFieldErrors", "expired_token");
    assert_eq!(measured(&world), ["Refusals/expired_token"]);
    world.close().await;
}

#[tokio::test]
async fn a_metric_holds_nothing_of_anybody() {
    in_each_dialect(&[], async |world| {
        world
            .act("register", registration(json!({})))
            .await
            .succeeds();
        let token = world.token_mailed("new_user@email.com", "activate");
        world
            .act("verifyAccount", json!({ "token": token }))
            .await
            .succeeds();
        world.vera().await;
        world.log_in("vera").await.succeeds();
        world.act("tokenAuth", wrong()).await;
        world.inbox.behave(Behaviour::Refuse);
        world
            .act(
                "sendPasswordResetEmail",
                json!({ "email": "vera@email.com" }),
            )
            .await;
        let known = ["_aws", "timestamp", "level", "function", "code"];
        let names = Metric::ALL.map(Metric::name);
        let lines = world.log.metric_lines();
        assert!(lines.len() > 8, "{lines:?}");
        for line in lines {
            let members = line.as_object().expect("an object").keys();
            for member in members {
                let is_known = known.contains(&member.as_str()) || names.contains(&member.as_str());
                assert!(is_known, "{member} stands in {line}");
            }
            let code = line["code"].as_str().unwrap_or_default();
            let is_a_word = code.chars().all(|it| it.is_ascii_lowercase() || it == '_');
            assert!(is_a_word && line["function"] == "latchkey", "{line}");
        }
    })
    .await;
}

/// The metrics of ours that the alarms and the dashboard name, each with what it is told apart by.
fn watched() -> BTreeSet<(String, String)> {
    let mut watched = BTreeSet::new();
    let dimension = |text: &str| {
        text.contains("Name: function")
            .then(|| "function".to_owned())
    };
    for alarm in WATCH.split("Namespace: Latchkey\n").skip(1) {
        let properties = alarm.split("Statistic:").next().expect("a start");
        let name = properties.split("MetricName: ").nth(1).expect("a name");
        let name = name.lines().next().expect("a line").to_owned();
        watched.insert((name, dimension(properties).expect("a dimension")));
    }
    for shown in WATCH.split("[\"Latchkey\", ").skip(1) {
        let words: Vec<_> = shown.split('"').collect();
        watched.insert((words[1].to_owned(), words[3].to_owned()));
    }
    for search in WATCH.split("SEARCH('{Latchkey,").skip(1) {
        let (dimensions, rest) = search.split_once('}').expect("an end");
        let name = rest.split("MetricName=").nth(1).expect("a name");
        let name = name.split('\'').next().expect("an end");
        watched.insert((name.to_owned(), dimensions.to_owned()));
    }
    watched
}

#[test]
fn what_is_watched_is_measured_and_what_is_measured_is_watched() {
    let measured = Metric::ALL.map(|it| (it.name().to_owned(), it.dimensions().join(",")));
    assert_eq!(watched(), BTreeSet::from(measured));
}
