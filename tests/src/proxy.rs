//! A proxy between the service and its database: counts the calls on the wire, can ask what they
//! cost, can fail, delay or swallow the answer of some of them, and can hold one back while
//! something else happens.

mod plan;
mod units;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;

pub use plan::{Call, Fate, Held, Name, Reach};

pub use units::Units;

use crate::operations::Operations;
use plan::Plan;

/// The proxy.
#[derive(Clone)]
pub struct Proxy {
    url: String,
    inner: Arc<Inner>,
}

struct Inner {
    engine: String,
    client: reqwest::Client,
    state: Mutex<Plan>,
}

impl Proxy {
    /// Starts a proxy in front of an engine, on a free loopback port.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(engine: &str) -> Self {
        let listener = local::bind(0).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let inner = Arc::new(Inner {
            engine: engine.to_owned(),
            client: reqwest::Client::new(),
            state: Mutex::default(),
        });
        let routes = Router::new().fallback(pass).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, inner }
    }

    /// Its endpoint.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every call since the last time, repeats included.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.state().calls)
    }

    /// What every call since the beginning needed leave for.
    pub fn operations(&self) -> Operations {
        self.state().operations.clone()
    }

    /// From now on the engine is asked what each call costs.
    pub fn ask_for_units(&self) {
        self.state().asks_for_units = true;
    }

    /// What the calls since the last time have cost, as the engine tells it.
    pub fn take_units(&self) -> Units {
        std::mem::take(&mut self.state().units)
    }

    /// From now on every call has this fate.
    pub fn all(&self, fate: Fate) {
        self.state().all(fate);
    }

    /// The n-th call from now on (1 is the next) has this fate.
    pub fn nth(&self, n: usize, fate: Fate) {
        self.state().nth(n, fate);
    }

    /// The n-th call of an operation from now on (1 is the next) has this fate.
    pub fn nth_of(&self, operation: &'static str, n: usize, fate: Fate) {
        self.state().nth_of(operation, n, fate);
    }

    /// This call has this fate. Calls are named anew since they were last taken.
    pub fn strike(&self, call: &Name, fate: Fate, reach: Reach) {
        self.state().strike(call.clone(), fate, reach);
    }

    /// Holds back the n-th call of an operation from now on (1 is the next) until its story lets it
    /// go on. The service waits 2.5 seconds for an answer before it asks again.
    #[must_use]
    pub fn hold(&self, operation: &'static str, n: usize) -> Held {
        self.state().hold(operation, n)
    }

    fn state(&self) -> MutexGuard<'_, Plan> {
        self.inner.state()
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, Plan> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, operation: &str, body: &Bytes) -> (Fate, Option<Held>) {
        let body = String::from_utf8_lossy(body).into_owned();
        self.state().meet(operation, body)
    }
}

/// `GetItem` and so on.
fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target");
    let target = target.and_then(|value| value.to_str().ok());
    target
        .and_then(|target| target.rsplit('.').next())
        .unwrap_or_default()
}

async fn pass(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let operation = operation(&headers);
    let (fate, held) = inner.note(operation, &body);
    if let Some(held) = held {
        held.until_released().await;
    }
    match fate {
        Fate::Hang => return std::future::pending().await,
        Fate::Reset => return lost(None),
        Fate::Fail => return failed(),
        Fate::Refuse(code) => return refused(code, ""),
        Fate::Cancel(reasons) => return cancelled(reasons),
        Fate::LeaveOut => return left_out(&body),
        Fate::Late(time) => tokio::time::sleep(time).await,
        Fate::Pass
        | Fate::LoseAnswer
        | Fate::HalfAnswer
        | Fate::Stall
        | Fate::Babble
        | Fate::DoneThenFail => {}
    }
    let asks_for_units = inner.state().asks_for_units;
    let body = if asks_for_units {
        units::asking(&body)
    } else {
        body
    };
    let mut sent = inner.client.post(&inner.engine).body(body);
    for (name, value) in &headers {
        if name != "host" && name != "content-length" {
            sent = sent.header(name, value);
        }
    }
    let Ok(answer) = sent.send().await else {
        return (StatusCode::BAD_GATEWAY, "the engine does not answer").into_response();
    };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let bytes = answer.bytes().await.unwrap_or_default();
    if asks_for_units {
        inner.state().units.add(operation, &bytes);
    }
    let body = match fate {
        Fate::LoseAnswer => return lost(None),
        Fate::HalfAnswer => return lost(Some(half(&bytes))),
        Fate::Stall => return stalled(half(&bytes)),
        Fate::DoneThenFail => return failed(),
        Fate::Babble => Bytes::from_static(b"<html>what?"),
        _ => bytes,
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for name in ["content-type", "x-amz-crc32", "x-amzn-requestid"] {
        if let Some(value) = headers.get(name).filter(|_| fate != Fate::Babble) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn failed() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "{}").into_response()
}

/// A refusal by DynamoDB, with more members in its body.
fn refused(code: &str, more: &str) -> Response {
    let body = format!(
        r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"as told"{more}}}"#
    );
    (StatusCode::BAD_REQUEST, body).into_response()
}

fn cancelled(reasons: &[&str]) -> Response {
    let reasons: Vec<_> = reasons
        .iter()
        .map(|reason| format!(r#"{{"Code":"{reason}"}}"#))
        .collect();
    let more = format!(r#","CancellationReasons":[{}]"#, reasons.join(","));
    refused("TransactionCanceledException", &more)
}

fn left_out(body: &Bytes) -> Response {
    let asked: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let answer = serde_json::json!({ "Responses": {}, "UnprocessedKeys": asked["RequestItems"] });
    axum::Json(answer).into_response()
}

fn half(bytes: &Bytes) -> Bytes {
    bytes.slice(..bytes.len() / 2)
}

fn stalled(beginning: Bytes) -> Response {
    let silence = futures::stream::pending::<Result<Bytes, std::io::Error>>();
    let beginning = futures::stream::iter([Ok(beginning)]);
    Response::new(Body::from_stream(beginning.chain(silence)))
}

/// A body that breaks off makes the server close the connection without finishing the answer.
fn lost(beginning: Option<Bytes>) -> Response {
    let has_begun = beginning.is_some();
    let broken = futures::stream::once(async move {
        if has_begun {
            // What came before goes out while this is waited for.
            tokio::task::yield_now().await;
        }
        Err::<Bytes, _>(std::io::Error::other("lost"))
    });
    let beginning = futures::stream::iter(beginning.map(Ok));
    Response::new(Body::from_stream(beginning.chain(broken)))
}
