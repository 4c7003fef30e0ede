//! Who is asking: the header with the access token.

use std::time::Duration;

use graphql::http::Dialect;
use http::Method;
use serde_json::{Value, json};
use tests::request::path;
use tests::{in_both_dialects, in_each_dialect};

use super::{ME, each_went, together};

#[tokio::test]
async fn a_token_counts_behind_two_prefixes_in_any_case_and_nowhere_else() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let token = world.token_of("vera").await;
        let me = async |headers: &[String]| {
            let asker = headers.iter().fold(world.anybody(), |asker, value| {
                asker.with_header("authorization", value)
            });
            asker.query(ME).await["me"]["username"].clone()
        };
        for prefix in ["JWT ", "jwt ", "Bearer ", "bearer ", "JWT   ", "  JWT\t"] {
            assert_eq!(
                me(&[format!("{prefix}{token}")]).await,
                "vera",
                "{prefix:?}"
            );
        }
        for value in [
            token.clone(),
            format!("Token {token}"),
            format!("JWT {token} x"),
            format!("JWT, {token}"),
            format!("JWT{token}"),
            format!("JWT \"{token}\""),
            "JWT".to_owned(),
            String::new(),
        ] {
            assert_eq!(
                me(std::slice::from_ref(&value)).await,
                Value::Null,
                "{value}"
            );
        }
        let value = format!("JWT {token}");
        assert_eq!(me(&[value.clone(), value.clone()]).await, Value::Null);

        let cookie = world
            .anybody()
            .with_header("cookie", &format!("JWT={token}"));
        assert_eq!(cookie.query(ME).await["me"], Value::Null);
        let by_url = format!("{}?token={token}&jwt={token}", path(world.dialect()));
        let body = json!({ "query": ME }).to_string().into_bytes();
        let asker = world
            .anybody()
            .with_header("content-type", "application/json");
        let reply = asker.send(Method::POST, &by_url, body).await;
        assert_eq!(reply.body["data"]["me"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn header_and_prefix_can_be_named_otherwise() {
    let settings = [
        ("JWT_AUTH_HEADER_NAME", "X-Access"),
        ("JWT_AUTH_HEADER_PREFIX", "Token"),
    ];
    in_both_dialects(&settings, async |world| {
        world.vera().await;
        let token = world.token_of("vera").await;
        for (name, value, user) in [
            ("x-access", format!("token {token}"), json!("vera")),
            ("x-access", format!("Bearer {token}"), json!("vera")),
            ("x-access", format!("JWT {token}"), Value::Null),
            ("authorization", format!("Token {token}"), Value::Null),
        ] {
            let me = world.anybody().with_header(name, &value).query(ME).await;
            assert_eq!(me["me"]["username"], user, "{name}: {value}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_good_here_makes_its_bearer_anonymous_and_disturbs_nothing() {
    in_both_dialects(&[("JWT_AUDIENCE", "elsewhere")], async |world| {
        world.everybody().await;
        let foreign = world.token_of("vera").await;
        let moved = world.restart(&[("JWT_AUDIENCE", "here")]);
        moved.expect("settings that are right");
        let inactive = world.token_of("ina").await;
        let archived = world.token_of("archie").await;
        let outdated = world.token_of("stan").await;
        world.operate("stan", "epoch", 1).await;
        let at_home = world.token_of("vera").await;
        let me = async |token: &str| world.with_token(token).query(ME).await["me"].clone();
        assert_eq!(me(&at_home).await["username"], "vera");
        for token in [&foreign, &inactive, &archived, &outdated] {
            assert_eq!(me(token).await, Value::Null);
            let token_argument = json!({ "token": token });
            let reply = world.act("verifyToken", token_argument.clone()).await;
            reply.refuses("nonFieldErrors", "invalid_token");

            let asker = world.with_token(token);
            let reply = asker
                .act("updateAccount", json!({ "firstName": "V" }))
                .await;
            reply.refuses("nonFieldErrors", "unauthenticated");
            let nobody = json!({ "email": "nobody@email.com" });
            let public = [
                ("resendActivationEmail", nobody.clone()),
                ("sendPasswordResetEmail", nobody),
                ("verifyToken", json!({ "token": at_home })),
            ];
            each_went(&together(&asker, &public).await, &[None, None, None]);
            let public = [
                ("verifyToken", token_argument),
                ("verifyAccount", json!({ "token": "x" })),
                ("verifySecondaryEmail", json!({ "token": "x" })),
                ("refreshToken", json!({ "refreshToken": "x" })),
                ("revokeToken", json!({ "refreshToken": "x" })),
            ];
            let invalid = Some(("nonFieldErrors", "invalid_token"));
            each_went(&together(&asker, &public).await, &[invalid; 5]);
        }
        let expired = at_home;
        world.pass(Duration::from_secs(301));
        assert_eq!(me(&expired).await, Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_at_every_door() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let reply = world.log_in("vera").await.succeeds();
        let token = &reply.get("token");
        let token = token.as_str().or_else(|| token["token"].as_str());
        let asker = world.with_token(token.expect("a token"));
        for dialect in [Dialect::Plain, Dialect::Relay, Dialect::Gqlauth] {
            let me = asker.clone().at(dialect).query(ME).await;
            assert_eq!(me["me"]["username"], "vera", "{dialect:?}");
        }
    })
    .await;
}
