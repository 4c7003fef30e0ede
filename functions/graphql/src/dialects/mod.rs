//! What an act looks like in each dialect. Everything that differs between dialects stands in the
//! file of the dialect; what they share stands here.

mod gqlauth;
mod plain;
mod relay;

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef,
};
use shared::account::Profile;
use shared::error::{Error, Field as Key, Refusal, Refusals};
use shared::flows::TokensWanted;
use shared::settings::Settings;

use crate::Context;
use crate::acts::{self, Access, Act, Argument, Call, Given, Output, Shows};
use crate::answer::{Envelope, payload, top_level};
use crate::document::Engine;
use crate::http::Dialect;
use crate::types::field;

/// The schema of a dialect under the settings in force, ready to execute.
///
/// # Errors
/// When the declarations contradict each other; none of the settings can make them.
pub fn engine(dialect: Dialect, settings: &Settings) -> anyhow::Result<Engine> {
    let acts = acts::all(settings);
    let builder = match dialect {
        Dialect::Plain => plain::schema(acts, settings),
        Dialect::Relay => relay::schema(acts, settings),
        Dialect::Gqlauth => gqlauth::schema(acts, settings),
    };
    Ok(Engine::new(builder)?)
}

/// What a dialect does with an act that has refused.
#[derive(Clone, Copy)]
enum Guarded {
    /// All refusals go into the envelope.
    InEnvelope,
    /// That nobody is logged in, or is not verified, goes to the top level.
    AtTopLevel,
}

/// The type of an argument.
fn type_of(argument: &Argument) -> TypeRef {
    if argument.is_required {
        TypeRef::named_nn(argument.ty)
    } else {
        TypeRef::named(argument.ty)
    }
}

/// Arguments side by side.
fn with_arguments(field: Field, arguments: &[Argument]) -> Field {
    let inputs = arguments
        .iter()
        .map(|argument| InputValue::new(argument.name, type_of(argument)));
    inputs.fold(field, Field::argument)
}

/// Which tokens are selected of a result that has them.
fn selected(ctx: &ResolverContext<'_>) -> TokensWanted {
    if ctx.look_ahead().field("refreshToken").exists() {
        TokensWanted::AccessAndRefresh
    } else {
        TokensWanted::Access
    }
}

/// Carries an act out with what is given, and puts its answer into an envelope.
async fn carry_out(
    act: &Act,
    guarded: Guarded,
    ctx: &ResolverContext<'_>,
    given: Given,
    wanted: TokensWanted,
) -> async_graphql::Result<Envelope> {
    let context = ctx.data::<Context>()?;
    let call = Call {
        app: &context.app,
        caller: &context.caller,
        given,
        wanted,
    };
    match (act.run)(call).await {
        Ok(answer) => Ok(Envelope {
            answer: Arc::new(answer),
            ..Envelope::default()
        }),
        Err(Error::Refused(refusals)) if !goes_to_top_level(act, guarded, &refusals) => {
            debug_assert!(
                act.declares(&refusals),
                "{} does not declare {refusals:?}",
                act.name
            );
            Ok(Envelope {
                refusals: Some(refusals),
                ..Envelope::default()
            })
        }
        Err(error) => Err(top_level(act.name, &error)),
    }
}

fn goes_to_top_level(act: &Act, guarded: Guarded, refusals: &Refusals) -> bool {
    refusals
        .iter()
        .any(|(_, refusal)| is_for_top_level(act, guarded, *refusal))
}

fn is_for_top_level(act: &Act, guarded: Guarded, refusal: Refusal) -> bool {
    matches!(guarded, Guarded::AtTopLevel)
        && act.access == Access::Protected
        && matches!(refusal, Refusal::NotVerified | Refusal::Unauthenticated)
}

/// A refusal as clients of a dialect are told it.
pub struct Told {
    /// The name of the act.
    pub act: &'static str,
    /// Whether it is an error of the whole response rather than one in the envelope.
    pub at_top_level: bool,
    /// Its key in the envelope.
    pub key: Key,
    /// What it is.
    pub refusal: Refusal,
}

/// What acts may refuse with, as clients of a dialect are told it.
#[must_use]
pub fn told(dialect: Dialect, settings: &Settings) -> Vec<Told> {
    let guarded = match dialect {
        Dialect::Plain | Dialect::Relay => Guarded::InEnvelope,
        Dialect::Gqlauth => Guarded::AtTopLevel,
    };
    let told = |act: &Act| -> Vec<Told> {
        let told = act.may_refuse().map(|(key, refusal)| Told {
            act: act.name,
            at_top_level: is_for_top_level(act, guarded, refusal),
            key,
            refusal: match dialect {
                Dialect::Plain | Dialect::Relay => refusal,
                Dialect::Gqlauth => gqlauth::told_here(act, refusal),
            },
        });
        told.collect()
    };
    acts::all(settings).iter().flat_map(told).collect()
}

/// `success`: whether anything was refused.
fn success(ty: TypeRef) -> Field {
    field("success", ty, |it: &Envelope| it.refusals.is_none().into())
}

/// `errors`: what was refused.
fn errors(scalar: &str) -> Field {
    field("errors", TypeRef::named(scalar), Envelope::errors)
}

/// The result of an act in django-graphql-auth's shape: nullable fields in an envelope.
fn result(name: &str, outputs: &[Output]) -> Object {
    let object = Object::new(name)
        .field(success(TypeRef::named(TypeRef::BOOLEAN)))
        .field(errors("ExpectedErrorType"));
    outputs.iter().fold(object, |object, output| {
        let field = output_field(output.shows);
        object.field(match output.description {
            "" => field,
            text => field.description(text),
        })
    })
}

fn output_field(shows: Shows) -> Field {
    let text = || TypeRef::named(TypeRef::STRING);
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::from);
    match shows {
        Shows::Token => field("token", text(), |it: &Envelope| {
            it.answer
                .access
                .as_ref()
                .map_or(Value::Null, |access| access.token.as_str().into())
        }),
        Shows::RefreshToken => field("refreshToken", text(), |it: &Envelope| {
            it.answer
                .refresh
                .as_ref()
                .map_or(Value::Null, |refresh| refresh.token.as_str().into())
        }),
        Shows::Payload => field(
            "payload",
            TypeRef::named("GenericScalar"),
            |it: &Envelope| {
                it.answer
                    .access
                    .as_ref()
                    .map_or(Value::Null, |access| payload(&access.claims))
            },
        ),
        Shows::RefreshExpiresIn => field(
            "refreshExpiresIn",
            TypeRef::named(TypeRef::INT),
            move |it: &Envelope| number(it.answer.refresh_expires_at),
        ),
        Shows::Revoked => field(
            "revoked",
            TypeRef::named(TypeRef::INT),
            move |it: &Envelope| number(it.answer.revoked_at),
        ),
        Shows::Unarchiving => field(
            "unarchiving",
            TypeRef::named(TypeRef::BOOLEAN),
            |it: &Envelope| it.answer.unarchived.into(),
        ),
        Shows::User => Field::new("user", TypeRef::named("UserNode"), |ctx| {
            let profile = ctx.parent_value.try_downcast_ref::<Envelope>().map(profile);
            FieldFuture::new(async move { profile.map(|it| it.map(FieldValue::owned_any)) })
        }),
    }
}

fn profile(envelope: &Envelope) -> Option<Profile> {
    envelope
        .answer
        .account
        .as_ref()
        .map(|account| account.profile.clone())
}

/// What plain and relay have in common: everything but the mutations.
fn django_graphql_auth(builder: SchemaBuilder, settings: &Settings) -> SchemaBuilder {
    use crate::{connection, query, types};
    let builder = types::scalars(builder, "ExpectedErrorType").register(
        async_graphql::dynamic::Scalar::new("GenericScalar")
            .description("Any JSON value. Used for the claims of an access token."),
    );
    types::captcha_type(connection::user_connection(types::user_node(builder)))
        .register(query::query(settings.accounts.users_page_limit))
}
