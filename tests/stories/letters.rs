//! Letters as operators want them: templates of their own, links to their site.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::people::{PASSWORD, registration};
use tests::{World, in_both_dialects};

/// A directory of templates, gone with its story.
struct Templates(PathBuf);

impl Templates {
    fn with(files: &[(&str, &str)]) -> Self {
        let name = format!("latchkey-letters-{}", shared::Uuid::new_v4());
        let directory = std::env::temp_dir().join(name);
        for (file, text) in files {
            let file = directory.join(file);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(file, text).expect("a file");
        }
        Self(directory)
    }

    fn path(&self) -> &str {
        Path::to_str(&self.0).expect("a path in Unicode")
    }
}

impl Drop for Templates {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Subject and text of the last letter.
fn last(world: &World) -> (String, String) {
    let letters = world.inbox.letters();
    let letter = letters.last().expect("a letter");
    (letter.subject.clone(), letter.text.clone())
}

async fn ask(world: &World, act: &str, email: &str) {
    world.act(act, json!({ "email": email })).await.succeeds();
}

const EVERY_VALUE: &str = "{{ user.id }}|{{user.username}}|{{ user.email }}|{{ user.first_name }}|\
    {{ user.last_name }}|{{ protocol }}|{{ domain }}|{{ port }}|{{ path }}|{{ site_name }}|\
    {{ timestamp }}|{{ nothing }}|{{ team }}|{{ token }}|{{ url }}";

#[tokio::test]
async fn every_variable_has_its_value_verbatim_in_a_subject_and_escaped_in_a_body() {
    let templates = Templates::with(&[
        ("email/password_reset_subject.txt", EVERY_VALUE),
        ("email/password_reset_email.html", EVERY_VALUE),
    ]);
    let settings = [
        ("EMAIL_TEMPLATE_DIR", templates.path()),
        (
            "EMAIL_TEMPLATE_VARIABLES",
            r#"{"team": "A & B", "site_name": "<Ours>"}"#,
        ),
        ("FRONTEND_URL", "http://localhost:3000"),
        ("PASSWORD_RESET_PATH_ON_EMAIL", "/account/new-password/"),
    ];
    in_both_dialects(&settings, async |world| {
        let luke = world.person("luke", |_| {}).await;
        world.attach("luke", "luke2@email.com").await;
        let names = json!({ "firstName": "<i>{{ token }}", "lastName": "O'Neill" });
        world
            .as_person("luke")
            .await
            .act("updateAccount", names)
            .await
            .succeeds();
        ask(world, "sendPasswordResetEmail", "luke2@email.com").await;
        let letters = world.inbox.letters();
        let [letter] = &letters[..] else {
            panic!("one letter: {letters:#?}");
        };
        assert_eq!(letter.to, ["luke2@email.com"]);
        let token = letter.subject.rsplit('/').next().expect("a token");
        let (id, time) = (luke.id(), world.now().as_second());
        let url = format!("http://localhost:3000/account/new-password/{token}");
        let expected = format!(
            "{id}|luke|luke@email.com|<i>{{{{ token }}}}|O'Neill|http|localhost:3000|3000|\
             account/new-password|<Ours>|{time}||A & B|{token}|{url}"
        );
        assert_eq!(letter.subject, expected);
        assert_eq!(letter.text, expected, "decoded again");
        assert!(letter.html.contains("&lt;i&gt;") && letter.html.contains("A &amp; B"));
        let form = tests::tokens::choosing(token, tests::people::NEW_PASSWORD);
        world.act("passwordReset", form).await.succeeds();
        // A notice is no template.
        assert_eq!(last(world).0, "Your password on Example was reset");
    })
    .await;
}

/// The settings and the default files of each letter.
const LETTERS: [(&str, &str, &str); 5] = [
    (
        "ACTIVATION",
        "activation_subject.txt",
        "activation_email.html",
    ),
    (
        "ACTIVATION_RESEND",
        "activation_subject.txt",
        "activation_email.html",
    ),
    (
        "PASSWORD_SET",
        "password_set_subject.txt",
        "password_set_email.html",
    ),
    (
        "PASSWORD_RESET",
        "password_reset_subject.txt",
        "password_reset_email.html",
    ),
    (
        "SECONDARY_EMAIL_ACTIVATION",
        "secondary_email_subject.txt",
        "secondary_email.html",
    ),
];

/// Has every letter sent once, and gives them in the order of `LETTERS`.
async fn one_of_each(world: &World) -> Vec<(String, String)> {
    world.vera().await;
    let form = json!({ "username": "petra", "email": "petra@email.com" });
    world.act("register", form).await.succeeds();
    ask(world, "resendActivationEmail", "petra@email.com").await;
    ask(world, "sendPasswordResetEmail", "vera@email.com").await;
    let vera = world.as_person("vera").await;
    let form = json!({ "email": "vera2@email.com", "password": PASSWORD });
    vera.act("sendSecondaryEmailActivation", form)
        .await
        .succeeds();
    let mut letters = world.inbox.letters();
    letters.sort_by_key(|it| it.number);
    assert_eq!(letters.len(), 5);
    let is_set = letters[0].text.contains("password-set");
    letters[..2].rotate_left(usize::from(is_set));
    letters.swap(1, 2);
    letters
        .into_iter()
        .map(|it| (it.subject, it.text))
        .collect()
}

const PASSWORDLESS: [(&str, &str); 2] = [
    ("ALLOW_PASSWORDLESS_REGISTRATION", "true"),
    ("SEND_PASSWORD_SET_EMAIL", "true"),
];

#[tokio::test]
async fn every_letter_can_be_replaced_under_its_usual_name() {
    let files: Vec<_> = LETTERS
        .iter()
        .flat_map(|(_, subject, body)| {
            [subject, body].map(|file| (format!("email/{file}"), format!("{file} {{{{ url }}}}")))
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(file, text)| (&**file, &**text))
        .collect();
    let templates = Templates::with(&files);
    let settings = [
        &[("EMAIL_TEMPLATE_DIR", templates.path())][..],
        &PASSWORDLESS,
    ]
    .concat();
    in_both_dialects(&settings, async |world| {
        let paths = [
            "activate",
            "activate",
            "password-set",
            "password-reset",
            "activate-secondary-email",
        ];
        let letters = one_of_each(world).await;
        for (((_, subject, body), path), letter) in LETTERS.iter().zip(paths).zip(letters) {
            let start = format!("https://app.example.com/{path}/");
            assert!(
                letter.0.starts_with(&format!("{subject} {start}")),
                "{}",
                letter.0
            );
            assert!(
                letter.1.starts_with(&format!("{body} {start}")),
                "{}",
                letter.1
            );
        }
    })
    .await;
}

#[tokio::test]
async fn every_letter_can_be_replaced_under_a_name_of_its_own() {
    let named: Vec<_> = LETTERS
        .iter()
        .flat_map(|(letter, ..)| {
            let subject = (
                format!("EMAIL_SUBJECT_{letter}"),
                format!("ours/{letter}.txt"),
            );
            [
                subject,
                (
                    format!("EMAIL_TEMPLATE_{letter}"),
                    format!("ours/{letter}.html"),
                ),
            ]
        })
        .collect();
    let files: Vec<_> = named
        .iter()
        .map(|(name, file)| (&**file, &**name))
        .collect();
    let templates = Templates::with(&files);
    let names: Vec<_> = named
        .iter()
        .map(|(name, file)| (&**name, &**file))
        .collect();
    let directory = [("EMAIL_TEMPLATE_DIR", templates.path())];
    let settings = [&names[..], &directory, &PASSWORDLESS].concat();
    in_both_dialects(&settings, async |world| {
        for ((name, ..), letter) in LETTERS.iter().zip(one_of_each(world).await) {
            assert_eq!(letter.0, format!("EMAIL_SUBJECT_{name}"));
            assert_eq!(letter.1, format!("EMAIL_TEMPLATE_{name}"));
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_the_built_in_letter() {
    let templates = Templates::with(&[
        (
            "email/activation_subject.txt",
            " Welcome\r\nto {{ site_name }}\n\n",
        ),
        (
            "email/password_set_email.html",
            "<p>Only the body &amp; nothing else</p>",
        ),
    ]);
    let nowhere = format!("{}/nowhere", templates.path());
    let subjects = |world_letters: &[(String, String)]| -> Vec<String> {
        world_letters.iter().map(|it| it.0.clone()).collect()
    };
    for (directory, first, body) in [
        (templates.path(), "Welcome to Example", true),
        (&nowhere, "Activate your account on Example", false),
        ("", "Activate your account on Example", false),
    ] {
        let settings = [&[("EMAIL_TEMPLATE_DIR", directory)][..], &PASSWORDLESS].concat();
        in_both_dialects(&settings, async |world| {
            let letters = one_of_each(world).await;
            let expected = [
                first,
                first,
                "Set your password on Example",
                "Reset your password on Example",
                "Confirm your e-mail address on Example",
            ];
            assert_eq!(subjects(&letters), expected);
            assert!(letters[0].1.contains("https://app.example.com/activate/"));
            assert_eq!(letters[2].1 == "Only the body & nothing else", body);
        })
        .await;
    }
}

#[tokio::test]
async fn links_lead_where_the_settings_say() {
    let settings = [
        ("FRONTEND_URL", "https://accounts.example.org:8443"),
        ("SITE_NAME", ""),
        ("ACTIVATION_PATH_ON_EMAIL", "/a/b/"),
    ];
    in_both_dialects(&settings, async |world| {
        world
            .act("register", registration(Value::Null))
            .await
            .succeeds();
        let (subject, text) = last(world);
        assert!(
            text.contains("https://accounts.example.org:8443/a/b/"),
            "{text}"
        );
        assert_eq!(subject, "Activate your account on accounts.example.org");
    })
    .await;
}
