//! Refresh tokens: derived from what a session stores and a key, never stored themselves.
//!
//! Layout, in lower-case hex: key id (1 byte), account id (16), session id (16), counter (4),
//! issue time in unix seconds (8), HMAC-SHA-256 of all before it (32).

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Keys;
use super::keys::KeySet;
use crate::account::AccountId;
use crate::random;

const BODY_BYTES: usize = 1 + 16 + 16 + 4 + 8;
const TAG_BYTES: usize = 32;

/// Which session of an account: 128 random bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(random::bytes())
    }
}

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// What a refresh token says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RefreshToken {
    /// Whose session.
    pub account: AccountId,
    /// Which of their sessions.
    pub session: SessionId,
    /// The how-manieth token of the session, from 0.
    pub counter: u32,
    /// When it was issued, unix seconds.
    pub issued_at: i64,
}

impl RefreshToken {
    /// The token as the client gets it, under the current key.
    #[must_use]
    pub fn encode(&self, keys: &Keys) -> String {
        let set = keys.current();
        let mut bytes = self.body(set.id);
        bytes.extend(tag(set, &bytes).finalize().into_bytes());
        HEXLOWER.encode(&bytes)
    }

    /// Reads a token that this service has made; anything else is none.
    #[must_use]
    pub fn decode(text: &str, keys: &Keys) -> Option<Self> {
        if text.len() != 2 * (BODY_BYTES + TAG_BYTES) {
            return None;
        }
        let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
        let (body, presented) = bytes.split_at_checked(BODY_BYTES)?;
        let (key_id, rest) = body.split_first()?;
        keys.named(*key_id)
            .find(|set| tag(set, body).verify_slice(presented).is_ok())?;
        let (account, rest) = rest.split_first_chunk()?;
        let (session, rest) = rest.split_first_chunk()?;
        let (counter, rest) = rest.split_first_chunk()?;
        Some(Self {
            account: AccountId(*account),
            session: SessionId(*session),
            counter: u32::from_be_bytes(*counter),
            issued_at: i64::from_be_bytes(rest.try_into().ok()?),
        })
    }

    fn body(&self, key_id: u8) -> Vec<u8> {
        let mut bytes = vec![key_id];
        bytes.extend(self.account.0);
        bytes.extend(self.session.0);
        bytes.extend(self.counter.to_be_bytes());
        bytes.extend(self.issued_at.to_be_bytes());
        bytes
    }
}

fn tag(set: &KeySet, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(set.refresh.as_ref())
        .expect("HMAC takes keys of any length");
    mac.update(body);
    mac
}
