//! What protected acts check first, in a fixed order, and again when the account changes under
//! their hands.

use anyhow::anyhow;

use super::{Caller, Identity};
use crate::account::Account;
use crate::app::App;
use crate::error::{Field, Refusal, Result};
use crate::limits::{Begun, Tried, Try};
use crate::network::Client;
use crate::password::{Password, PasswordHash, Verdict};

/// What an act demands beyond a verified account.
#[derive(Default)]
pub struct Guards<'a> {
    secondary_email: bool,
    confirmation: Option<(Field, &'a Password)>,
}

impl<'a> Guards<'a> {
    /// Nothing more.
    #[must_use]
    pub fn verified() -> Self {
        Self::default()
    }

    /// The current password, told wrong under this field.
    #[must_use]
    pub fn confirmed(field: Field, password: &'a Password) -> Self {
        Self {
            secondary_email: false,
            confirmation: Some((field, password)),
        }
    }

    /// A secondary address, too.
    #[must_use]
    pub fn with_secondary_email(self) -> Self {
        Self {
            secondary_email: true,
            ..self
        }
    }
}

/// How often an act is tried on an account that keeps changing.
const ROUNDS: usize = 6;

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

/// Judges the guards and acts. The act answers `None` when the account has changed since it was
/// judged; then the guards are judged again on the new state.
///
/// # Errors
/// The first guard that fails, or what the act refuses.
pub async fn guarded<T>(
    app: &App,
    caller: &Caller,
    guards: &Guards<'_>,
    act: impl AsyncFn(&Account) -> Result<Option<T>>,
) -> Result<T> {
    let mut confirmed: Option<PasswordHash> = None;
    for _ in 0..ROUNDS {
        let account = authenticated(app, caller.identity).await?;
        let account = account.ok_or_else(|| Refusal::Unauthenticated.alone())?;
        if !account.profile.verified {
            return Err(Refusal::NotVerified.alone());
        }
        if guards.secondary_email && account.profile.secondary_email.is_none() {
            return Err(Refusal::SecondaryEmailRequired.alone());
        }
        // A password that was right for this very hash is right still, and no further try.
        if confirmed.is_none() || confirmed != account.password_hash {
            confirm(app, &account, &caller.client, guards).await?;
            confirmed.clone_from(&account.password_hash);
        }
        if let Some(done) = act(&account).await? {
            return Ok(done);
        }
    }
    Err(anyhow!("an account kept changing under an act").into())
}

async fn confirm(app: &App, account: &Account, client: &Client, guards: &Guards<'_>) -> Result<()> {
    let Some((field, password)) = guards.confirmation else {
        return Ok(());
    };
    let begun = Try::begin(app, Tried::Account(account.id()), client.network).await?;
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
