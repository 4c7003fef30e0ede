//! Log out: end the session that a refresh token belongs to.

use futures::join;
use jiff::Timestamp;

use super::refresh::{Judged, judge, standing};
use crate::app::App;
use crate::error::{Refusal, Result};
use crate::event::{self, Ended};
use crate::store::Written;
use crate::store::sessions::Session;
use crate::token::refresh::{Issued, RefreshToken};

/// A session that has ended.
pub struct LoggedOut {
    /// When, unix seconds.
    pub revoked_at: i64,
    /// The token that was presented.
    pub presented: Issued,
}

/// Ends a session. Possession of the token is the only credential.
///
/// # Errors
/// `InvalidToken`; for a session that has ended already, `SessionOver`.
pub async fn log_out(app: &App, token: &str) -> Result<LoggedOut> {
    let presented = RefreshToken::decode(token, &app.keys);
    let presented = presented.ok_or_else(|| Refusal::InvalidToken.alone())?;
    let now = app.clock.now();
    let (revoked, account) = join!(
        app.store.revoke(&presented, standing(app), now),
        app.store.account(presented.account),
    );
    if let (Ok(Written::Done(session)), Err(_)) = (&revoked, &account) {
        // It has ended all the same, and nobody will be able to end it again.
        tell(&presented, session);
    }
    let epoch = account?.map(|account| account.epoch);
    let session = match revoked? {
        Written::Done(session) => session,
        Written::Unchanged(None) => return Err(Refusal::InvalidToken.alone()),
        Written::Unchanged(Some(session)) => {
            superseded(app, &presented, session, epoch, now).await?
        }
    };
    if epoch != Some(session.epoch) {
        return Err(Refusal::SessionOver.alone());
    }
    tell(&presented, &session);
    Ok(LoggedOut {
        revoked_at: now.as_second(),
        presented: Issued {
            token: token.to_owned(),
            ..app.issue_refresh_token(&presented)
        },
    })
}

fn tell(presented: &RefreshToken, session: &Session) {
    event::session_ended(presented.account, &session.session_id, Ended::Revoked);
}

/// Within the grace window the token before the current one still stands for its session.
async fn superseded(
    app: &App,
    presented: &RefreshToken,
    session: Session,
    epoch: Option<u64>,
    now: Timestamp,
) -> Result<Session> {
    let over = || Refusal::SessionOver.alone();
    if epoch != Some(session.epoch) {
        return Err(over());
    }
    match judge(app, presented, &session, now) {
        Judged::Over => Err(over()),
        Judged::Reused => {
            super::refresh::end_reused(app, presented).await?;
            Err(over())
        }
        Judged::Grace => match app.store.end_session(presented, app.clock.now()).await? {
            Written::Done(session) => Ok(session),
            Written::Unchanged(_) => Err(over()),
        },
    }
}
