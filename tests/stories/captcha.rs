mod at_once;

use std::time::Duration;

use data_encoding::BASE64;
use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::captchas::answering;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Reply, World, in_each_dialect};

const BOTH: &[(&str, &str)] = &[
    ("LOGIN_REQUIRE_CAPTCHA", "true"),
    ("REGISTER_REQUIRE_CAPTCHA", "true"),
];
const TEXT: &str = "314159";

fn vera() -> Value {
    json!({ "username": "vera", "password": PASSWORD })
}

fn new_user() -> Value {
    json!({
        "email": "new_user@email.com", "username": "new_user",
        "password1": NEW_PASSWORD, "password2": NEW_PASSWORD,
    })
}

async fn log_in(world: &World, captcha: &str, entry: &str) -> Reply {
    world
        .act("tokenAuth", answering(captcha, entry, vera()))
        .await
}

async fn register(world: &World, captcha: &str, entry: &str) -> Reply {
    world
        .act("register", answering(captcha, entry, new_user()))
        .await
}

#[tokio::test]
async fn anybody_gets_a_picture_of_a_text_that_is_nowhere_else() {
    for settings in [&[], BOTH] {
        in_each_dialect(settings, async |world| {
            let captchas = [
                world.act("captcha", json!({})).await,
                world.with_token("rubbish").act("captcha", json!({})).await,
            ];
            for reply in &captchas {
                let uuid = reply.text("uuid");
                assert!(
                    uuid.len() == 36 && shared::Uuid::try_parse(&uuid).is_ok(),
                    "{reply}"
                );
                let picture = BASE64
                    .decode(reply.text("pilImage").as_bytes())
                    .expect("base64");
                assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
                assert_eq!(&picture[12..16], b"IHDR");
                let side =
                    |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().expect("four"));
                assert_eq!((side(16), side(20)), (300, 150));
                let fields = reply.result().as_object().expect("an object");
                assert_eq!(fields.len(), 2);
            }
            let [one, other] = captchas;
            assert_ne!(one.text("uuid"), other.text("uuid"));
            assert_ne!(one.text("pilImage"), other.text("pilImage"));
        })
        .await;
    }
}

#[tokio::test]
async fn a_right_answer_lets_in_and_is_used_up() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        for entry in [TEXT, " 31 41\t59 "] {
            let captcha = world.captcha_saying(TEXT).await;
            log_in(world, &captcha, entry).await.succeeds();
            log_in(world, &captcha, entry)
                .await
                .refuses("captcha", "expired_captcha");
        }
        let captcha = world.captcha_saying(TEXT).await;
        register(world, &captcha.to_uppercase(), TEXT)
            .await
            .succeeds();
        assert_eq!(world.log.events_named("user_registered").len(), 1);
        register(world, &captcha, TEXT)
            .await
            .refuses("captcha", "expired_captcha");
        assert!(world.account("new_user").await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_right_answer_is_used_up_by_a_request_that_fails_as_well() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        let captcha = world.captcha_saying(TEXT).await;
        let mut wrong = vera();
        wrong["password"] = json!("wrong");
        let wrong = answering(&captcha, TEXT, wrong);
        world
            .act("tokenAuth", wrong)
            .await
            .refuses("nonFieldErrors", "invalid_credentials");
        log_in(world, &captcha, TEXT)
            .await
            .refuses("captcha", "expired_captcha");

        let captcha = world.captcha_saying(TEXT).await;
        let mut taken = new_user();
        taken["username"] = json!("vera");
        let taken = answering(&captcha, TEXT, taken);
        world
            .act("register", taken)
            .await
            .refuses("username", "unique");
        register(world, &captcha, TEXT)
            .await
            .refuses("captcha", "expired_captcha");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_answer_is_told_alone_and_nothing_else_is_looked_at() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        let captcha = world.captcha_saying(TEXT).await;
        let mut bad = new_user();
        bad["email"] = json!("no address");
        bad["password2"] = json!("1");
        for entry in ["", "000000"] {
            let reply = world
                .act("register", answering(&captcha, entry, bad.clone()))
                .await;
            let reply = reply.refuses("captcha", "invalid_captcha");
            assert_eq!(reply.message("captcha"), "Captcha wrong, try again.");
        }
        assert_eq!(world.accounts().await.len(), 1);
        for password in ["wrong", PASSWORD] {
            let mut form = vera();
            form["password"] = json!(password);
            let form = answering(&captcha, "31415", form);
            world
                .act("tokenAuth", form)
                .await
                .refuses("captcha", "invalid_captcha");
        }
        let refused = world.log.events_named("login_refused");
        assert_eq!(refused.len(), 2);
        assert!(refused.iter().all(|event| event["reason"] == "captcha"));
    })
    .await;
}

#[tokio::test]
async fn after_five_wrong_answers_a_captcha_is_gone() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        let captcha = world.captcha_saying(TEXT).await;
        for _ in 0..5 {
            log_in(world, &captcha, "000000")
                .await
                .refuses("captcha", "invalid_captcha");
        }
        let reply = log_in(world, &captcha, TEXT)
            .await
            .refuses("captcha", "max_retries_exceeded");
        let message = "Maximum tries exceeded, please refresh the captcha.";
        assert_eq!(reply.message("captcha"), message);
        let reply = log_in(world, &captcha, TEXT)
            .await
            .refuses("captcha", "expired_captcha");
        let message = "Expired or not Existed captcha please refresh.";
        assert_eq!(reply.message("captcha"), message);

        world
            .restart(&[("CAPTCHA_MAX_RETRIES", "1")])
            .expect("settings");
        let captcha = world.captcha_saying(TEXT).await;
        register(world, &captcha, "0")
            .await
            .refuses("captcha", "invalid_captcha");
        register(world, &captcha, TEXT)
            .await
            .refuses("captcha", "max_retries_exceeded");
    })
    .await;
}

#[tokio::test]
async fn the_fifth_answer_may_still_be_right() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        let captcha = world.captcha_saying(TEXT).await;
        for _ in 0..4 {
            log_in(world, &captcha, "000000")
                .await
                .refuses("captcha", "invalid_captcha");
        }
        log_in(world, &captcha, TEXT).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_captcha_that_is_too_old_or_unknown_has_expired() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        let in_time = world.captcha_saying(TEXT).await;
        let too_late = world.captcha_saying(TEXT).await;
        world.pass(Duration::from_mins(2));
        log_in(world, &in_time, TEXT).await.succeeds();
        world.pass(Duration::from_millis(1));
        for _ in 0..2 {
            register(world, &too_late, TEXT)
                .await
                .refuses("captcha", "expired_captcha");
        }
        let unknown = shared::Uuid::new_v4().to_string();
        log_in(world, &unknown, TEXT)
            .await
            .refuses("captcha", "expired_captcha");
        let (client, [.., challenges]) = world.database();
        let items = tests::audit::items(client, challenges).await;
        let is_captcha = |item: &&tests::audit::Item| {
            item["pk"].as_s().is_ok_and(|pk| pk.starts_with("captcha#"))
        };
        let left: Vec<_> = items.iter().filter(is_captcha).collect();
        // What was answered right disappears by itself; what was too old has gone.
        let used = format!("captcha#{in_time}");
        assert!(
            left.iter().all(|it| it["pk"].as_s() == Ok(&used)),
            "{left:?}"
        );
        assert!(
            left.iter().all(|it| it.contains_key("expires_at")),
            "a ghost"
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_to_a_captcha_must_be_given_in_full() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        let captcha = world.captcha_saying(TEXT).await;
        let is_refused = async |act: &str, arguments: Value| {
            let reply = world.act(act, arguments).await;
            if world.dialect() == Dialect::Gqlauth {
                assert_eq!(reply.status, 200, "{reply}");
                assert_eq!(reply.body["data"], Value::Null, "{reply}");
                assert!(reply.body["errors"][0]["message"].is_string(), "{reply}");
            } else {
                reply.is_request_error();
            }
        };
        for (act, form) in [("tokenAuth", vera()), ("register", new_user())] {
            is_refused(act, form.clone()).await;
            for member in ["identifier", "userEntry"] {
                let mut lacking = answering(&captcha, TEXT, form.clone());
                lacking.as_object_mut().expect("arguments").remove(member);
                is_refused(act, lacking).await;
                let mut lacking = answering(&captcha, TEXT, form.clone());
                lacking[member] = Value::Null;
                is_refused(act, lacking).await;
            }
            for no_uuid in ["not-a-uuid", "", &captcha[1..], &captcha.replace('-', "")] {
                is_refused(act, answering(no_uuid, TEXT, form.clone())).await;
            }
        }
        assert_eq!(world.accounts().await.len(), 1);
        log_in(world, &captcha, TEXT).await.succeeds();

        world
            .restart(&[
                ("LOGIN_REQUIRE_CAPTCHA", ""),
                ("REGISTER_REQUIRE_CAPTCHA", ""),
            ])
            .expect("settings");
        is_refused("tokenAuth", answering(&captcha, TEXT, vera())).await;
        is_refused("register", answering(&captcha, TEXT, new_user())).await;
    })
    .await;
}

#[tokio::test]
async fn logins_and_registrations_need_captchas_independently() {
    in_each_dialect(&[], async |world| {
        world.vera().await;
        world
            .restart(&[("REGISTER_REQUIRE_CAPTCHA", "true")])
            .expect("settings");
        world.log_in("vera").await.succeeds();
        let captcha = world.captcha_saying(TEXT).await;
        register(world, &captcha, "0")
            .await
            .refuses("captcha", "invalid_captcha");

        let only_login = [
            ("REGISTER_REQUIRE_CAPTCHA", ""),
            ("LOGIN_REQUIRE_CAPTCHA", "true"),
        ];
        world.restart(&only_login).expect("settings");
        log_in(world, &captcha, "0")
            .await
            .refuses("captcha", "invalid_captcha");
        world.act("register", new_user()).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn in_ci_mode_any_answer_will_do_but_there_must_be_one() {
    in_each_dialect(BOTH, async |world| {
        world.vera().await;
        world.log.clear();
        world.restart(&[("CI_MODE", "true")]).expect("settings");
        assert!(world.log.text().contains("WARN") && world.log.text().contains("CI_MODE"));
        let any = shared::Uuid::new_v4().to_string();
        log_in(world, &any, "").await.succeeds();
        let wrong = answering(
            &any,
            "x",
            json!({ "username": "vera", "password": "wrong" }),
        );
        world
            .act("tokenAuth", wrong)
            .await
            .refuses("nonFieldErrors", "invalid_credentials");
        register(world, &any, "x").await.succeeds();
        register(world, &any, "x")
            .await
            .refuses("username", "unique");
        let without = world.act("tokenAuth", vera()).await;
        assert!(without.body["errors"].is_array(), "{without}");
    })
    .await;
}
