//! What somebody does over HTTP: ask the function, read letters, open pages.

use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::laptop::{Addresses, Laptop};

/// A browser that knows the addresses of a laptop.
pub struct Browser {
    addresses: Addresses,
    http: Client,
}

impl Browser {
    pub fn new(laptop: &Laptop) -> Self {
        let http = Client::builder()
            .no_proxy()
            // The machine may be busy; the function hashes passwords in a debug build.
            .timeout(Duration::from_mins(2))
            .build()
            .expect("an HTTP client");
        Self {
            addresses: laptop.addresses().clone(),
            http,
        }
    }

    /// The address that is called so.
    pub fn address(&self, name: &str) -> &str {
        let known = &self.addresses;
        let address = known.get(name);
        address.unwrap_or_else(|| panic!("{name} in {known:?}"))
    }

    /// Asks an endpoint, as somebody with this access token.
    pub async fn ask(&self, endpoint: &str, query: &str, access: &str) -> Value {
        let request = self
            .http
            .post(self.address(endpoint))
            .header("authorization", format!("JWT {access}"))
            .json(&json!({ "query": query }));
        json_of(request.send().await.expect("an answer")).await
    }

    /// Does one mutation of the plain dialect, as nobody. All variables are required texts.
    pub async fn act(&self, field: &str, variables: &Value) -> Value {
        let names = variables.as_object().expect("an object").keys();
        let declared: Vec<_> = names.map(|name| format!("${name}: String!")).collect();
        let query = format!("mutation ({}) {{ done: {field} }}", declared.join(", "));
        let request = self
            .http
            .post(self.address("GraphQL, plain"))
            .json(&json!({ "query": query, "variables": variables }));
        let mut answer = json_of(request.send().await.expect("an answer")).await;
        assert!(answer["errors"].is_null(), "{query}: {answer}");
        answer["data"]["done"].take()
    }

    /// The letters in the mailbox, newest first.
    pub async fn letters(&self) -> Vec<Value> {
        let letters = self.open(&self.at_the_mailbox("letters")).await;
        letters.json().await.expect("letters")
    }

    /// An address below that of the mailbox.
    pub fn at_the_mailbox(&self, path: &str) -> String {
        format!("{}{path}", self.address("Mailbox"))
    }

    /// Opens an address and holds that something is there.
    pub async fn open(&self, address: &str) -> Response {
        let answer = self.get(address, "").await;
        assert_eq!(answer.status(), 200, "{address}");
        answer
    }

    /// Opens an address by another name of this machine, or by its own if that is empty.
    pub async fn get(&self, address: &str, host: &str) -> Response {
        let mut request = self.http.get(address);
        if !host.is_empty() {
            request = request.header("host", host);
        }
        let answer = request.send().await;
        answer.unwrap_or_else(|cause| panic!("{address}: {cause}"))
    }

    /// Opens a page.
    pub async fn page(&self, address: &str) -> String {
        let answer = self.open(address).await;
        let kind = answer.headers()["content-type"].clone();
        assert_eq!(kind, "text/html; charset=utf-8", "{address}");
        answer.text().await.expect("a page")
    }

    /// What a browser asks before a page of the mailbox's origin may ask the function.
    pub async fn may_ask(&self, endpoint: &str) -> Response {
        let origin = self.address("Mailbox").trim_end_matches('/');
        let request = self
            .http
            .request(reqwest::Method::OPTIONS, self.address(endpoint))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            );
        request.send().await.expect("an answer")
    }
}

async fn json_of(answer: Response) -> Value {
    let text = answer.text().await.expect("a body");
    serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{cause}: {text}"))
}
