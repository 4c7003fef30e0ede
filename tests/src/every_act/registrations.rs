//! Registrations, and what is asked for and done by mail.

use serde_json::json;

use super::{Ledger, form};
use crate::people::{NEW_PASSWORD, PASSWORD};

pub(super) async fn registrations(ledger: &mut Ledger<'_>) {
    use local::inbox::Behaviour;
    let world = ledger.world;
    let here = world.anybody();
    ledger
        .act_without_session("`register`", &here, "register", form("rose"))
        .await
        .succeeds();
    ledger
        .act(
            "`register` with `refreshToken`",
            &here,
            "register",
            form("ruth"),
        )
        .await
        .succeeds();
    let taken = "`register`, refused: name or address taken";
    let mut address_taken = form("robin");
    address_taken["email"] = json!("ruth@email.com");
    for (form, key) in [(form("rose"), "username"), (address_taken, "email")] {
        let reply = ledger.act(taken, &here, "register", form).await;
        reply.refuses(key, "unique");
    }
    let mut weak = form("rosa");
    (weak["password1"], weak["password2"]) = (json!("x"), json!("y"));
    let errors = "`register`, refused: errors in the form";
    ledger
        .act(errors, &here, "register", weak)
        .await
        .refuses("password2", "password_mismatch");
    world.inbox.behave(Behaviour::Refuse);
    let failed = "`register`, its mail failed: the account is taken back";
    ledger
        .act(failed, &here, "register", form("rudy"))
        .await
        .refuses("nonFieldErrors", "email_fail");
    world.inbox.behave(Behaviour::Deliver);

    let token = world.token_mailed("rose@email.com", "activate");
    ledger
        .act(
            "`verifyAccount`",
            &here,
            "verifyAccount",
            json!({ "token": token }),
        )
        .await
        .succeeds();

    let passwordless = [
        ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
        ("SEND_PASSWORD_SET_EMAIL", "true"),
    ];
    let usual = passwordless.map(|(name, _)| (name, ""));
    world
        .restart(&passwordless)
        .expect("settings that are right");
    let without = json!({ "email": "rene@email.com", "username": "rene" });
    let row = "`register` without a password, with both mails";
    let reply = ledger.act(row, &here, "register", without).await;
    reply.succeeds();
    assert_eq!(world.letters_to("rene@email.com").len(), 2);
    world.restart(&usual).expect("settings that are right");
    let token = world.token_mailed("rene@email.com", "password-set");
    let set = json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    ledger
        .act("`passwordSet`", &here, "passwordSet", set)
        .await
        .succeeds();
}

pub(super) async fn mails(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    world.nora().await;
    world.sam().await;
    let here = world.anybody();
    let to = |address: &str| json!({ "email": address });
    ledger
        .act(
            "`resendActivationEmail`",
            &here,
            "resendActivationEmail",
            to("nora@email.com"),
        )
        .await
        .succeeds();
    ledger
        .act(
            "`resendActivationEmail` to an address nobody has",
            &here,
            "resendActivationEmail",
            to("nobody@email.com"),
        )
        .await
        .succeeds();
    for address in ["vera@email.com", "sam2@email.com"] {
        let reply = ledger.act(
            "`sendPasswordResetEmail`",
            &here,
            "sendPasswordResetEmail",
            to(address),
        );
        reply.await.succeeds();
    }
    ledger
        .act(
            "`sendPasswordResetEmail`, not verified",
            &here,
            "sendPasswordResetEmail",
            to("nora@email.com"),
        )
        .await
        .refuses("email", "not_verified");
    ledger
        .act(
            "`sendPasswordResetEmail` to an address nobody has",
            &here,
            "sendPasswordResetEmail",
            to("nobody@email.com"),
        )
        .await
        .succeeds();
    for (address, row) in [
        (
            "vera@email.com",
            "`passwordReset`: the network becomes familiar to the name and the address",
        ),
        (
            "sam2@email.com",
            "`passwordReset` with a secondary address, to which it becomes familiar too",
        ),
    ] {
        let token = world.token_mailed(address, "password-reset");
        let reset = json!({ "token": token, "newPassword1": PASSWORD, "newPassword2": PASSWORD });
        let reply = ledger.act(row, &here, "passwordReset", reset).await;
        reply.succeeds();
    }
}
