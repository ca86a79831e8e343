//! Visiting claimed sources: concurrent, bounded, each visit a task of its own.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;

use crate::config::Config;
use crate::ingest::fetch::Fetch;
use crate::ingest::{self, Arrival, Failure, Force, Visit};
use crate::store::Claim;

/// Visits under way.
pub(super) struct Visits<F> {
    fetch: Arc<F>,
    tasks: JoinSet<Visit>,
}

impl<F: Fetch> Visits<F> {
    pub fn new(fetch: Arc<F>) -> Self {
        Visits {
            fetch,
            tasks: JoinSet::new(),
        }
    }

    pub fn under_way(&self) -> usize {
        self.tasks.len()
    }

    /// Starts a visit to a claimed source. False when the configuration no longer lists it.
    pub fn start(&mut self, config: &Config, claim: Claim, force: Force) -> bool {
        let Some(listening) = config.source(&claim.source) else {
            return false;
        };
        let source = listening.source.clone();
        let fetch = Arc::clone(&self.fetch);
        self.tasks.spawn(async move {
            let at = Utc::now();
            let task = tokio::spawn({
                let source = source.clone();
                async move { ingest::visit(&source, claim.kept.memory, force, fetch.as_ref(), at).await }
            });
            // A panic anywhere in a visit is one failed arrival, not a lost claim.
            let (arrival, answer) = match task.await {
                Ok(ended) => ended,
                Err(lost) => (Arrival::Failed(Failure::Panicked(lost.to_string())), None),
            };
            Visit { source: source.id, at, took: took(at), answer, arrival }
        });
        true
    }

    /// The next visit to end; `None` when none is under way.
    pub async fn ended(&mut self) -> Option<Visit> {
        loop {
            match self.tasks.join_next().await? {
                Ok(visit) => return Some(visit),
                Err(lost) => {
                    tracing::error!(%lost, "a visit was lost; its source becomes due again when its lease ends")
                }
            }
        }
    }

    /// A visit that has ended already, without waiting.
    pub fn ended_already(&mut self) -> Option<Visit> {
        self.tasks.try_join_next()?.ok()
    }

    /// Ends all visits under way. What they had claimed is the caller's to give back.
    pub async fn abandon(&mut self) {
        self.tasks.shutdown().await;
    }
}

fn took(since: DateTime<Utc>) -> std::time::Duration {
    (Utc::now() - since).to_std().unwrap_or_default()
}
