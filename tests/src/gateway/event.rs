//! Events as an HTTP API of API Gateway makes them, and answers as it reads them (payload format 2.0).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use data_encoding::BASE64;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::{Map, Value, json};
use shared::{Timestamp, Uuid};

/// An API in front of the function.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// `$default`, or the name of a stage, which then stands in front of every path.
    pub stage: String,
    /// The route that requests come by, like `POST /graphql/relay` or `$default`; none for the route
    /// that has the method and path of the request.
    pub route_key: Option<String>,
    /// The host name of the API.
    pub domain: String,
}

impl Default for Gateway {
    /// As `infra/template.yaml` makes it.
    fn default() -> Self {
        Self {
            stage: "$default".to_owned(),
            route_key: None,
            domain: "id.execute-api.eu-central-1.amazonaws.com".to_owned(),
        }
    }
}

impl Gateway {
    /// The event that a request becomes. Its path is what the client has sent, without the stage.
    #[must_use]
    pub fn event(&self, request: &Request<Bytes>, source: IpAddr) -> Value {
        let now = Timestamp::now();
        let path = decoded(request.uri().path());
        let route_key = match &self.route_key {
            Some(key) => key.clone(),
            None => format!("{} {path}", request.method()),
        };
        let raw_path = match self.stage.as_str() {
            "$default" => path,
            stage => format!("/{stage}{path}"),
        };
        let query = request.uri().query().unwrap_or_default();
        let user_agent = request.headers().get(USER_AGENT).map(text);
        let mut event = json!({
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": raw_path,
            "rawQueryString": query,
            "headers": self.headers(request, source),
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "id",
                "domainName": self.domain,
                "domainPrefix": self.domain.split('.').next(),
                "http": {
                    "method": request.method().as_str(),
                    "path": raw_path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": source,
                    "userAgent": user_agent.unwrap_or_default(),
                },
                "requestId": Uuid::new_v4().simple().to_string(),
                "routeKey": route_key,
                "stage": self.stage,
                "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                "timeEpoch": now.as_millisecond(),
            },
        });
        let cookies: Vec<String> = cookies(request.headers());
        if !cookies.is_empty() {
            event["cookies"] = cookies.into();
        }
        if !query.is_empty() {
            event["queryStringParameters"] = parameters(query);
        }
        put_body(&mut event, request);
        event
    }

    /// Lower-case names, the values of one name joined by commas, cookies elsewhere, and what the
    /// gateway adds of its own.
    fn headers(&self, request: &Request<Bytes>, source: IpAddr) -> Map<String, Value> {
        let mut joined: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in request.headers() {
            if name == COOKIE {
                continue;
            }
            let value = text(value);
            joined
                .entry(name.as_str().to_owned())
                .and_modify(|values| *values = format!("{values},{value}"))
                .or_insert(value);
        }
        let forwarded = joined.remove("x-forwarded-for");
        let forwarded =
            forwarded.map_or_else(|| source.to_string(), |list| format!("{list}, {source}"));
        let trace = format!("Root=1-{:08x}-{:024x}", 0x5e6_72e8, 1);
        let of_its_own = [
            (HOST.as_str(), self.domain.clone()),
            (CONTENT_LENGTH.as_str(), request.body().len().to_string()),
            ("x-amzn-trace-id", trace),
            ("x-forwarded-for", forwarded),
            ("x-forwarded-port", "443".to_owned()),
            ("x-forwarded-proto", "https".to_owned()),
        ];
        for (name, value) in of_its_own {
            joined.insert(name.to_owned(), value);
        }
        joined
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect()
    }
}

/// A header value as text: events are JSON, so bytes that are no UTF-8 are read as Latin-1.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(COOKIE).iter().map(text);
    let cookies = values.flat_map(|value| {
        let cookies = value.split(';').map(|cookie| cookie.trim().to_owned());
        cookies.collect::<Vec<_>>()
    });
    cookies.filter(|cookie| !cookie.is_empty()).collect()
}

/// Parameters decoded, several of one name joined by commas.
fn parameters(query: &str) -> Value {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        joined
            .entry(name.into_owned())
            .and_modify(|values| *values = format!("{values},{value}"))
            .or_insert_with(|| value.clone().into_owned());
    }
    json!(joined)
}

fn decoded(path: &str) -> String {
    percent_encoding::percent_decode_str(path)
        .decode_utf8_lossy()
        .into_owned()
}

/// The body as it is where its type says that it is text, and in Base64 elsewhere.
fn put_body(event: &mut Value, request: &Request<Bytes>) {
    let body = request.body();
    let as_text = std::str::from_utf8(body)
        .ok()
        .filter(|_| is_text(request.headers()));
    event["isBase64Encoded"] = (as_text.is_none() && !body.is_empty()).into();
    if !body.is_empty() {
        event["body"] = match as_text {
            Some(text) => text.into(),
            None => BASE64.encode(body).into(),
        };
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).map(text).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let media_type = media_type.to_ascii_lowercase();
    let is_text = media_type.starts_with("text/")
        || ["json", "javascript", "xml"]
            .iter()
            .any(|name| media_type == format!("application/{name}"));
    is_text && !headers.contains_key(CONTENT_ENCODING)
}

/// The answer that the gateway makes of a result of the function.
///
/// # Errors
/// Says what the gateway could not read; its client gets `Internal Server Error` then.
pub fn answer(result: &[u8]) -> Result<Response<Bytes>, String> {
    let result: Value = serde_json::from_slice(result).map_err(|it| format!("no JSON: {it}"))?;
    let Some(status) = result.get("statusCode") else {
        // Whatever has no status is taken for the body.
        let body = Bytes::from(result.to_string());
        return Response::builder()
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|it| it.to_string());
    };
    let status = status
        .as_u64()
        .and_then(|status| StatusCode::from_u16(status.try_into().ok()?).ok());
    let body = result["body"].as_str().unwrap_or_default();
    let body = match result["isBase64Encoded"].as_bool() {
        Some(true) => BASE64
            .decode(body.as_bytes())
            .map_err(|it| format!("the body is no Base64: {it}"))?,
        _ => body.as_bytes().to_vec(),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status.ok_or("the status is none")?;
    let single = result["headers"].as_object().into_iter().flatten();
    for (name, value) in single {
        let name: HeaderName = name.parse().map_err(|_| format!("header {name}"))?;
        let value = value.as_str().and_then(|value| value.parse().ok());
        let value = value.ok_or_else(|| format!("the value of header {name}"))?;
        response.headers_mut().append(name, value);
    }
    Ok(response)
}
