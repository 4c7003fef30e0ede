//! Change a password, knowing the old one.

use super::guards::Guards;
use super::reset_password::judge_new_password;
use super::{Caller, Tokens, TokensWanted};
use crate::account::Account;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Field, Result};
use crate::event::{self, Happened};
use crate::mail::notices::Notice;
use crate::password::Password;
use crate::store::Written;
use crate::store::sessions::Session;
use crate::token::refresh::Issued;

/// Stores a new password and ends all sessions; the caller goes on with new tokens.
///
/// # Errors
/// The guards', under `oldPassword`; what is wrong with the new password.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    old: &Password,
    first: &Password,
    second: &Password,
    wanted: TokensWanted,
) -> Result<Tokens> {
    let mut guards = Guards::verified(app, caller).confirmed_by(Field::OldPassword, old);
    let (account, refresh) = loop {
        let account = guards.judge().await?;
        judge_new_password(app, &account, first, second)?;
        let hash = app.hasher.hash(second).await?;
        // It is of the epoch that the change begins, so it is worth nothing unless that happens.
        let (session, refresh) = next_session(app, caller, &account, wanted).unzip();
        let written = async {
            if let Some(session) = &session {
                app.store.add_session(session).await?;
            }
            app.store.change_password(&account, &hash).await
        };
        let written = written.await;
        if let (Some(session), Err(_) | Ok(Written::Unchanged(_))) = (&session, &written) {
            app.forget_session(session).await;
        }
        if let Written::Done(changed) = written? {
            break (changed, refresh);
        }
    };
    event::happened(Happened::PasswordChanged, account.id());
    event::all_sessions_ended(account.id());
    let to = EmailAddress::from_stored(&account.profile.email);
    app.notify(Notice::PasswordChanged, &account, vec![to])
        .await;
    let access = app.access.issue(&account, app.clock.now(), None)?;
    event::token_issued(account.id(), &access.claims.jti);
    Ok(Tokens {
        account,
        access,
        refresh,
    })
}

fn next_session(
    app: &App,
    caller: &Caller,
    account: &Account,
    wanted: TokensWanted,
) -> Option<(Session, Issued)> {
    if wanted.has_refresh() {
        app.new_session(account.id(), account.epoch + 1, &caller.client)
    } else {
        None
    }
}
