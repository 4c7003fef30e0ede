//! An answer over HTTP, and what stories say about it. A claim that fails prints request and answer.

use graphql::http::Dialect;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// Errors as a story claims them: keys in order, each with its codes in order.
pub type Errors<'a> = &'a [(&'a str, &'a [&'a str])];

/// An answer to one request.
#[derive(Clone)]
pub struct Reply {
    /// The name of the act that was asked for; empty for other documents.
    pub act: String,
    /// What was asked.
    pub asked: String,
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Value,
    /// The body as it came, with its members in order.
    pub text: String,
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "\nasked: {}\nanswered: {} {:#}\n",
            self.asked, self.status, self.body
        )
    }
}

impl Reply {
    /// The result of the act, or null.
    #[must_use]
    pub fn result(&self) -> &Value {
        &self.body["data"][&self.act]
    }

    /// A member of the result of the act, or null.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        &self.result()[name]
    }

    /// A text in the result of the act.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        let text = self.get(name).as_str();
        text.unwrap_or_else(|| panic!("{name} is no text{self}"))
            .to_owned()
    }

    /// The access token of the result, in whichever shape the dialect shows it.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn access_token(&self) -> String {
        self.token_in("token")
    }

    /// The refresh token of the result, in whichever shape the dialect shows it.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn refresh_token(&self) -> String {
        self.token_in("refreshToken")
    }

    fn token_in(&self, name: &str) -> String {
        let shown = self.get(name);
        let token = shown.as_str().or_else(|| shown["token"].as_str());
        token
            .unwrap_or_else(|| panic!("{name} is no token{self}"))
            .to_owned()
    }

    /// The act succeeded: `success: true`, `errors: null`, no top-level errors, status 200.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.status, 200, "{self}");
        assert_eq!(self.get("success"), &Value::Bool(true), "{self}");
        assert_eq!(self.get("errors"), &Value::Null, "{self}");
        assert_eq!(self.body.get("errors"), None, "{self}");
        self
    }

    /// The errors of the act: keys in order, each with its codes in order.
    #[must_use]
    pub fn codes(&self) -> Vec<(String, Vec<String>)> {
        let code = |error: &Value| error["code"].as_str().unwrap_or_default().to_owned();
        let codes = |list: &Value| list.as_array().into_iter().flatten().map(code).collect();
        let errors = self.get("errors");
        self.keys_in_order()
            .into_iter()
            .map(|key| {
                let codes = codes(&errors[&key]);
                (key, codes)
            })
            .collect()
    }

    /// The keys of the errors as they came; `body` has sorted them.
    fn keys_in_order(&self) -> Vec<String> {
        let member = |object: &async_graphql::Value, name: &str| match object {
            async_graphql::Value::Object(members) => members.get(name).cloned(),
            _ => None,
        };
        let errors = serde_json::from_str::<async_graphql::Value>(&self.text)
            .ok()
            .and_then(|body| member(&member(&member(&body, "data")?, &self.act)?, "errors"));
        match errors {
            Some(async_graphql::Value::Object(errors)) => {
                errors.keys().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether the act succeeded.
    #[must_use]
    pub fn has_succeeded(&self) -> bool {
        self.get("success") == &Value::Bool(true)
    }

    /// Whether the act was refused with exactly this one error.
    #[must_use]
    pub fn is_refused(&self, key: &str, code: &str) -> bool {
        self.codes() == [(key.to_owned(), vec![code.to_owned()])]
    }

    /// The act was refused with exactly these errors, in this order, and gives nothing else away:
    /// every other field is null, but for `unarchiving`, which is false.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    pub fn refuses_all(self, errors: Errors<'_>) -> Self {
        let expected: Vec<(String, Vec<String>)> = errors
            .iter()
            .map(|(key, codes)| {
                (
                    (*key).to_owned(),
                    codes.iter().map(|it| (*it).to_owned()).collect(),
                )
            })
            .collect();
        assert_eq!(self.status, 200, "{self}");
        assert_eq!(self.get("success"), &Value::Bool(false), "{self}");
        assert_eq!(self.codes(), expected, "{self}");
        for (name, value) in self.result().as_object().into_iter().flatten() {
            match name.as_str() {
                "success" | "errors" | "clientMutationId" => {}
                "unarchiving" => assert_eq!(value, &Value::Bool(false), "{self}"),
                _ => assert_eq!(value, &Value::Null, "{name} must be null{self}"),
            }
        }
        self
    }

    /// The act was refused with exactly this one error.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    pub fn refuses(self, key: &str, code: &str) -> Self {
        self.refuses_all(&[(key, &[code])])
    }

    /// One of the first two guards stopped the act: `unauthenticated` or `not_verified`, alone. In
    /// gqlauth that is an error of the whole answer.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn is_turned_away(self, dialect: Dialect, code: &str) -> Self {
        if dialect != Dialect::Gqlauth {
            return self.refuses("nonFieldErrors", code);
        }
        assert_eq!(self.body.get("data"), Some(&Value::Null), "{self}");
        match code {
            "unauthenticated" => self.fails("Unauthenticated.", "UNAUTHENTICATED"),
            _ => self.fails("Please verify your account.", "NOT_VERIFIED"),
        }
    }

    /// The message of the first error under a key.
    #[must_use]
    pub fn message(&self, key: &str) -> &str {
        self.get("errors")[key][0]["message"]
            .as_str()
            .unwrap_or_default()
    }

    /// A request error: status 400, `errors` and no `data`.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn is_request_error(self) -> Self {
        assert_eq!(self.status, 400, "{self}");
        assert!(self.body["errors"][0]["message"].is_string(), "{self}");
        assert_eq!(self.body.get("data"), None, "{self}");
        self
    }

    /// A top-level error from execution: status 200, with this message and code.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn fails(self, message: &str, code: &str) -> Self {
        assert_eq!(self.status, 200, "{self}");
        let error = &self.body["errors"][0];
        assert_eq!(error["message"], message, "{self}");
        assert_eq!(error["extensions"]["code"], code, "{self}");
        assert!(
            error["path"].is_array() && error["locations"].is_array(),
            "{self}"
        );
        self
    }

    /// An accident: nothing of it shows.
    ///
    /// # Panics
    /// When something else was answered.
    #[track_caller]
    pub fn is_internal_error(self) -> Self {
        self.fails("Internal server error.", "INTERNAL_SERVER_ERROR")
    }
}
