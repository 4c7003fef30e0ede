//! An account is deleted while everything else is asked of it.

use futures::future::join_all;
use graphql::http::Dialect::Plain;
use serde_json::{Value, json};
use shared::account::Account;
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::tokens::choosing;
use tests::{Reply, WITHOUT_LIMITS, World};

use super::{DOORS, confirmed, secondary_token};

/// Everything that can be asked of sam's account, by him and by others.
async fn everything(world: &World, sam: &Account, session: &Reply) -> Vec<(&'static str, Value)> {
    let change = json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    let reset = world.reset_token("sam@email.com").await;
    let third = secondary_token(world, sam, "third@email.com");
    vec![
        ("deleteAccount", confirmed()),
        (
            "tokenAuth",
            json!({ "username": "sam", "password": PASSWORD }),
        ),
        (
            "refreshToken",
            json!({ "refreshToken": session.refresh_token() }),
        ),
        ("updateAccount", json!({ "firstName": "S" })),
        ("swapEmails", confirmed()),
        ("verifySecondaryEmail", json!({ "token": third })),
        (
            "sendPasswordResetEmail",
            json!({ "email": "sam2@email.com" }),
        ),
        ("register", registration(json!({ "username": "sam" }))),
        ("removeSecondaryEmail", confirmed()),
        ("deleteAccount", confirmed()),
        ("passwordChange", change),
        (
            "sendSecondaryEmailActivation",
            json!({ "email": "fourth@email.com", "password": PASSWORD }),
        ),
        ("passwordReset", choosing(&reset, NEW_PASSWORD)),
        (
            "revokeToken",
            json!({ "refreshToken": session.refresh_token() }),
        ),
        ("archiveAccount", confirmed()),
        (
            "register",
            registration(json!({ "username": "other", "email": "sam2@email.com" })),
        ),
        ("resendActivationEmail", json!({ "email": "sam@email.com" })),
    ]
}

/// Answers are refusals or successes, never accidents, and of those that end sam's token one at most
/// has succeeded with it. Tells whether that was a deletion.
fn judge(world: &World, replies: &[Reply]) -> bool {
    for reply in replies {
        let is_answered = reply.get("success").is_boolean();
        assert!(is_answered, "{reply}{}", world.log.text());
    }
    let ends = |act: &str| {
        let done = replies
            .iter()
            .filter(|it| it.act == act && it.has_succeeded());
        done.count()
    };
    let ended = ["deleteAccount", "archiveAccount", "passwordChange"].map(ends);
    let by_mail = ends("passwordReset");
    let total: usize = ended.iter().sum();
    assert!(total <= 1 && total + by_mail >= 1, "{ended:?} {by_mail}");
    ended[0] == 1
}

#[tokio::test]
async fn a_deletion_beside_everything_else_leaves_nothing_that_works() {
    let mut deletions = 0;
    for removes in ["false", "true"] {
        for round in 0..3 {
            let settings = [WITHOUT_LIMITS, &[("ALLOW_DELETE_ACCOUNT", removes)]].concat();
            let world = World::open(Plain, &settings).await;
            let sam = world.sam().await;
            let session = world.log_in("sam").await.succeeds();
            let mut acts = everything(&world, &sam, &session).await;
            // Each time something else comes first.
            let many = acts.len();
            acts.rotate_left(round * 7 % many);
            let acts: Vec<_> = acts.iter().chain(&acts).collect();
            let asker = world.with_token(&session.access_token());
            let asked = acts
                .iter()
                .enumerate()
                .map(async |(number, (act, arguments))| {
                    let asker = asker.clone().at(DOORS[number % 2]);
                    asker.act(act, arguments.clone()).await
                });
            let replies = join_all(asked).await;
            if judge(&world, &replies) {
                deletions += 1;
                is_over(&world, &sam, removes == "true", &replies).await;
            }
            world.close().await;
        }
    }
    assert!(deletions > 0, "the stories were about nothing");
}

/// Nothing of the account works, neither what was there before nor what it was given meanwhile.
async fn is_over(world: &World, sam: &Account, is_removed: bool, replies: &[Reply]) {
    let account = world
        .backstage()
        .account(sam.id())
        .await
        .expect("the store");
    match account {
        Some(account) => assert!(!is_removed && !account.profile.active),
        None => assert!(is_removed),
    }
    for reply in replies.iter().filter(|it| it.has_succeeded()) {
        if !["tokenAuth", "refreshToken"].contains(&reply.act.as_str()) {
            continue;
        }
        let of_another = reply.get("user")["id"].as_str().is_some_and(|id| {
            let bytes = data_encoding::BASE64
                .decode(id.as_bytes())
                .expect("a global id");
            String::from_utf8_lossy(&bytes) != format!("UserNode:{}", sam.id())
        });
        if !of_another {
            assert_eq!(world.who_is(&reply.access_token()).await, None, "{reply}");
            let refreshed = world.refresh(&reply.refresh_token()).await;
            refreshed.refuses("nonFieldErrors", "invalid_token");
        }
    }
    let events = if is_removed {
        "account_removed"
    } else {
        "account_deactivated"
    };
    assert_eq!(world.log.events_named(events).len(), 1);
}
