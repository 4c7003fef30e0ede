//! Rules for mails: who they come from, where their links lead, what they are made of.

use std::collections::BTreeMap;

use super::reader::Reader;
use super::templates::Templates;
use super::values;
use crate::mail::Sender;

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

impl Frontend {
    /// The host, without any port.
    fn host(&self) -> &str {
        let port = format!(":{}", self.port);
        self.domain.strip_suffix(&port).unwrap_or(&self.domain)
    }
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
    pub activation: Templates,
    pub activation_resend: Templates,
    pub password_set: Templates,
    pub password_reset: Templates,
    pub secondary_activation: Templates,
    pub variables: BTreeMap<String, String>,
    pub security_notices: bool,
}

impl Reader<'_> {
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
        let dir = self.template_dir();
        let mut templates =
            |names, other: Option<&Templates>| self.templates(dir.as_deref(), names, other);
        let activation = templates(
            ["EMAIL_SUBJECT_ACTIVATION", "EMAIL_TEMPLATE_ACTIVATION"],
            None,
        );
        let activation_resend = templates(
            [
                "EMAIL_SUBJECT_ACTIVATION_RESEND",
                "EMAIL_TEMPLATE_ACTIVATION_RESEND",
            ],
            Some(&activation),
        );
        let password_set = templates(
            ["EMAIL_SUBJECT_PASSWORD_SET", "EMAIL_TEMPLATE_PASSWORD_SET"],
            None,
        );
        let password_reset = templates(
            [
                "EMAIL_SUBJECT_PASSWORD_RESET",
                "EMAIL_TEMPLATE_PASSWORD_RESET",
            ],
            None,
        );
        let secondary_activation = templates(
            [
                "EMAIL_SUBJECT_SECONDARY_EMAIL_ACTIVATION",
                "EMAIL_TEMPLATE_SECONDARY_EMAIL_ACTIVATION",
            ],
            None,
        );
        let path = |read: &mut Self, name| read.parsed(name, values::path).unwrap_or_default();
        Some(Mails {
            activation_path: path(self, "ACTIVATION_PATH_ON_EMAIL"),
            secondary_activation_path: path(self, "ACTIVATION_SECONDARY_EMAIL_PATH_ON_EMAIL"),
            password_set_path: path(self, "PASSWORD_SET_PATH_ON_EMAIL"),
            password_reset_path: path(self, "PASSWORD_RESET_PATH_ON_EMAIL"),
            activation,
            activation_resend,
            password_set,
            password_reset,
            secondary_activation,
            variables: self
                .parsed("EMAIL_TEMPLATE_VARIABLES", variables)
                .unwrap_or_default(),
            security_notices: self.flag("SEND_SECURITY_NOTICES"),
            site_name: self
                .given("SITE_NAME")
                .or_else(|| Some(frontend.as_ref()?.host().to_owned()))?,
            from: from?,
            frontend: frontend?,
        })
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
    // As it is written, and not only as it is meant.
    let is_written_out = text.split_once("://").is_some_and(|(_, rest)| {
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        !rest.contains(['/', '\\'])
    });
    let is_bare = is_written_out
        && url.path() == "/"
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
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn variables(text: &str) -> Result<BTreeMap<String, String>, String> {
    serde_json::from_str(text)
        .map_err(|_| r#"it is not a JSON object of strings, like {"team": "Example"}"#.to_owned())
}
