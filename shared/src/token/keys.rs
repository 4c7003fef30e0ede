//! Everything is derived from JWT_SECRET_KEY by HKDF, with a label per purpose.

use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::settings::{AccessTokens, Secret};

type Key = Zeroizing<[u8; 32]>;

/// The keys derived from one secret.
pub(super) struct KeySet {
    /// Which secret it was, for tokens to name it; tells nothing of it.
    pub(super) id: u8,
    /// Tags refresh tokens.
    pub(super) refresh: Key,
    /// Seals mailed tokens.
    pub(super) mailed: Key,
    /// Digests what counters and captchas are kept under.
    digest: Key,
}

impl KeySet {
    fn derive(secret: &Secret) -> Self {
        Self {
            id: labelled(secret, "key id")[0],
            refresh: labelled(secret, "refresh token"),
            mailed: labelled(secret, "mailed token"),
            digest: labelled(secret, "digest"),
        }
    }

    fn digest(&self, parts: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.digest.as_ref())
            .expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        HEXLOWER.encode(&mac.finalize().into_bytes()[..20])
    }
}

fn labelled(secret: &Secret, label: &str) -> Key {
    let mut key = Key::default();
    Hkdf::<Sha256>::new(None, secret.expose().as_bytes())
        .expand(format!("latchkey {label}").as_bytes(), key.as_mut())
        .expect("32 bytes are not too many for HKDF");
    key
}

/// The name under which access tokens refer to a secret, for `kid`.
pub(super) fn name_of_secret(secret: &Secret) -> String {
    HEXLOWER.encode(&labelled(secret, "kid")[..4])
}

/// The keys in force: one set makes, both prove.
pub struct Keys {
    current: KeySet,
    previous: Option<KeySet>,
}

impl Keys {
    /// Derives the keys.
    #[must_use]
    pub fn new(settings: &AccessTokens) -> Self {
        Self {
            current: KeySet::derive(&settings.secret),
            previous: settings.previous_secret.as_ref().map(KeySet::derive),
        }
    }

    /// The set that new tokens are made under.
    pub(super) fn current(&self) -> &KeySet {
        &self.current
    }

    /// The sets that a token naming this key may have been made under.
    pub(super) fn named(&self, id: u8) -> impl Iterator<Item = &KeySet> {
        self.proving().filter(move |set| set.id == id)
    }

    fn proving(&self) -> impl Iterator<Item = &KeySet> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// A keyed digest of several parts, in lower-case hex: the same parts give the same digest,
    /// and without the key nobody can tell which parts they were.
    #[must_use]
    pub fn digest(&self, parts: &[&str]) -> String {
        self.current.digest(parts)
    }

    /// Whether these parts have this digest, be it under the current key or the previous one.
    #[must_use]
    pub fn is_digest_of(&self, parts: &[&str], digest: &str) -> bool {
        self.proving().any(|set| set.digest(parts) == digest)
    }
}
