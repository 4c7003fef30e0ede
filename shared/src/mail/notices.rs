//! Security notices: mails that tell of a change and ask for nothing. Their texts are fixed.

use jiff::Timestamp;

use super::letters::{Letters, composed, fill_subject};
use super::template::Values;
use super::{Letter, built_in};
use crate::account::Profile;
use crate::email_address::EmailAddress;

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// By somebody who knew the old password.
    PasswordChanged,
    /// By somebody who read a mail.
    PasswordReset,
    /// The primary and the secondary address.
    EmailsSwapped,
    /// The account has only its primary address now.
    SecondaryEmailRemoved,
    /// Or replaced by another.
    SecondaryEmailAdded,
    /// Until the next login.
    AccountArchived,
    /// For good, or deactivated.
    AccountDeleted,
}

impl Notice {
    fn name(self) -> &'static str {
        match self {
            Self::PasswordChanged => "notice-password-changed",
            Self::PasswordReset => "notice-password-reset",
            Self::EmailsSwapped => "notice-emails-swapped",
            Self::SecondaryEmailRemoved => "notice-secondary-email-removed",
            Self::SecondaryEmailAdded => "notice-secondary-email-added",
            Self::AccountArchived => "notice-account-archived",
            Self::AccountDeleted => "notice-account-deleted",
        }
    }
}

impl Letters {
    /// Composes a notice: it names the username and the time (UTC), says what to do if it was not
    /// the reader, and has no link, no token and no password.
    #[must_use]
    pub fn notice(
        &self,
        notice: Notice,
        profile: &Profile,
        to: &EmailAddress,
        now: Timestamp,
    ) -> Letter {
        let time = now.strftime("%-d %B %Y at %H:%M UTC").to_string();
        let values = Values::from([
            ("site_name", self.site_name().into()),
            ("time", time.into()),
        ]);
        let words = built_in::notice(notice);
        let subject = fill_subject(words.subject, &values);
        let html = words.html(&subject, profile, values);
        composed(notice.name(), to, subject, html)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::letters::tests::{address, letters, now, profile, site};

    const ALL: [(Notice, &str); 7] = [
        (
            Notice::PasswordChanged,
            "Your password on Example was changed",
        ),
        (Notice::PasswordReset, "Your password on Example was reset"),
        (
            Notice::EmailsSwapped,
            "The e-mail addresses of your account on Example were swapped",
        ),
        (
            Notice::SecondaryEmailRemoved,
            "An e-mail address was removed from your account on Example",
        ),
        (
            Notice::SecondaryEmailAdded,
            "An e-mail address was added to your account on Example",
        ),
        (
            Notice::AccountArchived,
            "Your account on Example was archived",
        ),
        (
            Notice::AccountDeleted,
            "Your account on Example was deleted",
        ),
    ];

    fn sent(notice: Notice, username: &str) -> Letter {
        letters(&site()).notice(notice, &profile(username), &address(), now())
    }

    #[test]
    fn every_notice_has_its_subject_and_goes_to_the_address_it_is_given() {
        for (notice, subject) in ALL {
            let letter = sent(notice, "luke");
            assert_eq!(letter.subject, subject);
            assert_eq!(letter.to.stored(), "vera@example.com");
            assert!(letter.html.contains(&format!("<title>{subject}</title>")));
            assert!(letter.kind.starts_with("notice-"));
        }
    }

    #[test]
    fn a_notice_names_the_username_and_the_time() {
        for (notice, _) in ALL {
            let letter = sent(notice, "luke");
            assert!(letter.html.contains("<strong>luke</strong>"));
            assert!(letter.text.starts_with("Example\n\nHello,\n\n"));
            assert!(
                letter.text.contains("account luke on Example"),
                "{}",
                letter.text
            );
            assert!(letter.text.contains("on 31 January 2026 at 09:30 UTC"));
            assert!(letter.text.contains("\n\nIf that was not you, "));
        }
    }

    #[test]
    fn a_notice_has_no_link_and_nothing_unfilled() {
        for (notice, _) in ALL {
            let letter = sent(notice, "luke");
            for part in [letter.html, letter.text] {
                for trace in ["href", "://", "<a ", "{{", "app.example.com", "www."] {
                    assert!(!part.contains(trace), "{trace} in {part}");
                }
            }
        }
    }

    #[test]
    fn a_username_in_a_notice_is_cut_and_reads_as_no_link() {
        for (notice, _) in ALL {
            let letter = sent(notice, &format!("evil.example.{}", "a".repeat(137)));
            let shown = format!("evil.\u{2060}example.\u{2060}{}…", "a".repeat(17));
            assert!(letter.html.contains(&shown) && letter.text.contains(&shown));
            assert!(!letter.html.contains("evil.example"));
            assert!(!letter.text.contains(&"a".repeat(18)));
        }
    }

    #[test]
    fn variables_for_templates_have_no_influence_on_a_notice() {
        let mut mails = site();
        for name in ["site_name", "user.shown", "time", "letter.subject"] {
            mails.variables.insert(name.to_owned(), "Other".to_owned());
        }
        let letter =
            letters(&mails).notice(Notice::PasswordChanged, &profile("luke"), &address(), now());
        assert_eq!(letter.subject, "Your password on Example was changed");
        assert!(!letter.html.contains("Other"));
    }

    #[test]
    fn a_hostile_site_name_stays_text_on_one_line() {
        let mut mails = site();
        mails.site_name = "A\r\nBcc: b@example.com <script>{{ time }}".to_owned();
        let letter =
            letters(&mails).notice(Notice::PasswordReset, &profile("luke"), &address(), now());
        assert_eq!(
            letter.subject,
            "Your password on A Bcc: b@example.com <script>{{ time }} was reset"
        );
        assert!(!letter.html.contains("<script"));
    }
}
