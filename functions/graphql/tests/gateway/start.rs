use std::process::{Command, Output};

use tests::{Dialect, World};

const SECRET: &str = "a-signing-secret-of-more-than-thirty-two-bytes";
const SHORT: &str = "a-signing-secret-too-short";
const ACCESS: &str = "the/secret/access/key/of/somebody";
const SESSION: &str = "the//session//token//of//somebody";
const PEM: &str =
    "-----BEGIN PRIVATE KEY-----\nVGhpc0lzTm90QUtleUF0QWxs\n-----END PRIVATE KEY-----";

/// Starts the binary with nothing but these settings; none of them can be right as a whole.
fn start(settings: &[(&str, &str)]) -> Output {
    Command::new(super::binary())
        .env_clear()
        .env("RUST_LOG", "trace")
        .envs(settings.iter().copied())
        .output()
        .expect("a process")
}

#[test]
fn a_start_with_wrong_settings_names_them_and_shows_no_secret() {
    let common = [
        ("AWS_SECRET_ACCESS_KEY", ACCESS),
        ("AWS_SESSION_TOKEN", SESSION),
        ("JWT_EXPIRATION_DELTA", "soon"),
    ];
    let secrets = [
        (("JWT_SECRET_KEY", SECRET), false),
        (("JWT_SECRET_KEY", SHORT), true),
        (("JWT_PREVIOUS_SECRET_KEY", SHORT), true),
        (("JWT_PRIVATE_KEY", PEM), true),
        (("JWT_PREVIOUS_PUBLIC_KEY", PEM), true),
    ];
    for (secret, is_wrong) in secrets {
        for format in ["JSON", "Text"] {
            let mut settings = common.to_vec();
            settings.extend([secret, ("AWS_LAMBDA_LOG_FORMAT", format)]);
            let output = start(&settings);
            assert_eq!(output.status.code(), Some(1));
            for text in [output.stdout, output.stderr] {
                let text = String::from_utf8(text).expect("text");
                let fault = "invalid setting JWT_EXPIRATION_DELTA";
                assert!(text.contains(fault), "{text}");
                let fault = format!("invalid setting {}", secret.0);
                assert_eq!(text.contains(&fault), is_wrong, "{text}");
                for shown in [SECRET, SHORT, ACCESS, SESSION, "VGhpc0lzTm90"] {
                    assert!(!text.contains(shown), "{shown} in {text}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_start_without_lambda_says_who_starts_it() {
    let world = World::open(Dialect::Plain, &[]).await;
    let output = Command::new(super::binary())
        .env_clear()
        .envs(world.variables())
        .env("AWS_LAMBDA_FUNCTION_NAME", "latchkey")
        .output()
        .expect("a process");
    world.close().await;
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).expect("text");
    assert!(
        text.contains(
            "AWS_LAMBDA_RUNTIME_API, AWS_LAMBDA_FUNCTION_MEMORY_SIZE, AWS_LAMBDA_FUNCTION_VERSION not set"
        ),
        "{text}"
    );
    assert!(text.contains("make dev"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}
