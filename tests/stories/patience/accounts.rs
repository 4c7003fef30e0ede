use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use shared::account::Account;
use shared::token::mailed::Action;
use tests::World;
use tests::people::{NEW_PASSWORD, PASSWORD};

use super::scenes::{
    Ask, SCENE, Says, Scene, anybody, confirmed, email, holds, new_password, somebody,
};
use super::tell;

const INVALID: Says = Says::No("nonFieldErrors", "invalid_token");
const UNAUTHENTICATED: Says = Says::No("nonFieldErrors", "unauthenticated");
const TAKEN: Says = Says::No("username", "unique");

/// What a reset link of the stories carries.
const NONCE: &str = "000102030405060708090a0b0c0d0e0f";

fn form(name: &str) -> Value {
    json!({
        "email": email(name), "username": name,
        "password1": NEW_PASSWORD, "password2": NEW_PASSWORD,
    })
}

fn is_there<'w>(world: &'w World, name: &'w str) -> BoxFuture<'w, bool> {
    holds(world, name, |_| true).boxed()
}

fn is_signed_out<'w>(world: &'w World, name: &'w str) -> BoxFuture<'w, bool> {
    holds(world, name, |it| it.epoch == 1).boxed()
}

fn has_a_letter<'w>(world: &'w World, name: &'w str) -> BoxFuture<'w, bool> {
    async move { !world.letters_to(&email(name)).is_empty() }.boxed()
}

/// The address that somebody wants besides.
fn second(name: &str) -> String {
    format!("{name}.second@email.com")
}

/// The link that attaches it.
fn link(world: &World, account: &Account, email: String) -> Value {
    let credentials_version = account.credentials_version;
    let action = Action::SecondaryActivation {
        email,
        credentials_version,
    };
    json!({ "token": world.sealed(account, action) })
}

/// Gives somebody a second address.
async fn attach(world: &World, name: &str) {
    let account = world.account(name).await.expect("somebody");
    let link = link(world, &account, second(name));
    let attached = world.act("verifySecondaryEmail", link).await;
    attached.succeeds();
}

#[tokio::test]
async fn a_registration_in_trouble() {
    tell(&[
        Scene {
            title: "register",
            set: |world, name| {
                async move { Ask::act(anybody(world, name), "register", form(name)) }.boxed()
            },
            sessions: 1,
            mails: 1,
            is_done: is_there,
            afterwards: TAKEN,
            ..SCENE
        },
        Scene {
            title: "register without a password, with both mails",
            settings: &[
                ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
                ("SEND_PASSWORD_SET_EMAIL", "true"),
            ],
            set: |world, name| {
                async move {
                    let form = json!({ "email": email(name), "username": name });
                    Ask::act(anybody(world, name), "register", form)
                }
                .boxed()
            },
            mails: 2,
            is_done: is_there,
            afterwards: TAKEN,
            ..SCENE
        },
        Scene {
            title: "register with errors in the form",
            set: |world, name| {
                async move {
                    let form = json!({
                        "email": email(name), "username": name,
                        "password1": "one", "password2": "two",
                    });
                    Ask::act(anybody(world, name), "register", form)
                }
                .boxed()
            },
            says: Says::No("password2", "password_mismatch"),
            afterwards: Says::No("password2", "password_mismatch"),
            ..SCENE
        },
        Scene {
            title: "verifyAccount",
            set: |world, name| {
                async move {
                    let account = world.person(name, |it| it.profile.verified = false).await;
                    let action = Action::Activation {
                        email_form: email(name),
                    };
                    let token = world.sealed(&account, action);
                    Ask::act(
                        anybody(world, name),
                        "verifyAccount",
                        json!({ "token": token }),
                    )
                }
                .boxed()
            },
            is_done: |world, name| holds(world, name, |it| it.profile.verified).boxed(),
            afterwards: Says::No("nonFieldErrors", "already_verified"),
            ..SCENE
        },
        Scene {
            title: "resendActivationEmail",
            set: |world, name| {
                async move {
                    world.person(name, |it| it.profile.verified = false).await;
                    let asked = json!({ "email": email(name) });
                    Ask::act(anybody(world, name), "resendActivationEmail", asked)
                }
                .boxed()
            },
            mails: 1,
            is_done: has_a_letter,
            ..SCENE
        },
        Scene {
            title: "captcha",
            set: |world, name| {
                async move {
                    let query = "mutation { captcha { uuid pilImage } }";
                    Ask::query(anybody(world, name), query)
                }
                .boxed()
            },
            ..SCENE
        },
    ])
    .await;
}

#[tokio::test]
async fn a_forgotten_password_in_trouble() {
    tell(&[
        Scene {
            title: "sendPasswordResetEmail",
            set: |world, name| {
                async move {
                    world.person(name, |_| {}).await;
                    let asked = json!({ "email": email(name) });
                    Ask::act(anybody(world, name), "sendPasswordResetEmail", asked)
                }
                .boxed()
            },
            mails: 1,
            is_done: has_a_letter,
            ..SCENE
        },
        Scene {
            title: "sendPasswordResetEmail, not verified",
            set: |world, name| {
                async move {
                    world.person(name, |it| it.profile.verified = false).await;
                    let asked = json!({ "email": email(name) });
                    Ask::act(anybody(world, name), "sendPasswordResetEmail", asked)
                }
                .boxed()
            },
            says: Says::No("email", "not_verified"),
            mails: 1,
            is_done: has_a_letter,
            afterwards: Says::No("email", "not_verified"),
            ..SCENE
        },
        Scene {
            title: "passwordReset",
            set: |world, name| {
                async move {
                    let has_asked = |it: &mut Account| it.reset_nonce = Some(NONCE.to_owned());
                    let account = world.person(name, has_asked).await;
                    let action = Action::PasswordReset {
                        nonce: NONCE.to_owned(),
                    };
                    let form = new_password(&world.sealed(&account, action));
                    Ask::act(anybody(world, name), "passwordReset", form)
                }
                .boxed()
            },
            mails: 1,
            is_done: is_signed_out,
            afterwards: INVALID,
            ..SCENE
        },
        Scene {
            title: "passwordSet",
            set: |world, name| {
                async move {
                    let account = world.person(name, |it| it.password_hash = None).await;
                    let form = new_password(&world.sealed(&account, Action::PasswordSet));
                    Ask::act(anybody(world, name), "passwordSet", form)
                }
                .boxed()
            },
            is_done: is_signed_out,
            afterwards: Says::No("nonFieldErrors", "password_already_set"),
            ..SCENE
        },
        Scene {
            title: "passwordChange",
            set: |world, name| {
                async move {
                    let form = json!({
                        "oldPassword": PASSWORD,
                        "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD,
                    });
                    Ask::act(somebody(world, name).await, "passwordChange", form)
                }
                .boxed()
            },
            sessions: 1,
            mails: 1,
            is_done: is_signed_out,
            afterwards: UNAUTHENTICATED,
            ..SCENE
        },
    ])
    .await;
}

#[tokio::test]
async fn an_act_of_an_owner_in_trouble() {
    tell(&[
        Scene {
            title: "updateAccount",
            set: |world, name| {
                async move {
                    let asker = somebody(world, name).await;
                    Ask::act(asker, "updateAccount", json!({ "firstName": "Una" }))
                }
                .boxed()
            },
            is_done: |world, name| holds(world, name, |it| it.profile.first_name == "Una").boxed(),
            ..SCENE
        },
        Scene {
            title: "archiveAccount",
            set: |world, name| {
                async move { Ask::act(somebody(world, name).await, "archiveAccount", confirmed()) }
                    .boxed()
            },
            mails: 1,
            is_done: |world, name| {
                holds(world, name, |it| it.profile.archived && it.epoch == 1).boxed()
            },
            afterwards: UNAUTHENTICATED,
            ..SCENE
        },
        Scene {
            title: "deleteAccount, deactivating",
            set: |world, name| {
                async move { Ask::act(somebody(world, name).await, "deleteAccount", confirmed()) }
                    .boxed()
            },
            mails: 1,
            is_done: |world, name| {
                holds(world, name, |it| !it.profile.active && it.epoch == 1).boxed()
            },
            afterwards: UNAUTHENTICATED,
            ..SCENE
        },
        Scene {
            title: "deleteAccount, removing",
            settings: &[("ALLOW_DELETE_ACCOUNT", "true")],
            set: |world, name| {
                async move {
                    let asker = somebody(world, name).await;
                    attach(world, name).await;
                    Ask::act(asker, "deleteAccount", confirmed())
                }
                .boxed()
            },
            mails: 1,
            is_done: |world, name| is_there(world, name).map(|is_there| !is_there).boxed(),
            afterwards: UNAUTHENTICATED,
            ..SCENE
        },
    ])
    .await;
}

#[tokio::test]
async fn a_second_address_in_trouble() {
    fn has_second<'w>(world: &'w World, name: &'w str) -> BoxFuture<'w, bool> {
        holds(world, name, |it| {
            it.profile.secondary_email == Some(second(name))
        })
        .boxed()
    }
    tell(&[
        Scene {
            title: "sendSecondaryEmailActivation",
            set: |world, name| {
                async move {
                    let asked = json!({ "email": second(name), "password": PASSWORD });
                    let asker = somebody(world, name).await;
                    Ask::act(asker, "sendSecondaryEmailActivation", asked)
                }
                .boxed()
            },
            mails: 1,
            is_done: |world, name| {
                async move { !world.letters_to(&second(name)).is_empty() }.boxed()
            },
            ..SCENE
        },
        Scene {
            title: "verifySecondaryEmail",
            set: |world, name| {
                async move {
                    let account = world.person(name, |_| {}).await;
                    let link = link(world, &account, second(name));
                    Ask::act(anybody(world, name), "verifySecondaryEmail", link)
                }
                .boxed()
            },
            mails: 1,
            is_done: has_second,
            afterwards: Says::No("nonFieldErrors", "unique"),
            ..SCENE
        },
        Scene {
            title: "verifySecondaryEmail, replacing an address",
            set: |world, name| {
                async move {
                    world.person(name, |_| {}).await;
                    attach(world, name).await;
                    let account = world.account(name).await.expect("somebody");
                    let link = link(world, &account, format!("{name}.third@email.com"));
                    Ask::act(anybody(world, name), "verifySecondaryEmail", link)
                }
                .boxed()
            },
            mails: 2,
            is_done: |world, name| {
                let third = format!("{name}.third@email.com");
                let has_third =
                    move |it: &Account| it.profile.secondary_email == Some(third.clone());
                holds(world, name, has_third).boxed()
            },
            afterwards: Says::No("nonFieldErrors", "unique"),
            ..SCENE
        },
        Scene {
            title: "swapEmails",
            set: |world, name| {
                async move {
                    let asker = somebody(world, name).await;
                    attach(world, name).await;
                    Ask::act(asker, "swapEmails", confirmed())
                }
                .boxed()
            },
            mails: 2,
            is_done: |world, name| holds(world, name, |it| it.credentials_version >= 2).boxed(),
            ..SCENE
        },
        Scene {
            title: "removeSecondaryEmail",
            set: |world, name| {
                async move {
                    let asker = somebody(world, name).await;
                    attach(world, name).await;
                    Ask::act(asker, "removeSecondaryEmail", confirmed())
                }
                .boxed()
            },
            mails: 2,
            is_done: |world, name| {
                holds(world, name, |it| it.profile.secondary_email.is_none()).boxed()
            },
            afterwards: Says::No("nonFieldErrors", "secondary_email_required"),
            ..SCENE
        },
    ])
    .await;
}
