use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use shared::settings::Settings;
use shared::settings::table::{REQUIRED, Row, TABLE};
use tests::people::NEW_PASSWORD;
use tests::{World, in_both_dialects, in_each_dialect, service};

/// What is said about settings that are wrong, a line each.
fn faults(changed: &[(&str, &str)]) -> Vec<String> {
    service(changed)
        .err()
        .map(|error| error.0)
        .unwrap_or_default()
}

/// Values that a setting must not have.
fn malformed(row: &Row) -> &'static [&'static str] {
    match (row.name, row.kind) {
        ("JWT_SECRET_KEY" | "JWT_PREVIOUS_SECRET_KEY", _) => &["a secret of 31 bytes, not shown"],
        ("JWT_ISSUER" | "JWT_AUDIENCE" | "SITE_NAME", _) => &[],
        ("LOGIN_ALLOWED_FIELDS", _) => &["phone", "email,", "none", "email username"],
        ("REGISTER_MUTATION_FIELDS", _) => &["email", "email,username,phone", "firstName", "none"],
        ("REGISTER_MUTATION_FIELDS_OPTIONAL", _) => &["email", "phone", "first_name,,last_name"],
        ("UPDATE_MUTATION_FIELDS", _) => &["first_name,email", "username", "phone"],
        (_, "list") => &["strength", "length;common"],
        (_, "bool") => &["maybe", "2", "truee"],
        (_, "duration") => &[
            "soon",
            "0",
            "-5",
            "5 x",
            "1.5h",
            "5m 3",
            "0s",
            "99999999999999999999",
        ],
        (_, "duration or 0") => &["soon", "-5", "5x"],
        (_, "rate or `off`") => &[
            "10",
            "0/15m",
            "100001/1h",
            "10/0",
            "10/soon",
            "ten/1h",
            "+10/15m",
            "/1h",
            "never",
        ],
        (_, "int 1-100") => &["0", "101", "many", "-1", "1.5", "+5"],
        (_, "int 0-5") => &["6", "-1", "all"],
        (_, "PEM") => &["not a key, and not shown", "-----BEGIN PRIVATE KEY-----"],
        (_, "header name") => &["X Token", "X-Token:", "Ü", "Cookie", "content-type"],
        (_, "word") => &["two words", "wörd"],
        (_, "address") => &["nobody", "a@b", "Name a@example.com"],
        (_, "origin") => &[
            "app.example.com",
            "ftp://app.example.com",
            "http://app.example.com",
            "http://localhost.example.com",
            "http://app.localhost",
            "https:app.example.com",
            "https://app.example.com/.",
            "https://app.example.com/app",
            "https://app.example.com?x=1",
            "https://me@app.example.com",
        ],
        (_, "path") => &["a b", "/", "a//b", "a?b", "a#b", "../a"],
        (_, "directory") => &["Cargo.toml"],
        (_, "file") => &["../outside.txt", "/etc/passwd"],
        (_, "JSON object of strings") => &["text", "[]", r#"{"a": 1}"#, r#"{"a": null}"#],
        (_, choices) if choices.starts_with('`') => &["some", "STAFF", "RS1"],
        (name, kind) => panic!("{name} is a {kind}, of which no value is known to be malformed"),
    }
}

fn is_secret(row: &Row) -> bool {
    row.kind == "PEM" || row.name.ends_with("SECRET_KEY")
}

#[test]
fn a_malformed_value_of_any_setting_is_refused_by_name() {
    for row in TABLE {
        for value in malformed(row) {
            let faults = faults(&[(row.name, value)]);
            let start = format!("invalid setting {}: ", row.name);
            assert_eq!(faults.len(), 1, "{}={value}: {faults:?}", row.name);
            assert!(faults[0].starts_with(&start), "{value}: {faults:?}");
            let is_shown = faults[0].contains(value);
            assert!(!is_secret(row) || !is_shown, "{} is shown", row.name);
        }
    }
    let text = "invalid setting JWT_EXPIRATION_DELTA: \"soon\" is not a duration";
    assert!(faults(&[("JWT_EXPIRATION_DELTA", "soon")])[0].starts_with(text));
}

#[test]
fn all_faulty_settings_are_named_at_once() {
    let of_each: Vec<_> = TABLE
        .iter()
        .filter_map(|row| Some((row.name, *malformed(row).first()?)))
        .collect();
    let faults = faults(&of_each);
    for (name, _) in &of_each {
        let start = format!("invalid setting {name}: ");
        let times = faults
            .iter()
            .filter(|fault| fault.starts_with(&start))
            .count();
        assert_eq!(times, 1, "{name} in {faults:#?}");
    }
    assert_eq!(faults.len(), of_each.len(), "{faults:#?}");

    let three = [
        ("JWT_EXPIRATION_DELTA", "soon"),
        ("ALLOW_DELETE_ACCOUNT", "maybe"),
        ("USERS_QUERY_ACCESS", "some"),
    ];
    let error = service(&three).err().expect("faults").to_string();
    assert!(
        three.iter().all(|(name, _)| error.contains(name)),
        "{error}"
    );
    assert_eq!(error.lines().count(), 3);
}

#[test]
fn a_setting_that_is_needed_is_named_when_it_is_missing() {
    let needed: Vec<_> = TABLE
        .iter()
        .filter(|row| row.default == REQUIRED)
        .map(|row| row.name)
        .collect();
    assert_eq!(needed, ["JWT_SECRET_KEY", "EMAIL_FROM", "FRONTEND_URL"]);
    let empty: Vec<_> = needed.iter().map(|name| (*name, " ")).collect();
    let faults = faults(&empty);
    assert_eq!(faults.len(), 3, "{faults:?}");
    for name in needed {
        assert!(
            faults.iter().any(|fault| fault.contains(name)),
            "{name} in {faults:?}"
        );
    }
    for algorithm in ["RS256", "RS384", "RS512"] {
        let faults = self::faults(&[("JWT_ALGORITHM", algorithm)]);
        assert!(
            faults.len() == 1 && faults[0].contains("JWT_PRIVATE_KEY"),
            "{faults:?}"
        );
    }
}

#[test]
fn a_name_stands_in_one_of_the_lists_of_registration_only() {
    let both = [
        ("REGISTER_MUTATION_FIELDS", "email,username,first_name"),
        ("REGISTER_MUTATION_FIELDS_OPTIONAL", "first_name"),
    ];
    let faults = faults(&both);
    assert!(
        faults.len() == 1 && faults[0].contains("REGISTER_MUTATION_FIELDS"),
        "{faults:?}"
    );
}

#[test]
fn values_may_be_written_in_several_ways() {
    for (name, values) in [
        (
            "ALLOW_DELETE_ACCOUNT",
            &["true", "1", "YES", "On", "false", "0", "no", "OFF"][..],
        ),
        (
            "JWT_EXPIRATION_DELTA",
            &["300", "5m", " 7d ", "1h 30m", "2w"],
        ),
        ("JWT_LEEWAY", &["0", "0s", "10"]),
        ("THROTTLE_LOGIN", &["10/15m", "off", "1/1", "100000/90d"]),
        ("AUTH_PASSWORD_VALIDATORS", &["none", "numeric , length"]),
        (
            "LOGIN_ALLOWED_FIELDS",
            &["email", "username", "username,email", "email,email"],
        ),
        ("UPDATE_MUTATION_FIELDS", &["none", "last_name"]),
        ("RELAY_CONNECTION_MAX_LIMIT", &["1", "100"]),
        ("EMAIL_FROM", &["a@example.com", "Example <a@example.com>"]),
        (
            "FRONTEND_URL",
            &[
                "https://a.example:8443",
                "http://localhost:3000",
                "http://127.0.0.1",
                "http://[::1]:3000",
            ],
        ),
        ("ACTIVATION_PATH_ON_EMAIL", &["/account/activate/", "a"]),
        ("EMAIL_TEMPLATE_DIR", &["nowhere", "src"]),
        (
            "EMAIL_TEMPLATE_VARIABLES",
            &["{}", r#"{"team": "Example"}"#],
        ),
        ("TRUSTED_PROXIES", &["0", "5"]),
    ] {
        for value in values {
            for value in [(*value).to_owned(), format!("\t{value} \n")] {
                let faults = faults(&[(name, &value)]);
                assert!(faults.is_empty(), "{name}={value}: {faults:?}");
            }
        }
    }
}

#[test]
fn an_empty_setting_is_none_and_a_strange_one_is_not_looked_at() {
    let empty = TABLE.iter().filter(|row| row.default != REQUIRED);
    let empty: Vec<_> = empty.map(|row| (row.name, "  ")).collect();
    assert_eq!(faults(&empty), [""; 0]);
    assert_eq!(
        faults(&[("JWT_EXPIRATION", "soon"), ("DEBUG", "maybe")]),
        [""; 0]
    );
}

#[test]
fn the_site_is_called_after_the_host_of_the_front_end_unless_it_has_a_name() {
    for (url, name) in [
        ("https://app.example.com", "app.example.com"),
        ("https://app.example.com:8443", "app.example.com"),
        ("http://localhost:3000", "localhost"),
        ("http://127.0.0.1", "127.0.0.1"),
        ("http://[::1]", "[::1]"),
        ("http://[::1]:3000", "[::1]"),
    ] {
        let app = service(&[("FRONTEND_URL", url), ("SITE_NAME", "")]).expect("settings");
        assert_eq!(app.settings.mails.site_name, name, "{url}");
    }
}

#[test]
fn settings_are_read_once() {
    let reads = std::sync::Mutex::new(BTreeMap::new());
    let read = |name: &str| {
        *reads
            .lock()
            .expect("nobody panics")
            .entry(name.to_owned())
            .or_insert(0) += 1;
        (name == "JWT_SECRET_KEY").then(|| "x".repeat(32))
    };
    assert!(Settings::read(&read).is_err());
    let reads = reads.into_inner().expect("nobody panics");
    for row in TABLE {
        assert!(reads.contains_key(row.name), "{} is not read", row.name);
    }
}

/// How long an access token of a new login is good, in seconds.
async fn lifetime(world: &World) -> i64 {
    let token = world.token_of("vera").await;
    let payload = world
        .act("verifyToken", json!({ "token": token }))
        .await
        .succeeds();
    let payload = payload.get("payload");
    payload["exp"].as_i64().expect("seconds") - payload["origIat"].as_i64().expect("seconds")
}

#[tokio::test]
async fn a_changed_setting_shows_at_the_next_start() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let running = world.app();
        assert_eq!(lifetime(world).await, 300);
        for (value, seconds) in [("10m", 600), ("600", 600), (" 1h 30m ", 5_400), ("", 300)] {
            world
                .restart(&[("JWT_EXPIRATION_DELTA", value)])
                .expect("settings");
            assert_eq!(lifetime(world).await, seconds, "{value}");
        }
        assert_eq!(running.settings.access.lifetime, Duration::from_mins(5));
    })
    .await;
}

#[tokio::test]
async fn a_start_that_fails_leaves_the_running_service_alone() {
    in_both_dialects(&[], async |world| {
        world.vera().await;
        let error = world.restart(&[("JWT_EXPIRATION_DELTA", "soon")]);
        assert!(
            error
                .expect_err("a fault")
                .to_string()
                .contains("JWT_EXPIRATION_DELTA")
        );
        assert_eq!(lifetime(world).await, 300);
    })
    .await;
}

#[tokio::test]
async fn lifetimes_may_be_as_short_as_two_seconds() {
    let short = [
        ("JWT_EXPIRATION_DELTA", "2s"),
        ("JWT_REFRESH_EXPIRATION_DELTA", "2s"),
    ];
    in_both_dialects(&short, async |world| {
        world.vera().await;
        let logged_in = world.log_in("vera").await.succeeds();
        let token = logged_in.access_token();
        world.pass(Duration::from_secs(1));
        world
            .act("verifyToken", json!({ "token": token }))
            .await
            .succeeds();
        world.pass(Duration::from_secs(2));
        let reply = world.act("verifyToken", json!({ "token": token })).await;
        reply.refuses("nonFieldErrors", "expired_token");
        let me = world.with_token(&token).query("{ me { username } }").await;
        assert_eq!(me, json!({ "me": null }));
        let refreshing = json!({ "refreshToken": logged_in.refresh_token() });
        world
            .act("refreshToken", refreshing)
            .await
            .refuses("nonFieldErrors", "invalid_token");
    })
    .await;
}

#[tokio::test]
async fn every_mail_comes_from_the_address_that_is_set() {
    in_each_dialect(&[("EMAIL_FROM", "Example <post@example.com>")], async |world| {
        world.vera().await;
        world.nora().await;
        let form = json!({
            "email": "new_user@email.com", "username": "new_user",
            "password1": NEW_PASSWORD, "password2": NEW_PASSWORD,
        });
        world.act("register", form).await.succeeds();
        world.act("resendActivationEmail", json!({ "email": "nora@email.com" })).await.succeeds();
        world.act("sendPasswordResetEmail", json!({ "email": "vera@email.com" })).await.succeeds();
        let token = world.token_mailed("vera@email.com", "password-reset");
        let form = json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD });
        world.act("passwordReset", form).await.succeeds();
        let letters = world.inbox.letters();
        assert_eq!(letters.len(), 4);
        for letter in letters {
            assert!(letter.from.contains("post@example.com"), "{}", letter.from);
        }
    })
    .await;
}

#[tokio::test]
async fn the_access_token_comes_in_the_header_and_behind_the_word_that_are_set() {
    let settings = [
        ("JWT_AUTH_HEADER_NAME", "X-Token"),
        ("JWT_AUTH_HEADER_PREFIX", "Token"),
    ];
    in_each_dialect(&settings, async |world| {
        world.nora().await;
        let token = world.token_of("nora").await;
        for (name, word, is_read) in [
            ("x-token", "Token", true),
            ("X-TOKEN", "tOKEN", true),
            ("x-token", "Bearer", true),
            ("x-token", "bearer", true),
            ("x-token", "JWT", false),
            ("authorization", "Token", false),
            ("authorization", "Bearer", false),
            ("authorization", "JWT", false),
            ("cookie", "Token", false),
        ] {
            let asker = world
                .anybody()
                .with_header(name, &format!("{word} {token}"));
            let me = asker.query("{ me { username } }").await;
            let expected = if is_read { json!("nora") } else { Value::Null };
            assert_eq!(me["me"]["username"], expected, "{name}: {word}");
        }
    })
    .await;
}
