//! Reads whole tables and finds what must never be: an identifier that no account names, an account
//! without its identifiers, an address or name that belongs to two.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// An item as it is stored.
pub type Item = HashMap<String, AttributeValue>;

/// Every item of a table. Only tests read whole tables.
///
/// # Panics
/// When the engine does not answer.
pub async fn items(client: &Client, table: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut start = None;
    loop {
        let page = client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .send()
            .await
            .expect("the table");
        items.extend(page.items.unwrap_or_default());
        start = page.last_evaluated_key;
        if start.is_none() {
            return items;
        }
    }
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
}

/// Everything that is wrong with a table of accounts, in words.
///
/// # Panics
/// When the engine does not answer.
pub async fn faults(client: &Client, accounts_table: &str) -> Vec<String> {
    let mut identifiers: BTreeMap<String, String> = BTreeMap::new();
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut faults = Vec::new();
    for item in items(client, accounts_table).await {
        let pk = text(&item, "pk").unwrap_or_default().to_owned();
        let Some(id) = pk.strip_prefix("account#") else {
            identifiers.insert(pk, text(&item, "account_id").unwrap_or_default().to_owned());
            continue;
        };
        for name in ["username_form", "email_form", "password_version"] {
            let is_needed = name != "password_version";
            if is_needed && text(&item, name).is_none() {
                faults.push(format!("account {id} has no {name}: a ghost"));
            }
        }
        let email = |name| text(&item, name).map(|form| format!("email#{form}"));
        let username = text(&item, "username_form").map(|form| format!("username#{form}"));
        for pk in [username, email("email_form"), email("secondary_email_form")]
            .into_iter()
            .flatten()
        {
            named.entry(pk).or_default().push(id.to_owned());
        }
    }
    for (pk, owners) in &named {
        if owners.len() > 1 {
            faults.push(format!("{pk} is named by {} accounts", owners.len()));
        }
        if identifiers.get(pk) != owners.first() {
            faults.push(format!(
                "{pk} is not the identifier of the account that names it"
            ));
        }
    }
    let known: BTreeSet<_> = named.keys().collect();
    let orphans = identifiers.keys().filter(|pk| !known.contains(pk));
    faults.extend(orphans.map(|pk| format!("{pk} belongs to an account that does not name it")));
    faults
}
