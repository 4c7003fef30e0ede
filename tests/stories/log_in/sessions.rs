//! Sessions and several logins at once.

use std::time::Duration;

use futures::future::join_all;
use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Fate, Reply, in_both_dialects, in_each_dialect};

use super::credentials;

#[tokio::test]
async fn of_several_logins_at_once_one_wakes_the_account() {
    in_both_dialects(&[], async |world| {
        world.archie().await;
        let replies = join_all((0..6).map(|_| world.log_in("archie"))).await;
        let replies: Vec<_> = replies.into_iter().map(Reply::succeeds).collect();
        let waking = replies
            .iter()
            .filter(|reply| reply.get("unarchiving") == true);
        assert_eq!(waking.count(), 1);
        assert_eq!(world.log.events_named("account_unarchived").len(), 1);
        assert_eq!(world.sessions().await.len(), 6);
        for reply in replies {
            let refreshed = json!({ "refreshToken": reply.refresh_token() });
            world.act("refreshToken", refreshed).await.succeeds();
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_whose_session_cannot_be_stored_is_none() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let before = world.kept().await;
        let refused = Fate::Refuse("ResourceNotFoundException");
        world.proxy.nth_of("PutItem", 1, refused);
        let reply = world.log_in("vera").await;
        assert_eq!(
            reply.body["errors"][0]["message"], "Internal server error.",
            "{reply}"
        );
        assert_eq!(
            world.kept().await,
            before,
            "neither a session nor the time of a login"
        );
        world.log_in("vera").await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn after_a_login_the_rest_of_the_document_runs_as_that_person() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world.sam().await;
        for asker in [world.anybody(), world.as_person("sam").await] {
            let good = asker.act_text("tokenAuth", &credentials("vera", PASSWORD), "success");
            let name = json!({ "firstName": "V" });
            let update = asker.act_text("updateAccount", &name, "success");
            let reply = asker
                .document(&format!("mutation {{ {good} {update} }}"), json!({}))
                .await;
            for act in ["tokenAuth", "updateAccount"] {
                assert_eq!(reply.body["data"][act]["success"], true, "{reply}");
            }
        }
        assert_eq!(
            world
                .account("vera")
                .await
                .expect("vera")
                .profile
                .first_name,
            "V"
        );
        assert_eq!(
            world.account("sam").await.expect("sam").profile.first_name,
            ""
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_is_stored_only_if_a_refresh_token_is_selected() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        let inner = if world.dialect() == Dialect::Gqlauth {
            "{ token }"
        } else {
            ""
        };
        let result = match world.dialect() {
            Dialect::Plain => "ObtainJSONWebToken",
            Dialect::Relay => "ObtainJSONWebTokenPayload",
            Dialect::Gqlauth => "ObtainJSONWebTokenType",
        };
        let asker = world.anybody();
        for (selection, is_selected) in [
            ("success".to_owned(), false),
            (format!("success refreshToken {inner}"), true),
            (format!("success mine: refreshToken {inner}"), true),
            (
                format!("success refreshToken @skip(if: true) {inner}"),
                false,
            ),
            (
                format!("success refreshToken @include(if: $no) {inner}"),
                false,
            ),
            (
                format!("success refreshToken @include(if: $yes) {inner}"),
                true,
            ),
            (
                format!("success ... on {result} {{ refreshToken {inner} }}"),
                true,
            ),
            (
                format!("success ... @skip(if: $yes) {{ refreshToken {inner} }}"),
                false,
            ),
            ("success ...Rest".to_owned(), true),
        ] {
            let act = asker.act_text("tokenAuth", &credentials("vera", PASSWORD), &selection);
            let fragment = if selection.contains("...Rest") {
                format!("fragment Rest on {result} {{ refreshToken {inner} }}")
            } else {
                String::new()
            };
            let query = format!(
                "mutation($yes: Boolean = true, $no: Boolean = false) {{ {act} x: {} }} {fragment}",
                "captcha @include(if: $no) { uuid @skip(if: $yes) }"
            );
            let before = world.sessions().await.len();
            let reply = asker.document(&query, json!({})).await;
            assert_eq!(reply.body["data"]["tokenAuth"]["success"], true, "{reply}");
            let stored = world.sessions().await.len() - before;
            assert_eq!(stored, usize::from(is_selected), "{selection}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_whose_answers_from_the_store_are_lost_comes_to_the_right_outcome() {
    in_both_dialects(&[("REFRESH_REUSE_INTERVAL", "0")], async |world| {
        world.archie().await;
        for call in 1..=8 {
            world.operate("archie", "archived", true).await;
            world.proxy.nth(call, Fate::LoseAnswer);
            let reply = world.log_in("archie").await.succeeds();
            assert_eq!(reply.get("unarchiving"), true, "{reply}");
            assert_eq!(world.sessions().await.len(), call);
            world.pass(Duration::from_secs(1));
            let refreshed = json!({ "refreshToken": reply.refresh_token() });
            world.act("refreshToken", refreshed).await.succeeds();
            // A fate that no call has met yet must not meet a later one.
            world.proxy.all(Fate::Pass);
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_beside_a_password_change_does_not_outlive_it() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let asker = world.as_person("vera").await;
        let change = json!({
            "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
        });
        let logins = join_all((0..4).map(|_| world.log_in("vera")));
        let (logins, changed) = futures::join!(logins, asker.act("passwordChange", change));
        let changed = changed.succeeds();
        for login in logins.iter().filter(|login| login.has_succeeded()) {
            let me = world
                .with_token(&login.access_token())
                .query("{ me { username } }")
                .await;
            assert_eq!(
                me["me"],
                Value::Null,
                "a login with the old password is good"
            );
            let refreshed = json!({ "refreshToken": login.refresh_token() });
            world
                .act("refreshToken", refreshed)
                .await
                .refuses("nonFieldErrors", "invalid_token");
        }
        let refreshed = json!({ "refreshToken": changed.refresh_token() });
        world.act("refreshToken", refreshed).await.succeeds();
    })
    .await;
}
