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
    let account = loop {
        let account = guards.judge().await?;
        judge_new_password(app, &account, first, second)?;
        let hash = app.hasher.hash(second).await?;
        if let Written::Done(changed) = app.store.change_password(&account, &hash).await? {
            break changed;
        }
    };
    event::happened(Happened::PasswordChanged, account.id());
    event::all_sessions_ended(account.id());
    let to = EmailAddress::from_stored(&account.profile.email);
    let (tokens, ()) = futures::join!(
        tokens(app, caller, &account, wanted),
        app.notify(Notice::PasswordChanged, &account, vec![to]),
    );
    tokens
}

async fn tokens(
    app: &App,
    caller: &Caller,
    account: &Account,
    wanted: TokensWanted,
) -> Result<Tokens> {
    let session = if wanted.has_refresh() {
        app.new_session(account, &caller.client)
    } else {
        None
    };
    let (session, refresh) = session.unzip();
    if let Some(session) = &session {
        app.store.add_session(session).await?;
    }
    let access = app.access.issue(account, app.clock.now(), None)?;
    event::token_issued(account.id(), &access.claims.jti);
    Ok(Tokens {
        account: account.clone(),
        access,
        refresh,
    })
}
