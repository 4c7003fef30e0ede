//! Tokens and captchas of one door at the others.

use graphql::http::Dialect::{self, Gqlauth, Plain, Relay};
use serde_json::json;
use tests::captchas::answering;
use tests::people::PASSWORD;
use tests::{Reply, World};

use super::open;

const DOORS: [Dialect; 3] = [Plain, Relay, Gqlauth];

/// Refreshes at a door, as one does there.
async fn refresh_at(world: &World, door: Dialect, token: &str) -> Reply {
    let arguments = match door {
        Gqlauth => json!({ "refreshToken": token, "revokeRefreshToken": false }),
        Plain | Relay => json!({ "refreshToken": token }),
    };
    world
        .anybody()
        .at(door)
        .act("refreshToken", arguments)
        .await
}

#[tokio::test]
async fn what_one_door_gives_is_good_at_the_others() {
    let world = open(&[]).await;
    world.vera().await;
    for issuing in DOORS {
        let credentials = json!({ "username": "vera", "password": PASSWORD });
        let at_issuing = world.anybody().at(issuing);
        let logged_in = at_issuing.act("tokenAuth", credentials).await.succeeds();
        let access = logged_in.access_token();
        let mut token = logged_in.refresh_token();
        for using in DOORS {
            let asker = world.with_token(&access).at(using);
            let me = asker.query("{ me { username } }").await;
            assert_eq!(me["me"]["username"], "vera", "{issuing:?} at {using:?}");
            let verified = json!({ "token": access });
            world
                .anybody()
                .at(using)
                .act("verifyToken", verified)
                .await
                .succeeds();
            token = refresh_at(&world, using, &token)
                .await
                .succeeds()
                .refresh_token();
        }
        for using in DOORS {
            let credentials = json!({ "username": "vera", "password": PASSWORD });
            let token = at_issuing
                .act("tokenAuth", credentials)
                .await
                .succeeds()
                .refresh_token();
            let revoked = json!({ "refreshToken": token });
            world
                .anybody()
                .at(using)
                .act("revokeToken", revoked)
                .await
                .succeeds();
            assert!(!refresh_at(&world, issuing, &token).await.has_succeeded());
        }
    }
    world.close().await;
}

#[tokio::test]
async fn a_captcha_of_one_door_is_good_at_the_others() {
    for issuing in DOORS {
        let world = World::open(issuing, &[("LOGIN_REQUIRE_CAPTCHA", "true")]).await;
        world.vera().await;
        for using in DOORS {
            let captcha = world.captcha_saying("161803").await;
            let credentials = json!({ "username": "vera", "password": PASSWORD });
            let asker = world.anybody().at(using);
            let wrong = answering(&captcha, "161804", credentials.clone());
            asker
                .act("tokenAuth", wrong)
                .await
                .refuses("captcha", "invalid_captcha");
            let right = answering(&captcha, "161803", credentials);
            asker.act("tokenAuth", right).await.succeeds();
        }
        world.close().await;
    }
}
