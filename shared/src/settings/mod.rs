//! What an operator decides, read once at start-up from the environment. The only place that
//! looks at environment variables.

mod deployment;
mod reader;
pub mod table;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use deployment::Deployment;
pub use values::Rate;

use crate::error::Field;
use crate::mail::Sender;
use crate::password::strength::Check;
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

/// Who may use `users`, `user` and `node`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsersAccess {
    /// Everybody.
    Public,
    /// Everybody who is logged in.
    Authenticated,
    /// Staff.
    Staff,
    /// Nobody.
    Off,
}

/// How a person says who they are when logging in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoginField {
    /// By e-mail address.
    Email,
    /// By username.
    Username,
}

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

/// Rules for accounts. Field meanings: [`table::TABLE`], section "Accounts".
#[derive(Clone)]
#[allow(missing_docs, reason = "the table of settings says what each means")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one setting of its own"
)]
pub struct Accounts {
    pub allow_login_not_verified: bool,
    pub login_allowed_fields: Vec<LoginField>,
    pub login_field: LoginField,
    pub allow_login_with_secondary_email: bool,
    pub register_fields: Vec<Field>,
    pub register_fields_optional: Vec<Field>,
    pub update_fields: Vec<Field>,
    pub passwordless_registration: bool,
    pub send_password_set_email: bool,
    pub send_activation_email: bool,
    pub allow_delete_account: bool,
    pub allow_password_reset_not_verified: bool,
    pub password_checks: Vec<Check>,
    pub users_access: UsersAccess,
    pub users_page_limit: u32,
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

/// Where links in mails lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontend {
    /// `https` or `http`.
    pub protocol: String,
    /// Host, with the port if it is not the scheme's own.
    pub domain: String,
    /// The port, also when it is the scheme's own.
    pub port: u16,
}

/// The two template files of one mail, relative to EMAIL_TEMPLATE_DIR.
#[derive(Debug, Clone)]
pub struct TemplateFiles {
    /// The subject.
    pub subject: PathBuf,
    /// The body, HTML.
    pub body: PathBuf,
}

/// Rules for mails. Field meanings: [`table::TABLE`], section "Mails".
#[derive(Clone)]
#[allow(missing_docs, reason = "the table of settings says what each means")]
pub struct Mails {
    pub from: Sender,
    pub frontend: Frontend,
    pub site_name: String,
    pub activation_path: String,
    pub secondary_activation_path: String,
    pub password_set_path: String,
    pub password_reset_path: String,
    pub template_dir: Option<PathBuf>,
    pub activation: TemplateFiles,
    pub activation_resend: TemplateFiles,
    pub password_set: TemplateFiles,
    pub password_reset: TemplateFiles,
    pub secondary_activation: TemplateFiles,
    pub variables: BTreeMap<String, String>,
    pub security_notices: bool,
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
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(&|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
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
        match (read.into_faults(), accounts, access, mails, deployment) {
            (faults, Some(accounts), Some(access), Some(mails), Some(deployment))
                if faults.is_empty() =>
            {
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

#[cfg(test)]
mod tests;
