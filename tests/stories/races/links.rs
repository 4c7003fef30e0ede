//! One link, followed fifty times at once.

use serde_json::json;
use shared::token::mailed::Action;
use tests::people::NEW_PASSWORD;
use tests::tokens::choosing;

use super::{ALL_DOORS, DOORS, fifty, one_of, open, secondary_token};

fn chosen(number: usize) -> String {
    format!("{NEW_PASSWORD}{number}")
}

#[tokio::test]
async fn one_activation_link_verifies_once() {
    let world = open().await;
    let nora = world.nora().await;
    let email_form = "nora@email.com".to_owned();
    let token = json!({ "token": world.sealed(&nora, Action::Activation { email_form }) });
    let replies = fifty(&world, &ALL_DOORS, "verifyAccount", |_| token.clone()).await;
    one_of(&replies, "nonFieldErrors", "already_verified");
    assert_eq!(world.log.events().len(), 1);
    assert_eq!(world.log.events_named("user_verified").len(), 1);
    world.close().await;
}

#[tokio::test]
async fn one_reset_link_sets_one_password() {
    let world = open().await;
    world.vera().await;
    let token = world.reset_token("vera@email.com").await;
    let form = |number| choosing(&token, &chosen(number));
    let replies = fifty(&world, &ALL_DOORS, "passwordReset", form).await;
    let won = one_of(&replies, "nonFieldErrors", "invalid_token");
    world.log_in_with("vera", &chosen(won)).await.succeeds();
    assert_eq!(world.log.events_named("password_reset").len(), 1);
    assert_eq!(world.account("vera").await.expect("vera").epoch, 1);
    assert_eq!(world.inbox.letters().len(), 2, "the link, and one notice");
    world.close().await;
}

#[tokio::test]
async fn one_password_set_link_sets_one_password() {
    let world = open().await;
    let petra = world.petra().await;
    let token = world.sealed(&petra, Action::PasswordSet);
    let form = |number| choosing(&token, &chosen(number));
    let replies = fifty(&world, &ALL_DOORS, "passwordSet", form).await;
    let won = one_of(&replies, "nonFieldErrors", "password_already_set");
    world.log_in_with("petra", &chosen(won)).await.succeeds();
    for event in ["password_set", "user_verified"] {
        assert_eq!(world.log.events_named(event).len(), 1, "{event}");
    }
    assert_eq!(world.account("petra").await.expect("petra").epoch, 1);
    world.close().await;
}

#[tokio::test]
async fn one_confirmation_link_attaches_one_address() {
    let world = open().await;
    let vera = world.vera().await;
    let token = json!({ "token": secondary_token(&world, &vera, "vera2@email.com") });
    let replies = fifty(&world, &DOORS, "verifySecondaryEmail", |_| token.clone()).await;
    one_of(&replies, "nonFieldErrors", "unique");
    assert_eq!(world.log.events_named("secondary_email_added").len(), 1);
    assert_eq!(world.inbox.letters().len(), 1);
    world.close().await;
}

#[tokio::test]
async fn of_fifty_links_to_fifty_addresses_of_one_account_one_counts() {
    let world = open().await;
    world.vera().await;
    let vera = world.attach("vera", "first@email.com").await;
    let address = |number: usize| format!("v{number}@email.com");
    let token = |number| json!({ "token": secondary_token(&world, &vera, &address(number)) });
    let replies = fifty(&world, &DOORS, "verifySecondaryEmail", token).await;
    let won = one_of(&replies, "nonFieldErrors", "invalid_token");
    let profile = world.account("vera").await.expect("vera").profile;
    assert_eq!(profile.secondary_email, Some(address(won)));
    assert_eq!(world.log.events_named("secondary_email_added").len(), 1);
    world.close().await;
}
