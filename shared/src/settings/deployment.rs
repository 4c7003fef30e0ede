//! The plumbing of one deployment: tables, endpoints, region, credentials.

use super::{Secret, reader::Reader};

/// Where this instance finds its engines. Not part of what clients rely on.
#[derive(Clone)]
pub struct Deployment {
    /// Table of accounts and identifiers, `ACCOUNTS_TABLE`.
    pub accounts_table: String,
    /// Table of sessions, `SESSIONS_TABLE`.
    pub sessions_table: String,
    /// Table of captchas and counters, `CHALLENGES_TABLE`.
    pub challenges_table: String,
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ENDPOINT_URL_DYNAMODB`, for a laptop and for tests.
    pub dynamodb_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SESV2`, for a laptop and for tests.
    pub ses_endpoint: Option<String>,
    /// `SES_CONFIGURATION_SET`, if mails are sent under one.
    pub ses_configuration_set: Option<String>,
    /// Credentials; in Lambda they are in the environment.
    pub credentials: Credentials,
    /// `TLS_NATIVE_ROOTS`: trust the machine's root certificates instead of Amazon's five.
    pub native_roots: bool,
}

/// The usual three variables.
#[derive(Clone)]
pub struct Credentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: Secret,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Secret,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<Secret>,
}

impl Reader<'_> {
    pub(super) fn deployment(&mut self) -> Option<Deployment> {
        let accounts_table = self.plumbing("ACCOUNTS_TABLE", "the name of the table of accounts");
        let sessions_table = self.plumbing("SESSIONS_TABLE", "the name of the table of sessions");
        let challenges_table =
            self.plumbing("CHALLENGES_TABLE", "the name of the table of challenges");
        let region = self.plumbing("AWS_REGION", "a region like eu-central-1");
        let access_key_id = self.plumbing("AWS_ACCESS_KEY_ID", "an AWS access key");
        let secret_access_key = self.plumbing("AWS_SECRET_ACCESS_KEY", "an AWS secret key");
        let dynamodb_endpoint = self.endpoint("AWS_ENDPOINT_URL_DYNAMODB");
        let ses_endpoint = self.endpoint("AWS_ENDPOINT_URL_SESV2");
        let native_roots = self.plumbing_flag("TLS_NATIVE_ROOTS");
        Some(Deployment {
            accounts_table: accounts_table?,
            sessions_table: sessions_table?,
            challenges_table: challenges_table?,
            region: region?,
            dynamodb_endpoint,
            ses_endpoint,
            ses_configuration_set: self.given("SES_CONFIGURATION_SET"),
            credentials: Credentials {
                access_key_id: Secret::new(access_key_id?),
                secret_access_key: Secret::new(secret_access_key?),
                session_token: self.given("AWS_SESSION_TOKEN").map(Secret::new),
            },
            native_roots,
        })
    }

    fn plumbing(&mut self, name: &str, what: &str) -> Option<String> {
        let value = self.given(name);
        if value.is_none() {
            self.missing(name, what);
        }
        value
    }

    fn plumbing_flag(&mut self, name: &str) -> bool {
        match self.given(name).map(|text| super::values::flag(&text)) {
            None => false,
            Some(Ok(flag)) => flag,
            Some(Err(reason)) => {
                self.fault(name, &reason);
                false
            }
        }
    }

    fn endpoint(&mut self, name: &str) -> Option<String> {
        let text = self
            .given(name)
            .or_else(|| self.given("AWS_ENDPOINT_URL"))?;
        match url::Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Some(text),
            _ => {
                self.fault(
                    name,
                    &format!("{text:?} is not a URL; write http://127.0.0.1:8000"),
                );
                None
            }
        }
    }
}
