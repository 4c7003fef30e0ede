//! What may be chosen from outside: the only place that reads environment variables.
#![allow(
    clippy::disallowed_methods,
    reason = "this file is where the laptop's settings are read"
)]

use std::env;
use std::path::{Path, PathBuf};

use local::Error;

/// A port, and the variable that changes it.
#[derive(Debug, Clone, Copy)]
pub struct Port {
    /// The number.
    pub number: u16,
    /// The variable.
    pub variable: &'static str,
    /// What listens there.
    pub purpose: &'static str,
}

/// Where everything is.
#[derive(Debug, Clone)]
pub struct Options {
    /// `LATCHKEY_PORT`, 9000: the function.
    pub function: Port,
    /// `LATCHKEY_DATABASE_PORT`, 8000: DynamoDB.
    pub database: Port,
    /// `LATCHKEY_MAILBOX_PORT`, 4000: the mailbox, GraphiQL and the SES endpoint.
    pub mailbox: Port,
    /// `LATCHKEY_DATA_DIR`, `.local`: what is kept from one start to the next.
    pub data: PathBuf,
    /// `LATCHKEY_TOOLS_DIR`, `.tools`: what was fetched.
    pub tools: PathBuf,
}

impl Options {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a port is no port, or two are the same.
    pub fn read() -> Result<Self, Error> {
        let options = Self {
            function: port("LATCHKEY_PORT", 9000, "the function")?,
            database: port("LATCHKEY_DATABASE_PORT", 8000, "the database")?,
            mailbox: port("LATCHKEY_MAILBOX_PORT", 4000, "the mailbox and GraphiQL")?,
            data: folder("LATCHKEY_DATA_DIR", ".local"),
            tools: folder("LATCHKEY_TOOLS_DIR", ".tools"),
        };
        let ports = options.ports();
        for (index, one) in ports.iter().enumerate() {
            if let Some(other) = ports[..index]
                .iter()
                .find(|other| other.number == one.number)
            {
                return Err(Error::new(format!(
                    "{} and {} are both {}: give them different ports",
                    other.variable, one.variable, one.number
                )));
            }
        }
        Ok(options)
    }

    /// All ports, in the order in which they are named.
    pub fn ports(&self) -> [Port; 3] {
        [self.function, self.database, self.mailbox]
    }

    /// The program that fetching has put into the tools folder.
    pub fn cargo_lambda(&self) -> PathBuf {
        self.tools.join("cargo-lambda/bin/cargo-lambda")
    }

    /// The packages of GraphiQL.
    pub fn modules(&self) -> PathBuf {
        self.tools.join("graphiql/node_modules")
    }
}

/// What the function is started with. A variable that is set already keeps its value.
///
/// The secret is only made when it is needed.
///
/// # Errors
/// When the secret cannot be made.
pub fn function_environment(
    database: &str,
    mailbox: Port,
    secret: impl FnOnce() -> Result<String, Error>,
) -> Result<Vec<(&'static str, String)>, Error> {
    let desk = format!("http://127.0.0.1:{}", mailbox.number);
    let frontend = format!("http://localhost:{}", mailbox.number);
    let mut environment: Vec<(&'static str, String)> = [
        ("ACCOUNTS_TABLE", "latchkey-accounts"),
        ("SESSIONS_TABLE", "latchkey-sessions"),
        ("CHALLENGES_TABLE", "latchkey-challenges"),
        ("AWS_ENDPOINT_URL_DYNAMODB", database),
        ("AWS_ENDPOINT_URL_SESV2", &desk),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("EMAIL_FROM", "Latchkey <latchkey@example.com>"),
        ("FRONTEND_URL", &frontend),
        ("SITE_NAME", "Latchkey"),
    ]
    .into_iter()
    .map(|(name, value)| (name, given(name).unwrap_or_else(|| value.to_owned())))
    .collect();
    let secret = match given("JWT_SECRET_KEY") {
        Some(secret) => secret,
        None => secret()?,
    };
    environment.push(("JWT_SECRET_KEY", secret));
    Ok(environment)
}

fn port(variable: &'static str, usual: u16, purpose: &'static str) -> Result<Port, Error> {
    let number = match given(variable) {
        None => usual,
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| *number != 0)
            .ok_or_else(|| {
                Error::new(format!(
                    "{variable} is \"{text}\": write a number from 1 to 65535"
                ))
            })?,
    };
    Ok(Port {
        number,
        variable,
        purpose,
    })
}

fn folder(variable: &str, usual: &str) -> PathBuf {
    given(variable).map_or_else(|| Path::new(usual).to_owned(), PathBuf::from)
}

fn given(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}
