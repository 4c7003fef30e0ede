//! What `docs/runbook.md` has operators write into the table of accounts does what it says there.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{World, in_both_dialects};

use crate::documentation::{part_of, read};

/// The changes that a part of the runbook makes, each with its expression and values.
fn changes(part: &str) -> Vec<(String, HashMap<String, AttributeValue>)> {
    let page = read("docs/runbook.md");
    let lines = part_of(&page, part).lines();
    let made: Vec<_> = lines
        .filter_map(|line| line.strip_prefix("change '"))
        .map(|rest| {
            let told = rest
                .split_once("' '")
                .expect("an expression and its values");
            let values = told.1.strip_suffix('\'').expect("the values end the line");
            (told.0.to_owned(), typed(values))
        })
        .collect();
    assert!(!made.is_empty(), "no changes in {part}");
    made
}

/// Values as the command line takes them: `{":yes":{"BOOL":true}}`.
fn typed(values: &str) -> HashMap<String, AttributeValue> {
    let values: HashMap<String, Value> = serde_json::from_str(values).expect("values in JSON");
    let values = values.into_iter().map(|(name, value)| {
        let flag = value["BOOL"].as_bool().map(AttributeValue::Bool);
        let number = || {
            value["N"]
                .as_str()
                .map(|it| AttributeValue::N(it.to_owned()))
        };
        (name, flag.or_else(number).expect("a flag or a number"))
    });
    values.collect()
}

/// Makes the n-th change of a part, as the function `change` of the runbook does.
async fn change(world: &World, name: &str, part: &str, number: usize) {
    let (expression, values) = changes(part).swap_remove(number);
    let (database, tables) = world.database();
    let account = world.account(name).await.expect("somebody of that name");
    database
        .update_item()
        .table_name(&tables[0])
        .key("pk", AttributeValue::S(format!("account#{}", account.id())))
        .condition_expression("attribute_exists(pk)")
        .update_expression(expression)
        .set_expression_attribute_values(Some(values))
        .send()
        .await
        .expect("a change that the store makes");
}

async fn knows(world: &World, token: &str) -> bool {
    let me = world.with_token(token).query("{ me { username } }").await;
    !me["me"].is_null()
}

#[tokio::test]
async fn somebody_becomes_staff_and_is_no_longer() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let users = "{ users { edges { node { username } } } }";
        let denied = vera.document(users, json!({})).await;
        denied.fails(
            "You do not have permission to perform this action",
            "FORBIDDEN",
        );
        change(world, "vera", "staff", 0).await;
        let found = vera.query(users).await;
        assert_eq!(found["users"]["edges"][0]["node"]["username"], "vera");
        change(world, "vera", "staff", 1).await;
        let denied = vera.document(users, json!({})).await;
        denied.fails(
            "You do not have permission to perform this action",
            "FORBIDDEN",
        );
    })
    .await;
}

#[tokio::test]
async fn somebody_is_signed_out_everywhere_and_may_log_in_again() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let before = world.log_in("vera").await.succeeds();
        change(world, "vera", "sign-out", 0).await;
        assert!(!knows(world, &before.access_token()).await);
        let session = json!({ "refreshToken": before.refresh_token() });
        let refused = world.act("refreshToken", session).await;
        refused.refuses("nonFieldErrors", "invalid_token");
        let after = world.log_in("vera").await.succeeds();
        assert!(knows(world, &after.access_token()).await);
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_account_can_do_nothing_and_comes_back_without_its_sessions() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let before = world.log_in("vera").await.succeeds();
        change(world, "vera", "deactivate", 0).await;
        assert!(!knows(world, &before.access_token()).await);
        let refused = world.log_in("vera").await;
        refused.refuses("nonFieldErrors", "invalid_credentials");
        change(world, "vera", "reactivate", 0).await;
        assert!(!knows(world, &before.access_token()).await);
        let session = json!({ "refreshToken": before.refresh_token() });
        let refused = world.act("refreshToken", session).await;
        refused.refuses("nonFieldErrors", "invalid_token");
        world.log_in("vera").await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn somebody_is_verified_by_hand() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.nora().await;
    let nora = world.as_person("nora").await;
    let named = || json!({ "firstName": "Nora" });
    let refused = nora.act("updateAccount", named()).await;
    refused.refuses("nonFieldErrors", "not_verified");
    change(&world, "nora", "verify", 0).await;
    nora.act("updateAccount", named()).await.succeeds();
    world.close().await;
}

#[tokio::test]
async fn a_password_is_taken_away_with_every_link_and_session_and_its_owner_chooses_another() {
    let world = World::open(Dialect::Plain, &[]).await;
    world.vera().await;
    let before = world.log_in("vera").await.succeeds();
    let ask = || json!({ "email": "vera@email.com" });
    let choose = |token: String| json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    world.act("sendPasswordResetEmail", ask()).await.succeeds();
    let earlier = world.token_mailed("vera@email.com", "password-reset");

    change(&world, "vera", "void", 0).await;
    assert!(!knows(&world, &before.access_token()).await);
    let refused = world.log_in("vera").await;
    refused.refuses("nonFieldErrors", "invalid_credentials");
    let refused = world.act("passwordReset", choose(earlier)).await;
    refused.refuses("nonFieldErrors", "invalid_token");

    world.act("sendPasswordResetEmail", ask()).await.succeeds();
    let later = world.token_mailed("vera@email.com", "password-reset");
    world.act("passwordReset", choose(later)).await.succeeds();
    let refused = world.log_in_with("vera", PASSWORD).await;
    refused.refuses("nonFieldErrors", "invalid_credentials");
    world.log_in_with("vera", NEW_PASSWORD).await.succeeds();
    world.close().await;
}
