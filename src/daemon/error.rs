//! Why the daemon did not start, or did not end well.

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
    #[error(
        "headwater failed in its innermost part and ends; the log says where, please report it. What was stored is whole: start it again (a supervisor with Restart=on-failure does)"
    )]
    KeeperLost,
    #[error(
        "a listener ended, so that feeds cannot be had any more, and headwater with it; the log says why. Start it again (a supervisor with Restart=on-failure does)"
    )]
    ListenerLost,
}
