//! The GraphQL types that dialects share: scalars, and what is shown of an account and a captcha.

use async_graphql::Value;
use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, Interface, InterfaceField, Object, Scalar, SchemaBuilder,
    TypeRef,
};
use data_encoding::BASE64;
use shared::account::{AccountId, Profile};
use shared::flows::captcha::{Captcha, create_captcha};

use crate::Context;
use crate::answer::{date_time, top_level};

/// The type name in a global id.
pub(crate) const USER_NODE: &str = "UserNode";

/// The global id of an account: base64 of type name and id.
#[must_use]
pub fn global_id(id: AccountId) -> String {
    BASE64.encode(format!("{USER_NODE}:{id}").as_bytes())
}

/// The account of a global id; none for anything else.
#[must_use]
pub fn account_of(global_id: &str) -> Option<AccountId> {
    let bytes = BASE64.decode(global_id.as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.strip_prefix(USER_NODE)?
        .strip_prefix(':')?
        .parse()
        .ok()
}

/// A field that reads something from a parent of type `T`; null for `Value::Null`.
pub fn field<T: Send + Sync + 'static>(
    name: &str,
    ty: TypeRef,
    read: impl Fn(&T) -> Value + Send + Sync + Copy + 'static,
) -> Field {
    Field::new(name, ty, move |ctx| {
        let value = ctx.parent_value.try_downcast_ref::<T>().map(read);
        FieldFuture::new(async move { value.map(|value| (value != Value::Null).then_some(value)) })
    })
}

/// The scalars of every dialect; the one for errors has its own name in each.
#[must_use]
pub fn scalars(builder: SchemaBuilder, errors: &str) -> SchemaBuilder {
    let is_uuid = |value: &Value| matches!(value, Value::String(text) if text.len() == 36 && shared::Uuid::try_parse(text).is_ok());
    builder
        .register(Scalar::new("DateTime").description(
            "Point in time, ISO 8601 with microseconds and offset, always UTC:\n`2026-01-31T09:30:00.123456+00:00`.",
        ))
        .register(Scalar::new(errors).description(
            "Errors of one mutation: a JSON object that maps a field name (camelCase) or\n`nonFieldErrors` to a list of `{message, code}` objects. Null on success.",
        ))
        .register(
            Scalar::new("UUID").description("A UUID in its hyphenated text form.").validator(is_uuid),
        )
        .register(Scalar::new("image").description(
            "A PNG picture, base64 encoded (standard alphabet, padding, no `data:` prefix).",
        ))
}

/// `Node`, and `UserNode` as django-graphql-auth shows it.
#[must_use]
pub fn user_node(builder: SchemaBuilder) -> SchemaBuilder {
    let node = Interface::new("Node")
        .description("An object with a global identifier.")
        .field(
            InterfaceField::new("id", TypeRef::named_nn(TypeRef::ID))
                .description("Global identifier: base64 of `<type name>:<internal id>`."),
        );
    let text = || TypeRef::named_nn(TypeRef::STRING);
    let flag = || TypeRef::named(TypeRef::BOOLEAN);
    let sure = || TypeRef::named_nn(TypeRef::BOOLEAN);
    let user = Object::new(USER_NODE)
        .description("A user account.")
        .implement("Node")
        .field(
            field("id", TypeRef::named_nn(TypeRef::ID), |it: &Profile| {
                global_id(it.id).into()
            })
            .description("Global identifier: base64 of `UserNode:<user id>`."),
        )
        .field(
            field("lastLogin", TypeRef::named("DateTime"), |it: &Profile| {
                it.last_login.map_or(Value::Null, date_time)
            })
            .description("Time of the last successful tokenAuth; null before the first one."),
        )
        .field(
            field("username", text(), |it: &Profile| {
                it.username.as_str().into()
            })
            .description("Login name: at most 150 letters, digits and @ . + - _ characters."),
        )
        .field(field("firstName", text(), |it: &Profile| {
            it.first_name.as_str().into()
        }))
        .field(field("lastName", text(), |it: &Profile| {
            it.last_name.as_str().into()
        }))
        .field(
            field("email", text(), |it: &Profile| it.email.as_str().into())
                .description("Primary e-mail address."),
        )
        .field(
            field("isStaff", sure(), |it: &Profile| it.staff.into())
                .description("May use staff-only queries."),
        )
        .field(
            field("isActive", sure(), |it: &Profile| it.active.into())
                .description("False once the account has been deactivated."),
        )
        .field(field(
            "dateJoined",
            TypeRef::named_nn("DateTime"),
            |it: &Profile| date_time(it.date_joined),
        ))
        .field(
            field("archived", flag(), |it: &Profile| it.archived.into())
                .description("Archived accounts are signed out until their next successful login."),
        )
        .field(
            field("verified", flag(), |it: &Profile| it.verified.into()).description(
                "True once the owner has proved control of the primary e-mail address.",
            ),
        )
        .field(
            field(
                "secondaryEmail",
                TypeRef::named(TypeRef::STRING),
                |it: &Profile| {
                    it.secondary_email
                        .as_deref()
                        .map_or(Value::Null, Value::from)
                },
            )
            .description("Verified secondary e-mail address, if there is one."),
        );
    builder.register(node).register(user)
}

/// `CaptchaType`, which all dialects show alike.
#[must_use]
pub fn captcha_type(builder: SchemaBuilder) -> SchemaBuilder {
    let captcha = Object::new("CaptchaType")
        .description("A captcha to be answered within CAPTCHA_EXPIRATION_DELTA.")
        .field(
            field("uuid", TypeRef::named_nn("UUID"), |it: &Captcha| {
                it.uuid.to_string().into()
            })
            .description("Send this back as `identifier`."),
        )
        .field(
            field("pilImage", TypeRef::named_nn("image"), |it: &Captcha| {
                BASE64.encode(&it.picture).into()
            })
            .description("The picture."),
        );
    builder.register(captcha)
}

/// The mutation that makes a captcha: the only one without an envelope, alike in all dialects.
#[must_use]
pub fn captcha_field() -> Field {
    Field::new("captcha", TypeRef::named_nn("CaptchaType"), |ctx| {
        FieldFuture::new(async move {
            let context = ctx.data::<Context>()?;
            let captcha = create_captcha(&context.app).await;
            let captcha = captcha.map_err(|error| top_level("captcha", &error))?;
            Ok(Some(FieldValue::owned_any(captcha)))
        })
    })
    .description("Create a captcha: an identifier and a picture of the text to be typed.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_global_id_round_trips_and_nothing_else_is_one() {
        let id = AccountId::random();
        assert_eq!(account_of(&global_id(id)), Some(id));
        let other_type = BASE64.encode(format!("Other:{id}").as_bytes());
        for text in [
            id.to_string(),
            other_type,
            String::new(),
            "VXNlck5vZGU6NQ==".to_owned(),
        ] {
            assert_eq!(account_of(&text), None, "{text}");
        }
    }
}
