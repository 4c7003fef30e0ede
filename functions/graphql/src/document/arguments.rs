//! What the arguments of fields and directives come to, variables filled in.

use std::collections::HashMap;
use std::convert::Infallible;

use async_graphql::parser::types::{Directive, Field, VariableDefinition};
use async_graphql::registry::{MetaField, MetaInputValue, Registry};
use async_graphql::{Name, Positioned, ServerError, Value, Variables};
use async_graphql_value::Value as Literal;

use super::positions::{self, Place};
use super::variables::{self, Origin};

/// The variables of an operation, and the types that arguments must fit.
pub(super) struct Arguments<'a> {
    registry: &'a Registry,
    definitions: HashMap<&'a Name, &'a VariableDefinition>,
    values: HashMap<Name, Value>,
}

impl<'a> Arguments<'a> {
    /// Fits the variables that a client gave to their types.
    ///
    /// # Errors
    ///
    /// A request error for a variable that is missing or does not fit.
    pub(super) fn new(
        registry: &'a Registry,
        definitions: &'a [Positioned<VariableDefinition>],
        given: &Variables,
    ) -> Result<Self, ServerError> {
        let values = variables::fit(registry, definitions, given)?;
        let definitions = definitions.iter().map(|definition| &definition.node);
        Ok(Self {
            registry,
            definitions: definitions
                .map(|definition| (&definition.name.node, definition))
                .collect(),
            values,
        })
    }

    /// Whether `@skip` and `@include` leave a selection in.
    ///
    /// # Errors
    ///
    /// A request error for a condition that is neither true nor false.
    pub(super) fn include(
        &self,
        directives: &[Positioned<Directive>],
    ) -> Result<bool, ServerError> {
        const CONDITION: Place<'_> = Place {
            type_name: "Boolean!",
            has_default: false,
        };
        let mut included = true;
        for directive in directives {
            let wanted = match directive.node.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => continue,
            };
            let refuse = |reason| ServerError::new(reason, Some(directive.pos));
            let literal = directive.node.get_argument("if");
            let value = literal.map(|literal| self.value(CONDITION, &literal.node));
            let Some(Value::Boolean(condition)) = value.transpose().map_err(refuse)?.flatten()
            else {
                return Err(refuse("A condition must be true or false.".to_owned()));
            };
            included &= condition == wanted;
        }
        Ok(included)
    }

    /// Gives a field the arguments of the one it is made from. One that is null counts as not
    /// given.
    ///
    /// # Errors
    ///
    /// A request error for an argument that is missing or does not fit.
    pub(super) fn set(
        &self,
        plain: &mut Field,
        definition: &MetaField,
        field: &Positioned<Field>,
    ) -> Result<(), ServerError> {
        for (name, argument) in &definition.args {
            let literal = field.node.get_argument(name).map(|literal| &literal.node);
            let value = self.argument(argument, literal).map_err(|reason| {
                let message = format!("Invalid value for argument \"{name}\": {reason}.");
                ServerError::new(message, Some(field.pos))
            })?;
            if value != Value::Null {
                let name = Positioned::new(Name::new(name), field.pos);
                let value = Positioned::new(value.into_value(), field.pos);
                plain.arguments.push((name, value));
            }
        }
        Ok(())
    }

    fn argument(
        &self,
        argument: &MetaInputValue,
        literal: Option<&Literal>,
    ) -> Result<Value, String> {
        let place = Place {
            type_name: &argument.ty,
            has_default: argument.default_value.is_some(),
        };
        match literal
            .map(|literal| self.value(place, literal))
            .transpose()?
            .flatten()
        {
            Some(value) => Ok(value),
            None if variables::is_required(argument) => {
                Err(format!("a value of type \"{}\" is required", argument.ty))
            }
            None => Ok(Value::Null),
        }
    }

    /// A value of the document, nothing if it is an absent variable. An absent variable further
    /// down is null.
    fn value(&self, place: Place<'_>, literal: &Literal) -> Result<Option<Value>, String> {
        positions::check(self.registry, &self.definitions, place, literal)?;
        if matches!(literal, Literal::Variable(name) if !self.values.contains_key(name)) {
            return Ok(None);
        }
        let Ok(value) = literal.clone().into_const_with(|name| {
            Ok::<_, Infallible>(self.values.get(&name).cloned().unwrap_or_default())
        });
        variables::coerce(self.registry, place.type_name, &value, Origin::Document).map(Some)
    }
}
