//! The tables as `infra/tables.yaml` defines them, made on any DynamoDB endpoint.
//!
//! Only what the engines on a laptop understand is read: keys, indexes and the time to live. Backups, encryption, tags
//! and deletion policies are left to AWS.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Error;

mod create;

pub use create::create;

/// One table of the file.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name in the file, for instance `AccountsTable`.
    pub logical_id: String,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    #[serde(rename = "Type")]
    kind: String,
    properties: serde_yaml_ng::Value,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    time_to_live_specification: Option<TimeToLive>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    #[serde(rename = "IndexName")]
    name: String,
    key_schema: Vec<Key>,
    projection: Shown,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    projection_type: String,
    non_key_attributes: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

/// Reads the tables of a template, in the order of their logical ids; other resources are passed over.
///
/// # Errors
/// When the text is not such a template.
pub fn read(yaml: &str) -> Result<Vec<Table>, Error> {
    let template: Template = serde_yaml_ng::from_str(yaml)
        .map_err(|cause| Error::because("the template of the tables cannot be read", cause))?;
    template
        .resources
        .into_iter()
        .filter(|(_, resource)| resource.kind == "AWS::DynamoDB::Table")
        .map(|(logical_id, resource)| {
            let properties = serde_yaml_ng::from_value(resource.properties)
                .map_err(|cause| Error::because(format!("{logical_id} cannot be read"), cause))?;
            Ok(Table {
                logical_id,
                properties,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;

    const FILE: &str = include_str!("../../tables.yaml");

    async fn make(database: &Database, yaml: &str) -> Result<(), Error> {
        create(&database.client(), &read(yaml)?, |id| format!("try-{id}")).await
    }

    #[tokio::test]
    async fn the_tables_of_the_file_are_made_with_their_index_and_times_to_live() {
        let database = Database::in_memory().await.unwrap();
        make(&database, FILE).await.unwrap();

        let client = database.client();
        let names = client.list_tables().send().await.unwrap();
        assert_eq!(
            names.table_names(),
            [
                "try-AccountsTable",
                "try-ChallengesTable",
                "try-SessionsTable"
            ]
        );
        let accounts = client
            .describe_table()
            .table_name("try-AccountsTable")
            .send()
            .await
            .unwrap();
        let index = &accounts.table().unwrap().global_secondary_indexes()[0];
        assert_eq!(index.index_name(), Some("by_joined"));
        let shown = index.projection().unwrap().non_key_attributes();
        assert!(shown.contains(&"username".to_owned()));
        assert!(!shown.iter().any(|name| name.contains("password")));
        let expiry = client
            .describe_time_to_live()
            .table_name("try-SessionsTable")
            .send()
            .await
            .unwrap();
        let expiry = expiry.time_to_live_description().unwrap();
        assert_eq!(expiry.attribute_name(), Some("purge_at"));
    }

    #[tokio::test]
    async fn tables_that_exist_are_left_alone_and_others_than_the_file_has_are_reported() {
        let database = Database::in_memory().await.unwrap();
        make(&database, FILE).await.unwrap();
        make(&database, FILE).await.unwrap();

        let other = FILE.replace("IndexName: by_joined", "IndexName: by_name");
        let refusal = make(&database, &other).await.unwrap_err();
        assert!(refusal.to_string().contains("make reset"), "{refusal}");
    }

    #[test]
    fn a_text_that_is_no_template_is_refused() {
        assert!(read("Resources: 3").is_err());
        assert!(read("").is_err());
    }
}
