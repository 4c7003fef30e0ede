//! The queries of plain and relay: `me`, `user`, `users`, `node`.

use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Object, ObjectAccessor, ResolverContext, TypeRef,
};
use shared::account::Profile;
use shared::error::Error;
use shared::flows::find_users::{Filters, Window, find_user, find_users};
use shared::flows::guards::authenticated;

use crate::Context;
use crate::answer::top_level;
use crate::connection::position;
use crate::types::account_of;

/// The query root of plain and relay.
#[must_use]
pub fn query(page_limit: u32) -> Object {
    Object::new("Query")
        .field(me())
        .field(user())
        .field(users(page_limit))
        .field(node())
}

fn me() -> Field {
    Field::new("me", TypeRef::named("UserNode"), |ctx| {
        FieldFuture::new(async move {
            let context = ctx.data::<Context>()?;
            let account = authenticated(&context.app, context.caller.now().identity).await;
            let account = account.map_err(|fault| top_level("me", &Error::Fault(fault)))?;
            Ok(account.map(|account| FieldValue::owned_any(account.profile)))
        })
    })
    .description("The user that the request is authenticated as; null for an anonymous request.")
}

async fn user_by_id(ctx: &ResolverContext<'_>) -> async_graphql::Result<Option<Profile>> {
    let context = ctx.data::<Context>()?;
    // An ID may also be written as a number, which is nobody's global id.
    let id = ctx.args.try_get("id")?.string().ok().and_then(account_of);
    let user = find_user(&context.app, &context.caller.now(), id).await;
    user.map_err(|error| top_level("user", &error))
}

fn id_argument(description: &str) -> InputValue {
    InputValue::new("id", TypeRef::named_nn(TypeRef::ID)).description(description)
}

fn user() -> Field {
    Field::new("user", TypeRef::named("UserNode"), |ctx| {
        FieldFuture::new(async move { Ok(user_by_id(&ctx).await?.map(FieldValue::owned_any)) })
    })
    .argument(id_argument("Global identifier of a UserNode."))
    .description(
        "One user by global identifier; null when there is none. Access follows USERS_QUERY_ACCESS.",
    )
}

fn node() -> Field {
    Field::new("node", TypeRef::named("Node"), |ctx| {
        FieldFuture::new(async move {
            let user = user_by_id(&ctx).await?;
            Ok(user.map(|user| FieldValue::owned_any(user).with_type("UserNode")))
        })
    })
    .argument(id_argument("Global identifier."))
    .description("Any object by global identifier. Access follows USERS_QUERY_ACCESS.")
}

fn users(page_limit: u32) -> Field {
    let field = Field::new("users", TypeRef::named("UserNodeConnection"), |ctx| {
        FieldFuture::new(async move {
            let context = ctx.data::<Context>()?;
            let (filters, window) = (filters(&ctx.args), window(&ctx.args));
            let page = find_users(&context.app, &context.caller.now(), &filters, &window).await;
            let page = page.map_err(|error| top_level("users", &error))?;
            Ok(Some(FieldValue::owned_any(page)))
        })
    })
    .description(format!(
        "Users by date joined, oldest first, at most {page_limit} a page. All filters given must\nmatch; an empty string is no filter. Access follows USERS_QUERY_ACCESS."
    ));
    let offset = InputValue::new("offset", TypeRef::named(TypeRef::INT)).description(
        "Skip this many users, counted after `after`; at most 1000. Not together with `before`.",
    );
    let arguments = [
        ("before", TypeRef::STRING),
        ("after", TypeRef::STRING),
        ("first", TypeRef::INT),
        ("last", TypeRef::INT),
        ("email", TypeRef::STRING),
        ("username", TypeRef::STRING),
        ("username_Icontains", TypeRef::STRING),
        ("username_Istartswith", TypeRef::STRING),
        ("isActive", TypeRef::BOOLEAN),
        ("status_Archived", TypeRef::BOOLEAN),
        ("status_Verified", TypeRef::BOOLEAN),
        ("status_SecondaryEmail", TypeRef::STRING),
    ];
    let arguments = arguments.map(|(name, ty)| InputValue::new(name, TypeRef::named(ty)));
    arguments
        .into_iter()
        .fold(field.argument(offset), Field::argument)
}

fn filters(args: &ObjectAccessor<'_>) -> Filters {
    let text = |name| {
        args.get(name)
            .and_then(|value| value.string().ok().map(str::to_owned))
    };
    let flag = |name| args.get(name).and_then(|value| value.boolean().ok());
    Filters {
        email: text("email"),
        username: text("username"),
        username_contains: text("username_Icontains"),
        username_starts_with: text("username_Istartswith"),
        is_active: flag("isActive"),
        archived: flag("status_Archived"),
        verified: flag("status_Verified"),
        secondary_email: text("status_SecondaryEmail"),
    }
}

fn window(args: &ObjectAccessor<'_>) -> Window {
    let number = |name| args.get(name).and_then(|value| value.i64().ok());
    let place = |name| {
        args.get(name)
            .and_then(|value| position(value.string().ok()?))
    };
    Window {
        offset: number("offset"),
        before: place("before"),
        has_before: args.get("before").is_some_and(|value| !value.is_null()),
        after: place("after"),
        first: number("first"),
        last: number("last"),
    }
}
