mod refused;
mod sessions;

use graphql::http::Dialect;
use serde_json::{Value, json};
use shared::Timestamp;
use tests::people::PASSWORD;
use tests::{Reply, World, in_both_dialects, in_each_dialect};

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
