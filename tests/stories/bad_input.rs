//! What strangers send by mistake or on purpose, and what engines answer on a bad day.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use futures::future::join_all;
use futures::join;
use graphql::http::Dialect;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use local::Behaviour;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::{Fate, Reply, World, in_both_dialects};

async fn register(world: &World, changed: Value) -> Reply {
    world.act("register", registration(changed)).await
}

#[tokio::test]
async fn a_nul_character_is_refused_under_the_field_it_stands_in() {
    let names = [("REGISTER_MUTATION_FIELDS_OPTIONAL", "first_name,last_name")];
    in_both_dialects(&names, async |world| {
        world.vera().await;
        let before = world.kept().await;
        let nul: &[&str] = &["null_characters_not_allowed"];
        let in_every_field = json!({
            "email": "new\0user@email.com", "username": "new\0user",
            "firstName": "\0", "lastName": "L\0",
            "password1": "akssdg\0fbwkc", "password2": "akssdg\0fbwkc",
        });
        let reply = register(world, in_every_field).await;
        assert_eq!(
            reply.message("username"),
            "Null characters are not allowed."
        );
        reply.refuses_all(&[
            ("email", &["invalid", "null_characters_not_allowed"]),
            ("username", nul),
            ("firstName", nul),
            ("lastName", nul),
            ("password1", nul),
            ("password2", nul),
        ]);
        let long = format!("{}\0", "a".repeat(150));
        register(world, json!({ "username": long }))
            .await
            .refuses_all(&[("username", &["max_length", "null_characters_not_allowed"])]);

        for (credentials, right) in [
            (
                json!({ "username": "vera\0", "password": PASSWORD }),
                "username",
            ),
            (
                json!({ "email": "vera@email.com\0", "password": PASSWORD }),
                "email",
            ),
            (
                json!({ "username": "vera", "password": format!("{PASSWORD}\0") }),
                "password",
            ),
        ] {
            let reply = world.act("tokenAuth", credentials).await;
            assert!(
                reply.is_refused("nonFieldErrors", "invalid_credentials"),
                "{right}{reply}"
            );
        }
        world
            .act("verifyAccount", json!({ "token": "\0" }))
            .await
            .refuses("nonFieldErrors", "invalid_token");
        assert_eq!(world.kept().await, before);
    })
    .await;
}

#[tokio::test]
async fn very_long_texts_are_measured_and_refused() {
    in_both_dialects(&[], async |world| {
        let before = world.kept().await;
        let long = "a".repeat(60_000);
        let reply = register(world, json!({ "username": long })).await;
        let reply = reply.refuses("username", "max_length");
        assert_eq!(
            reply.message("username"),
            "Ensure this value has at most 150 characters (it has 60000)."
        );
        // One character that is eighteen when it is normalised.
        let reply = register(world, json!({ "username": "\u{fdfa}".repeat(9) })).await;
        assert_eq!(
            reply.message("username"),
            "Ensure this value has at most 150 characters (it has 162)."
        );
        register(world, json!({ "email": format!("{long}@email.com") }))
            .await
            .refuses("email", "max_length");
        register(world, json!({ "email": format!("a@{long}.com") }))
            .await
            .refuses_all(&[("email", &["invalid", "max_length"])]);
        for (name, code) in [
            ("username", "invalid_credentials"),
            ("email", "invalid_credentials"),
        ] {
            let credentials = json!({ name: long, "password": "x" });
            let reply = world.act("tokenAuth", credentials).await;
            reply.refuses("nonFieldErrors", code);
        }
        for (act, argument) in [
            ("verifyAccount", "token"),
            ("verifyToken", "token"),
            ("refreshToken", "refreshToken"),
            ("revokeToken", "refreshToken"),
        ] {
            let reply = world.act(act, json!({ argument: long })).await;
            reply.refuses("nonFieldErrors", "invalid_token");
        }
        assert_eq!(world.kept().await, before);

        let megabyte = json!({ "username": "a".repeat(1 << 20) });
        assert_eq!(register(world, megabyte).await.status, 413);
        world.proxy.take_calls();
        let asker = world.anybody().with_header("x-long", &long);
        assert_eq!(asker.query("{ me { id } }").await["me"], Value::Null);
        assert!(world.proxy.take_calls().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_password_may_be_as_long_as_a_body() {
    in_both_dialects(&[], async |world| {
        let password = "correct horse ".repeat(2_000);
        let both = json!({ "password1": password, "password2": password });
        register(world, both).await.succeeds();
        let log_in = async |password: &str| {
            let credentials = json!({ "username": "new_user", "password": password });
            world.act("tokenAuth", credentials).await
        };
        log_in(&password[1..])
            .await
            .refuses("nonFieldErrors", "invalid_credentials");
        log_in(&password).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn half_a_surrogate_pair_is_no_text() {
    in_both_dialects(&[], async |world| {
        let asker = world.anybody();
        let resend = asker.act_text(
            "resendActivationEmail",
            &json!({ "email": "TEXT" }),
            "success",
        );
        let with_variable = resend.replace("\"TEXT\"", "$email");
        let document = format!("mutation ($email: String!) {{ {with_variable} }}");
        for half in [r"\ud83d", r"\ude00", r"\ude00\ud83d", r"\ud83dx"] {
            let query = json!(document);
            let body = format!(r#"{{"query": {query}, "variables": {{"email": "{half}"}}}}"#);
            asker
                .post(&body, "application/json")
                .await
                .is_request_error();
            let in_document = format!("mutation {{ {} }}", resend.replace("TEXT", half));
            let reply = asker.document(&in_document, json!({})).await;
            reply.is_request_error();
        }
        let body = b"{\"query\": \"{ me { id } } # \xed\xa0\xbd\"}";
        let asker = asker.with_header("content-type", "application/json");
        let here = tests::request::path(world.dialect());
        let reply = asker.send(http::Method::POST, here, body.to_vec()).await;
        reply.is_request_error();
        assert!(world.proxy.take_calls().is_empty());
    })
    .await;
}

#[tokio::test]
async fn names_come_in_every_script_and_without_tricks() {
    let names = [("REGISTER_MUTATION_FIELDS_OPTIONAL", "first_name")];
    in_both_dialects(&names, async |world| {
        for username in [
            "😀",
            "user😀",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{feff}b",
            "\u{301}a",
            "a\u{2028}b",
            "½",
        ] {
            register(world, json!({ "username": username }))
                .await
                .refuses("username", "invalid");
        }
        for (number, username) in ["مستخدم", "משתמש1", "用户", "Ⅷ"].into_iter().enumerate()
        {
            let first_name = "\u{202e}عائشة 👩\u{200d}🚀";
            let email = format!("user{number}@email.com");
            let form = json!({ "username": username, "email": email, "firstName": first_name });
            register(world, form).await.succeeds();
            let credentials = json!({ "username": username, "password": "akssdgfbwkc" });
            let reply = world.act("tokenAuth", credentials).await.succeeds();
            let me = world.with_token(&reply.text("token"));
            let me = me.query("{ me { firstName } }").await;
            assert_eq!(me["me"]["firstName"], first_name);
        }
    })
    .await;
}

#[tokio::test]
async fn names_that_only_look_different_are_the_same_and_names_that_only_look_the_same_are_not() {
    in_both_dialects(&[], async |world| {
        let form = json!({ "username": "Ame\u{301}lie_fi", "email": "a@stra\u{df}e.de" });
        register(world, form).await.succeeds();
        for username in [
            "Am\u{e9}lie_fi",
            "AMÉLIE_FI",
            "ａｍéｌｉｅ_ﬁ",
            "𝓐mélie_fi",
            "Amélie＿ﬁ",
        ] {
            register(world, json!({ "username": username }))
                .await
                .refuses("username", "unique");
            let credentials = json!({ "username": username, "password": "akssdgfbwkc" });
            world.act("tokenAuth", credentials).await.succeeds();
        }
        for email in ["a@xn--strae-oqa.de", "A@straße.DE", "a@ｓｔｒａße.de"] {
            register(world, json!({ "email": email }))
                .await
                .refuses("email", "unique");
        }
        // Two domains since IDNA 2008, though one is upper case of the other.
        let form = json!({ "email": "a@STRASSE.de" });
        register(world, form).await.succeeds();
        // The first letter is Cyrillic.
        let form = json!({ "username": "\u{410}m\u{e9}lie_fi", "email": "b@email.com" });
        register(world, form).await.succeeds();
    })
    .await;
}

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

/// A token of each kind, with the acts that take it.
async fn a_token_of_each_kind(world: &World) -> BTreeMap<&'static str, String> {
    world.everybody().await;
    let vera = world.log_in("vera").await.succeeds();
    let mail = async |act: &str, email: &str, path: &str| {
        let reply = world.act(act, json!({ "email": email })).await;
        reply.succeeds();
        world.token_mailed(email, path)
    };
    let activation = mail("resendActivationEmail", "nora@email.com", "activate").await;
    let reset = mail("sendPasswordResetEmail", "sam@email.com", "password-reset").await;
    let second = json!({ "email": "vera2@email.com", "password": PASSWORD });
    let asker = world.as_person("vera").await;
    asker
        .act("sendSecondaryEmailActivation", second)
        .await
        .succeeds();
    let secondary = world.token_mailed("vera2@email.com", "activate-secondary-email");

    let without_password = |yes| {
        let restarted = world.restart(&[
            ("ALLOW_PASSWORDLESS_REGISTRATION", yes),
            ("SEND_PASSWORD_SET_EMAIL", yes),
        ]);
        restarted.expect("settings that are right");
    };
    without_password("true");
    let paula = json!({ "email": "paula@email.com", "username": "paula" });
    world.act("register", paula).await.succeeds();
    let set = world.token_mailed("paula@email.com", "password-set");
    without_password("false");

    let stan = world.as_person("stan").await;
    let page = stan.query("{ users(first: 1) { pageInfo { endCursor } edges { node { id } } } }");
    let page = page.await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    BTreeMap::from([
        ("access", vera.text("token")),
        ("refresh", vera.text("refreshToken")),
        ("activation", activation),
        ("password_reset", reset),
        ("password_set", set),
        ("secondary", secondary),
        ("cursor", text(&page["users"]["pageInfo"]["endCursor"])),
        ("id", text(&page["users"]["edges"][0]["node"]["id"])),
    ])
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

/// Acts and queries that need the store, each as somebody would ask it.
async fn whatever_needs_the_store(world: &World) -> Vec<(&'static str, Value)> {
    let tokens = a_token_of_each_kind(world).await;
    let pair = |token: &str| json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    let confirmed = json!({ "password": PASSWORD });
    vec![
        ("register", registration(json!({}))),
        (
            "register",
            registration(json!({ "username": "vera", "password1": "1", "password2": "1" })),
        ),
        ("verifyAccount", json!({ "token": tokens["activation"] })),
        (
            "resendActivationEmail",
            json!({ "email": "nora@email.com" }),
        ),
        (
            "sendPasswordResetEmail",
            json!({ "email": "vera@email.com" }),
        ),
        ("passwordReset", pair(&tokens["password_reset"])),
        ("passwordSet", pair(&tokens["password_set"])),
        (
            "tokenAuth",
            json!({ "username": "archie", "password": PASSWORD }),
        ),
        ("verifyToken", json!({ "token": tokens["access"] })),
        ("refreshToken", json!({ "refreshToken": tokens["refresh"] })),
        ("revokeToken", json!({ "refreshToken": tokens["refresh"] })),
        (
            "verifySecondaryEmail",
            json!({ "token": tokens["secondary"] }),
        ),
        ("captcha", json!({})),
        ("updateAccount", json!({ "firstName": "S" })),
        ("archiveAccount", confirmed.clone()),
        ("deleteAccount", confirmed.clone()),
        ("swapEmails", confirmed.clone()),
        ("removeSecondaryEmail", confirmed.clone()),
        (
            "sendSecondaryEmailActivation",
            json!({ "email": "sam3@email.com", "password": PASSWORD }),
        ),
        (
            "passwordChange",
            json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD }),
        ),
    ]
}

/// Asks for all of them at once, as sam, and for the queries; each is an accident of which nothing shows.
async fn each_is_an_internal_error(
    world: &World,
    asks: &[(&'static str, Value)],
    doors: &[Dialect],
) {
    let sam = world.as_person("sam").await;
    let asking = doors.iter().flat_map(|door| {
        let sam = sam.clone().at(*door);
        asks.iter().map(move |(act, arguments)| {
            let sam = sam.clone();
            async move { sam.act(act, arguments.clone()).await }
        })
    });
    let queries = doors.iter().map(|door| {
        let sam = sam.clone().at(*door);
        async move { sam.document("{ me { username } }", json!({})).await }
    });
    let (acts, queries) = join!(join_all(asking), join_all(queries));
    for reply in acts.into_iter().chain(queries) {
        let reply = reply.is_internal_error();
        assert!(
            reply.body["data"]
                .as_object()
                .is_none_or(|data| data.values().all(Value::is_null)),
            "{reply}"
        );
    }
}

#[tokio::test]
async fn a_store_that_refuses_is_an_internal_error_and_changes_nothing() {
    in_both_dialects(&[], async |world| {
        let asks = whatever_needs_the_store(world).await;
        let before = world.kept().await;
        world.inbox.clear();
        world.log.clear();
        for fate in [
            Fate::Fail,
            Fate::Refuse("ValidationException"),
            Fate::Refuse("AccessDeniedException"),
            Fate::Refuse("ProvisionedThroughputExceededException"),
        ] {
            world.proxy.all(fate);
            // The token is made past the proxy, the asking goes through it.
            each_is_an_internal_error(world, &asks, &[world.dialect()]).await;
        }
        world.proxy.all(Fate::Pass);
        assert_eq!(world.kept().await, before);
        assert_eq!(world.inbox.requests(), 0);
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
        let log = world.log.text();
        for secret in ["email.com", PASSWORD, "new_user"] {
            assert!(!log.contains(secret), "{secret} is in the log: {log}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_store_that_answers_nonsense_is_an_internal_error() {
    in_both_dialects(&[], async |world| {
        let asks = whatever_needs_the_store(world).await;
        world.inbox.clear();
        world.proxy.all(Fate::Babble);
        each_is_an_internal_error(world, &asks, &[world.dialect()]).await;
        // What was asked may have been done, but never by half: the tables are audited at the end.
        world.proxy.all(Fate::Pass);
        assert!(world.account("new_user").await.is_none());
        assert_eq!(world.inbox.requests(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_store_that_never_answers_is_an_internal_error_within_the_time_of_the_function() {
    let world = World::open(Dialect::Plain, &[]).await;
    let asks = whatever_needs_the_store(&world).await;
    let before = world.kept().await;
    world.inbox.clear();
    world.proxy.all(Fate::Hang);
    let began = Instant::now();
    each_is_an_internal_error(&world, &asks, &[Dialect::Plain, Dialect::Relay]).await;
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    world.proxy.all(Fate::Pass);
    assert_eq!(world.kept().await, before);
    assert_eq!(world.inbox.requests(), 0);
    world.close().await;
}

#[tokio::test]
async fn a_post_office_that_never_answers_is_not_waited_for_long() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.everybody().await;
    world.inbox.behave(Behaviour::Hang);
    let before = world.kept().await;
    let timed = async |door: Dialect, act: &'static str, arguments: Value| {
        let asker = world.anybody().at(door);
        let began = Instant::now();
        let reply = asker.act(act, arguments).await;
        (reply, began.elapsed())
    };
    let mails = [Dialect::Plain, Dialect::Relay].map(|door| {
        let name = format!("user_{door:?}");
        let form = json!({ "username": name, "email": format!("{name}@email.com") });
        let nora = json!({ "email": "nora@email.com" });
        [
            timed(door, "register", registration(form)),
            timed(door, "resendActivationEmail", nora.clone()),
            timed(door, "sendPasswordResetEmail", nora),
        ]
    });
    let mails = join_all(mails.into_iter().flatten());
    let notice = async {
        let vera = world.as_person("vera").await;
        let began = Instant::now();
        let reply = vera
            .act("archiveAccount", json!({ "password": PASSWORD }))
            .await;
        (reply, began.elapsed())
    };
    let (mails, (archived, elapsed)) = join!(mails, notice);
    for (reply, elapsed) in mails {
        let reply = reply.refuses("nonFieldErrors", "email_fail");
        assert!(elapsed < Duration::from_secs(6), "{elapsed:?}{reply}");
    }
    archived.succeeds();
    assert!(elapsed < Duration::from_millis(3_500), "{elapsed:?}");

    world.operate("vera", "archived", false).await;
    assert_eq!(world.kept().await.len(), before.len());
    world.inbox.behave(Behaviour::Deliver);
    let form = json!({ "username": "user_Plain", "email": "user_Plain@email.com" });
    register(&world, form).await.succeeds();
    world.close().await;
}
