//! The addresses that are listened at, and who answers there.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::callbacks::Callbacks;
use super::error::RunError;
use super::reading::Reading;
use crate::config::Server;
use crate::publish::Shelf;
use crate::serve::{self, Admin, Public};

/// Where readers and operators come in.
pub(super) struct Listeners {
    public: TcpListener,
    admin: Option<TcpListener>,
}

/// Listens at the addresses of the configuration, or says why that cannot be.
pub(super) async fn bind(server: &Server) -> Result<Listeners, RunError> {
    let listen = async |key, address: SocketAddr| {
        TcpListener::bind(address)
            .await
            .map_err(|error| RunError::Listen {
                key,
                address,
                reason: why_not(&error),
            })
    };
    let public = listen("listen", server.listen).await?;
    let admin = match server.admin {
        Some(address) => Some(listen("admin", address).await?),
        None => None,
    };
    Ok(Listeners { public, admin })
}

/// Why an address cannot be listened on, and what to do.
fn why_not(error: &std::io::Error) -> String {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
    match error.kind() {
        AddrInUse => {
            "another process listens there already. Stop it, or choose another port".into()
        }
        AddrNotAvailable => {
            "this machine has no such address. Use 127.0.0.1, 0.0.0.0 or one of its own".into()
        }
        PermissionDenied => {
            "this user may not: ports below 1024 are for root. Choose a higher one, behind a proxy"
                .into()
        }
        _ => error.to_string(),
    }
}

impl Listeners {
    /// Serves at them, each a task, until `stopping`.
    pub(super) fn serve(
        self,
        shelves: &watch::Receiver<Arc<Shelf>>,
        reading: &Reading,
        callbacks: Callbacks,
        stopping: &watch::Receiver<bool>,
    ) -> JoinSet<()> {
        let mut servers = JoinSet::new();
        let reading = Arc::new(reading.clone());
        let public = Public {
            shelf: shelves.clone(),
            stories: Arc::clone(&reading) as _,
            callbacks: Some(Arc::new(callbacks)),
        };
        servers.spawn(told(
            "public",
            serve::serve(self.public, public, stopped(stopping.clone())),
        ));
        if let Some(listener) = self.admin {
            let admin = Admin {
                shelf: shelves.clone(),
                stories: Arc::clone(&reading) as _,
                status: reading,
            };
            servers.spawn(told(
                "admin",
                serve::serve_admin(listener, admin, stopped(stopping.clone())),
            ));
        }
        servers
    }
}

async fn told(which: &'static str, serving: impl Future<Output = Result<(), serve::ServeError>>) {
    if let Err(error) = serving.await {
        tracing::error!(which, %error, "a listener ended");
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the daemon itself is gone, which is as good a reason to stop.
    let _ = stopping.wait_for(|stop| *stop).await;
}
