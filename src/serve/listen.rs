//! Connections: taken in, bounded, and let go.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Connections at once. Beyond it newcomers wait in the queue of the system, which costs us nothing. A connection holds some 20 KB and one file
/// descriptor, of which 1024 are commonly allowed and the store and the visits need some.
const MAX_CONNECTIONS: usize = 768;

/// How long a request head may take from its first byte or, on a connection kept alive, from the last answer. A polite client needs one packet.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// Largest request head, in bytes; larger ones get 431. Readers send under 1 KB, browsers under 4 KB. Not less than hyper's 8 KiB.
const MAX_HEAD: usize = 16 * 1024;

/// After this a connection may finish the answer it is at, and no more: nobody occupies a place for good.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);

/// How long that last answer may take. 20 MB in a minute is a slow line; a client that reads slower than this is stalling.
const FAREWELL: Duration = Duration::from_secs(60);

/// How long to wait after the system refused a connection, which it does when it is short of descriptors or memory.
const PAUSE: Duration = Duration::from_secs(1);

/// Refusals of the system in a row, a pause after each, before the listener is given up.
const MAX_FAILURES: u32 = 60;

/// Serving ended though nobody asked for it.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(
        "the listener failed {failures} times in a row: {source}; raise the limit on open files (LimitNOFILE, ulimit -n) or look at what else uses them up"
    )]
    Accept { failures: u32, source: io::Error },
}

/// The bounds on connections, as one value, so that tests can be impatient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub connections: usize,
    pub head_patience: Duration,
    pub max_age: Duration,
    pub farewell: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            connections: MAX_CONNECTIONS,
            head_patience: HEAD_PATIENCE,
            max_age: MAX_AGE,
            farewell: FAREWELL,
        }
    }
}

/// Serves until `shutdown`, then takes no new connections, lets every answer under way finish, and returns. Dropping the future cuts what is left: the bound
/// on draining is the caller's. A connection that fails or panics ends alone.
pub(super) async fn listen(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
    bounds: Bounds,
) -> Result<(), ServeError> {
    let mut shutdown = pin!(shutdown);
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(bounds.connections));
    let (open, closing) = watch::channel(());
    let mut failures = 0;
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a connection was cut by a fault of ours; please report this");
                }
            }
            taken = take(&listener, &places) => match taken {
                Ok((stream, place)) => {
                    failures = 0;
                    connections.spawn(attend(stream, router.clone(), closing.clone(), bounds, place));
                }
                Err(error) if is_the_clients(&error) => {}
                Err(source) => {
                    failures += 1;
                    tracing::warn!(%source, failures, "cannot take connections; trying again");
                    if failures >= MAX_FAILURES {
                        return Err(ServeError::Accept { failures, source });
                    }
                    tokio::select! {
                        () = &mut shutdown => break,
                        () = sleep(PAUSE) => {}
                    }
                }
            },
        }
    }
    drop(listener);
    drop(open);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// A connection with the place it takes up. Waits for a place first: a connection that is taken is one that is served.
async fn take(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, Option<OwnedSemaphorePermit>)> {
    // Never closed, so that there is always a place in the end.
    let place = places.clone().acquire_owned().await.ok();
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

/// Whether it is the client that went away, between knocking and being let in.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// One connection from its first byte to its last. HTTP/1.1 only: TLS and HTTP/2 are for the proxy in front.
async fn attend(
    stream: TcpStream,
    router: Router,
    mut closing: watch::Receiver<()>,
    bounds: Bounds,
    _place: Option<OwnedSemaphorePermit>,
) {
    // Answers are written whole; waiting for more to send would only delay them. That it fails is no reason not to serve.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head_patience)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        // An error only: the sender is dropped when it is time to go.
        _ = closing.changed() => None,
        () = sleep(bounds.max_age) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            timeout(bounds.farewell, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended badly");
    }
}
