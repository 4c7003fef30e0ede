//! Guessing at one name: ten tries from one network, exactly.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::store::challenges::Counter;
use tests::captchas::answering;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{audit, in_both_dialects};

use super::{ELSEWHERE, HOME, HOUR, MINUTE, count, guess, log_in_from, right, to, wrong};

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
async fn names_beyond_all_length_are_names_of_their_own() {
    in_both_dialects(&[("THROTTLE_LOGIN", "2/15m")], async |world| {
        let guess = async |letter: &str| {
            let name = letter.repeat(2_000);
            log_in_from(world, HOME, wrong(&name)).await
        };
        for letter in ["a", "b", "c", "a"] {
            assert_eq!(guess(letter).await, "invalid_credentials");
        }
        assert_eq!(guess("a").await, "too_many_tries");
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
async fn a_limit_that_is_off_refuses_nothing() {
    in_both_dialects(&[("THROTTLE_LOGIN", "off")], async |world| {
        world.vera().await;
        guess(world, HOME, "vera", 50).await;
        assert_eq!(log_in_from(world, HOME, right("vera")).await, "success");
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
