//! Whether a variable may stand where it stands, by the types alone.
//!
//! The engine has a rule for this and never calls it.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::Value;
use async_graphql::parser::types::VariableDefinition;
use async_graphql::registry::{MetaType, MetaTypeName, Registry};
use async_graphql_value::Value as Literal;

/// A place for a value: its type, and whether it has a default.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The type, as written in the schema.
    pub(super) type_name: &'a str,
    /// Whether leaving the value out is the same as giving another one.
    pub(super) has_default: bool,
}

/// Checks all variables in a value.
///
/// # Errors
///
/// Which variable may not stand in its place, and why.
pub(super) fn check(
    registry: &Registry,
    variables: &HashMap<&Name, &VariableDefinition>,
    place: Place<'_>,
    value: &Literal,
) -> Result<(), String> {
    match (
        MetaTypeName::create(place.type_name).unwrap_non_null(),
        value,
    ) {
        (_, Literal::Variable(name)) => match variables.get(name) {
            Some(variable) if is_allowed(variable, place) => Ok(()),
            Some(variable) => Err(format!(
                "variable \"${name}\" of type \"{}\" used in position expecting type \"{}\"",
                variable.var_type.node, place.type_name
            )),
            None => Err(format!("variable \"${name}\" is not defined")),
        },
        (MetaTypeName::List(inner), Literal::List(items)) => {
            let place = Place {
                type_name: inner,
                has_default: false,
            };
            items
                .iter()
                .try_for_each(|item| check(registry, variables, place, item))
        }
        // A single value where a list is due.
        (MetaTypeName::List(inner), _) => {
            let place = Place {
                type_name: inner,
                has_default: false,
            };
            check(registry, variables, place, value)
        }
        (MetaTypeName::Named(name), Literal::Object(members)) => {
            let Some(MetaType::InputObject { input_fields, .. }) = registry.types.get(name) else {
                return Ok(());
            };
            members.iter().try_for_each(|(name, value)| {
                let Some(field) = input_fields.get(name.as_str()) else {
                    return Ok(());
                };
                let place = Place {
                    type_name: &field.ty,
                    has_default: field.default_value.is_some(),
                };
                check(registry, variables, place, value)
            })
        }
        _ => Ok(()),
    }
}

/// "All Variable Usages Are Allowed" of the specification.
fn is_allowed(variable: &VariableDefinition, place: Place<'_>) -> bool {
    let variable_type = variable.var_type.node.to_string();
    match MetaTypeName::create(place.type_name) {
        MetaTypeName::NonNull(nullable) if variable.var_type.node.nullable => {
            let default = variable.default_value.as_ref().map(|default| &default.node);
            let is_never_absent = default.is_some_and(|default| *default != Value::Null);
            (is_never_absent || place.has_default) && is_compatible(&variable_type, nullable)
        }
        _ => is_compatible(&variable_type, place.type_name),
    }
}

fn is_compatible(variable: &str, place: &str) -> bool {
    match (MetaTypeName::create(variable), MetaTypeName::create(place)) {
        (MetaTypeName::NonNull(variable), MetaTypeName::NonNull(place))
        | (MetaTypeName::List(variable), MetaTypeName::List(place)) => {
            is_compatible(variable, place)
        }
        (_, MetaTypeName::NonNull(_)) => false,
        (MetaTypeName::NonNull(variable), _) => is_compatible(variable, place),
        (MetaTypeName::Named(variable), MetaTypeName::Named(place)) => variable == place,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_compatible;

    #[test]
    fn a_variable_may_be_stricter_than_its_place_and_not_laxer() {
        for (variable, place) in [
            ("A", "A"),
            ("A!", "A"),
            ("[A!]!", "[A]"),
            ("[A]!", "[A]"),
            ("[[A!]]", "[[A]]"),
        ] {
            assert!(is_compatible(variable, place), "{variable} {place}");
        }
        for (variable, place) in [
            ("A", "A!"),
            ("A", "B"),
            ("[A]", "[A!]"),
            ("A", "[A]"),
            ("[A]", "A"),
            ("[[A]]", "[A]"),
        ] {
            assert!(!is_compatible(variable, place), "{variable} {place}");
        }
    }
}
