//! The settings, section by section.

use shared::settings::table::{REQUIRED, Row, TABLE};

use super::row;

pub(super) fn page() -> String {
    let sections = TABLE.chunk_by(|one, next| one.section == next.section);
    let sections = sections.map(|rows| {
        let lines: String = rows.iter().map(line).collect();
        let section = rows.first().map_or("", |row| row.section);
        format!("### {section}\n\n{HEAD}{lines}")
    });
    sections.collect::<Vec<_>>().join("\n")
}

const HEAD: &str =
    "| Setting | Type | Default | Schema | Meaning |\n| --- | --- | --- | --- | --- |\n";

fn line(setting: &Row) -> String {
    let default = match setting.default {
        "" => String::new(),
        REQUIRED => format!("**{REQUIRED}**"),
        some => format!("`{some}`"),
    };
    let schema = if setting.schema { "yes" } else { "" };
    row(&[
        format!("`{}`", setting.name),
        setting.kind.to_owned(),
        default,
        schema.to_owned(),
        setting.meaning.to_owned(),
    ])
}
