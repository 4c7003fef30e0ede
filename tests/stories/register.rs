mod form;
mod letters;
mod names;
mod passwords;
mod without_password;

use futures::join;
use serde_json::{Value, json};
use tests::people::registration;
use tests::{Reply, World, audit, in_both_dialects};

const WEAK_NUMBER: &[&str] = &[
    "password_too_short",
    "password_too_common",
    "password_entirely_numeric",
];

/// A registration without the password arguments.
fn passwordless() -> Value {
    json!({ "email": "new_user@email.com", "username": "new_user" })
}

fn with_passwords(text: &str) -> Value {
    registration(json!({ "password1": text, "password2": text }))
}

async fn register(world: &World, changed: Value) -> Reply {
    world.act("register", registration(changed)).await
}

/// How many items the tables of accounts and of sessions hold.
async fn items(world: &World) -> (usize, usize) {
    let (client, [accounts, sessions, _]) = world.database();
    let (accounts, sessions) = join!(
        audit::items(client, accounts),
        audit::items(client, sessions)
    );
    (accounts.len(), sessions.len())
}

/// Nobody was registered, told, or sent anything.
async fn nothing_happened(world: &World) {
    assert_eq!(items(world).await, (0, 0));
    assert!(world.inbox.letters().is_empty());
    assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
}

#[tokio::test]
async fn a_registration_makes_an_unverified_account_and_gives_tokens() {
    in_both_dialects(&[], async |world| {
        let reply = register(world, json!({})).await.succeeds();

        let account = world.account("new_user").await.expect("an account");
        let profile = &account.profile;
        assert!(profile.active && !profile.verified && !profile.archived);
        assert!(!profile.staff && !profile.superuser);
        assert_eq!(profile.email, "new_user@email.com");
        assert!(profile.secondary_email.is_none() && profile.last_login.is_none());
        assert_eq!((&*profile.first_name, &*profile.last_name), ("", ""));

        let [registered] = &world.log.events_named("user_registered")[..] else {
            panic!("one event: {:#?}", world.log.events());
        };
        assert_eq!(registered["user_id"], account.id().to_string());
        assert_eq!(world.log.events_named("token_issued").len(), 1);

        let token = reply.text("token");
        let me = world.with_token(&token).query("{ me { username } }").await;
        assert_eq!(me["me"]["username"], "new_user");
        let refresh_token = reply.text("refreshToken");
        world
            .act("refreshToken", json!({ "refreshToken": refresh_token }))
            .await
            .succeeds();

        let log = world.log.text();
        for secret in [
            "new_user",
            "email.com",
            "akssdgfbwkc",
            &token,
            &refresh_token,
        ] {
            assert!(!log.contains(secret), "{secret} is in the log: {log}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_registration_sends_one_letter_whose_link_verifies_whatever_host_was_asked() {
    in_both_dialects(&[], async |world| {
        let asker = world.anybody().with_header("host", "evil.example");
        let asker = asker.with_header("x-forwarded-host", "evil.example");
        let reply = asker.act("register", registration(json!({}))).await;
        reply.succeeds();

        let [letter] = &world.inbox.letters()[..] else {
            panic!("one letter: {:#?}", world.inbox.letters());
        };
        assert_eq!(letter.to, ["new_user@email.com"]);
        assert_eq!(letter.from, "noreply@example.com");
        assert_eq!(letter.subject, "Activate your account on Example");
        let token = world.token_mailed("new_user@email.com", "activate");
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        assert!(token.chars().all(is_safe), "{token}");
        for part in [&letter.html, &letter.text] {
            let link = format!("https://app.example.com/activate/{token}");
            assert!(part.contains(&link), "{part}");
            assert!(part.contains("Example") && part.contains("do not follow the link"));
            // A stranger chose the name, which could read as an invitation.
            assert!(!part.contains("evil.example") && !part.contains("new_user"));
        }
        world
            .act("verifyAccount", json!({ "token": token }))
            .await
            .succeeds();
    })
    .await;
}
