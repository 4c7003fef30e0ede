//! The reasons to refuse: what clients are told, code by code.

use std::borrow::Cow;

use super::{Error, Refusals};

/// Which part of a form an error belongs to. [`Field::key`] is its name in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The e-mail address.
    Email,
    /// The username.
    Username,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The password that confirms an act.
    Password,
    /// The first password field of a registration.
    Password1,
    /// The second password field of a registration.
    Password2,
    /// The password in force, when it is to be changed.
    OldPassword,
    /// The first field of a new password.
    NewPassword1,
    /// The second field of a new password.
    NewPassword2,
    /// The captcha.
    Captcha,
    /// Errors that belong to no argument.
    NonField,
}

impl Field {
    /// The key in the `errors` object of an answer.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::Password => "password",
            Self::Password1 => "password1",
            Self::Password2 => "password2",
            Self::OldPassword => "oldPassword",
            Self::NewPassword1 => "newPassword1",
            Self::NewPassword2 => "newPassword2",
            Self::Captcha => "captcha",
            Self::NonField => "nonFieldErrors",
        }
    }
}

/// What a password resembles too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resembled {
    /// The username.
    Username,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The primary e-mail address.
    Email,
}

impl Resembled {
    fn name(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Email => "email address",
        }
    }
}

/// One reason to refuse. A new one is one variant, one code, one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A required field is empty.
    Required,
    /// Not the syntax of an e-mail address.
    InvalidEmail,
    /// A character that usernames do not have.
    InvalidUsername,
    /// Too long; both numbers count Unicode code points.
    MaxLength {
        /// The most that is allowed.
        limit: usize,
        /// What was given.
        length: usize,
    },
    /// A NUL character.
    NullCharacters,
    /// The username belongs to somebody.
    UsernameTaken,
    /// The address belongs to somebody, as primary or secondary.
    EmailTaken,
    /// The two password fields differ.
    PasswordMismatch,
    /// The password is made of the person's own data.
    PasswordTooSimilar(Resembled),
    /// Fewer than eight code points.
    PasswordTooShort,
    /// On the list of common passwords.
    PasswordTooCommon,
    /// Nothing but digits.
    PasswordEntirelyNumeric,
    /// The confirming password is wrong.
    InvalidPassword,
    /// Nobody is logged in.
    Unauthenticated,
    /// The account is not verified.
    NotVerified,
    /// No reset for an unverified account; an activation mail went out instead.
    ActivationSentInstead,
    /// The account was verified before.
    AlreadyVerified,
    /// A token that proves nothing.
    InvalidToken,
    /// A token that is too old.
    ExpiredToken,
    /// A refresh token whose session has ended, that was replaced, or that has expired.
    SessionOver,
    /// Unknown user, wrong password, no password, or deactivated: one answer for all.
    InvalidCredentials,
    /// The provider did not take the mail.
    EmailFail,
    /// The act needs a secondary address.
    SecondaryEmailRequired,
    /// The account has a password already.
    PasswordAlreadySet,
    /// The captcha was answered wrongly.
    InvalidCaptcha,
    /// No such captcha, or too old.
    ExpiredCaptcha,
    /// The captcha was answered wrongly too often.
    MaxRetriesExceeded,
    /// A limit is reached.
    TooManyTries,
}

impl Refusal {
    /// The stable code for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::InvalidEmail | Self::InvalidUsername => "invalid",
            Self::MaxLength { .. } => "max_length",
            Self::NullCharacters => "null_characters_not_allowed",
            Self::UsernameTaken | Self::EmailTaken => "unique",
            Self::PasswordMismatch => "password_mismatch",
            Self::PasswordTooSimilar(_) => "password_too_similar",
            Self::PasswordTooShort => "password_too_short",
            Self::PasswordTooCommon => "password_too_common",
            Self::PasswordEntirelyNumeric => "password_entirely_numeric",
            Self::InvalidPassword => "invalid_password",
            Self::Unauthenticated => "unauthenticated",
            Self::NotVerified | Self::ActivationSentInstead => "not_verified",
            Self::AlreadyVerified => "already_verified",
            Self::InvalidToken | Self::SessionOver => "invalid_token",
            Self::ExpiredToken => "expired_token",
            Self::InvalidCredentials => "invalid_credentials",
            Self::EmailFail => "email_fail",
            Self::SecondaryEmailRequired => "secondary_email_required",
            Self::PasswordAlreadySet => "password_already_set",
            Self::InvalidCaptcha => "invalid_captcha",
            Self::ExpiredCaptcha => "expired_captcha",
            Self::MaxRetriesExceeded => "max_retries_exceeded",
            Self::TooManyTries => "too_many_tries",
        }
    }

    /// The sentence for people.
    #[must_use]
    pub fn message(self) -> Cow<'static, str> {
        let text = match self {
            Self::Required => "This field is required.",
            Self::InvalidEmail => "Enter a valid email address.",
            Self::InvalidUsername => {
                "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
            }
            Self::MaxLength { limit, length } => {
                return format!(
                    "Ensure this value has at most {limit} characters (it has {length})."
                )
                .into();
            }
            Self::NullCharacters => "Null characters are not allowed.",
            Self::UsernameTaken => "A user with that username already exists.",
            Self::EmailTaken => "A user with that email already exists.",
            Self::PasswordMismatch => "The two password fields didn\u{2019}t match.",
            Self::PasswordTooSimilar(to) => {
                return format!("The password is too similar to the {}.", to.name()).into();
            }
            Self::PasswordTooShort => {
                "This password is too short. It must contain at least 8 characters."
            }
            Self::PasswordTooCommon => "This password is too common.",
            Self::PasswordEntirelyNumeric => "This password is entirely numeric.",
            Self::InvalidPassword => "Invalid password.",
            Self::Unauthenticated => "Unauthenticated.",
            Self::NotVerified => "Please verify your account.",
            Self::ActivationSentInstead => {
                "Verify your account. A new verification email was sent."
            }
            Self::AlreadyVerified => "Account already verified.",
            Self::InvalidToken | Self::SessionOver => "Invalid token.",
            Self::ExpiredToken => "Expired token.",
            Self::InvalidCredentials => "Please, enter valid credentials.",
            Self::EmailFail => "Failed to send email.",
            Self::SecondaryEmailRequired => "You need to setup a secondary email to proceed.",
            Self::PasswordAlreadySet => "Password already set for account.",
            Self::InvalidCaptcha => "Captcha wrong, try again.",
            Self::ExpiredCaptcha => "Expired or not Existed captcha please refresh.",
            Self::MaxRetriesExceeded => "Maximum tries exceeded, please refresh the captcha.",
            Self::TooManyTries => "Too many attempts, try again later.",
        };
        text.into()
    }

    /// This refusal as the whole answer, under no field.
    #[must_use]
    pub fn alone(self) -> Error {
        self.under(Field::NonField)
    }

    /// This refusal as the whole answer, under one field.
    #[must_use]
    pub fn under(self, field: Field) -> Error {
        Refusals(vec![(field, self)]).into_error()
    }
}
