mod templates;

use super::*;
use crate::account::Account;
use crate::settings::{Settings, SettingsError};
use crate::username::Username;

const TOKEN: &str = "AbC-123_x.y~z";

const ACTIVATE: &str = "https://app.example.com/activate/AbC-123_x.y~z";

const KINDS: [Kind; 5] = [
    Kind::Activation,
    Kind::ActivationResend,
    Kind::PasswordSet,
    Kind::PasswordReset,
    Kind::SecondaryActivation,
];

fn mails(more: &[(&str, &str)]) -> Mails {
    settings(more).unwrap().mails
}

fn settings(more: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let given = [
        ("JWT_SECRET_KEY", "a secret of at least thirty-two bytes"),
        ("FRONTEND_URL", "https://app.example.com"),
        ("EMAIL_FROM", "noreply@example.com"),
        ("SITE_NAME", "Example"),
        ("ACCOUNTS_TABLE", "accounts"),
        ("SESSIONS_TABLE", "sessions"),
        ("CHALLENGES_TABLE", "challenges"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "none"),
        ("AWS_SECRET_ACCESS_KEY", "none"),
    ];
    let variable = |name: &str| {
        let mut all = more.iter().chain(&given);
        all.find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    };
    Settings::read(&variable)
}

pub(in crate::mail) fn site() -> Mails {
    mails(&[])
}

pub(in crate::mail) fn letters(mails: &Mails) -> Letters {
    Letters::new(mails)
}

pub(in crate::mail) fn address() -> EmailAddress {
    EmailAddress::from_stored("vera@example.com")
}

pub(in crate::mail) fn now() -> Timestamp {
    "2026-01-31T09:30:00.5Z".parse().unwrap()
}

pub(in crate::mail) fn profile(username: &str) -> Profile {
    let email = EmailAddress::from_stored("luke@rebels.org");
    let mut profile = Account::new(&Username::from_stored(username), &email, now()).profile;
    profile.first_name = "<i>Luke</i>".to_owned();
    profile.last_name = "O'Neill & {{ token }}".to_owned();
    profile
}

fn sent(mails: &Mails, kind: Kind, username: &str) -> Letter {
    letters(mails).with_link(kind, &profile(username), &address(), TOKEN, now())
}

#[test]
fn every_letter_has_its_subject_its_kind_and_its_path() {
    for (kind, name, subject, path) in [
        (
            Kind::Activation,
            "activation",
            "Activate your account on Example",
            "activate",
        ),
        (
            Kind::ActivationResend,
            "activation-resend",
            "Activate your account on Example",
            "activate",
        ),
        (
            Kind::PasswordSet,
            "password-set",
            "Set your password on Example",
            "password-set",
        ),
        (
            Kind::PasswordReset,
            "password-reset",
            "Reset your password on Example",
            "password-reset",
        ),
        (
            Kind::SecondaryActivation,
            "secondary-activation",
            "Confirm your e-mail address on Example",
            "activate-secondary-email",
        ),
    ] {
        let letter = sent(&site(), kind, "luke");
        assert_eq!(letter.subject, subject);
        assert_eq!(letter.kind, name);
        let link = format!("https://app.example.com/{path}/{TOKEN}");
        assert!(letter.html.contains(&format!("href=\"{link}\"")));
        assert!(letter.html.contains(&format!(">{link}</a>")));
        assert_eq!(letter.text.matches("://").count(), 1);
        assert!(letter.text.lines().any(|line| line == link));
    }
}

#[test]
fn a_letter_goes_to_the_address_it_is_given_and_not_to_the_primary_one() {
    let letter = sent(&site(), Kind::SecondaryActivation, "luke");
    assert_eq!(letter.to.stored(), "vera@example.com");
}

#[test]
fn the_text_of_a_letter_reads_well() {
    assert_eq!(
        sent(&site(), Kind::Activation, "luke").text,
        format!(
            "Example\n\nHello,\n\nFollow this link to activate your account on Example:\n\n\
             Activate account\n\n{ACTIVATE}\n\nIf you have not registered there, do not follow \
             the link: it would confirm an account that a stranger has made with your address."
        )
    );
}

#[test]
fn every_letter_says_not_to_follow_the_link_and_leaves_nothing_unfilled() {
    for kind in KINDS {
        let letter = sent(&site(), kind, "luke");
        assert!(letter.text.contains("do not follow the link"));
        assert!(letter.html.starts_with("<!doctype html>"));
        let title = format!("<title>{}</title>", letter.subject);
        assert!(letter.html.contains(&title));
        assert!(letter.html.contains(">Example</h1>"));
        assert!(!letter.html.contains("{{") && !letter.text.contains("{{"));
    }
}

#[test]
fn a_letter_loads_nothing_from_elsewhere() {
    for kind in KINDS {
        let html = sent(&site(), kind, "luke").html;
        for trace in ["<img", "src=", "url(", "@import", "<link", "<script"] {
            assert!(!html.contains(trace), "{trace}");
        }
        assert_eq!(html.matches("://").count(), 3);
    }
}

#[test]
fn a_letter_that_a_stranger_may_have_caused_does_not_show_the_username() {
    for kind in [Kind::Activation, Kind::ActivationResend, Kind::PasswordSet] {
        let letter = sent(&site(), kind, "skywalker");
        assert!(!letter.html.contains("skywalker") && !letter.text.contains("skywalker"));
    }
}

#[test]
fn the_other_letters_show_a_username_that_is_cut_and_reads_as_no_link() {
    for kind in [Kind::PasswordReset, Kind::SecondaryActivation] {
        let letter = sent(&site(), kind, "luke");
        assert!(letter.html.contains("<strong>luke</strong>"));
        assert!(letter.text.contains("the account luke on Example"));

        let letter = sent(&site(), kind, &format!("evil.example.{}", "a".repeat(137)));
        let shown = format!("evil.\u{2060}example.\u{2060}{}…", "a".repeat(17));
        assert!(letter.html.contains(&shown) && letter.text.contains(&shown));
        assert!(!letter.html.contains("evil.example"));
        assert!(!letter.text.contains(&"a".repeat(18)));
    }
}

#[test]
fn a_hostile_username_stays_text() {
    let letter = sent(
        &site(),
        Kind::PasswordReset,
        "<script>{{ token }}\"</script>",
    );
    assert!(!letter.html.contains("<script"));
    assert!(letter.text.contains("<script>{{ token }}\"</script>"));
    assert_eq!(letter.text.matches(TOKEN).count(), 1);
}

#[test]
fn a_username_that_runs_from_right_to_left_is_isolated_in_both_parts() {
    let letter = sent(&site(), Kind::PasswordReset, "لوك");
    let shown = "the account \u{2068}لوك\u{2069} on Example";
    assert!(letter.text.contains(shown));
    assert!(letter.html.contains("\u{2068}لوك\u{2069}"));
}

#[test]
fn links_come_from_the_settings() {
    let mails = mails(&[
        ("FRONTEND_URL", "http://localhost:3000"),
        ("ACTIVATION_PATH_ON_EMAIL", "/account/a&b'c/"),
    ]);
    let letter = sent(&mails, Kind::Activation, "luke");
    let link = format!("http://localhost:3000/account/a&b'c/{TOKEN}");
    assert!(letter.text.lines().any(|line| line == link));
    let href = link.replace('&', "&amp;").replace('\'', "&#39;");
    assert!(letter.html.contains(&format!("href=\"{href}\"")));
}

#[test]
fn a_line_break_in_a_site_name_does_not_become_a_second_header() {
    for (name, line) in [
        ("A\r\nBcc: b@example.com", "A Bcc: b@example.com"),
        ("A\rB\nC\u{2028}D", "A B C D"),
    ] {
        let mails = mails(&[("SITE_NAME", name)]);
        let subject = sent(&mails, Kind::Activation, "luke").subject;
        assert_eq!(subject, format!("Activate your account on {line}"));
    }
}

#[test]
fn a_site_name_is_verbatim_in_the_subject_and_escaped_in_the_body() {
    let mails = mails(&[("SITE_NAME", "B & <Q> {{ token }}")]);
    let letter = sent(&mails, Kind::Activation, "luke");
    assert_eq!(
        letter.subject,
        "Activate your account on B & <Q> {{ token }}"
    );
    assert!(letter.html.contains(">B &amp; &lt;Q&gt; {{ token }}</h1>"));
    assert!(letter.text.starts_with("B & <Q> {{ token }}\n\n"));
}
