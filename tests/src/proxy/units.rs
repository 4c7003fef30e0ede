//! What calls cost, as the engine tells it in its answers.

use axum::body::Bytes;
use serde_json::{Value, json};

/// Read and write units of some calls.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Units {
    /// Of GetItem, BatchGetItem and Query.
    pub read: f64,
    /// Of everything else.
    pub write: f64,
    /// Calls whose answer tells no cost: those that were refused.
    pub untold: u32,
}

impl Units {
    /// Part by part the larger one.
    #[must_use]
    pub fn or_more(self, other: Self) -> Self {
        Self {
            read: self.read.max(other.read),
            write: self.write.max(other.write),
            untold: self.untold.max(other.untold),
        }
    }

    pub(super) fn add(&mut self, operation: &str, answer: &[u8]) {
        let Some(units) = told(answer) else {
            self.untold += 1;
            return;
        };
        match operation {
            "GetItem" | "BatchGetItem" | "Query" => self.read += units,
            _ => self.write += units,
        }
    }
}

/// The request with the wish to be told what it costs.
pub(super) fn asking(body: &Bytes) -> Bytes {
    let Ok(mut request) = serde_json::from_slice::<Value>(body) else {
        return body.clone();
    };
    request["ReturnConsumedCapacity"] = json!("TOTAL");
    request.to_string().into()
}

/// The sum over all tables of an answer.
fn told(answer: &[u8]) -> Option<f64> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    match answer.get("ConsumedCapacity")? {
        Value::Array(tables) => tables
            .iter()
            .map(|table| table["CapacityUnits"].as_f64())
            .sum(),
        one => one["CapacityUnits"].as_f64(),
    }
}
