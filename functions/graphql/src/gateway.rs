//! API Gateway: events of an HTTP API (payload format 2.0) made into requests, and answers into what
//! the gateway reads.
//!
//! The events are read here, leniently, and not as `lambda_http` does: a byte that is no ASCII in
//! any header must not make an event unreadable, nor a path that is no URI.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use lambda_http::Body;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

use crate::Door;
use crate::http::{Dialect, TransportError};

/// What may not stand in a query string as it is. A percent sign stays: it begins what is encoded.
const NOT_IN_A_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// What is needed of an event. Members are absent or null where there is nothing to say.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    route_key: Option<String>,
    raw_path: String,
    raw_query_string: Option<String>,
    headers: Option<BTreeMap<String, Option<String>>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
    request_context: RequestContext,
}

#[derive(Deserialize)]
struct RequestContext {
    stage: Option<String>,
    http: Http,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    source_ip: Option<String>,
}

/// Answers an event. What is no request of an HTTP API (a warm-up call, another kind of gateway) is
/// refused in the same form.
///
/// # Errors
/// As [`Door::answer`].
pub async fn answer(door: &Door, event: Value) -> anyhow::Result<ApiGatewayV2httpResponse> {
    let response = match read(event) {
        Ok((request, source)) => door.answer(request, source).await?,
        Err(error) => error.into_response(),
    };
    Ok(written(response))
}

/// The request that an event is about, and the address that the gateway has seen.
fn read(event: Value) -> Result<(Request<Bytes>, IpAddr), TransportError> {
    let Some((event, method)) = parsed(event) else {
        tracing::warn!("an event is no request of an HTTP API with payload format 2.0");
        let message = "The event is no request of an HTTP API with payload format 2.0.";
        return Err(TransportError::new(StatusCode::BAD_REQUEST, message));
    };
    let source = source(&event);
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = method;
    *request.uri_mut() = uri(&event)?;
    *request.headers_mut() = headers(event.headers.unwrap_or_default());
    let is_base64 = event.is_base64_encoded.unwrap_or_default();
    *request.body_mut() = body(event.body.unwrap_or_default(), is_base64);
    Ok((request, source))
}

fn parsed(event: Value) -> Option<(Event, Method)> {
    let event: Event = serde_json::from_value(event).ok()?;
    let method = Method::from_bytes(event.request_context.http.method.as_bytes()).ok()?;
    Some((event, method))
}

/// The address that the gateway has seen. Its documentation shows one with the length of a prefix.
fn source(event: &Event) -> IpAddr {
    let seen = event.request_context.http.source_ip.as_deref();
    seen.and_then(|seen| seen.split('/').next()?.parse().ok())
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

fn uri(event: &Event) -> Result<Uri, TransportError> {
    let path = path(event).unwrap_or("/");
    let query = event.raw_query_string.as_deref().unwrap_or_default();
    let query = utf8_percent_encode(query, NOT_IN_A_QUERY);
    // Everything that a URI cannot hold is encoded, so it can only be too long.
    format!("{path}?{query}")
        .parse()
        .map_err(|_| TransportError::new(StatusCode::URI_TOO_LONG, "The query string is too long."))
}

/// The path of a door, if the request was sent to one: the path as it was sent, or behind the name
/// of the stage, which the gateway puts in front unless it is the default. Whatever else may stand in
/// front (the gateway documents for a path on a domain of one's own only that format 2.0 does not
/// tell it), the route that the gateway has chosen names the door too.
fn path(event: &Event) -> Option<&str> {
    let sent = event.raw_path.as_str();
    let stage = event.request_context.stage.as_deref();
    let behind_stage = stage.and_then(|stage| sent.strip_prefix('/')?.strip_prefix(stage));
    let of_route = event.route_key.as_deref().and_then(|key| {
        let (_method, path) = key.split_once(' ')?;
        Some(path)
    });
    [behind_stage, Some(sent), of_route]
        .into_iter()
        .flatten()
        .find(|path| Dialect::at(path).is_some())
}

/// The headers. Several values of one name have been joined by commas on the way.
fn headers(of_event: BTreeMap<String, Option<String>>) -> HeaderMap {
    let headers = of_event.into_iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, header_value(&value?)))
    });
    headers.collect()
}

/// A value with everything in it that a header may hold, and a mark in place of the rest: a value
/// that is left out would be taken for one that was not sent.
fn header_value(text: &str) -> HeaderValue {
    let is_allowed = |it: char| it == '\t' || !it.is_control();
    let allowed = text.chars().map(|it| {
        if is_allowed(it) {
            it
        } else {
            char::REPLACEMENT_CHARACTER
        }
    });
    HeaderValue::from_bytes(allowed.collect::<String>().as_bytes())
        .expect("control characters are all that a value may not hold")
}

/// The body, decoded. What is no Base64 though it should be is no body that anybody sent.
fn body(text: String, is_base64: bool) -> Bytes {
    if is_base64 {
        BASE64
            .decode(text.as_bytes())
            .map(Bytes::from)
            .unwrap_or_default()
    } else {
        text.into()
    }
}

fn written(response: Response<String>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = parts.status.as_u16().into();
    answer.headers = parts.headers;
    answer.body = Some(Body::Text(body));
    answer
}
