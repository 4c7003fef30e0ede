//! Log in: a password and a name or address become tokens.

use futures::{TryFutureExt, join};

use super::captcha::{CaptchaAnswer, check_captcha};
use super::{ROUNDS, Tokens, TokensWanted};
use crate::account::{Account, AccountId};
use crate::app::App;
use crate::email_address;
use crate::error::{Error, Refusal, Result};
use crate::event::{self, Happened, LoginRefused};
use crate::limits::{Begun, Tried, Try};
use crate::network::Client;
use crate::password::{Password, Verdict};
use crate::store::Written;
use crate::store::accounts::Identifier;
use crate::store::sessions::Session;
use crate::token::refresh;
use crate::username;

/// What somebody says who they are, as typed.
pub enum Login {
    /// A username; addresses are nobody's username unless they are.
    Username(String),
    /// An address, primary or, if that is allowed, secondary.
    Email(String),
}

impl Login {
    fn identifier(&self) -> Identifier {
        match self {
            Self::Username(text) => Identifier::Username(username::comparison_form(text)),
            Self::Email(text) => Identifier::Email(email_address::comparison_form(text)),
        }
    }
}

/// A login that succeeded.
pub struct LoggedIn {
    /// The tokens.
    pub tokens: Tokens,
    /// Whether the account was archived until now.
    pub unarchived: bool,
}

/// Logs somebody in. Unknown name, wrong password, no password and deactivated look the same and
/// cost the same.
///
/// # Errors
/// The captcha's; `TooManyTries`; `InvalidCredentials`; `NotVerified`.
pub async fn log_in(
    app: &App,
    client: &Client,
    login: &Login,
    password: &Password,
    captcha: Option<&CaptchaAnswer>,
    wanted: TokensWanted,
) -> Result<LoggedIn> {
    if let Err(error) = check_captcha(app, captcha).await {
        if matches!(error, Error::Refused(_)) {
            event::login_refused(None, LoginRefused::Captcha);
        }
        return Err(error);
    }
    let identifier = login.identifier();
    let begun = Try::begin(app, Tried::Login(&identifier), client.network).await?;
    let Begun::Allowed(attempt, owner) = begun else {
        return refuse(None, LoginRefused::Limit, Refusal::TooManyTries);
    };
    // Where nobody has the name, an account that cannot exist is read, so that the work is the same.
    let id = owner.unwrap_or_else(AccountId::random);
    let account = match app.store.account(id).await {
        Ok(account) => account,
        Err(fault) => {
            attempt.abandoned(app).await;
            return Err(fault.into());
        }
    };
    let mut account = account.filter(|account| is_allowed(app, &identifier, account));
    for _ in 0..ROUNDS {
        let hash = account
            .as_ref()
            .and_then(|account| account.password_hash.as_ref());
        let verdict = app.hasher.verify(password, hash).await?;
        let Some(known) = account.filter(|it| it.profile.active && verdict != Verdict::Wrong)
        else {
            attempt.failed(app).await;
            return refuse(None, LoginRefused::Credentials, Refusal::InvalidCredentials);
        };
        if !known.profile.verified && !app.settings.accounts.allow_login_not_verified {
            attempt.succeeded(app).await;
            return refuse(
                Some(&known),
                LoginRefused::NotVerified,
                Refusal::NotVerified,
            );
        }
        let session = if wanted.has_refresh() {
            app.new_session(known.id(), known.epoch, client)
        } else {
            None
        };
        let (session, refresh) = session.unzip();
        let dated = (verdict == Verdict::RightButDated).then_some(password);
        match admit(app, &attempt, &known, dated, session.as_ref()).await? {
            Written::Done(admitted) => return tell(app, &known, admitted, refresh),
            Written::Unchanged(changed) => {
                account = changed.filter(|account| is_allowed(app, &identifier, account));
            }
        }
    }
    Err(anyhow::anyhow!("an account kept changing under a login").into())
}

/// Whether the account may be logged into by this name or address.
fn is_allowed(app: &App, identifier: &Identifier, account: &Account) -> bool {
    let by_secondary = app.settings.accounts.allow_login_with_secondary_email;
    match identifier {
        Identifier::Email(form) if !by_secondary => account.profile.email_form == *form,
        _ => identifier.names(account),
    }
}

/// Notes the login and stores the session. If the account has changed since it was judged nothing
/// of it stays. A dated hash of the password is replaced in the same write.
async fn admit(
    app: &App,
    attempt: &Try,
    known: &Account,
    dated: Option<&Password>,
    session: Option<&Session>,
) -> Result<Written<Account>> {
    let new_hash = match dated {
        Some(password) => Some(app.hasher.hash(password).await?),
        None => None,
    };
    let now = app.clock.now();
    let recording = app.store.record_login(known, now, new_hash.as_ref());
    let (written, ()) = join!(
        async {
            match session {
                Some(session) => after_its_session(app, session, recording).await,
                None => recording.await,
            }
        },
        attempt.succeeded(app),
    );
    Ok(written?)
}

/// Stores the session, and then notes its login: both stay, or the session does not. A login that fails
/// leaves no time of a login, and wakes no archived account.
async fn after_its_session(
    app: &App,
    session: &Session,
    recording: impl Future<Output = anyhow::Result<Written<Account>>>,
) -> anyhow::Result<Written<Account>> {
    let adding = app.store.add_session(session);
    let written = adding.and_then(|()| recording).await;
    if !matches!(written, Ok(Written::Done(_))) {
        app.forget_session(session).await;
    }
    written
}

fn tell(
    app: &App,
    before: &Account,
    account: Account,
    refresh: Option<refresh::Issued>,
) -> Result<LoggedIn> {
    let unarchived = before.profile.archived;
    if unarchived {
        event::happened(Happened::AccountUnarchived, account.id());
    }
    let access = app.access.issue(&account, app.clock.now(), None)?;
    event::token_issued(account.id(), &access.claims.jti);
    event::logged_in();
    Ok(LoggedIn {
        tokens: Tokens {
            account,
            access,
            refresh,
        },
        unarchived,
    })
}

fn refuse<T>(account: Option<&Account>, why: LoginRefused, refusal: Refusal) -> Result<T> {
    event::login_refused(account.map(Account::id), why);
    Err(refusal.alone())
}
