//! Put an account to rest, until its owner logs in again.

use super::Caller;
use super::guards::Guards;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Field, Result};
use crate::event::{self, Happened};
use crate::mail::notices::Notice;
use crate::password::Password;
use crate::store::Written;

/// Archives the account and ends all its sessions.
///
/// # Errors
/// The guards', under `password`.
pub async fn archive_account(app: &App, caller: &Caller, password: &Password) -> Result<()> {
    let mut guards = Guards::verified(app, caller).confirmed_by(Field::Password, password);
    let account = loop {
        let account = guards.judge().await?;
        if let Written::Done(archived) = app.store.archive(&account).await? {
            break archived;
        }
    };
    event::happened(Happened::AccountArchived, account.id());
    event::all_sessions_ended(account.id());
    let to = EmailAddress::from_stored(&account.profile.email);
    app.notify(Notice::AccountArchived, &account, vec![to])
        .await;
    Ok(())
}
