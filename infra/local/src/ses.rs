//! A stand-in for SES v2: it takes letters as the SDK sends them, and puts them into an [`Inbox`].

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::inbox::{Behaviour, Inbox, Letter};

/// SES takes messages of up to 40 MB.
const LARGEST_MESSAGE: usize = 40 * 1024 * 1024;

/// The endpoint, to be served or merged into other routes.
pub fn routes(inbox: Inbox) -> Router {
    Router::new()
        .route("/v2/email/outbound-emails", post(send))
        .layer(DefaultBodyLimit::max(LARGEST_MESSAGE))
        .with_state(inbox)
}

async fn send(State(inbox): State<Inbox>, body: Bytes) -> Response {
    let letter = match read(&body) {
        Ok(letter) => letter,
        Err(reason) => {
            return refusal(StatusCode::BAD_REQUEST, "BadRequestException", reason);
        }
    };
    match inbox.decide() {
        Behaviour::Deliver => accepted(inbox.keep(letter)),
        Behaviour::Refuse => {
            // SES names the addresses.
            let message = format!(
                "Email address is not verified. The following identities failed the check in region LOCAL: {}",
                letter.to.join(", ")
            );
            refusal(StatusCode::BAD_REQUEST, "MessageRejected", &message)
        }
        Behaviour::RefuseAs(kind) => refusal(StatusCode::BAD_REQUEST, kind, "As told."),
        Behaviour::Throttle => refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Maximum sending rate exceeded.",
        ),
        Behaviour::Fail => (StatusCode::INTERNAL_SERVER_ERROR, "<h1>Oops</h1>").into_response(),
        Behaviour::Babble => (StatusCode::OK, "not json at all").into_response(),
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Drop => broken(None),
        Behaviour::LoseAnswer => {
            inbox.keep(letter);
            broken(None)
        }
        Behaviour::HalfAnswer => {
            inbox.keep(letter);
            broken(Some("{\"MessageId\":"))
        }
    }
}

fn accepted(number: u64) -> Response {
    axum::Json(json!({ "MessageId": format!("local-{number:08}") })).into_response()
}

fn refusal(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let headers = [("x-amzn-errortype", kind)];
    (status, headers, axum::Json(json!({ "message": message }))).into_response()
}

/// A body that fails makes the server close the connection; before its first byte, nothing of the answer is sent.
fn broken(beginning: Option<&'static str>) -> Response {
    let beginning = beginning.map(|text| Ok(Bytes::from_static(text.as_bytes())));
    let has_begun = beginning.is_some();
    let failing = stream::once(async move {
        if has_begun {
            // What came before goes out while this is waited for.
            tokio::task::yield_now().await;
        }
        Err(std::io::Error::other("closed on purpose"))
    });
    Response::new(Body::from_stream(stream::iter(beginning).chain(failing)))
}

/// Reads the letter; members that nobody here knows are passed over.
fn read(body: &[u8]) -> Result<Letter, &'static str> {
    let request: Value =
        serde_json::from_slice(body).map_err(|_| "The request is not a JSON document.")?;
    let content = &request["Content"]["Simple"];
    if !content.is_object() {
        return Err("Only simple content is understood here.");
    }
    let to = ["ToAddresses", "CcAddresses", "BccAddresses"]
        .iter()
        .filter_map(|kind| request["Destination"][kind].as_array())
        .flatten()
        .filter_map(|address| address.as_str().map(str::to_owned))
        .collect::<Vec<_>>();
    if to.is_empty() {
        return Err("The request has no destination.");
    }
    let from = text(&request["FromEmailAddress"]);
    if from.is_empty() {
        return Err("The request has no sender.");
    }
    if !from.is_ascii() || !to.iter().all(|address| address.is_ascii()) {
        return Err("Addresses must be 7-bit ASCII.");
    }
    Ok(Letter {
        number: 0,
        at: now(),
        to,
        from,
        subject: part(&content["Subject"]),
        html: part(&content["Body"]["Html"]),
        text: part(&content["Body"]["Text"]),
        headers: pairs(&content["Headers"]),
        tags: pairs(&request["EmailTags"]),
    })
}

/// A part without a charset is 7-bit ASCII to SES: anything else is lost there, and so it is here.
fn part(content: &Value) -> String {
    let data = text(&content["Data"]);
    if text(&content["Charset"]).eq_ignore_ascii_case("utf-8") {
        return data;
    }
    data.replace(|letter: char| !letter.is_ascii(), "?")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn pairs(list: &Value) -> Vec<(String, String)> {
    list.as_array()
        .into_iter()
        .flatten()
        .map(|pair| (text(&pair["Name"]), text(&pair["Value"])))
        .collect()
}

fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::StatusCode;

    use super::*;

    fn letter(subject: &str) -> Value {
        json!({
            "Content": { "Simple": {
                "Subject": { "Data": subject, "Charset": "UTF-8" },
                "Body": { "Html": { "Data": "<p>é</p>", "Charset": "UTF-8" }, "Text": { "Data": "é" } },
                "Odd": true,
            } },
            "Destination": { "ToAddresses": ["ada@example.com"] },
            "FromEmailAddress": "Latchkey <latchkey@example.com>",
            "EmailTags": [{ "Name": "kind", "Value": "activation" }],
            "Newer": [1, 2],
        })
    }

    async fn hand_over(inbox: &Inbox, letter: &Value) -> reqwest::Result<reqwest::Response> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_millis(500))
            .build()?;
        let url = format!("{}/v2/email/outbound-emails", inbox.url());
        http.post(url).json(letter).send().await
    }

    #[tokio::test]
    async fn a_letter_arrives_and_what_nobody_knows_is_passed_over() {
        let inbox = Inbox::start().await.unwrap();
        let answer = hand_over(&inbox, &letter("Hé")).await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["MessageId"], "local-00000001");

        let arrived = &inbox.letters()[0];
        assert_eq!(arrived.to, ["ada@example.com"]);
        assert_eq!(arrived.subject, "Hé");
        assert_eq!(arrived.html, "<p>é</p>");
        assert_eq!(
            arrived.text, "?",
            "SES reads a part without a charset as ASCII"
        );
        assert_eq!(arrived.tags, [("kind".to_owned(), "activation".to_owned())]);
        inbox.clear();
        assert!(inbox.letters().is_empty());
    }

    #[tokio::test]
    async fn a_request_that_ses_would_not_take_is_refused() {
        let inbox = Inbox::start().await.unwrap();
        let mut abroad = letter("x");
        abroad["Destination"]["ToAddresses"] = json!(["ada@exämple.com"]);
        for request in [json!([]), json!({ "Content": 3 }), abroad] {
            let answer = hand_over(&inbox, &request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
            assert_eq!(answer.headers()["x-amzn-errortype"], "BadRequestException");
        }
        assert!(inbox.letters().is_empty());
    }

    #[tokio::test]
    async fn the_post_office_misbehaves_as_it_is_told() {
        let inbox = Inbox::start().await.unwrap();
        for (behaviour, status, kind) in [
            (Behaviour::Refuse, 400, Some("MessageRejected")),
            (
                Behaviour::RefuseAs("SendingPausedException"),
                400,
                Some("SendingPausedException"),
            ),
            (Behaviour::Throttle, 429, Some("TooManyRequestsException")),
            (Behaviour::Fail, 500, None),
            (Behaviour::Babble, 200, None),
        ] {
            inbox.behave(behaviour);
            let answer = hand_over(&inbox, &letter("x")).await.unwrap();
            assert_eq!(answer.status(), status, "{behaviour:?}");
            let named = answer.headers().get("x-amzn-errortype").cloned();
            assert_eq!(named, kind.map(|kind| kind.parse().unwrap()));
            assert!(answer.json::<Value>().await.is_err() == kind.is_none());
        }
        inbox.behave(Behaviour::Hang);
        assert!(
            hand_over(&inbox, &letter("x"))
                .await
                .unwrap_err()
                .is_timeout()
        );
        inbox.behave(Behaviour::Drop);
        let lost = hand_over(&inbox, &letter("x")).await.unwrap_err();
        assert!(lost.is_request() && !lost.is_timeout(), "{lost:?}");
        assert!(inbox.letters().is_empty());

        inbox.behave(Behaviour::LoseAnswer);
        let lost = hand_over(&inbox, &letter("x")).await.unwrap_err();
        assert!(lost.is_request() && !lost.is_timeout(), "{lost:?}");
        assert_eq!(inbox.letters().len(), 1);

        inbox.behave(Behaviour::HalfAnswer);
        let half = hand_over(&inbox, &letter("x")).await.unwrap();
        assert!(half.text().await.is_err());
        assert_eq!(inbox.letters().len(), 2);
        assert_eq!(inbox.requests(), 9);
    }

    #[tokio::test]
    async fn only_the_letter_that_is_meant_goes_wrong() {
        let inbox = Inbox::start().await.unwrap();
        inbox.behave_at(2, Behaviour::Refuse);
        for (subject, status) in [("first", 200), ("second", 400), ("third", 200)] {
            let answer = hand_over(&inbox, &letter(subject)).await.unwrap();
            assert_eq!(answer.status(), status, "{subject}");
        }
        let subjects: Vec<_> = inbox
            .letters()
            .into_iter()
            .map(|kept| kept.subject)
            .collect();
        assert_eq!(subjects, ["first", "third"]);
    }
}
