//! The binary behind the gateway: what Lambda and API Gateway see of the function.

mod events;
mod metrics;
mod networks;
mod process;
mod requests;
mod start;

use std::net::IpAddr;
use std::path::Path;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use tests::World;
use tests::gateway::{Function, Gateway};

const ME: &str = "{ me { username } }";

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_graphql"))
}

async fn function(world: &World) -> Function {
    let started = Function::start(binary(), world.variables()).await;
    started.expect("a process")
}

/// An event as it was recorded.
fn recorded(name: &str) -> String {
    let file = format!("{}/tests/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).expect("an event")
}

fn post(path: &str, query: &str) -> Request<Bytes> {
    with_headers(path, query, &[("content-type", "application/json")])
}

fn with_headers(path: &str, query: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    let body = json!({ "query": query }).to_string();
    let request = headers
        .iter()
        .fold(Request::post(path), |request, (name, value)| {
            request.header(*name, value.as_bytes())
        });
    request.body(Bytes::from(body)).expect("a request")
}

fn source() -> IpAddr {
    "192.0.2.1".parse().expect("an address")
}

async fn ask(function: &mut Function, request: &Request<Bytes>) -> Response<Bytes> {
    let answer = function.ask(&Gateway::default(), request, source()).await;
    answer.expect("an answer")
}

fn json_of(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).expect("JSON")
}
