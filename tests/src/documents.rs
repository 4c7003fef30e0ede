//! Parts of the documentation that are written from what the tests see.

use std::path::Path;

/// A document holds exactly this text between `<!-- name -->` and `<!-- /name -->`. With
/// `LATCHKEY_WRITE_DOCS=1` in the environment it is written there instead.
///
/// # Panics
/// When it does not, or the document has no such place.
pub fn holds(document: &str, name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(document);
    let whole = std::fs::read_to_string(&path).expect("the document");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let place = whole.split_once(&begin).and_then(|(before, rest)| {
        let (there, after) = rest.split_once(&end)?;
        Some((before, there, after))
    });
    let Some((before, there, after)) = place else {
        panic!("{document} has no place between {begin} and {end}");
    };
    if std::env::var_os("LATCHKEY_WRITE_DOCS").is_some() {
        std::fs::write(&path, [before, &begin, text, &end, after].concat()).expect("the document");
        return;
    }
    assert_eq!(
        there, text,
        "{document} is out of date: run the tests with LATCHKEY_WRITE_DOCS=1 to write it anew"
    );
}
