//! The tables as `infra/tables.yaml` defines them, made on any DynamoDB endpoint.
//!
//! Only what the engines on a laptop understand is read: keys, indexes and the time to live. Backups, encryption, tags
//! and deletion policies are the business of CloudFormation.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use futures::future::try_join_all;
use serde::Deserialize;

use crate::Error;

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
    index_name: String,
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

/// Makes the tables, each under the name that `naming` gives its logical id. One that exists already is left as it is.
///
/// # Errors
/// When the engine refuses, or an existing table has other keys or indexes than the file says.
pub async fn create(
    client: &Client,
    tables: &[Table],
    naming: impl Fn(&str) -> String,
) -> Result<(), Error> {
    try_join_all(
        tables
            .iter()
            .map(|table| create_one(client, table, naming(&table.logical_id))),
    )
    .await?;
    Ok(())
}

async fn create_one(client: &Client, table: &Table, name: String) -> Result<(), Error> {
    let properties = &table.properties;
    let indexes = properties
        .global_secondary_indexes
        .iter()
        .map(Index::wanted)
        .collect::<Result<Vec<_>, _>>()?;
    let attributes = properties
        .attribute_definitions
        .iter()
        .map(Attribute::wanted)
        .collect::<Result<Vec<_>, _>>()?;
    let made = client
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(wanted_keys(&properties.key_schema)?))
        .set_global_secondary_indexes(Some(indexes).filter(|indexes| !indexes.is_empty()))
        .send()
        .await;
    match made {
        Ok(_) => expire(client, table, &name).await,
        Err(refusal) if already_exists(&refusal) => compare(client, table, &name).await,
        Err(refusal) => Err(Error::because(
            format!("the table {name} cannot be made"),
            DisplayErrorContext(refusal),
        )),
    }
}

fn already_exists(refusal: &SdkError<CreateTableError>) -> bool {
    refusal
        .as_service_error()
        .is_some_and(CreateTableError::is_resource_in_use_exception)
}

async fn expire(client: &Client, table: &Table, name: &str) -> Result<(), Error> {
    let Some(time_to_live) = &table.properties.time_to_live_specification else {
        return Ok(());
    };
    let wanted = TimeToLiveSpecification::builder()
        .attribute_name(&time_to_live.attribute_name)
        .enabled(time_to_live.enabled)
        .build()
        .map_err(|cause| Error::because(format!("the time to live of {name}"), cause))?;
    client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(wanted)
        .send()
        .await
        .map_err(|refusal| {
            Error::because(
                format!("the time to live of {name} cannot be set"),
                DisplayErrorContext(refusal),
            )
        })?;
    Ok(())
}

/// An existing table must still be the one of the file: one made by an older file would fail in puzzling ways.
async fn compare(client: &Client, table: &Table, name: &str) -> Result<(), Error> {
    let answer = client
        .describe_table()
        .table_name(name)
        .send()
        .await
        .map_err(|refusal| {
            Error::because(
                format!("the table {name} cannot be described"),
                DisplayErrorContext(refusal),
            )
        })?;
    let found = answer.table();
    let keys = found.map(|found| found.key_schema().to_vec());
    let mut indexes: Vec<_> = found
        .map_or(&[][..], |found| found.global_secondary_indexes())
        .iter()
        .map(|index| {
            (
                index.index_name().unwrap_or_default(),
                index.key_schema().to_vec(),
            )
        })
        .collect();
    indexes.sort_by_key(|(index_name, _)| *index_name);
    let mut wanted = table
        .properties
        .global_secondary_indexes
        .iter()
        .map(|index| Ok((index.index_name.as_str(), wanted_keys(&index.key_schema)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    wanted.sort_by_key(|(index_name, _)| *index_name);
    if keys != Some(wanted_keys(&table.properties.key_schema)?) || indexes != wanted {
        return Err(Error::new(format!(
            "the table {name} was made from another version of infra/tables.yaml; `make reset` forgets it"
        )));
    }
    Ok(())
}

impl Attribute {
    fn wanted(&self) -> Result<AttributeDefinition, Error> {
        AttributeDefinition::builder()
            .attribute_name(&self.attribute_name)
            .attribute_type(ScalarAttributeType::from(self.attribute_type.as_str()))
            .build()
            .map_err(|cause| Error::because(format!("attribute {}", self.attribute_name), cause))
    }
}

impl Index {
    fn wanted(&self) -> Result<GlobalSecondaryIndex, Error> {
        let projection = Projection::builder()
            .projection_type(ProjectionType::from(
                self.projection.projection_type.as_str(),
            ))
            .set_non_key_attributes(self.projection.non_key_attributes.clone())
            .build();
        GlobalSecondaryIndex::builder()
            .index_name(&self.index_name)
            .set_key_schema(Some(wanted_keys(&self.key_schema)?))
            .projection(projection)
            .build()
            .map_err(|cause| Error::because(format!("index {}", self.index_name), cause))
    }
}

fn wanted_keys(keys: &[Key]) -> Result<Vec<KeySchemaElement>, Error> {
    keys.iter()
        .map(|key| {
            KeySchemaElement::builder()
                .attribute_name(&key.attribute_name)
                .key_type(KeyType::from(key.key_type.as_str()))
                .build()
                .map_err(|cause| Error::because(format!("key {}", key.attribute_name), cause))
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
