//! Which selections of one response name may stand beside each other.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, Selection};
use async_graphql::registry::{MetaType, MetaTypeName, Registry};
use async_graphql::{Name, Pos, Positioned, ServerError};

/// The request error of two selections that conflict.
pub(super) fn conflict(one: &Positioned<Field>, other: Pos) -> ServerError {
    let name = one.node.response_key();
    let message = format!("Fields \"{name}\" conflict: use different aliases to fetch both.");
    ServerError {
        locations: vec![one.pos, other],
        ..ServerError::new(message, None)
    }
}

/// Two selections of one response name ask for the same.
pub(super) fn is_same(one: &Field, other: &Field) -> bool {
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            other
                .get_argument(&name.node)
                .is_some_and(|other| other.node == value.node)
        })
}

/// What the fields below an interface or union look like, which must not depend on the type.
pub(super) struct Shapes<'a> {
    registry: &'a Registry,
    known: HashMap<Name, (String, Pos)>,
}

impl<'a> Shapes<'a> {
    /// No fields yet.
    pub(super) fn new(registry: &'a Registry) -> Self {
        Self {
            registry,
            known: HashMap::new(),
        }
    }

    /// Adds the fields selected for one of the possible types.
    ///
    /// # Errors
    ///
    /// A request error if one of them looks different for another type.
    pub(super) fn add(
        &mut self,
        type_name: &str,
        fields: &[Positioned<Selection>],
    ) -> Result<(), ServerError> {
        for item in fields {
            let Selection::Field(field) = &item.node else {
                continue;
            };
            let shape = self.shape(type_name, &field.node.name.node);
            let name = field.node.response_key().node.clone();
            let first = self
                .known
                .entry(name)
                .or_insert_with(|| (shape.clone(), field.pos));
            if first.0 != shape {
                return Err(conflict(field, first.1));
            }
        }
        Ok(())
    }

    /// The type of a field, with its name left out if it has fields of its own.
    fn shape(&self, parent: &str, field: &Name) -> String {
        let parent = self.registry.types.get(parent);
        let Some(definition) = parent.and_then(|parent| parent.field_by_name(field)) else {
            // `__typename` is in no list of fields.
            return "String!".to_owned();
        };
        let inner = MetaTypeName::concrete_typename(&definition.ty);
        let inner_type = self.registry.types.get(inner);
        if inner_type.is_some_and(MetaType::is_composite) {
            definition.ty.replace(inner, "")
        } else {
            definition.ty.clone()
        }
    }
}
