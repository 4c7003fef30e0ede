//! What the two AWS clients share: one connection pool, one trust store, the credentials.

use std::sync::LazyLock;
use std::time::Duration;

use anyhow::Context;
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::shared::IntoShared;

use crate::settings::Deployment;

/// The five roots that AWS endpoints chain to (<https://www.amazontrust.com/repository/>). Reading
/// the machine's whole store instead would be most of the work of a cold start.
const AMAZON_ROOTS: &[u8] = include_bytes!("aws/amazon_roots.pem");

/// For how long an idle connection is used again. A sandbox sleeps between requests, and what it
/// finds of a connection when it wakes up later than this is likely to be dead.
const KEPT_OPEN: Duration = Duration::from_secs(15);

/// A client that is made when it is first asked for something. To make one takes a tenth of a cold
/// start, and there are requests that need neither.
pub(crate) type Lazy<C> = LazyLock<C, Box<dyn FnOnce() -> C + Send>>;

/// The one HTTP client of this process.
///
/// # Errors
/// When the trust store cannot be used.
pub fn http_client(deployment: &Deployment) -> anyhow::Result<SharedHttpClient> {
    let builder = aws_smithy_http_client::Builder::new().pool_idle_timeout(KEPT_OPEN);
    if is_plain(deployment.dynamodb_endpoint.as_ref()) && is_plain(deployment.ses_endpoint.as_ref())
    {
        return Ok(builder.build_http());
    }
    let trust_store = if deployment.native_roots {
        TrustStore::default()
    } else {
        TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
    };
    let context = TlsContext::builder()
        .with_trust_store(trust_store)
        .build()
        .context("setting up TLS")?;
    let client = builder
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https();
    Ok(Unprepared(client).into_shared())
}

/// An HTTP client that sets TLS up when it is first asked to connect. By itself it also does so, and
/// throws the result away, whenever a client of AWS is made over it.
#[derive(Debug)]
struct Unprepared(SharedHttpClient);

impl HttpClient for Unprepared {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

fn is_plain(endpoint: Option<&String>) -> bool {
    endpoint.is_some_and(|url| url.starts_with("http://"))
}

/// The credentials of this deployment, for both clients.
pub(crate) fn credentials(deployment: &Deployment) -> Credentials {
    let given = &deployment.credentials;
    Credentials::new(
        given.access_key_id.expose(),
        given.secret_access_key.expose(),
        given
            .session_token
            .as_ref()
            .map(|token| token.expose().to_owned()),
        None,
        "environment",
    )
}
