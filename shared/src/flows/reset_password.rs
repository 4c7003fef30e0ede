//! Reset a password: a mail proves who somebody is who has forgotten theirs.

use data_encoding::HEXLOWER;

use super::ROUNDS;
use super::resend_activation::{parse_email, send_activation};
use crate::account::Account;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Field, Refusal, Refusals, Result};
use crate::event::{self, Happened};
use crate::limits::{self, Asks};
use crate::mail::letters::Kind;
use crate::mail::notices::Notice;
use crate::network::Client;
use crate::password::Password;
use crate::password::form::{Pair, check_new_password};
use crate::password::strength::About;
use crate::random;
use crate::store::Written;
use crate::store::accounts::Identifier;
use crate::token::mailed::{Action, MailedToken};

/// Sends a reset mail to the address that was asked for, primary or secondary. Unknown addresses
/// and deactivated accounts look like success. Every earlier reset link dies.
///
/// # Errors
/// What is wrong with the address; `TooManyTries`; `EmailFail`; `ActivationSentInstead`, when the
/// account is not verified and gets an activation mail.
pub async fn send_password_reset_email(app: &App, client: &Client, email: &str) -> Result<()> {
    let email = parse_email(email)?;
    limits::take_mail(app, Asks::PasswordReset, email.form(), client.network).await?;
    let identifier = Identifier::Email(email.form().to_owned());
    for _ in 0..ROUNDS {
        let account = app.store.account_named(&identifier).await?;
        let Some(account) = account.filter(|account| account.profile.active) else {
            return Ok(());
        };
        if !account.profile.verified && !app.settings.accounts.allow_password_reset_not_verified {
            send_activation(app, &account).await?;
            return Err(Refusal::ActivationSentInstead.under(Field::Email));
        }
        let nonce = random::bytes();
        // No link goes out for an address that has just gone: then it is looked up again.
        if let Written::Done(account) = app.store.set_reset_nonce(&account, &nonce).await? {
            return send_reset(app, &account, &email, &nonce).await;
        }
    }
    Err(anyhow::anyhow!("an account kept changing under a password reset mail").into())
}

async fn send_reset(
    app: &App,
    account: &Account,
    email: &EmailAddress,
    nonce: &[u8; 16],
) -> Result<()> {
    let profile = &account.profile;
    let stored = match &profile.secondary_email {
        Some(secondary) if profile.email_form != email.form() => secondary,
        _ => &profile.email,
    };
    let action = Action::PasswordReset {
        nonce: HEXLOWER.encode(nonce),
    };
    let to = EmailAddress::from_stored(stored);
    app.send_link(Kind::PasswordReset, action, account, &to)
        .await
}

/// Stores a new password with the token of a reset mail, which is used up by that very write. All
/// sessions end, and the account is verified.
///
/// # Errors
/// `InvalidToken`, `ExpiredToken`, and what is wrong with the new password.
pub async fn reset_password(
    app: &App,
    client: &Client,
    token: &str,
    first: &Password,
    second: &Password,
) -> Result<()> {
    let token = MailedToken::open(token, &app.keys, &app.settings.mailed, app.clock.now())
        .map_err(Refusal::alone)?;
    let Action::PasswordReset { nonce } = &token.action else {
        return Err(Refusal::InvalidToken.alone());
    };
    let mut hash = None;
    for _ in 0..ROUNDS {
        let account = app.store.account(token.account).await?;
        let is_current = |account: &Account| {
            account.profile.active && account.reset_nonce.as_ref() == Some(nonce)
        };
        let account = account
            .filter(is_current)
            .ok_or_else(|| Refusal::InvalidToken.alone())?;
        judge_new_password(app, &account, first, second)?;
        let hash = match &hash {
            Some(hash) => hash,
            None => hash.insert(app.hasher.hash(second).await?),
        };
        if let Written::Done(changed) = app.store.reset_password(&account, nonce, hash).await? {
            return finish(app, client, &account, &changed).await;
        }
    }
    Err(anyhow::anyhow!("an account kept changing under a password reset").into())
}

async fn finish(app: &App, client: &Client, before: &Account, account: &Account) -> Result<()> {
    let profile = &account.profile;
    event::happened(Happened::PasswordReset, account.id());
    event::all_sessions_ended(account.id());
    if !before.profile.verified {
        event::happened(Happened::UserVerified, account.id());
    }
    let mut identifiers = vec![
        Identifier::Username(profile.username_form.clone()),
        Identifier::Email(profile.email_form.clone()),
    ];
    identifiers.extend(profile.secondary_email_form.clone().map(Identifier::Email));
    let to = EmailAddress::from_stored(&profile.email);
    futures::join!(
        limits::make_familiar(app, &identifiers, client.network),
        app.notify(Notice::PasswordReset, account, vec![to]),
    );
    Ok(())
}

/// The two fields of a new password for an account, and its strength.
pub(super) fn judge_new_password(
    app: &App,
    account: &Account,
    first: &Password,
    second: &Password,
) -> Result<()> {
    let profile = &account.profile;
    let about = About {
        username: Some(&profile.username),
        first_name: Some(&profile.first_name),
        last_name: Some(&profile.last_name),
        email: Some(&profile.email),
    };
    let mut refusals = Refusals::default();
    check_new_password(
        (first.expose(), second.expose()),
        Pair::NEW_PASSWORD,
        &about,
        &app.settings.accounts.password_checks,
        &mut refusals,
    );
    refusals.into_result()
}
