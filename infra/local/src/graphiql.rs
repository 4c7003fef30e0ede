//! GraphiQL for each endpoint of the function, served from the packages that npm has fetched.

use std::path::PathBuf;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::desk::{self, Desk};

/// One GraphQL endpoint of the function.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// What people call it.
    pub name: &'static str,
    /// The path of its GraphiQL page.
    pub page: &'static str,
    /// The path at which the function answers.
    pub path: &'static str,
    /// The document that the page starts with: one journey from registration to logging out.
    pub document: &'static str,
}

/// The endpoints that have a page. A new dialect is one more entry.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        name: "plain",
        page: "/graphiql",
        path: "/graphql",
        document: include_str!("../pages/journey_plain.graphql"),
    },
    Endpoint {
        name: "relay",
        page: "/graphiql/relay",
        path: "/graphql/relay",
        document: include_str!("../pages/journey_relay.graphql"),
    },
    Endpoint {
        name: "gqlauth",
        page: "/graphiql/gqlauth",
        path: "/graphql/gqlauth",
        document: include_str!("../pages/journey_gqlauth.graphql"),
    },
];

/// What the headers pane starts with. A placeholder in place of a token makes the caller nobody, and is no error.
pub const HEADERS: &str = "{\n  \"Authorization\": \"JWT <token>\"\n}";

/// What the pages load, and where it lies below `node_modules`.
const ASSETS: [(&str, &str, &str); 4] = [
    (
        "/graphiql/assets/react.js",
        "react/umd/react.production.min.js",
        "text/javascript; charset=utf-8",
    ),
    (
        "/graphiql/assets/react-dom.js",
        "react-dom/umd/react-dom.production.min.js",
        "text/javascript; charset=utf-8",
    ),
    (
        "/graphiql/assets/graphiql.js",
        "graphiql/graphiql.min.js",
        "text/javascript; charset=utf-8",
    ),
    (
        "/graphiql/assets/graphiql.css",
        "graphiql/graphiql.min.css",
        "text/css; charset=utf-8",
    ),
];

/// The pages and what they load.
pub fn routes(desk: &Desk) -> Router {
    let mut routes = Router::new().route(
        "/graphiql.js",
        get(async || desk::script(include_str!("../pages/graphiql.js"))),
    );
    for endpoint in ENDPOINTS {
        let html = fill(endpoint, &desk.function);
        let function = desk.function.clone();
        routes = routes.route(
            endpoint.page,
            get(move || async move { desk::page(html, &function) }),
        );
    }
    for (path, file, kind) in ASSETS {
        let file = desk.modules.join(file);
        routes = routes.route(path, get(move || asset(file, kind)));
    }
    routes
}

async fn asset(file: PathBuf, kind: &'static str) -> Response {
    match tokio::fs::read(&file).await {
        Ok(content) => {
            let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=3600")];
            (headers, content).into_response()
        }
        Err(cause) => {
            let sentence = format!("{}: {cause}. `make tools` fetches it.\n", file.display());
            (StatusCode::NOT_FOUND, sentence).into_response()
        }
    }
}

fn fill(endpoint: &Endpoint, function: &str) -> String {
    let settings = json!({
        "name": endpoint.name,
        "endpoint": format!("{function}{}", endpoint.path),
        "document": endpoint.document,
        "headers": HEADERS,
        "endpoints": ENDPOINTS.iter().map(|endpoint| json!({ "name": endpoint.name, "page": endpoint.page })).collect::<Vec<_>>(),
    });
    // The settings stand in a script element, which a `</script>` inside them would end.
    let settings = settings.to_string().replace('<', "\\u003c");
    include_str!("../pages/graphiql.html").replace("{{settings}}", &settings)
}
