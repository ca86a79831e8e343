//! Why the daemon did not start, or not end well.

use std::net::SocketAddr;

use crate::store::StoreError;

/// Told to the operator as it is.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("[server] {key} = \"{address}\": {reason}")]
    Listen {
        key: &'static str,
        address: SocketAddr,
        reason: String,
    },
    #[error("{0}")]
    Passed(String),
    #[error("{0}")]
    Start(String),
    #[error(
        "ended at once, as it was told twice; what was under way is visited again, and what was stored is whole"
    )]
    Cut,
}
