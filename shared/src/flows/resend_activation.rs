//! Send the activation mail once more.

use crate::account::Account;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Field, Refusal, Refusals, Result};
use crate::limits::{self, Asks};
use crate::mail::letters::Kind;
use crate::network::Client;
use crate::store::accounts::Identifier;
use crate::token::mailed::Action;

/// Sends an activation mail to the primary address of the account that has this address. Unknown
/// addresses and deactivated accounts look like success.
///
/// # Errors
/// What is wrong with the address; `TooManyTries`; `AlreadyVerified`; `EmailFail`.
pub async fn resend_activation(app: &App, client: &Client, email: &str) -> Result<()> {
    let email = parse_email(email)?;
    limits::take_mail(app, Asks::Activation, email.form(), client.network).await?;
    let identifier = Identifier::Email(email.form().to_owned());
    let account = app.store.account_named(&identifier).await?;
    let Some(account) = account.filter(|account| account.profile.active) else {
        return Ok(());
    };
    if account.profile.verified {
        return Err(Refusal::AlreadyVerified.under(Field::Email));
    }
    send_activation(app, &account).await
}

/// Reads the one field of a form that asks for a mail.
pub(super) fn parse_email(text: &str) -> Result<EmailAddress> {
    EmailAddress::parse(text).map_err(|wrong| {
        let mut refusals = Refusals::default();
        refusals.extend(Field::Email, wrong);
        refusals.into_error()
    })
}

/// Sends an activation mail again.
pub(super) async fn send_activation(app: &App, account: &Account) -> Result<()> {
    let action = Action::Activation {
        email_form: account.profile.email_form.clone(),
    };
    let to = EmailAddress::from_stored(&account.profile.email);
    app.send_link(Kind::ActivationResend, action, account, &to)
        .await
}
