//! The directives of `__typename`, which the engine's rules do not look at: they call a variable
//! unused that only stands there.

use async_graphql::Positioned;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, InlineFragment, Selection, SelectionSet,
};

/// The document with each `__typename` that has directives in an inline fragment that has them
/// instead, which means the same.
pub(super) fn without_directives(mut document: ExecutableDocument) -> ExecutableDocument {
    match &mut document.operations {
        DocumentOperations::Single(operation) => wrap(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                wrap(&mut operation.node.selection_set.node);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        wrap(&mut fragment.node.selection_set.node);
    }
    document
}

fn wrap(selections: &mut SelectionSet) {
    for item in &mut selections.items {
        match &mut item.node {
            Selection::Field(field) if field.node.name.node == "__typename" => {
                let directives = std::mem::take(&mut field.node.directives);
                if directives.is_empty() {
                    continue;
                }
                let inner = Positioned::new(Selection::Field(field.clone()), item.pos);
                let fragment = InlineFragment {
                    type_condition: None,
                    directives,
                    selection_set: Positioned::new(SelectionSet { items: vec![inner] }, item.pos),
                };
                item.node = Selection::InlineFragment(Positioned::new(fragment, item.pos));
            }
            Selection::Field(field) => wrap(&mut field.node.selection_set.node),
            Selection::InlineFragment(fragment) => wrap(&mut fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}
