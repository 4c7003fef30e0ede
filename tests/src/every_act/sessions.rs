//! What becomes of the tokens of a login.

use serde_json::json;

use super::Ledger;

pub(super) async fn sessions(ledger: &mut Ledger<'_>) {
    let world = ledger.world;
    let here = world.anybody();
    world.person("sue", |_| {}).await;
    let logged_in = world.log_in("sue").await.succeeds();
    let (access, first) = (logged_in.text("token"), logged_in.text("refreshToken"));
    ledger
        .act(
            "`verifyToken`",
            &here,
            "verifyToken",
            json!({ "token": access }),
        )
        .await
        .succeeds();
    let refresh = |token: &str| json!({ "refreshToken": token });
    ledger
        .act_without_session(
            "`refreshToken` without selecting the next one",
            &here,
            "refreshToken",
            refresh(&first),
        )
        .await
        .succeeds();
    let rotated = ledger
        .act("`refreshToken`", &here, "refreshToken", refresh(&first))
        .await
        .succeeds();
    let graced = "`refreshToken` again, within the grace window";
    let again = ledger
        .act(graced, &here, "refreshToken", refresh(&first))
        .await
        .succeeds();
    assert_eq!(again.text("refreshToken"), rotated.text("refreshToken"));
    world.pass(std::time::Duration::from_secs(11));
    let reused = "`refreshToken` reused later: the session ends";
    ledger
        .act(reused, &here, "refreshToken", refresh(&first))
        .await
        .refuses("nonFieldErrors", "invalid_token");
    let other = world.log_in("sue").await.succeeds().text("refreshToken");
    ledger
        .act("`revokeToken`", &here, "revokeToken", refresh(&other))
        .await
        .succeeds();

    let single = [("JWT_LONG_RUNNING_REFRESH_TOKEN", "false")];
    world.restart(&single).expect("settings that are right");
    let token = world.token_of("sue").await;
    ledger
        .act(
            "`refreshToken` in single-token mode",
            &here,
            "refreshToken",
            json!({ "token": token }),
        )
        .await
        .succeeds();
    let usual = [("JWT_LONG_RUNNING_REFRESH_TOKEN", "")];
    world.restart(&usual).expect("settings that are right");
}
