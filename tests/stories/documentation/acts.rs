//! The acts of a dialect: arguments and results from its schema, refusals from the declarations.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use graphql::dialects::{Told, told};
use graphql::http::Dialect;
use shared::error::{Field, Refusal};
use shared::settings::Settings;

use super::row;

/// How the refusals of a captcha begin, which are under no argument.
const CAPTCHA: &str = "`identifier: UUID!` and `userEntry: String!` ([captcha.md](captcha.md)), refused together under `captcha`:";

/// What the page of a dialect is made from.
pub(super) struct Page {
    types: Vec<TypeDefinition>,
    told: Vec<Told>,
}

impl Page {
    pub(super) fn of(dialect: Dialect, schema: &str) -> Self {
        let schema = parse_schema(schema).expect("a schema");
        let types = schema.definitions.into_iter().filter_map(|it| match it {
            TypeSystemDefinition::Type(it) => Some(it.node),
            _ => None,
        });
        Self {
            types: types.collect(),
            told: told(dialect, &defaults()),
        }
    }

    fn fields(&self, type_name: &str) -> Vec<&FieldDefinition> {
        let fields = match self.kind(type_name) {
            Some(TypeKind::Object(object)) => &object.fields[..],
            _ => &[],
        };
        fields.iter().map(|field| &field.node).collect()
    }

    fn kind(&self, name: &str) -> Option<&TypeKind> {
        let found = self.types.iter().find(|it| it.name.node == name);
        found.map(|it| &it.kind)
    }

    /// The arguments of a field; in relay, the members of its `input`.
    fn arguments<'a>(&'a self, field: &'a FieldDefinition) -> Vec<&'a InputValueDefinition> {
        let arguments = field.arguments.iter().map(|it| &it.node);
        let unwrap = |it: &'a InputValueDefinition| {
            let name = it.ty.node.to_string();
            match self.kind(name.trim_end_matches('!')) {
                Some(TypeKind::InputObject(input)) => {
                    input.fields.iter().map(|it| &it.node).collect()
                }
                _ => vec![it],
            }
        };
        arguments.flat_map(unwrap).collect()
    }

    fn argument_list(&self, field: &FieldDefinition) -> String {
        let arguments = self.arguments(field);
        let arguments = arguments
            .iter()
            .filter(|it| it.name.node != "clientMutationId");
        let list: Vec<_> = arguments
            .map(|it| format!("`{}: {}`", it.name.node, it.ty.node))
            .collect();
        list.join("<br>")
    }

    fn result(&self, field: &FieldDefinition) -> String {
        let name = field.ty.node.to_string();
        let fields = self.fields(name.trim_end_matches('!'));
        let fields = fields
            .iter()
            .filter(|it| !["success", "errors", "clientMutationId"].contains(&&*it.name.node));
        let list: Vec<_> = fields
            .map(|it| format!("`{}: {}`", it.name.node, it.ty.node))
            .collect();
        format!("`{name}`<br>{}", list.join("<br>"))
            .trim_end_matches("<br>")
            .to_owned()
    }

    /// Every mutation, in the order of the schema file.
    pub(super) fn mutations(&self) -> String {
        let mut page = String::from(
            "| Mutation | Arguments | Result | Refusals |\n| --- | --- | --- | --- |\n",
        );
        let mut others = Vec::new();
        for field in self.fields("Mutation") {
            let name = field.name.node.as_str();
            let arguments = self.arguments(field);
            let is_shown = |told: &&Told| {
                told.key == Field::Captcha && arguments.iter().any(|it| it.name.node == "userEntry")
                    || told.key == Field::NonField
                    || arguments.iter().any(|it| it.name.node == told.key.key())
            };
            let told: Vec<_> = self.told.iter().filter(|it| it.act == name).collect();
            let (shown, hidden): (Vec<&Told>, Vec<&Told>) = told.into_iter().partition(is_shown);
            page += &row(&[
                format!("**`{name}`**<br>{}", description(field)),
                self.argument_list(field),
                self.result(field),
                refusals(&shown),
            ]);
            if !hidden.is_empty() {
                let hidden = refusals(&hidden).replace("<br>", "; ");
                let hidden = hidden.replace("`captcha`:", CAPTCHA);
                others.push(format!("- `{name}`: {hidden}\n"));
            }
        }
        format!(
            "{page}\nSettings can add arguments, and refusals with them:\n\n{}",
            others.concat()
        )
    }

    pub(super) fn queries(&self) -> String {
        let mut page = String::from("| Query | Arguments | Result |\n| --- | --- | --- |\n");
        for field in self.fields("Query") {
            page += &row(&[
                format!("**`{}`**<br>{}", field.name.node, description(field)),
                self.argument_list(field),
                format!("`{}`", field.ty.node),
            ]);
        }
        page
    }

    /// Every code with its message, once.
    pub(super) fn messages(&self) -> String {
        let mutations = self.fields("Mutation");
        let is_here = |told: &&Told| mutations.iter().any(|it| it.name.node == told.act);
        let mut lines = Vec::new();
        for told in self
            .told
            .iter()
            .filter(is_here)
            .filter(|it| !it.at_top_level)
        {
            let line = row(&[format!("`{}`", told.refusal.code()), message(told.refusal)]);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines.sort();
        format!("| Code | Message |\n| --- | --- |\n{}", lines.concat())
    }
}

/// The sentence for people. Numbers and names in it are examples, and said to be.
fn message(refusal: Refusal) -> String {
    let text = refusal.message();
    match refusal {
        Refusal::MaxLength { .. } => format!("{text} (with the actual numbers)"),
        Refusal::PasswordTooSimilar(_) => {
            format!("{text} (or: first name, last name, email address)")
        }
        _ => text.into_owned(),
    }
}

/// Keys with their codes, in the order in which they are declared.
fn refusals(told: &[&Told]) -> String {
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for told in told {
        let (key, code) = if told.at_top_level {
            ("top level".to_owned(), told.refusal.code().to_uppercase())
        } else {
            (
                format!("`{}`", told.key.key()),
                told.refusal.code().to_owned(),
            )
        };
        let code = format!("`{code}`");
        match keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, codes)) if codes.contains(&code) => {}
            Some((_, codes)) => codes.push(code),
            None => keys.push((key, vec![code])),
        }
    }
    let lines: Vec<_> = keys
        .iter()
        .map(|(key, codes)| format!("{key}: {}", codes.join(", ")))
        .collect();
    lines.join("<br>")
}

fn description(field: &FieldDefinition) -> String {
    let text = field.description.as_ref().map(|it| it.node.as_str());
    let words: Vec<_> = text.unwrap_or_default().split_whitespace().collect();
    words.join(" ")
}

/// The settings of somebody who has changed none.
fn defaults() -> Settings {
    let given = |name: &str| {
        let value = match name {
            "FRONTEND_URL" => "https://app.example.com",
            "EMAIL_FROM" => "noreply@example.com",
            "JWT_SECRET_KEY" => "a secret of the documentation, never of anybody",
            "AWS_REGION" => "eu-central-1",
            "ACCOUNTS_TABLE"
            | "SESSIONS_TABLE"
            | "CHALLENGES_TABLE"
            | "AWS_ACCESS_KEY_ID"
            | "AWS_SECRET_ACCESS_KEY" => "documentation",
            _ => return None,
        };
        Some(value.to_owned())
    };
    Settings::read(&given).expect("the settings of the documentation")
}
