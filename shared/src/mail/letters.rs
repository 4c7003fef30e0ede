//! Letters with a link: which there are, how templates replace them, what their variables mean.

use jiff::Timestamp;

use super::template::{Values, fill_html, fill_plain};
use super::{Letter, built_in, text};
use crate::account::Profile;
use crate::email_address::EmailAddress;
use crate::settings::{Mails, Templates};

/// What the link of a letter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Proves control of the primary address.
    Activation,
    /// The same, asked for once more.
    ActivationResend,
    /// Gives an account its first password.
    PasswordSet,
    /// Gives an account another password.
    PasswordReset,
    /// Proves control of a secondary address.
    SecondaryActivation,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::ActivationResend => "activation-resend",
            Self::PasswordSet => "password-set",
            Self::PasswordReset => "password-reset",
            Self::SecondaryActivation => "secondary-activation",
        }
    }

    /// The path that its link leads to.
    fn path(self, mails: &Mails) -> &str {
        match self {
            Self::Activation | Self::ActivationResend => &mails.activation_path,
            Self::PasswordSet => &mails.password_set_path,
            Self::PasswordReset => &mails.password_reset_path,
            Self::SecondaryActivation => &mails.secondary_activation_path,
        }
    }

    /// What replaces it.
    fn templates(self, mails: &Mails) -> &Templates {
        match self {
            Self::Activation => &mails.activation,
            Self::ActivationResend => &mails.activation_resend,
            Self::PasswordSet => &mails.password_set,
            Self::PasswordReset => &mails.password_reset,
            Self::SecondaryActivation => &mails.secondary_activation,
        }
    }
}

/// Composes letters.
pub struct Letters {
    mails: Mails,
}

impl Letters {
    /// Letters as the operator wants them.
    #[must_use]
    pub fn new(mails: &Mails) -> Self {
        Self {
            mails: mails.clone(),
        }
    }

    /// Composes the letter that brings a token. `to` is the address it goes to, which need not be
    /// the primary one.
    #[must_use]
    pub fn with_link(
        &self,
        kind: Kind,
        profile: &Profile,
        to: &EmailAddress,
        token: &str,
        now: Timestamp,
    ) -> Letter {
        let values = self.values(kind, profile, token, now);
        let words = built_in::letter(kind);
        let templates = kind.templates(&self.mails);
        let subject = fill_subject(
            templates.subject.as_deref().unwrap_or(words.subject),
            &values,
        );
        let html = match &templates.body {
            Some(body) => fill_html(body, &values),
            None => words.html(&subject, profile, values),
        };
        composed(kind.name(), to, subject, html)
    }

    /// The variables of templates. The operator's come last, since they override the others.
    fn values<'a>(
        &'a self,
        kind: Kind,
        profile: &'a Profile,
        token: &'a str,
        now: Timestamp,
    ) -> Values<'a> {
        let frontend = &self.mails.frontend;
        let path = kind.path(&self.mails);
        let url = format!("{}://{}/{path}/{token}", frontend.protocol, frontend.domain);
        let mut values = Values::from([
            ("user.id", profile.id.to_string().into()),
            ("user.username", profile.username.as_str().into()),
            ("user.email", profile.email.as_str().into()),
            ("user.first_name", profile.first_name.as_str().into()),
            ("user.last_name", profile.last_name.as_str().into()),
            ("token", token.into()),
            ("protocol", frontend.protocol.as_str().into()),
            ("domain", frontend.domain.as_str().into()),
            ("port", frontend.port.to_string().into()),
            ("path", path.into()),
            ("url", url.into()),
            ("site_name", self.site_name().into()),
            ("timestamp", now.as_second().to_string().into()),
        ]);
        let variables = self.mails.variables.iter();
        values.extend(variables.map(|(name, value)| (name.as_str(), value.as_str().into())));
        values
    }

    pub(super) fn site_name(&self) -> &str {
        &self.mails.site_name
    }
}

/// A letter with this subject and this HTML part, from which the text part is made.
pub(super) fn composed(
    kind: &'static str,
    to: &EmailAddress,
    subject: String,
    html: String,
) -> Letter {
    Letter {
        to: to.clone(),
        text: text::of_html(&html),
        html,
        subject,
        kind,
    }
}

/// A subject from its template.
pub(super) fn fill_subject(template: &str, values: &Values) -> String {
    one_line(&fill_plain(template, values))
}

/// A subject must not become a second header: line breaks become spaces.
fn one_line(text: &str) -> String {
    let is_break = |c| {
        matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    text.replace("\r\n", " ")
        .replace(is_break, " ")
        .trim()
        .to_owned()
}

#[cfg(test)]
pub(super) mod tests;
