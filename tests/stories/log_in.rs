use serde_json::json;
use tests::in_both_dialects;

#[tokio::test]
async fn a_username_and_a_password_log_in() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let reply = world.log_in("vera").await.succeeds();
        assert_eq!(reply.get("user")["username"], "vera", "{reply}");
        let token = reply.text("token");
        let me = world
            .with_token(&token)
            .query("{ me { username lastLogin } }")
            .await;
        assert_eq!(me["me"]["username"], "vera");
        let refreshed = world
            .act(
                "refreshToken",
                json!({"refreshToken": reply.text("refreshToken")}),
            )
            .await
            .succeeds();
        let revoked = world
            .act(
                "revokeToken",
                json!({"refreshToken": refreshed.text("refreshToken")}),
            )
            .await
            .succeeds();
        assert!(revoked.get("revoked").is_number());
    })
    .await;
}
