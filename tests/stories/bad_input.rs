//! What strangers send by mistake or on purpose, and what engines answer on a bad day.

mod engines;
mod texts;
mod tokens;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::people::{PASSWORD, registration};
use tests::{Reply, World};

async fn register(world: &World, changed: Value) -> Reply {
    world.act("register", registration(changed)).await
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
