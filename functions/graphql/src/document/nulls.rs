//! How nulls travel, and in which order the fields of an answer stand.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::{MetaType, MetaTypeName, Registry};
use async_graphql::{Name, PathSegment, Positioned, Value};

use super::selection::TYPE;
use super::watch::Watch;

/// Completes what the engine made of a plain operation.
pub(super) struct Completion<'a> {
    /// The types of the schema.
    pub(super) registry: &'a Registry,
    /// The errors so far. A null in a non-null place that none of them explains adds one.
    pub(super) watch: &'a Watch,
}

impl Completion<'_> {
    /// The data of an answer; null if a null reached the root.
    pub(super) fn data(&self, selections: &SelectionSet, root: &str, data: Value) -> Value {
        match data {
            Value::Object(object) => self
                .object(selections, root, object, &mut Vec::new())
                .map_or(Value::Null, Value::Object),
            _ => Value::Null,
        }
    }

    /// The value of a field, or nothing if its null must travel further up.
    pub(super) fn value(
        &self,
        type_name: &str,
        field: &Field,
        value: Value,
        path: &mut Vec<PathSegment>,
    ) -> Option<Value> {
        let MetaTypeName::NonNull(type_name) = MetaTypeName::create(type_name) else {
            return Some(self.nullable(type_name, field, value, path));
        };
        match self.nullable(type_name, field, value, path) {
            Value::Null => {
                self.watch.explain_null(path, field);
                None
            }
            value => Some(value),
        }
    }

    fn nullable(
        &self,
        type_name: &str,
        field: &Field,
        value: Value,
        path: &mut Vec<PathSegment>,
    ) -> Value {
        match (MetaTypeName::create(type_name), value) {
            (MetaTypeName::List(inner), Value::List(items)) => {
                let items = items.into_iter().enumerate().map(|(index, item)| {
                    path.push(PathSegment::Index(index));
                    let item = self.value(inner, field, item, path);
                    path.pop();
                    item
                });
                items
                    .collect::<Option<_>>()
                    .map_or(Value::Null, Value::List)
            }
            (MetaTypeName::Named(name), Value::Object(object)) if self.is_composite(name) => self
                .object(&field.selection_set.node, name, object, path)
                .map_or(Value::Null, Value::Object),
            (_, value) => value,
        }
    }

    fn is_composite(&self, type_name: &str) -> bool {
        self.registry
            .types
            .get(type_name)
            .is_some_and(MetaType::is_composite)
    }

    /// An object with its fields in the order of the document, or nothing if one of them, being
    /// non-null, takes it along.
    fn object(
        &self,
        selections: &SelectionSet,
        static_type: &str,
        mut object: IndexMap<Name, Value>,
        path: &mut Vec<PathSegment>,
    ) -> Option<IndexMap<Name, Value>> {
        let concrete_type = match object.swap_remove(TYPE) {
            Some(Value::String(name)) => name,
            _ => static_type.to_owned(),
        };
        let mut completed = IndexMap::new();
        for field in fields(selections, &concrete_type) {
            let key = &field.node.response_key().node;
            let value = object.swap_remove(key).unwrap_or_default();
            path.push(PathSegment::Field(key.to_string()));
            let value = self.value(
                self.type_of(&concrete_type, &field.node),
                &field.node,
                value,
                path,
            );
            path.pop();
            completed.insert(key.clone(), value?);
        }
        Some(completed)
    }

    fn type_of(&self, parent: &str, field: &Field) -> &str {
        self.registry
            .types
            .get(parent)
            .and_then(|parent| parent.field_by_name(&field.name.node))
            // `__typename` is in no list of fields.
            .map_or("String!", |definition| &definition.ty)
    }
}

/// The fields that a plain selection set has for a type, without [`TYPE`].
fn fields<'a>(selections: &'a SelectionSet, type_name: &str) -> Vec<&'a Positioned<Field>> {
    let mut found = Vec::new();
    for item in &selections.items {
        match &item.node {
            Selection::Field(field) if field.node.response_key().node != TYPE => found.push(field),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                if condition.is_some_and(|condition| condition.node.on.node == type_name) {
                    found.extend(fields(&fragment.node.selection_set.node, type_name));
                }
            }
            _ => {}
        }
    }
    found
}
