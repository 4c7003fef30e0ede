//! What an operator decides, read once at start-up from the environment. The only place that
//! looks at environment variables.

mod access_tokens;
mod accounts;
mod deployment;
mod logging;
mod mails;
mod reader;
pub mod table;
mod templates;
mod values;

use std::time::Duration;

pub use access_tokens::{AccessTokens, Algorithm};
pub use accounts::{Accounts, LoginField, UsersAccess};
pub use deployment::{Credentials, Deployment};
pub use logging::{LogFormat, Logging, Measured};
pub use mails::{Frontend, Mails};
pub use templates::Templates;
pub use values::Rate;

use reader::Reader;

/// A value that is never shown: no `Debug`, no `Display`.
#[derive(Clone)]
pub struct Secret(zeroize::Zeroizing<String>);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the code that uses it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Rules for sessions. Field meanings: [`table::TABLE`], section "Sessions".
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the table of settings says what each means")]
pub struct Sessions {
    pub long_running: bool,
    pub lifetime: Duration,
    pub rotation: bool,
    pub grace: Duration,
}

/// Lifetimes of mailed tokens. Field meanings: [`table::TABLE`], section "E-mail tokens".
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the table of settings says what each means")]
pub struct MailedTokens {
    pub activation: Duration,
    pub password_reset: Duration,
    pub password_set: Duration,
    pub secondary_activation: Duration,
}

/// Rules for captchas. Field meanings: [`table::TABLE`], section "Captcha".
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the table of settings says what each means")]
pub struct Captchas {
    pub for_login: bool,
    pub for_register: bool,
    pub lifetime: Duration,
    pub max_retries: u32,
    pub unchecked: bool,
}

/// The limits; none where one is off. Field meanings: [`table::TABLE`], section "Limits".
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the table of settings says what each means")]
pub struct Limits {
    pub login: Option<Rate>,
    pub login_identifier: Option<Rate>,
    pub login_network: Option<Rate>,
    pub mail: Option<Rate>,
    pub mail_network: Option<Rate>,
    pub trusted_proxies: usize,
}

/// Everything an operator decides.
#[derive(Clone)]
#[allow(missing_docs, reason = "each part says what it is")]
pub struct Settings {
    pub accounts: Accounts,
    pub access: AccessTokens,
    pub sessions: Sessions,
    pub mailed: MailedTokens,
    pub mails: Mails,
    pub captchas: Captchas,
    pub limits: Limits,
    pub deployment: Deployment,
}

/// Every faulty setting, a line each, with what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub Vec<String>);

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads the settings from the environment of this process.
    ///
    /// # Errors
    /// Names every faulty variable at once.
    #[allow(
        clippy::disallowed_methods,
        reason = "the environment is read in settings"
    )]
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(&|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Which of the variables are missing that Lambda sets and its runtime cannot be without.
    #[must_use]
    #[allow(
        clippy::disallowed_methods,
        reason = "the environment is read in settings"
    )]
    pub fn missing_of_lambda() -> Vec<&'static str> {
        let needed = [
            "AWS_LAMBDA_RUNTIME_API",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_VERSION",
        ];
        let is_missing = |name: &&str| std::env::var_os(name).is_none();
        needed.into_iter().filter(is_missing).collect()
    }

    /// Reads the settings from anything that knows variables by name.
    ///
    /// # Errors
    /// Names every faulty variable at once.
    pub fn read(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut read = Reader::new(variable);
        let accounts = read.accounts();
        let access = read.access_tokens();
        let sessions = Sessions {
            long_running: read.flag("JWT_LONG_RUNNING_REFRESH_TOKEN"),
            lifetime: read.duration("JWT_REFRESH_EXPIRATION_DELTA"),
            rotation: read.flag("REFRESH_TOKEN_ROTATION"),
            grace: read.duration_or_zero("REFRESH_REUSE_INTERVAL"),
        };
        let mailed = MailedTokens {
            activation: read.duration("EXPIRATION_ACTIVATION_TOKEN"),
            password_reset: read.duration("EXPIRATION_PASSWORD_RESET_TOKEN"),
            password_set: read.duration("EXPIRATION_PASSWORD_SET_TOKEN"),
            secondary_activation: read.duration("EXPIRATION_SECONDARY_EMAIL_ACTIVATION_TOKEN"),
        };
        let mails = read.mails();
        let captchas = Captchas {
            for_login: read.flag("LOGIN_REQUIRE_CAPTCHA"),
            for_register: read.flag("REGISTER_REQUIRE_CAPTCHA"),
            lifetime: read.duration("CAPTCHA_EXPIRATION_DELTA"),
            max_retries: read.int("CAPTCHA_MAX_RETRIES", 1, 100),
            unchecked: read.flag("CI_MODE"),
        };
        let limits = Limits {
            login: read.rate("THROTTLE_LOGIN"),
            login_identifier: read.rate("THROTTLE_LOGIN_IDENTIFIER"),
            login_network: read.rate("THROTTLE_LOGIN_NETWORK"),
            mail: read.rate("THROTTLE_MAIL"),
            mail_network: read.rate("THROTTLE_MAIL_NETWORK"),
            trusted_proxies: read.int("TRUSTED_PROXIES", 0, 5) as usize,
        };
        let deployment = read.deployment();
        match (read.into_faults(), access, mails, deployment) {
            (faults, Some(access), Some(mails), Some(deployment)) if faults.is_empty() => {
                Ok(Self {
                    accounts,
                    access,
                    sessions,
                    mailed,
                    mails,
                    captchas,
                    limits,
                    deployment,
                })
            }
            (faults, ..) => Err(SettingsError(faults)),
        }
    }
}
