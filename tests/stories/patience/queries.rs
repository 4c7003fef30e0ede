use futures::FutureExt;
use graphql::http::Dialect;
use serde_json::json;

use super::scenes::{Ask, SCENE, Scene, anybody, email, home, somebody};
use super::tell;

const PUBLIC: &[(&str, &str)] = &[("USERS_QUERY_ACCESS", "authenticated")];

#[tokio::test]
async fn a_question_in_trouble() {
    tell(&[
        Scene {
            title: "me",
            set: |world, name| {
                async move { Ask::query(somebody(world, name).await, "{ me { username } }") }
                    .boxed()
            },
            ..SCENE
        },
        Scene {
            title: "publicUser",
            set: |world, name| {
                async move {
                    let asker = somebody(world, name).await.at(Dialect::Gqlauth);
                    Ask::query(asker, "{ publicUser { username } }")
                }
                .boxed()
            },
            ..SCENE
        },
        Scene {
            title: "users",
            settings: PUBLIC,
            set: |world, name| {
                async move {
                    let asker = somebody(world, name).await;
                    Ask::query(asker, "{ users { edges { node { username } } } }")
                }
                .boxed()
            },
            ..SCENE
        },
        Scene {
            title: "users with an exact filter",
            settings: PUBLIC,
            set: |world, name| {
                async move {
                    let asker = somebody(world, name).await;
                    let filter = format!("email: \"{}\"", email(name));
                    let query = format!("{{ users({filter}) {{ edges {{ node {{ id }} }} }} }}");
                    Ask::query(asker, &query)
                }
                .boxed()
            },
            ..SCENE
        },
        Scene {
            title: "user",
            settings: PUBLIC,
            set: |world, name| {
                async move {
                    let asker = somebody(world, name).await;
                    let me = asker.query("{ me { id } }").await;
                    let query = format!("{{ user(id: {}) {{ username }} }}", me["me"]["id"]);
                    Ask::query(asker, &query)
                }
                .boxed()
            },
            ..SCENE
        },
        Scene {
            title: "verifyToken",
            set: |world, name| {
                async move {
                    world.person(name, |_| {}).await;
                    let token = world.token_of(name).await;
                    Ask::act(
                        anybody(world, name),
                        "verifyToken",
                        json!({ "token": token }),
                    )
                }
                .boxed()
            },
            ..SCENE
        },
        Scene {
            title: "refreshToken in single-token mode",
            settings: &[("JWT_LONG_RUNNING_REFRESH_TOKEN", "false")],
            set: |world, name| {
                async move {
                    world.person(name, |_| {}).await;
                    let token = world.token_of(name).await;
                    let asker = home(world.anybody(), name);
                    Ask::act(asker, "refreshToken", json!({ "token": token }))
                }
                .boxed()
            },
            ..SCENE
        },
    ])
    .await;
}
