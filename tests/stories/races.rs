//! Fifty at once. After each the tables are read whole: every identifier has one owner that names it.

use futures::future::join_all;
use serde_json::json;
use shared::account::Account;
use shared::token::mailed::{Action, MailedToken};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, WITHOUT_LIMITS, World, in_both_dialects};

fn sealed(world: &World, account: &Account, action: Action) -> String {
    let token = MailedToken {
        account: account.id(),
        issued_at: world.now(),
        action,
    };
    token.seal(&world.app().keys)
}

fn secondary(account: &Account, email: &str) -> Action {
    let credentials_version = account.credentials_version;
    Action::SecondaryActivation {
        email: email.to_owned(),
        credentials_version,
    }
}

fn successes(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.has_succeeded()).count()
}

#[tokio::test]
async fn one_reset_link_sets_one_password() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        world
            .act(
                "sendPasswordResetEmail",
                json!({ "email": "vera@email.com" }),
            )
            .await
            .succeeds();
        let token = world.token_mailed("vera@email.com", "password-reset");
        let chosen = |n: usize| format!("{NEW_PASSWORD}{n}");
        let replies = join_all((0..50).map(async |n| {
            let new = chosen(n);
            let form = json!({ "token": token, "newPassword1": new, "newPassword2": new });
            world.act("passwordReset", form).await
        }))
        .await;
        assert_eq!(successes(&replies), 1);
        let won = replies
            .iter()
            .position(Reply::has_succeeded)
            .expect("one success");
        let lost = replies
            .iter()
            .filter(|it| it.is_refused("nonFieldErrors", "invalid_token"));
        assert_eq!(lost.count(), 49);
        let login = json!({ "username": "vera", "password": chosen(won) });
        world.act("tokenAuth", login).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn one_password_set_link_sets_one_password() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        let petra = world.petra().await;
        let token = sealed(world, &petra, Action::PasswordSet);
        let replies = join_all((0..50).map(async |n| {
            let new = format!("{NEW_PASSWORD}{n}");
            let form = json!({ "token": token, "newPassword1": new, "newPassword2": new });
            world.act("passwordSet", form).await
        }))
        .await;
        assert_eq!(successes(&replies), 1);
        let lost = replies
            .iter()
            .filter(|it| it.is_refused("nonFieldErrors", "password_already_set"));
        assert_eq!(lost.count(), 49);
        assert_eq!(world.log.events_named("user_verified").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_confirmation_link_attaches_one_address() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        let vera = world.vera().await;
        let token = sealed(world, &vera, secondary(&vera, "vera2@email.com"));
        let asked = (0..50).map(async |_| {
            world
                .act("verifySecondaryEmail", json!({ "token": token }))
                .await
        });
        let replies = join_all(asked).await;
        assert_eq!(successes(&replies), 1);
        assert_eq!(world.log.events_named("secondary_email_added").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_two_accounts_and_a_registration_want_is_given_once() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        let (vera, stan) = (world.vera().await, world.stan().await);
        let wanted = "wanted@email.com";
        let tokens = [&vera, &stan].map(|account| sealed(world, account, secondary(account, wanted)));
        let form = json!({ "email": wanted, "username": "new_user", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD });
        let attached = tokens.iter().map(async |token| {
            world.act("verifySecondaryEmail", json!({ "token": token })).await
        });
        let (attached, registered) =
            futures::join!(join_all(attached), world.act("register", form));
        assert_eq!(successes(&attached) + usize::from(registered.has_succeeded()), 1);
    })
    .await;
}

#[tokio::test]
async fn a_swap_and_a_removal_happen_one_after_the_other() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let sam = world.as_person("sam").await;
        let confirmed = || json!({ "password": PASSWORD });
        let acts = (0..10).map(async |n| {
            let act = if n % 2 == 0 {
                "swapEmails"
            } else {
                "removeSecondaryEmail"
            };
            (act, sam.act(act, confirmed()).await)
        });
        let replies = join_all(acts).await;
        let removed = replies
            .iter()
            .filter(|(act, it)| *act == "removeSecondaryEmail" && it.has_succeeded());
        assert_eq!(removed.count(), 1);
        let account = world.account("sam").await.expect("sam");
        assert_eq!(account.profile.secondary_email, None);
        let swaps = replies
            .iter()
            .filter(|(act, it)| *act == "swapEmails" && it.has_succeeded())
            .count();
        let primary = if swaps % 2 == 0 {
            "sam@email.com"
        } else {
            "sam2@email.com"
        };
        assert_eq!(account.profile.email, primary);
    })
    .await;
}

#[tokio::test]
async fn no_session_older_than_a_password_change_survives_it() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        world.vera().await;
        let login = world.log_in("vera").await.succeeds();
        let vera = world.with_token(&login.text("token"));
        let change = json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
        let old = json!({ "refreshToken": login.text("refreshToken") });
        let refreshes = (0..20).map(async |_| world.act("refreshToken", old.clone()).await);
        let (changed, refreshed) =
            futures::join!(vera.act("passwordChange", change), join_all(refreshes));
        let kept = changed.succeeds().text("refreshToken");
        for reply in refreshed.iter().filter(|reply| reply.has_succeeded()) {
            let me = world.with_token(&reply.text("token")).query("{ me { id } }").await;
            assert!(me["me"].is_null(), "an access token outlived the change{reply}");
            let again = json!({ "refreshToken": reply.text("refreshToken") });
            world.act("refreshToken", again).await.refuses("nonFieldErrors", "invalid_token");
        }
        world.act("refreshToken", json!({ "refreshToken": kept })).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_deletion_beats_everything_that_happens_beside_it() {
    let mut settings = WITHOUT_LIMITS.to_vec();
    for removes in ["false", "true"] {
        settings.push(("ALLOW_DELETE_ACCOUNT", removes));
        in_both_dialects(&settings, async |world| {
            world.sam().await;
            let sam = world.as_person("sam").await;
            let confirmed = || json!({ "password": PASSWORD });
            let acts = [
                "deleteAccount",
                "swapEmails",
                "removeSecondaryEmail",
                "archiveAccount",
                "deleteAccount",
            ];
            let replies = join_all(acts.map(async |act| sam.act(act, confirmed()).await)).await;
            let deleted = replies
                .iter()
                .filter(|it| it.act == "deleteAccount" && it.has_succeeded());
            let archived = replies
                .iter()
                .any(|it| it.act == "archiveAccount" && it.has_succeeded());
            assert_eq!(
                deleted.count() + usize::from(archived),
                1,
                "one of them ends the token"
            );
            assert!(sam.query("{ me { id } }").await["me"].is_null());
        })
        .await;
        settings.pop();
    }
}
