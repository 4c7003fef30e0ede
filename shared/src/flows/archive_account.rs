//! Put an account to rest, until its owner logs in again.

use super::Caller;
use super::guards::{Guards, guarded};
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
    let guards = Guards::confirmed(Field::Password, password);
    let account = guarded(app, caller, &guards, async |account| {
        match app.store.archive(account).await? {
            Written::Done(archived) => Ok(Some(archived)),
            Written::Unchanged(_) => Ok(None),
        }
    })
    .await?;
    event::happened(Happened::AccountArchived, account.id());
    event::all_sessions_ended(account.id());
    let to = EmailAddress::from_stored(&account.profile.email);
    app.notify(Notice::AccountArchived, &account, vec![to])
        .await;
    Ok(())
}
