use std::collections::BTreeSet;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use graphql::Door;
use graphql::http::Dialect::{self, Gqlauth, Plain, Relay};
use shared::settings::table::TABLE;
use tests::service;

/// A schema as a set of facts, a line each: where a type, a field or an argument stands in its
/// document tells nothing.
#[derive(Default)]
struct Facts(BTreeSet<String>);

impl Facts {
    fn of(sdl: &str) -> Self {
        let mut facts = Self::default();
        let document = parse_schema(sdl).unwrap_or_else(|error| panic!("{error}: {sdl}"));
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let roots = [&schema.node.query, &schema.node.mutation];
                    let roots = roots.map(|root| root.as_ref().map(|name| name.node.as_str()));
                    assert_eq!(roots, [Some("Query"), Some("Mutation")]);
                }
                TypeSystemDefinition::Type(it) => facts.note_type(&it.node),
                TypeSystemDefinition::Directive(it) => {
                    let name = it.node.name.node.as_str();
                    let of_the_language = ["deprecated", "include", "oneOf", "skip", "specifiedBy"];
                    assert!(of_the_language.contains(&name), "directive {name}");
                }
            }
        }
        facts
    }

    fn note(&mut self, fact: &str) {
        let line = fact.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(self.0.insert(line), "twice: {fact}");
    }

    fn note_description(&mut self, of: &str, text: Option<&Positioned<String>>) {
        if let Some(text) = text {
            self.note(&format!("{of} says {}", text.node));
        }
    }

    fn note_type(&mut self, ty: &TypeDefinition) {
        let name = ty.name.node.as_str();
        self.note_description(name, ty.description.as_ref());
        assert!(ty.directives.is_empty(), "a directive on {name}");
        let (kind, implements, fields): (_, &[_], &[_]) = match &ty.kind {
            TypeKind::Scalar => ("scalar", &[], &[]),
            TypeKind::Object(it) => ("type", &it.implements, &it.fields),
            TypeKind::Interface(it) => ("interface", &it.implements, &it.fields),
            TypeKind::InputObject(it) => {
                for member in &it.fields {
                    self.note_input(&format!("{name}.{}", member.node.name), &member.node);
                }
                ("input", &[], &[])
            }
            TypeKind::Union(_) | TypeKind::Enum(_) => panic!("{name}: no dialect has such a type"),
        };
        self.note(&format!("{kind} {name}"));
        for interface in implements {
            self.note(&format!("{name} implements {interface}"));
        }
        for field in fields {
            self.note_field(name, &field.node);
        }
    }

    fn note_field(&mut self, of: &str, field: &FieldDefinition) {
        let name = format!("{of}.{}", field.name);
        self.note(&format!("{name}: {}", field.ty));
        self.note_description(&name, field.description.as_ref());
        assert!(field.directives.is_empty(), "a directive on {name}");
        for argument in &field.arguments {
            self.note_input(&format!("{name}({})", argument.node.name), &argument.node);
        }
    }

    fn note_input(&mut self, name: &str, input: &InputValueDefinition) {
        let default = input.default_value.as_ref();
        let default = default.map_or(String::new(), |value| format!(" = {value}"));
        self.note(&format!("{name}: {}{default}", input.ty));
        self.note_description(name, input.description.as_ref());
        assert!(input.directives.is_empty(), "a directive on {name}");
    }

    /// What one has to take away from this and add to it to get the other.
    fn changes_to(&self, other: &Self) -> Vec<String> {
        let gone = self.0.difference(&other.0).map(|fact| format!("- {fact}"));
        let come = other.0.difference(&self.0).map(|fact| format!("+ {fact}"));
        gone.chain(come).collect()
    }
}

fn served(dialect: Dialect, settings: &[(&str, &str)]) -> Facts {
    let app = service(settings).expect("settings that are right");
    Facts::of(&Door::new(app).sdl(dialect).expect("a schema"))
}

/// What settings change in a dialect, descriptions left aside.
fn changes(dialect: Dialect, settings: &[(&str, &str)]) -> Vec<String> {
    let mut changes = served(dialect, &[]).changes_to(&served(dialect, settings));
    changes.retain(|change| !change.contains(" says "));
    changes
}

#[test]
fn each_dialect_serves_the_schema_that_is_written_down() {
    for (dialect, written) in [
        (
            Plain,
            include_str!("../../functions/graphql/schema/plain.graphql"),
        ),
        (
            Relay,
            include_str!("../../functions/graphql/schema/relay.graphql"),
        ),
        (
            Gqlauth,
            include_str!("../../functions/graphql/schema/gqlauth.graphql"),
        ),
    ] {
        let changes = Facts::of(written).changes_to(&served(dialect, &[]));
        let diff = changes.join("\n");
        assert!(
            changes.is_empty(),
            "{dialect:?} is not served as written down:\n{diff}"
        );
    }
}

/// For each setting: its value, and what it changes in plain, relay and gqlauth.
type Change = (
    &'static [(&'static str, &'static str)],
    [&'static [&'static str]; 3],
);

const CHANGES: &[Change] = &[
    (
        &[("LOGIN_ALLOWED_FIELDS", "username")],
        [
            &["- Mutation.tokenAuth(email): String"],
            &["- ObtainJSONWebTokenInput.email: String"],
            &[],
        ],
    ),
    (
        &[("LOGIN_ALLOWED_FIELDS", "email")],
        [
            &["- Mutation.tokenAuth(username): String"],
            &["- ObtainJSONWebTokenInput.username: String"],
            &[],
        ],
    ),
    (
        &[("LOGIN_FIELDS", "email")],
        [
            &[],
            &[],
            &[
                "- Mutation.tokenAuth(username): String!",
                "+ Mutation.tokenAuth(email): String!",
            ],
        ],
    ),
    (
        &[("REGISTER_MUTATION_FIELDS", "email, username, first_name")],
        [
            &["+ Mutation.register(firstName): String!"],
            &["+ RegisterInput.firstName: String!"],
            &["+ Mutation.register(firstName): String!"],
        ],
    ),
    (
        &[("REGISTER_MUTATION_FIELDS_OPTIONAL", "last_name,first_name")],
        [
            &[
                "+ Mutation.register(firstName): String",
                "+ Mutation.register(lastName): String",
            ],
            &[
                "+ RegisterInput.firstName: String",
                "+ RegisterInput.lastName: String",
            ],
            &[
                "+ Mutation.register(firstName): String",
                "+ Mutation.register(lastName): String",
            ],
        ],
    ),
    (
        &[("UPDATE_MUTATION_FIELDS", "last_name")],
        [
            &["- Mutation.updateAccount(firstName): String"],
            &["- UpdateAccountInput.firstName: String"],
            &["- Mutation.updateAccount(firstName): String"],
        ],
    ),
    (
        &[("UPDATE_MUTATION_FIELDS", "none")],
        [
            &[
                "- Mutation.updateAccount(firstName): String",
                "- Mutation.updateAccount(lastName): String",
            ],
            &[
                "- UpdateAccountInput.firstName: String",
                "- UpdateAccountInput.lastName: String",
            ],
            &[
                "- Mutation.updateAccount(firstName): String",
                "- Mutation.updateAccount(lastName): String",
            ],
        ],
    ),
    (
        &[("ALLOW_PASSWORDLESS_REGISTRATION", "true")],
        [
            &[
                "- Mutation.register(password1): String!",
                "- Mutation.register(password2): String!",
            ],
            &[
                "- RegisterInput.password1: String!",
                "- RegisterInput.password2: String!",
            ],
            &[
                "- Mutation.register(password1): String!",
                "- Mutation.register(password2): String!",
            ],
        ],
    ),
    (
        &[("JWT_LONG_RUNNING_REFRESH_TOKEN", "false")],
        [
            &[
                "- Mutation.refreshToken(refreshToken): String!",
                "- Mutation.revokeToken(refreshToken): String!",
                "- Mutation.revokeToken: RevokeToken",
                "- RevokeToken.errors: ExpectedErrorType",
                "- RevokeToken.revoked: Int",
                "- RevokeToken.success: Boolean",
                "- type RevokeToken",
                "+ Mutation.refreshToken(token): String!",
            ],
            &[
                "- Mutation.revokeToken(input): RevokeTokenInput!",
                "- Mutation.revokeToken: RevokeTokenPayload",
                "- RefreshTokenInput.refreshToken: String!",
                "- RevokeTokenInput.clientMutationId: String",
                "- RevokeTokenInput.refreshToken: String!",
                "- RevokeTokenPayload.clientMutationId: String",
                "- RevokeTokenPayload.errors: ExpectedErrorType",
                "- RevokeTokenPayload.revoked: Int",
                "- RevokeTokenPayload.success: Boolean",
                "- input RevokeTokenInput",
                "- type RevokeTokenPayload",
                "+ RefreshTokenInput.token: String!",
            ],
            &[
                "- Mutation.refreshToken(refreshToken): String!",
                "- Mutation.refreshToken(revokeRefreshToken): Boolean!",
                "- Mutation.refreshToken: ObtainJSONWebTokenType!",
                "- Mutation.revokeToken(refreshToken): String!",
                "- Mutation.revokeToken: RevokeRefreshTokenType!",
            ],
        ],
    ),
    (
        &[("LOGIN_REQUIRE_CAPTCHA", "true")],
        [
            &[
                "+ Mutation.tokenAuth(identifier): UUID!",
                "+ Mutation.tokenAuth(userEntry): String!",
            ],
            &[
                "+ ObtainJSONWebTokenInput.identifier: UUID!",
                "+ ObtainJSONWebTokenInput.userEntry: String!",
            ],
            &[
                "+ Mutation.tokenAuth(identifier): UUID!",
                "+ Mutation.tokenAuth(userEntry): String!",
            ],
        ],
    ),
    (
        &[("REGISTER_REQUIRE_CAPTCHA", "true")],
        [
            &[
                "+ Mutation.register(identifier): UUID!",
                "+ Mutation.register(userEntry): String!",
            ],
            &[
                "+ RegisterInput.identifier: UUID!",
                "+ RegisterInput.userEntry: String!",
            ],
            &[
                "+ Mutation.register(identifier): UUID!",
                "+ Mutation.register(userEntry): String!",
            ],
        ],
    ),
];

#[test]
fn a_setting_changes_the_arguments_it_is_about_and_nothing_else() {
    for (settings, expected) in CHANGES {
        for (dialect, expected) in [Plain, Relay, Gqlauth].into_iter().zip(expected) {
            assert_eq!(
                changes(dialect, settings),
                *expected,
                "{settings:?} in {dialect:?}"
            );
        }
    }
}

#[test]
fn every_setting_that_changes_a_schema_is_marked_so() {
    let marked: BTreeSet<_> = TABLE
        .iter()
        .filter(|row| row.schema)
        .map(|row| row.name)
        .collect();
    let told = CHANGES.iter().flat_map(|(settings, _)| settings.iter());
    assert_eq!(marked, told.map(|(name, _)| *name).collect());
    for row in TABLE.iter().filter(|row| row.kind == "bool" && !row.schema) {
        let other = if row.default == "true" {
            "false"
        } else {
            "true"
        };
        for dialect in [Plain, Relay, Gqlauth] {
            let changes = changes(dialect, &[(row.name, other)]);
            assert!(
                changes.is_empty(),
                "{} in {dialect:?}: {changes:?}",
                row.name
            );
        }
    }
}
