//! Mailed tokens: the secret in a link, sealed so that a link in a log shows nothing, and bound to
//! the state that using it changes, so that it can be used once.
//!
//! Layout, in URL-safe base64 without padding: key id (1 byte), nonce (24), then sealed with
//! XChaCha20-Poly1305: action (1), account id (16), issue time in unix microseconds (8), state.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;

use super::Keys;
use super::keys::KeySet;
use crate::account::AccountId;
use crate::clock::later;
use crate::error::Refusal;
use crate::random;
use crate::settings::MailedTokens;

/// What a link is good for, with the state that it acts on.
#[derive(Clone, PartialEq, Eq)]
pub enum Action {
    /// Verify the account.
    Activation {
        /// Comparison form of the address that the mail went to.
        email_form: String,
    },
    /// Choose a new password.
    PasswordReset {
        /// Equal to the account's reset nonce as long as the link is good.
        nonce: String,
    },
    /// Choose a first password.
    PasswordSet,
    /// Attach a secondary address.
    SecondaryActivation {
        /// The address in its stored spelling.
        email: String,
        /// The account's credentials version when the mail went out.
        credentials_version: u64,
    },
}

/// A mailed token, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct MailedToken {
    /// Whose it is.
    pub account: AccountId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// What it is good for.
    pub action: Action,
}

impl MailedToken {
    /// The token as it stands in a link, under the current key.
    #[must_use]
    pub fn seal(&self, keys: &Keys) -> String {
        let set = keys.current();
        let nonce: [u8; 24] = random::bytes();
        let payload = Payload {
            msg: &self.to_bytes(),
            aad: &[set.id],
        };
        let sealed = cipher(set)
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a message of a few hundred bytes can be sealed");
        BASE64URL_NOPAD.encode(&[&[set.id], nonce.as_slice(), &sealed].concat())
    }

    /// Opens a token that this service has made and that is not too old.
    ///
    /// # Errors
    /// `InvalidToken` for anything else, `ExpiredToken` when it is older than its action allows.
    pub fn open(
        text: &str,
        keys: &Keys,
        lifetimes: &MailedTokens,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let token = Self::unseal(text, keys).ok_or(Refusal::InvalidToken)?;
        let lifetime = match token.action {
            Action::Activation { .. } => lifetimes.activation,
            Action::PasswordReset { .. } => lifetimes.password_reset,
            Action::PasswordSet => lifetimes.password_set,
            Action::SecondaryActivation { .. } => lifetimes.secondary_activation,
        };
        if now > later(token.issued_at, lifetime) {
            return Err(Refusal::ExpiredToken);
        }
        Ok(token)
    }

    fn unseal(text: &str, keys: &Keys) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (key_id, rest) = bytes.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<24>()?;
        let payload = || Payload {
            msg: sealed,
            aad: std::slice::from_ref(key_id),
        };
        let nonce = XNonce::from(*nonce);
        let opened = keys
            .named(*key_id)
            .find_map(|set| cipher(set).decrypt(&nonce, payload()).ok())?;
        Self::from_bytes(&opened)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![match self.action {
            Action::Activation { .. } => 1,
            Action::PasswordReset { .. } => 2,
            Action::PasswordSet => 3,
            Action::SecondaryActivation { .. } => 4,
        }];
        bytes.extend(self.account.0);
        bytes.extend(self.issued_at.as_microsecond().to_be_bytes());
        match &self.action {
            Action::Activation { email_form } => bytes.extend(email_form.as_bytes()),
            Action::PasswordReset { nonce } => bytes.extend(nonce.as_bytes()),
            Action::PasswordSet => {}
            Action::SecondaryActivation {
                email,
                credentials_version,
            } => {
                bytes.extend(credentials_version.to_be_bytes());
                bytes.extend(email.as_bytes());
            }
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (account, rest) = rest.split_first_chunk()?;
        let (issued_at, state) = rest.split_first_chunk()?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let action = match kind {
            1 => Action::Activation {
                email_form: text(state)?,
            },
            2 => Action::PasswordReset {
                nonce: text(state)?,
            },
            3 => Action::PasswordSet,
            4 => {
                let (version, email) = state.split_first_chunk()?;
                Action::SecondaryActivation {
                    email: text(email)?,
                    credentials_version: u64::from_be_bytes(*version),
                }
            }
            _ => return None,
        };
        Some(Self {
            account: AccountId(*account),
            issued_at: Timestamp::from_microsecond(i64::from_be_bytes(*issued_at)).ok()?,
            action,
        })
    }
}

fn cipher(set: &KeySet) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*set.mailed).into())
}
