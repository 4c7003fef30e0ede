//! The web pages of `make dev`, and the SES endpoint beside them, on one port.

use std::path::PathBuf;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::inbox::Inbox;
use crate::{graphiql, links, mailbox, ses};

/// What the pages show and talk to.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The letters of the mailbox.
    pub inbox: Inbox,
    /// Where the function answers, without a slash at the end.
    pub function: String,
    /// The folder that npm has put GraphiQL into.
    pub modules: PathBuf,
}

/// All pages and the SES endpoint.
pub fn routes(desk: &Desk) -> Router {
    Router::new()
        .route(
            "/style.css",
            get(async || css(include_str!("../pages/style.css"))),
        )
        .merge(mailbox::routes(desk))
        .merge(links::routes(desk))
        .merge(graphiql::routes(desk))
        .merge(ses::routes(desk.inbox.clone()))
        .fallback(|| async {
            (
                StatusCode::NOT_FOUND,
                "Nothing is here. Try / or /graphiql.\n",
            )
        })
        .layer(from_fn(loopback_names_only))
}

/// A page may reach this server by a name that somebody points at 127.0.0.1; letters are not shown to it.
async fn loopback_names_only(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !matches!(name, "localhost" | "127.0.0.1" | "[::1]") {
        return (StatusCode::FORBIDDEN, "Only as localhost or 127.0.0.1.\n").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A page that may load its own scripts and styles, and talk to itself and the function; nothing else.
pub(crate) fn page(html: String, function: &str) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self' data:; frame-src 'self'; connect-src 'self' {function}; base-uri 'none'; form-action 'none'"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, html).into_response()
}

/// A script of a page.
pub(crate) fn script(source: &'static str) -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], source).into_response()
}

fn css(source: &'static str) -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], source).into_response()
}
