//! The relay dialect: one `input` object, results named `...Payload`, and `clientMutationId`.

use async_graphql::Value;
use async_graphql::dynamic::{
    Field, FieldFuture, InputObject, InputValue, Object, Schema, SchemaBuilder, TypeRef,
};
use shared::settings::Settings;

use super::{Guarded, carry_out, django_graphql_auth, result, selected, type_of};
use crate::acts::{Act, Given};
use crate::answer::Envelope;
use crate::types::{captcha_field, field};

const CLIENT_MUTATION_ID: &str = "clientMutationId";

pub(super) fn schema(acts: Vec<Act>, settings: &Settings) -> SchemaBuilder {
    let mut builder = django_graphql_auth(Schema::build("Query", Some("Mutation"), None), settings);
    let mut mutation = Object::new("Mutation").field(captcha_field());
    for act in acts {
        builder = builder.register(payload(&act)).register(input(&act));
        mutation = mutation.field(mutation_field(act));
    }
    builder.register(mutation)
}

fn payload_name(act: &Act) -> String {
    format!("{}Payload", act.result)
}

fn input_name(act: &Act) -> String {
    format!("{}Input", act.result)
}

fn payload(act: &Act) -> Object {
    let echo = field(
        CLIENT_MUTATION_ID,
        TypeRef::named(TypeRef::STRING),
        |it: &Envelope| {
            it.client_mutation_id
                .as_deref()
                .map_or(Value::Null, Value::from)
        },
    );
    result(&payload_name(act), act.outputs)
        .field(echo.description("Echo of the input's clientMutationId; null when it had none."))
}

fn input(act: &Act) -> InputObject {
    let object = InputObject::new(input_name(act)).description(format!("Input of {}.", act.name));
    let members = act
        .arguments
        .iter()
        .map(|it| InputValue::new(it.name, type_of(it)));
    members.fold(object, InputObject::field).field(
        InputValue::new(CLIENT_MUTATION_ID, TypeRef::named(TypeRef::STRING))
            .description("Any string; comes back in the answer."),
    )
}

fn mutation_field(act: Act) -> Field {
    let act = std::sync::Arc::new(act);
    let declared = act.clone();
    let field = Field::new(act.name, TypeRef::named(payload_name(&act)), move |ctx| {
        let act = act.clone();
        FieldFuture::new(async move {
            let input = ctx.args.try_get("input")?.object()?;
            let given = Given::new(input.as_index_map().clone());
            let client_mutation_id = given.text_if_any(CLIENT_MUTATION_ID);
            let envelope =
                carry_out(&act, Guarded::InEnvelope, &ctx, given, selected(&ctx)).await?;
            let envelope = Envelope {
                client_mutation_id,
                ..envelope
            };
            Ok(Some(envelope.told()))
        })
    });
    field
        .description(declared.description)
        .argument(InputValue::new(
            "input",
            TypeRef::named_nn(input_name(&declared)),
        ))
}
