//! An operation made plain before the engine executes it.
//!
//! The engine runs two selections of one response name twice, lets one overwrite the other, and
//! leaves variables unchecked. What it is given here has neither fragments, variables nor
//! directives: every selection set lists each response name once, in the order of the document,
//! and below an interface or union there is one inline fragment for each possible type.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, FragmentDefinition, InlineFragment,
    OperationDefinition, OperationType, Selection, SelectionSet, TypeCondition,
};
use async_graphql::registry::{MetaField, MetaType, Registry};
use async_graphql::{Name, Pos, Positioned, ServerError, Variables};

use super::arguments::Arguments;
use super::limits;
use super::merging::{self, Shapes};

/// The response name under which every object tells its type while it is under way. No client
/// can write it, and an object is never empty, which the engine would take for null.
pub(super) const TYPE: &str = "*type";

/// Fields of a plain operation. Only interfaces within interfaces could make it exceed the
/// limits of the document.
const FIELDS: usize = 5_000;

/// Makes an operation plain.
///
/// # Errors
///
/// A request error for values that do not fit and for selections of one response name that
/// conflict or, at the root of a mutation, meet at all.
pub(super) fn plain(
    registry: &Registry,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    given: &Variables,
) -> Result<ExecutableDocument, ServerError> {
    let mut planner = Planner {
        registry,
        fragments: &document.fragments,
        arguments: Arguments::new(registry, &operation.variable_definitions, given)?,
        fields_left: FIELDS,
    };
    let position = operation.selection_set.pos;
    let sources = [Source {
        selections: &operation.selection_set.node,
        included: true,
    }];
    let root = root(registry, operation.ty)
        .ok_or_else(|| ServerError::new("Unknown operation type.", None))?;
    if operation.ty == OperationType::Mutation {
        planner.distinct(root.name(), &sources)?;
    }
    let operation = OperationDefinition {
        ty: operation.ty,
        variable_definitions: Vec::new(),
        directives: Vec::new(),
        selection_set: planner.selections(root, &sources, position)?,
    };
    Ok(ExecutableDocument {
        operations: DocumentOperations::Single(Positioned::new(operation, position)),
        fragments: HashMap::new(),
    })
}

/// The type that operations of a kind start from.
pub(super) fn root(registry: &Registry, operation: OperationType) -> Option<&MetaType> {
    match operation {
        OperationType::Query => registry.types.get(&registry.query_type),
        OperationType::Mutation => registry.types.get(registry.mutation_type.as_ref()?),
        OperationType::Subscription => None,
    }
}

/// A selection set that adds to the one being made. Those that `@skip` and `@include` leave out
/// are checked like the others.
#[derive(Clone, Copy)]
struct Source<'a> {
    selections: &'a SelectionSet,
    included: bool,
}

/// The selections of each response name, and whether each is included.
type Groups<'a> = IndexMap<&'a Name, Vec<(&'a Positioned<Field>, bool)>>;

struct Planner<'a> {
    registry: &'a Registry,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    arguments: Arguments<'a>,
    fields_left: usize,
}

impl<'a> Planner<'a> {
    fn distinct(&self, type_name: &str, sources: &[Source<'a>]) -> Result<(), ServerError> {
        for (name, fields) in self.groups(type_name, sources)? {
            if let [_, (second, _), ..] = fields[..] {
                let message =
                    format!("There can be only one root field named \"{name}\" in a mutation.");
                return Err(ServerError::new(message, Some(second.pos)));
            }
        }
        Ok(())
    }

    fn selections(
        &mut self,
        parent: &MetaType,
        sources: &[Source<'a>],
        position: Pos,
    ) -> Result<Positioned<SelectionSet>, ServerError> {
        let mut items = vec![type_field(position)];
        if let Some(possible_types) = parent.possible_types() {
            let mut shapes = Shapes::new(self.registry);
            for type_name in possible_types {
                let fields = self.fields(type_name, sources)?;
                shapes.add(type_name, &fields)?;
                items.push(on(type_name, fields, position));
            }
        } else {
            items.extend(self.fields(parent.name(), sources)?);
        }
        Ok(Positioned::new(SelectionSet { items }, position))
    }

    fn fields(
        &mut self,
        type_name: &str,
        sources: &[Source<'a>],
    ) -> Result<Vec<Positioned<Selection>>, ServerError> {
        let mut fields = Vec::new();
        for (_, group) in self.groups(type_name, sources)? {
            let field = self.field(type_name, &group)?;
            if group.iter().any(|(_, included)| *included) {
                let position = field.pos;
                fields.push(Positioned::new(Selection::Field(field), position));
            }
        }
        Ok(fields)
    }

    fn groups(&self, type_name: &str, sources: &[Source<'a>]) -> Result<Groups<'a>, ServerError> {
        let mut groups = Groups::new();
        for source in sources {
            self.collect(type_name, *source, &mut groups)?;
        }
        Ok(groups)
    }

    fn collect(
        &self,
        type_name: &str,
        source: Source<'a>,
        groups: &mut Groups<'a>,
    ) -> Result<(), ServerError> {
        for item in &source.selections.items {
            let included = self.arguments.include(item.node.directives())? && source.included;
            let (condition, selections) = match &item.node {
                Selection::Field(field) => {
                    groups
                        .entry(&field.node.response_key().node)
                        .or_default()
                        .push((field, included));
                    continue;
                }
                Selection::InlineFragment(fragment) => (
                    fragment.node.type_condition.as_ref(),
                    &fragment.node.selection_set.node,
                ),
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) else {
                        return Err(ServerError::new("Unknown fragment.", Some(spread.pos)));
                    };
                    (
                        Some(&fragment.node.type_condition),
                        &fragment.node.selection_set.node,
                    )
                }
            };
            if condition.is_none_or(|condition| self.applies(condition, type_name)) {
                self.collect(
                    type_name,
                    Source {
                        selections,
                        included,
                    },
                    groups,
                )?;
            }
        }
        Ok(())
    }

    fn applies(&self, condition: &Positioned<TypeCondition>, type_name: &str) -> bool {
        self.registry
            .types
            .get(condition.node.on.node.as_str())
            .is_some_and(|on| on.is_possible_type(type_name))
    }

    /// One field out of all selections of its response name.
    fn field(
        &mut self,
        type_name: &str,
        group: &[(&'a Positioned<Field>, bool)],
    ) -> Result<Positioned<Field>, ServerError> {
        let first = group[0].0;
        for (other, _) in group {
            if !merging::is_same(&first.node, &other.node) {
                return Err(merging::conflict(first, other.pos));
            }
        }
        self.fields_left = self
            .fields_left
            .checked_sub(1)
            .ok_or_else(|| limits::too_large("The operation has too many fields."))?;
        let mut field = Field {
            alias: first.node.alias.clone(),
            name: first.node.name.clone(),
            arguments: Vec::new(),
            directives: Vec::new(),
            selection_set: Positioned::default(),
        };
        if field.name.node != "__typename" {
            let definition = self.definition(type_name, &field.name)?;
            self.arguments.set(&mut field, definition, first)?;
            if let Some(inner) = self.registry.concrete_type_by_name(&definition.ty)
                && inner.is_composite()
            {
                let sources: Vec<_> = group
                    .iter()
                    .map(|(field, included)| Source {
                        selections: &field.node.selection_set.node,
                        included: *included,
                    })
                    .collect();
                field.selection_set =
                    self.selections(inner, &sources, first.node.selection_set.pos)?;
            }
        }
        Ok(Positioned::new(field, first.pos))
    }

    fn definition(
        &self,
        type_name: &str,
        field: &Positioned<Name>,
    ) -> Result<&'a MetaField, ServerError> {
        self.registry
            .types
            .get(type_name)
            .and_then(|parent| parent.field_by_name(&field.node))
            .ok_or_else(|| ServerError::new(format!("Unknown field \"{field}\"."), Some(field.pos)))
    }
}

/// The selection of the type's name under [`TYPE`].
fn type_field(position: Pos) -> Positioned<Selection> {
    let field = Field {
        alias: Some(Positioned::new(Name::new(TYPE), position)),
        name: Positioned::new(Name::new("__typename"), position),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    Positioned::new(Selection::Field(Positioned::new(field, position)), position)
}

/// Fields of an object of one type.
fn on(type_name: &str, items: Vec<Positioned<Selection>>, position: Pos) -> Positioned<Selection> {
    let condition = TypeCondition {
        on: Positioned::new(Name::new(type_name), position),
    };
    let fragment = InlineFragment {
        type_condition: Some(Positioned::new(condition, position)),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet { items }, position),
    };
    Positioned::new(
        Selection::InlineFragment(Positioned::new(fragment, position)),
        position,
    )
}
