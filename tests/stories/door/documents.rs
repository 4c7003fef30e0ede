//! Several acts in one document share one identity.

use serde_json::json;
use tests::in_both_dialects;
use tests::people::{NEW_PASSWORD, PASSWORD, registration};

use super::{each_went, together};

#[tokio::test]
async fn after_a_login_the_rest_of_a_document_runs_as_that_person() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.sam().await;
        let acts = [
            ("updateAccount", json!({ "firstName": "S" })),
            (
                "tokenAuth",
                json!({ "username": "vera", "password": "wrong" }),
            ),
            ("updateAccount", json!({ "lastName": "S" })),
            (
                "tokenAuth",
                json!({ "username": "vera", "password": PASSWORD }),
            ),
            ("updateAccount", json!({ "firstName": "V" })),
        ];
        let reply = together(&world.as_person("sam").await, &acts).await;
        let refused = Some(("nonFieldErrors", "invalid_credentials"));
        each_went(&reply, &[None, refused, None, None, None]);
        let names = async |name: &str| {
            let profile = world.account(name).await.expect("an account").profile;
            (profile.first_name, profile.last_name)
        };
        assert_eq!(names("sam").await, ("S".to_owned(), "S".to_owned()));
        assert_eq!(names("vera").await, ("V".to_owned(), String::new()));
        let reply = together(&world.anybody(), &acts[3..]).await;
        each_went(&reply, &[None, None]);
    })
    .await;
}

#[tokio::test]
async fn after_a_password_change_the_rest_of_a_document_goes_on_as_the_same_person() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let change = json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
        let update = json!({ "firstName": "V" });
        let acts = [
            ("passwordChange", change),
            ("updateAccount", update.clone()),
        ];
        each_went(&together(&vera, &acts).await, &[None, None]);
        vera.act("updateAccount", update)
            .await
            .refuses("nonFieldErrors", "unauthenticated");
    })
    .await;
}

#[tokio::test]
async fn after_archiving_deleting_or_resetting_the_rest_of_a_document_is_anonymous() {
    in_both_dialects(&[], async |world| {
        world.everybody().await;
        let anonymous = Some(("nonFieldErrors", "unauthenticated"));
        let update = ("updateAccount", json!({ "firstName": "V" }));
        let confirmed = json!({ "password": PASSWORD });

        let acts = [
            update.clone(),
            ("archiveAccount", confirmed.clone()),
            update.clone(),
        ];
        let vera = world.as_person("vera").await;
        each_went(&together(&vera, &acts).await, &[None, None, anonymous]);

        let acts = [("deleteAccount", confirmed), update.clone()];
        let stan = world.as_person("stan").await;
        each_went(&together(&stan, &acts).await, &[None, anonymous]);

        let reset = async || {
            let email = json!({ "email": "sam@email.com" });
            world.act("sendPasswordResetEmail", email).await.succeeds();
            let token = world.token_mailed("sam@email.com", "password-reset");
            json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD })
        };
        let acts = [("passwordReset", reset().await), update.clone()];
        let sam = world.as_person("sam").await;
        each_went(&together(&sam, &acts).await, &[None, anonymous]);

        // Somebody else's reset changes nothing for the one who asks.
        world.person("olga", |_| {}).await;
        let acts = [("passwordReset", reset().await), update];
        let olga = world.as_person("olga").await;
        each_went(&together(&olga, &acts).await, &[None, None]);
    })
    .await;
}

#[tokio::test]
async fn mutations_are_done_in_the_order_of_the_document_and_each_once() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let asker = world.anybody();
        let nora = json!({ "email": "nora@email.com" });
        let register = asker.act_text("register", &registration(json!({})), "success errors");
        let resend = asker.act_text("resendActivationEmail", &nora, "success errors");
        let document = format!(
            "mutation {{ ...first ... on Mutation {{ a1: {register} }} a2: {resend} a3: {resend} @skip(if: true) }}
             fragment first on Mutation {{ a0: {register} }}"
        )
        .replace(&format!("{resend} @skip(if: true)"), &skipped(&resend));
        let reply = asker.document(&document, json!({})).await;
        each_went(&reply, &[None, Some(("username", "unique")), None]);
        let data = reply.body["data"].as_object().expect("data");
        assert_eq!(data.len(), 3, "{reply}");
        let order = ["\"a0\"", "\"a1\"", "\"a2\""].map(|name| reply.text.find(name));
        assert!(order.is_sorted(), "{reply}");
        assert_eq!(world.inbox.letters().len(), 2);
    })
    .await;
}

/// A field with its selection, to be left out.
fn skipped(field: &str) -> String {
    let (before, selection) = field.rsplit_once('{').expect("a selection");
    format!("{before} @skip(if: true) {{{selection}")
}
