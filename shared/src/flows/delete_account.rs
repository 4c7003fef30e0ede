//! Delete an account: deactivate it or remove it, as configured.

use super::Caller;
use super::guards::Guards;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Field, Result};
use crate::event::{self, Happened};
use crate::mail::notices::Notice;
use crate::password::Password;
use crate::store::Written;

/// Deactivates or removes the account, and ends all its sessions.
///
/// # Errors
/// The guards', under `password`.
pub async fn delete_account(app: &App, caller: &Caller, password: &Password) -> Result<()> {
    let removes = app.settings.accounts.allow_delete_account;
    let mut guards = Guards::verified(app, caller).confirmed_by(Field::Password, password);
    let account = loop {
        let account = guards.judge().await?;
        let is_done = if removes {
            app.store.remove(&account).await?
        } else {
            matches!(app.store.deactivate(&account).await?, Written::Done(_))
        };
        if is_done {
            break account;
        }
    };
    let what = if removes {
        Happened::AccountRemoved
    } else {
        Happened::AccountDeactivated
    };
    event::happened(what, account.id());
    event::all_sessions_ended(account.id());
    let to = EmailAddress::from_stored(&account.profile.email);
    app.notify(Notice::AccountDeleted, &account, vec![to]).await;
    Ok(())
}
