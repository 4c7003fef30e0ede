//! stub
use crate::settings::{Mails, SettingsError};
/// s
pub struct Letters;
impl Letters {
    /// s
    /// # Errors
    /// s
    pub fn load(_mails: &Mails) -> Result<Self, SettingsError> {
        Ok(Self)
    }

    /// s
    #[must_use]
    pub fn with_link(
        &self,
        _k: Kind,
        _p: &crate::account::Profile,
        to: &crate::email_address::EmailAddress,
        token: &str,
        _n: jiff::Timestamp,
    ) -> super::Letter {
        super::Letter {
            to: to.clone(),
            subject: String::new(),
            html: String::new(),
            text: token.to_owned(),
            kind: "x",
        }
    }
    /// s
    #[must_use]
    pub fn notice(
        &self,
        _k: super::notices::Notice,
        _p: &crate::account::Profile,
        to: &crate::email_address::EmailAddress,
        _n: jiff::Timestamp,
    ) -> super::Letter {
        super::Letter {
            to: to.clone(),
            subject: String::new(),
            html: String::new(),
            text: String::new(),
            kind: "x",
        }
    }
}
/// s
pub enum Kind {
    Activation,
    ActivationResend,
    PasswordSet,
    PasswordReset,
    SecondaryActivation,
}
