//! How DynamoDB is spoken to: one client, one way to make a conditional change.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Written;
use crate::aws;
use crate::patience;
use crate::random;
use crate::settings::Deployment;

pub(super) type Item = HashMap<String, AttributeValue>;

/// How often a write is tried again that the SDK does not try again by itself, since a transaction is
/// under way on its item, or its own transaction found a busy item.
pub(super) const RETRIES: u32 = 8;

pub(super) fn client(deployment: &Deployment, http: SharedHttpClient) -> aws::Lazy<Client> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_millis(2_500))
        .operation_timeout(Duration::from_secs(5))
        .build();
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(deployment.region.clone()))
        .credentials_provider(aws::credentials(deployment))
        .http_client(http)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(4)
                .with_initial_backoff(Duration::from_millis(50)),
        )
        // How many retries are left is this client's own business, and no other engine's.
        .retry_partition(RetryPartition::custom("dynamodb").build())
        .timeout_config(timeouts);
    config.set_endpoint_url(deployment.dynamodb_endpoint.clone());
    let config = config.build();
    aws::Lazy::new(Box::new(|| Client::from_conf(config)))
}

/// Waits for the answer to a call, but no longer than the request has time for.
pub(super) fn in_time<T, E>(
    answer: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> impl Future<Output = Result<T, SdkError<E, HttpResponse>>> {
    // The futures of the SDK are large, and those that await them would all be larger still.
    let answer = Box::pin(answer);
    async move {
        match patience::wait_for(answer).await {
            Some(answer) => answer,
            None => Err(SdkError::timeout_error("the time of the request is over")),
        }
    }
}

/// A change of one item: what must hold, and what becomes of it. Names in the condition are
/// written `#name`, values `:name`.
pub(super) struct Change {
    condition: String,
    sets: Vec<String>,
    adds: Vec<String>,
    removes: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
    write_id: String,
}

impl Change {
    pub(super) fn when(condition: &str) -> Self {
        let change = Self {
            condition: condition.to_owned(),
            sets: Vec::new(),
            adds: Vec::new(),
            removes: Vec::new(),
            names: names_in(condition),
            values: Item::new(),
            write_id: random::hex(),
        };
        let write_id = change.write_id.clone();
        change.set("write_id", write_id)
    }

    /// Demands one more thing.
    pub(super) fn and(mut self, condition: &str) -> Self {
        self.names.extend(names_in(condition));
        self.condition = format!("({}) AND ({condition})", self.condition);
        self
    }

    /// Gives a value to a placeholder of the condition.
    pub(super) fn given(mut self, placeholder: &str, value: impl Serialize) -> Self {
        self.values
            .insert(format!(":{placeholder}"), attribute(value));
        self
    }

    /// Demands that an attribute is as it was read; absent, if it was absent.
    pub(super) fn unchanged<T: Serialize>(self, name: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self
                .and(&format!("#{name} = :read_{name}"))
                .given(&format!("read_{name}"), value),
            None => self.and(&format!("attribute_not_exists(#{name})")),
        }
    }

    pub(super) fn set(mut self, name: &str, value: impl Serialize) -> Self {
        self.sets.push(format!("#{name} = :{name}_new"));
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":{name}_new"), attribute(value));
        self
    }

    /// One more, counting from nothing if it is absent.
    pub(super) fn increment(self, name: &str) -> Self {
        self.add(name, 1)
    }

    /// One less.
    pub(super) fn decrement(self, name: &str) -> Self {
        self.add(name, -1)
    }

    /// One more member of a set of numbers, which is made if it is absent.
    pub(super) fn insert(mut self, name: &str, number: u32) -> Self {
        self.adds.push(format!("#{name} :{name}_more"));
        self.names.insert(format!("#{name}"), name.to_owned());
        let member = AttributeValue::Ns(vec![number.to_string()]);
        self.values.insert(format!(":{name}_more"), member);
        self
    }

    fn add(mut self, name: &str, number: i32) -> Self {
        self.adds.push(format!("#{name} :{name}_more"));
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values
            .insert(format!(":{name}_more"), attribute(number));
        self
    }

    pub(super) fn remove(mut self, name: &str) -> Self {
        self.removes.push(format!("#{name}"));
        self.names.insert(format!("#{name}"), name.to_owned());
        self
    }

    /// Only what must hold, for writes that change nothing of the item but its existence.
    pub(super) fn condition_only(mut self) -> Self {
        self.names.remove("#write_id");
        self.values.remove(":write_id_new");
        self
    }

    pub(super) fn condition(&self) -> String {
        self.condition.clone()
    }

    pub(super) fn names(&self) -> HashMap<String, String> {
        self.names.clone()
    }

    pub(super) fn values(&self) -> Item {
        self.values.clone()
    }

    pub(super) fn expression(&self) -> String {
        [
            ("SET", &self.sets),
            ("ADD", &self.adds),
            ("REMOVE", &self.removes),
        ]
        .iter()
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(verb, parts)| format!("{verb} {}", parts.join(", ")))
        .collect::<Vec<_>>()
        .join(" ")
    }

    /// Makes the change, once: a repeat after a lost answer finds its own `write_id` in the item,
    /// fails for it, and is a success.
    pub(super) async fn apply<T: DeserializeOwned>(
        self,
        client: &Client,
        table: &str,
        key: Item,
    ) -> anyhow::Result<Written<T>> {
        let is_first = "(attribute_not_exists(#write_id) OR #write_id <> :write_id_new)";
        for attempt in 0.. {
            let sending = client
                .update_item()
                .table_name(table)
                .set_key(Some(key.clone()))
                .update_expression(self.expression())
                .condition_expression(format!("({}) AND {is_first}", self.condition))
                .set_expression_attribute_names(Some(self.names()))
                .set_expression_attribute_values(Some(self.values()))
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .send();
            match in_time(sending).await {
                Ok(done) => return Ok(Written::Done(read(done.attributes.unwrap_or_default())?)),
                Err(error) => match refused(&error) {
                    Some(Refused::Condition(Some(item))) if self.is_own(&item) => {
                        return Ok(Written::Done(read(item)?));
                    }
                    Some(Refused::Condition(item)) => {
                        return Ok(Written::Unchanged(item.map(read).transpose()?));
                    }
                    Some(Refused::Conflict) if attempt < RETRIES => pause(attempt).await,
                    _ => return Err(error).with_context(|| format!("changing an item of {table}")),
                },
            }
        }
        unreachable!("the loop only ends by returning")
    }

    fn is_own(&self, item: &Item) -> bool {
        item.get("write_id").and_then(|id| id.as_s().ok()) == Some(&self.write_id)
    }
}

enum Refused {
    Condition(Option<Item>),
    Conflict,
}

fn refused(error: &SdkError<UpdateItemError>) -> Option<Refused> {
    match error.as_service_error()? {
        UpdateItemError::ConditionalCheckFailedException(failed) => Some(Refused::Condition(
            failed.item.clone().filter(|item| !item.is_empty()),
        )),
        UpdateItemError::TransactionConflictException(_) => Some(Refused::Conflict),
        _ => None,
    }
}

/// Waits a little, longer each time, and never as long as somebody else.
pub(super) async fn pause(attempt: u32) {
    let most = 10_u64 << attempt.min(5);
    let [random] = random::bytes::<1>();
    patience::sleep(Duration::from_millis(most / 2 + u64::from(random) % most)).await;
}

/// The `#name` placeholders of an expression.
pub(super) fn names_in(expression: &str) -> HashMap<String, String> {
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    expression
        .split('#')
        .skip(1)
        .map(|rest| rest.split(is_end).next().unwrap_or_default())
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect()
}

pub(super) fn attribute(value: impl Serialize) -> AttributeValue {
    serde_dynamo::to_attribute_value(value).expect("plain values have a form in DynamoDB")
}

pub(super) fn key<const N: usize>(parts: [(&str, &str); N]) -> Item {
    parts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
        .collect()
}

pub(super) fn read<T: DeserializeOwned>(item: Item) -> anyhow::Result<T> {
    serde_dynamo::from_item(item).context("an item of the table is not as this version writes it")
}
