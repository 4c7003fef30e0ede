//! A document as the engine's rules are shown it, which means the same and lacks what they stumble over.
//!
//! - They do not look at the directives of `__typename`, and call a variable unused that only stands
//!   there. Such directives are moved to an inline fragment around it.
//! - Of two fields with one response name they note an error for every argument that differs, in every
//!   selection set around them and for every fragment that leads to them: millions for a few kilobytes. Here
//!   every field gets a response name of its own, so that they find nothing. `merging` looks for conflicts in the
//!   operation that is asked for, and stops at the first; in others nobody looks.

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, InlineFragment, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};

/// The document, rewritten.
pub(super) fn for_validation(mut document: ExecutableDocument) -> ExecutableDocument {
    let mut rewriter = Rewriter { fields: 0 };
    match &mut document.operations {
        DocumentOperations::Single(operation) => {
            rewriter.selections(&mut operation.node.selection_set.node);
        }
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                rewriter.selections(&mut operation.node.selection_set.node);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        rewriter.selections(&mut fragment.node.selection_set.node);
    }
    document
}

struct Rewriter {
    fields: usize,
}

impl Rewriter {
    fn selections(&mut self, selections: &mut SelectionSet) {
        for item in &mut selections.items {
            match &mut item.node {
                Selection::Field(field) => {
                    self.name(field);
                    self.selections(&mut field.node.selection_set.node);
                    if let Some(fragment) = around_typename(field) {
                        item.node = Selection::InlineFragment(fragment);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.selections(&mut fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn name(&mut self, field: &mut Positioned<Field>) {
        self.fields += 1;
        let name = Name::new(format!("f{}", self.fields));
        field.node.alias = Some(Positioned::new(name, field.pos));
    }
}

/// An inline fragment with the directives of a `__typename`, if it has any.
fn around_typename(field: &mut Positioned<Field>) -> Option<Positioned<InlineFragment>> {
    let is_to_move = field.node.name.node == "__typename" && !field.node.directives.is_empty();
    is_to_move.then(|| {
        let directives = std::mem::take(&mut field.node.directives);
        let inner = Positioned::new(Selection::Field(field.clone()), field.pos);
        let fragment = InlineFragment {
            type_condition: None,
            directives,
            selection_set: Positioned::new(SelectionSet { items: vec![inner] }, field.pos),
        };
        Positioned::new(fragment, field.pos)
    })
}
