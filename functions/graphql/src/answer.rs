//! What an act answers with, before a dialect gives it a shape.

use std::sync::Arc;

use async_graphql::dynamic::FieldValue;
use async_graphql::{Name, Value, indexmap::IndexMap, value};
use shared::account::Account;
use shared::clock::iso;
use shared::error::{Denial, Error, Refusals, log_fault};
use shared::event;
use shared::token::{access, refresh};

/// Everything that some act tells. An act fills in what it has; a dialect shows what it knows.
#[derive(Clone, Default)]
pub struct Answer {
    /// The account concerned.
    pub account: Option<Account>,
    /// An access token, issued or checked.
    pub access: Option<access::Issued>,
    /// The refresh token that the client now holds.
    pub refresh: Option<refresh::Issued>,
    /// When the refresh token, or refreshing, stops working; unix seconds.
    pub refresh_expires_at: Option<i64>,
    /// When a session was ended, unix seconds.
    pub revoked_at: Option<i64>,
    /// Whether the account was archived until now.
    pub unarchived: bool,
}

/// An answer in its envelope: success, or what was refused.
#[derive(Clone, Default)]
pub struct Envelope {
    /// What was refused; none on success.
    pub refusals: Option<Refusals>,
    /// What a success tells.
    pub answer: Arc<Answer>,
    /// What the client wants to get back.
    pub client_mutation_id: Option<String>,
}

impl Envelope {
    /// The result of a field. What it refuses is noted.
    #[must_use]
    pub fn told(self) -> FieldValue<'static> {
        for (_, refusal) in self.refusals.iter().flat_map(Refusals::iter) {
            event::refused(refusal.code());
        }
        FieldValue::owned_any(self)
    }

    /// The `errors` object: keys in the order in which the checks failed, each with its list.
    #[must_use]
    pub fn errors(&self) -> Value {
        let Some(refusals) = &self.refusals else {
            return Value::Null;
        };
        let mut errors: IndexMap<Name, Value> = IndexMap::new();
        for (field, refusal) in refusals.iter() {
            let error = value!({ "message": refusal.message(), "code": refusal.code() });
            let list = errors
                .entry(Name::new(field.key()))
                .or_insert(Value::List(Vec::new()));
            if let Value::List(list) = list {
                list.push(error);
            }
        }
        Value::Object(errors)
    }
}

/// The claims that clients may rely on, as JSON.
#[must_use]
pub fn payload(claims: &access::Claims) -> Value {
    value!({ "username": claims.username, "exp": claims.exp, "origIat": claims.orig_iat })
}

/// A time as the API shows it.
#[must_use]
pub fn date_time(time: shared::Timestamp) -> Value {
    Value::from(iso(time))
}

/// A time in unix seconds as the API shows it.
#[must_use]
pub fn date_time_of(unix_seconds: i64) -> Value {
    shared::Timestamp::from_second(unix_seconds).map_or(Value::Null, date_time)
}

/// An error that goes to the top level of the response. Accidents are logged here, and shown as
/// such and no more.
#[must_use]
pub fn top_level(what: &str, error: &Error) -> async_graphql::Error {
    match error {
        Error::Denied(Denial::Unauthenticated) => refused("Unauthenticated.", "unauthenticated"),
        Error::Denied(Denial::Forbidden) => refused(
            "You do not have permission to perform this action",
            "forbidden",
        ),
        Error::Denied(Denial::BadInput(message)) => refused(message, "bad_user_input"),
        Error::Fault(fault) => {
            log_fault(what, fault);
            coded("Internal server error.", "INTERNAL_SERVER_ERROR")
        }
        // A refusal that no envelope can take: told by its first message.
        Error::Refused(refusals) => {
            let (_, refusal) = refusals.iter().next().copied().unzip();
            let refusal: Option<shared::error::Refusal> = refusal;
            refusal.map_or_else(
                || coded("Internal server error.", "INTERNAL_SERVER_ERROR"),
                |refusal| refused(&refusal.message(), refusal.code()),
            )
        }
    }
}

/// A refusal, with its code in the letters of the top level. It is noted.
fn refused(message: &str, code: &str) -> async_graphql::Error {
    event::refused(code);
    coded(message, &code.to_uppercase())
}

fn coded(message: &str, code: &str) -> async_graphql::Error {
    use async_graphql::ErrorExtensions;
    async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}
