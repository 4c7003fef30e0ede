//! Where it is kept: three DynamoDB tables. The only place that speaks the DynamoDB SDK.
//!
//! Reads give `Option`, writes tell whether their condition held. A read never stands in for a
//! condition: every write says what must be true of the item for it to happen.

pub mod accounts;
pub mod captchas;
pub mod challenges;
mod engine;
pub mod sessions;
pub mod transactions;
pub mod users;

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::aws;
use crate::settings::Deployment;

/// The three tables.
pub struct Store {
    client: aws::Lazy<Client>,
    accounts: String,
    sessions: String,
    challenges: String,
}

/// How a conditional write ended.
pub enum Written<T> {
    /// It happened; the item as it is now.
    Done(T),
    /// The condition did not hold; the item as it was, if there was one. Nothing happened.
    Unchanged(Option<T>),
}

impl Store {
    /// A store over the tables of a deployment. Nothing is connected before it is needed.
    #[must_use]
    pub fn new(deployment: &Deployment, http: SharedHttpClient) -> Self {
        Self {
            client: engine::client(deployment, http),
            accounts: deployment.accounts_table.clone(),
            sessions: deployment.sessions_table.clone(),
            challenges: deployment.challenges_table.clone(),
        }
    }
}
