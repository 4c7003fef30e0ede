//! Tokens that are damaged, of another kind, or somebody else's making.

use data_encoding::BASE64URL_NOPAD;
use futures::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tests::people::NEW_PASSWORD;
use tests::{World, in_both_dialects};

use super::a_token_of_each_kind;

/// The token cut, lengthened, and with one character changed at every place; at the last place,
/// where some bits may say nothing, to every other.
fn damaged(token: &str) -> Vec<String> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=+/";
    let changed = |place: usize, to: char| {
        let mut letters: Vec<char> = token.chars().collect();
        letters[place] = to;
        letters.into_iter().collect::<String>()
    };
    let at_every_place = token.chars().enumerate().flat_map(|(place, letter)| {
        let case = match letter {
            letter if letter.is_ascii_uppercase() => letter.to_ascii_lowercase(),
            letter if letter.is_ascii_lowercase() => letter.to_ascii_uppercase(),
            _ => '.',
        };
        ['A', '0', case].map(|to| changed(place, to))
    });
    let at_the_end = ALPHABET.chars().map(|to| changed(token.len() - 1, to));
    let cut = (0..token.len()).map(|length| token[..length].to_owned());
    let beheaded = (1..=8).map(|start| token[start..].to_owned());
    let lengthened = ["A", "=", " ", "\n", "\0", "."].map(|more| format!("{token}{more}"));
    let behind = [" ", "A"].map(|more| format!("{more}{token}"));
    at_every_place
        .chain(at_the_end)
        .chain(cut)
        .chain(beheaded)
        .chain(lengthened)
        .chain(behind)
        .filter(|spelling| spelling != token)
        .collect()
}

/// Claims that an act finds each of these tokens invalid. Ten are asked about at a time.
async fn finds_invalid(world: &World, (act, argument): (&str, &str), tokens: &[String]) {
    let invalid =
        json!({ "nonFieldErrors": [{ "message": "Invalid token.", "code": "invalid_token" }] });
    let asker = world.anybody();
    for ten in tokens.chunks(10) {
        let texts = ten.iter().enumerate().map(|(number, token)| {
            let mut arguments = json!({ argument: token });
            if act.starts_with("password") {
                arguments["newPassword1"] = json!(NEW_PASSWORD);
                arguments["newPassword2"] = json!(NEW_PASSWORD);
            }
            let text = asker.act_text(act, &arguments, "success errors");
            format!("t{number}: {text}")
        });
        let document = format!("mutation {{ {} }}", texts.collect::<Vec<_>>().join(" "));
        let reply = asker.document(&document, json!({})).await;
        for (number, token) in ten.iter().enumerate() {
            let errors = &reply.body["data"][format!("t{number}")]["errors"];
            assert_eq!(errors, &invalid, "{act} with {token:?}{reply}");
        }
    }
}

/// The acts that take a token, by the kind that they take.
const TAKERS: [(&str, (&str, &str)); 7] = [
    ("access", ("verifyToken", "token")),
    ("refresh", ("refreshToken", "refreshToken")),
    ("refresh", ("revokeToken", "refreshToken")),
    ("activation", ("verifyAccount", "token")),
    ("password_reset", ("passwordReset", "token")),
    ("password_set", ("passwordSet", "token")),
    ("secondary", ("verifySecondaryEmail", "token")),
];

#[tokio::test]
async fn a_token_of_one_kind_is_never_taken_for_another() {
    in_both_dialects(&[], async |world| {
        let tokens = a_token_of_each_kind(world).await;
        let before = world.kept().await;
        for (kind, taker) in TAKERS {
            let others = tokens.iter().filter(|(other, _)| **other != kind);
            let others: Vec<_> = others.map(|(_, token)| token.clone()).collect();
            finds_invalid(world, taker, &others).await;
        }
        let stan = world.as_person("stan").await;
        for (kind, token) in &tokens {
            let me = world.with_token(token).query("{ me { username } }").await;
            assert_eq!(me["me"].is_null(), *kind != "access", "{kind}");
            let after = json!({ "after": token });
            let page = stan
                .document(
                    "query ($after: String) { users(after: $after) { edges { cursor } } }",
                    after,
                )
                .await;
            let edges = page.body["data"]["users"]["edges"].as_array();
            let rest = if *kind == "cursor" { 7 } else { 8 };
            assert_eq!(edges.map(Vec::len), Some(rest), "{kind}{page}");
        }
        assert_eq!(world.kept().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_token_damaged_at_any_place_is_invalid_and_the_whole_one_stays_good() {
    in_both_dialects(&[], async |world| {
        let tokens = a_token_of_each_kind(world).await;
        let before = world.kept().await;
        for (kind, taker) in TAKERS {
            finds_invalid(world, taker, &damaged(&tokens[kind])).await;
        }
        assert_eq!(world.kept().await, before);
        for (kind, (act, argument)) in TAKERS {
            let pair = json!({ argument: tokens[kind], "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
            let alone = json!({ argument: tokens[kind] });
            let arguments = if act.starts_with("password") { pair } else { alone };
            world.act(act, arguments).await.succeeds();
        }
    })
    .await;
}

#[tokio::test]
async fn a_damaged_token_in_the_header_is_no_token() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let token = world.token_of("vera").await;
        let is_header = |text: &String| http::HeaderValue::from_str(text).is_ok();
        let asking = damaged(&token)
            .into_iter()
            .filter(|text| is_header(text) && text.trim() != token)
            .step_by(7)
            .map(async |token| {
                let me = world.with_token(&token).query("{ me { username } }").await;
                assert_eq!(me["me"], Value::Null, "{token}");
            });
        join_all(asking).await;
        assert!(world.proxy.take_calls().is_empty());
    })
    .await;
}

/// A JWT of one's own making.
fn forged(algorithm: Algorithm, claims: &Value, key: &str) -> String {
    let key = EncodingKey::from_secret(key.as_bytes());
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).expect("a token")
}

#[tokio::test]
async fn a_token_that_this_service_has_not_signed_is_invalid_whatever_it_says() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let real = world.token_of("vera").await;
        let parts: Vec<&str> = real.split('.').collect();
        let claims = BASE64URL_NOPAD.decode(parts[1].as_bytes()).expect("base64");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        let app = world.app();
        let key = app.settings.access.secret.expose();
        let spelled = |header: &str| BASE64URL_NOPAD.encode(header.as_bytes());
        let unsigned =
            |header: &str, signature: &str| format!("{}.{}.{signature}", spelled(header), parts[1]);

        let mut tokens = vec![
            forged(
                Algorithm::HS256,
                &claims,
                "another key, that is forty bytes and more",
            ),
            forged(Algorithm::HS256, &claims, ""),
            forged(Algorithm::HS384, &claims, key),
            forged(Algorithm::HS512, &claims, key),
            forged(Algorithm::HS256, &json!({ "foo": "x" }), key),
            forged(Algorithm::HS256, &json!([]), key),
            unsigned(r#"{"typ":"JWT","alg":"none"}"#, ""),
            unsigned(r#"{"typ":"JWT","alg":"none"}"#, parts[2]),
            unsigned(r#"{"typ":"JWT","alg":"None"}"#, ""),
            unsigned(r#"{"typ":"JWT","alg":"HS256"}"#, ""),
            unsigned(r#"{"typ":"JWT"}"#, parts[2]),
            unsigned(r#"{"typ":"JWT","alg":"RS256"}"#, parts[2]),
            unsigned("", parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{real}.{}", parts[2]),
            "..".to_owned(),
        ];
        let changed = |name: &str, value: Value| {
            let mut claims = claims.clone();
            claims[name] = value;
            forged(Algorithm::HS256, &claims, key)
        };
        for name in ["sub", "username", "exp", "origIat", "iat", "epoch"] {
            let mut without = claims.clone();
            without.as_object_mut().expect("an object").remove(name);
            tokens.push(forged(Algorithm::HS256, &without, key));
            for value in [Value::Null, json!([]), json!(-1.5), json!({ "a": 1 })] {
                tokens.push(changed(name, value));
            }
        }
        for (name, value) in [
            ("sub", json!("vera")),
            ("sub", json!("0".repeat(32))),
            (
                "sub",
                json!(claims["sub"].as_str().unwrap_or_default().to_uppercase()),
            ),
            ("exp", json!("4000000000")),
            ("epoch", json!(1)),
            ("epoch", json!(-1)),
            ("username", json!(7)),
        ] {
            tokens.push(changed(name, value));
        }
        finds_invalid(world, ("verifyToken", "token"), &tokens).await;
        for token in &tokens {
            let me = world.with_token(token).query("{ me { username } }").await;
            assert_eq!(me["me"], Value::Null, "{token}");
        }
        // The same claims under the right key are a token: it was the signing that was wrong.
        let right = forged(Algorithm::HS256, &claims, key);
        let me = world.with_token(&right).query("{ me { username } }").await;
        assert_eq!(me["me"]["username"], "vera");
    })
    .await;
}
