//! Registrations without a password.

use local::Behaviour;
use serde_json::json;
use tests::in_both_dialects;
use tests::people::registration;

use super::{items, passwordless};

/// Without passwords, with a mail that sets one.
const PASSWORDLESS: [(&str, &str); 2] = [
    ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
    ("SEND_PASSWORD_SET_EMAIL", "true"),
];

#[tokio::test]
async fn without_a_password_two_letters_go_out_and_nobody_can_log_in_yet() {
    in_both_dialects(&PASSWORDLESS, async |world| {
        for may_log_in in ["true", "false"] {
            let restarted = world.restart(&[("ALLOW_LOGIN_NOT_VERIFIED", may_log_in)]);
            restarted.expect("settings that are right");
            let username = format!("user_{may_log_in}");
            let email = format!("{username}@email.com");
            let form = json!({ "email": email, "username": username });
            let reply = world.act("register", form).await.succeeds();
            assert!(reply.get("token").is_null() && reply.get("refreshToken").is_null());
            drop(world.token_mailed(&email, "activate"));
            drop(world.token_mailed(&email, "password-set"));
            let letters = world.letters_to(&email);
            assert_eq!(letters.len(), 2);
            for letter in letters {
                assert!(!letter.html.contains(&username) && !letter.text.contains(&username));
            }
            for password in ["", "23kegbsi7g2k"] {
                let credentials = json!({ "username": username, "password": password });
                world
                    .act("tokenAuth", credentials)
                    .await
                    .refuses("nonFieldErrors", "invalid_credentials");
            }
        }
        assert_eq!(items(world).await, (6, 0));
        world
            .act("register", registration(json!({})))
            .await
            .is_request_error();
    })
    .await;
}

#[tokio::test]
async fn without_a_password_both_letters_must_be_accepted() {
    in_both_dialects(&PASSWORDLESS, async |world| {
        for which in [1, 2] {
            world.inbox.behave_at(which, Behaviour::Refuse);
            world
                .act("register", passwordless())
                .await
                .refuses("nonFieldErrors", "email_fail");
            assert_eq!(items(world).await, (0, 0));
        }
        assert!(world.log.events().is_empty());
        world.inbox.behave(Behaviour::Deliver);
        world.act("register", passwordless()).await.succeeds();
    })
    .await;
}
