mod doors;
mod guards;
mod sessions;

use graphql::http::Dialect::Gqlauth;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use shared::Timestamp;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World};

async fn open(settings: &[(&str, &str)]) -> World {
    World::open(Gqlauth, settings).await
}

fn new_user() -> Value {
    json!({
        "email": "new_user@email.com", "username": "new_user",
        "password1": NEW_PASSWORD, "password2": NEW_PASSWORD,
    })
}

fn time(value: &Value) -> Timestamp {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no time"));
    assert!(text.ends_with("+00:00"), "{text}");
    text.parse().expect("a time")
}

fn seconds_between(earlier: &Value, later: &Value) -> i64 {
    time(later).as_second() - time(earlier).as_second()
}

async fn refresh(world: &World, token: &str, revoke: bool) -> Reply {
    let arguments = json!({ "refreshToken": token, "revokeRefreshToken": revoke });
    world.act("refreshToken", arguments).await
}

/// The whole document came to nothing, with this top-level error.
fn comes_to_nothing(reply: Reply, message: &str, code: &str) {
    let reply = reply.fails(message, code);
    assert_eq!(reply.body["data"], Value::Null, "{reply}");
    assert!(
        reply
            .body
            .as_object()
            .expect("an object")
            .contains_key("data"),
        "{reply}"
    );
}

#[tokio::test]
async fn a_registration_gives_no_tokens_and_stores_no_session() {
    let world = open(&[]).await;
    let asker = world.anybody();
    let reply = asker
        .act_selecting("register", new_user(), "__typename success errors")
        .await;
    let expected = json!({ "__typename": "MutationNormalOutput", "success": true, "errors": null });
    assert_eq!(reply.result(), &expected, "{reply}");
    assert!(world.sessions().await.is_empty());
    assert!(world.log.events_named("token_issued").is_empty());
    assert_eq!(world.log.events_named("user_registered").len(), 1);
    world.vera().await;
    let mut taken = new_user();
    taken["username"] = json!("another");
    taken["email"] = json!("vera@email.com");
    world
        .act("register", taken)
        .await
        .refuses("email", "unique");
    world.close().await;
}

#[tokio::test]
async fn a_login_shows_its_tokens_with_their_states() {
    let world = open(&[]).await;
    world.vera().await;
    let reply = world.log_in("vera").await.succeeds();
    let (token, refresh_token) = (reply.get("token"), reply.get("refreshToken"));
    let payload = &token["payload"];
    assert_eq!(payload["username"], "vera");
    assert_eq!(seconds_between(&payload["origIat"], &payload["exp"]), 300);
    assert_eq!(
        time(&payload["origIat"]).as_second(),
        world.now().as_second()
    );
    assert_eq!(
        seconds_between(&refresh_token["created"], &refresh_token["expiresAt"]),
        604_800
    );
    assert_eq!(refresh_token["revoked"], Value::Null);
    assert_eq!(refresh_token["isExpired"], false);
    assert_eq!(time(&reply.get("user")["lastLogin"]), world.now());
    let id = world.account("vera").await.expect("vera").id().to_string();
    assert_eq!(reply.get("user")["id"], id);
    world.close().await;
}

#[tokio::test]
async fn a_login_is_by_username_or_by_address_as_is_set() {
    let world = open(&[("LOGIN_ALLOWED_FIELDS", "email")]).await;
    world.sam().await;
    let by_username = json!({ "username": "sam", "password": PASSWORD });
    let by_email = |email: &str| json!({ "email": email, "password": PASSWORD });
    let is_request_error = async |arguments: &Value| {
        let reply = world.act("tokenAuth", arguments.clone()).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["data"]),
            (200, &Value::Null),
            "{reply}"
        );
        assert!(reply.body["errors"][0]["message"].is_string(), "{reply}");
    };
    world.act("tokenAuth", by_username.clone()).await.succeeds();
    is_request_error(&by_email("sam@email.com")).await;
    is_request_error(&json!({ "password": PASSWORD })).await;
    is_request_error(&json!({ "username": null, "password": PASSWORD })).await;

    world
        .restart(&[("LOGIN_FIELDS", "email")])
        .expect("settings");
    for email in ["sam@email.com", "SAM2@email.com"] {
        world.act("tokenAuth", by_email(email)).await.succeeds();
    }
    is_request_error(&by_username).await;
    let nobody = world.act("tokenAuth", by_email("sam")).await;
    nobody.refuses("nonFieldErrors", "invalid_credentials");
    world.close().await;
}

#[tokio::test]
async fn a_login_wakes_an_archived_account() {
    let world = open(&[]).await;
    world.archie().await;
    let reply = world.log_in("archie").await.succeeds();
    assert_eq!(reply.get("user")["archived"], false);
    assert_eq!(
        reply.get("user")["status"],
        json!({ "archived": false, "verified": true })
    );
    assert!(
        !world
            .account("archie")
            .await
            .expect("archie")
            .profile
            .archived
    );
    world.close().await;
}

#[tokio::test]
async fn a_checked_token_comes_back_with_its_payload_and_its_owner() {
    let world = open(&[]).await;
    world.vera().await;
    let token = world.token_of("vera").await;
    let verify = async |token: &str| world.act("verifyToken", json!({ "token": token })).await;
    let reply = verify(&token).await.succeeds();
    assert_eq!(reply.get("token")["token"], token);
    let payload = &reply.get("token")["payload"];
    assert_eq!(payload["username"], "vera");
    assert_eq!(seconds_between(&payload["origIat"], &payload["exp"]), 300);
    assert_eq!(reply.get("user"), &json!({ "username": "vera" }));
    verify("invalid")
        .await
        .refuses("nonFieldErrors", "invalid_token");
    let key = EncodingKey::from_secret(b"some other key of many bytes, but not ours");
    let forged = encode(&Header::default(), &json!({ "username": "vera" }), &key).expect("a token");
    verify(&forged)
        .await
        .refuses("nonFieldErrors", "invalid_token");
    world.close().await;
}

/// Each protected mutation, with arguments that would do.
fn protected() -> [(&'static str, Value); 4] {
    let confirmed = json!({ "password": PASSWORD });
    let change = json!({
        "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
    });
    [
        ("updateAccount", json!({ "firstName": "Luke" })),
        ("archiveAccount", confirmed.clone()),
        ("deleteAccount", confirmed),
        ("passwordChange", change),
    ]
}

#[tokio::test]
async fn somebody_who_deletes_the_account_is_signed_out_everywhere() {
    let world = open(&[]).await;
    world.vera().await;
    let logged_in = world.log_in("vera").await.succeeds();
    let vera = world.with_token(&logged_in.access_token());
    vera.act("deleteAccount", json!({ "password": PASSWORD }))
        .await
        .succeeds();
    assert!(!world.account("vera").await.expect("vera").profile.active);
    let reply = vera.document("{ me { id } }", json!({})).await;
    comes_to_nothing(reply, "Unauthenticated.", "UNAUTHENTICATED");
    let reply = refresh(&world, &logged_in.refresh_token(), false).await;
    reply.refuses("nonFieldErrors", "invalid_token");
    world
        .log_in("vera")
        .await
        .refuses("nonFieldErrors", "invalid_credentials");
    world.close().await;
}

#[tokio::test]
async fn names_are_changed_one_by_one() {
    let world = open(&[]).await;
    world.vera().await;
    let vera = world.as_person("vera").await;
    for arguments in [
        json!({ "firstName": "Luke" }),
        json!({ "lastName": "S" }),
        json!({}),
        json!({ "firstName": null }),
    ] {
        vera.act("updateAccount", arguments).await.succeeds();
    }
    let me = vera.query("{ me { firstName lastName } }").await;
    assert_eq!(me["me"], json!({ "firstName": "Luke", "lastName": "S" }));
    world.close().await;
}

#[tokio::test]
async fn a_password_change_gives_new_tokens_and_the_account() {
    let world = open(&[]).await;
    world.vera().await;
    let vera = world.as_person("vera").await;
    let [.., (act, arguments)] = protected();
    let reply = vera.act(act, arguments).await.succeeds();
    assert_eq!(reply.get("user")["username"], "vera");
    let anew = world.with_token(&reply.access_token());
    assert_eq!(
        anew.query("{ me { username } }").await["me"]["username"],
        "vera"
    );
    refresh(&world, &reply.refresh_token(), false)
        .await
        .succeeds();
    assert_eq!(
        vera.query("{ publicUser { username } }").await,
        json!({ "publicUser": null })
    );
    world.close().await;
}

#[tokio::test]
async fn a_password_change_stores_a_session_only_if_a_refresh_token_is_selected() {
    let world = open(&[]).await;
    world.vera().await;
    let [.., (act, arguments)] = protected();
    let vera = world.as_person("vera").await;
    vera.act_selecting(act, arguments, "success errors token { token }")
        .await
        .succeeds();
    assert!(world.sessions().await.is_empty());
    world.close().await;
}

#[tokio::test]
async fn an_unverified_person_gets_an_activation_instead_of_a_reset() {
    let world = open(&[]).await;
    world.nora().await;
    let mail = json!({ "email": "nora@email.com" });
    let reply = world
        .act("sendPasswordResetEmail", mail)
        .await
        .refuses("email", "not_verified");
    let message = "Verify your account. A new verification email was sent.";
    assert_eq!(reply.message("email"), message);
    let token = world.token_mailed("nora@email.com", "activate");
    world
        .act("verifyAccount", json!({ "token": token }))
        .await
        .succeeds();
    world.close().await;
}

#[tokio::test]
async fn a_secondary_address_of_another_dialect_counts_here_too() {
    let world = open(&[]).await;
    world.sam().await;
    let mut form = new_user();
    form["email"] = json!("sam2@email.com");
    world.act("register", form).await.refuses("email", "unique");
    world
        .act(
            "sendPasswordResetEmail",
            json!({ "email": "sam2@email.com" }),
        )
        .await
        .succeeds();
    let token = world.token_mailed("sam2@email.com", "password-reset");
    let form =
        json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    world.act("passwordReset", form).await.succeeds();
    world.close().await;
}
