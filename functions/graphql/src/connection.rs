//! A page of users as a connection, and its cursors.

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, Object, SchemaBuilder, TypeRef};
use data_encoding::BASE64URL_NOPAD;
use shared::account::Profile;
use shared::flows::find_users::Page;
use shared::store::users::Position;

use crate::types::{USER_NODE, field};

/// The opaque spelling of a position.
fn cursor(position: &Position) -> String {
    BASE64URL_NOPAD.encode(position.as_str().as_bytes())
}

/// The position of a cursor; none if it cannot be one.
#[must_use]
pub fn position(cursor: &str) -> Option<Position> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    Position::parse(std::str::from_utf8(&bytes).ok()?)
}

/// A page of users with its edges, as django-graphql-auth shows it.
#[must_use]
pub fn user_connection(builder: SchemaBuilder) -> SchemaBuilder {
    let shown = |cursor: Option<&str>| cursor.map_or(Value::Null, Value::from);
    let page_info = Object::new("PageInfo")
        .description("Position of a page in a list.")
        .field(
            field(
                "hasNextPage",
                TypeRef::named_nn(TypeRef::BOOLEAN),
                |it: &PageInfo| it.has_next.into(),
            )
            .description("More users follow. Only computed when paging forwards."),
        )
        .field(
            field(
                "hasPreviousPage",
                TypeRef::named_nn(TypeRef::BOOLEAN),
                |it: &PageInfo| it.has_previous.into(),
            )
            .description("More users precede. Only computed when paging backwards."),
        )
        .field(field(
            "startCursor",
            TypeRef::named(TypeRef::STRING),
            move |it: &PageInfo| shown(it.start.as_deref()),
        ))
        .field(field(
            "endCursor",
            TypeRef::named(TypeRef::STRING),
            move |it: &PageInfo| shown(it.end.as_deref()),
        ));
    let edge = Object::new("UserNodeEdge")
        .description("One user in a list, with its position.")
        .field(Field::new("node", TypeRef::named(USER_NODE), |ctx| {
            let profile = ctx.parent_value.try_downcast_ref::<Profile>().cloned();
            FieldFuture::new(async move { profile.map(|it| Some(FieldValue::owned_any(it))) })
        }))
        .field(
            field(
                "cursor",
                TypeRef::named_nn(TypeRef::STRING),
                |it: &Profile| cursor(&Position::of(it)).into(),
            )
            .description("Opaque position, for `after` and `before`."),
        );
    let connection = Object::new("UserNodeConnection")
        .description("A page of users.")
        .field(Field::new(
            "pageInfo",
            TypeRef::named_nn("PageInfo"),
            |ctx| {
                let info = ctx
                    .parent_value
                    .try_downcast_ref::<Page>()
                    .map(PageInfo::of);
                FieldFuture::new(async move { info.map(|info| Some(FieldValue::owned_any(info))) })
            },
        ))
        .field(Field::new(
            "edges",
            TypeRef::named_list_nn("UserNodeEdge"),
            |ctx| {
                let users = ctx
                    .parent_value
                    .try_downcast_ref::<Page>()
                    .map(|page| page.users.clone());
                FieldFuture::new(async move {
                    users.map(|users| {
                        Some(FieldValue::list(
                            users.into_iter().map(FieldValue::owned_any),
                        ))
                    })
                })
            },
        ));
    builder
        .register(page_info)
        .register(edge)
        .register(connection)
}

struct PageInfo {
    has_next: bool,
    has_previous: bool,
    start: Option<String>,
    end: Option<String>,
}

impl PageInfo {
    fn of(page: &Page) -> Self {
        Self {
            has_next: page.has_next,
            has_previous: page.has_previous,
            start: page.start.as_ref().map(cursor),
            end: page.end.as_ref().map(cursor),
        }
    }
}
