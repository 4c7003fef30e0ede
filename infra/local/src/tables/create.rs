//! Making the tables that were read.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use futures::future::try_join_all;

use super::{Attribute, Index, Key, Table};
use crate::Error;

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
        .map(|index| Ok((index.name.as_str(), wanted_keys(&index.key_schema)?)))
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
            .index_name(&self.name)
            .set_key_schema(Some(wanted_keys(&self.key_schema)?))
            .projection(projection)
            .build()
            .map_err(|cause| Error::because(format!("index {}", self.name), cause))
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
