//! What every protected act checks first, in one order: somebody is there, is verified, has a
//! secondary address where one is needed, and knows the password. The first failure is the whole answer.

mod judged_again;

use std::time::Duration;

use graphql::http::Dialect;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Asker, Reply, WITHOUT_LIMITS, in_both_dialects, in_each_dialect};

/// A protected act with arguments that would do, and the argument that confirms it.
struct Protected {
    act: &'static str,
    arguments: Value,
    confirmed_by: Option<&'static str>,
    needs_secondary: bool,
}

/// The protected acts of a dialect.
fn protected(dialect: Dialect) -> Vec<Protected> {
    let act = |act, arguments, confirmed_by, needs_secondary| Protected {
        act,
        arguments,
        confirmed_by,
        needs_secondary,
    };
    let confirmed = || json!({ "password": PASSWORD });
    let change = json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
    let new = json!({ "email": "third@email.com", "password": PASSWORD });
    let by = Some("password");
    let mut acts = vec![
        act("updateAccount", json!({ "firstName": "Luke" }), None, false),
        act("passwordChange", change, Some("oldPassword"), false),
        act("archiveAccount", confirmed(), by, false),
        act("deleteAccount", confirmed(), by, false),
    ];
    if dialect != Dialect::Gqlauth {
        acts.extend([
            act("sendSecondaryEmailActivation", new, by, false),
            act("swapEmails", confirmed(), by, true),
            act("removeSecondaryEmail", confirmed(), by, true),
        ]);
    }
    acts
}

impl Protected {
    async fn by(&self, asker: &Asker<'_>) -> Reply {
        asker.act(self.act, self.arguments.clone()).await
    }

    /// The same with another confirmation, and with everything behind it wrong as well.
    fn confirmed_with(&self, password: &str) -> Value {
        let mut arguments = self.arguments.clone();
        for (name, bad) in [
            ("email", "not-an-address"),
            ("newPassword1", "1"),
            ("newPassword2", "2"),
        ] {
            if let Some(argument) = arguments.get_mut(name) {
                *argument = json!(bad);
            }
        }
        if let Some(name) = self.confirmed_by {
            arguments[name] = json!(password);
        }
        arguments
    }
}

#[tokio::test]
async fn whoever_is_nobody_may_use_no_protected_act() {
    in_each_dialect(WITHOUT_LIMITS, async |world| {
        world.everybody().await;
        let gone = world.person("gone", |_| {}).await;
        let of_gone = world.token_of("gone").await;
        assert!(world.backstage().remove(&gone).await.expect("the store"));
        let outdated = world.token_of("stan").await;
        world.operate("stan", "epoch", 1).await;
        let refresh_token = world.log_in("sam").await.succeeds().refresh_token();
        let expired = world.token_of("sam").await;
        world.pass(Duration::from_secs(301));
        world.log.clear();
        let kept = world.kept().await;
        let sam = world.token_of("sam").await;
        let askers = [
            world.anybody(),
            world.with_token("garbage"),
            world.with_token(&expired),
            world.with_token(&refresh_token),
            world.with_token(&of_gone),
            world.with_token(&outdated),
            world.as_person("ina").await,
            world.as_person("archie").await,
            world.with_token(&sam).with_token(&sam),
            world.anybody().with_header("authorization", &sam),
        ];
        for protected in protected(world.dialect()) {
            for asker in &askers {
                let reply = protected.by(asker).await;
                reply.is_turned_away(world.dialect(), "unauthenticated");
            }
        }
        assert_eq!(world.kept().await, kept);
        assert_eq!(world.inbox.requests(), 0);
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
    })
    .await;
}

#[tokio::test]
async fn somebody_unverified_is_told_so_whatever_else_is_wrong() {
    in_each_dialect(WITHOUT_LIMITS, async |world| {
        world.nora().await;
        world.petra().await;
        let kept = world.kept().await;
        for protected in protected(world.dialect()) {
            for name in ["nora", "petra"] {
                let asker = world.as_person(name).await;
                for password in [PASSWORD, "wrong", ""] {
                    let arguments = protected.confirmed_with(password);
                    let reply = asker.act(protected.act, arguments).await;
                    let reply = reply.is_turned_away(world.dialect(), "not_verified");
                    if world.dialect() != Dialect::Gqlauth {
                        let message = reply.message("nonFieldErrors");
                        assert_eq!(message, "Please verify your account.");
                    }
                }
            }
        }
        assert_eq!(world.kept().await, kept);
        assert_eq!(world.inbox.requests(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_secondary_address_that_is_missing_is_told_before_the_password_is_looked_at() {
    // One wrong password would be one too many.
    in_both_dialects(&[("THROTTLE_LOGIN", "1/15m")], async |world| {
        world.vera().await;
        let kept = world.kept().await;
        let vera = world.as_person("vera").await;
        let in_need = protected(world.dialect())
            .into_iter()
            .filter(|it| it.needs_secondary);
        for protected in in_need {
            for password in ["wrong", "", PASSWORD] {
                let arguments = protected.confirmed_with(password);
                let reply = vera.act(protected.act, arguments).await;
                let reply = reply.refuses("nonFieldErrors", "secondary_email_required");
                let message = "You need to setup a secondary email to proceed.";
                assert_eq!(reply.message("nonFieldErrors"), message);
            }
        }
        assert_eq!(world.kept().await, kept);
        let right = json!({ "password": PASSWORD });
        vera.act("archiveAccount", right).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_is_told_alone_and_nothing_happens() {
    in_each_dialect(WITHOUT_LIMITS, async |world| {
        world.sam().await;
        let kept = world.kept().await;
        let sam = world.as_person("sam").await;
        let nearly = [
            "wrong".to_owned(),
            String::new(),
            format!(" {PASSWORD}"),
            format!("{PASSWORD}\n"),
            format!("{PASSWORD}\0"),
            PASSWORD.to_uppercase(),
        ];
        for protected in protected(world.dialect()) {
            let Some(key) = protected.confirmed_by else {
                continue;
            };
            for password in &nearly {
                let reply = sam
                    .act(protected.act, protected.confirmed_with(password))
                    .await;
                let reply = reply.refuses(key, "invalid_password");
                assert_eq!(reply.message(key), "Invalid password.");
            }
        }
        assert_eq!(world.kept().await, kept);
        assert_eq!(world.inbox.requests(), 0);
        assert!(world.log.events().is_empty(), "{:#?}", world.log.events());
        assert_eq!(
            world.who_is(&world.token_of("sam").await).await.as_deref(),
            Some("sam")
        );
    })
    .await;
}

#[tokio::test]
async fn somebody_without_a_password_can_confirm_nothing() {
    in_each_dialect(WITHOUT_LIMITS, async |world| {
        world.person("paula", |it| it.password_hash = None).await;
        let paula = world.as_person("paula").await;
        for protected in protected(world.dialect()) {
            if protected.needs_secondary {
                continue;
            }
            let Some(key) = protected.confirmed_by else {
                protected.by(&paula).await.succeeds();
                continue;
            };
            for password in ["", PASSWORD] {
                let reply = paula
                    .act(protected.act, protected.confirmed_with(password))
                    .await;
                reply.refuses(key, "invalid_password");
            }
        }
    })
    .await;
}
