//! The plain dialect: flat arguments, results named after the operation.

use async_graphql::dynamic::{Field, FieldFuture, Object, Schema, SchemaBuilder, TypeRef};
use shared::settings::Settings;

use super::{Guarded, carry_out, django_graphql_auth, result, selected, with_arguments};
use crate::acts::{Act, Given};
use crate::types::captcha_field;

pub(super) fn schema(acts: Vec<Act>, settings: &Settings) -> SchemaBuilder {
    let mut builder = django_graphql_auth(Schema::build("Query", Some("Mutation"), None), settings);
    let mut mutation = Object::new("Mutation").field(captcha_field());
    for act in acts {
        builder = builder.register(result(act.result, act.outputs));
        mutation = mutation.field(mutation_field(act));
    }
    builder.register(mutation)
}

fn mutation_field(act: Act) -> Field {
    let act = std::sync::Arc::new(act);
    let declared = act.clone();
    let field = Field::new(act.name, TypeRef::named(act.result), move |ctx| {
        let act = act.clone();
        FieldFuture::new(async move {
            let given = Given::new(ctx.args.as_index_map().clone());
            let envelope =
                carry_out(&act, Guarded::InEnvelope, &ctx, given, selected(&ctx)).await?;
            Ok(Some(envelope.told()))
        })
    });
    with_arguments(field.description(declared.description), &declared.arguments)
}
