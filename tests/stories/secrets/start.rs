use shared::settings::table::TABLE;
use tests::service;

// Made for these stories. They open nothing.
const FIRST: &str = include_str!("../../keys/first.pem");
const PUBLIC: &str = include_str!("../../keys/first.public.pem");

/// What is said of settings that are wrong.
fn said(settings: &[(&str, &str)]) -> String {
    service(settings)
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

/// Whether a text shows any part of a value that is long enough to be of use.
fn shows(text: &str, value: &str) -> bool {
    let letters: Vec<char> = value.chars().collect();
    let parts = letters.windows(letters.len().min(12));
    parts
        .map(String::from_iter)
        .any(|part| text.contains(&part))
}

/// Names of settings that are secret, and values that are wrong for them in several ways.
fn wrong() -> Vec<(&'static str, String)> {
    let short = [
        "s3cr3t-but-short",
        "0123456789abcdef0123456789abcde",
        "ünïcödé-sécrét",
    ];
    let damaged = FIRST.replacen("MII", "MIJ", 1);
    let cut: String = FIRST.lines().take(10).collect::<Vec<_>>().join("\n");
    let pems = [
        "no-key-but-something-secret".to_owned(),
        FIRST.replace("-----", "----"),
        FIRST.replace("PRIVATE", "EC PRIVATE"),
        damaged,
        cut,
    ];
    let secrets = ["JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEY"];
    let secrets = secrets
        .iter()
        .flat_map(|name| short.map(|value| (*name, value.to_owned())));
    let keys = ["JWT_PRIVATE_KEY", "JWT_PREVIOUS_PUBLIC_KEY"];
    let keys = keys
        .iter()
        .flat_map(|name| pems.clone().map(|value| (*name, value)));
    secrets
        .chain(keys)
        .chain([
            ("JWT_PRIVATE_KEY", PUBLIC.to_owned()),
            // A private key where a public one belongs.
            ("JWT_PREVIOUS_PUBLIC_KEY", FIRST.to_owned()),
        ])
        .collect()
}

#[test]
fn what_is_wrong_with_a_secret_is_said_without_showing_any_of_it() {
    for (name, value) in wrong() {
        for (algorithm, lines) in [("HS256", &value), ("RS256", &value.replace('\n', "\\n"))] {
            let said = said(&[(name, lines.as_str()), ("JWT_ALGORITHM", algorithm)]);
            assert!(said.contains(name), "{name}={value}: {said}");
            let body: String = value
                .lines()
                .filter(|line| !line.starts_with("--"))
                .collect();
            assert!(!shows(&said, &body), "{name}={value}: {said}");
        }
    }
}

#[test]
fn a_secret_that_is_right_is_not_shown_when_everything_else_is_wrong() {
    let secrets = [
        (
            "JWT_SECRET_KEY",
            "a secret that is right, and forty bytes long",
        ),
        (
            "JWT_PREVIOUS_SECRET_KEY",
            "a secret that was right, and forty bytes long",
        ),
        ("JWT_PRIVATE_KEY", FIRST),
        ("JWT_PREVIOUS_PUBLIC_KEY", PUBLIC),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIK7MDENGbPxRfiCY"),
        ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjENrsomethingmore"),
    ];
    let is_secret = |name: &str| secrets.iter().any(|(secret, _)| *secret == name);
    let others = TABLE.iter().filter(|row| !is_secret(row.name));
    let mut settings: Vec<_> = others.map(|row| (row.name, "\u{7}?")).collect();
    settings.extend([("TLS_NATIVE_ROOTS", "?"), ("AWS_ENDPOINT_URL_SESV2", "?")]);
    settings.extend(secrets);
    let said = said(&settings);
    assert!(said.lines().count() > 40, "{said}");
    for (name, value) in secrets {
        assert!(
            !said.contains(&format!("{name}:")),
            "{name} is right: {said}"
        );
        let body: String = value
            .lines()
            .filter(|line| !line.starts_with("--"))
            .collect();
        assert!(!shows(&said, &body), "{name} is shown: {said}");
    }
}
