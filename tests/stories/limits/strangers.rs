//! Guessing from many networks, or at many names: the two wider limits, and whom they do not hold back.

use graphql::http::Dialect;
use serde_json::json;
use tests::people::PASSWORD;
use tests::{World, in_both_dialects};

use super::{DAY, ELSEWHERE, HOME, HOUR, MINUTE, guess, log_in_from, right, to, wrong};

#[tokio::test]
async fn what_a_wider_limit_refuses_is_given_back_to_the_exact_one() {
    let settings = [
        ("THROTTLE_LOGIN", "3/1d"),
        ("THROTTLE_LOGIN_IDENTIFIER", "2/1h"),
    ];
    in_both_dialects(&settings, async |world| {
        world.vera().await;
        guess(world, HOME, "vera", 2).await;
        for _ in 0..5 {
            let refused = log_in_from(world, ELSEWHERE, right("vera")).await;
            assert_eq!(refused, "too_many_tries");
        }
        world.pass(HOUR);
        assert_eq!(
            log_in_from(world, ELSEWHERE, right("vera")).await,
            "success"
        );
    })
    .await;
}

/// So many wrong passwords for vera, over twenty networks that are strangers to her.
async fn siege(dialect: Dialect, settings: &[(&str, &str)], tries: usize) {
    let world = World::open(dialect, settings).await;
    world.vera().await;
    assert_eq!(log_in_from(&world, HOME, right("vera")).await, "success");
    for round in 0..tries {
        let network = format!("203.0.113.{}", round % 20);
        guess(&world, &network, "vera", 1).await;
    }
    assert_eq!(
        log_in_from(&world, ELSEWHERE, right("vera")).await,
        "too_many_tries"
    );
    let reached = world.log.events_named("limit_reached");
    assert_eq!(reached[0]["limit"], "THROTTLE_LOGIN_IDENTIFIER");
    assert_eq!(log_in_from(&world, HOME, right("vera")).await, "success");
    world.pass(HOUR);
    assert_eq!(
        log_in_from(&world, ELSEWHERE, right("vera")).await,
        "success"
    );
    world.close().await;
}

#[tokio::test]
async fn strangers_close_a_name_to_strangers_and_not_to_where_its_owner_is_known() {
    siege(Dialect::Plain, &[], 100).await;
    siege(Dialect::Relay, &[("THROTTLE_LOGIN_IDENTIFIER", "8/1h")], 8).await;
}

/// So many wrong passwords from one network, each for another name.
async fn spray(dialect: Dialect, settings: &[(&str, &str)], tries: usize) {
    let world = World::open(dialect, settings).await;
    world.vera().await;
    world.sam().await;
    assert_eq!(log_in_from(&world, HOME, right("sam")).await, "success");
    for round in 0..tries {
        guess(&world, HOME, &format!("name {round}"), 1).await;
    }
    assert_eq!(
        log_in_from(&world, HOME, right("vera")).await,
        "too_many_tries"
    );
    let reached = world.log.events_named("limit_reached");
    assert_eq!(reached[0]["limit"], "THROTTLE_LOGIN_NETWORK");
    assert_eq!(log_in_from(&world, HOME, right("sam")).await, "success");
    assert_eq!(
        log_in_from(&world, ELSEWHERE, right("vera")).await,
        "success"
    );
    world.pass(15 * MINUTE);
    assert_eq!(log_in_from(&world, HOME, right("vera")).await, "success");
    world.close().await;
}

#[tokio::test]
async fn one_network_cannot_try_one_password_on_everybody() {
    spray(Dialect::Plain, &[], 300).await;
    spray(Dialect::Relay, &[("THROTTLE_LOGIN_NETWORK", "6/15m")], 6).await;
}

#[tokio::test]
async fn a_reset_by_mail_opens_the_network_it_came_from() {
    let settings = [
        ("THROTTLE_LOGIN_IDENTIFIER", "2/1h"),
        ("THROTTLE_LOGIN_NETWORK", "6/15m"),
    ];
    in_both_dialects(&settings, async |world| {
        world.sam().await;
        let logins = [
            json!({ "username": "sam", "password": PASSWORD }),
            json!({ "email": "sam@email.com", "password": PASSWORD }),
            json!({ "email": "SAM2@email.com", "password": PASSWORD }),
        ];
        for login in &logins {
            let mut guessed = login.clone();
            guessed["password"] = json!("not the password");
            for _ in 0..2 {
                log_in_from(world, HOME, guessed.clone()).await;
            }
        }
        for network in [HOME, ELSEWHERE] {
            let answer = log_in_from(world, network, logins[0].clone()).await;
            assert_eq!(answer, "too_many_tries", "{network}");
        }
        let asker = world.anybody().from(HOME);
        let asked = asker
            .act("sendPasswordResetEmail", to("sam@email.com"))
            .await;
        asked.succeeds();
        let token = world.token_mailed("sam@email.com", "password-reset");
        let reset = json!({ "token": token, "newPassword1": PASSWORD, "newPassword2": PASSWORD });
        asker.act("passwordReset", reset).await.succeeds();
        for login in logins {
            assert_eq!(
                log_in_from(world, HOME, login.clone()).await,
                "success",
                "{login}"
            );
            let answer = log_in_from(world, ELSEWHERE, login).await;
            assert_eq!(answer, "too_many_tries");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_is_guessed_at_more_often_than_the_limits_say_and_every_owner_gets_in() {
    let settings = [
        ("THROTTLE_LOGIN", "3/15m"),
        ("THROTTLE_LOGIN_IDENTIFIER", "6/1h"),
        ("THROTTLE_LOGIN_NETWORK", "10/15m"),
    ];
    in_both_dialects(&settings, async |world| {
        let names = ["ada", "ben", "cid", "dot", "eve"];
        for name in names {
            world.person(name, |_| {}).await;
            assert_eq!(log_in_from(world, HOME, right(name)).await, "success");
        }
        let mut examined = [0; 5];
        let mut from_one = 0;
        for network in ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"] {
            for (place, name) in names.iter().enumerate() {
                for _ in 0..5 {
                    let answer = log_in_from(world, network, wrong(name)).await;
                    let is_examined = answer == "invalid_credentials";
                    examined[place] += usize::from(is_examined);
                    from_one += usize::from(is_examined && network == "203.0.113.1");
                }
            }
        }
        assert_eq!(from_one, 10);
        assert!(examined.iter().all(|times| *times <= 6), "{examined:?}");
        for name in names {
            assert_eq!(log_in_from(world, HOME, right(name)).await, "success");
        }
    })
    .await;
}

#[tokio::test]
async fn a_network_is_familiar_for_ninety_days_after_the_last_success() {
    let settings = [("THROTTLE_LOGIN_IDENTIFIER", "1/1d")];
    in_both_dialects(&settings, async |world| {
        world.vera().await;
        let is_familiar = async |network: &str| {
            log_in_from(world, "203.0.113.9", wrong("vera")).await;
            log_in_from(world, network, right("vera")).await == "success"
        };
        assert_eq!(log_in_from(world, HOME, right("vera")).await, "success");
        assert_eq!(
            log_in_from(world, ELSEWHERE, right("vera")).await,
            "success"
        );
        for days in [50, 41, 89] {
            world.pass(days * DAY);
            assert!(is_familiar(HOME).await, "and so it is for ninety days more");
        }
        assert!(!is_familiar(ELSEWHERE).await);
        world.pass(90 * DAY);
        assert!(!is_familiar(HOME).await);
    })
    .await;
}

#[tokio::test]
async fn failed_tries_of_the_owner_at_home_do_not_close_the_name_to_strangers() {
    in_both_dialects(&[("THROTTLE_LOGIN_IDENTIFIER", "2/1h")], async |world| {
        world.vera().await;
        assert_eq!(log_in_from(world, HOME, right("vera")).await, "success");
        guess(world, HOME, "vera", 5).await;
        assert_eq!(
            log_in_from(world, ELSEWHERE, right("vera")).await,
            "success"
        );
    })
    .await;
}

#[tokio::test]
async fn with_the_wider_limits_off_the_exact_one_still_holds() {
    let settings = [
        ("THROTTLE_LOGIN", "2/15m"),
        ("THROTTLE_LOGIN_IDENTIFIER", "off"),
        ("THROTTLE_LOGIN_NETWORK", "off"),
    ];
    in_both_dialects(&settings, async |world| {
        world.vera().await;
        guess(world, HOME, "vera", 2).await;
        assert_eq!(
            log_in_from(world, HOME, right("vera")).await,
            "too_many_tries"
        );
        assert_eq!(
            log_in_from(world, ELSEWHERE, right("vera")).await,
            "success"
        );
    })
    .await;
}
