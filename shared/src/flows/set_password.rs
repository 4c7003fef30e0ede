//! Set a password: the first one of an account that was made without.

use super::ROUNDS;
use super::reset_password::judge_new_password;
use crate::account::Account;
use crate::app::App;
use crate::error::{Refusal, Result};
use crate::event::{self, Happened};
use crate::password::Password;
use crate::store::Written;
use crate::token::mailed::{Action, MailedToken};

/// Stores the first password with the token of a password-set mail. All sessions end, and the
/// account is verified.
///
/// # Errors
/// `InvalidToken`, `ExpiredToken`, what is wrong with the new password, `PasswordAlreadySet`.
pub async fn set_password(
    app: &App,
    token: &str,
    first: &Password,
    second: &Password,
) -> Result<()> {
    let token = MailedToken::open(token, &app.keys, &app.settings.mailed, app.clock.now())
        .map_err(Refusal::alone)?;
    if token.action != Action::PasswordSet {
        return Err(Refusal::InvalidToken.alone());
    }
    let mut hash = None;
    for _ in 0..ROUNDS {
        let account = app.store.account(token.account).await?;
        let account = account.filter(|account| account.profile.active);
        let account = account.ok_or_else(|| Refusal::InvalidToken.alone())?;
        judge_new_password(app, &account, first, second)?;
        if account.password_hash.is_some() {
            return Err(Refusal::PasswordAlreadySet.alone());
        }
        let hash = match &hash {
            Some(hash) => hash,
            None => hash.insert(app.hasher.hash(second).await?),
        };
        if let Written::Done(changed) = app.store.set_password(&account, hash).await? {
            tell(&account, &changed);
            return Ok(());
        }
    }
    Err(anyhow::anyhow!("an account kept changing under its first password").into())
}

fn tell(before: &Account, account: &Account) {
    event::happened(Happened::PasswordSet, account.id());
    event::all_sessions_ended(account.id());
    if !before.profile.verified {
        event::happened(Happened::UserVerified, account.id());
    }
}
