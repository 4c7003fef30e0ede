use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World, in_both_dialects, in_each_dialect};

async fn verify(world: &World, token: &str) -> Reply {
    world.act("verifyToken", json!({ "token": token })).await
}

async fn is_invalid(world: &World, token: &str) {
    verify(world, token)
        .await
        .refuses("nonFieldErrors", "invalid_token");
}

/// What an access token says.
fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).expect("three parts");
    let body = BASE64URL_NOPAD.decode(body.as_bytes()).expect("base64");
    serde_json::from_slice(&body).expect("claims")
}

fn signed(claims: &Value, key: &[u8], algorithm: Algorithm) -> String {
    let key = EncodingKey::from_secret(key);
    encode(&Header::new(algorithm), claims, &key).expect("a token")
}

/// As the service would sign them.
fn signed_here(world: &World, claims: &Value) -> String {
    let app = world.app();
    let key = app.settings.access.secret.expose().as_bytes();
    signed(claims, key, Algorithm::HS256)
}

#[tokio::test]
async fn a_fresh_token_is_good_and_shows_three_claims() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let token = world.log_in("vera").await.access_token();
        let now = world.now().as_second();
        let expected = json!({ "username": "vera", "exp": now + 300, "origIat": now });
        world.pass(Duration::from_secs(299));
        let reply = verify(world, &token).await.succeeds();
        assert_eq!(reply.get("payload"), &expected, "{reply}");
    })
    .await;
}

#[tokio::test]
async fn an_access_token_says_whose_it_is_and_is_like_no_other() {
    in_each_dialect(&[], async |world| {
        let vera = world.vera().await;
        let (first, second) = (world.token_of("vera").await, world.token_of("vera").await);
        let [first, second] = [first, second].map(|token| claims(&token));
        assert_eq!(first["sub"], vera.id().to_string());
        assert_eq!(first["iat"], first["origIat"]);
        assert_eq!(first["epoch"], 0);
        assert_ne!(first["jti"], second["jti"]);
        let members = first.as_object().expect("claims").len();
        assert_eq!(members, 7, "{first}");
    })
    .await;
}

#[tokio::test]
async fn an_expired_token_is_told_so_whoever_it_belongs_to() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.ina().await;
        let gone = world.person("gone", |_| {}).await;
        let mut tokens = Vec::new();
        for name in ["vera", "ina", "gone"] {
            tokens.push(world.token_of(name).await);
        }
        assert!(world.backstage().remove(&gone).await.expect("the store"));
        world.pass(Duration::from_secs(305));
        for token in tokens {
            let reply = verify(world, &token).await;
            let reply = reply.refuses("nonFieldErrors", "expired_token");
            assert_eq!(reply.message("nonFieldErrors"), "Expired token.");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_access_token_is_invalid() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.nora().await;
        let logged_in = world.log_in("vera").await;
        let resent = json!({ "email": "nora@email.com" });
        world.act("resendActivationEmail", resent).await.succeeds();
        let mailed = world.token_mailed("nora@email.com", "activate");
        let token = logged_in.access_token();
        for (token, what) in [
            ("invalid".to_owned(), "a word"),
            (String::new(), "nothing"),
            (logged_in.refresh_token(), "a refresh token"),
            (mailed, "a mailed token"),
            (format!("{token}x"), "a longer token"),
            (format!(" {token}"), "a token with a space"),
            (token[..token.len() - 4].to_owned(), "a shorter token"),
            (token.replacen("ey", "eY", 1), "a token with another header"),
        ] {
            let reply = verify(world, &token).await;
            assert!(
                reply.is_refused("nonFieldErrors", "invalid_token"),
                "{what}{reply}"
            );
            reply.refuses("nonFieldErrors", "invalid_token");
        }
    })
    .await;
}

#[tokio::test]
async fn only_tokens_that_this_service_has_signed_are_good() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let good = claims(&world.token_of("vera").await);
        verify(world, &signed_here(world, &good)).await.succeeds();

        let key = world.app().settings.access.secret.expose().to_owned();
        is_invalid(
            world,
            &signed(
                &good,
                b"some other key of many bytes, but not ours",
                Algorithm::HS256,
            ),
        )
        .await;
        is_invalid(world, &signed(&good, b"", Algorithm::HS256)).await;
        for algorithm in [Algorithm::HS384, Algorithm::HS512] {
            is_invalid(world, &signed(&good, key.as_bytes(), algorithm)).await;
        }
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        for algorithm in ["none", "None", "HS256"] {
            let header = part(&json!({ "alg": algorithm, "typ": "JWT" }));
            is_invalid(world, &format!("{header}.{}.", part(&good))).await;
        }
        is_invalid(world, &signed_here(world, &json!({ "foo": "x" }))).await;
        for name in ["sub", "username", "exp", "origIat", "iat", "epoch"] {
            let mut lacking = good.clone();
            lacking.as_object_mut().expect("claims").remove(name);
            is_invalid(world, &signed_here(world, &lacking)).await;
            for value in [Value::Null, json!([]), json!("x"), json!(-1.5)] {
                if (name, value.is_string()) == ("username", true) {
                    continue;
                }
                let mut wrong = good.clone();
                wrong[name] = value;
                is_invalid(world, &signed_here(world, &wrong)).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_is_no_better_than_its_owner() {
    in_each_dialect(&[], async |world| {
        for name in ["gone", "off", "asleep", "vera"] {
            world.person(name, |_| {}).await;
        }
        let mut tokens = Vec::new();
        for name in ["gone", "off", "asleep", "vera"] {
            tokens.push(world.token_of(name).await);
        }
        let gone = world.account("gone").await.expect("gone");
        assert!(world.backstage().remove(&gone).await.expect("the store"));
        world.operate("off", "active", false).await;
        world.operate("asleep", "archived", true).await;
        let change = json!({
            "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
        });
        world
            .with_token(&tokens[3])
            .act("passwordChange", change)
            .await
            .succeeds();
        for token in &tokens {
            is_invalid(world, token).await;
        }
        // Somebody else of the same name is somebody else.
        world.person("gone", |_| {}).await;
        is_invalid(world, &tokens[0]).await;
    })
    .await;
}
