//! Check an access token, and show what it says.

use crate::account::Account;
use crate::app::App;
use crate::error::{Refusal, Result};
use crate::token::access::{Claims, Rejection};

/// The claims of an access token, and the account that stands by it.
///
/// # Errors
/// `InvalidToken`, `ExpiredToken`.
pub async fn verify_token(app: &App, token: &str) -> Result<(Claims, Account)> {
    let claims =
        app.access
            .verify(token, app.clock.now())
            .map_err(|rejection| match rejection {
                Rejection::Invalid => Refusal::InvalidToken.alone(),
                Rejection::Expired => Refusal::ExpiredToken.alone(),
            })?;
    let account = app.store.account(claims.sub).await?;
    let account = account.filter(|account| account.is_awake() && account.epoch == claims.epoch);
    let account = account.ok_or_else(|| Refusal::InvalidToken.alone())?;
    Ok((claims, account))
}
