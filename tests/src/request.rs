//! How stories ask: acts by name with their arguments, in whichever dialect the world speaks.

use std::net::IpAddr;

use bytes::Bytes;
use graphql::http::Dialect;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use serde_json::{Value, json};

use crate::Reply;
use crate::world::World;

/// Somebody who asks: with a token or without, from somewhere.
#[derive(Clone)]
pub struct Asker<'w> {
    world: &'w World,
    dialect: Dialect,
    headers: HeaderMap,
    source: IpAddr,
}

/// What is selected of each act's result, in plain and relay. `refreshToken` comes last, so that it
/// can be left out.
fn outputs(act: &str) -> &'static str {
    match act {
        "tokenAuth" => {
            "success errors token unarchiving user { id username email archived verified lastLogin } refreshToken"
        }
        "verifyToken" => "success errors payload",
        "refreshToken" => "success errors payload refreshExpiresIn token refreshToken",
        "revokeToken" => "success errors revoked",
        "register" | "passwordChange" => "success errors token refreshToken",
        "captcha" => "uuid pilImage",
        _ => "success errors",
    }
}

/// The same in gqlauth.
fn gqlauth_outputs(act: &str) -> &'static str {
    match act {
        "tokenAuth" | "passwordChange" | "refreshToken" => {
            "success errors user { id username email archived verified lastLogin status { archived verified } } token { token payload { username exp origIat } } refreshToken { token created revoked expiresAt isExpired }"
        }
        "verifyToken" => {
            "success errors user { username } token { token payload { username exp origIat } }"
        }
        "revokeToken" => {
            "success errors refreshToken { token created revoked expiresAt isExpired }"
        }
        "captcha" => "uuid pilImage",
        _ => "success errors",
    }
}

/// A JSON value as a GraphQL literal.
fn literal(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{name}: {}", literal(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(literal).collect::<Vec<_>>().join(", ")
            )
        }
        other => other.to_string(),
    }
}

impl<'w> Asker<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        let source = "192.0.2.1".parse().expect("an address");
        Self {
            world,
            dialect: world.dialect,
            headers: HeaderMap::new(),
            source,
        }
    }

    /// With an access token in the header.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        self.with_header("authorization", &format!("JWT {token}"))
    }

    /// With this access token in place of an earlier one.
    #[must_use]
    pub fn with_fresh_token(mut self, token: &str) -> Self {
        self.headers.remove("authorization");
        self.with_token(token)
    }

    /// With one more header.
    ///
    /// # Panics
    /// When it is no header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header value");
        self.headers.append(name, value);
        self
    }

    /// From an address of one's own.
    ///
    /// # Panics
    /// When it is no address.
    #[must_use]
    pub fn from(mut self, address: &str) -> Self {
        self.source = address.parse().expect("an address");
        self
    }

    /// At a door of one's own, whatever the world speaks.
    #[must_use]
    pub fn at(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The text of one act with its arguments and a selection, without the word `mutation`.
    #[must_use]
    pub fn act_text(&self, act: &str, arguments: &Value, selection: &str) -> String {
        let given = literal(arguments);
        let inner = given
            .trim_start_matches('{')
            .strip_suffix('}')
            .unwrap_or_default();
        match (self.dialect, act) {
            (_, "captcha") => format!("{act} {{ {selection} }}"),
            (Dialect::Relay, _) => format!("{act}(input: {given}) {{ {selection} }}"),
            _ if inner.is_empty() => format!("{act} {{ {selection} }}"),
            _ => format!("{act}({inner}) {{ {selection} }}"),
        }
    }

    /// Asks for one act, and for everything that its result has.
    pub async fn act(&self, act: &str, arguments: Value) -> Reply {
        let selection = match self.dialect {
            Dialect::Gqlauth => gqlauth_outputs(act),
            Dialect::Plain | Dialect::Relay => outputs(act),
        };
        self.act_selecting(act, arguments, selection).await
    }

    /// Asks for one act, and for a part of its result.
    pub async fn act_selecting(&self, act: &str, arguments: Value, selection: &str) -> Reply {
        let text = self.act_text(act, &arguments, selection);
        let reply = self
            .document(&format!("mutation {{ {text} }}"), json!({}))
            .await;
        Reply {
            act: act.to_owned(),
            ..reply
        }
    }

    /// Asks for several acts in one document; the answers come in their order.
    pub async fn acts(&self, acts: &[(&str, Value)]) -> Vec<Reply> {
        let name = |number: usize| format!("a{number}");
        let texts = acts.iter().enumerate().map(|(number, (act, arguments))| {
            let text = self.act_text(act, arguments, "success errors");
            format!("{}: {text}", name(number))
        });
        let document = format!("mutation {{ {} }}", texts.collect::<Vec<_>>().join(" "));
        let reply = self.document(&document, json!({})).await;
        let answered = (0..acts.len()).map(|number| Reply {
            act: name(number),
            ..reply.clone()
        });
        answered.collect()
    }

    /// Sends a document with variables.
    pub async fn document(&self, query: &str, variables: Value) -> Reply {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post(&body, "application/json").await
    }

    /// Sends a query, without variables.
    pub async fn query(&self, query: &str) -> Value {
        let reply = self.document(query, json!({})).await;
        reply.body["data"].clone()
    }

    /// Posts any body.
    pub async fn post(&self, body: &str, content_type: &str) -> Reply {
        let asker = self.clone().with_header("content-type", content_type);
        asker
            .send(Method::POST, path(self.dialect), body.as_bytes().to_vec())
            .await
    }

    /// Sends any request.
    ///
    /// # Panics
    /// When the request cannot be made, or the answer is no JSON.
    pub async fn send(&self, method: Method, path_and_query: &str, body: Vec<u8>) -> Reply {
        let asked = format!(
            "{method} {path_and_query} {}",
            String::from_utf8_lossy(&body)
        );
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = path_and_query.parse().expect("a path");
        *request.headers_mut() = self.headers.clone();
        let response = self.world.answer(request, self.source).await;
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.into()).expect("an answer in UTF-8");
        Reply {
            act: String::new(),
            asked,
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_str(&body).expect("an answer in JSON"),
            text: body,
        }
    }
}

/// The path of a dialect.
#[must_use]
pub fn path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Plain => "/graphql",
        Dialect::Relay => "/graphql/relay",
        Dialect::Gqlauth => "/graphql/gqlauth",
    }
}
