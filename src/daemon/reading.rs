//! What HTTP asks of the store: story pages and the status, read on connections of their own, off the async threads.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::sync::{self, watch};
use tokio::time::timeout;

use super::moment::Lookout;
use super::restraint::Troubles;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::pipeline::site;
use crate::publish::render_story;
use crate::serve::{Later, Status, Stories, StoryPage};
use crate::store::{Store, StoreError};

/// Connections kept for reading: as many as a small machine can use at once.
const READERS: usize = 4;

/// How long the store may take to be looked at for the metrics, which are told without it then. Prometheus gives up after ten seconds by default.
const STORE_PATIENCE: Duration = Duration::from_secs(4);

/// How long it holds that the store answers, or does not: anybody may ask, as often as he likes, and whoever asks meanwhile waits for the same answer.
const READY_FOR: Duration = Duration::from_secs(1);

/// Renders the status as JSON; handed in by whoever knows its shape.
pub type StatusJson = fn(&Store) -> Result<String, StoreError>;

/// Reads for HTTP.
#[derive(Clone)]
pub(super) struct Reading {
    path: PathBuf,
    config: watch::Receiver<Arc<Config>>,
    idle: Arc<Mutex<Vec<Store>>>,
    status: StatusJson,
    metrics: Metrics,
    lookout: Lookout,
    /// Whether the store answered when it was last asked, and when that was.
    answered: Arc<sync::Mutex<Option<(Instant, bool)>>>,
    told: Arc<Mutex<Troubles>>,
}

impl Reading {
    pub fn new(
        config: watch::Receiver<Arc<Config>>,
        status: StatusJson,
        metrics: Metrics,
        lookout: Lookout,
    ) -> Self {
        Reading {
            path: lookout.store.clone(),
            config,
            idle: Arc::default(),
            status,
            metrics,
            lookout,
            answered: Arc::default(),
            told: Arc::default(),
        }
    }

    /// Logs what could not be done for somebody who asked; the same once a minute, for strangers ask as often as they like.
    pub fn complain(&self, what: &'static str, error: &impl Display) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_news(what, what, Utc::now()) {
            tracing::error!(%error, "{what}");
        } else {
            tracing::debug!(%error, "{what}");
        }
    }

    /// Runs a question on some reading connection, on a thread where waiting is allowed.
    pub fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Later<Result<T, StoreError>> {
        let (path, idle) = (self.path.clone(), Arc::clone(&self.idle));
        let asked = tokio::task::spawn_blocking(move || {
            let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            // One whose file was moved away would go on telling of it.
            let store = match taken.filter(|store| store.still_ours().is_ok()) {
                Some(store) => store,
                None => Store::open_read_only(&path)?,
            };
            let answer = question(&store);
            let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
            if answer.is_ok() && idle.len() < READERS {
                idle.push(store);
            }
            answer
        });
        Box::pin(async move {
            asked
                .await
                .unwrap_or_else(|lost| Err(StoreError::Sql(lost.to_string())))
        })
    }
}

impl Stories for Reading {
    fn page(&self, id: &str) -> Later<StoryPage> {
        let Some(site) = self.config.borrow().server.as_ref().map(site) else {
            return Box::pin(async { StoryPage::Absent });
        };
        let (id, this) = (id.to_string(), self.clone());
        let asked = self.ask(move |store| match store.story_by_id(&id)? {
            // What all its sources have taken back is shown no more (F46).
            Some(facts) if facts.entries.iter().any(|entry| entry.withdrawn.is_none()) => {
                store.cited_story(&facts.id, &[])
            }
            _ => Ok(None),
        });
        Box::pin(async move {
            match asked.await {
                Ok(Some(story)) => render_story(&story, &site).map_or_else(
                    |error| {
                        let error = format!("{}: {error}", story.id);
                        this.complain("a story's page could not be made", &error);
                        StoryPage::Unavailable
                    },
                    StoryPage::Found,
                ),
                Ok(None) => StoryPage::Absent,
                Err(error) => {
                    this.complain("a story could not be read", &error);
                    StoryPage::Unavailable
                }
            }
        })
    }

    fn answers(&self) -> Later<bool> {
        let this = self.clone();
        Box::pin(async move {
            let mut answered = this.answered.lock().await;
            if let Some((at, answer)) = *answered
                && at.elapsed() < READY_FOR
            {
                return answer;
            }
            let asked = this.ask(|store| Ok(store.answers()));
            let answer = asked.await.unwrap_or(false);
            *answered = Some((Instant::now(), answer));
            answer
        })
    }
}

impl Status for Reading {
    fn json(&self) -> Later<Option<String>> {
        let asked = self.ask(self.status);
        Box::pin(async move {
            asked
                .await
                .map_err(|error| tracing::error!(%error, "the status could not be read"))
                .ok()
        })
    }

    fn metrics(&self) -> Later<String> {
        let now = Utc::now();
        let asked = self.ask(move |store| store.outlook(now));
        let (metrics, lookout) = (self.metrics.clone(), self.lookout.clone());
        Box::pin(async move {
            // A store that is locked or gone is seen as `store_up 0`; whoever needs it logs why.
            let outlook = timeout(STORE_PATIENCE, asked)
                .await
                .ok()
                .and_then(Result::ok);
            let look = move || metrics.text(&lookout.look(now, outlook));
            tokio::task::spawn_blocking(look).await.unwrap_or_default()
        })
    }
}
