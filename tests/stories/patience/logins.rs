use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use tests::World;
use tests::captchas::answering;

use super::scenes::{Ask, SCENE, Says, Scene, anybody, holds, login};
use super::tell;

fn has_logged_in<'w>(world: &'w World, name: &'w str) -> BoxFuture<'w, bool> {
    holds(world, name, |it| it.profile.last_login.is_some()).boxed()
}

const INVALID: Says = Says::No("nonFieldErrors", "invalid_credentials");

#[tokio::test]
async fn a_login_in_trouble() {
    tell(&[
        Scene {
            title: "tokenAuth from a new network",
            set: |world, name| {
                async move {
                    world.person(name, |_| {}).await;
                    Ask::act(anybody(world, name), "tokenAuth", login(name))
                }
                .boxed()
            },
            sessions: 1,
            is_done: has_logged_in,
            ..SCENE
        },
        Scene {
            title: "tokenAuth of an archived account",
            set: |world, name| {
                async move {
                    world.person(name, |it| it.profile.archived = true).await;
                    Ask::act(anybody(world, name), "tokenAuth", login(name))
                }
                .boxed()
            },
            sessions: 1,
            is_done: |world, name| holds(world, name, |it| !it.profile.archived).boxed(),
            ..SCENE
        },
        Scene {
            title: "tokenAuth with a captcha",
            settings: &[("LOGIN_REQUIRE_CAPTCHA", "true")],
            set: |world, name| {
                async move {
                    world.person(name, |_| {}).await;
                    let captcha = world.captcha_saying("271828").await;
                    let answer = answering(&captcha, "271828", login(name));
                    Ask::act(anybody(world, name), "tokenAuth", answer)
                }
                .boxed()
            },
            sessions: 1,
            is_done: has_logged_in,
            // A right answer uses the captcha up, whatever becomes of the rest.
            again: |world, name, _| {
                async move {
                    let captcha = world.captcha_saying("314159").await;
                    let answer = answering(&captcha, "314159", login(name));
                    anybody(world, name).act("tokenAuth", answer).await
                }
                .boxed()
            },
            ..SCENE
        },
    ])
    .await;
}

#[tokio::test]
async fn a_login_that_is_refused_in_trouble() {
    tell(&[
        Scene {
            title: "tokenAuth with a wrong password",
            set: |world, name| {
                async move {
                    world.person(name, |it| it.profile.archived = true).await;
                    let wrong = json!({ "username": name, "password": "not the password" });
                    Ask::act(anybody(world, name), "tokenAuth", wrong)
                }
                .boxed()
            },
            says: INVALID,
            // Nobody is woken by it, and nobody is locked out.
            is_done: |world, name| {
                holds(world, name, |it| {
                    it.profile.archived || it.profile.last_login.is_some()
                })
                .boxed()
            },
            again: |world, name, _| {
                async move { anybody(world, name).act("tokenAuth", login(name)).await }.boxed()
            },
            ..SCENE
        },
        Scene {
            title: "tokenAuth where one of the wider limits is reached",
            settings: &[("THROTTLE_LOGIN_IDENTIFIER", "1/1h")],
            set: |world, name| {
                async move {
                    world.person(name, |_| {}).await;
                    let wrong = json!({ "username": name, "password": "not the password" });
                    let elsewhere = world.anybody().from("198.51.100.7");
                    elsewhere.act("tokenAuth", wrong).await;
                    Ask::act(anybody(world, name), "tokenAuth", login(name))
                }
                .boxed()
            },
            says: Says::No("nonFieldErrors", "too_many_tries"),
            afterwards: Says::No("nonFieldErrors", "too_many_tries"),
            ..SCENE
        },
        Scene {
            title: "tokenAuth with a wrong answer to a captcha",
            settings: &[
                ("LOGIN_REQUIRE_CAPTCHA", "true"),
                ("CAPTCHA_MAX_RETRIES", "2"),
            ],
            set: |world, name| {
                async move {
                    world.person(name, |_| {}).await;
                    let captcha = world.captcha_saying("271828").await;
                    let answer = answering(&captcha, "182845", login(name));
                    Ask::act(anybody(world, name), "tokenAuth", answer)
                }
                .boxed()
            },
            says: Says::No("captcha", "invalid_captcha"),
            afterwards: Says::No("captcha", "invalid_captcha"),
            ..SCENE
        },
        Scene {
            title: "archiveAccount with a wrong password",
            set: |world, name| {
                async move {
                    let asker = super::scenes::somebody(world, name).await;
                    Ask::act(
                        asker,
                        "archiveAccount",
                        json!({ "password": "not the password" }),
                    )
                }
                .boxed()
            },
            says: Says::No("password", "invalid_password"),
            again: |_, _, ask| {
                async move {
                    let right = super::scenes::confirmed();
                    ask.asker.act("archiveAccount", right).await
                }
                .boxed()
            },
            ..SCENE
        },
    ])
    .await;
}
