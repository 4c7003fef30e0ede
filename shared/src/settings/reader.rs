//! Reads variables, collects what is wrong with them, and goes on.

use std::collections::BTreeMap;
use std::path::{Component, PathBuf};
use std::time::Duration;

use super::table::{REQUIRED, TABLE};
use super::{
    AccessTokens, Accounts, Algorithm, Frontend, LoginField, Mails, Rate, Secret, TemplateFiles,
    UsersAccess, values,
};
use crate::error::Field;
use crate::mail::Sender;
use crate::password::strength::Check;
use crate::token::access;

pub(super) struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<String>,
}

const NAME_FIELDS: [(&str, Field); 2] = [
    ("first_name", Field::FirstName),
    ("last_name", Field::LastName),
];

const LOGIN_FIELDS: [(&str, LoginField); 2] = [
    ("email", LoginField::Email),
    ("username", LoginField::Username),
];

impl<'a> Reader<'a> {
    pub(super) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            variable,
            faults: Vec::new(),
        }
    }

    pub(super) fn into_faults(self) -> Vec<String> {
        self.faults
    }

    pub(super) fn fault(&mut self, name: &str, reason: &str) {
        self.faults
            .push(format!("invalid setting {name}: {reason}"));
    }

    pub(super) fn missing(&mut self, name: &str, what: &str) {
        self.faults
            .push(format!("missing setting {name}: write {what}"));
    }

    /// The variable without white space around it; an empty one counts as not set.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        let value = (self.variable)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn given_or_default(&self, name: &str) -> Option<String> {
        self.given(name).or_else(|| {
            let row = TABLE.iter().find(|row| row.name == name);
            let default = row
                .expect("every setting that is read is in the table")
                .default;
            (!default.is_empty() && default != REQUIRED).then(|| default.to_owned())
        })
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.given_or_default(name)?;
        parse(&text)
            .map_err(|reason| self.fault(name, &reason))
            .ok()
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.parsed(name, values::flag).unwrap_or_default()
    }

    pub(super) fn duration(&mut self, name: &str) -> Duration {
        self.parsed(name, values::duration).unwrap_or_default()
    }

    pub(super) fn duration_or_zero(&mut self, name: &str) -> Duration {
        self.parsed(name, values::duration_or_zero)
            .unwrap_or_default()
    }

    pub(super) fn rate(&mut self, name: &str) -> Option<Rate> {
        self.parsed(name, values::rate).flatten()
    }

    pub(super) fn int(&mut self, name: &str, least: u32, most: u32) -> u32 {
        self.parsed(name, |text| values::int(text, least, most))
            .unwrap_or_default()
    }

    fn list<T: Copy + PartialEq>(&mut self, name: &str, choices: &[(&str, T)]) -> Vec<T> {
        self.parsed(name, |text| values::list(text, choices))
            .unwrap_or_default()
    }

    pub(super) fn accounts(&mut self) -> Option<Accounts> {
        let login_allowed_fields = self.login_allowed_fields();
        let (register_fields, register_fields_optional) = self.register_fields();
        let password_checks = self.password_checks();
        let login_field = self.parsed("LOGIN_FIELDS", |text| values::choice(text, &LOGIN_FIELDS));
        let users_access = self.parsed("USERS_QUERY_ACCESS", |text| {
            values::choice(
                text,
                &[
                    ("public", UsersAccess::Public),
                    ("authenticated", UsersAccess::Authenticated),
                    ("staff", UsersAccess::Staff),
                    ("off", UsersAccess::Off),
                ],
            )
        });
        let accounts = Accounts {
            allow_login_not_verified: self.flag("ALLOW_LOGIN_NOT_VERIFIED"),
            login_allowed_fields,
            login_field: login_field.unwrap_or(LoginField::Username),
            allow_login_with_secondary_email: self.flag("ALLOW_LOGIN_WITH_SECONDARY_EMAIL"),
            register_fields,
            register_fields_optional,
            update_fields: self.list("UPDATE_MUTATION_FIELDS", &NAME_FIELDS),
            passwordless_registration: self.flag("ALLOW_PASSWORDLESS_REGISTRATION"),
            send_password_set_email: self.flag("SEND_PASSWORD_SET_EMAIL"),
            send_activation_email: self.flag("SEND_ACTIVATION_EMAIL"),
            allow_delete_account: self.flag("ALLOW_DELETE_ACCOUNT"),
            allow_password_reset_not_verified: self.flag("ALLOW_PASSWORD_RESET_NOT_VERIFIED"),
            password_checks,
            users_access: users_access.unwrap_or(UsersAccess::Off),
            users_page_limit: self.int("RELAY_CONNECTION_MAX_LIMIT", 1, 100),
        };
        Some(accounts)
    }

    fn login_allowed_fields(&mut self) -> Vec<LoginField> {
        let mut fields = self.list("LOGIN_ALLOWED_FIELDS", &LOGIN_FIELDS);
        fields.sort_unstable();
        if self
            .given("LOGIN_ALLOWED_FIELDS")
            .is_some_and(|text| text.eq_ignore_ascii_case("none"))
        {
            self.fault(
                "LOGIN_ALLOWED_FIELDS",
                "it is empty; write email, username or both",
            );
        }
        fields
    }

    fn register_fields(&mut self) -> (Vec<Field>, Vec<Field>) {
        const REQUIRED_FIELDS: &str = "REGISTER_MUTATION_FIELDS";
        const OPTIONAL_FIELDS: &str = "REGISTER_MUTATION_FIELDS_OPTIONAL";
        let [first_name, last_name] = NAME_FIELDS;
        let all = [
            ("email", Field::Email),
            ("username", Field::Username),
            first_name,
            last_name,
        ];
        let faults = self.faults.len();
        let required = self.list(REQUIRED_FIELDS, &all);
        let optional = self.list(OPTIONAL_FIELDS, &all);
        if self.faults.len() > faults {
            return (required, optional);
        }
        if !required.contains(&Field::Email) || !required.contains(&Field::Username) {
            self.fault(REQUIRED_FIELDS, "it must contain email and username");
        }
        if optional.iter().any(|field| required.contains(field)) {
            let reason = format!("a name in it is also in {REQUIRED_FIELDS}; write it in one list");
            self.fault(OPTIONAL_FIELDS, &reason);
        }
        (required, optional)
    }

    fn password_checks(&mut self) -> Vec<Check> {
        let choices = [
            ("similarity", Check::Similarity),
            ("length", Check::Length),
            ("common", Check::Common),
            ("numeric", Check::Numeric),
        ];
        self.list("AUTH_PASSWORD_VALIDATORS", &choices)
    }

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

    pub(super) fn mails(&mut self) -> Option<Mails> {
        let from = self.parsed("EMAIL_FROM", |text| {
            Sender::parse(text).ok_or_else(|| {
                format!("{text:?} is not an address; write a@example.com or Name <a@example.com>")
            })
        });
        if self.given("EMAIL_FROM").is_none() {
            self.missing("EMAIL_FROM", "the address that mails come from");
        }
        let frontend = self.parsed("FRONTEND_URL", frontend);
        if self.given("FRONTEND_URL").is_none() {
            self.missing(
                "FRONTEND_URL",
                "the origin of your front end, like https://app.example.com",
            );
        }
        let activation = self.files(
            "EMAIL_SUBJECT_ACTIVATION",
            "EMAIL_TEMPLATE_ACTIVATION",
            None,
        );
        let resend = self.files(
            "EMAIL_SUBJECT_ACTIVATION_RESEND",
            "EMAIL_TEMPLATE_ACTIVATION_RESEND",
            Some(&activation),
        );
        let path = |read: &mut Self, name| read.parsed(name, values::path).unwrap_or_default();
        Some(Mails {
            activation_path: path(self, "ACTIVATION_PATH_ON_EMAIL"),
            secondary_activation_path: path(self, "ACTIVATION_SECONDARY_EMAIL_PATH_ON_EMAIL"),
            password_set_path: path(self, "PASSWORD_SET_PATH_ON_EMAIL"),
            password_reset_path: path(self, "PASSWORD_RESET_PATH_ON_EMAIL"),
            template_dir: self.parsed("EMAIL_TEMPLATE_DIR", directory),
            activation,
            activation_resend: resend,
            password_set: self.files(
                "EMAIL_SUBJECT_PASSWORD_SET",
                "EMAIL_TEMPLATE_PASSWORD_SET",
                None,
            ),
            password_reset: self.files(
                "EMAIL_SUBJECT_PASSWORD_RESET",
                "EMAIL_TEMPLATE_PASSWORD_RESET",
                None,
            ),
            secondary_activation: self.files(
                "EMAIL_SUBJECT_SECONDARY_EMAIL_ACTIVATION",
                "EMAIL_TEMPLATE_SECONDARY_EMAIL_ACTIVATION",
                None,
            ),
            variables: self
                .parsed("EMAIL_TEMPLATE_VARIABLES", variables)
                .unwrap_or_default(),
            security_notices: self.flag("SEND_SECURITY_NOTICES"),
            site_name: self.given("SITE_NAME").or_else(|| {
                let domain = &frontend.as_ref()?.domain;
                Some(
                    domain
                        .rsplit_once(':')
                        .map_or(domain.as_str(), |(host, _)| host)
                        .to_owned(),
                )
            })?,
            from: from?,
            frontend: frontend?,
        })
    }

    fn files(&mut self, subject: &str, body: &str, other: Option<&TemplateFiles>) -> TemplateFiles {
        let subject = self.parsed(subject, file);
        let body = self.parsed(body, file);
        TemplateFiles {
            subject: subject
                .or(other.map(|it| it.subject.clone()))
                .unwrap_or_default(),
            body: body.or(other.map(|it| it.body.clone())).unwrap_or_default(),
        }
    }
}

fn header_name(text: &str) -> Result<String, String> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if text.chars().all(is_token) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not the name of a header"))
    }
}

fn one_word(text: &str) -> Result<String, String> {
    if text.contains(char::is_whitespace) {
        Err(format!("{text:?} is more than one word"))
    } else {
        Ok(text.to_owned())
    }
}

fn frontend(text: &str) -> Result<Frontend, String> {
    let wrong = || {
        format!(
            "{text:?} is not an origin; write scheme, host and port, like https://app.example.com"
        )
    };
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?;
    let is_bare = url.path() == "/"
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !is_bare || !matches!(url.scheme(), "http" | "https") {
        return Err(wrong());
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(format!(
            "{text:?} must begin with https:// (http is for localhost only)"
        ));
    }
    let domain = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Ok(Frontend {
        protocol: url.scheme().to_owned(),
        domain,
        port: url.port_or_known_default().ok_or_else(wrong)?,
    })
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A directory that does not exist is like none: the built-in templates are used. Something else
/// of that name is a mistake.
fn directory(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.exists() && !path.is_dir() {
        return Err(format!("{text:?} is not a directory"));
    }
    Ok(path)
}

fn file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        Ok(path)
    } else {
        Err(format!("{text:?} is not a path inside EMAIL_TEMPLATE_DIR"))
    }
}

fn variables(text: &str) -> Result<BTreeMap<String, String>, String> {
    serde_json::from_str(text)
        .map_err(|_| r#"it is not a JSON object of strings, like {"team": "Example"}"#.to_owned())
}
