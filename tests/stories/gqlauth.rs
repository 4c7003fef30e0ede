use std::time::Duration;

use graphql::http::Dialect::{self, Gqlauth, Plain, Relay};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use shared::Timestamp;
use tests::captchas::answering;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::request::Asker;
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

async fn has_expired(world: &World, token: &str) {
    for revoke in [false, true] {
        refresh(world, token, revoke)
            .await
            .refuses("nonFieldErrors", "expired_token");
    }
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

#[tokio::test]
async fn a_refresh_without_revocation_keeps_the_refresh_token() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds();
    for _ in 0..2 {
        world.pass(Duration::from_mins(1));
        let reply = refresh(&world, &first.refresh_token(), false)
            .await
            .succeeds();
        assert_eq!(
            reply.get("refreshToken"),
            first.get("refreshToken"),
            "{reply}"
        );
        assert_eq!(reply.get("user"), &Value::Null, "{reply}");
        let me = world
            .with_token(&reply.access_token())
            .query("{ me { username } }")
            .await;
        assert_eq!(me["me"]["username"], "vera");
        let issued = time(&reply.get("token")["payload"]["origIat"]).as_second();
        assert_eq!(issued, world.now().as_second());
    }
    assert!(world.log.events_named("refresh_token_rotated").is_empty());
    world.close().await;
}

#[tokio::test]
async fn a_refresh_with_revocation_replaces_the_refresh_token_without_grace() {
    for rotation in ["true", "false"] {
        let world = open(&[("REFRESH_TOKEN_ROTATION", rotation)]).await;
        world.vera().await;
        let first = world.log_in("vera").await.succeeds().refresh_token();
        world.pass(Duration::from_mins(1));
        let reply = refresh(&world, &first, true).await.succeeds();
        let second = reply.refresh_token();
        assert_ne!(first, second);
        assert_eq!(reply.get("user"), &Value::Null, "{reply}");
        let shown = reply.get("refreshToken");
        assert_eq!(time(&shown["created"]).as_second(), world.now().as_second());
        assert_eq!(
            seconds_between(&shown["created"], &shown["expiresAt"]),
            604_800
        );
        assert_eq!(
            (&shown["revoked"], &shown["isExpired"]),
            (&Value::Null, &json!(false))
        );

        // At once it is only refused, at any door; later it ends the session.
        has_expired(&world, &first).await;
        let arguments = json!({ "refreshToken": first });
        for act in ["refreshToken", "revokeToken"] {
            let in_plain = world.anybody().at(Plain).act(act, arguments.clone()).await;
            in_plain.refuses("nonFieldErrors", "invalid_token");
        }
        refresh(&world, &second, false).await.succeeds();
        world.pass(Duration::from_secs(11));
        refresh(&world, &second, false).await.succeeds();
        has_expired(&world, &first).await;
        has_expired(&world, &second).await;
        let ended = world.log.events_named("refresh_token_revoked");
        assert_eq!(ended.len(), 1);
        assert_eq!(ended[0]["reason"], "reuse");
        world.close().await;
    }
}

#[tokio::test]
async fn a_revocation_does_not_need_the_next_token_to_be_selected() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds().refresh_token();
    let arguments = json!({ "refreshToken": first, "revokeRefreshToken": true });
    let asker = world.anybody();
    let selection = "success errors token { token }";
    asker
        .act_selecting("refreshToken", arguments, selection)
        .await
        .succeeds();
    has_expired(&world, &first).await;
    world.close().await;
}

#[tokio::test]
async fn of_two_refreshes_with_revocation_at_once_one_succeeds() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds().refresh_token();
    let replies = futures::join!(refresh(&world, &first, true), refresh(&world, &first, true));
    let (done, refused): (Vec<_>, Vec<_>) = [replies.0, replies.1]
        .into_iter()
        .partition(Reply::has_succeeded);
    assert_eq!((done.len(), refused.len()), (1, 1));
    assert!(
        refused[0].is_refused("nonFieldErrors", "expired_token"),
        "{}",
        refused[0]
    );
    refresh(&world, &done[0].refresh_token(), false)
        .await
        .succeeds();
    world.close().await;
}

#[tokio::test]
async fn a_token_that_another_dialect_has_replaced_is_served_for_a_while() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds().refresh_token();
    let in_plain = world.anybody().at(Plain);
    let reply = in_plain
        .act("refreshToken", json!({ "refreshToken": first }))
        .await;
    let second = reply.succeeds().refresh_token();
    world.pass(Duration::from_secs(5));
    for revoke in [false, true] {
        let reply = refresh(&world, &first, revoke).await.succeeds();
        assert_eq!(reply.refresh_token(), second, "{reply}");
    }
    world.pass(Duration::from_secs(6));
    has_expired(&world, &first).await;
    has_expired(&world, &second).await;
    world.close().await;
}

#[tokio::test]
async fn an_ended_session_has_expired_and_an_unknown_one_is_invalid() {
    let world = open(&[]).await;
    world.vera().await;
    let session = async || world.log_in("vera").await.succeeds().refresh_token();
    let (revoked, old) = (session().await, session().await);
    world
        .act("revokeToken", json!({ "refreshToken": revoked }))
        .await
        .succeeds();
    has_expired(&world, &revoked).await;
    world.pass(Duration::from_hours(7 * 24) + Duration::from_secs(5));
    has_expired(&world, &old).await;
    let access_token = world.token_of("vera").await;
    for unknown in ["invalid", "", access_token.as_str()] {
        for revoke in [false, true] {
            let reply = refresh(&world, unknown, revoke).await;
            reply.refuses("nonFieldErrors", "invalid_token");
        }
    }
    let kept = session().await;
    for attribute in ["archived", "active"] {
        world
            .operate("vera", attribute, attribute == "archived")
            .await;
        refresh(&world, &kept, false)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        world
            .operate("vera", attribute, attribute != "archived")
            .await;
    }
    refresh(&world, &kept, false).await.succeeds();
    let change = json!({
        "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
    });
    world
        .as_person("vera")
        .await
        .act("passwordChange", change)
        .await
        .succeeds();
    has_expired(&world, &kept).await;
    world.close().await;
}

#[tokio::test]
async fn a_refresh_needs_both_arguments() {
    let world = open(&[]).await;
    for arguments in [
        json!({ "refreshToken": "x" }),
        json!({ "revokeRefreshToken": true }),
        json!({ "refreshToken": "x", "revokeRefreshToken": null }),
    ] {
        let reply = world.act("refreshToken", arguments).await;
        assert_eq!(reply.status, 200, "{reply}");
        assert_eq!(reply.body["data"], Value::Null, "{reply}");
        assert!(reply.body["errors"][0]["message"].is_string(), "{reply}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_revoked_token_is_shown_as_revoked() {
    let world = open(&[]).await;
    world.vera().await;
    let first = world.log_in("vera").await.succeeds();
    world.pass(Duration::from_mins(1));
    let arguments = json!({ "refreshToken": first.refresh_token() });
    let reply = world.act("revokeToken", arguments.clone()).await.succeeds();
    let shown = reply.get("refreshToken");
    assert_eq!(shown["token"], first.refresh_token());
    assert_eq!(time(&shown["revoked"]).as_second(), world.now().as_second());
    assert_eq!(shown["isExpired"], true);
    assert_eq!(shown["created"], first.get("refreshToken")["created"]);
    assert_eq!(shown["expiresAt"], first.get("refreshToken")["expiresAt"]);
    world
        .act("revokeToken", arguments)
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
async fn protected_mutations_fail_at_the_top_level_for_whoever_may_not_use_them() {
    let world = open(&[]).await;
    world.nora().await;
    world.vera().await;
    let old = world.token_of("vera").await;
    world.pass(Duration::from_mins(6));
    for (act, arguments) in protected() {
        for asker in [
            world.anybody(),
            world.with_token("rubbish"),
            world.with_token(&old),
        ] {
            let reply = asker.act(act, arguments.clone()).await;
            comes_to_nothing(reply, "Unauthenticated.", "UNAUTHENTICATED");
        }
        let reply = world.as_person("nora").await.act(act, arguments).await;
        comes_to_nothing(reply, "Please verify your account.", "NOT_VERIFIED");
    }
    let vera = world.as_person("vera").await;
    for wrong in ["wrong", ""] {
        for (act, mut arguments) in protected().into_iter().skip(1) {
            let key = if act == "passwordChange" {
                "oldPassword"
            } else {
                "password"
            };
            arguments[key] = json!(wrong);
            vera.act(act, arguments)
                .await
                .refuses(key, "invalid_password");
        }
    }
    let account = world.account("vera").await.expect("vera");
    assert!(account.profile.active && !account.profile.archived && account.epoch == 0);
    world.close().await;
}

#[tokio::test]
async fn what_stands_before_a_mutation_that_may_not_be_used_is_done_and_what_stands_behind_is_not()
{
    let world = open(&[]).await;
    world.nora().await;
    world.person("nick", |it| it.profile.verified = false).await;
    let asker = world.anybody();
    let resend = |email: &str| {
        asker.act_text(
            "resendActivationEmail",
            &json!({ "email": email }),
            "success",
        )
    };
    let delete = asker.act_text("deleteAccount", &json!({ "password": PASSWORD }), "success");
    let (first, second) = (resend("nora@email.com"), resend("nick@email.com"));
    let query = format!("mutation {{ first: {first} {delete} second: {second} }}");
    let reply = asker.document(&query, json!({})).await;
    comes_to_nothing(reply, "Unauthenticated.", "UNAUTHENTICATED");
    assert_eq!(world.letters_to("nora@email.com").len(), 1);
    assert_eq!(world.letters_to("nick@email.com").len(), 0);
    world.close().await;
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

async fn public_user(asker: &Asker<'_>) -> Value {
    let reply = asker
        .document("{ publicUser { verified username } }", json!({}))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.body.get("errors")),
        (200, None),
        "{reply}"
    );
    reply.body["data"]["publicUser"].clone()
}

#[tokio::test]
async fn me_wants_somebody_and_public_user_does_not_mind() {
    let world = open(&[]).await;
    world.everybody().await;
    let nora = world.as_person("nora").await;
    let status = "{ me { verified status { verified archived } isSuperuser } }";
    let expected = json!({
        "verified": false, "status": { "verified": false, "archived": false }, "isSuperuser": false,
    });
    assert_eq!(nora.query(status).await["me"], expected);
    assert_eq!(
        public_user(&nora).await,
        json!({ "verified": false, "username": "nora" })
    );
    let of_nobody = {
        let gone = world.person("gone", |_| {}).await;
        let token = world.token_of("gone").await;
        assert!(world.backstage().remove(&gone).await.expect("the store"));
        token
    };
    let expired = world.token_of("vera").await;
    world.pass(Duration::from_mins(6));
    let askers = [
        world.anybody(),
        world.with_token("rubbish"),
        world.with_token(&expired),
        world.with_token(&of_nobody),
        world.as_person("ina").await,
        world.as_person("archie").await,
    ];
    for (number, asker) in askers.iter().enumerate() {
        let reply = asker.document("{ me { id } }", json!({})).await;
        comes_to_nothing(reply, "Unauthenticated.", "UNAUTHENTICATED");
        assert_eq!(public_user(asker).await, Value::Null);
        // Nor do public mutations.
        let mail = json!({ "email": format!("nobody{number}@email.com") });
        asker.act("resendActivationEmail", mail).await.succeeds();
    }
    world.close().await;
}

#[tokio::test]
async fn a_request_that_is_not_valid_has_no_data_and_a_good_status() {
    let world = open(&[]).await;
    for query in [
        "{ me { password } }",
        "{ me { id }",
        "{ users { edges { cursor } } }",
        r#"mutation { swapEmails(password: "x") { success } }"#,
        "mutation { verifyToken(token: 5) { success } }",
        "query A { publicUser { id } } query B { publicUser { id } }",
    ] {
        let reply = world.anybody().document(query, json!({})).await;
        assert_eq!(reply.status, 200, "{reply}");
        assert_eq!(reply.body["data"], Value::Null, "{reply}");
        assert!(
            reply
                .body
                .as_object()
                .expect("an object")
                .contains_key("data"),
            "{reply}"
        );
        assert!(reply.body["errors"][0]["message"].is_string(), "{reply}");
    }
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

#[tokio::test]
async fn in_single_token_mode_nothing_is_refreshed_and_no_session_stored() {
    let world = open(&[("JWT_LONG_RUNNING_REFRESH_TOKEN", "false")]).await;
    world.vera().await;
    let reply = world.log_in("vera").await.succeeds();
    assert_eq!(reply.get("refreshToken"), &Value::Null, "{reply}");
    assert!(world.sessions().await.is_empty());
    for reply in [
        refresh(&world, "x", false).await,
        world
            .act("revokeToken", json!({ "refreshToken": "x" }))
            .await,
        world
            .act("refreshToken", json!({ "token": reply.access_token() }))
            .await,
    ] {
        assert_eq!(reply.body["data"], Value::Null, "{reply}");
    }
    world.close().await;
}

const DOORS: [Dialect; 3] = [Plain, Relay, Gqlauth];

/// Refreshes at a door, as one does there.
async fn refresh_at(world: &World, door: Dialect, token: &str) -> Reply {
    let arguments = match door {
        Gqlauth => json!({ "refreshToken": token, "revokeRefreshToken": false }),
        Plain | Relay => json!({ "refreshToken": token }),
    };
    world
        .anybody()
        .at(door)
        .act("refreshToken", arguments)
        .await
}

#[tokio::test]
async fn what_one_door_gives_is_good_at_the_others() {
    let world = open(&[]).await;
    world.vera().await;
    for issuing in DOORS {
        let credentials = json!({ "username": "vera", "password": PASSWORD });
        let at_issuing = world.anybody().at(issuing);
        let logged_in = at_issuing.act("tokenAuth", credentials).await.succeeds();
        let access = logged_in.access_token();
        let mut token = logged_in.refresh_token();
        for using in DOORS {
            let asker = world.with_token(&access).at(using);
            let me = asker.query("{ me { username } }").await;
            assert_eq!(me["me"]["username"], "vera", "{issuing:?} at {using:?}");
            let verified = json!({ "token": access });
            world
                .anybody()
                .at(using)
                .act("verifyToken", verified)
                .await
                .succeeds();
            token = refresh_at(&world, using, &token)
                .await
                .succeeds()
                .refresh_token();
        }
        for using in DOORS {
            let credentials = json!({ "username": "vera", "password": PASSWORD });
            let token = at_issuing
                .act("tokenAuth", credentials)
                .await
                .succeeds()
                .refresh_token();
            let revoked = json!({ "refreshToken": token });
            world
                .anybody()
                .at(using)
                .act("revokeToken", revoked)
                .await
                .succeeds();
            assert!(!refresh_at(&world, issuing, &token).await.has_succeeded());
        }
    }
    world.close().await;
}

#[tokio::test]
async fn a_captcha_of_one_door_is_good_at_the_others() {
    for issuing in DOORS {
        let world = World::open(issuing, &[("LOGIN_REQUIRE_CAPTCHA", "true")]).await;
        world.vera().await;
        for using in DOORS {
            let captcha = world.captcha_saying("161803").await;
            let credentials = json!({ "username": "vera", "password": PASSWORD });
            let asker = world.anybody().at(using);
            let wrong = answering(&captcha, "161804", credentials.clone());
            asker
                .act("tokenAuth", wrong)
                .await
                .refuses("captcha", "invalid_captcha");
            let right = answering(&captcha, "161803", credentials);
            asker.act("tokenAuth", right).await.succeeds();
        }
        world.close().await;
    }
}
