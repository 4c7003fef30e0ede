//! Texts that are no texts, or too much of one.

use serde_json::{Value, json};
use tests::in_both_dialects;
use tests::people::PASSWORD;

use super::register;

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
