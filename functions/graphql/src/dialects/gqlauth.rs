//! The gqlauth dialect: flat arguments, non-null results, and guards that answer at the top level.

mod types;

use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, Object, Schema, SchemaBuilder, TypeRef,
};
use shared::account::Account;
use shared::error::{Denial, Error, Refusal, Refusals};
use shared::flows::TokensWanted;
use shared::flows::guards::authenticated;
use shared::settings::{LoginField, Settings};

use super::{Guarded, carry_out, selected, with_arguments};
use crate::Context;
use crate::acts::{Act, Argument, Given, TEXT};
use crate::answer::{Envelope, top_level};
use crate::types::{captcha_field, captcha_type, scalars};

const NORMAL: &str = "MutationNormalOutput";
const TOKENS: &str = "ObtainJSONWebTokenType";
const CHECKED: &str = "VerifyTokenType";
const REVOKED: &str = "RevokeRefreshTokenType";

pub(super) fn schema(acts: Vec<Act>, settings: &Settings) -> SchemaBuilder {
    let builder = scalars(
        Schema::build("Query", Some("Mutation"), None),
        "ExpectedError",
    );
    let mut mutation = Object::new("Mutation").field(captcha_field());
    for act in acts.into_iter().filter_map(|act| adapted(act, settings)) {
        mutation = mutation.field(mutation_field(act));
    }
    captcha_type(types::types(builder))
        .register(query())
        .register(mutation)
}

/// An act as this dialect knows it; none for those it does not have.
fn adapted(mut act: Act, settings: &Settings) -> Option<Act> {
    match act.name {
        "sendSecondaryEmailActivation"
        | "verifySecondaryEmail"
        | "swapEmails"
        | "removeSecondaryEmail" => return None,
        "refreshToken" if !settings.sessions.long_running => return None,
        "refreshToken" => {
            act.arguments
                .push(Argument::required("revokeRefreshToken", "Boolean"));
            act.description = "Exchange a refresh token for a new access token. With `revokeRefreshToken: false`\nthe same refresh token is returned; with true it is revoked and replaced.";
        }
        "tokenAuth" => {
            act.arguments
                .retain(|it| !matches!(it.name, "email" | "username"));
            let (name, description) = match settings.accounts.login_field {
                LoginField::Username => ("username", "Log in with username and password."),
                LoginField::Email => ("email", "Log in with e-mail address and password."),
            };
            act.arguments.insert(0, Argument::required(name, TEXT));
            act.description = description;
        }
        "verifyToken" => {
            act.description =
                "Check an access token and show its claims and owner. Not for refresh tokens.";
        }
        "sendPasswordResetEmail" => {
            act.description = "Send a password reset mail. Unknown addresses give success too; an unverified\naccount gets an activation mail instead.";
        }
        _ => {}
    }
    Some(act)
}

fn result_of(act: &Act) -> &'static str {
    match act.name {
        "tokenAuth" | "refreshToken" | "passwordChange" => TOKENS,
        "verifyToken" => CHECKED,
        "revokeToken" => REVOKED,
        _ => NORMAL,
    }
}

fn mutation_field(act: Act) -> Field {
    let act = std::sync::Arc::new(act);
    let declared = act.clone();
    let field = Field::new(act.name, TypeRef::named_nn(result_of(&act)), move |ctx| {
        let act = act.clone();
        FieldFuture::new(async move {
            let given = Given::new(ctx.args.as_index_map().clone());
            let wanted = match result_of(&act) {
                TOKENS => selected(&ctx),
                _ => TokensWanted::None,
            };
            let envelope = carry_out(&act, Guarded::AtTopLevel, &ctx, given, wanted).await?;
            Ok(Some(as_told_here(&act, envelope).told()))
        })
    });
    with_arguments(field.description(declared.description), &declared.arguments)
}

fn as_told_here(act: &Act, envelope: Envelope) -> Envelope {
    let refusals = envelope.refusals.map(|refusals| {
        let mut told = Refusals::default();
        for (key, refusal) in refusals.iter() {
            told.push(*key, told_here(act, *refusal));
        }
        told
    });
    Envelope {
        refusals,
        ..envelope
    }
}

/// Whose session is over is told so when refreshing.
pub(super) fn told_here(act: &Act, refusal: Refusal) -> Refusal {
    match (act.name, refusal) {
        ("refreshToken", Refusal::SessionOver) => Refusal::ExpiredToken,
        _ => refusal,
    }
}

async fn whoever_asks(ctx: &Context) -> async_graphql::Result<Option<Account>> {
    let account = authenticated(&ctx.app, ctx.caller.now().identity).await;
    account.map_err(|fault| top_level("me", &Error::Fault(fault)))
}

fn query() -> Object {
    let me = Field::new("me", TypeRef::named_nn("UserType"), |ctx| {
        FieldFuture::new(async move {
            let account = whoever_asks(ctx.data::<Context>()?).await?;
            let nobody = || top_level("me", &Error::Denied(Denial::Unauthenticated));
            Ok(Some(FieldValue::owned_any(
                account.ok_or_else(nobody)?.profile,
            )))
        })
    });
    let public_user = Field::new("publicUser", TypeRef::named("UserType"), |ctx| {
        FieldFuture::new(async move {
            let account = whoever_asks(ctx.data::<Context>()?).await?;
            Ok(account.map(|account| FieldValue::owned_any(account.profile)))
        })
    });
    Object::new("Query")
        .field(me.description(
            "The authenticated user. An anonymous request gets the error `Unauthenticated.`",
        ))
        .field(public_user.description("The authenticated user; null for an anonymous request."))
}
