//! The built-in mails: which words are in which file.
//!
//! To change a mail, change its file in `templates/`, and its subject and the label of its button
//! here. A file has the words only: paragraphs of HTML, and `{{ link }}` where the button and the
//! written-out link go. What is around the words is in `templates/layout.html`, the button in
//! `templates/link.html`. The text part is made from all that; there is no second file for it.
//!
//! Nothing is put together before it is sent: a cold start reads none of this.

use super::letters::Kind;
use super::notices::Notice;
use super::template::{Values, fill_html};
use super::username;
use crate::account::Profile;

const LAYOUT: &str = include_str!("templates/layout.html");
const LINK: &str = include_str!("templates/link.html");

/// A mail as it comes with the service.
pub(super) struct BuiltIn {
    /// A template of plain text.
    pub(super) subject: &'static str,
    label: &'static str,
    words: &'static str,
}

impl BuiltIn {
    /// The whole HTML. It knows two things more than the templates of operators do.
    pub(super) fn html<'a>(
        &self,
        subject: &'a str,
        profile: &'a Profile,
        mut values: Values<'a>,
    ) -> String {
        values.insert("letter.subject", subject.into());
        values.insert("user.shown", username::shown(&profile.username).into());
        fill_html(&self.body(), &values)
    }

    fn body(&self) -> String {
        LAYOUT
            .replacen("{{ content }}", self.words.trim_end(), 1)
            .replacen("{{ link }}", LINK.trim_end(), 1)
            .replacen("{{ label }}", self.label, 1)
    }
}

/// The mail with a link of this kind.
pub(super) fn letter(kind: Kind) -> BuiltIn {
    match kind {
        Kind::Activation | Kind::ActivationResend => BuiltIn {
            subject: "Activate your account on {{ site_name }}",
            label: "Activate account",
            words: include_str!("templates/activation.html"),
        },
        Kind::PasswordSet => BuiltIn {
            subject: "Set your password on {{ site_name }}",
            label: "Set password",
            words: include_str!("templates/password_set.html"),
        },
        Kind::PasswordReset => BuiltIn {
            subject: "Reset your password on {{ site_name }}",
            label: "Reset password",
            words: include_str!("templates/password_reset.html"),
        },
        Kind::SecondaryActivation => BuiltIn {
            subject: "Confirm your e-mail address on {{ site_name }}",
            label: "Confirm address",
            words: include_str!("templates/secondary_activation.html"),
        },
    }
}

/// The mail that tells of this change. It has no link.
pub(super) fn notice(notice: Notice) -> BuiltIn {
    let (subject, words) = match notice {
        Notice::PasswordChanged => (
            "Your password on {{ site_name }} was changed",
            include_str!("templates/notices/password_changed.html"),
        ),
        Notice::PasswordReset => (
            "Your password on {{ site_name }} was reset",
            include_str!("templates/notices/password_reset.html"),
        ),
        Notice::EmailsSwapped => (
            "The e-mail addresses of your account on {{ site_name }} were swapped",
            include_str!("templates/notices/emails_swapped.html"),
        ),
        Notice::SecondaryEmailRemoved => (
            "An e-mail address was removed from your account on {{ site_name }}",
            include_str!("templates/notices/secondary_email_removed.html"),
        ),
        Notice::SecondaryEmailAdded => (
            "An e-mail address was added to your account on {{ site_name }}",
            include_str!("templates/notices/secondary_email_added.html"),
        ),
        Notice::AccountArchived => (
            "Your account on {{ site_name }} was archived",
            include_str!("templates/notices/account_archived.html"),
        ),
        Notice::AccountDeleted => (
            "Your account on {{ site_name }} was deleted",
            include_str!("templates/notices/account_deleted.html"),
        ),
    };
    BuiltIn {
        subject,
        label: "",
        words,
    }
}
