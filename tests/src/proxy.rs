//! A proxy between the service and its database: counts the calls on the wire, can ask what they
//! cost, can fail, delay or swallow the answer of some of them, and can hold one back while
//! something else happens.

mod units;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::Notify;

use crate::operations::{self, Operations};

pub use units::Units;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is carried out and answered.
    Pass,
    /// It is refused with 500, and not carried out.
    Fail,
    /// It is refused with 400 and a code of DynamoDB's, and not carried out.
    Refuse(&'static str),
    /// It is never answered, and not carried out.
    Hang,
    /// It is carried out, but the answer is lost: the connection breaks.
    LoseAnswer,
    /// It is carried out, but the answer is no JSON.
    Babble,
}

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

#[derive(Default)]
struct Plan {
    calls: Vec<Call>,
    operations: Operations,
    standing: Option<Fate>,
    fates: BTreeMap<usize, Fate>,
    fates_of: Vec<Planned<Fate>>,
    held: Vec<Planned<Held>>,
    asks_for_units: bool,
    units: Units,
}

/// Something about a later call of one operation.
struct Planned<T> {
    operation: &'static str,
    calls_to_go: usize,
    what: T,
}

/// A call that waits for its story.
#[derive(Clone, Default)]
pub struct Held {
    arrived: Arc<Notify>,
    released: Arc<Notify>,
}

impl Held {
    /// The call has come.
    ///
    /// # Panics
    /// When none comes in ten seconds.
    pub async fn arrives(&self) {
        let arrived = tokio::time::timeout(Duration::from_secs(10), self.arrived.notified());
        arrived.await.expect("a call that was to be held back");
    }

    /// The call goes on.
    pub fn goes_on(&self) {
        self.released.notify_one();
    }
}

/// One call as it went over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `GetItem`, `UpdateItem` and so on.
    pub operation: String,
    /// The body as it was sent.
    pub body: String,
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
        let mut state = self.state();
        state.fates.clear();
        state.fates_of.clear();
        state.standing = Some(fate);
    }

    /// The n-th call from now on (1 is the next) has this fate.
    pub fn nth(&self, n: usize, fate: Fate) {
        let mut state = self.state();
        let number = state.calls.len() + n;
        state.fates.insert(number, fate);
    }

    /// The n-th call of an operation from now on (1 is the next) has this fate.
    pub fn nth_of(&self, operation: &'static str, n: usize, fate: Fate) {
        self.state().fates_of.push(Planned {
            operation,
            calls_to_go: n,
            what: fate,
        });
    }

    /// Holds back the n-th call of an operation from now on (1 is the next) until its story lets it
    /// go on. The service waits 2.5 seconds for an answer before it asks again.
    #[must_use]
    pub fn hold(&self, operation: &'static str, n: usize) -> Held {
        let held = Held::default();
        self.state().held.push(Planned {
            operation,
            calls_to_go: n,
            what: held.clone(),
        });
        held
    }

    fn state(&self) -> MutexGuard<'_, Plan> {
        self.inner.state()
    }
}

/// Counts a call of this operation, and finds what was planned for it.
fn take_due<T>(planned: &mut Vec<Planned<T>>, operation: &str) -> Option<T> {
    let of_this = planned.iter_mut().filter(|it| it.operation == operation);
    for planned in of_this {
        planned.calls_to_go = planned.calls_to_go.saturating_sub(1);
    }
    let due = planned.iter().position(|it| it.calls_to_go == 0)?;
    Some(planned.remove(due).what)
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, Plan> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, operation: &str, body: &Bytes) -> (Fate, Option<Held>) {
        let mut state = self.state();
        let call = Call {
            operation: operation.to_owned(),
            body: String::from_utf8_lossy(body).into_owned(),
        };
        operations::note(&mut state.operations, &call);
        state.calls.push(call);
        let number = state.calls.len();
        let of_its_operation = take_due(&mut state.fates_of, operation);
        let held = take_due(&mut state.held, operation);
        let fate = state.fates.remove(&number);
        let fate = fate.or(of_its_operation).or(state.standing);
        (fate.unwrap_or(Fate::Pass), held)
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
        held.arrived.notify_one();
        held.released.notified().await;
    }
    match fate {
        Fate::Hang => return std::future::pending().await,
        Fate::Fail => return (StatusCode::INTERNAL_SERVER_ERROR, "{}").into_response(),
        Fate::Refuse(code) => {
            let body = format!(
                r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"as told"}}"#
            );
            return (StatusCode::BAD_REQUEST, body).into_response();
        }
        Fate::Pass | Fate::LoseAnswer | Fate::Babble => {}
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
    if fate == Fate::LoseAnswer {
        return lost();
    }
    let body = if fate == Fate::Babble {
        Bytes::from_static(b"<html>what?")
    } else {
        bytes
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for name in ["content-type", "x-amz-crc32", "x-amzn-requestid"] {
        if let Some(value) = headers.get(name).filter(|_| fate == Fate::Pass) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

/// A body that breaks off makes the server close the connection without finishing the answer.
fn lost() -> Response {
    let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost")) });
    Response::new(Body::from_stream(broken))
}
