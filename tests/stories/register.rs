use serde_json::json;
use tests::in_both_dialects;

const GOOD: &str = "akssdgfbwkc";

fn new_user() -> serde_json::Value {
    json!({ "email": "new_user@email.com", "username": "new_user", "password1": GOOD, "password2": GOOD })
}

#[tokio::test]
async fn a_registration_makes_an_account_and_gives_tokens() {
    in_both_dialects(&[], async |world| {
        let reply = world.act("register", new_user()).await.succeeds();
        assert!(
            reply.get("token").is_string() && reply.get("refreshToken").is_string(),
            "{reply}"
        );
        let account = world.account("new_user").await.expect("an account");
        assert!(account.profile.active && !account.profile.verified);
        assert_eq!(world.log.events_named("user_registered").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_username_belongs_to_one_account() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let mut form = new_user();
        form["username"] = json!("VERA");
        world
            .act("register", form)
            .await
            .refuses("username", "unique");
        assert_eq!(world.accounts().await.len(), 1);
    })
    .await;
}
