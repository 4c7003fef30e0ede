//! Rules for accounts: who may log in, what registering asks for, how strong passwords are.

use super::reader::Reader;
use super::values;
use crate::error::Field;
use crate::password::strength::Check;

/// Who may use `users`, `user` and `node`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsersAccess {
    /// Everybody.
    Public,
    /// Everybody who is logged in.
    Authenticated,
    /// Staff.
    Staff,
    /// Nobody.
    Off,
}

/// How a person says who they are when logging in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoginField {
    /// By e-mail address.
    Email,
    /// By username.
    Username,
}

/// Rules for accounts. Field meanings: [`table::TABLE`], section "Accounts".
#[derive(Clone)]
#[allow(missing_docs, reason = "the table of settings says what each means")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one setting of its own"
)]
pub struct Accounts {
    pub allow_login_not_verified: bool,
    pub login_allowed_fields: Vec<LoginField>,
    pub login_field: LoginField,
    pub allow_login_with_secondary_email: bool,
    pub register_fields: Vec<Field>,
    pub register_fields_optional: Vec<Field>,
    pub update_fields: Vec<Field>,
    pub passwordless_registration: bool,
    pub send_password_set_email: bool,
    pub send_activation_email: bool,
    pub allow_delete_account: bool,
    pub allow_password_reset_not_verified: bool,
    pub password_checks: Vec<Check>,
    pub users_access: UsersAccess,
    pub users_page_limit: u32,
}

const NAME_FIELDS: [(&str, Field); 2] = [
    ("first_name", Field::FirstName),
    ("last_name", Field::LastName),
];

const LOGIN_FIELDS: [(&str, LoginField); 2] = [
    ("email", LoginField::Email),
    ("username", LoginField::Username),
];

impl Reader<'_> {
    pub(super) fn accounts(&mut self) -> Accounts {
        let login_allowed_fields = self.login_allowed_fields();
        let (register_fields, register_fields_optional) = self.register_fields();
        let password_checks = self.password_checks();
        let login_field = self.parsed("LOGIN_FIELDS", |text| values::choice(text, &LOGIN_FIELDS));
        let users_access = self.parsed("USERS_QUERY_ACCESS", |text| {
            values::choice(
                text,
                &[
                    ("public", UsersAccess::Public),
                    ("authenticated", UsersAccess::Authenticated),
                    ("staff", UsersAccess::Staff),
                    ("off", UsersAccess::Off),
                ],
            )
        });
        Accounts {
            allow_login_not_verified: self.flag("ALLOW_LOGIN_NOT_VERIFIED"),
            login_allowed_fields,
            login_field: login_field.unwrap_or(LoginField::Username),
            allow_login_with_secondary_email: self.flag("ALLOW_LOGIN_WITH_SECONDARY_EMAIL"),
            register_fields,
            register_fields_optional,
            update_fields: self.list("UPDATE_MUTATION_FIELDS", &NAME_FIELDS),
            passwordless_registration: self.flag("ALLOW_PASSWORDLESS_REGISTRATION"),
            send_password_set_email: self.flag("SEND_PASSWORD_SET_EMAIL"),
            send_activation_email: self.flag("SEND_ACTIVATION_EMAIL"),
            allow_delete_account: self.flag("ALLOW_DELETE_ACCOUNT"),
            allow_password_reset_not_verified: self.flag("ALLOW_PASSWORD_RESET_NOT_VERIFIED"),
            password_checks,
            users_access: users_access.unwrap_or(UsersAccess::Off),
            users_page_limit: self.int("RELAY_CONNECTION_MAX_LIMIT", 1, 100),
        }
    }

    fn login_allowed_fields(&mut self) -> Vec<LoginField> {
        let mut fields = self.list("LOGIN_ALLOWED_FIELDS", &LOGIN_FIELDS);
        fields.sort_unstable();
        if self
            .given("LOGIN_ALLOWED_FIELDS")
            .is_some_and(|text| text.eq_ignore_ascii_case("none"))
        {
            self.fault(
                "LOGIN_ALLOWED_FIELDS",
                "it is empty; write email, username or both",
            );
        }
        fields
    }

    fn register_fields(&mut self) -> (Vec<Field>, Vec<Field>) {
        const REQUIRED_FIELDS: &str = "REGISTER_MUTATION_FIELDS";
        const OPTIONAL_FIELDS: &str = "REGISTER_MUTATION_FIELDS_OPTIONAL";
        let [first_name, last_name] = NAME_FIELDS;
        let all = [
            ("email", Field::Email),
            ("username", Field::Username),
            first_name,
            last_name,
        ];
        let faults = self.faults.len();
        let required = self.list(REQUIRED_FIELDS, &all);
        let optional = self.list(OPTIONAL_FIELDS, &all);
        if self.faults.len() > faults {
            return (required, optional);
        }
        if !required.contains(&Field::Email) || !required.contains(&Field::Username) {
            self.fault(REQUIRED_FIELDS, "it must contain email and username");
        }
        if optional.iter().any(|field| required.contains(field)) {
            let reason = format!("a name in it is also in {REQUIRED_FIELDS}; write it in one list");
            self.fault(OPTIONAL_FIELDS, &reason);
        }
        (required, optional)
    }

    fn password_checks(&mut self) -> Vec<Check> {
        let choices = [
            ("similarity", Check::Similarity),
            ("length", Check::Length),
            ("common", Check::Common),
            ("numeric", Check::Numeric),
        ];
        self.list("AUTH_PASSWORD_VALIDATORS", &choices)
    }
}
