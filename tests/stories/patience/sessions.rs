use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::World;
use tests::audit::Item;

use super::scenes::{Ask, SCENE, Says, Scene, anybody, login};
use super::tell;

const INVALID: Says = Says::No("nonFieldErrors", "invalid_token");

/// Somebody new, and the refresh token of their first session.
async fn refresh_token(world: &World, name: &str) -> String {
    world.person(name, |_| {}).await;
    let asker = anybody(world, name);
    let logged_in = asker.act("tokenAuth", login(name)).await.succeeds();
    logged_in.refresh_token()
}

fn with(token: &str) -> Value {
    json!({ "refreshToken": token })
}

/// What is true of the one session of somebody.
async fn session_holds(world: &World, name: &str, claim: impl Fn(&Item) -> bool) -> bool {
    let id = world
        .account(name)
        .await
        .expect("somebody")
        .id()
        .to_string();
    let sessions = world.sessions().await;
    let mut own = sessions
        .iter()
        .filter(|item| item["account_id"].as_s().is_ok_and(|it| *it == id));
    own.next().is_some_and(claim) && own.next().is_none()
}

fn has_ended<'w>(world: &'w World, name: &'w str) -> BoxFuture<'w, bool> {
    session_holds(world, name, |session| session.contains_key("ended_at")).boxed()
}

/// It is at its second token.
fn has_rotated<'w>(world: &'w World, name: &'w str) -> BoxFuture<'w, bool> {
    session_holds(world, name, |session| {
        session["counter"]
            .as_n()
            .is_ok_and(|counter| counter == "1")
    })
    .boxed()
}

#[tokio::test]
async fn a_refresh_in_trouble() {
    tell(&[
        Scene {
            title: "refreshToken",
            set: |world, name| {
                async move {
                    let token = refresh_token(world, name).await;
                    Ask::act(anybody(world, name), "refreshToken", with(&token))
                }
                .boxed()
            },
            is_done: has_rotated,
            // Within the grace window the same token gives what the rotation made, which is current.
            again: |world, name, ask| {
                async move {
                    let reply = ask.ask().await;
                    let next = with(&reply.clone().succeeds().refresh_token());
                    let refreshed = anybody(world, name)
                        .act_selecting("refreshToken", next, "success errors")
                        .await;
                    refreshed.succeeds();
                    reply
                }
                .boxed()
            },
            ..SCENE
        },
        Scene {
            title: "refreshToken again, within the grace window",
            set: |world, name| {
                async move {
                    let token = refresh_token(world, name).await;
                    let asker = anybody(world, name);
                    asker.act("refreshToken", with(&token)).await.succeeds();
                    Ask::act(asker, "refreshToken", with(&token))
                }
                .boxed()
            },
            is_done: has_rotated,
            ..SCENE
        },
        Scene {
            title: "refreshToken, reused",
            settings: &[("REFRESH_REUSE_INTERVAL", "0")],
            set: |world, name| {
                async move {
                    let token = refresh_token(world, name).await;
                    let asker = anybody(world, name);
                    asker.act("refreshToken", with(&token)).await.succeeds();
                    world.pass(Duration::from_secs(1));
                    Ask::act(asker, "refreshToken", with(&token))
                }
                .boxed()
            },
            says: INVALID,
            is_done: has_ended,
            afterwards: INVALID,
            ..SCENE
        },
        Scene {
            title: "refreshToken that the client wants revoked",
            set: |world, name| {
                async move {
                    let token = refresh_token(world, name).await;
                    let revoking = json!({ "refreshToken": token, "revokeRefreshToken": true });
                    let asker = anybody(world, name).at(Dialect::Gqlauth);
                    Ask::act(asker, "refreshToken", revoking)
                }
                .boxed()
            },
            is_done: has_rotated,
            afterwards: Says::No("nonFieldErrors", "expired_token"),
            ..SCENE
        },
    ])
    .await;
}

#[tokio::test]
async fn a_log_out_in_trouble() {
    tell(&[
        Scene {
            title: "revokeToken",
            set: |world, name| {
                async move {
                    let token = refresh_token(world, name).await;
                    Ask::act(anybody(world, name), "revokeToken", with(&token))
                }
                .boxed()
            },
            is_done: has_ended,
            afterwards: INVALID,
            ..SCENE
        },
        Scene {
            title: "revokeToken within the grace window",
            set: |world, name| {
                async move {
                    let token = refresh_token(world, name).await;
                    let asker = anybody(world, name);
                    asker.act("refreshToken", with(&token)).await.succeeds();
                    Ask::act(asker, "revokeToken", with(&token))
                }
                .boxed()
            },
            is_done: has_ended,
            afterwards: INVALID,
            ..SCENE
        },
        Scene {
            title: "revokeToken, reused",
            settings: &[("REFRESH_REUSE_INTERVAL", "0")],
            set: |world, name| {
                async move {
                    let token = refresh_token(world, name).await;
                    let asker = anybody(world, name);
                    asker.act("refreshToken", with(&token)).await.succeeds();
                    world.pass(Duration::from_secs(1));
                    Ask::act(asker, "revokeToken", with(&token))
                }
                .boxed()
            },
            says: INVALID,
            is_done: has_ended,
            afterwards: INVALID,
            ..SCENE
        },
    ])
    .await;
}
