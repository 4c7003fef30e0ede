//! The two passwords.

use serde_json::json;
use tests::in_both_dialects;

use super::{WEAK_NUMBER, nothing_happened, register, with_passwords};

#[tokio::test]
async fn a_weak_password_is_refused_with_every_reason() {
    in_both_dialects(&[], async |world| {
        let cases: &[(&str, &[&str])] = &[
            ("123456", WEAK_NUMBER),
            ("123", WEAK_NUMBER),
            ("new_user99", &["password_too_similar"]),
            ("w_user@email1", &["password_too_similar"]),
            ("8462957103", &["password_entirely_numeric"]),
            ("٠١٢٣٤٥٦٧٨٩", &["password_entirely_numeric"]),
            ("PASSWORD ", &["password_too_common"]),
            ("😀😁😂🤣", &["password_too_short"]),
        ];
        for (password, codes) in cases {
            let reply = world.act("register", with_passwords(password)).await;
            reply.refuses_all(&[("password2", codes)]);
        }
        let message = async |password| {
            let reply = world.act("register", with_passwords(password)).await;
            reply.message("password2").to_owned()
        };
        assert_eq!(
            message("new_user99").await,
            "The password is too similar to the username."
        );
        assert_eq!(
            message("w_user@email1").await,
            "The password is too similar to the email address."
        );
        assert_eq!(
            message("😀😁😂🤣").await,
            "This password is too short. It must contain at least 8 characters."
        );
        assert_eq!(message("PASSWORD ").await, "This password is too common.");
        assert_eq!(
            message("8462957103").await,
            "This password is entirely numeric."
        );
        nothing_happened(world).await;
    })
    .await;
}

#[tokio::test]
async fn a_check_of_passwords_can_be_switched_off() {
    in_both_dialects(
        &[("AUTH_PASSWORD_VALIDATORS", "numeric,length")],
        async |world| {
            let reply = world.act("register", with_passwords("123")).await;
            reply.refuses_all(&[(
                "password2",
                &["password_too_short", "password_entirely_numeric"],
            )]);
            world
                .act("register", with_passwords("new_user"))
                .await
                .succeeds();
        },
    )
    .await;
}

#[tokio::test]
async fn the_two_passwords_must_be_there_and_equal() {
    in_both_dialects(&[], async |world| {
        let pair = async |first: &str, second: &str| {
            register(world, json!({ "password1": first, "password2": second })).await
        };
        let reply = pair("123", "456")
            .await
            .refuses("password2", "password_mismatch");
        assert_eq!(
            reply.message("password2"),
            "The two password fields didn\u{2019}t match."
        );
        pair("akssdgfbwkc", "akssdgfbwkc ")
            .await
            .refuses("password2", "password_mismatch");
        let reply = pair("", "").await;
        let reply =
            reply.refuses_all(&[("password1", &["required"]), ("password2", &["required"])]);
        assert_eq!(reply.message("password1"), "This field is required.");
        pair("akssdgfbwkc", "")
            .await
            .refuses("password2", "required");
        pair("", "akssdgfbwkc")
            .await
            .refuses("password1", "required");
        pair("", "123456")
            .await
            .refuses_all(&[("password1", &["required"]), ("password2", WEAK_NUMBER)]);
        nothing_happened(world).await;
    })
    .await;
}

#[tokio::test]
async fn every_character_of_a_password_counts_also_emoji_and_spaces() {
    in_both_dialects(&[], async |world| {
        let password = " 😀😁😂🤣😃😄😅 ";
        world
            .act("register", with_passwords(password))
            .await
            .succeeds();
        let log_in = async |password: &str| {
            let credentials = json!({ "username": "new_user", "password": password });
            world.act("tokenAuth", credentials).await
        };
        log_in(password.trim())
            .await
            .refuses("nonFieldErrors", "invalid_credentials");
        log_in(password).await.succeeds();
    })
    .await;
}
