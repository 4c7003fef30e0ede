//! The mailbox page: every letter that was sent, newest first.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::desk::{self, Desk};
use crate::inbox::{Inbox, Letter};

/// What a letter may do in its frame: be looked at, and open links in new tabs.
const LETTER_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                             style-src 'unsafe-inline'; img-src data:";

/// `/`, its script, `/letters` (JSON, newest first; DELETE throws them away) and `/letters/<number>` (the HTML part).
pub fn routes(desk: &Desk) -> Router {
    let function = desk.function.clone();
    Router::new()
        .route(
            "/",
            get(move || async move {
                desk::page(include_str!("../pages/mailbox.html").to_owned(), &function)
            }),
        )
        .route(
            "/mailbox.js",
            get(async || desk::script(include_str!("../pages/mailbox.js"))),
        )
        .route("/letters", get(list).delete(clear))
        .route("/letters/{number}", get(show))
        .with_state(desk.inbox.clone())
}

/// What comes before a letter's own HTML, as a mail program has it: a readable type, and links in new tabs.
const LETTER_START: &str = "<!doctype html><base target=\"_blank\"><meta name=\"referrer\" content=\"no-referrer\">\
     <style>body{margin:1.2rem 1.4rem;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}</style>";

async fn list(State(inbox): State<Inbox>) -> axum::Json<Vec<Letter>> {
    let mut letters = inbox.letters();
    letters.reverse();
    axum::Json(letters)
}

async fn clear(State(inbox): State<Inbox>) -> StatusCode {
    inbox.clear();
    StatusCode::NO_CONTENT
}

async fn show(State(inbox): State<Inbox>, Path(number): Path<u64>) -> Response {
    let Some(letter) = inbox
        .letters()
        .into_iter()
        .find(|letter| letter.number == number)
    else {
        return (StatusCode::NOT_FOUND, "No such letter.\n").into_response();
    };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, LETTER_POLICY),
    ];
    let html = format!("{LETTER_START}{}", letter.html);
    (headers, html).into_response()
}
