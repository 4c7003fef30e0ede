//! The laptop itself: `make dev` as somebody at a terminal has it, started, used over its addresses and ended by
//! Ctrl-C. Told on Linux only, where `/proc` says which processes there are and where they listen.
//!
//! Not part of `cargo test --workspace`, since it compiles and starts everything once more: `make laptop` tells it.

#![cfg(target_os = "linux")]

mod browser;
mod endings;
mod laptop;
mod pages;
mod processes;

use serde_json::json;

use crate::browser::Browser;
use crate::laptop::{Desk, Laptop};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn a_person_goes_the_whole_way_and_is_known_after_a_restart_until_all_is_reset() {
    let desk = Desk::set_up();
    let laptop = Laptop::start(&desk).await;
    processes::listen_on_loopback_only(&desk);
    pages::are_all_there(&laptop).await;
    let browser = Browser::new(&laptop);
    register(&browser).await;
    let token = follow_the_link(&browser).await;
    let (access, refresh) = log_in(&browser).await.expect("the account is verified");
    for endpoint in ["GraphQL, plain", "GraphQL, relay", "GraphQL, gqlauth"] {
        let me = browser.ask(endpoint, "{ me { username } }", &access).await;
        assert_eq!(me["data"]["me"]["username"], "ada", "{endpoint}: {me}");
    }
    refresh_and_revoke(&browser, &refresh).await;
    laptop.end_by_ctrl_c().await;

    let laptop = Laptop::start(&desk).await;
    let browser = Browser::new(&laptop);
    assert!(log_in(&browser).await.is_some(), "the account is there");
    let again = verify(&browser, &token).await;
    assert_eq!(again["success"], false, "its link was used: {again}");
    assert_eq!(browser.letters().await.len(), 1, "its letter is there");
    laptop.end_by_ctrl_c().await;

    let reset = desk.make("reset").await;
    assert!(reset.status.success(), "{reset:?}");
    assert!(!desk.data().exists(), "everything is forgotten");
    let laptop = Laptop::start(&desk).await;
    let browser = Browser::new(&laptop);
    assert!(log_in(&browser).await.is_none(), "nobody is known");
    assert!(browser.letters().await.is_empty());
    laptop.end_by_ctrl_c().await;
}

async fn register(browser: &Browser) {
    let answer = browser
        .act(
            r#"register(email: "ada@example.com", username: "ada", password1: $password, password2: $password)
                { success errors }"#,
            &json!({ "password": PASSWORD }),
        )
        .await;
    assert_eq!(answer, json!({ "success": true, "errors": null }));
}

/// Reads the letter, opens its link, and does what the page behind it does. Gives the token.
async fn follow_the_link(browser: &Browser) -> String {
    let letters = browser.letters().await;
    let [letter] = letters.as_slice() else {
        panic!("one letter, and not {letters:?}");
    };
    assert_eq!(letter["to"], json!(["ada@example.com"]));
    let text = letter["text"].as_str().expect("a text part");
    let start = browser.at_the_mailbox("activate/");
    let link = text
        .lines()
        .find(|line| line.starts_with(&start))
        .unwrap_or_else(|| panic!("a link to {start} in {text}"));
    let page = browser.page(link).await;
    assert!(page.contains(r#"data-mutation="verifyAccount""#), "{page}");

    let token = link[start.len()..].to_owned();
    let answer = verify(browser, &token).await;
    assert_eq!(answer, json!({ "success": true, "errors": null }));
    token
}

async fn verify(browser: &Browser, token: &str) -> serde_json::Value {
    browser
        .act(
            "verifyAccount(token: $token) { success errors }",
            &json!({ "token": token }),
        )
        .await
}

/// The access token and the refresh token, if the account and its password are known.
async fn log_in(browser: &Browser) -> Option<(String, String)> {
    let answer = browser
        .act(
            r#"tokenAuth(username: "ada", password: $password) { success token refreshToken user { verified } }"#,
            &json!({ "password": PASSWORD }),
        )
        .await;
    if answer["success"] == false {
        return None;
    }
    assert_eq!(answer["user"]["verified"], true, "{answer}");
    let text = |name: &str| answer[name].as_str().expect("a token").to_owned();
    Some((text("token"), text("refreshToken")))
}

async fn refresh_and_revoke(browser: &Browser, token: &str) {
    let refresh = "refreshToken(refreshToken: $token) { success errors refreshToken }";
    let next = browser.act(refresh, &json!({ "token": token })).await;
    let next = next["refreshToken"].as_str().expect("the next token");
    assert_ne!(next, token);
    let revoked = browser
        .act(
            "revokeToken(refreshToken: $token) { success }",
            &json!({ "token": next }),
        )
        .await;
    assert_eq!(revoked["success"], true);
    let refused = browser.act(refresh, &json!({ "token": next })).await;
    assert_eq!(refused["success"], false, "the session is over: {refused}");
}
