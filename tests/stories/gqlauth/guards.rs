//! Guards at the top level, and the queries.

use std::time::Duration;

use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::request::Asker;

use super::{comes_to_nothing, open, protected};

#[tokio::test]
async fn protected_mutations_fail_at_the_top_level_for_whoever_may_not_use_them() {
    let world = open(&[]).await;
    world.nora().await;
    world.vera().await;
    let old = world.token_of("vera").await;
    world.pass(Duration::from_mins(6));
    for (act, arguments) in protected() {
        for asker in [
            world.anybody(),
            world.with_token("rubbish"),
            world.with_token(&old),
        ] {
            let reply = asker.act(act, arguments.clone()).await;
            comes_to_nothing(reply, "Unauthenticated.", "UNAUTHENTICATED");
        }
        let reply = world.as_person("nora").await.act(act, arguments).await;
        comes_to_nothing(reply, "Please verify your account.", "NOT_VERIFIED");
    }
    let vera = world.as_person("vera").await;
    for wrong in ["wrong", ""] {
        for (act, mut arguments) in protected().into_iter().skip(1) {
            let key = if act == "passwordChange" {
                "oldPassword"
            } else {
                "password"
            };
            arguments[key] = json!(wrong);
            vera.act(act, arguments)
                .await
                .refuses(key, "invalid_password");
        }
    }
    let account = world.account("vera").await.expect("vera");
    assert!(account.profile.active && !account.profile.archived && account.epoch == 0);
    world.close().await;
}

#[tokio::test]
async fn what_stands_before_a_mutation_that_may_not_be_used_is_done_and_what_stands_behind_is_not()
{
    let world = open(&[]).await;
    world.nora().await;
    world.person("nick", |it| it.profile.verified = false).await;
    let asker = world.anybody();
    let resend = |email: &str| {
        asker.act_text(
            "resendActivationEmail",
            &json!({ "email": email }),
            "success",
        )
    };
    let delete = asker.act_text("deleteAccount", &json!({ "password": PASSWORD }), "success");
    let (first, second) = (resend("nora@email.com"), resend("nick@email.com"));
    let query = format!("mutation {{ first: {first} {delete} second: {second} }}");
    let reply = asker.document(&query, json!({})).await;
    comes_to_nothing(reply, "Unauthenticated.", "UNAUTHENTICATED");
    assert_eq!(world.letters_to("nora@email.com").len(), 1);
    assert_eq!(world.letters_to("nick@email.com").len(), 0);
    world.close().await;
}

async fn public_user(asker: &Asker<'_>) -> Value {
    let reply = asker
        .document("{ publicUser { verified username } }", json!({}))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.body.get("errors")),
        (200, None),
        "{reply}"
    );
    reply.body["data"]["publicUser"].clone()
}

#[tokio::test]
async fn me_wants_somebody_and_public_user_does_not_mind() {
    let world = open(&[]).await;
    world.everybody().await;
    let nora = world.as_person("nora").await;
    let status = "{ me { verified status { verified archived } isSuperuser } }";
    let expected = json!({
        "verified": false, "status": { "verified": false, "archived": false }, "isSuperuser": false,
    });
    assert_eq!(nora.query(status).await["me"], expected);
    assert_eq!(
        public_user(&nora).await,
        json!({ "verified": false, "username": "nora" })
    );
    let of_nobody = {
        let gone = world.person("gone", |_| {}).await;
        let token = world.token_of("gone").await;
        assert!(world.backstage().remove(&gone).await.expect("the store"));
        token
    };
    let expired = world.token_of("vera").await;
    world.pass(Duration::from_mins(6));
    let askers = [
        world.anybody(),
        world.with_token("rubbish"),
        world.with_token(&expired),
        world.with_token(&of_nobody),
        world.as_person("ina").await,
        world.as_person("archie").await,
    ];
    for (number, asker) in askers.iter().enumerate() {
        let reply = asker.document("{ me { id } }", json!({})).await;
        comes_to_nothing(reply, "Unauthenticated.", "UNAUTHENTICATED");
        assert_eq!(public_user(asker).await, Value::Null);
        // Nor do public mutations.
        let mail = json!({ "email": format!("nobody{number}@email.com") });
        asker.act("resendActivationEmail", mail).await.succeeds();
    }
    world.close().await;
}

#[tokio::test]
async fn a_request_that_is_not_valid_has_no_data_and_a_good_status() {
    let world = open(&[]).await;
    for query in [
        "{ me { password } }",
        "{ me { id }",
        "{ users { edges { cursor } } }",
        r#"mutation { swapEmails(password: "x") { success } }"#,
        "mutation { verifyToken(token: 5) { success } }",
        "query A { publicUser { id } } query B { publicUser { id } }",
    ] {
        let reply = world.anybody().document(query, json!({})).await;
        assert_eq!(reply.status, 200, "{reply}");
        assert_eq!(reply.body["data"], Value::Null, "{reply}");
        assert!(
            reply
                .body
                .as_object()
                .expect("an object")
                .contains_key("data"),
            "{reply}"
        );
        assert!(reply.body["errors"][0]["message"].is_string(), "{reply}");
    }
    world.close().await;
}
