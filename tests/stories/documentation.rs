//! The parts of the documentation that are made from the code, held against it. To write them anew:
//! `LATCHKEY_WRITE_DOCS=1 cargo test --workspace documentation`.

mod acts;
mod conversation;
mod settings;

use std::path::{Path, PathBuf};

use graphql::http::Dialect;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

pub(crate) fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

#[allow(
    clippy::disallowed_methods,
    reason = "whether to write is said by the environment"
)]
fn is_to_be_written() -> bool {
    std::env::var_os("LATCHKEY_WRITE_DOCS").is_some()
}

/// What stands between `<!-- part -->` and `<!-- /part -->`.
pub(crate) fn part_of<'a>(page: &'a str, part: &str) -> &'a str {
    let (start, end) = (format!("<!-- {part} -->\n"), format!("<!-- /{part} -->"));
    let (_, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("no {start}"));
    let (between, _) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    between
}

/// A part of a page is as it is made; or is written, where that is wanted.
fn keep(name: &str, part: &str, made: &str) {
    let page = read(name);
    let made = format!("\n{}\n\n", made.trim());
    let found = part_of(&page, part);
    if found == made {
        return;
    }
    assert!(
        is_to_be_written(),
        "{name} is not what the code says; LATCHKEY_WRITE_DOCS=1 cargo test --workspace documentation writes it. \
         It should be:\n{made}"
    );
    let whole = |text: &str| format!("<!-- {part} -->\n{text}<!-- /{part} -->");
    let page = page.replace(&whole(found), &whole(&made));
    std::fs::write(file(name), page).unwrap_or_else(|fault| panic!("{name}: {fault}"));
}

/// A row of a table. A bar within a cell would end it.
fn row(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// What a source shows to a page: the lines between `// <page>` and `// </page>`, without their indentation.
fn shown_to(page: &str, source: &str) -> String {
    let (start, end) = (format!("// <{page}>"), format!("// </{page}>"));
    let lines = source.lines().skip_while(|line| line.trim() != start);
    let shown: Vec<_> = lines
        .skip(1)
        .take_while(|line| line.trim() != end)
        .map(|line| line.strip_prefix("  ").unwrap_or(line))
        .collect();
    assert!(!shown.is_empty(), "nothing is shown to {page}");
    format!("```ts\n{}\n```", shown.join("\n").trim())
}

#[test]
fn the_settings_page_is_the_table_that_the_code_parses() {
    keep("docs/settings.md", "settings", &settings::page());
}

#[test]
fn each_dialect_has_a_page_with_its_acts_and_what_they_refuse() {
    for (dialect, name) in [
        (Dialect::Plain, "plain"),
        (Dialect::Relay, "relay"),
        (Dialect::Gqlauth, "gqlauth"),
    ] {
        let page = format!("docs/{name}.md");
        let schema = read(&format!("functions/graphql/schema/{name}.graphql"));
        let made = acts::Page::of(dialect, &schema);
        keep(&page, "mutations", &made.mutations());
        keep(&page, "queries", &made.queries());
        keep(&page, "messages", &made.messages());
    }
}

#[test]
fn the_client_of_each_page_is_the_one_that_walks_the_journey() {
    for (name, client) in [
        ("plain", "apollo"),
        ("relay", "graphql_request"),
        ("gqlauth", "urql"),
    ] {
        let page = format!("docs/{name}.md");
        let source = read(&format!("tests/clients/src/clients/{client}.ts"));
        keep(&page, "client", &shown_to(&page, &source));
    }
}

#[tokio::test]
async fn the_first_conversation_of_the_readme_goes_as_it_is_told() {
    let told = read("README.md");
    let told = part_of(&told, "conversation");
    let held = conversation::hold(told).await;
    keep("README.md", "conversation", &held);
}
