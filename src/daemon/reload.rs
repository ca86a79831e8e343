//! A changed feeds.toml, seen and taken over — or, when it is wrong, told and left.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::keeper::Keeper;
use crate::config::{self, Config, MAX_FILE};
use crate::metrics::{Metrics, Reloaded};

/// How often the file is read though it looks the same: time stamps are too coarse to tell two writes of one size within a few milliseconds.
const READ_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Watches the file by what it holds: editors rename, deployments touch, and containers swap links. It is read when it looks otherwise, and
/// taken for changed when it holds the same at two looks in a row, so that nobody who is still writing it is interrupted.
pub(super) struct Reload {
    path: PathBuf,
    metrics: Metrics,
    /// What it held when it was last taken over, or refused.
    held: Option<Digested>,
    /// What it held at the last look, when that is something else.
    fresh: Option<Digested>,
    look: Option<Look>,
    read: Option<DateTime<Utc>>,
    is_refused: bool,
    /// Whether the last change could not be put in force yet, which is told once: it is tried every few seconds.
    is_postponed: bool,
}

type Digested = [u8; 32];

/// How the file looks from outside, links followed: device, number, size, and when it and its entry changed.
type Look = (u64, u64, u64, (i64, i64), (i64, i64));

impl Reload {
    pub fn new(path: &Path, metrics: Metrics) -> Self {
        Reload {
            path: path.to_path_buf(),
            metrics,
            held: hash(path),
            fresh: None,
            look: look(path),
            read: None,
            is_refused: false,
            is_postponed: false,
        }
    }

    /// Whether the file in place is wrong, so that an older one is in force.
    pub fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// Whether the file holds something else than when it was last taken over or refused, and nobody is writing it any more.
    pub fn has_changed(&mut self, now: DateTime<Utc>) -> bool {
        let look = look(&self.path);
        let is_fresh = self
            .read
            .is_some_and(|read| (TimeDelta::zero()..READ_EVERY).contains(&(now - read)));
        if look == self.look && self.fresh.is_none() && self.held.is_some() && is_fresh {
            return false;
        }
        (self.look, self.read) = (look, Some(now));
        let holds = hash(&self.path);
        let before = self.fresh.take();
        // A file that is gone for a moment is being saved.
        let Some(holds) = holds.filter(|holds| Some(*holds) != self.held) else {
            return false;
        };
        if before == Some(holds) {
            self.held = Some(holds);
            return true;
        }
        self.fresh = Some(holds);
        false
    }

    /// Reads the file and puts it in force. A wrong one changes nothing: every fault is logged and the old configuration stays.
    ///
    /// The listen addresses stay as they were at the start: moving them needs a restart, which is told.
    pub async fn take_over(&mut self, keeper: &Keeper, current: &watch::Sender<Arc<Config>>) {
        // Before it is read: what is written in between is then another change.
        (self.held, self.fresh) = (hash(&self.path), None);
        let reloaded = self.try_take_over(keeper, current).await;
        self.is_refused = match reloaded {
            Reloaded::Taken => false,
            Reloaded::Refused => true,
            Reloaded::Postponed => self.is_refused,
        };
        self.is_postponed = reloaded == Reloaded::Postponed;
        self.metrics.reloaded(reloaded);
    }

    async fn try_take_over(
        &mut self,
        keeper: &Keeper,
        current: &watch::Sender<Arc<Config>>,
    ) -> Reloaded {
        if fs::metadata(&self.path).is_ok_and(|facts| !facts.is_file()) {
            // A pipe would be waited for, by the loop and for ever.
            tracing::error!(
                "{} is no file any more; the configuration in force stays",
                self.path.display()
            );
            return Reloaded::Refused;
        }
        let fresh = match config::load(&self.path) {
            Ok(fresh) => Arc::new(fresh),
            Err(faults) => {
                tracing::error!(
                    "{} is wrong; the configuration in force stays\n{}",
                    self.path.display(),
                    faults.render(false)
                );
                return Reloaded::Refused;
            }
        };
        let taken = Arc::clone(&fresh);
        match keeper
            .ask_soon(move |desk| desk.reconfigure(taken, Utc::now()))
            .await
        {
            Some(Ok(())) => {
                tell_what_waits(&current.borrow(), &fresh);
                tracing::info!(
                    sources = fresh.sources.len(),
                    feeds = fresh.feeds.len(),
                    "the new configuration is in force"
                );
                current.send_replace(fresh);
                Reloaded::Taken
            }
            Some(Err(error)) => {
                self.held = None;
                if !self.is_postponed {
                    tracing::error!(%error, "the new configuration could not be taken over; the one in force stays, and it is tried again");
                }
                Reloaded::Postponed
            }
            None => {
                self.held = None;
                if !self.is_postponed {
                    tracing::warn!(
                        "the store is busy; the new configuration is taken over when it answers"
                    );
                }
                Reloaded::Postponed
            }
        }
    }
}

/// What a reload cannot change.
fn tell_what_waits(before: &Config, fresh: &Config) {
    let listens = |config: &Config| {
        let server = config.server.as_ref();
        server.map(|server| (server.listen, server.admin))
    };
    if listens(fresh) != listens(before) {
        tracing::warn!("[server] listen or admin changed: that takes effect at the next start");
    }
    if fresh.store.path != before.store.path {
        tracing::warn!("[store] path changed: that takes effect at the next start");
    }
}

fn look(path: &Path) -> Option<Look> {
    let facts = fs::metadata(path).ok()?;
    Some((
        facts.dev(),
        facts.ino(),
        facts.size(),
        (facts.mtime(), facts.mtime_nsec()),
        (facts.ctime(), facts.ctime_nsec()),
    ))
}

/// Of a file only, and of no more than a configuration may have: what is larger is refused whatever follows.
fn hash(path: &Path) -> Option<Digested> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(MAX_FILE as u64 + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(Sha256::digest(bytes).into())
}
