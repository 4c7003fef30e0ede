//! What operators put in place of the built-in letters.

use std::path::PathBuf;

use super::*;

/// A directory of templates, gone with the test.
struct Templates(PathBuf);

impl Templates {
    fn new() -> Self {
        let name = format!("latchkey-templates-{}", uuid::Uuid::new_v4());
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(dir.join("email")).unwrap();
        Self(dir)
    }

    fn with(self, file: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.0.join("email").join(file), content).unwrap();
        self
    }

    fn mails(&self, more: &[(&str, &str)]) -> Mails {
        let dir = ("EMAIL_TEMPLATE_DIR", self.0.to_str().unwrap());
        mails(&[&[dir], more].concat())
    }
}

impl Drop for Templates {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An activation mail from this body template.
fn body(template: &str, more: &[(&str, &str)]) -> Letter {
    let templates = Templates::new().with("activation_email.html", template);
    sent(&templates.mails(more), Kind::Activation, "luke")
}

/// The subject of an activation mail from this template.
fn subject(template: &str, more: &[(&str, &str)]) -> String {
    let templates = Templates::new().with("activation_subject.txt", template);
    sent(&templates.mails(more), Kind::Activation, "luke").subject
}

#[test]
fn every_variable_has_its_value() {
    let id = profile("luke").id.to_string();
    assert_eq!(id.len(), 32);
    for (name, value) in [
        ("user.username", "luke"),
        ("user.email", "luke@rebels.org"),
        ("user.first_name", "<i>Luke</i>"),
        ("user.last_name", "O'Neill & {{ token }}"),
        ("token", TOKEN),
        ("protocol", "https"),
        ("domain", "app.example.com"),
        ("port", "443"),
        ("path", "activate"),
        ("url", ACTIVATE),
        ("site_name", "Example"),
        ("timestamp", "1769851800"),
        ("team", ""),
        ("username", ""),
        ("user.shown", ""),
        ("letter.subject", ""),
    ] {
        let template = format!("[{{{{ {name} }}}}]");
        assert_eq!(subject(&template, &[]), format!("[{value}]"));
        assert_eq!(body(&template, &[]).text, format!("[{value}]"));
    }
}

#[test]
fn the_id_in_a_template_is_that_of_the_account() {
    let templates = Templates::new().with("activation_subject.txt", "{{ user.id }}");
    let profile = profile("luke");
    let letter = letters(&templates.mails(&[])).with_link(
        Kind::Activation,
        &profile,
        &address(),
        TOKEN,
        now(),
    );
    assert_eq!(letter.subject, profile.id.to_string());
}

#[test]
fn the_domain_has_a_port_that_is_not_the_scheme_s_own() {
    let more = [("FRONTEND_URL", "http://localhost:3000")];
    let template = "{{ protocol }} {{ domain }} {{ port }}";
    assert_eq!(subject(template, &more), "http localhost:3000 3000");
    let more = [("FRONTEND_URL", "http://localhost")];
    assert_eq!(subject(template, &more), "http localhost 80");
}

#[test]
fn values_are_escaped_in_a_body_and_verbatim_in_a_subject() {
    let template = "<b>{{ user.first_name }}</b>";
    let letter = body(template, &[]);
    assert_eq!(letter.html, "<b>&lt;i&gt;Luke&lt;/i&gt;</b>");
    assert_eq!(letter.text, "<i>Luke</i>");
    assert_eq!(subject(template, &[]), "<b><i>Luke</i></b>");
}

#[test]
fn variables_of_the_operator_are_added_and_override() {
    let json = r#"{"team": "Rebels & <co>", "site_name": "Other\nsite", "user.email": ""}"#;
    let more = [("EMAIL_TEMPLATE_VARIABLES", json)];
    let template = "{{ team }}, {{ site_name }}, {{ user.email }}.";
    assert_eq!(subject(template, &more), "Rebels & <co>, Other site, .");
    assert_eq!(
        body(template, &more).html,
        "Rebels &amp; &lt;co&gt;, Other\nsite, ."
    );
    let built_in = sent(&mails(&more), Kind::Activation, "luke");
    assert_eq!(built_in.subject, "Activate your account on Other site");
    let more = [("EMAIL_TEMPLATE_VARIABLES", r#"{"letter.subject": "ours"}"#)];
    assert_eq!(body("{{ letter.subject }}", &more).html, "ours");
}

#[test]
fn a_template_in_the_directory_replaces_the_built_in_one_and_nothing_else() {
    let templates = Templates::new()
        .with(
            "password_reset_subject.txt",
            "\u{feff}\n  Again, {{ user.username }}?\r\n\r\n",
        )
        .with("secondary_email.html", "<p>{{ url }}</p>");
    let mails = templates.mails(&[]);
    let reset = sent(&mails, Kind::PasswordReset, "luke");
    assert_eq!(reset.subject, "Again, luke?");
    assert!(reset.html.contains("choose a new password"));
    let secondary = sent(&mails, Kind::SecondaryActivation, "luke");
    assert_eq!(secondary.subject, "Confirm your e-mail address on Example");
    assert_eq!(
        secondary.text,
        format!("https://app.example.com/activate-secondary-email/{TOKEN}")
    );
    let activation = sent(&mails, Kind::Activation, "luke");
    assert!(activation.html.starts_with("<!doctype html>"));
}

#[test]
fn a_replaced_activation_mail_is_also_the_one_that_is_sent_again() {
    let templates = Templates::new()
        .with("activation_subject.txt", "First")
        .with("activation_email.html", "first")
        .with("again.txt", "Again");
    let letter = sent(&templates.mails(&[]), Kind::ActivationResend, "luke");
    assert_eq!((&*letter.subject, &*letter.text), ("First", "first"));
    let more = [("EMAIL_SUBJECT_ACTIVATION_RESEND", "email/again.txt")];
    let letter = sent(&templates.mails(&more), Kind::ActivationResend, "luke");
    assert_eq!((&*letter.subject, &*letter.text), ("Again", "first"));
}

#[test]
fn without_the_directory_or_the_file_the_built_in_template_is_used() {
    let nowhere = [("EMAIL_TEMPLATE_DIR", "/nowhere/at/all")];
    for mails in [mails(&nowhere), Templates::new().mails(&[])] {
        let letter = sent(&mails, Kind::Activation, "luke");
        assert_eq!(letter.subject, "Activate your account on Example");
        assert!(letter.text.contains(ACTIVATE));
    }
}

#[test]
fn every_template_that_cannot_be_used_is_named_with_its_variable_among_the_other_faults() {
    let templates = Templates::new()
        .with("activation_subject.txt", b"caf\xe9")
        .with("password_set_subject.txt", "fine");
    std::fs::create_dir(templates.0.join("email/password_reset_email.html")).unwrap();
    let more = [
        ("EMAIL_TEMPLATE_DIR", templates.0.to_str().unwrap()),
        ("EMAIL_FROM", "nobody"),
    ];
    let Err(SettingsError(faults)) = settings(&more) else {
        panic!("they were used");
    };
    assert_eq!(faults.len(), 3, "{faults:?}");
    for (start, file) in [
        ("invalid setting EMAIL_FROM: ", ""),
        (
            "invalid setting EMAIL_SUBJECT_ACTIVATION: cannot read ",
            "email/activation_subject.txt: it is not UTF-8; mend the file",
        ),
        (
            "invalid setting EMAIL_TEMPLATE_PASSWORD_RESET: cannot read ",
            "email/password_reset_email.html: Is a directory",
        ),
    ] {
        let named = |fault: &&String| fault.starts_with(start) && fault.contains(file);
        assert_eq!(faults.iter().filter(named).count(), 1, "{faults:?}");
    }
}

#[test]
fn a_directory_that_is_a_file_is_named_and_its_templates_are_not() {
    let templates = Templates::new().with("file", "");
    let file = templates.0.join("email/file");
    for dir in [file.clone(), file.join("deeper")] {
        let Err(SettingsError(faults)) = settings(&[("EMAIL_TEMPLATE_DIR", dir.to_str().unwrap())])
        else {
            panic!("it was used");
        };
        let [fault] = faults.as_slice() else {
            panic!("{faults:?}");
        };
        assert!(fault.starts_with("invalid setting EMAIL_TEMPLATE_DIR: "));
        assert!(fault.contains("is not a directory; write "), "{fault}");
    }
}
