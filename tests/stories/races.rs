//! Fifty at once, at several doors. After each race the tables are read whole: every identifier has
//! one owner that names it.

mod addresses;
mod captchas;
mod deletion;
mod links;

use futures::future::join_all;
use graphql::http::Dialect::{self, Gqlauth, Plain, Relay};
use serde_json::{Value, json};
use shared::account::Account;
use shared::token::mailed::Action;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, WITHOUT_LIMITS, World};

/// The doors that have every act.
const DOORS: [Dialect; 2] = [Plain, Relay];

const ALL_DOORS: [Dialect; 3] = [Plain, Relay, Gqlauth];

async fn open() -> World {
    World::open(Plain, WITHOUT_LIMITS).await
}

/// Fifty ask for one act at once, each with arguments of their own.
async fn fifty(
    world: &World,
    doors: &[Dialect],
    act: &'static str,
    arguments: impl Fn(usize) -> Value,
) -> Vec<Reply> {
    several(50, world, doors, act, arguments).await
}

/// So many do.
async fn several(
    count: usize,
    world: &World,
    doors: &[Dialect],
    act: &'static str,
    arguments: impl Fn(usize) -> Value,
) -> Vec<Reply> {
    let asked = (0..count).map(|number| {
        let asker = world.anybody().at(doors[number % doors.len()]);
        let arguments = arguments(number);
        async move { asker.act(act, arguments).await }
    });
    join_all(asked).await
}

/// One has succeeded, and all others were refused so. Gives the number of the one.
#[track_caller]
fn one_of(replies: &[Reply], key: &str, code: &str) -> usize {
    let successes = replies.iter().filter(|reply| reply.has_succeeded());
    assert_eq!(successes.count(), 1);
    for reply in replies.iter().filter(|reply| !reply.has_succeeded()) {
        assert!(reply.is_refused(key, code), "{reply}");
    }
    let first = replies.iter().position(Reply::has_succeeded);
    first.expect("one success")
}

fn successes(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.has_succeeded()).count()
}

/// A confirmation token, as if the letter had been sent.
fn secondary_token(world: &World, account: &Account, email: &str) -> String {
    let action = Action::SecondaryActivation {
        email: email.to_owned(),
        credentials_version: account.credentials_version,
    };
    world.sealed(account, action)
}

fn confirmed() -> Value {
    json!({ "password": PASSWORD })
}

#[tokio::test]
async fn no_session_older_than_a_password_change_survives_it() {
    let world = open().await;
    world.vera().await;
    for round in 0..4 {
        let login = world.log_in("vera").await.succeeds();
        let vera = world.with_token(&login.access_token());
        let change =
            json!({ "oldPassword": PASSWORD, "newPassword1": PASSWORD, "newPassword2": PASSWORD });
        let old = json!({ "refreshToken": login.refresh_token() });
        let change = async {
            // Somewhere among the refreshes, not before all of them.
            for _ in 0..round * 3 {
                tokio::task::yield_now().await;
            }
            vera.act("passwordChange", change).await
        };
        let refreshes = fifty(&world, &DOORS, "refreshToken", |_| old.clone());
        let (changed, refreshed) = futures::join!(change, refreshes);
        let changed = changed.succeeds();
        for reply in refreshed.iter().filter(|reply| reply.has_succeeded()) {
            let token = reply.access_token();
            assert_eq!(
                world.who_is(&token).await,
                None,
                "it outlived the change{reply}"
            );
            let again = world.refresh(&reply.refresh_token()).await;
            again.refuses("nonFieldErrors", "invalid_token");
        }
        assert_eq!(world.who_is(&login.access_token()).await, None);
        let refreshed = world.refresh(&changed.refresh_token()).await;
        refreshed.succeeds();
    }
    world.close().await;
}

#[tokio::test]
async fn of_fifty_who_choose_another_password_one_does() {
    let world = open().await;
    world.vera().await;
    let vera = world.as_person("vera").await;
    let chosen = |number: usize| format!("{NEW_PASSWORD}{number}");
    let asked = (0..50).map(async |number| {
        let new = chosen(number);
        let change = json!({ "oldPassword": PASSWORD, "newPassword1": new, "newPassword2": new });
        let asker = vera.clone().at(DOORS[number % 2]);
        asker.act("passwordChange", change).await
    });
    let replies = join_all(asked).await;
    let won = one_of(&replies, "nonFieldErrors", "unauthenticated");
    world.log_in_with("vera", &chosen(won)).await.succeeds();
    assert_eq!(world.log.events_named("password_changed").len(), 1);
    assert_eq!(world.inbox.letters().len(), 1);
    let token = replies[won].access_token();
    assert_eq!(world.who_is(&token).await.as_deref(), Some("vera"));
    world.close().await;
}
