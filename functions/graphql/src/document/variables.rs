//! The values a client gives: whether they fit their types, and what they are after that.
//!
//! Whether a variable may stand where it stands is checked by the engine, from the types alone.
//! Here it is the values' turn, before anything is executed.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::VariableDefinition;
use async_graphql::registry::{MetaInputValue, MetaType, MetaTypeName, Registry};
use async_graphql::{Name, Positioned, ServerError, Value, Variables};

/// Where a value was written, which decides how an enum value looks.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Origin {
    /// In the document, where enum values are bare names.
    Document,
    /// In the JSON of the variables, where enum values are strings.
    Variables,
}

/// The variables of an operation, fitted to their types. Those not given are absent, unless they
/// have a default.
///
/// # Errors
///
/// A request error for a value that is missing or does not fit.
pub(super) fn fit(
    registry: &Registry,
    definitions: &[Positioned<VariableDefinition>],
    given: &Variables,
) -> Result<HashMap<Name, Value>, ServerError> {
    let mut fitted = HashMap::new();
    for definition in definitions {
        let name = &definition.node.name.node;
        let type_name = definition.node.var_type.node.to_string();
        let value = match (given.get(name), &definition.node.default_value) {
            (Some(value), _) => coerce(registry, &type_name, value, Origin::Variables),
            (None, Some(default)) => coerce(registry, &type_name, &default.node, Origin::Document),
            (None, None) if definition.node.var_type.node.nullable => continue,
            (None, None) => Err(format!("a value of type \"{type_name}\" is required")),
        };
        let value = value.map_err(|reason| {
            ServerError::new(
                format!("Invalid value for variable \"${name}\": {reason}."),
                Some(definition.pos),
            )
        })?;
        fitted.insert(name.clone(), value);
    }
    Ok(fitted)
}

/// A value fitted to a type: a single value where a list is due becomes a list, and a member of
/// an input object that is null counts as not given.
///
/// # Errors
///
/// Why the value does not fit. The value itself is not repeated: it may be a password.
pub(super) fn coerce(
    registry: &Registry,
    type_name: &str,
    value: &Value,
    origin: Origin,
) -> Result<Value, String> {
    match (MetaTypeName::create(type_name), value) {
        (MetaTypeName::NonNull(_), Value::Null) => {
            Err(format!("expected type \"{type_name}\", found null"))
        }
        (MetaTypeName::NonNull(inner), _) => coerce(registry, inner, value, origin),
        (_, Value::Null) => Ok(Value::Null),
        (MetaTypeName::List(inner), Value::List(items)) => items
            .iter()
            .map(|item| coerce(registry, inner, item, origin))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (MetaTypeName::List(inner), _) => {
            Ok(Value::List(vec![coerce(registry, inner, value, origin)?]))
        }
        (MetaTypeName::Named(name), _) => named(registry, name, value, origin),
    }
}

fn named(
    registry: &Registry,
    type_name: &str,
    value: &Value,
    origin: Origin,
) -> Result<Value, String> {
    let misfit = || Err(format!("expected type \"{type_name}\""));
    match (registry.types.get(type_name), value) {
        // The engine lets 64 bits pass.
        (Some(MetaType::Scalar { .. }), _) if type_name == "Int" => match value {
            Value::Number(number) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
                Ok(value.clone())
            }
            _ => misfit(),
        },
        (Some(MetaType::Scalar { is_valid, .. }), _) => match is_valid {
            Some(is_valid) if !is_valid(value) => misfit(),
            _ => Ok(value.clone()),
        },
        (Some(MetaType::Enum { enum_values, .. }), Value::Enum(name))
            if origin == Origin::Document && enum_values.contains_key(name.as_str()) =>
        {
            Ok(value.clone())
        }
        (Some(MetaType::Enum { enum_values, .. }), Value::String(name))
            if origin == Origin::Variables && enum_values.contains_key(name) =>
        {
            Ok(Value::Enum(Name::new(name)))
        }
        (
            Some(MetaType::InputObject {
                input_fields,
                oneof,
                ..
            }),
            Value::Object(given),
        ) => {
            if *oneof && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
                return Err(format!(
                    "exactly one field of type \"{type_name}\" must be given, and not as null"
                ));
            }
            members(registry, type_name, input_fields, given, origin).map(Value::Object)
        }
        _ => misfit(),
    }
}

fn members(
    registry: &Registry,
    type_name: &str,
    fields: &IndexMap<String, MetaInputValue>,
    given: &IndexMap<Name, Value>,
    origin: Origin,
) -> Result<IndexMap<Name, Value>, String> {
    if let Some(unknown) = given
        .keys()
        .find(|name| !fields.contains_key(name.as_str()))
    {
        return Err(format!(
            "unknown field \"{unknown}\" of type \"{type_name}\""
        ));
    }
    let mut members = IndexMap::new();
    for (name, field) in fields {
        let value = match given.get(name.as_str()) {
            Some(value) => coerce(registry, &field.ty, value, origin),
            None if is_required(field) => {
                Err(format!("expected type \"{}\", found nothing", field.ty))
            }
            None => continue,
        };
        let value = value.map_err(|reason| format!("field \"{name}\": {reason}"))?;
        if value != Value::Null {
            members.insert(Name::new(name), value);
        }
    }
    Ok(members)
}

/// Whether an argument or a member of an input object must be given.
pub(super) fn is_required(input: &MetaInputValue) -> bool {
    MetaTypeName::create(&input.ty).is_non_null() && input.default_value.is_none()
}
