//! An account: what is known of a person.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::clock::{as_iso, as_iso_if_any};
use crate::email_address::EmailAddress;
use crate::password::PasswordHash;
use crate::random;
use crate::username::Username;

/// Who an account belongs to, for ever: 128 random bits that tell nothing and are never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub(crate) [u8; 16]);

impl AccountId {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(random::bytes())
    }

    /// A number that spreads accounts evenly over `shards` shards.
    #[must_use]
    pub fn shard(self, shards: u8) -> u8 {
        self.0[15] % shards
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

/// Not an account id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id")
    }
}

impl std::error::Error for NotAnId {}

impl FromStr for AccountId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| NotAnId)?;
        bytes.try_into().map(Self).map_err(|_| NotAnId)
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// What the `users` list shows of an account. Its field names are the attributes of the table.
#[derive(Clone, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub struct Profile {
    /// The immutable id.
    pub id: AccountId,
    /// The username, trimmed and NFKC-normalised.
    pub username: String,
    /// Its comparison form.
    pub username_form: String,
    /// The primary address in its stored spelling.
    pub email: String,
    /// Its comparison form.
    pub email_form: String,
    /// The secondary address in its stored spelling; only ever a verified one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary_email: Option<String>,
    /// Its comparison form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary_email_form: Option<String>,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// The owner has proved control of the primary address.
    pub verified: bool,
    /// Put to rest by the owner until the next login.
    pub archived: bool,
    /// False once deactivated: such an account can do nothing.
    pub active: bool,
    /// May use staff-only queries.
    pub staff: bool,
    /// Set by operators, shown in one dialect, used by nothing here.
    pub superuser: bool,
    /// When the account was made.
    #[serde(with = "as_iso")]
    pub date_joined: Timestamp,
    /// The last successful `tokenAuth`.
    #[serde(
        default,
        with = "as_iso_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_login: Option<Timestamp>,
}

/// A whole account, as only flows see it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// What may be shown.
    #[serde(flatten)]
    pub profile: Profile,
    /// The password; none for accounts made without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<PasswordHash>,
    /// The session epoch: raising it makes all earlier tokens and sessions worthless.
    pub epoch: u64,
    /// One more at every change of password or address.
    pub credentials_version: u64,
    /// What the one good password reset link carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_nonce: Option<String>,
}

impl Account {
    /// A fresh account: active, unverified, nobody special.
    #[must_use]
    pub fn new(username: &Username, email: &EmailAddress, now: Timestamp) -> Self {
        let profile = Profile {
            id: AccountId::random(),
            username: username.stored().to_owned(),
            username_form: username.form().to_owned(),
            email: email.stored().to_owned(),
            email_form: email.form().to_owned(),
            secondary_email: None,
            secondary_email_form: None,
            first_name: String::new(),
            last_name: String::new(),
            verified: false,
            archived: false,
            active: true,
            staff: false,
            superuser: false,
            date_joined: now,
            last_login: None,
        };
        Self {
            profile,
            password_hash: None,
            epoch: 0,
            credentials_version: 0,
            reset_nonce: None,
        }
    }

    /// The immutable id.
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.profile.id
    }

    /// Whether this comparison form is its primary or its secondary address.
    #[must_use]
    pub fn has_email(&self, form: &str) -> bool {
        self.profile.email_form == form
            || self.profile.secondary_email_form.as_deref() == Some(form)
    }

    /// Whether tokens of this account may be good at all.
    #[must_use]
    pub fn is_awake(&self) -> bool {
        self.profile.active && !self.profile.archived
    }
}
