//! How large a document may be.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, FragmentDefinition, Selection, SelectionSet,
};
use async_graphql::{ErrorExtensionValues, Name, Positioned, ServerError};

/// Root fields of one operation.
const ROOT_FIELDS: usize = 10;
/// Fields of one operation, fragments expanded.
const FIELDS: usize = 500;
/// Levels of fields in one operation.
const LEVELS: usize = 20;
/// Fields of all operations of a document together: what the engine's rules may have to walk.
const FIELDS_IN_ALL: usize = 40 * FIELDS;

/// Levels of selection sets, where fragments add some that fields do not: how deeply the engine
/// may recurse.
pub(super) const SELECTION_SETS: usize = 64;

/// The request error of a document beyond a limit.
pub(super) fn too_large(message: &str) -> ServerError {
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
    let mut fields_in_all: usize = 0;
    for (_, operation) in document.operations.iter() {
        let size = ruler.selections(&operation.node.selection_set.node, 1)?;
        if size.roots > ROOT_FIELDS {
            return Err(too_large("The operation has too many root fields."));
        }
        fields_in_all = fields_in_all.saturating_add(within_limits(&size)?);
    }
    for (name, fragment) in &document.fragments {
        within_limits(&ruler.fragment(name, fragment, 1)?)?;
    }
    if fields_in_all > FIELDS_IN_ALL {
        return Err(too_large("The document has too many fields."));
    }
    Ok(())
}

fn within_limits(size: &Size) -> Result<usize, ServerError> {
    if size.fields > FIELDS {
        return Err(too_large("The operation has too many fields."));
    }
    if size.levels > LEVELS || size.sets > SELECTION_SETS {
        return Err(too_large("The operation is nested too deeply."));
    }
    Ok(size.fields)
}

/// What a selection set comes to when its fragments are expanded.
#[derive(Clone, Copy, Default)]
struct Size {
    roots: usize,
    fields: usize,
    levels: usize,
    sets: usize,
}

struct Ruler<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// The fragments met so far; one without a size is being measured.
    measured: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Ruler<'a> {
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
        }
        size.sets = size.sets.saturating_add(1);
        Ok(size)
    }

    fn selection(&mut self, selection: &'a Selection, depth: usize) -> Result<Size, ServerError> {
        match selection {
            Selection::Field(field) => {
                let inner = &field.node.selection_set.node;
                let inner = if inner.items.is_empty() {
                    Size::default()
                } else {
                    self.selections(inner, depth + 1)?
                };
                Ok(Size {
                    roots: 1,
                    fields: inner.fields.saturating_add(1),
                    levels: inner.levels.saturating_add(1),
                    sets: inner.sets,
                })
            }
            Selection::InlineFragment(fragment) => {
                self.selections(&fragment.node.selection_set.node, depth + 1)
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let Some(fragment) = self.fragments.get(name) else {
                    let message = format!("Unknown fragment: \"{name}\"");
                    return Err(ServerError::new(message, Some(spread.pos)));
                };
                self.fragment(name, fragment, depth + 1)
            }
        }
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
        self.measured.insert(name, Some(size));
        Ok(size)
    }
}
