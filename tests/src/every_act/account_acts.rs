//! Acts of somebody who is logged in.

use serde_json::{Value, json};

use super::{ELSEWHERE, Ledger, Limits, confirmed, somebody};
use crate::people::{NEW_PASSWORD, PASSWORD};

fn new_password() -> Value {
    json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD })
}

pub(super) async fn account_acts(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let cleo = somebody(world, "cleo").await;
    ledger
        .act_without_session("`passwordChange`", &cleo, "passwordChange", new_password())
        .await
        .succeeds();
    let cara = somebody(world, "cara").await;
    ledger
        .act(
            "`passwordChange` with `refreshToken`",
            &cara,
            "passwordChange",
            new_password(),
        )
        .await
        .succeeds();
    let uma = somebody(world, "uma").await;
    let named = json!({ "firstName": "Uma", "lastName": "U" });
    ledger
        .act("`updateAccount`", &uma, "updateAccount", named)
        .await
        .succeeds();
    let bare = "`updateAccount` without arguments";
    ledger
        .act(bare, &uma, "updateAccount", json!({}))
        .await
        .succeeds();
    ledger
        .act("`archiveAccount`", &uma, "archiveAccount", confirmed())
        .await
        .succeeds();
    if ledger.limits == Limits::On {
        world.person("ulla", |_| {}).await;
        let ulla = world.as_person("ulla").await;
        let row = "the same from a new network, which becomes familiar to the account; so with each password that confirms";
        let reply = ledger.act(row, &ulla, "archiveAccount", confirmed()).await;
        reply.succeeds();
    }
    let dora = somebody(world, "dora").await;
    let row = "`deleteAccount`, deactivating";
    let reply = ledger.act(row, &dora, "deleteAccount", confirmed()).await;
    reply.succeeds();
    let dina = somebody(world, "dina").await;
    let restarted = world.restart(&[("ALLOW_DELETE_ACCOUNT", "true")]);
    restarted.expect("settings that are right");
    let row = "`deleteAccount`, removing";
    let reply = ledger.act(row, &dina, "deleteAccount", confirmed()).await;
    reply.succeeds();
    let restarted = world.restart(&[("ALLOW_DELETE_ACCOUNT", "")]);
    restarted.expect("settings that are right");
}

pub(super) async fn second_addresses(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let emma = somebody(world, "emma").await;
    for (address, row) in [
        ("emma2@email.com", "`verifySecondaryEmail`"),
        (
            "emma3@email.com",
            "`verifySecondaryEmail`, replacing an address",
        ),
    ] {
        let asked = json!({ "email": address, "password": PASSWORD });
        let act = "sendSecondaryEmailActivation";
        let reply = ledger.act("`sendSecondaryEmailActivation`", &emma, act, asked);
        reply.await.succeeds();
        let token = world.token_mailed(address, "activate-secondary-email");
        let act = "verifySecondaryEmail";
        let here = world.anybody();
        let reply = ledger.act(row, &here, act, json!({ "token": token }));
        reply.await.succeeds();
    }
    ledger
        .act("`swapEmails`", &emma, "swapEmails", confirmed())
        .await
        .succeeds();
    let removed = ledger.act(
        "`removeSecondaryEmail`",
        &emma,
        "removeSecondaryEmail",
        confirmed(),
    );
    removed.await.succeeds();
}

pub(super) async fn guards(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let nora = world.as_person("nora").await;
    let row = "a protected mutation, refused: not verified";
    for act in ["archiveAccount", "deleteAccount", "swapEmails"] {
        let reply = ledger.act(row, &nora, act, confirmed()).await;
        reply.refuses("nonFieldErrors", "not_verified");
    }
    let gus = somebody(world, "gus").await;
    let row = "a protected mutation, refused: errors in the form";
    let mismatched =
        json!({ "oldPassword": PASSWORD, "newPassword1": "one", "newPassword2": "two" });
    let reply = ledger.act(row, &gus, "passwordChange", mismatched).await;
    reply.refuses("newPassword2", "password_mismatch");
    let malformed = json!({ "email": "nope", "password": PASSWORD });
    let act = "sendSecondaryEmailActivation";
    let reply = ledger.act(row, &gus, act, malformed).await;
    reply.refuses("email", "invalid");
    let row = "a protected mutation, refused: wrong password";
    let wrong = || json!({ "password": "wrong" });
    let elsewhere = gus.clone().from(ELSEWHERE);
    for act in ["archiveAccount", "deleteAccount"] {
        let reply = ledger.act(row, &elsewhere, act, wrong()).await;
        reply.refuses("password", "invalid_password");
    }
    if ledger.limits == Limits::Off {
        return;
    }
    let restarted = world.restart(&[("THROTTLE_LOGIN", "2/15m")]);
    restarted.expect("settings that are right");
    let row = "a protected mutation, refused: a limit reached";
    let reply = ledger
        .act(row, &elsewhere, "archiveAccount", confirmed())
        .await;
    reply.refuses("nonFieldErrors", "too_many_tries");
    let restarted = world.restart(&[("THROTTLE_LOGIN", "")]);
    restarted.expect("settings that are right");
}
