//! The secondary address: prove it, attach it, exchange it with the primary one, detach it.

use super::Caller;
use super::guards::Guards;
use super::resend_activation::parse_email;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Field, Refusal, Result, log_fault};
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
    let now = app.clock.now();
    let action = Action::SecondaryActivation {
        email: email.stored().to_owned(),
        credentials_version: account.credentials_version,
    };
    let token = MailedToken {
        account: account.id(),
        issued_at: now,
        action,
    }
    .seal(&app.keys);
    let kind = Kind::SecondaryActivation;
    let letter = app
        .letters
        .with_link(kind, &account.profile, &email, &token, now);
    app.mailer.send(&letter).await.map_err(|fault| {
        log_fault("sending a secondary activation mail", &fault);
        Refusal::EmailFail.alone()
    })
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
    let replaced = account.profile.secondary_email.as_deref();
    let to = std::iter::once(account.profile.email.as_str()).chain(replaced);
    let to = to.map(EmailAddress::from_stored).collect();
    app.notify(Notice::SecondaryEmailAdded, &account, to).await;
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
    let both = [
        Some(&account.profile.email),
        account.profile.secondary_email.as_ref(),
    ];
    let both = both
        .into_iter()
        .flatten()
        .map(|email| EmailAddress::from_stored(email))
        .collect();
    app.notify(Notice::EmailsSwapped, &account, both).await;
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
    let both = [
        Some(&before.profile.email),
        before.profile.secondary_email.as_ref(),
    ];
    let both = both
        .into_iter()
        .flatten()
        .map(|email| EmailAddress::from_stored(email))
        .collect();
    app.notify(Notice::SecondaryEmailRemoved, &before, both)
        .await;
    Ok(())
}
