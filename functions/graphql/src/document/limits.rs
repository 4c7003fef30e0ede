//! How large a document may be.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{ErrorExtensionValues, Name, Positioned, ServerError};
use async_graphql_value::Value;

/// Root fields of one operation.
const ROOT_FIELDS: usize = 10;
/// Fields of one operation, fragments expanded.
const FIELDS: usize = 500;
/// Levels of fields in one operation.
const LEVELS: usize = 20;
/// Steps through all operations and fragments of a document together, at every place where a fragment is
/// spread: what the engine's rules may have to walk, and to write an error about.
const STEPS_IN_ALL: usize = 40_000;

/// Levels of selection sets, where fragments add some that fields do not: how deeply the engine
/// may recurse.
pub(super) const SELECTION_SETS: usize = 64;

/// The request error of a document beyond a limit.
pub(crate) fn too_large(message: &str) -> ServerError {
    let mut error = ServerError::new(message, None);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "DOCUMENT_TOO_LARGE");
    error.extensions = Some(extensions);
    error
}

/// Refuses a document with an operation beyond the limits, also one that is not asked for: the
/// engine's rules look at all of them, some at every place where a fragment is spread.
///
/// Each fragment is measured once, so that this takes no longer than reading the document.
///
/// # Errors
///
/// A request error, also for fragments that are unknown or contain themselves.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), ServerError> {
    let mut ruler = Ruler {
        fragments: &document.fragments,
        measured: HashMap::new(),
    };
    let mut steps_in_all: usize = 0;
    for (_, operation) in document.operations.iter() {
        let size = ruler.operation(&operation.node)?;
        if size.roots > ROOT_FIELDS {
            return Err(too_large("The operation has too many root fields."));
        }
        steps_in_all = steps_in_all.saturating_add(within_limits(&size)?);
    }
    for (name, fragment) in &document.fragments {
        let size = ruler.fragment(name, fragment, 1)?;
        steps_in_all = steps_in_all.saturating_add(within_limits(&size)?);
    }
    if steps_in_all > STEPS_IN_ALL {
        return Err(too_large("The document is too large."));
    }
    Ok(())
}

/// The steps of what is within its limits.
fn within_limits(size: &Size) -> Result<usize, ServerError> {
    if size.fields > FIELDS {
        return Err(too_large("The operation has too many fields."));
    }
    if size.levels > LEVELS || size.sets > SELECTION_SETS {
        return Err(too_large("The operation is nested too deeply."));
    }
    Ok(size.steps)
}

/// What a selection set comes to when its fragments are expanded.
#[derive(Clone, Copy, Default)]
struct Size {
    roots: usize,
    fields: usize,
    levels: usize,
    sets: usize,
    /// Selections, directives, arguments and values, each by itself.
    steps: usize,
}

impl Size {
    fn with_steps(self, more: usize) -> Self {
        Self {
            steps: self.steps.saturating_add(more),
            ..self
        }
    }
}

struct Ruler<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// The fragments met so far; one without a size is being measured.
    measured: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Ruler<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Size, ServerError> {
        let size = self.selections(&operation.selection_set.node, 1)?;
        let variables = operation.variable_definitions.iter().map(|variable| {
            let default = variable.node.default_value.as_ref();
            let default =
                default.map_or(0, |value| steps_of_value(&value.node.clone().into_value()));
            1 + default + steps_of_directives(&variable.node.directives)
        });
        let variables: usize = variables.sum();
        Ok(size.with_steps(variables + steps_of_directives(&operation.directives)))
    }

    fn selections(
        &mut self,
        selections: &'a SelectionSet,
        depth: usize,
    ) -> Result<Size, ServerError> {
        if depth > SELECTION_SETS {
            return Err(too_large("The operation is nested too deeply."));
        }
        let mut size = Size::default();
        for item in &selections.items {
            let part = self.selection(&item.node, depth)?;
            size.roots = size.roots.saturating_add(part.roots);
            size.fields = size.fields.saturating_add(part.fields);
            size.levels = size.levels.max(part.levels);
            size.sets = size.sets.max(part.sets);
            size = size.with_steps(part.steps);
        }
        size.sets = size.sets.saturating_add(1);
        Ok(size)
    }

    fn selection(&mut self, selection: &'a Selection, depth: usize) -> Result<Size, ServerError> {
        let own_steps = 1 + steps_of_directives(selection.directives());
        let size = match selection {
            Selection::Field(field) => {
                let inner = &field.node.selection_set.node;
                let inner = if inner.items.is_empty() {
                    Size::default()
                } else {
                    self.selections(inner, depth + 1)?
                };
                Size {
                    roots: 1,
                    fields: inner.fields.saturating_add(1),
                    levels: inner.levels.saturating_add(1),
                    ..inner.with_steps(steps_of_arguments(&field.node.arguments))
                }
            }
            Selection::InlineFragment(fragment) => {
                self.selections(&fragment.node.selection_set.node, depth + 1)?
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let Some(fragment) = self.fragments.get(name) else {
                    let message = format!("Unknown fragment: \"{name}\"");
                    return Err(ServerError::new(message, Some(spread.pos)));
                };
                self.fragment(name, fragment, depth + 1)?
            }
        };
        Ok(size.with_steps(own_steps))
    }

    fn fragment(
        &mut self,
        name: &'a Name,
        fragment: &'a Positioned<FragmentDefinition>,
        depth: usize,
    ) -> Result<Size, ServerError> {
        match self.measured.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {
                let message = format!("Cannot spread fragment \"{name}\" within itself.");
                return Err(ServerError::new(message, Some(fragment.pos)));
            }
            None => {}
        }
        self.measured.insert(name, None);
        let size = self.selections(&fragment.node.selection_set.node, depth)?;
        let size = size.with_steps(steps_of_directives(&fragment.node.directives));
        self.measured.insert(name, Some(size));
        Ok(size)
    }
}

fn steps_of_directives(directives: &[Positioned<Directive>]) -> usize {
    let steps = directives
        .iter()
        .map(|directive| 1 + steps_of_arguments(&directive.node.arguments));
    steps.sum()
}

fn steps_of_arguments(arguments: &[(Positioned<Name>, Positioned<Value>)]) -> usize {
    let steps = arguments
        .iter()
        .map(|(_, value)| 1 + steps_of_value(&value.node));
    steps.sum()
}

fn steps_of_value(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(steps_of_value).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(steps_of_value).sum::<usize>(),
        _ => 1,
    }
}
