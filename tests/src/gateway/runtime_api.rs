//! The Runtime API of Lambda: where a function fetches its events and leaves its results.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use shared::{Timestamp, Uuid};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinHandle;

/// The largest result that Lambda takes, in bytes.
const LARGEST_RESULT: usize = 6 * 1024 * 1024;

/// How far the function has come.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Start {
    /// It has not asked for an event yet.
    UnderWay,
    /// It has asked for its first event.
    Done(Instant),
    /// It has said that it cannot start.
    Failed(Value),
}

/// What the function made of an event.
pub(super) struct Outcome {
    /// Its result, or the error that it reported.
    pub(super) result: Result<Bytes, Value>,
    /// When it fetched the event.
    pub(super) handed: Instant,
    /// When the result was there.
    pub(super) answered: Instant,
}

/// A Runtime API for one function, on a loopback port of its own. It ends when it is dropped.
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    desk: Arc<Desk>,
    serving: JoinHandle<()>,
}

struct Desk {
    function_arn: String,
    start: watch::Sender<Start>,
    arrived: Notify,
    state: Mutex<Events>,
}

/// One event at a time is waiting or under way.
#[derive(Default)]
struct Events {
    waiting: Option<Waiting>,
    under_way: Option<UnderWay>,
}

struct Waiting {
    event: Bytes,
    timeout: Duration,
    outcome: oneshot::Sender<Outcome>,
}

struct UnderWay {
    id: String,
    handed: Instant,
    outcome: oneshot::Sender<Outcome>,
}

impl RuntimeApi {
    pub(super) async fn start(function_arn: String) -> std::io::Result<Self> {
        let desk = Arc::new(Desk {
            function_arn,
            start: watch::channel(Start::UnderWay).0,
            arrived: Notify::new(),
            state: Mutex::default(),
        });
        let of_an_event = "/2018-06-01/runtime/invocation/{id}";
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(&format!("{of_an_event}/response"), post(response))
            .route(&format!("{of_an_event}/error"), post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(LARGEST_RESULT))
            .with_state(desk.clone());
        let listener = local::bind(0).await.map_err(std::io::Error::other)?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            drop(axum::serve(listener, routes).await);
        });
        Ok(Self {
            address,
            desk,
            serving,
        })
    }

    /// How far the function has come, now and later.
    pub(super) fn watch_start(&self) -> watch::Receiver<Start> {
        self.desk.start.subscribe()
    }

    /// Lays an event out for the function, which has so long to answer.
    pub(super) fn hand_in(&self, event: Bytes, timeout: Duration) -> oneshot::Receiver<Outcome> {
        let (outcome, told) = oneshot::channel();
        self.desk.state().waiting = Some(Waiting {
            event,
            timeout,
            outcome,
        });
        self.desk.arrived.notify_one();
        told
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, Events> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The event that is waiting, as the function gets it.
    fn take(&self) -> Option<Response> {
        let mut state = self.state();
        let waiting = state.waiting.take()?;
        let id = Uuid::new_v4().to_string();
        let timeout = i64::try_from(waiting.timeout.as_millis()).unwrap_or(i64::MAX);
        let deadline = Timestamp::now().as_millisecond().saturating_add(timeout);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("lambda-runtime-aws-request-id", id.clone()),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            (
                "lambda-runtime-invoked-function-arn",
                self.function_arn.clone(),
            ),
            (
                "lambda-runtime-trace-id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"
                    .to_owned(),
            ),
        ];
        state.under_way = Some(UnderWay {
            id,
            handed: Instant::now(),
            outcome: waiting.outcome,
        });
        Some((headers, waiting.event).into_response())
    }

    /// Passes a result on, if it is about the event that is under way.
    fn settle(&self, id: &str, result: Result<Bytes, Value>) -> Response {
        let answered = Instant::now();
        let under_way = self.state().under_way.take_if(|it| it.id == id);
        let Some(UnderWay {
            handed, outcome, ..
        }) = under_way
        else {
            return refused("InvalidRequestID", "Invalid request ID");
        };
        let settled = Outcome {
            result,
            handed,
            answered,
        };
        // Nobody listens when the patience of the one who asked is over.
        drop(outcome.send(settled));
        accepted()
    }
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    desk.start.send_if_modified(|start| {
        let is_first = *start == Start::UnderWay;
        if is_first {
            *start = Start::Done(Instant::now());
        }
        is_first
    });
    loop {
        if let Some(event) = desk.take() {
            return event;
        }
        desk.arrived.notified().await;
    }
}

async fn response(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    result: Bytes,
) -> Response {
    desk.settle(&id, Ok(result))
}

async fn error(State(desk): State<Arc<Desk>>, Path(id): Path<String>, error: Bytes) -> Response {
    desk.settle(&id, Err(read(&error)))
}

async fn init_error(State(desk): State<Arc<Desk>>, error: Bytes) -> Response {
    desk.start.send_replace(Start::Failed(read(&error)));
    accepted()
}

/// A report of an error, which is JSON unless something is very wrong.
fn read(error: &Bytes) -> Value {
    serde_json::from_slice(error)
        .unwrap_or_else(|_| String::from_utf8_lossy(error).into_owned().into())
}

fn accepted() -> Response {
    let body = axum::Json(json!({ "status": "OK" }));
    (StatusCode::ACCEPTED, body).into_response()
}

fn refused(kind: &str, message: &str) -> Response {
    let body = axum::Json(json!({ "errorType": kind, "errorMessage": message }));
    (StatusCode::BAD_REQUEST, body).into_response()
}
