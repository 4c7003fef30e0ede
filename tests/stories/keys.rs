use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tests::captchas::answering;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World, in_both_dialects};

const OLD: &str = "the secret of last year, which was forty bytes long";
const NEW: &str = "the secret of this year, which is longer than the other one was";

// Made for these stories. They open nothing.
const FIRST: &str = include_str!("../keys/first.pem");
const FIRST_PUBLIC: &str = include_str!("../keys/first.public.pem");
const SECOND: &str = include_str!("../keys/second.pem");

async fn verify(world: &World, token: &str) -> Reply {
    world.act("verifyToken", json!({ "token": token })).await
}

async fn refresh(world: &World, token: &str) -> Reply {
    world
        .act("refreshToken", json!({ "refreshToken": token }))
        .await
}

fn header_of(token: &str) -> Value {
    let header = token.split('.').next().unwrap_or_default();
    let header = BASE64URL_NOPAD.decode(header.as_bytes()).expect("base64");
    serde_json::from_slice(&header).expect("a header")
}

/// Everything that somebody can hold.
struct Held {
    access: String,
    refresh: String,
    activation: String,
    reset: String,
}

async fn everything(world: &World) -> Held {
    world.vera().await;
    world.nora().await;
    let logged_in = world.log_in("vera").await.succeeds();
    let mail = |name: &str| json!({ "email": format!("{name}@email.com") });
    world
        .act("resendActivationEmail", mail("nora"))
        .await
        .succeeds();
    world
        .act("sendPasswordResetEmail", mail("vera"))
        .await
        .succeeds();
    Held {
        access: logged_in.access_token(),
        refresh: logged_in.refresh_token(),
        activation: world.token_mailed("nora@email.com", "activate"),
        reset: world.token_mailed("vera@email.com", "password-reset"),
    }
}

fn new_password(token: &str) -> Value {
    json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD })
}

#[tokio::test]
async fn what_was_issued_under_the_previous_secret_is_good_and_yields_what_the_new_one_makes() {
    in_both_dialects(&[("JWT_SECRET_KEY", OLD)], async |world| {
        let held = everything(world).await;
        let changed = [("JWT_SECRET_KEY", NEW), ("JWT_PREVIOUS_SECRET_KEY", OLD)];
        world.restart(&changed).expect("settings");
        verify(world, &held.access).await.succeeds();
        let me = world
            .with_token(&held.access)
            .query("{ me { username } }")
            .await;
        assert_eq!(me["me"]["username"], "vera");

        let refreshed = refresh(world, &held.refresh).await.succeeds();
        let (access, next) = (refreshed.access_token(), refreshed.refresh_token());
        assert_ne!(header_of(&access)["kid"], header_of(&held.access)["kid"]);
        // In the grace window the old one still gives the same new one.
        assert_eq!(
            refresh(world, &held.refresh)
                .await
                .succeeds()
                .refresh_token(),
            next
        );
        world
            .act("verifyAccount", json!({ "token": held.activation }))
            .await
            .succeeds();

        // Without the old secret, what is new is good, and what is old is not.
        world
            .restart(&[("JWT_PREVIOUS_SECRET_KEY", "")])
            .expect("settings");
        verify(world, &access).await.succeeds();
        verify(world, &held.access)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        let next = refresh(world, &next).await.succeeds().refresh_token();
        refresh(world, &held.refresh)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        let reset = world.act("passwordReset", new_password(&held.reset)).await;
        reset.refuses("nonFieldErrors", "invalid_token");
        // That has not ended the session.
        refresh(world, &next).await.succeeds();

        world.restart(&changed).expect("settings");
        world
            .act("passwordReset", new_password(&held.reset))
            .await
            .succeeds();
    })
    .await;
}

#[tokio::test]
async fn without_the_previous_secret_nothing_old_is_good() {
    in_both_dialects(&[("JWT_SECRET_KEY", OLD)], async |world| {
        let held = everything(world).await;
        world.restart(&[("JWT_SECRET_KEY", NEW)]).expect("settings");
        let me = world
            .with_token(&held.access)
            .query("{ me { username } }")
            .await;
        assert_eq!(me, json!({ "me": null }));
        for (act, arguments) in [
            ("verifyToken", json!({ "token": held.access })),
            ("refreshToken", json!({ "refreshToken": held.refresh })),
            ("revokeToken", json!({ "refreshToken": held.refresh })),
            ("verifyAccount", json!({ "token": held.activation })),
            ("passwordReset", new_password(&held.reset)),
        ] {
            world
                .act(act, arguments)
                .await
                .refuses("nonFieldErrors", "invalid_token");
        }
        // The sessions are only out of reach.
        world.restart(&[("JWT_SECRET_KEY", OLD)]).expect("settings");
        refresh(world, &held.refresh).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_captcha_outlives_a_change_of_the_secret() {
    let captchas = [("JWT_SECRET_KEY", OLD), ("LOGIN_REQUIRE_CAPTCHA", "true")];
    in_both_dialects(&captchas, async |world| {
        world.vera().await;
        let captcha = world.captcha_saying("271828").await;
        let changed = [("JWT_SECRET_KEY", NEW), ("JWT_PREVIOUS_SECRET_KEY", OLD)];
        world.restart(&changed).expect("settings");
        let log_in = async |entry: &str| {
            let arguments = json!({ "username": "vera", "password": PASSWORD });
            world
                .act("tokenAuth", answering(&captcha, entry, arguments))
                .await
        };
        log_in("271829").await.refuses("captcha", "invalid_captcha");
        log_in("271828").await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn tokens_are_signed_with_the_algorithm_that_is_set_and_no_other_is_accepted() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let mut earlier = Vec::<String>::new();
        for algorithm in ["HS256", "HS384", "HS512"] {
            world
                .restart(&[("JWT_ALGORITHM", algorithm)])
                .expect("settings");
            let token = world.token_of("vera").await;
            let header = header_of(&token);
            assert_eq!(
                (&header["alg"], &header["typ"]),
                (&json!(algorithm), &json!("JWT"))
            );
            assert!(header["kid"].is_string());
            verify(world, &token).await.succeeds();
            for token in &earlier {
                verify(world, token)
                    .await
                    .refuses("nonFieldErrors", "invalid_token");
            }
            earlier.push(token);
        }
    })
    .await;
}

#[tokio::test]
async fn access_tokens_can_be_signed_with_a_key_pair() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let under_secret = world.token_of("vera").await;
        // Some places take one line only.
        let one_line = FIRST.replace('\n', "\\n");
        let first = [
            ("JWT_ALGORITHM", "RS256"),
            ("JWT_PRIVATE_KEY", one_line.as_str()),
        ];
        world.restart(&first).expect("settings");
        let logged_in = world.log_in("vera").await.succeeds();
        let under_first = logged_in.access_token();
        assert_eq!(header_of(&under_first)["alg"], "RS256");
        verify(world, &under_first).await.succeeds();
        verify(world, &under_secret)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        refresh(world, &logged_in.refresh_token()).await.succeeds();

        // The public key is no secret, so it must not pass for one.
        let claims = under_first.split('.').nth(1).expect("claims");
        let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).expect("base64");
        let claims: Value = serde_json::from_slice(&claims).expect("claims");
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let key = EncodingKey::from_secret(FIRST_PUBLIC.as_bytes());
            let forged = encode(&Header::new(algorithm), &claims, &key).expect("a token");
            verify(world, &forged)
                .await
                .refuses("nonFieldErrors", "invalid_token");
        }

        let second = [
            ("JWT_PRIVATE_KEY", SECOND),
            ("JWT_PREVIOUS_PUBLIC_KEY", FIRST_PUBLIC),
        ];
        world.restart(&second).expect("settings");
        verify(world, &under_first).await.succeeds();
        let under_second = world.token_of("vera").await;
        verify(world, &under_second).await.succeeds();
        assert_ne!(
            header_of(&under_first)["kid"],
            header_of(&under_second)["kid"]
        );

        world
            .restart(&[("JWT_PREVIOUS_PUBLIC_KEY", "")])
            .expect("settings");
        verify(world, &under_first)
            .await
            .refuses("nonFieldErrors", "invalid_token");
        verify(world, &under_second).await.succeeds();
        for algorithm in ["RS384", "RS512"] {
            world
                .restart(&[("JWT_ALGORITHM", algorithm)])
                .expect("settings");
            let token = world.token_of("vera").await;
            assert_eq!(header_of(&token)["alg"], algorithm);
            verify(world, &token).await.succeeds();
            verify(world, &under_second)
                .await
                .refuses("nonFieldErrors", "invalid_token");
        }
    })
    .await;
}

#[tokio::test]
async fn issuer_and_audience_are_set_and_then_required() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let neither = world.token_of("vera").await;
        world
            .restart(&[("JWT_ISSUER", "latchkey")])
            .expect("settings");
        let issued = world.token_of("vera").await;
        world.restart(&[("JWT_AUDIENCE", "app")]).expect("settings");
        let both = world.token_of("vera").await;
        let me = async |token: &str| world.with_token(token).query("{ me { username } }").await;
        verify(world, &both).await.succeeds();
        assert_eq!(me(&both).await["me"]["username"], "vera");
        for (issuer, audience) in [("latchkey", "app"), ("other", "app"), ("latchkey", "other")] {
            world
                .restart(&[("JWT_ISSUER", issuer), ("JWT_AUDIENCE", audience)])
                .expect("settings");
            let is_own = (issuer, audience) == ("latchkey", "app");
            for (token, is_good) in [(&neither, false), (&issued, false), (&both, is_own)] {
                let reply = verify(world, token).await;
                if is_good {
                    reply.succeeds();
                    continue;
                }
                reply.refuses("nonFieldErrors", "invalid_token");
                assert_eq!(me(token).await, json!({ "me": null }));
                // A public act is not disturbed by it.
                let arguments = json!({ "username": "vera", "password": PASSWORD });
                world
                    .with_token(token)
                    .act("tokenAuth", arguments)
                    .await
                    .succeeds();
            }
        }
        // What is not configured is not required.
        world
            .restart(&[("JWT_ISSUER", ""), ("JWT_AUDIENCE", "")])
            .expect("settings");
        for token in [&neither, &issued, &both] {
            verify(world, token).await.succeeds();
        }
    })
    .await;
}

#[tokio::test]
async fn leeway_tolerates_a_token_that_has_just_expired() {
    in_both_dialects(&[("JWT_LEEWAY", "10s")], async |world| {
        world.vera().await;
        let token = world.token_of("vera").await;
        world.pass(Duration::from_secs(305));
        verify(world, &token).await.succeeds();
        let me = world.with_token(&token).query("{ me { username } }").await;
        assert_eq!(me["me"]["username"], "vera");
        world.pass(Duration::from_secs(10));
        verify(world, &token)
            .await
            .refuses("nonFieldErrors", "expired_token");
    })
    .await;
}
