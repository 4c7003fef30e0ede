//! Verify an account: the link of an activation mail proves that its owner reads that address.

use crate::app::App;
use crate::error::{Refusal, Result};
use crate::event::{self, Happened};
use crate::store::Written;
use crate::token::mailed::{Action, MailedToken};

/// Marks an account as verified. Logs nobody in.
///
/// # Errors
/// `InvalidToken`, `ExpiredToken`, `AlreadyVerified`.
pub async fn verify_account(app: &App, token: &str) -> Result<()> {
    let token = MailedToken::open(token, &app.keys, &app.settings.mailed, app.clock.now())
        .map_err(Refusal::alone)?;
    let Action::Activation { email_form } = token.action else {
        return Err(Refusal::InvalidToken.alone());
    };
    match app.store.verify(token.account, &email_form).await? {
        Written::Done(account) => {
            event::happened(Happened::UserVerified, account.id());
            Ok(())
        }
        Written::Unchanged(Some(account)) if account.profile.active && account.profile.verified => {
            Err(Refusal::AlreadyVerified.alone())
        }
        Written::Unchanged(_) => Err(Refusal::InvalidToken.alone()),
    }
}
