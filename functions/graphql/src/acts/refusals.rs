//! What acts refuse with, in groups that several of them share. The pages of `docs/` about the
//! dialects show it, and every answer is held against it while tests run.

use shared::error::{Field, Refusal, Resembled};

/// Some of what an act may refuse with: where it is told, and what.
pub type Group = &'static [(Field, Refusal)];

/// A length is told with its numbers; here with a limit, and one more than that.
const fn too_long(limit: usize) -> Refusal {
    Refusal::MaxLength {
        limit,
        length: limit + 1,
    }
}

/// Somebody is logged in, and verified.
pub(super) const GUARDS: Group = &[
    (Field::NonField, Refusal::Unauthenticated),
    (Field::NonField, Refusal::NotVerified),
];

/// The password confirms the act.
pub(super) const CONFIRMATION: Group = &[
    (Field::NonField, Refusal::TooManyTries),
    (Field::Password, Refusal::InvalidPassword),
];

/// There is a secondary address.
pub(super) const SECONDARY_EMAIL: Group = &[(Field::NonField, Refusal::SecondaryEmailRequired)];

/// The form of an address.
pub(super) const EMAIL: Group = &[
    (Field::Email, Refusal::Required),
    (Field::Email, Refusal::InvalidEmail),
    (Field::Email, too_long(254)),
    (Field::Email, Refusal::NullCharacters),
];

/// A mail may be asked for, and goes out.
pub(super) const MAIL: Group = &[
    (Field::NonField, Refusal::TooManyTries),
    (Field::NonField, Refusal::EmailFail),
];

/// The form of a username, which belongs to nobody yet.
pub(super) const USERNAME: Group = &[
    (Field::Username, Refusal::Required),
    (Field::Username, too_long(150)),
    (Field::Username, Refusal::NullCharacters),
    (Field::Username, Refusal::InvalidUsername),
    (Field::Username, Refusal::UsernameTaken),
];

/// The form of first and last name.
pub(super) const NAMES: Group = &[
    (Field::FirstName, too_long(150)),
    (Field::FirstName, Refusal::NullCharacters),
    (Field::LastName, too_long(150)),
    (Field::LastName, Refusal::NullCharacters),
];

/// Names that must be given.
pub(super) const NAMES_REQUIRED: Group = &[
    (Field::FirstName, Refusal::Required),
    (Field::LastName, Refusal::Required),
];

/// The password of a registration, twice.
pub(super) const PASSWORDS: Group = &[
    (Field::Password1, Refusal::Required),
    (Field::Password1, Refusal::NullCharacters),
    (Field::Password2, Refusal::Required),
    (Field::Password2, Refusal::NullCharacters),
    (Field::Password2, Refusal::PasswordMismatch),
    (
        Field::Password2,
        Refusal::PasswordTooSimilar(Resembled::Username),
    ),
    (Field::Password2, Refusal::PasswordTooShort),
    (Field::Password2, Refusal::PasswordTooCommon),
    (Field::Password2, Refusal::PasswordEntirelyNumeric),
];

/// A new password for an account that exists, twice.
pub(super) const NEW_PASSWORDS: Group = &[
    (Field::NewPassword1, Refusal::Required),
    (Field::NewPassword1, Refusal::NullCharacters),
    (Field::NewPassword2, Refusal::Required),
    (Field::NewPassword2, Refusal::NullCharacters),
    (Field::NewPassword2, Refusal::PasswordMismatch),
    (
        Field::NewPassword2,
        Refusal::PasswordTooSimilar(Resembled::Username),
    ),
    (Field::NewPassword2, Refusal::PasswordTooShort),
    (Field::NewPassword2, Refusal::PasswordTooCommon),
    (Field::NewPassword2, Refusal::PasswordEntirelyNumeric),
];

/// A token that proves something, and is not too old.
pub(super) const TOKEN: Group = &[
    (Field::NonField, Refusal::InvalidToken),
    (Field::NonField, Refusal::ExpiredToken),
];

/// A refresh token, and a session that lasts.
pub(super) const SESSION: Group = &[
    (Field::NonField, Refusal::InvalidToken),
    (Field::NonField, Refusal::SessionOver),
];

/// The captcha, where one is due.
pub(super) const CAPTCHA: Group = &[
    (Field::Captcha, Refusal::ExpiredCaptcha),
    (Field::Captcha, Refusal::MaxRetriesExceeded),
    (Field::Captcha, Refusal::InvalidCaptcha),
];
