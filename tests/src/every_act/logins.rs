//! Logins that succeed, logins that are refused, and captchas.

use std::time::Duration;

use serde_json::json;

use super::{ELSEWHERE, Ledger, Limits, form, login};
use crate::captchas::answering;
use crate::people::PASSWORD;

pub(super) async fn logins(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    for name in ["lee", "lou"] {
        world.person(name, |_| {}).await;
    }
    world.archie().await;
    let here = world.anybody();
    let new = "`tokenAuth` from a network that becomes familiar to the name: a new one, and each one once a day";
    for name in ["lee", "archie"] {
        let reply = if ledger.limits == Limits::On {
            ledger
                .act_without_session(new, &here, "tokenAuth", login(name))
                .await
        } else {
            here.act("tokenAuth", login(name)).await
        };
        reply.succeeds();
    }
    world.operate("archie", "archived", true).await;
    // A later login has a later date, which the list of users shows.
    world.pass(Duration::from_secs(1));
    let with_session = "`tokenAuth` with `refreshToken`";
    ledger
        .act_without_session("`tokenAuth`", &here, "tokenAuth", login("lee"))
        .await
        .succeeds();
    world.pass(Duration::from_secs(1));
    ledger
        .act(with_session, &here, "tokenAuth", login("lee"))
        .await
        .succeeds();
    let archived = "`tokenAuth` of an archived account";
    ledger
        .act_without_session(archived, &here, "tokenAuth", login("archie"))
        .await
        .succeeds();
}

pub(super) async fn refused_logins(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    world.ina().await;
    world.petra().await;
    let here = world.anybody();
    let elsewhere = here.clone().from(ELSEWHERE);
    let wrong = |name: &str| json!({ "username": name, "password": "a password that nobody has" });
    let refused = "`tokenAuth`, refused: wrong password, unknown name, deactivated, no password";
    for arguments in [
        wrong("lee"),
        wrong("nobody at all"),
        login("nobody at all"),
        login("ina"),
        login("petra"),
        json!({ "email": "nobody@email.com", "password": PASSWORD }),
        json!({ "email": "lee@email.com", "password": "wrong" }),
    ] {
        let reply = ledger.act(refused, &elsewhere, "tokenAuth", arguments);
        reply.await.refuses("nonFieldErrors", "invalid_credentials");
    }
    if ledger.limits == Limits::Off {
        return;
    }
    let familiar = "`tokenAuth`, refused, from a familiar network: not counted against the name";
    for _ in 0..2 {
        let reply = ledger.act(familiar, &here, "tokenAuth", wrong("lee"));
        reply.await.refuses("nonFieldErrors", "invalid_credentials");
    }
    let restarted = world.restart(&[("THROTTLE_LOGIN", "1/15m")]);
    restarted.expect("settings that are right");
    for name in ["lou", "nobody"] {
        here.act("tokenAuth", wrong(name)).await;
        let reply = ledger.act(
            "`tokenAuth`, a limit reached",
            &here,
            "tokenAuth",
            login(name),
        );
        reply.await.refuses("nonFieldErrors", "too_many_tries");
    }
    let restarted = world.restart(&[("THROTTLE_LOGIN", "")]);
    restarted.expect("settings that are right");
}

pub(super) async fn captchas(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let here = world.anybody();
    ledger.act("`captcha`", &here, "captcha", json!({})).await;
    world
        .restart(&[
            ("LOGIN_REQUIRE_CAPTCHA", "true"),
            ("REGISTER_REQUIRE_CAPTCHA", "true"),
        ])
        .expect("settings that are right");
    let uuid = world.captcha_saying("123456").await;
    let row = "a captcha answered wrong";
    for (act, arguments) in [("tokenAuth", login("lee")), ("register", form("kim"))] {
        let wrong = answering(&uuid, "654321", arguments);
        let reply = ledger.act(row, &here, act, wrong).await;
        reply.refuses("captcha", "invalid_captcha");
    }
    let right = answering(&uuid, "123456", login("lee"));
    let row = "`tokenAuth` with a captcha";
    let reply = ledger
        .act_without_session(row, &here, "tokenAuth", right)
        .await;
    reply.succeeds();
    let uuid = world.captcha_saying("123456").await;
    let right = answering(&uuid, "123456", form("kim"));
    let row = "`register` with a captcha";
    let reply = ledger.act(row, &here, "register", right).await;
    reply.succeeds();
}
