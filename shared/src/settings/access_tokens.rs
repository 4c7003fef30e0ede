//! Rules for access tokens: how they are signed, how long they live, where they are sent.

use std::time::Duration;

use super::Secret;
use super::reader::Reader;
use super::values;
use crate::token::access;

/// How access tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    Rs512,
}

impl Algorithm {
    /// Whether it signs with an RSA key pair rather than with the secret.
    #[must_use]
    pub fn is_rsa(self) -> bool {
        matches!(self, Self::Rs256 | Self::Rs384 | Self::Rs512)
    }
}

/// Rules for access tokens. Field meanings: [`table::TABLE`], section "Access tokens".
#[derive(Clone)]
#[allow(missing_docs, reason = "the table of settings says what each means")]
pub struct AccessTokens {
    pub secret: Secret,
    pub previous_secret: Option<Secret>,
    pub algorithm: Algorithm,
    pub private_key: Option<Secret>,
    pub previous_public_key: Option<Secret>,
    pub issuer: Option<String>,
    pub audience: Option<String>,
    pub leeway: Duration,
    pub lifetime: Duration,
    pub header_name: String,
    pub header_prefix: String,
}

impl Reader<'_> {
    pub(super) fn access_tokens(&mut self) -> Option<AccessTokens> {
        let secret = self.secret("JWT_SECRET_KEY");
        if secret.is_none() && self.given("JWT_SECRET_KEY").is_none() {
            self.missing(
                "JWT_SECRET_KEY",
                "at least 32 random bytes, like `openssl rand -hex 32`",
            );
        }
        let algorithm = self.parsed("JWT_ALGORITHM", |text| {
            values::choice(
                text,
                &[
                    ("HS256", Algorithm::Hs256),
                    ("HS384", Algorithm::Hs384),
                    ("HS512", Algorithm::Hs512),
                    ("RS256", Algorithm::Rs256),
                    ("RS384", Algorithm::Rs384),
                    ("RS512", Algorithm::Rs512),
                ],
            )
        });
        let private_key = self.pem("JWT_PRIVATE_KEY", access::is_private_key);
        let previous_public_key = self.pem("JWT_PREVIOUS_PUBLIC_KEY", access::is_public_key);
        if algorithm.is_some_and(Algorithm::is_rsa) && self.given("JWT_PRIVATE_KEY").is_none() {
            self.missing(
                "JWT_PRIVATE_KEY",
                "an RSA private key in PEM, since JWT_ALGORITHM is RS*",
            );
        }
        Some(AccessTokens {
            previous_secret: self.secret("JWT_PREVIOUS_SECRET_KEY"),
            issuer: self.given("JWT_ISSUER"),
            audience: self.given("JWT_AUDIENCE"),
            leeway: self.duration_or_zero("JWT_LEEWAY"),
            lifetime: self.duration("JWT_EXPIRATION_DELTA"),
            header_name: self
                .parsed("JWT_AUTH_HEADER_NAME", header_name)
                .unwrap_or_default(),
            header_prefix: self
                .parsed("JWT_AUTH_HEADER_PREFIX", one_word)
                .unwrap_or_default(),
            private_key,
            previous_public_key,
            algorithm: algorithm?,
            secret: secret?,
        })
    }

    /// A secret of at least 32 bytes. What is wrong with one is said without showing it.
    fn secret(&mut self, name: &str) -> Option<Secret> {
        let text = self.given(name)?;
        if text.len() < 32 {
            self.fault(
                name,
                "it is shorter than 32 bytes; write one like `openssl rand -hex 32`",
            );
            return None;
        }
        Some(Secret::new(text))
    }

    /// A PEM; line breaks may be written as `\n`, since some places take one line only.
    fn pem(&mut self, name: &str, is_valid: fn(&str) -> bool) -> Option<Secret> {
        let text = self.given(name)?.replace("\\n", "\n");
        if !is_valid(&text) {
            self.fault(name, "it is not an RSA key of at least 2048 bits in PEM");
            return None;
        }
        Some(Secret::new(text))
    }
}

/// Headers that say something else. Cookies are sent by whoever lures a browser here.
const TAKEN: [&str; 6] = [
    "content-length",
    "content-type",
    "cookie",
    "host",
    "user-agent",
    "x-forwarded-for",
];

fn header_name(text: &str) -> Result<String, String> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if TAKEN.iter().any(|taken| text.eq_ignore_ascii_case(taken)) {
        Err(format!(
            "{text:?} is a header that says something else; write one of its own, like `Authorization`"
        ))
    } else if text.chars().all(is_token) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not the name of a header"))
    }
}

fn one_word(text: &str) -> Result<String, String> {
    if text.chars().all(|c| c.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not one word of ASCII"))
    }
}
