//! One captcha, answered fifty times at once.

use graphql::http::Dialect::Plain;
use serde_json::{Value, json};
use tests::captchas::answering;
use tests::people::PASSWORD;
use tests::{WITHOUT_LIMITS, World};

use super::{ALL_DOORS, fifty, successes};

const TEXT: &str = "161803";

async fn open() -> World {
    let settings = [WITHOUT_LIMITS, &[("LOGIN_REQUIRE_CAPTCHA", "true")]].concat();
    let world = World::open(Plain, &settings).await;
    world.vera().await;
    world
}

fn login(uuid: &str, entry: &str) -> Value {
    answering(
        uuid,
        entry,
        json!({ "username": "vera", "password": PASSWORD }),
    )
}

#[tokio::test]
async fn of_fifty_right_answers_one_is_accepted() {
    let world = open().await;
    let uuid = world.captcha_saying(TEXT).await;
    let replies = fifty(&world, &ALL_DOORS, "tokenAuth", |_| login(&uuid, TEXT)).await;
    assert_eq!(successes(&replies), 1);
    let refused = |code| {
        replies
            .iter()
            .filter(move |it| it.is_refused("captcha", code))
    };
    // While five are being compared, nobody can tell that none of them is wrong.
    let exceeded = refused("max_retries_exceeded").count();
    assert!(exceeded <= 1);
    assert_eq!(refused("expired_captcha").count(), 49 - exceeded);
    world.close().await;
}

#[tokio::test]
async fn among_fifty_answers_no_more_are_compared_than_may_be() {
    for right in [3, 20, 49] {
        let world = open().await;
        let uuid = world.captcha_saying(TEXT).await;
        let entry = |number: usize| if number == right { TEXT } else { "000000" };
        let replies = fifty(&world, &ALL_DOORS, "tokenAuth", |number| {
            login(&uuid, entry(number))
        });
        let replies = replies.await;
        let compared = replies
            .iter()
            .filter(|it| it.is_refused("captcha", "invalid_captcha"));
        let compared = compared.count();
        let accepted = successes(&replies);
        assert!(compared <= 5 && accepted <= 1);
        assert!(compared == 5 || accepted == 1, "{compared} were compared");
        for reply in &replies {
            let is_told = ["invalid_captcha", "max_retries_exceeded", "expired_captcha"]
                .iter()
                .any(|code| reply.is_refused("captcha", code));
            assert!(is_told || reply.has_succeeded(), "{reply}");
        }
        // Whatever was first, the captcha has done its service.
        let again = world.act("tokenAuth", login(&uuid, TEXT)).await;
        again.refuses("captcha", "expired_captcha");
        world.close().await;
    }
}
