//! The Lambda function: reads the settings, opens the door, and translates gateway events.

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use graphql::Door;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn};
use shared::app::App;
use shared::clock::Clock;
use shared::settings::{LogFormat, Logging, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    start_logging(&Logging::from_env());
    let door = match open() {
        Ok(door) => door,
        Err(fault) => {
            // For people at a terminal; the log has it as one record.
            eprintln!("Latchkey cannot start:\n{fault:#}");
            tracing::error!(fault = format!("{fault:#}"), "Latchkey cannot start");
            return ExitCode::FAILURE;
        }
    };
    match run(service_fn(|request| answer(&door, request))).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the runtime has stopped");
            ExitCode::FAILURE
        }
    }
}

fn open() -> anyhow::Result<Door> {
    let settings = Settings::from_env()?;
    Ok(Door::new(Arc::new(App::new(settings, Clock::system())?)))
}

fn start_logging(logging: &Logging) {
    let filter = tracing_subscriber::EnvFilter::new(&logging.filter);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false);
    match logging.format {
        LogFormat::Json => subscriber
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .init(),
        LogFormat::Text => subscriber.init(),
    }
}

async fn answer(door: &Door, request: Request) -> Result<Response<String>, Error> {
    let source = source(&request);
    let path = path(&request);
    let (mut parts, body) = request.into_parts();
    let query = parts
        .uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    parts.uri = format!("{path}{query}").parse()?;
    let body = match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    let request = http::Request::from_parts(parts, body);
    match door.answer(request, source).await {
        Ok(response) => Ok(response),
        Err(fault) => {
            tracing::error!(fault = format!("{fault:#}"), "no answer");
            Err(fault.into())
        }
    }
}

/// The path behind the name of the stage, which the gateway puts in front unless it is the default.
fn path(request: &Request) -> String {
    let path = request.raw_http_path();
    let stage = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        _ => None,
    };
    let behind = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    match behind {
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => path.to_owned(),
    }
}

/// The address that the gateway has seen.
fn source(request: &Request) -> IpAddr {
    let seen = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    seen.and_then(|ip| ip.parse().ok())
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
