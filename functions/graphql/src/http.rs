//! GraphQL over HTTP: what a request must look like, and what an answer looks like.

#[cfg(test)]
mod tests;

use async_graphql::{Request, ServerError, Value, Variables};
use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::document::{Outcome, too_large};

/// The largest body that is looked at, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// The largest answer that is sent, in bytes. Lambda takes six megabytes, of which a part goes to the
/// quotation marks that are escaped on the way. Whoever gets more has asked for it, by hundreds of aliases.
const LARGEST_ANSWER: usize = 3 * 1024 * 1024;

/// A form of the API, with a path and a schema of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Flat arguments.
    Plain,
    /// One `input` object for each mutation.
    Relay,
    /// The types and errors of strawberry-django-auth.
    Gqlauth,
}

impl Dialect {
    /// The dialect that is spoken at a path.
    pub(crate) fn at(path: &str) -> Option<Self> {
        match path {
            "/graphql" => Some(Self::Plain),
            "/graphql/relay" => Some(Self::Relay),
            "/graphql/gqlauth" => Some(Self::Gqlauth),
            _ => None,
        }
    }
}

/// A GraphQL request as read from an HTTP request.
pub struct Asked {
    /// Where it was sent.
    pub dialect: Dialect,
    /// How it was sent: `GET` is for queries only.
    pub method: Method,
    /// What is asked, without data of ours.
    pub request: Request,
}

/// An HTTP request that holds no GraphQL request, or one that may not come this way.
#[derive(Debug, PartialEq, Eq)]
pub struct TransportError {
    status: StatusCode,
    message: &'static str,
    allow: Option<&'static str>,
}

impl TransportError {
    /// A mutation came with `GET`.
    const MUTATION_OVER_GET: Self = Self {
        status: StatusCode::METHOD_NOT_ALLOWED,
        message: "Can only perform a mutation operation from a POST request.",
        allow: Some("POST"),
    };

    pub(crate) fn new(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            message,
            allow: None,
        }
    }

    fn bad(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// The error as an answer.
    #[must_use]
    pub fn into_response(self) -> Response<String> {
        let body = written(&json!({ "errors": [{ "message": self.message }] }));
        let mut response = respond(self.status, body);
        if let Some(allow) = self.allow {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

/// Reads the GraphQL request out of an HTTP request whose body has been decoded.
///
/// # Errors
///
/// The error to answer with.
pub fn read(request: &http::Request<Bytes>) -> Result<Asked, TransportError> {
    if request.body().len() > LARGEST_BODY {
        return Err(TransportError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Request body too large.",
        ));
    }
    let Some(dialect) = Dialect::at(request.uri().path()) else {
        return Err(TransportError::new(StatusCode::NOT_FOUND, "Not found."));
    };
    let method = request.method().clone();
    let graphql = match method {
        Method::GET => read_query_string(request.uri().query().unwrap_or_default())?,
        Method::POST => {
            if !is_json(request.headers()) {
                let message = "The content type must be application/json.";
                return Err(TransportError::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    message,
                ));
            }
            read_body(request.body())?
        }
        _ => {
            return Err(TransportError {
                allow: Some("GET, POST"),
                ..TransportError::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "GraphQL only supports GET and POST requests.",
                )
            });
        }
    };
    Ok(Asked {
        dialect,
        method,
        request: graphql,
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else {
        return false;
    };
    let content_type = String::from_utf8_lossy(content_type.as_bytes());
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json") && !is_folded(&content_type)
}

/// Whether a gateway has made one value of several: a comma stands outside of quotation marks.
fn is_folded(value: &str) -> bool {
    let outside_quotes = value.split('"').step_by(2);
    outside_quotes.into_iter().any(|text| text.contains(','))
}

// JSON is read as values of GraphQL at once: those of `serde_json` take an object with a certain key for the
// text of another.
fn read_body(body: &[u8]) -> Result<Request, TransportError> {
    const NOT_JSON: &str = "The received data is not a valid JSON query.";
    let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else {
        return Err(TransportError::bad(NOT_JSON));
    };
    let query = match members.swap_remove("query") {
        Some(Value::String(query)) => query,
        None | Some(Value::Null) => return Err(TransportError::bad(NO_QUERY)),
        Some(_) => return Err(TransportError::bad("The query must be a string.")),
    };
    let operation_name = match members.swap_remove("operationName") {
        Some(Value::String(name)) => Some(name),
        None | Some(Value::Null) => None,
        Some(_) => return Err(TransportError::bad("The operation name must be a string.")),
    };
    let variables = read_variables(members.swap_remove("variables").unwrap_or_default())?;
    Ok(request(query, variables, operation_name))
}

const NO_QUERY: &str = "Must provide query string.";

fn read_variables(json: Value) -> Result<Variables, TransportError> {
    const NOT_AN_OBJECT: TransportError = TransportError {
        status: StatusCode::BAD_REQUEST,
        message: "Variables must be a JSON object.",
        allow: None,
    };
    match json {
        Value::Null => Ok(Variables::default()),
        Value::Object(_) => Ok(Variables::from_value(json)),
        _ => Err(NOT_AN_OBJECT),
    }
}

/// Reads the parameters of a `GET`. A parameter that is given twice is refused, since another
/// reader on the way may have taken the other one.
fn read_query_string(text: &str) -> Result<Request, TransportError> {
    let [mut query, mut variables, mut operation_name] = [None, None, None];
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = match &*decode(name)? {
            "query" => &mut query,
            "variables" => &mut variables,
            "operationName" => &mut operation_name,
            _ => continue,
        };
        if place.replace(decode(value)?).is_some() {
            return Err(TransportError::bad(
                "Each parameter may be given only once.",
            ));
        }
    }
    let query = query.ok_or(TransportError::bad(NO_QUERY))?;
    let variables = match variables.as_deref() {
        None | Some("") => Value::Null,
        Some(text) => serde_json::from_str(text)
            .map_err(|_| TransportError::bad("Variables are invalid JSON."))?,
    };
    Ok(request(query, read_variables(variables)?, operation_name))
}

/// Decodes a name or value of a query string, where a plus sign stands for a space.
fn decode(text: &str) -> Result<String, TransportError> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded
        .map(Into::into)
        .map_err(|_| TransportError::bad("The query string is not valid UTF-8."))
}

fn request(query: String, variables: Variables, operation_name: Option<String>) -> Request {
    let mut request = Request::new(query).variables(variables);
    request.operation_name = operation_name;
    request
}

/// The answer to a GraphQL request.
#[must_use]
pub fn answer(dialect: Dialect, outcome: Outcome) -> Response<String> {
    match outcome {
        Outcome::Executed(executed) => {
            let body = written(&executed);
            if body.len() <= LARGEST_ANSWER {
                return respond(StatusCode::OK, body);
            }
            without_data(&[too_large("The answer is too large.")])
        }
        Outcome::Refused(errors) => refused(dialect, &errors),
        Outcome::MutationOverGet => TransportError::MUTATION_OVER_GET.into_response(),
    }
}

fn refused(dialect: Dialect, errors: &[ServerError]) -> Response<String> {
    match dialect {
        Dialect::Plain | Dialect::Relay => {
            let body = written(&json!({ "errors": errors }));
            respond(StatusCode::BAD_REQUEST, body)
        }
        Dialect::Gqlauth => without_data(errors),
    }
}

fn without_data(errors: &[ServerError]) -> Response<String> {
    let body = written(&json!({ "data": null, "errors": errors }));
    respond(StatusCode::OK, body)
}

fn written(body: &impl serde::Serialize) -> String {
    serde_json::to_string(body).expect("all keys of an answer are strings")
}

fn respond(status: StatusCode, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
