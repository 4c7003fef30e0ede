//! What protected acts check first, in a fixed order, and again when the account changes under
//! their hands.

use anyhow::anyhow;

use super::{Caller, Identity, ROUNDS};
use crate::account::Account;
use crate::app::App;
use crate::error::{Field, Refusal, Result};
use crate::limits::{Begun, Tried, Try};
use crate::password::{Password, PasswordHash, Verdict};

/// The account that an identity stands for, read afresh; none if it no longer does.
///
/// # Errors
/// When the store cannot be asked.
pub async fn authenticated(
    app: &App,
    identity: Option<Identity>,
) -> anyhow::Result<Option<Account>> {
    let Some(identity) = identity else {
        return Ok(None);
    };
    let account = app.store.account(identity.account).await?;
    Ok(account.filter(|account| account.is_awake() && account.epoch == identity.epoch))
}

/// The guards of one protected act. They are judged before the act, and again whenever its write
/// finds that the account has changed since.
pub struct Guards<'a> {
    app: &'a App,
    caller: &'a Caller,
    secondary_email: bool,
    confirmation: Option<(Field, &'a Password)>,
    confirmed: Option<PasswordHash>,
    rounds: usize,
}

impl<'a> Guards<'a> {
    /// Somebody is logged in, and verified.
    #[must_use]
    pub fn verified(app: &'a App, caller: &'a Caller) -> Self {
        Self {
            app,
            caller,
            secondary_email: false,
            confirmation: None,
            confirmed: None,
            rounds: 0,
        }
    }

    /// And knows the current password, which is told wrong under this field.
    #[must_use]
    pub fn confirmed_by(self, field: Field, password: &'a Password) -> Self {
        Self {
            confirmation: Some((field, password)),
            ..self
        }
    }

    /// And has a secondary address.
    #[must_use]
    pub fn with_secondary_email(self) -> Self {
        Self {
            secondary_email: true,
            ..self
        }
    }

    /// The account as it is now, if every guard lets it through.
    ///
    /// # Errors
    /// The first guard that does not: `Unauthenticated`, `NotVerified`, `SecondaryEmailRequired`,
    /// `TooManyTries`, `InvalidPassword`. A fault when the account keeps changing.
    pub async fn judge(&mut self) -> Result<Account> {
        self.rounds += 1;
        if self.rounds > ROUNDS {
            return Err(anyhow!("an account kept changing under an act").into());
        }
        let account = authenticated(self.app, self.caller.identity).await?;
        let account = account.ok_or_else(|| Refusal::Unauthenticated.alone())?;
        if !account.profile.verified {
            return Err(Refusal::NotVerified.alone());
        }
        if self.secondary_email && account.profile.secondary_email.is_none() {
            return Err(Refusal::SecondaryEmailRequired.alone());
        }
        // A password that was right for this very hash is right still, and no further try.
        if self.confirmed.is_none() || self.confirmed != account.password_hash {
            self.confirm(&account).await?;
            self.confirmed.clone_from(&account.password_hash);
        }
        Ok(account)
    }

    async fn confirm(&self, account: &Account) -> Result<()> {
        let Some((field, password)) = self.confirmation else {
            return Ok(());
        };
        let (app, network) = (self.app, self.caller.client.network);
        let begun = Try::begin(app, Tried::Account(account.id()), network).await?;
        let Begun::Allowed(attempt, _) = begun else {
            return Err(Refusal::TooManyTries.alone());
        };
        let verdict = app
            .hasher
            .verify(password, account.password_hash.as_ref())
            .await?;
        if verdict == Verdict::Wrong {
            attempt.failed(app).await;
            return Err(Refusal::InvalidPassword.under(field));
        }
        attempt.succeeded(app).await;
        Ok(())
    }
}
