//! What the service needs leave for: the operations seen on the wire, as the names that IAM has for them, by table and
//! index. `infra/operations.json` has them on record, and the policy of the function is held against it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::proxy::Call;

/// Operations by what they are done to: `AccountsTable`, or `AccountsTable/index/by_joined`.
pub type Operations = BTreeMap<String, BTreeSet<String>>;

/// The file, as it was when this was compiled.
const ON_RECORD: &str = include_str!("../../infra/operations.json");

/// What is on record.
///
/// # Panics
/// When the file is not such a record.
#[must_use]
pub fn on_record() -> Operations {
    serde_json::from_str(ON_RECORD).expect("infra/operations.json")
}

/// Whether the record is being written anew, so that what it says does not count.
#[must_use]
pub fn is_to_be_written() -> bool {
    std::env::var_os("LATCHKEY_WRITE_DOCS").is_some()
}

/// Adds what one call needs leave for. A transaction needs leave for each of its items, and none of its own.
///
/// # Panics
/// When the call names no table.
pub fn note(operations: &mut Operations, call: &Call) {
    let body: Value = serde_json::from_str(&call.body).expect("a call in JSON");
    let mut add = |operation: &str, on: &Value, index: Option<&str>| {
        let table = logical_id(on.as_str().expect("the name of a table"));
        let place = index.map_or_else(
            || table.to_owned(),
            |index| format!("{table}/index/{index}"),
        );
        let known = operations.entry(place).or_default();
        known.insert(operation.to_owned());
    };
    match call.operation.as_str() {
        "TransactWriteItems" => {
            for item in body["TransactItems"].as_array().expect("items") {
                for (kind, write) in item.as_object().expect("a write") {
                    add(&format!("{kind}Item"), &write["TableName"], None);
                }
            }
        }
        "BatchGetItem" => {
            for table in body["RequestItems"].as_object().expect("tables").keys() {
                add("BatchGetItem", &Value::from(table.as_str()), None);
            }
        }
        other => add(other, &body["TableName"], body["IndexName"].as_str()),
    }
}

/// What is in some operations and not in others, one a line.
#[must_use]
pub fn beyond(operations: &Operations, others: &Operations) -> Vec<String> {
    let none = BTreeSet::new();
    let missing = operations.iter().flat_map(|(place, done)| {
        let known = others.get(place).unwrap_or(&none);
        let missing = done.difference(known);
        missing.map(move |operation| format!("{operation} on {place}"))
    });
    missing.collect()
}

/// The tables of a world are called `<its own prefix>-<logical id>`.
fn logical_id(name: &str) -> &str {
    name.rsplit('-').next().unwrap_or(name)
}
