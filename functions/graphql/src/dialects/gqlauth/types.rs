//! The types of the gqlauth dialect: results, tokens and the account.

use async_graphql::Value;
use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, Interface, InterfaceField, Object, SchemaBuilder, TypeRef,
};
use shared::account::Profile;
use shared::token::access::{Claims, Issued};

use super::{CHECKED, NORMAL, REVOKED, TOKENS};
use crate::answer::{Answer, Envelope, date_time, date_time_of};
use crate::dialects::{errors, success};
use crate::types::field;

/// All types but the roots.
pub(super) fn types(builder: SchemaBuilder) -> SchemaBuilder {
    results(builder).register(user_status()).register(user())
}

fn results(builder: SchemaBuilder) -> SchemaBuilder {
    let sure = || TypeRef::named_nn(TypeRef::BOOLEAN);
    let envelope = |name: &str, description: Option<&str>| {
        let object = Object::new(name)
            .field(success(sure()))
            .field(errors("ExpectedError"));
        match description {
            Some(text) => object.description(text),
            None => object,
        }
    };
    let interface = Interface::new("OutputInterface")
        .description("What the answers that carry tokens have in common.")
        .field(InterfaceField::new("success", sure()))
        .field(InterfaceField::new(
            "errors",
            TypeRef::named("ExpectedError"),
        ));
    let tokens = envelope(TOKENS, Some("Outcome of a mutation that issues tokens."))
        .implement("OutputInterface")
        .field(owner().description("The account; null after refreshToken."))
        .field(access_token().description("The access token."))
        .field(refresh_token().description(
            "The refresh token. A session is only created when this field is selected.",
        ));
    let checked = envelope(CHECKED, Some("Outcome of verifyToken."))
        .implement("OutputInterface")
        .field(access_token())
        .field(owner());
    builder
        .register(interface)
        .register(envelope(
            NORMAL,
            Some("Outcome of a mutation that returns no data."),
        ))
        .register(tokens)
        .register(checked)
        .register(envelope(REVOKED, Some("Outcome of revokeToken.")).field(refresh_token()))
        .register(token_type())
        .register(token_payload())
        .register(refresh_token_type())
}

/// A field that shows a part of the answer, as an object of its own.
fn part<T: Send + Sync + 'static>(
    name: &str,
    ty: &str,
    read: impl Fn(&Answer) -> Option<T> + Send + Sync + Copy + 'static,
) -> Field {
    Field::new(name, TypeRef::named(ty), move |ctx| {
        let part = ctx
            .parent_value
            .try_downcast_ref::<Envelope>()
            .map(|it| read(&it.answer));
        FieldFuture::new(async move { part.map(|part| part.map(FieldValue::owned_any)) })
    })
}

fn owner() -> Field {
    part("user", "UserType", |it| {
        it.account.as_ref().map(|account| account.profile.clone())
    })
}

fn access_token() -> Field {
    part("token", "TokenType", |it| it.access.clone())
}

/// A refresh token with its state.
struct RefreshTokenShown {
    token: String,
    created: i64,
    expires_at: i64,
    revoked: Option<i64>,
}

fn refresh_token() -> Field {
    part("refreshToken", "RefreshTokenType", |it| {
        let refresh = it.refresh.as_ref()?;
        Some(RefreshTokenShown {
            token: refresh.token.clone(),
            created: refresh.issued_at,
            expires_at: refresh.expires_at,
            revoked: it.revoked_at,
        })
    })
}

fn token_type() -> Object {
    let claims = Field::new("payload", TypeRef::named_nn("TokenPayloadType"), |ctx| {
        let claims = ctx
            .parent_value
            .try_downcast_ref::<Issued>()
            .map(|it| it.claims.clone());
        FieldFuture::new(async move { claims.map(|it| Some(FieldValue::owned_any(it))) })
    });
    let token = field(
        "token",
        TypeRef::named_nn(TypeRef::STRING),
        |it: &Issued| it.token.as_str().into(),
    );
    Object::new("TokenType")
        .description("An access token and its claims.")
        .field(claims)
        .field(token.description("The encoded access token."))
}

fn token_payload() -> Object {
    let time = || TypeRef::named_nn("DateTime");
    Object::new("TokenPayloadType")
        .description("The claims of an access token that clients may rely on.")
        .field(
            field("origIat", time(), |it: &Claims| date_time_of(it.orig_iat))
                .description("When the token was issued."),
        )
        .field(
            field("exp", time(), |it: &Claims| date_time_of(it.exp))
                .description("When the token expires."),
        )
        .field(field(
            "username",
            TypeRef::named_nn(TypeRef::STRING),
            |it: &Claims| it.username.as_str().into(),
        ))
}

fn refresh_token_type() -> Object {
    let time = || TypeRef::named_nn("DateTime");
    Object::new("RefreshTokenType")
        .description("A refresh token and its state.")
        .field(field(
            "token",
            TypeRef::named_nn(TypeRef::STRING),
            |it: &RefreshTokenShown| it.token.as_str().into(),
        ))
        .field(field("created", time(), |it: &RefreshTokenShown| {
            date_time_of(it.created)
        }))
        .field(
            field(
                "revoked",
                TypeRef::named("DateTime"),
                |it: &RefreshTokenShown| it.revoked.map_or(Value::Null, date_time_of),
            )
            .description("When it was revoked; null while it is usable."),
        )
        .field(field("expiresAt", time(), |it: &RefreshTokenShown| {
            date_time_of(it.expires_at)
        }))
        .field(
            // What is handed out is usable, so only a token that was just revoked is not.
            field(
                "isExpired",
                TypeRef::named_nn(TypeRef::BOOLEAN),
                |it: &RefreshTokenShown| it.revoked.is_some().into(),
            )
            .description("True once the token is past `expiresAt` or revoked."),
        )
}

fn user_status() -> Object {
    let sure = || TypeRef::named_nn(TypeRef::BOOLEAN);
    Object::new("UserStatusType")
        .description("State of an account.")
        .field(field("verified", sure(), |it: &Profile| it.verified.into()))
        .field(field("archived", sure(), |it: &Profile| it.archived.into()))
}

fn user() -> Object {
    let sure = || TypeRef::named_nn(TypeRef::BOOLEAN);
    let text = || TypeRef::named(TypeRef::STRING);
    let status = Field::new("status", TypeRef::named_nn("UserStatusType"), |ctx| {
        let profile = ctx.parent_value.try_downcast_ref::<Profile>().cloned();
        FieldFuture::new(async move { profile.map(|it| Some(FieldValue::owned_any(it))) })
    });
    Object::new("UserType")
        .description("A user account.")
        .field(
            field("id", TypeRef::named_nn(TypeRef::ID), |it: &Profile| {
                it.id.to_string().into()
            })
            .description("The user id as it is, not a global identifier."),
        )
        .field(field(
            "username",
            TypeRef::named_nn(TypeRef::STRING),
            |it: &Profile| it.username.as_str().into(),
        ))
        .field(field(
            "email",
            TypeRef::named_nn(TypeRef::STRING),
            |it: &Profile| it.email.as_str().into(),
        ))
        .field(field("firstName", text(), |it: &Profile| {
            it.first_name.as_str().into()
        }))
        .field(field("lastName", text(), |it: &Profile| {
            it.last_name.as_str().into()
        }))
        .field(field("isActive", sure(), |it: &Profile| it.active.into()))
        .field(field("isStaff", sure(), |it: &Profile| it.staff.into()))
        .field(field("isSuperuser", sure(), |it: &Profile| {
            it.superuser.into()
        }))
        .field(
            field("lastLogin", TypeRef::named("DateTime"), |it: &Profile| {
                it.last_login.map_or(Value::Null, date_time)
            })
            .description("Time of the last successful tokenAuth; null before the first one."),
        )
        .field(field(
            "dateJoined",
            TypeRef::named_nn("DateTime"),
            |it: &Profile| date_time(it.date_joined),
        ))
        .field(status)
        .field(field("archived", sure(), |it: &Profile| it.archived.into()))
        .field(field("verified", sure(), |it: &Profile| it.verified.into()))
}
