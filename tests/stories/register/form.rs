//! The form as a whole, and what it is sent with.

use serde_json::{Value, json};
use tests::in_both_dialects;
use tests::people::registration;

use super::{WEAK_NUMBER, items, register};

#[tokio::test]
async fn everything_wrong_with_a_form_is_told_at_once_in_order() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let wrong = json!({ "email": "nope", "username": "a b", "password1": "123456", "password2": "123456" });
        register(world, wrong).await.refuses_all(&[
            ("email", &["invalid"]),
            ("username", &["invalid"]),
            ("password2", WEAK_NUMBER),
        ]);
        let taken = json!({ "username": "vera", "password1": "123456", "password2": "123456" });
        register(world, taken)
            .await
            .refuses_all(&[("username", &["unique"]), ("password2", WEAK_NUMBER)]);
        let empty = json!({ "email": "", "username": " ", "password1": "", "password2": "" });
        register(world, empty).await.refuses_all(&[
            ("email", &["required"]),
            ("username", &["required"]),
            ("password1", &["required"]),
            ("password2", &["required"]),
        ]);
        // The fields come before the characters of the username, the strength after.
        let different = json!({ "username": "a b", "password1": "123", "password2": "456" });
        register(world, different).await.refuses_all(&[
            ("password2", &["password_mismatch"]),
            ("username", &["invalid"]),
        ]);
        assert_eq!(world.accounts().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn where_unverified_people_may_not_log_in_a_registration_gives_no_tokens() {
    in_both_dialects(&[("ALLOW_LOGIN_NOT_VERIFIED", "false")], async |world| {
        let reply = register(world, json!({})).await.succeeds();
        assert!(reply.get("token").is_null() && reply.get("refreshToken").is_null());
        assert_eq!(items(world).await, (3, 0));
        assert_eq!(world.letters_to("new_user@email.com").len(), 1);
        assert_eq!(world.log.events_named("token_issued").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_stored_only_for_a_client_that_selects_the_refresh_token() {
    in_both_dialects(&[], async |world| {
        for (number, (selection, sessions)) in [
            ("success errors token", 0),
            ("success errors token refreshToken @skip(if: true)", 0),
            (
                "success errors token ... @include(if: false) { refreshToken }",
                0,
            ),
            ("success errors token again: refreshToken", 1),
            ("success errors token ... { ... { refreshToken } }", 2),
        ]
        .into_iter()
        .enumerate()
        {
            let form = registration(json!({
                "username": format!("user{number}"), "email": format!("user{number}@email.com"),
            }));
            let asker = world.anybody();
            let reply = asker.act_selecting("register", form, selection).await;
            assert!(reply.succeeds().get("token").is_string());
            assert_eq!(items(world).await.1, sessions, "{selection}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_incomplete_or_ambiguous_registration_is_a_request_error_and_does_nothing() {
    in_both_dialects(&[], async |world| {
        world.nora().await;
        let asker = world.anybody();
        let text = |form: &Value| asker.act_text("register", form, "success");
        let whole = text(&registration(json!({})));
        let mut without_password = registration(json!({}));
        let members = without_password.as_object_mut().expect("an object");
        members.remove("password1");
        let with_variable = text(&registration(json!({ "password1": "$p" })));
        let with_variable = with_variable.replace("\"$p\"", "$p");
        let nora = json!({ "email": "nora@email.com" });
        let resend = asker.act_text("resendActivationEmail", &nora, "success");
        let documents = [
            format!("mutation {{ {} }}", text(&without_password)),
            format!(
                "mutation {{ {} }}",
                text(&registration(json!({ "password1": null })))
            ),
            format!(
                "mutation {{ {} }}",
                text(&registration(json!({ "username": 5 })))
            ),
            format!(
                "mutation {{ {} }}",
                text(&registration(json!({ "firstName": "Luke" })))
            ),
            format!("mutation ($p: String!) {{ {with_variable} }}"),
            format!("mutation ($p: String!) {{ {resend} {with_variable} }}"),
            format!("mutation ($p: String) {{ {with_variable} }}"),
            format!("mutation {{ a: {whole} a: {whole} }}"),
            format!("mutation {{ {whole} {whole} }}"),
        ];
        for document in documents {
            for variables in [json!({}), json!({ "p": null }), json!({ "p": 5 })] {
                let reply = asker.document(&document, variables).await;
                reply.is_request_error();
            }
        }
        assert_eq!(items(world).await, (3, 0));
        assert!(world.inbox.letters().is_empty());
        assert!(world.proxy.take_calls().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_header_makes_no_difference_to_a_registration() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let vera = world.as_person("vera").await;
        let reply = vera.act("register", registration(json!({}))).await;
        let token = reply.succeeds().text("token");
        let me = world.with_token(&token).query("{ me { username } }").await;
        assert_eq!(me["me"]["username"], "new_user");

        let form = registration(json!({ "username": "second", "email": "second@email.com" }));
        let garbage = world.with_token("garbage");
        garbage.act("register", form).await.succeeds();
        let form = registration(json!({ "username": "vera" }));
        vera.act("register", form)
            .await
            .refuses("username", "unique");
    })
    .await;
}

#[tokio::test]
async fn names_can_be_asked_for() {
    let optional = [("REGISTER_MUTATION_FIELDS_OPTIONAL", "first_name,last_name")];
    in_both_dialects(&optional, async |world| {
        let like_the_name = json!({
            "firstName": "lukeluke", "password1": "lukeluke1", "password2": "lukeluke1",
        });
        let reply = register(world, like_the_name).await;
        let reply = reply.refuses("password2", "password_too_similar");
        assert_eq!(
            reply.message("password2"),
            "The password is too similar to the first name."
        );
        let long = "x".repeat(151);
        let too_long = json!({ "firstName": long, "lastName": long, "username": "" });
        register(world, too_long).await.refuses_all(&[
            ("username", &["required"]),
            ("firstName", &["max_length"]),
            ("lastName", &["max_length"]),
        ]);
        let names = json!({ "firstName": " Luke ", "lastName": null });
        register(world, names).await.succeeds();
        let account = world.account("new_user").await.expect("an account");
        let profile = account.profile;
        assert_eq!((&*profile.first_name, &*profile.last_name), ("Luke", ""));
    })
    .await;
}

#[tokio::test]
async fn names_can_be_demanded() {
    let required = [("REGISTER_MUTATION_FIELDS", "email,username,last_name")];
    in_both_dialects(&required, async |world| {
        register(world, json!({})).await.is_request_error();
        register(world, json!({ "lastName": " " }))
            .await
            .refuses("lastName", "required");
        register(world, json!({ "lastName": "Skywalker" }))
            .await
            .succeeds();
    })
    .await;
}
