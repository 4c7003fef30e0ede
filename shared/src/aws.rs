//! What the two AWS clients share: one connection pool, one trust store, the credentials.

use std::time::Duration;

use anyhow::Context;
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::settings::Deployment;

/// The five roots that AWS endpoints chain to (<https://www.amazontrust.com/repository/>). Reading
/// the machine's whole store instead would be most of the work of a cold start.
const AMAZON_ROOTS: &[u8] = include_bytes!("aws/amazon_roots.pem");

/// For how long an idle connection is used again. A sandbox sleeps between requests, and what it
/// finds of a connection when it wakes up later than this is likely to be dead.
const KEPT_OPEN: Duration = Duration::from_secs(15);

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
    Ok(builder
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
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
