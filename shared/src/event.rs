//! What happened to an account, one structured log line each, written after the change is stored.
//! Never with an address, a username, a password or a token.

use std::time::Duration;

use crate::account::AccountId;
use crate::error::without_addresses;

/// Why a session ended by itself.
#[derive(Debug, Clone, Copy)]
pub enum Ended {
    /// By `revokeToken`.
    Revoked,
    /// A superseded token turned up.
    Reused,
    /// All sessions of the account ended at once.
    All,
}

impl Ended {
    fn name(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Reused => "reuse",
            Self::All => "all",
        }
    }
}

/// Why a login was refused.
#[derive(Debug, Clone, Copy)]
pub enum LoginRefused {
    /// Unknown, wrong, deactivated.
    Credentials,
    /// Not verified.
    NotVerified,
    /// The captcha.
    Captcha,
    /// A limit.
    Limit,
}

impl LoginRefused {
    fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::NotVerified => "not_verified",
            Self::Captcha => "captcha",
            Self::Limit => "limit",
        }
    }
}

/// Something that happened to one account, with nothing more to say.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "each is named after what happened")]
pub enum Happened {
    UserRegistered,
    UserVerified,
    PasswordChanged,
    PasswordReset,
    PasswordSet,
    AccountArchived,
    AccountUnarchived,
    AccountDeactivated,
    AccountRemoved,
    SecondaryEmailAdded,
    SecondaryEmailRemoved,
    EmailsSwapped,
}

impl Happened {
    fn name(self) -> &'static str {
        match self {
            Self::UserRegistered => "user_registered",
            Self::UserVerified => "user_verified",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::PasswordSet => "password_set",
            Self::AccountArchived => "account_archived",
            Self::AccountUnarchived => "account_unarchived",
            Self::AccountDeactivated => "account_deactivated",
            Self::AccountRemoved => "account_removed",
            Self::SecondaryEmailAdded => "secondary_email_added",
            Self::SecondaryEmailRemoved => "secondary_email_removed",
            Self::EmailsSwapped => "emails_swapped",
        }
    }
}

/// Notes something that happened to an account.
pub fn happened(what: Happened, user: AccountId) {
    tracing::info!(event = what.name(), user_id = %user, "account event");
}

/// Notes that all sessions of an account have ended.
pub fn all_sessions_ended(user: AccountId) {
    let reason = Ended::All.name();
    tracing::info!(event = "refresh_token_revoked", user_id = %user, reason, "session event");
}

/// Notes that one session has ended.
pub fn session_ended(user: AccountId, session: &str, why: Ended) {
    let reason = why.name();
    tracing::info!(event = "refresh_token_revoked", user_id = %user, session_id = session, reason, "session event");
}

/// Notes that a refresh token was replaced by the next.
pub fn refresh_token_rotated(user: AccountId, session: &str) {
    tracing::info!(event = "refresh_token_rotated", user_id = %user, session_id = session, "session event");
}

/// Notes that an access token was issued at a login, a registration or a password change.
pub fn token_issued(user: AccountId, token: &str) {
    tracing::info!(event = "token_issued", user_id = %user, token_id = token, "token event");
}

/// Notes that an access token was issued for a refresh.
pub fn token_refreshed(user: AccountId, token: &str) {
    tracing::info!(event = "token_refreshed", user_id = %user, token_id = token, "token event");
}

/// Notes that a login was refused; the account only if its password was right.
pub fn login_refused(user: Option<AccountId>, why: LoginRefused) {
    let reason = why.name();
    let user_id = user.map(tracing::field::display);
    tracing::info!(event = "login_refused", user_id, reason, "login event");
}

/// Notes that a limit has refused something.
pub fn limit_reached(setting: &'static str) {
    tracing::info!(event = "limit_reached", limit = setting, "limit event");
}

/// The target of what is measured and is no event: nothing that the log is to show.
pub const MEASURED: &str = "measured";

/// Notes that somebody has logged in, for the measurements; the event is that a token is issued.
pub fn logged_in() {
    tracing::info!(target: MEASURED, measured = "login", "measured");
}

/// Notes the code of an error that a client is told.
pub fn refused(code: &str) {
    tracing::info!(target: MEASURED, measured = "refusal", code, "measured");
}

/// Notes that the provider has accepted a letter of a kind.
pub fn mail_sent(kind: &'static str) {
    tracing::info!(target: MEASURED, measured = "mail_sent", kind, "measured");
}

/// Logs in full, but for addresses, why it has not.
pub fn mail_failed(what: &str, kind: &'static str, fault: &anyhow::Error) {
    let fault = without_addresses(&format!("{fault:#}"));
    tracing::error!(measured = "mail_failed", kind, fault, "{what} failed");
}

/// Notes how long the hash of a password has taken, without waiting for its turn.
pub fn password_hashed(took: Duration) {
    let milliseconds = took.as_secs_f64() * 1000.0;
    tracing::info!(target: MEASURED, measured = "hash", milliseconds, "measured");
}
