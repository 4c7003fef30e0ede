//! The secondary address: prove it, attach it, exchange it with the primary one, detach it.

use super::Caller;
use super::guards::Guards;
use super::resend_activation::parse_email;
use crate::account::Account;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Field, Refusal, Result};
use crate::event::{self, Happened};
use crate::limits::{self, Asks};
use crate::mail::letters::Kind;
use crate::mail::notices::Notice;
use crate::password::Password;
use crate::store::Written;
use crate::store::accounts::Identifier;
use crate::store::transactions::Attached;
use crate::token::mailed::{Action, MailedToken};

/// Sends a confirmation mail to a new address. Nothing is stored, and the address stays free.
///
/// # Errors
/// The guards', under `password`; what is wrong with the address; `TooManyTries`; `EmailTaken`;
/// `EmailFail`.
pub async fn send_secondary_email_activation(
    app: &App,
    caller: &Caller,
    email: &str,
    password: &Password,
) -> Result<()> {
    let mut guards = Guards::verified(app, caller).confirmed_by(Field::Password, password);
    let account = guards.judge().await?;
    let email = parse_email(email)?;
    let asks = Asks::SecondaryActivation(account.id());
    limits::take_mail(app, asks, email.form(), caller.client.network).await?;
    if app
        .store
        .owner(&Identifier::Email(email.form().to_owned()))
        .await?
        .is_some()
    {
        return Err(Refusal::EmailTaken.under(Field::Email));
    }
    let action = Action::SecondaryActivation {
        email: email.stored().to_owned(),
        credentials_version: account.credentials_version,
    };
    app.send_link(Kind::SecondaryActivation, action, &account, &email)
        .await
}

/// Attaches a secondary address with the token of its confirmation mail, which is used up by that
/// very write. An earlier secondary address is free again.
///
/// # Errors
/// `InvalidToken`, `ExpiredToken`, `EmailTaken`.
pub async fn verify_secondary_email(app: &App, token: &str) -> Result<()> {
    let token = MailedToken::open(token, &app.keys, &app.settings.mailed, app.clock.now())
        .map_err(Refusal::alone)?;
    let Action::SecondaryActivation {
        email,
        credentials_version,
    } = token.action
    else {
        return Err(Refusal::InvalidToken.alone());
    };
    let account = app.store.account(token.account).await?;
    let account = account.filter(|it| it.profile.active && it.profile.verified);
    let account = account.ok_or_else(|| Refusal::InvalidToken.alone())?;
    let email = EmailAddress::from_stored(&email);
    match app
        .store
        .attach_secondary(&account, &email, credentials_version)
        .await?
    {
        Attached::EmailTaken => return Err(Refusal::EmailTaken.alone()),
        Attached::Unchanged => return Err(Refusal::InvalidToken.alone()),
        Attached::Done => event::happened(Happened::SecondaryEmailAdded, account.id()),
    }
    // As it was: the secondary address is the one that was replaced.
    app.notify(
        Notice::SecondaryEmailAdded,
        &account,
        both_addresses(&account),
    )
    .await;
    Ok(())
}

/// Exchanges primary and secondary address.
///
/// # Errors
/// The guards', under `password`; `SecondaryEmailRequired`.
pub async fn swap_emails(app: &App, caller: &Caller, password: &Password) -> Result<()> {
    let mut guards = Guards::verified(app, caller)
        .with_secondary_email()
        .confirmed_by(Field::Password, password);
    let account = loop {
        let account = guards.judge().await?;
        if let Written::Done(swapped) = app.store.swap_emails(&account).await? {
            break swapped;
        }
    };
    event::happened(Happened::EmailsSwapped, account.id());
    app.notify(Notice::EmailsSwapped, &account, both_addresses(&account))
        .await;
    Ok(())
}

/// Detaches the secondary address, which is free again.
///
/// # Errors
/// The guards', under `password`; `SecondaryEmailRequired`.
pub async fn remove_secondary_email(app: &App, caller: &Caller, password: &Password) -> Result<()> {
    let mut guards = Guards::verified(app, caller)
        .with_secondary_email()
        .confirmed_by(Field::Password, password);
    let before = loop {
        let account = guards.judge().await?;
        if app.store.detach_secondary(&account).await? {
            break account;
        }
    };
    event::happened(Happened::SecondaryEmailRemoved, before.id());
    let notice = Notice::SecondaryEmailRemoved;
    app.notify(notice, &before, both_addresses(&before)).await;
    Ok(())
}

fn both_addresses(account: &Account) -> Vec<EmailAddress> {
    let profile = &account.profile;
    let both = std::iter::once(&profile.email).chain(&profile.secondary_email);
    both.map(|email| EmailAddress::from_stored(email)).collect()
}
