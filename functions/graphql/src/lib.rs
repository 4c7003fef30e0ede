//! Latchkey's door: GraphQL over HTTP. It translates, and decides nothing.
//!
//! The modules, in the order in which a request passes them:

pub mod gateway;

pub mod metrics;

pub mod http;

/// Who is asking.
pub mod caller;

pub mod document;

/// What an act looks like in each dialect.
pub mod dialects;

/// Each mutation, declared once.
pub mod acts;

/// The queries of plain and relay.
pub mod query;

pub mod connection;

/// What an act answers with.
pub mod answer;

/// The types that dialects share.
pub mod types;

pub mod logging;

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use ::http::{Request, Response};
use anyhow::Context as _;
use bytes::Bytes;
use shared::app::App;

use crate::caller::SharedCaller;
use crate::document::Engine;
use crate::http::Dialect;

/// What resolvers know of a request.
pub struct Context {
    /// The service.
    pub app: Arc<App>,
    /// Who is asking.
    pub caller: SharedCaller,
}

/// The door: answers HTTP requests. Each schema is built when it is first needed.
pub struct Door {
    app: Arc<App>,
    plain: OnceLock<Engine>,
    relay: OnceLock<Engine>,
    gqlauth: OnceLock<Engine>,
}

impl Door {
    /// A door to a service.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self {
            app,
            plain: OnceLock::new(),
            relay: OnceLock::new(),
            gqlauth: OnceLock::new(),
        }
    }

    /// Answers a request that came from this address.
    ///
    /// # Errors
    /// When a schema cannot be built, which no setting can bring about.
    pub async fn answer(
        &self,
        request: Request<Bytes>,
        source: IpAddr,
    ) -> anyhow::Result<Response<String>> {
        let asked = match http::read(&request) {
            Ok(asked) => asked,
            Err(error) => return Ok(error.into_response()),
        };
        let engine = self.engine(asked.dialect)?;
        let caller = SharedCaller::new(&self.app, request.headers(), source);
        let context = Context {
            app: self.app.clone(),
            caller,
        };
        let outcome = engine
            .execute(asked.request.data(context), &asked.method)
            .await;
        Ok(http::answer(asked.dialect, outcome))
    }

    /// The schema of a dialect, in the schema definition language.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub fn sdl(&self, dialect: Dialect) -> anyhow::Result<String> {
        Ok(self.engine(dialect)?.sdl())
    }

    fn engine(&self, dialect: Dialect) -> anyhow::Result<&Engine> {
        let built = match dialect {
            Dialect::Plain => &self.plain,
            Dialect::Relay => &self.relay,
            Dialect::Gqlauth => &self.gqlauth,
        };
        if let Some(engine) = built.get() {
            return Ok(engine);
        }
        let engine = dialects::engine(dialect, &self.app.settings)
            .with_context(|| format!("building the schema of {dialect:?}"))?;
        Ok(built.get_or_init(|| engine))
    }
}
