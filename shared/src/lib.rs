//! Latchkey, the service: accounts, sessions and letters. It knows neither GraphQL nor Lambda.
//!
//! The modules, in the order in which a newcomer may want to read them:

/// What a person can do: one file per act, each told from top to bottom.
pub mod flows;

/// Values, parsed once and valid ever after.
pub mod account;
pub mod captcha;
pub mod email_address;
mod form_text;
pub mod names;
pub mod network;
pub mod password;
pub mod username;

/// Proofs we hand out: access tokens, refresh tokens, mailed tokens.
pub mod token;

/// Where it is kept: three DynamoDB tables.
pub mod store;

/// How people are written to.
pub mod mail;

/// How much guessing and mailing is too much.
pub mod limits;

/// What happened, as structured log lines.
pub mod event;

/// Why a flow stops.
pub mod error;

/// What an operator decides.
pub mod settings;

/// Everything a flow needs, put together.
pub mod app;

mod aws;
pub mod clock;
pub mod patience;
mod random;

pub use jiff::Timestamp;
pub use uuid::Uuid;
