//! Servers on the loopback address, and only there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::Error;

/// Listens on 127.0.0.1; port 0 is any free one.
///
/// # Errors
/// When the port is taken or may not be used.
pub async fn bind(port: u16) -> Result<TcpListener, Error> {
    if port != 0 && is_taken(port).await {
        return Err(Error::new(format!("port {port} is already in use")));
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|cause| Error::because(format!("port {port} cannot be listened on"), cause))
}

/// Whether something on this machine answers on the port already.
///
/// Asked by connecting: on some systems a second server may bind a port that another one already serves, and a browser
/// that is sent to `localhost` tries IPv6 first.
pub async fn is_taken(port: u16) -> bool {
    let knock = async |address: IpAddr| {
        let connecting = TcpStream::connect((address, port));
        let answer = tokio::time::timeout(Duration::from_millis(500), connecting).await;
        matches!(answer, Ok(Ok(_)))
    };
    knock(Ipv4Addr::LOCALHOST.into()).await || knock(Ipv6Addr::LOCALHOST.into()).await
}

/// A web server that ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves the routes on the listener from now on.
    pub(crate) fn start(listener: TcpListener, routes: Router) -> Result<Self, Error> {
        let address = listener
            .local_addr()
            .map_err(|cause| Error::because("the listener has no address", cause))?;
        let task = tokio::spawn(async move {
            if let Err(cause) = axum::serve(listener, routes).await {
                eprintln!("the server on {address} ended: {cause}");
            }
        });
        Ok(Self { address, task })
    }

    /// Where it is reached, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
