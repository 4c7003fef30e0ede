//! What a person can do: one file per act. A flow parses, looks up, decides, writes and tells; it
//! refuses with [`crate::error::Error`] and knows no dialect.

pub mod archive_account;
pub mod captcha;
pub mod change_password;
pub mod delete_account;
pub mod find_users;
pub mod guards;
pub mod log_in;
pub mod log_out;
pub mod refresh;
pub mod register;
pub mod resend_activation;
pub mod reset_password;
pub mod secondary_email;
pub mod set_password;
pub mod update_account;
pub mod verify_account;
pub mod verify_token;

use crate::account::{Account, AccountId};
use crate::network::Client;
use crate::token::{access, refresh as refresh_token};

/// How often an act is tried on an account that keeps changing. Each time somebody else has got
/// through, so that of fifty at once every one does.
const ROUNDS: usize = 64;

/// As whom a request acts: an account, as long as its session epoch is this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// Its session epoch when the identity was proved.
    pub epoch: u64,
}

impl Identity {
    /// The identity of an account as it is now.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        Self {
            account: account.id(),
            epoch: account.epoch,
        }
    }
}

/// Who is asking.
#[derive(Clone)]
pub struct Caller {
    /// As whom, if as anybody.
    pub identity: Option<Identity>,
    /// From where, and with what.
    pub client: Client,
}

/// Which tokens the client wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokensWanted {
    /// None at all: its result has none.
    None,
    /// An access token.
    Access,
    /// A refresh token too, which costs a session.
    AccessAndRefresh,
}

impl TokensWanted {
    /// Whether a session is worth storing.
    #[must_use]
    pub fn has_refresh(self) -> bool {
        self == Self::AccessAndRefresh
    }
}

/// What a person gets who has proved who they are.
#[derive(Clone)]
pub struct Tokens {
    /// The account as it is now.
    pub account: Account,
    /// An access token.
    pub access: access::Issued,
    /// A refresh token, if it was wanted.
    pub refresh: Option<refresh_token::Issued>,
}
