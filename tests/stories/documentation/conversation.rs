//! The first conversation of the README, held with the service.

use std::fmt::Write;

use async_graphql::Value;
use bytes::Bytes;
use graphql::http::Dialect;
use http::Request;
use serde_json::json;
use tests::World;

/// What was learnt so far, for the placeholders of the README.
#[derive(Default)]
struct Learnt {
    token: String,
    refresh_token: String,
}

/// Asks what the README asks. Each request is a block of `graphql`, and its answer the block of
/// `json` behind it; an answer that is not as it is told is put in its place.
pub(super) async fn hold(told: &str) -> String {
    let world = World::open(Dialect::Plain, &[]).await;
    let mut learnt = Learnt::default();
    let mut held = String::new();
    let mut rest = told.trim();
    while let Some((before, after)) = rest.split_once("```graphql\n") {
        let (request, after) = after.split_once("\n```").expect("an end of the request");
        let (between, after) = after.split_once("```json\n").expect("an answer");
        let (was, after) = after.split_once("\n```").expect("an end of the answer");
        let answer = ask(&world, request, &mut learnt).await;
        let is_told =
            serde_json::from_str(was).is_ok_and(|was| lasting(was) == lasting(answer.clone()));
        let answer = if is_told {
            was.to_owned()
        } else {
            serde_json::to_string_pretty(&shortened(answer)).expect("an answer in JSON")
        };
        write!(
            held,
            "{before}```graphql\n{request}\n```{between}```json\n{answer}\n```"
        )
        .expect("a text takes it");
        rest = after;
    }
    world.close().await;
    held + rest
}

async fn ask(world: &World, request: &str, learnt: &mut Learnt) -> Value {
    let mut query = request.replace("<refresh token>", &learnt.refresh_token);
    if query.contains("<token of the letter>") {
        let mailed = world.token_mailed("ada@example.com", "activate");
        query = query.replace("<token of the letter>", &mailed);
    }
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    if query.contains("# Authorization: JWT <access token>") {
        request = request.header("authorization", format!("JWT {}", learnt.token));
    }
    let body = Bytes::from(json!({ "query": query }).to_string());
    let request = request.body(body).expect("a request");
    let source = "192.0.2.1".parse().expect("an address");
    let answer = world
        .door()
        .answer(request, source)
        .await
        .expect("an answer");
    let answer: Value = serde_json::from_str(answer.body()).expect("an answer in JSON");
    learn(&answer, learnt);
    answer
}

fn learn(answer: &Value, learnt: &mut Learnt) {
    let Value::Object(members) = answer else {
        return;
    };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("token", Value::String(token)) => token.clone_into(&mut learnt.token),
            ("refreshToken", Value::String(token)) => token.clone_into(&mut learnt.refresh_token),
            _ => learn(value, learnt),
        }
    }
}

/// Members that are different every time.
const FLEETING: [&str; 8] = [
    "token",
    "refreshToken",
    "id",
    "lastLogin",
    "exp",
    "origIat",
    "refreshExpiresIn",
    "revoked",
];

/// An answer with long texts cut.
fn shortened(answer: Value) -> Value {
    mapped(answer, |value| match value {
        Value::String(text) if text.len() > 40 => {
            Value::String(text.chars().take(16).collect::<String>() + "…")
        }
        other => other,
    })
}

/// What of an answer is the same every time: of what is different, whether it is there.
fn lasting(answer: Value) -> Value {
    mapped(answer, |value| Value::Boolean(value != Value::Null))
}

fn mapped(value: Value, fleeting: fn(Value) -> Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let value =
                    if FLEETING.contains(&name.as_str()) && !matches!(value, Value::Object(_)) {
                        fleeting(value)
                    } else {
                        mapped(value, fleeting)
                    };
                (name, value)
            });
            Value::Object(members.collect())
        }
        other => other,
    }
}
