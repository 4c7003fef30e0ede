//! An embedded DynamoDB, in memory for tests and in a file for a laptop.

use std::path::Path;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Error;
use crate::loopback::bind;

/// How often a kept database is rid of what has expired. DynamoDB itself promises no more than a few days.
const BETWEEN_SWEEPS: Duration = Duration::from_mins(1);

/// A running engine. It ends when it is dropped.
#[derive(Debug)]
pub struct Database {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    sweeping: Option<JoinHandle<()>>,
}

impl Database {
    /// An empty database on a free port, gone when it ends. It never sweeps by itself.
    ///
    /// # Errors
    /// When no port is free or the engine does not start.
    pub async fn in_memory() -> Result<Self, Error> {
        let engine = dynoxide::Database::memory()
            .map_err(|cause| Error::because("the database cannot be opened", cause))?;
        Self::serve(bind(0).await?, engine)
    }

    /// A database that is kept in the file, made at first use, and rid of expired items once a minute.
    ///
    /// # Errors
    /// When the file cannot be opened, for instance because it is no database.
    pub fn kept_in(file: &Path, listener: TcpListener) -> Result<Self, Error> {
        let tried = || format!("the database {} cannot be opened", file.display());
        let path = file
            .to_str()
            .ok_or_else(|| Error::because(tried(), "its path is not UTF-8"))?;
        let engine =
            dynoxide::Database::new(path).map_err(|cause| Error::because(tried(), cause))?;
        let mut database = Self::serve(listener, engine.clone())?;
        database.sweeping = Some(tokio::spawn(sweep(engine)));
        Ok(database)
    }

    fn serve(listener: TcpListener, engine: dynoxide::Database) -> Result<Self, Error> {
        let address = listener
            .local_addr()
            .map_err(|cause| Error::because("the database has no address", cause))?;
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let until = async {
                // An error means that the sender is gone, which is a reason to stop as well.
                let _ = stopped.await;
            };
            if let Err(cause) = dynoxide::server::serve_with_shutdown(listener, engine, until).await
            {
                eprintln!("the database ended: {cause}");
            }
        });
        Ok(Self {
            url: format!("http://{address}"),
            stop: Some(stop),
            serving,
            sweeping: None,
        })
    }

    /// The endpoint, as `AWS_ENDPOINT_URL_DYNAMODB` wants it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of this database.
    #[must_use]
    pub fn client(&self) -> Client {
        client(&self.url)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens when the engine has ended already.
            let _ = stop.send(());
        }
        if let Some(sweeping) = &self.sweeping {
            sweeping.abort();
        }
        self.serving.abort();
    }
}

async fn sweep(engine: dynoxide::Database) {
    loop {
        tokio::time::sleep(BETWEEN_SWEEPS).await;
        let engine = engine.clone();
        let swept = tokio::task::spawn_blocking(move || engine.sweep_ttl()).await;
        if let Ok(Err(cause)) = swept {
            eprintln!("expired items could not be removed: {cause}");
        }
    }
}

/// A DynamoDB client of a local engine, with credentials that open nothing else.
#[must_use]
pub fn client(endpoint: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let settings = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint)
        .http_client(http)
        .build();
    Client::from_conf(settings)
}
