//! Refresh: a refresh token becomes a new access token and, as a rule, the next refresh token.

use futures::try_join;
use jiff::Timestamp;

use super::TokensWanted;
use super::verify_token::verify_token;
use crate::account::Account;
use crate::app::App;
use crate::error::{Refusal, Result};
use crate::event::{self, Ended};
use crate::store::Written;
use crate::store::sessions::{Earlier, Session, Standing};
use crate::token::access;
use crate::token::refresh::{Issued, RefreshToken};

/// What the client wants to happen to the token it presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// As the settings say, if the next token is wanted.
    Usual(TokensWanted),
    /// It stays.
    Keep,
    /// It is revoked and replaced, without grace.
    Revoke,
}

/// A refresh that succeeded.
pub struct Refreshed {
    /// The new access token.
    pub access: access::Issued,
    /// The refresh token that the client now holds; none in single-token mode.
    pub refresh: Option<Issued>,
    /// When that stops working, unix seconds; in single-token mode, when refreshing does.
    pub refresh_expires_at: i64,
}

/// Of how many tokens a session notes that they are revoked though older ones are not. Beyond that
/// the older ones go too.
const MOST_REVOKED_ALONE: usize = 100;

/// Exchanges a refresh token. One conditional write decides, beside one read of the account.
///
/// # Errors
/// `InvalidToken` when token or account is gone; `SessionOver` when the session has ended, or the
/// token is superseded or expired.
pub async fn refresh(app: &App, token: &str, rotation: Rotation) -> Result<Refreshed> {
    let presented = RefreshToken::decode(token, &app.keys);
    let presented = presented.ok_or_else(|| Refusal::InvalidToken.alone())?;
    let (earlier, now) = (earlier(app, rotation), app.clock.now());
    let (written, account) = try_join!(
        move_on(app, &presented, earlier, now),
        app.store.account(presented.account)
    )?;
    let (session, is_ours) = match written {
        Written::Done(session) => (session, true),
        Written::Unchanged(Some(session)) => (session, false),
        Written::Unchanged(None) => return Err(Refusal::InvalidToken.alone()),
    };
    let account = account.filter(Account::is_awake);
    let account = account.ok_or_else(|| Refusal::InvalidToken.alone())?;
    if session.epoch != account.epoch {
        return Err(Refusal::SessionOver.alone());
    }
    if !is_ours {
        let refreshed = without_rotation(app, &presented, &session, &account, now).await?;
        return Ok(match rotation {
            // The client holds on to what it has presented.
            Rotation::Usual(wanted) if !wanted.has_refresh() => Refreshed {
                refresh_expires_at: end_of_grace(app, &session),
                ..refreshed
            },
            _ => refreshed,
        });
    }
    if earlier.is_none() {
        return answer(app, &account, presented, now);
    }
    if earlier != Some(Earlier::Kept) {
        event::refresh_token_rotated(account.id(), &session.session_id);
    }
    answer(app, &account, current(&presented, &session), now)
}

/// Which tokens stand for their session.
pub(super) fn standing(app: &App) -> Standing {
    if app.settings.sessions.rotation {
        Standing::Current
    } else {
        Standing::Unrevoked
    }
}

/// What becomes of the presented token; none if it is only used.
fn earlier(app: &App, rotation: Rotation) -> Option<Earlier> {
    match rotation {
        Rotation::Keep => None,
        Rotation::Usual(wanted) if !wanted.has_refresh() => None,
        Rotation::Usual(_) if app.settings.sessions.rotation => Some(Earlier::Superseded),
        Rotation::Usual(_) => Some(Earlier::Kept),
        Rotation::Revoke if app.settings.sessions.rotation => Some(Earlier::Revoked),
        Rotation::Revoke => Some(Earlier::RevokedAsOldest),
    }
}

async fn move_on(
    app: &App,
    presented: &RefreshToken,
    earlier: Option<Earlier>,
    now: Timestamp,
) -> anyhow::Result<Written<Session>> {
    let lifetime = app.refresh_lifetime();
    // Without rotation a session has tokens of several ages. One that is too old by itself can at
    // most be the current one, whose age the session knows.
    let standing = if is_too_old(app, presented.issued_at, now) {
        Standing::Current
    } else {
        standing(app)
    };
    let store = &app.store;
    let Some(earlier) = earlier else {
        return store.touch(presented, standing, now, lifetime).await;
    };
    let written = store
        .rotate(presented, standing, earlier, now, lifetime)
        .await?;
    match &written {
        // Older ones are good still, and remain so.
        Written::Unchanged(Some(session))
            if earlier == Earlier::RevokedAsOldest
                && standing == Standing::Unrevoked
                && session.ended_at.is_none()
                && !session.has_revoked(presented.counter) =>
        {
            let alone = if session.revoked.len() < MOST_REVOKED_ALONE {
                Earlier::RevokedAlone
            } else {
                Earlier::Revoked
            };
            store
                .rotate(presented, standing, alone, now, lifetime)
                .await
        }
        _ => Ok(written),
    }
}

/// Whether a refresh token of this time of issue, in unix seconds, has expired.
fn is_too_old(app: &App, issued_at: i64, now: Timestamp) -> bool {
    issued_at <= now.as_second() - app.refresh_lifetime()
}

/// The presented token was not good for the write. The session as it is decides what it is worth.
async fn without_rotation(
    app: &App,
    presented: &RefreshToken,
    session: &Session,
    account: &Account,
    now: Timestamp,
) -> Result<Refreshed> {
    match judge(app, presented, session, now) {
        Judged::Grace if !is_too_old(app, session.issued_at, now) => {
            answer(app, account, current(presented, session), now)
        }
        Judged::Grace | Judged::Over => Err(Refusal::SessionOver.alone()),
        Judged::Reused => {
            end_reused(app, presented).await?;
            Err(Refusal::SessionOver.alone())
        }
    }
}

/// What a token is worth that does not stand for its session by itself.
pub(super) enum Judged {
    /// It was superseded a moment ago, and is served with what replaced it.
    Grace,
    /// It, or its session, is over; nothing more.
    Over,
    /// It was superseded long ago: somebody has kept a copy.
    Reused,
}

pub(super) fn judge(
    app: &App,
    presented: &RefreshToken,
    session: &Session,
    now: Timestamp,
) -> Judged {
    let (is_replaced, oldest_good) = match standing(app) {
        Standing::Current => (presented.counter < session.counter, session.counter),
        Standing::Unrevoked => (session.has_revoked(presented.counter), session.oldest),
    };
    // A counter ahead of the session's can only come from a table that was turned back.
    if session.ended_at.is_some() || !is_replaced {
        return Judged::Over;
    }
    let window = i64::try_from(app.settings.sessions.grace.as_micros()).unwrap_or(i64::MAX);
    let age = now.as_microsecond() - session.rotated_at;
    let is_last = presented.counter.saturating_add(1) >= oldest_good;
    match (is_last && window > 0 && age <= window, session.grace) {
        (true, true) => Judged::Grace,
        (true, false) => Judged::Over,
        (false, _) => Judged::Reused,
    }
}

/// When a token that was superseded stops working, unix seconds.
fn end_of_grace(app: &App, session: &Session) -> i64 {
    let grace = app.settings.sessions.grace.as_secs().cast_signed();
    (session.rotated_at.div_euclid(1_000_000)).saturating_add(grace)
}

/// Ends the session of a token that turned up again.
pub(super) async fn end_reused(app: &App, presented: &RefreshToken) -> Result<()> {
    let ended = app.store.end_session(presented, app.clock.now()).await?;
    if let Written::Done(session) = ended {
        event::session_ended(presented.account, &session.session_id, Ended::Reused);
    }
    Ok(())
}

/// The current token of a session: derived, since no token is stored.
fn current(presented: &RefreshToken, session: &Session) -> RefreshToken {
    RefreshToken {
        counter: session.counter,
        issued_at: session.issued_at,
        ..*presented
    }
}

fn answer(app: &App, account: &Account, held: RefreshToken, now: Timestamp) -> Result<Refreshed> {
    let access = app.access.issue(account, now, None)?;
    event::token_refreshed(account.id(), &access.claims.jti);
    let refresh = app.issue_refresh_token(&held);
    Ok(Refreshed {
        access,
        refresh_expires_at: refresh.expires_at,
        refresh: Some(refresh),
    })
}

/// Exchanges an access token, in single-token mode: it keeps its `origIat`.
///
/// # Errors
/// `InvalidToken`, `ExpiredToken`.
pub async fn refresh_access_token(app: &App, token: &str) -> Result<Refreshed> {
    let now = app.clock.now();
    let (claims, account) = verify_token(app, token).await?;
    let refresh_expires_at = claims.orig_iat.saturating_add(app.refresh_lifetime());
    if now.as_second() > refresh_expires_at {
        return Err(Refusal::InvalidToken.alone());
    }
    let access = app.access.issue(&account, now, Some(claims.orig_iat))?;
    event::token_refreshed(account.id(), &access.claims.jti);
    Ok(Refreshed {
        access,
        refresh: None,
        refresh_expires_at,
    })
}
