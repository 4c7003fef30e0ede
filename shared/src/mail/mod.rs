//! How people are written to: letters are composed here and handed to SES.

mod built_in;
pub mod letters;
mod mailer;
pub mod notices;
mod sender;
mod template;
mod text;
mod username;

pub use mailer::Mailer;
pub use sender::Sender;

use crate::email_address::EmailAddress;

/// A mail ready to be sent.
#[derive(Clone)]
pub struct Letter {
    /// Who gets it.
    pub to: EmailAddress,
    /// One line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// What kind of letter it is, for the provider's statistics: lower-case words and hyphens.
    pub kind: &'static str,
}
