//! How much guessing and mailing is too much, told from both sides: of those who guess, and of
//! those whose accounts they guess at.

use std::time::Duration;

use futures::future::join_all;
use graphql::http::Dialect;
use serde_json::{Value, json};
use shared::store::challenges::Counter;
use tests::captchas::answering;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World, audit, in_both_dialects};

const HOME: &str = "192.0.2.1";
const ELSEWHERE: &str = "198.51.100.7";

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

fn right(name: &str) -> Value {
    json!({ "username": name, "password": PASSWORD })
}

fn wrong(name: &str) -> Value {
    json!({ "username": name, "password": "not the password" })
}

fn to(address: &str) -> Value {
    json!({ "email": address })
}

fn form(name: &str) -> Value {
    json!({
        "email": format!("{name}@email.com"),
        "username": name,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    })
}

/// `success`, or the codes of what was refused.
fn outcome(reply: &Reply) -> String {
    if reply.has_succeeded() {
        return "success".to_owned();
    }
    let codes: Vec<_> = reply
        .codes()
        .into_iter()
        .flat_map(|(_, codes)| codes)
        .collect();
    assert!(!codes.is_empty(), "{reply}");
    codes.join(" ")
}

async fn log_in_from(world: &World, network: &str, arguments: Value) -> String {
    outcome(
        &world
            .anybody()
            .from(network)
            .act("tokenAuth", arguments)
            .await,
    )
}

/// So many wrong passwords for a name, all of them looked at.
async fn guess(world: &World, network: &str, name: &str, times: usize) {
    for _ in 0..times {
        let answer = log_in_from(world, network, wrong(name)).await;
        assert_eq!(answer, "invalid_credentials", "{name} from {network}");
    }
}

fn count(outcomes: &[String], outcome: &str) -> usize {
    outcomes.iter().filter(|it| *it == outcome).count()
}

#[tokio::test]
async fn ten_wrong_passwords_close_a_name_to_their_network_and_to_no_other() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        guess(world, HOME, "vera", 10).await;
        let refused = world.log_in("vera").await;
        let refused = refused.refuses("nonFieldErrors", "too_many_tries");
        let message = refused.message("nonFieldErrors");
        assert_eq!(message, "Too many attempts, try again later.");
        let reached = world.log.events_named("limit_reached");
        assert_eq!(reached.len(), 1);
        assert_eq!(reached[0]["limit"], "THROTTLE_LOGIN");
        let reasons: Vec<_> = world.log.events_named("login_refused");
        assert_eq!(reasons.len(), 11);
        assert_eq!(reasons[10]["reason"], "limit");
        assert_eq!(
            log_in_from(world, ELSEWHERE, right("vera")).await,
            "success"
        );
        assert_eq!(
            log_in_from(world, HOME, right("vera")).await,
            "too_many_tries"
        );
    })
    .await;
}

#[tokio::test]
async fn a_name_that_nobody_has_cannot_be_told_from_one_that_somebody_has() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        world.ina().await;
        world.petra().await;
        let mut seen = Vec::new();
        for name in ["vera", "nobody at all", "", "ina", "petra"] {
            world.log.clear();
            world.proxy.take_calls();
            let mut answers = Vec::new();
            for _ in 0..11 {
                let reply = world
                    .anybody()
                    .from(ELSEWHERE)
                    .act("tokenAuth", wrong(name))
                    .await;
                answers.push(reply.body);
            }
            let calls = world.proxy.take_calls();
            let operations: Vec<_> = calls.into_iter().map(|call| call.operation).collect();
            let events: Vec<_> = world
                .log
                .events()
                .into_iter()
                .map(|event| {
                    (
                        event["event"].clone(),
                        event["reason"].clone(),
                        event["user_id"].clone(),
                    )
                })
                .collect();
            seen.push((answers, sorted(operations), events));
        }
        for other in &seen[1..] {
            assert_eq!(&seen[0], other);
        }
        let codes = |answer: &Value| {
            answer["data"]["tokenAuth"]["errors"]["nonFieldErrors"][0]["code"].clone()
        };
        assert_eq!(codes(&seen[0].0[9]), "invalid_credentials");
        assert_eq!(codes(&seen[0].0[10]), "too_many_tries");
    })
    .await;
}

/// Calls that are made side by side arrive in any order.
fn sorted(mut operations: Vec<String>) -> Vec<String> {
    operations.sort();
    operations
}

#[tokio::test]
async fn a_right_password_begins_the_count_anew() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        for _ in 0..2 {
            guess(world, HOME, "vera", 9).await;
            assert_eq!(log_in_from(world, HOME, right("vera")).await, "success");
        }
    })
    .await;
}

#[tokio::test]
async fn of_fifty_wrong_passwords_at_once_exactly_ten_are_looked_at() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        for name in ["vera", "nobody"] {
            let tries = (0..50).map(|_| log_in_from(world, HOME, wrong(name)));
            let outcomes = join_all(tries).await;
            assert_eq!(count(&outcomes, "invalid_credentials"), 10, "{name}");
            assert_eq!(count(&outcomes, "too_many_tries"), 40, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_given_back_is_no_credit_for_later() {
    in_both_dialects(&[], async |world| {
        let counter = Counter {
            pk: "tries#1#a digest".to_owned(),
            expires_at: world.now().as_second() + 60,
        };
        let store = world.backstage();
        let stored = async || {
            let (client, tables) = world.database();
            audit::items(client, &tables[2]).await
        };
        store.give_back(&counter).await.expect("the store");
        assert!(
            stored().await.is_empty(),
            "what was cleared meanwhile stays so"
        );
        assert!(store.take(&counter, 1).await.expect("the store"));
        store.give_back(&counter).await.expect("the store");
        store.give_back(&counter).await.expect("the store");
        assert!(store.take(&counter, 1).await.expect("the store"));
        assert!(!store.take(&counter, 1).await.expect("the store"));
    })
    .await;
}

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
async fn a_password_that_confirms_an_act_is_guessed_at_ten_times_and_no_more() {
    in_both_dialects(&[], async |world| {
        world.sam().await;
        let token = world.token_of("sam").await;
        let sam = world.with_token(&token);
        let guessed = json!({ "password": "not the password" });
        for act in ["archiveAccount", "swapEmails"].into_iter().cycle().take(10) {
            let reply = sam.act(act, guessed.clone()).await;
            reply.refuses("password", "invalid_password");
        }
        let confirmed = json!({ "password": PASSWORD });
        for act in ["archiveAccount", "deleteAccount", "removeSecondaryEmail"] {
            let reply = sam.act(act, confirmed.clone()).await;
            reply.refuses("nonFieldErrors", "too_many_tries");
        }
        let change = json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
        let reply = sam.act("passwordChange", change).await;
        reply.refuses("nonFieldErrors", "too_many_tries");
        let stored = world.account("sam").await.expect("sam");
        assert!(!stored.profile.archived && stored.profile.active);
        assert_eq!(sam.query("{ me { username } }").await["me"]["username"], "sam");
        // The account is one identifier, its name and addresses are others.
        assert_eq!(log_in_from(world, HOME, right("sam")).await, "success");
        let elsewhere = sam.clone().from(ELSEWHERE);
        elsewhere.act("archiveAccount", confirmed).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_right_password_counts_as_right_whatever_comes_of_it() {
    in_both_dialects(&[("ALLOW_LOGIN_NOT_VERIFIED", "false")], async |world| {
        world.nora().await;
        world.vera().await;
        world.ina().await;
        for _ in 0..2 {
            guess(world, HOME, "nora", 9).await;
            assert_eq!(
                log_in_from(world, HOME, right("nora")).await,
                "not_verified"
            );
        }
        let vera = world.as_person("vera").await;
        let change =
            |old: &str| json!({ "oldPassword": old, "newPassword1": "one", "newPassword2": "two" });
        for _ in 0..2 {
            for _ in 0..9 {
                let reply = vera.act("passwordChange", change("wrong")).await;
                reply.refuses("oldPassword", "invalid_password");
            }
            let reply = vera.act("passwordChange", change(PASSWORD)).await;
            reply.refuses("newPassword2", "password_mismatch");
        }
        for _ in 0..10 {
            let answer = log_in_from(world, HOME, right("ina")).await;
            assert_eq!(answer, "invalid_credentials");
        }
        assert_eq!(
            log_in_from(world, HOME, right("ina")).await,
            "too_many_tries"
        );
    })
    .await;
}

#[tokio::test]
async fn a_name_and_an_address_are_two_identifiers_in_any_spelling() {
    in_both_dialects(&[("THROTTLE_LOGIN", "3/15m")], async |world| {
        world.vera().await;
        for name in ["vera", " VERA ", "Vera"] {
            guess(world, HOME, name, 1).await;
        }
        assert_eq!(
            log_in_from(world, HOME, right("vera")).await,
            "too_many_tries"
        );
        let by_address = json!({ "email": "VERA@EMAIL.com", "password": PASSWORD });
        assert_eq!(log_in_from(world, HOME, by_address).await, "success");
        assert_eq!(
            log_in_from(world, HOME, right("vera")).await,
            "too_many_tries"
        );
    })
    .await;
}

#[tokio::test]
async fn windows_pass() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        guess(world, HOME, "vera", 10).await;
        assert_eq!(
            log_in_from(world, HOME, right("vera")).await,
            "too_many_tries"
        );
        world.pass(15 * MINUTE);
        assert_eq!(log_in_from(world, HOME, right("vera")).await, "success");
        let here = world.anybody();
        for _ in 0..5 {
            let reply = here
                .act("sendPasswordResetEmail", to("vera@email.com"))
                .await;
            reply.succeeds();
        }
        let reply = here
            .act("sendPasswordResetEmail", to("vera@email.com"))
            .await;
        reply.refuses("nonFieldErrors", "too_many_tries");
        world.pass(HOUR);
        let reply = here
            .act("sendPasswordResetEmail", to("vera@email.com"))
            .await;
        reply.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_network_is_familiar_for_ninety_days_after_it_was_last_renewed() {
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
        world.pass(70 * DAY);
        assert!(is_familiar(HOME).await, "and so it is for ninety days more");
        world.pass(21 * DAY);
        assert!(is_familiar(HOME).await);
        assert!(!is_familiar(ELSEWHERE).await);
        world.pass(70 * DAY);
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
async fn the_half_of_an_ipv6_address_that_its_owner_chooses_freely_does_not_matter() {
    in_both_dialects(&[("THROTTLE_LOGIN", "3/15m")], async |world| {
        world.vera().await;
        for network in ["2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::"] {
            guess(world, network, "vera", 1).await;
        }
        let neighbour = "2001:db8:0:1:1:2:3:4";
        assert_eq!(
            log_in_from(world, neighbour, right("vera")).await,
            "too_many_tries"
        );
        assert_eq!(
            log_in_from(world, "2001:db8:0:2::1", right("vera")).await,
            "success"
        );
        guess(world, "198.51.100.1", "vera", 2).await;
        guess(world, "::ffff:198.51.100.1", "vera", 1).await;
        assert_eq!(
            log_in_from(world, "198.51.100.1", right("vera")).await,
            "too_many_tries"
        );
    })
    .await;
}

#[tokio::test]
async fn without_trusted_proxies_a_forwarded_address_gives_no_more_tries() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        for try_number in 0..11 {
            let forwarded = format!("203.0.113.{try_number}, {HOME}");
            let asker = world.anybody().with_header("x-forwarded-for", &forwarded);
            let answer = outcome(&asker.act("tokenAuth", wrong("vera")).await);
            let expected = if try_number < 10 {
                "invalid_credentials"
            } else {
                "too_many_tries"
            };
            assert_eq!(answer, expected, "{try_number}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_about_who_called_it() {
    let settings = [("TRUSTED_PROXIES", "1"), ("THROTTLE_LOGIN", "1/15m")];
    in_both_dialects(&settings, async |world| {
        // A try is refused if its network is the one of an earlier try for the same name.
        let mut names = 0;
        let mut is_same_network = async |one: Option<&str>, other: Option<&str>| {
            names += 1;
            let mut answers = Vec::new();
            for header in [one, other] {
                let asker = world.anybody().from(HOME);
                let asker = match header {
                    Some(header) => asker.with_header("x-forwarded-for", header),
                    None => asker,
                };
                let name = format!("name {names}");
                answers.push(outcome(&asker.act("tokenAuth", wrong(&name)).await));
            }
            assert_eq!(answers[0], "invalid_credentials");
            answers[1] == "too_many_tries"
        };
        let with_source = format!("192.0.2.66, 203.0.113.5, {HOME}");
        let without = "192.0.2.66, 203.0.113.5";
        assert!(is_same_network(Some(&with_source), Some(without)).await);
        assert!(is_same_network(Some(without), Some("203.0.113.5")).await);
        assert!(is_same_network(Some("198.51.100.1, 203.0.113.5"), Some(without)).await);
        assert!(!is_same_network(Some(without), Some("192.0.2.66")).await);
        assert!(!is_same_network(Some(without), None).await);
        assert!(is_same_network(None, Some("unknown")).await);
        assert!(is_same_network(None, Some(HOME)).await);
        assert!(is_same_network(Some("2001:db8::1"), Some("2001:db8::2")).await);
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_is_off_refuses_nothing() {
    in_both_dialects(&[("THROTTLE_LOGIN", "off")], async |world| {
        world.vera().await;
        guess(world, HOME, "vera", 50).await;
        assert_eq!(log_in_from(world, HOME, right("vera")).await, "success");
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

#[tokio::test]
async fn a_wrong_captcha_is_no_try_and_a_try_too_many_uses_its_captcha_up() {
    let settings = [
        ("LOGIN_REQUIRE_CAPTCHA", "true"),
        ("THROTTLE_LOGIN", "1/15m"),
    ];
    in_both_dialects(&settings, async |world| {
        world.vera().await;
        let uuid = world.captcha_saying("123456").await;
        for _ in 0..3 {
            let answered = answering(&uuid, "000000", wrong("vera"));
            let reply = world.act("tokenAuth", answered).await;
            reply.refuses("captcha", "invalid_captcha");
        }
        let answered = answering(&uuid, "123456", wrong("vera"));
        let reply = world.act("tokenAuth", answered).await;
        reply.refuses("nonFieldErrors", "invalid_credentials");
        let uuid = world.captcha_saying("123456").await;
        let answered = answering(&uuid, "123456", right("vera"));
        let reply = world.act("tokenAuth", answered.clone()).await;
        reply.refuses("nonFieldErrors", "too_many_tries");
        let reply = world.act("tokenAuth", answered).await;
        reply.refuses("captcha", "expired_captcha");
    })
    .await;
}

#[tokio::test]
async fn five_mails_go_to_an_address_in_an_hour_and_each_act_counts_its_own() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let here = world.anybody();
        let spellings = [
            "vera@email.com",
            "VERA@email.com",
            " vera@EMAIL.COM",
            "Vera@Email.Com",
            "vera@email.com",
        ];
        for address in spellings {
            here.act("resendActivationEmail", to(address))
                .await
                .refuses("email", "already_verified");
        }
        here.act("resendActivationEmail", to("vera@email.com"))
            .await
            .refuses("nonFieldErrors", "too_many_tries");
        assert!(world.inbox.letters().is_empty());
        for address in spellings {
            here.act("sendPasswordResetEmail", to(address))
                .await
                .succeeds();
        }
        let nonce = world.account("vera").await.expect("vera").reset_nonce;
        for asker in [here.clone(), here.clone().from(ELSEWHERE)] {
            asker
                .act("sendPasswordResetEmail", to("vera@email.com"))
                .await
                .refuses("nonFieldErrors", "too_many_tries");
        }
        assert_eq!(world.letters_to("vera@email.com").len(), 5);
        let stored = world.account("vera").await.expect("vera");
        assert_eq!(stored.reset_nonce, nonce, "the last link is still good");
        let limits = world.log.events_named("limit_reached");
        assert!(
            limits.iter().all(|event| event["limit"] == "THROTTLE_MAIL"),
            "{limits:?}"
        );
        assert_eq!(limits.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_nobody_has_is_counted_and_refused_alike() {
    in_both_dialects(&[], async |world| {
        let here = world.anybody();
        for act in ["sendPasswordResetEmail", "resendActivationEmail"] {
            for _ in 0..5 {
                here.act(act, to("nobody@email.com")).await.succeeds();
            }
            let reply = here.act(act, to("nobody@email.com")).await;
            reply.refuses("nonFieldErrors", "too_many_tries");
        }
        assert_eq!(world.inbox.requests(), 0);
    })
    .await;
}

#[tokio::test]
async fn of_twenty_reset_mails_asked_for_at_once_five_are_sent() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let here = world.anybody();
        let asked = (0..20).map(|_| here.act("sendPasswordResetEmail", to("vera@email.com")));
        let outcomes: Vec<_> = join_all(asked).await.iter().map(outcome).collect();
        assert_eq!(count(&outcomes, "success"), 5);
        assert_eq!(count(&outcomes, "too_many_tries"), 15);
        assert_eq!(world.letters_to("vera@email.com").len(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_second_address_is_counted_for_each_account_that_asks() {
    in_both_dialects(&[("THROTTLE_MAIL", "2/1h")], async |world| {
        world.vera().await;
        world.stan().await;
        let (vera, stan) = (world.as_person("vera").await, world.as_person("stan").await);
        let asked = |address: &str| json!({ "email": address, "password": PASSWORD });
        let act = "sendSecondaryEmailActivation";
        for _ in 0..2 {
            vera.act(act, asked("second@email.com")).await.succeeds();
        }
        let reply = vera.act(act, asked("SECOND@email.com")).await;
        reply.refuses("nonFieldErrors", "too_many_tries");
        vera.act(act, asked("third@email.com")).await.succeeds();
        stan.act(act, asked("second@email.com")).await.succeeds();
        let malformed = vera.act(act, asked("nope")).await;
        malformed.refuses("email", "invalid");
        assert_eq!(world.letters_to("second@email.com").len(), 3);
    })
    .await;
}

#[tokio::test]
async fn registrations_and_mails_share_one_count_for_their_network() {
    in_both_dialects(&[("THROTTLE_MAIL_NETWORK", "3/1h")], async |world| {
        world.vera().await;
        let here = world.anybody();
        here.act("register", form("ruth")).await.succeeds();
        here.act("resendActivationEmail", to("ruth@email.com"))
            .await
            .succeeds();
        here.act("sendPasswordResetEmail", to("vera@email.com"))
            .await
            .succeeds();
        let letters = world.inbox.letters().len();
        for (act, arguments) in [
            ("register", form("rose")),
            ("resendActivationEmail", to("ruth@email.com")),
            ("sendPasswordResetEmail", to("vera@email.com")),
        ] {
            let reply = here.act(act, arguments).await;
            reply.refuses("nonFieldErrors", "too_many_tries");
        }
        let vera = world.as_person("vera").await;
        let asked = json!({ "email": "vera2@email.com", "password": PASSWORD });
        let reply = vera.act("sendSecondaryEmailActivation", asked).await;
        reply.refuses("nonFieldErrors", "too_many_tries");
        assert_eq!(world.inbox.letters().len(), letters);
        assert!(world.account("rose").await.is_none());
        let limits = world.log.events_named("limit_reached");
        assert_eq!(limits.len(), 4);
        assert_eq!(limits[0]["limit"], "THROTTLE_MAIL_NETWORK");
        let elsewhere = world.anybody().from(ELSEWHERE);
        elsewhere.act("register", form("rose")).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn of_many_registrations_at_once_a_network_gets_what_its_limit_says() {
    in_both_dialects(&[("THROTTLE_MAIL_NETWORK", "3/1h")], async |world| {
        let here = world.anybody();
        let asked = (0..12).map(|number| here.act("register", form(&format!("r{number}"))));
        let outcomes: Vec<_> = join_all(asked).await.iter().map(outcome).collect();
        assert_eq!(count(&outcomes, "success"), 3, "{outcomes:?}");
        assert_eq!(count(&outcomes, "too_many_tries"), 9);
        assert_eq!(world.accounts().await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn asking_which_names_are_taken_is_slowed_down() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let here = world.anybody();
        let mut asked = form("vera");
        asked["password1"] = json!("123");
        asked["password2"] = json!("123");
        for _ in 0..60 {
            let reply = here.act("register", asked.clone()).await;
            let is_taken = &reply.get("errors")["username"][0]["code"];
            assert_eq!(is_taken, "unique", "{reply}");
        }
        for form in [asked, form("somebody")] {
            let reply = here.act("register", form).await;
            reply.refuses("nonFieldErrors", "too_many_tries");
        }
        assert_eq!(world.accounts().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_asks_for_no_mail_does_not_count() {
    in_both_dialects(
        &[("THROTTLE_MAIL", "1/1h"), ("THROTTLE_MAIL_NETWORK", "1/1h")],
        async |world| {
            world.vera().await;
            for address in ["", "nope", "vera@email"] {
                let reply = world.act("sendPasswordResetEmail", to(address)).await;
                assert_eq!(reply.codes()[0].0, "email", "{reply}");
            }
            let reply = world
                .act("sendPasswordResetEmail", to("vera@email.com"))
                .await;
            reply.succeeds();
        },
    )
    .await;
}

#[tokio::test]
async fn every_login_in_a_document_is_a_try_of_its_own() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let here = world.anybody();
        let document = |times: usize| {
            let login = here.act_text("tokenAuth", &wrong("vera"), "success errors");
            let acts: Vec<_> = (0..times)
                .map(|number| format!("a{number}: {login}"))
                .collect();
            format!("mutation {{ {} }}", acts.join(" "))
        };
        world.proxy.take_calls();
        let reply = here
            .document(&document(11), json!({}))
            .await
            .is_request_error();
        assert_eq!(
            reply.body["errors"][0]["extensions"]["code"],
            "DOCUMENT_TOO_LARGE"
        );
        assert!(world.proxy.take_calls().is_empty(), "nothing was tried");
        let reply = here.document(&document(10), json!({})).await;
        for number in 0..10 {
            let errors = &reply.body["data"][format!("a{number}")]["errors"];
            assert_eq!(
                errors["nonFieldErrors"][0]["code"], "invalid_credentials",
                "{reply}"
            );
        }
        assert_eq!(
            log_in_from(world, HOME, right("vera")).await,
            "too_many_tries"
        );
    })
    .await;
}

#[tokio::test]
async fn a_document_that_multiplies_is_refused_as_quickly_as_it_is_read() {
    in_both_dialects(&[], async |world| {
        let mut query = "query { me { ...f0 } }".to_owned();
        for number in 0..30 {
            use std::fmt::Write;
            let next = number + 1;
            write!(
                query,
                " fragment f{number} on UserNode {{ ...f{next} ...f{next} }}"
            )
            .expect("a string takes everything");
        }
        query += " fragment f30 on UserNode { id }";
        let begun = std::time::Instant::now();
        let reply = world.anybody().document(&query, json!({})).await;
        let reply = reply.is_request_error();
        assert_eq!(
            reply.body["errors"][0]["extensions"]["code"],
            "DOCUMENT_TOO_LARGE"
        );
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "{:?}",
            begun.elapsed()
        );
    })
    .await;
}

#[tokio::test]
async fn a_body_may_have_64_kib_and_not_a_byte_more() {
    in_both_dialects(&[], async |world| {
        let body = |length: usize| {
            let start = "{\"query\": \"{ me { id } }\", \"padding\": \"";
            let end = "\"}";
            let padding = "x".repeat(length - start.len() - end.len());
            format!("{start}{padding}{end}")
        };
        let here = world.anybody();
        let reply = here.post(&body(64 * 1024), "application/json").await;
        assert_eq!(reply.status, 200);
        let too_large = body(64 * 1024 + 1);
        for content_type in ["application/json", "text/plain"] {
            let reply = here.post(&too_large, content_type).await;
            assert_eq!(reply.status, 413);
            assert_eq!(
                reply.body,
                json!({ "errors": [{ "message": "Request body too large." }] })
            );
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_in_the_store_shows_who_was_tried_or_from_where() {
    in_both_dialects(&[], async |world| {
        world.sam().await;
        let here = world.anybody().from("203.0.113.77");
        here.act("tokenAuth", wrong("sam")).await;
        here.act("tokenAuth", wrong("a name that nobody has")).await;
        here.act("tokenAuth", right("sam")).await.succeeds();
        here.act("sendPasswordResetEmail", to("sam2@email.com"))
            .await
            .succeeds();
        here.act("resendActivationEmail", to("nobody@email.com"))
            .await
            .succeeds();
        here.act("captcha", json!({})).await;
        let sam = world.as_person("sam").await.from("203.0.113.77");
        sam.act("swapEmails", json!({ "password": "wrong" }))
            .await
            .refuses("password", "invalid_password");
        let (client, tables) = world.database();
        let items = audit::items(client, &tables[2]).await;
        assert!(items.len() > 8, "{items:?}");
        let id = world.account("sam").await.expect("sam").id().to_string();
        let seen = format!("{items:?}").to_lowercase();
        for secret in [
            "sam@",
            "sam2",
            "nobody",
            "203.0.113",
            "email.com",
            "wrong",
            PASSWORD,
            &id,
        ] {
            assert!(
                !seen.contains(&secret.to_lowercase()),
                "{secret} is in {items:#?}"
            );
        }
        let now = world.now().as_second();
        for item in &items {
            let until = item.get("expires_at").and_then(|value| value.as_n().ok());
            let until: i64 = until.and_then(|text| text.parse().ok()).expect("an end");
            assert!(
                until > now,
                "{item:?} disappears by itself, and not before its time"
            );
        }
    })
    .await;
}
