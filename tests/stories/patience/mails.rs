//! A post office that takes no letter, or does not say so: what needs the letter fails, what tells of
//! a change does not, and no letter is handed over twice.

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use graphql::http::Dialect;
use local::inbox::Behaviour;
use serde_json::json;
use shared::account::Account;
use shared::token::mailed::Action;
use tests::World;
use tests::people::{NEW_PASSWORD, PASSWORD, registration};

use super::scenes::{Ask, Says, anybody, confirmed, email, new_password, somebody};

/// All that a post office does but deliver. The second says whether the letter goes out.
const FAILURES: &[(Behaviour, bool)] = &[
    (Behaviour::Refuse, false),
    (Behaviour::RefuseAs("BadRequestException"), false),
    (Behaviour::RefuseAs("AccountSuspendedException"), false),
    (
        Behaviour::RefuseAs("MailFromDomainNotVerifiedException"),
        false,
    ),
    (Behaviour::RefuseAs("SendingPausedException"), false),
    (Behaviour::RefuseAs("LimitExceededException"), false),
    (Behaviour::RefuseAs("NotFoundException"), false),
    (Behaviour::RefuseAs("InternalServiceErrorException"), false),
    (Behaviour::RefuseAs("SomethingNew"), false),
    (Behaviour::Throttle, false),
    (Behaviour::Fail, false),
    (Behaviour::Babble, false),
    (Behaviour::Drop, false),
    (Behaviour::LoseAnswer, true),
    (Behaviour::HalfAnswer, true),
];

pub(super) type Set = for<'w> fn(&'w World, &'w str) -> BoxFuture<'w, Ask<'w>>;

fn asking(email: &str) -> serde_json::Value {
    json!({ "email": email })
}

/// Acts that are for a letter, and what they answer when it is delivered.
pub(super) const LETTERS: &[(Set, Says)] = &[
    (
        |world, name| {
            async move {
                let form = registration(json!({ "email": email(name), "username": name }));
                Ask::act(anybody(world, name), "register", form)
            }
            .boxed()
        },
        Says::Yes,
    ),
    (
        |world, name| {
            async move {
                world.person(name, |it| it.profile.verified = false).await;
                Ask::act(
                    anybody(world, name),
                    "resendActivationEmail",
                    asking(&email(name)),
                )
            }
            .boxed()
        },
        Says::Yes,
    ),
    (
        |world, name| {
            async move {
                world.person(name, |_| {}).await;
                Ask::act(
                    anybody(world, name),
                    "sendPasswordResetEmail",
                    asking(&email(name)),
                )
            }
            .boxed()
        },
        Says::Yes,
    ),
    (
        |world, name| {
            async move {
                world.person(name, |it| it.profile.verified = false).await;
                Ask::act(
                    anybody(world, name),
                    "sendPasswordResetEmail",
                    asking(&email(name)),
                )
            }
            .boxed()
        },
        Says::No("email", "not_verified"),
    ),
    (
        |world, name| {
            async move {
                let second = format!("{name}.second@email.com");
                let arguments = json!({ "email": second, "password": PASSWORD });
                let asker = somebody(world, name).await;
                Ask::act(asker, "sendSecondaryEmailActivation", arguments)
            }
            .boxed()
        },
        Says::Yes,
    ),
];

#[tokio::test]
async fn what_is_for_a_letter_fails_without_it_and_works_when_tried_again() {
    let told = FAILURES.iter().map(async |(behaviour, goes_out)| {
        let world = World::open(Dialect::Plain, &[]).await;
        for (number, (set, says)) in LETTERS.iter().enumerate() {
            let name = format!("user{number}");
            let ask = set(&world, &name).await;
            world.inbox.clear();
            world.inbox.behave(*behaviour);
            let reply = ask.ask().await;
            let is_refused = reply.is_refused("nonFieldErrors", "email_fail");
            assert!(is_refused, "{behaviour:?}{reply}");
            assert_eq!(
                world.inbox.requests(),
                1,
                "{behaviour:?}: handed over twice{reply}"
            );
            let letters = world.inbox.letters().len();
            assert_eq!(letters, usize::from(*goes_out), "{behaviour:?}{reply}");

            world.inbox.behave(Behaviour::Deliver);
            let again = ask.ask().await;
            assert!(says.is(&again), "{behaviour:?}, again{again}");
        }
        world.close().await;
    });
    join_all(told).await;
}

#[tokio::test]
async fn a_letter_that_went_out_all_the_same_is_good_if_its_account_stays() {
    for behaviour in [Behaviour::LoseAnswer, Behaviour::HalfAnswer] {
        let world = World::open(Dialect::Plain, &[]).await;
        world.vera().await;
        world.nora().await;
        world.inbox.behave(behaviour);
        let form = registration(json!({}));
        for (act, arguments) in [
            ("register", form),
            ("resendActivationEmail", asking("nora@email.com")),
            ("sendPasswordResetEmail", asking("vera@email.com")),
        ] {
            let reply = world.act(act, arguments).await;
            reply.refuses("nonFieldErrors", "email_fail");
        }
        let activate = async |address: &str| {
            let token = world.token_mailed(address, "activate");
            world.act("verifyAccount", json!({ "token": token })).await
        };
        let orphaned = activate("new_user@email.com").await;
        orphaned.refuses("nonFieldErrors", "invalid_token");
        activate("nora@email.com").await.succeeds();
        let token = world.token_mailed("vera@email.com", "password-reset");
        let reset = world.act("passwordReset", new_password(&token)).await;
        reset.succeeds();
        world.close().await;
    }
}

#[tokio::test]
async fn a_registration_one_of_whose_two_letters_fails_is_taken_back() {
    let passwordless = [
        ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
        ("SEND_PASSWORD_SET_EMAIL", "true"),
    ];
    let world = World::open(Dialect::Plain, &passwordless).await;
    let form = json!({ "email": "new_user@email.com", "username": "new_user" });
    for nth in [1, 2] {
        for (behaviour, _) in FAILURES {
            world.inbox.clear();
            world.inbox.behave(Behaviour::Deliver);
            world.inbox.behave_at(nth, *behaviour);
            let reply = world.act("register", form.clone()).await;
            let is_refused = reply.is_refused("nonFieldErrors", "email_fail");
            assert!(is_refused, "{behaviour:?}{reply}");
            assert!(world.inbox.requests() <= 2, "{behaviour:?}{reply}");
            assert!(world.accounts().await.is_empty(), "{behaviour:?}{reply}");
        }
    }
    world.inbox.behave(Behaviour::Deliver);
    world.act("register", form).await.succeeds();
    world.close().await;
}

/// Somebody with a second address.
async fn with_second<'w>(world: &'w World, name: &'w str, act: &'static str) -> Ask<'w> {
    let asker = somebody(world, name).await;
    let account = world.account(name).await.expect("somebody");
    let action = Action::SecondaryActivation {
        email: format!("{name}.second@email.com"),
        credentials_version: account.credentials_version,
    };
    let token = world.sealed(&account, action);
    let attached = world
        .act("verifySecondaryEmail", json!({ "token": token }))
        .await;
    attached.succeeds();
    Ask::act(asker, act, confirmed())
}

/// Acts that tell of a change, and how many letters tell of it.
pub(super) const NOTICES: &[(Set, usize)] = &[
    (
        |world, name| {
            async move {
                let form = json!({
                    "oldPassword": PASSWORD,
                    "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
                });
                Ask::act(somebody(world, name).await, "passwordChange", form)
            }
            .boxed()
        },
        1,
    ),
    (
        |world, name| {
            async move {
                let nonce = "000102030405060708090a0b0c0d0e0f".to_owned();
                let has_asked = |it: &mut Account| it.reset_nonce = Some(nonce.clone());
                let account = world.person(name, has_asked).await;
                let token = world.sealed(&account, Action::PasswordReset { nonce });
                Ask::act(anybody(world, name), "passwordReset", new_password(&token))
            }
            .boxed()
        },
        1,
    ),
    (
        |world, name| with_second(world, name, "swapEmails").boxed(),
        2,
    ),
    (
        |world, name| with_second(world, name, "removeSecondaryEmail").boxed(),
        2,
    ),
    (
        |world, name| with_second(world, name, "archiveAccount").boxed(),
        1,
    ),
    (
        |world, name| with_second(world, name, "deleteAccount").boxed(),
        1,
    ),
];

#[tokio::test]
async fn what_only_tells_of_a_change_changes_nothing_when_it_fails() {
    let told = FAILURES.iter().map(async |(behaviour, _)| {
        let world = World::open(Dialect::Plain, &[]).await;
        for (number, (set, letters)) in NOTICES.iter().enumerate() {
            let name = format!("user{number}");
            world.inbox.behave(Behaviour::Deliver);
            let ask = set(&world, &name).await;
            world.inbox.clear();
            world.inbox.behave(*behaviour);
            let reply = ask.ask().await;
            assert!(reply.has_succeeded(), "{behaviour:?}{reply}");
            assert_eq!(
                world.inbox.requests(),
                *letters,
                "{behaviour:?}: handed over twice{reply}"
            );
        }
        world.close().await;
    });
    join_all(told).await;
}
