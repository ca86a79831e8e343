//! The sockets: passed by the service manager, or bound here.

use std::future::{Future, pending};
use std::net::SocketAddr;
use std::sync::Arc;

use listenfd::ListenFd;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::callbacks::Callbacks;
use super::error::RunError;
use super::reading::Reading;
use crate::config::Server;
use crate::publish::Shelf;
use crate::serve::{self, Admin, Around, Public};

/// Names of passed sockets (`FileDescriptorName=`).
const PUBLIC: &str = "public";
const ADMIN: &str = "admin";

pub(super) struct Listeners {
    public: TcpListener,
    admin: Option<TcpListener>,
}

/// Those that serve, to be ended one after the other: the operator's side is the last to be seen.
pub(super) struct Servers {
    pub public: JoinHandle<()>,
    pub admin: Option<JoinHandle<()>>,
}

/// Sockets as the service manager passed them (sd_listen_fds(3)).
#[derive(Default)]
struct Passed {
    public: Option<TcpListener>,
    admin: Option<TcpListener>,
}

impl Listeners {
    /// Takes what was passed and binds the rest. `None` when feeds.toml has no `[server]`.
    pub async fn open(server: Option<&Server>) -> Result<Option<Listeners>, RunError> {
        let passed = passed().map_err(RunError::Passed)?;
        let Some(server) = server else {
            if passed.public.is_some() || passed.admin.is_some() {
                let why = "feeds.toml has no [server], so nothing would be served on it. Write one, or disable the socket unit";
                return Err(RunError::Passed(why.into()));
            }
            return Ok(None);
        };
        let public = match passed.public {
            Some(listener) => listener,
            None => bind("listen", server.listen).await?,
        };
        let admin = match (passed.admin, server.admin) {
            (Some(listener), _) => Some(listener),
            (None, Some(address)) => Some(bind("admin", address).await?),
            (None, None) => None,
        };
        Ok(Some(Listeners { public, admin }))
    }

    pub fn serve(
        self,
        shelves: &watch::Receiver<Arc<Shelf>>,
        reading: &Reading,
        callbacks: Callbacks,
        around: &Around,
        stop: (watch::Receiver<bool>, watch::Receiver<bool>),
    ) -> Servers {
        let reading = Arc::new(reading.clone());
        let public = Public {
            shelf: shelves.clone(),
            stories: Arc::clone(&reading) as _,
            callbacks: Some(Arc::new(callbacks)),
            around: around.clone(),
        };
        let serving = serve::serve(self.public, public, stopped(stop.0));
        let admin = self.admin.map(|listener| {
            let admin = Admin {
                shelf: shelves.clone(),
                stories: Arc::clone(&reading) as _,
                status: reading,
                around: around.clone(),
            };
            let serving = serve::serve_admin(listener, admin, stopped(stop.1));
            tokio::spawn(told("admin", serving))
        });
        Servers {
            public: tokio::spawn(told("public", serving)),
            admin,
        }
    }
}

impl Servers {
    /// Returns when one has ended, which it does by itself only by a fault.
    pub async fn lost(&mut self) {
        let Servers { public, admin } = self;
        let operators = async {
            match admin {
                Some(admin) => drop(admin.await),
                None => pending().await,
            }
        };
        tokio::select! {
            _ = public => {}
            () = operators => {}
        }
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

/// What was passed, by name. A single socket needs none: it is the public one.
fn passed() -> Result<Passed, String> {
    let named = sd_notify::listen_fds_with_names()
        .map_err(|error| format!("the service manager's variables are wrong: {error}"))?;
    let names: Vec<String> = named.map(|(_, name)| name).collect();
    let mut sockets = ListenFd::from_env();
    let mut passed = Passed::default();
    for (at, name) in names.iter().enumerate() {
        let place = match name.as_str() {
            PUBLIC => &mut passed.public,
            ADMIN => &mut passed.admin,
            _ if names.len() == 1 => &mut passed.public,
            other => {
                return Err(format!(
                    "a socket is called {other:?}; set FileDescriptorName=public or FileDescriptorName=admin in its unit"
                ));
            }
        };
        if place.is_some() {
            return Err(format!("two sockets are called {name:?}; one is enough"));
        }
        *place = Some(taken(&mut sockets, at).map_err(|error| {
            format!("the socket {name:?} cannot be served on: {error}. Use ListenStream= with an address and a port")
        })?);
    }
    Ok(passed)
}

fn taken(sockets: &mut ListenFd, at: usize) -> std::io::Result<TcpListener> {
    let gone = || std::io::Error::other("it is not there");
    let listener = sockets.take_tcp_listener(at)?.ok_or_else(gone)?;
    listener.set_nonblocking(true)?;
    tracing::info!(address = ?listener.local_addr().ok(), "listening on a socket that was passed");
    TcpListener::from_std(listener)
}

async fn bind(key: &'static str, address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| RunError::Listen {
            key,
            address,
            reason: why_not(&error),
        })
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
