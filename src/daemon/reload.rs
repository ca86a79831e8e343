//! A changed feeds.toml, seen and taken over — or, when it is wrong, told and left.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::keeper::Keeper;
use crate::config::{self, Config};

/// Watches the file by what it holds, not by its time stamp: editors rename, and deployments touch.
pub(super) struct Reload {
    path: PathBuf,
    held: Option<[u8; 32]>,
}

impl Reload {
    pub fn new(path: &Path) -> Self {
        Reload {
            path: path.to_path_buf(),
            held: hash(path),
        }
    }

    /// Whether the file holds something else than when it was last looked at.
    pub fn has_changed(&mut self) -> bool {
        let now = hash(&self.path);
        // A file that is gone for a moment is being saved.
        let changed = now.is_some() && now != self.held;
        if changed {
            self.held = now;
        }
        changed
    }

    /// Reads the file and puts it in force. A wrong one changes nothing: every fault is logged and the old configuration stays.
    ///
    /// The listen addresses stay as they were at the start: moving them needs a restart, which is told.
    pub async fn take_over(&mut self, keeper: &Keeper, current: &watch::Sender<Arc<Config>>) {
        self.held = hash(&self.path);
        let fresh = match config::load(&self.path) {
            Ok(fresh) => Arc::new(fresh),
            Err(faults) => {
                tracing::error!(
                    "{} is wrong; the configuration in force stays\n{}",
                    self.path.display(),
                    faults.render(false)
                );
                return;
            }
        };
        let before = current.borrow().clone();
        let listens = |config: &Config| {
            config
                .server
                .as_ref()
                .map(|server| (server.listen, server.admin))
        };
        if listens(&fresh) != listens(&before) {
            tracing::warn!("[server] listen or admin changed: that takes effect at the next start");
        }
        if fresh.store.path != before.store.path {
            tracing::warn!("[store] path changed: that takes effect at the next start");
        }
        let taken = Arc::clone(&fresh);
        match keeper
            .ask_soon(move |desk| desk.reconfigure(taken, chrono::Utc::now()))
            .await
        {
            Some(Ok(())) => {
                tracing::info!(
                    sources = fresh.sources.len(),
                    feeds = fresh.feeds.len(),
                    "the new configuration is in force"
                );
                current.send_replace(fresh);
            }
            Some(Err(error)) => {
                tracing::error!(%error, "the new configuration could not be taken over; the one in force stays")
            }
            None => {
                // Looked at again at the next turn.
                self.held = None;
                tracing::warn!(
                    "the store is busy; the new configuration is taken over when it answers"
                );
            }
        }
    }
}

fn hash(path: &Path) -> Option<[u8; 32]> {
    std::fs::read(path)
        .ok()
        .map(|bytes| Sha256::digest(bytes).into())
}
