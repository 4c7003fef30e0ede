//! The checks and mends, each against a small schema that has what they need.

mod execution;
mod hostile;
mod merging;
mod values;

use std::sync::{Arc, Mutex};

use async_graphql::dynamic::{
    Enum, Field, FieldFuture, FieldValue, InputObject, InputValue, Interface, InterfaceField,
    Object, ResolverContext, Scalar, Schema, TypeRef, Union,
};
use async_graphql::{Error, ErrorExtensions, Request, Value, Variables};
use http::Method;
use serde_json::json;

use super::{Engine, Outcome};

/// The names of the resolvers that ran, in order.
type Ran = Arc<Mutex<Vec<String>>>;

fn fails() -> Error {
    Error::new("It fails.").extend_with(|_, extensions| extensions.set("code", "FAILED"))
}

fn note(ctx: &ResolverContext<'_>) {
    let key = ctx.field().alias().unwrap_or(ctx.field().name()).to_owned();
    ctx.data_unchecked::<Ran>().lock().unwrap().push(key);
}

/// A field that tells the arguments it was called with.
fn echo(name: &str, type_ref: TypeRef) -> Field {
    Field::new(name, type_ref, |ctx| {
        note(&ctx);
        let arguments: Value = Value::Object(ctx.args.as_index_map().clone());
        FieldFuture::from_value(Some(Value::String(arguments.to_string())))
    })
}

/// A field that has a user.
fn user(name: &str, type_ref: TypeRef) -> Field {
    Field::new(name, type_ref, |ctx| {
        note(&ctx);
        FieldFuture::new(async { Ok(Some(FieldValue::owned_any("kim"))) })
    })
}

/// A field that fails in its own way.
fn failing(name: &str, type_ref: TypeRef, failure: fn() -> Result<Option<Value>, Error>) -> Field {
    Field::new(name, type_ref, move |ctx| {
        note(&ctx);
        FieldFuture::new(async move { failure() })
    })
}

fn string(name: &str, type_name: &str, value: &'static str) -> Field {
    Field::new(name, TypeRef::named_nn(type_name), move |ctx| {
        note(&ctx);
        FieldFuture::from_value(Some(Value::from(value)))
    })
}

fn user_type(name: &str) -> Object {
    Object::new(name)
        .implement("Node")
        .field(string("id", "ID", "7"))
        .field(string("username", "String", "kim"))
        .field(Field::new("slow", TypeRef::named("String"), |_| {
            FieldFuture::new(async {
                for _ in 0..3 {
                    tokio::task::yield_now().await;
                }
                Ok(Some(Value::from("slow")))
            })
        }))
        .field(user("friend", TypeRef::named("User")))
        .field(user("bestFriend", TypeRef::named_nn("User")))
        .field(
            echo("say", TypeRef::named("String"))
                .argument(InputValue::new("word", TypeRef::named("String"))),
        )
        .field(failing("broken", TypeRef::named("String"), || Err(fails())))
        .field(failing("strict", TypeRef::named_nn("String"), || {
            Err(fails())
        }))
        .field(failing("nothing", TypeRef::named_nn("String"), || Ok(None)))
        .field(failing("empty", TypeRef::named_nn("String"), || {
            Ok(Some(Value::Null))
        }))
        .field(failing("absent", TypeRef::named("User"), || Ok(None)))
        .field(failing("secret", TypeRef::named("String"), || {
            Err(Error::new("the table is on fire"))
        }))
        .field(failing("panics", TypeRef::named("String"), || {
            panic!("the table is on fire")
        }))
}

fn people(name: &str, type_ref: TypeRef) -> Field {
    Field::new(name, type_ref, |_| {
        FieldFuture::Value(Some(FieldValue::list(
            ["kim", "bo"].map(FieldValue::owned_any),
        )))
    })
}

fn someone(name: &str, type_name: &str) -> Field {
    Field::new(name, TypeRef::named(type_name), |_| {
        FieldFuture::Value(Some(FieldValue::owned_any("kim").with_type("User")))
    })
}

fn query() -> Object {
    Object::new("Query")
        .field(user("me", TypeRef::named("User")))
        .field(user("mustMe", TypeRef::named_nn("User")))
        .field(failing("broken", TypeRef::named("String"), || Err(fails())))
        .field(failing("strict", TypeRef::named_nn("String"), || {
            Err(fails())
        }))
        .field(people("people", TypeRef::named_list("User")))
        .field(people("strictPeople", TypeRef::named_nn_list("User")))
        .field(someone("node", "Node"))
        .field(someone("thing", "Thing"))
        .field(
            echo("preset", TypeRef::named("String"))
                .argument(InputValue::new("number", TypeRef::named_nn("Int")).default_value(9)),
        )
        .field(
            echo("need", TypeRef::named("String"))
                .argument(InputValue::new("word", TypeRef::named_nn("String"))),
        )
        .field(
            echo("echo", TypeRef::named("String"))
                .argument(InputValue::new("word", TypeRef::named("String")))
                .argument(InputValue::new("number", TypeRef::named("Int")).default_value(5))
                .argument(InputValue::new("id", TypeRef::named("ID")))
                .argument(InputValue::new("uuid", TypeRef::named("UUID")))
                .argument(InputValue::new("colour", TypeRef::named("Colour")))
                .argument(InputValue::new("input", TypeRef::named("In")))
                .argument(InputValue::new("inputs", TypeRef::named_nn_list("In")))
                .argument(InputValue::new("words", TypeRef::named_nn_list("String"))),
        )
}

fn mutation() -> Object {
    Object::new("Mutation")
        .field(Field::new("look", TypeRef::named("User"), |ctx| {
            if ctx.look_ahead().field("username").exists() {
                ctx.data_unchecked::<Ran>()
                    .lock()
                    .unwrap()
                    .push("saw".to_owned());
            }
            FieldFuture::Value(Some(FieldValue::owned_any("kim")))
        }))
        .field(
            echo("act", TypeRef::named_nn("String"))
                .argument(InputValue::new("word", TypeRef::named("String"))),
        )
        .field(user("enter", TypeRef::named_nn("User")))
        .field(user("visit", TypeRef::named("User")))
        .field(failing("broken", TypeRef::named("String"), || Err(fails())))
        .field(failing("strict", TypeRef::named_nn("String"), || {
            Err(fails())
        }))
        .field(failing("panics", TypeRef::named_nn("String"), || {
            panic!("ouch")
        }))
}

fn engine() -> Engine {
    let input = InputObject::new("In")
        .field(InputValue::new("need", TypeRef::named_nn("String")))
        .field(InputValue::new("word", TypeRef::named("String")))
        .field(InputValue::new("inner", TypeRef::named("In")));
    let builder = Schema::build("Query", Some("Mutation"), None)
        .register(query())
        .register(mutation())
        .register(user_type("User"))
        .register(user_type("Robot").field(string("label", "String", "r2")))
        .register(Interface::new("Node").field(InterfaceField::new("id", TypeRef::named_nn("ID"))))
        .register(
            Union::new("Thing")
                .possible_type("User")
                .possible_type("Robot"),
        )
        .register(Enum::new("Colour").item("RED").item("BLUE"))
        .register(
            Scalar::new("UUID")
                .validator(|value| matches!(value, Value::String(text) if text.len() == 4)),
        )
        .register(input);
    Engine::new(builder).unwrap()
}

/// What a document led to: `None` for a request error, else the answer; and which resolvers ran.
struct Done {
    answer: Option<serde_json::Value>,
    refused: Vec<serde_json::Value>,
    ran: Vec<String>,
}

impl Done {
    fn data(&self) -> &serde_json::Value {
        &self
            .answer
            .as_ref()
            .unwrap_or_else(|| panic!("refused: {:?}", self.refused))["data"]
    }

    fn errors(&self) -> &serde_json::Value {
        &self
            .answer
            .as_ref()
            .unwrap_or_else(|| panic!("refused: {:?}", self.refused))["errors"]
    }

    fn is_refused(&self) -> bool {
        assert!(self.answer.is_some() || (self.ran.is_empty() && !self.refused.is_empty()));
        self.answer.is_none()
    }
}

async fn ask(request: Request) -> Done {
    let ran = Ran::default();
    let outcome = engine()
        .execute(request.data(Arc::clone(&ran)), &Method::POST)
        .await;
    let ran = ran.lock().unwrap().clone();
    match outcome {
        Outcome::Executed(response) => Done {
            answer: Some(serde_json::to_value(response).unwrap()),
            refused: Vec::new(),
            ran,
        },
        Outcome::Refused(errors) => {
            let refused = errors.iter().map(|error| json!(error)).collect();
            Done {
                answer: None,
                refused,
                ran,
            }
        }
        Outcome::MutationOverGet => panic!("this was no GET"),
    }
}

async fn run(document: &str) -> Done {
    ask(Request::new(document)).await
}

async fn run_with(document: &str, variables: serde_json::Value) -> Done {
    ask(Request::new(document).variables(Variables::from_json(variables))).await
}
