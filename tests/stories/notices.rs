//! Security notices: who hears of which change, and that nothing depends on it.

mod failing;

use std::time::Duration;

use graphql::http::Dialect;
use local::Letter;
use serde_json::{Value, json};
use tests::people::{NEW_PASSWORD, PASSWORD, registration};
use tests::tokens::choosing;
use tests::{Reply, WITHOUT_LIMITS, World, in_both_dialects, in_each_dialect};

/// A change that is told of: the act that makes it, the addresses that hear of it, the subject.
type Change = (&'static str, &'static [&'static str], &'static str);

const PRIMARY: &[&str] = &["luke.s@email.com"];
const BOTH: &[&str] = &["luke.s2@email.com", "luke.s@email.com"];

const CHANGES: [Change; 7] = [
    (
        "passwordChange",
        PRIMARY,
        "Your password on Example was changed",
    ),
    (
        "passwordReset",
        PRIMARY,
        "Your password on Example was reset",
    ),
    (
        "archiveAccount",
        PRIMARY,
        "Your account on Example was archived",
    ),
    (
        "deleteAccount",
        PRIMARY,
        "Your account on Example was deleted",
    ),
    (
        "swapEmails",
        BOTH,
        "The e-mail addresses of your account on Example were swapped",
    ),
    (
        "removeSecondaryEmail",
        BOTH,
        "An e-mail address was removed from your account on Example",
    ),
    (
        "verifySecondaryEmail",
        BOTH,
        "An e-mail address was added to your account on Example",
    ),
];

/// The changes that a dialect has.
fn changes(dialect: Dialect) -> &'static [Change] {
    match dialect {
        Dialect::Gqlauth => &CHANGES[..4],
        Dialect::Plain | Dialect::Relay => &CHANGES,
    }
}

/// luke.s, with two addresses, is about to make a change: the act with its arguments.
async fn about_to(world: &World, act: &'static str) -> (&'static str, Value) {
    if let Some(luke) = world.account("luke.s").await {
        assert!(world.backstage().remove(&luke).await.expect("the store"));
    }
    world.person("luke.s", |_| {}).await;
    world.attach("luke.s", "luke.s2@email.com").await;
    let arguments = match act {
        "passwordChange" => {
            json!({ "oldPassword": PASSWORD, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD })
        }
        "passwordReset" => choosing(&world.reset_token("luke.s2@email.com").await, NEW_PASSWORD),
        "verifySecondaryEmail" => {
            json!({ "token": world.secondary_token("luke.s", "third@email.com").await })
        }
        _ => json!({ "password": PASSWORD }),
    };
    world.inbox.clear();
    (act, arguments)
}

async fn as_luke(world: &World, (act, arguments): (&str, Value)) -> Reply {
    world.as_person("luke.s").await.act(act, arguments).await
}

/// Names who and when, and has nothing to follow or to steal.
fn is_harmless(letter: &Letter, when: &str, arguments: &Value) {
    for part in [&letter.html, &letter.text] {
        // A word joiner keeps mail programs from making a link of a name.
        assert!(
            part.contains("luke.\u{2060}s") && part.contains(when),
            "{part}"
        );
        assert!(part.contains("Example"), "{part}");
        for trace in ["href", "<a ", "://", "app.example.com", "www.", "email.com"] {
            assert!(!part.contains(trace), "{trace} in {part}");
        }
        for given in arguments.as_object().expect("arguments").values() {
            let given = given.as_str().expect("a text");
            assert!(!part.contains(given), "{given} in {part}");
        }
    }
}

#[tokio::test]
async fn every_change_is_told_to_those_whom_it_concerns_and_nobody_else() {
    in_each_dialect(WITHOUT_LIMITS, async |world| {
        for (act, to, subject) in changes(world.dialect()) {
            let (act, arguments) = about_to(world, act).await;
            world.pass(Duration::from_hours(1) - Duration::from_secs(1));
            let when = world.now().strftime("%-d %B %Y at %H:%M UTC").to_string();
            as_luke(world, (act, arguments.clone())).await.succeeds();
            let letters = world.inbox.letters();
            let mut told: Vec<_> = letters.iter().flat_map(|it| it.to.clone()).collect();
            told.sort();
            assert_eq!(told, *to, "{act}");
            for letter in letters {
                assert_eq!(letter.subject, *subject);
                assert_eq!(letter.from, "noreply@example.com");
                is_harmless(&letter, &when, &arguments);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_removed_account_is_told_of_as_well_as_a_deactivated_one() {
    let settings = [WITHOUT_LIMITS, &[("ALLOW_DELETE_ACCOUNT", "true")]].concat();
    in_each_dialect(&settings, async |world| {
        let deletion = about_to(world, "deleteAccount").await;
        as_luke(world, deletion).await.succeeds();
        assert_eq!(world.letters_to("luke.s@email.com").len(), 1);
        assert_eq!(world.inbox.letters().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_first_secondary_address_is_told_to_the_primary_one_alone() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let token = json!({ "token": world.secondary_token("vera", "vera2@email.com").await });
        world.inbox.clear();
        world.act("verifySecondaryEmail", token).await.succeeds();
        let [letter] = &world.inbox.letters()[..] else {
            panic!("one letter: {:#?}", world.inbox.letters());
        };
        assert_eq!(letter.to, ["vera@email.com"]);
    })
    .await;
}

#[tokio::test]
async fn where_notices_are_switched_off_none_is_sent() {
    let settings = [WITHOUT_LIMITS, &[("SEND_SECURITY_NOTICES", "false")]].concat();
    in_each_dialect(&settings, async |world| {
        for (act, ..) in changes(world.dialect()) {
            let change = about_to(world, act).await;
            as_luke(world, change).await.succeeds();
            assert_eq!(world.inbox.requests(), 0, "{act}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_is_not_told() {
    in_both_dialects(WITHOUT_LIMITS, async |world| {
        for (act, ..) in changes(world.dialect()) {
            let (act, mut arguments) = about_to(world, act).await;
            for argument in ["password", "oldPassword", "token"] {
                if arguments.get(argument).is_some() {
                    arguments[argument] = json!("wrong");
                }
            }
            let reply = as_luke(world, (act, arguments)).await;
            assert_eq!(reply.get("success"), &json!(false), "{reply}");
            assert_eq!(world.inbox.requests(), 0, "{act}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_other_change_is_told() {
    in_both_dialects(&[], async |world| {
        world.archie().await;
        world.nora().await;
        let paula = world.person("paula", |it| it.password_hash = None).await;
        let first = world.sealed(&paula, shared::token::mailed::Action::PasswordSet);
        let email = json!({ "email": "nora@email.com" });
        world.act("resendActivationEmail", email).await.succeeds();
        let activation = world.token_mailed("nora@email.com", "activate");
        world.inbox.clear();
        let login = world.log_in("archie").await.succeeds();
        assert_eq!(login.get("unarchiving"), &json!(true));
        let refreshed = world.refresh(&login.refresh_token()).await.succeeds();
        let archie = world.with_token(&login.access_token());
        archie
            .act("updateAccount", json!({ "firstName": "A" }))
            .await
            .succeeds();
        for (act, arguments) in [
            ("verifyToken", json!({ "token": login.access_token() })),
            (
                "revokeToken",
                json!({ "refreshToken": refreshed.refresh_token() }),
            ),
            ("verifyAccount", json!({ "token": activation })),
            ("passwordSet", choosing(&first, NEW_PASSWORD)),
        ] {
            world.act(act, arguments).await.succeeds();
        }
        drop(world.act("captcha", json!({})).await.text("uuid"));
        assert_eq!(world.inbox.requests(), 0);
        let form = registration(json!({}));
        world.act("register", form).await.succeeds();
        assert_eq!(world.inbox.letters().len(), 1, "its activation letter");
    })
    .await;
}
