//! Mails and registrations that are asked for.

use futures::future::join_all;
use serde_json::json;
use tests::in_both_dialects;
use tests::people::PASSWORD;

use super::{ELSEWHERE, count, form, outcome, to};

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
