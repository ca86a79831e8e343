//! What the keeper keeps: store, configuration, and what is published. Every method is one step of work on its thread.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::harvest::Harvest;
use super::news::News;
use super::restraint::Failing;
use crate::config::Config;
use crate::ingest::{Arrival, Failure, PageArrival, Rule, Visit};
use crate::metrics::{Contained, Ended, Metrics};
use crate::pipeline::{Composed, Tally, catch_up, compose, listed, settle, settle_pages, site};
use crate::publish::{Shelf, Site};
use crate::schedule::Because;
use crate::store::{Store, StoreError};

/// How often entries past `keep` are looked for: they are counted in days.
const PRUNE_EVERY: TimeDelta = TimeDelta::hours(6);

/// Which feeds wait to be composed.
#[derive(Debug, Default)]
enum Stale {
    #[default]
    None,
    Some(BTreeSet<String>),
    All,
}

pub(super) struct Desk {
    store: Store,
    config: Arc<Config>,
    site: Option<Site>,
    composed: Composed,
    shelf: watch::Sender<Arc<Shelf>>,
    stale: Stale,
    /// The store's data version as last seen: only other processes move it.
    version: i64,
    pruned: Option<DateTime<Utc>>,
    metrics: Metrics,
    failing: Failing,
    /// What was settled and is not published yet.
    news: News,
}

impl Desk {
    /// Takes over a store for a configuration. Everything is stale: composing comes first.
    pub fn new(
        store: Store,
        config: Arc<Config>,
        shelf: watch::Sender<Arc<Shelf>>,
        metrics: Metrics,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        store.transaction(|store| {
            store.sync_sources(&listed(&config, now))?;
            catch_up(store, &config, now)
        })?;
        let site = config.server.as_ref().map(site);
        let version = store.data_version()?;
        Ok(Desk {
            store,
            config,
            site,
            composed: Composed::default(),
            shelf,
            stale: Stale::All,
            version,
            pruned: None,
            metrics,
            failing: Failing::default(),
            news: News::default(),
        })
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Puts another configuration in place of the present one.
    pub fn reconfigure(
        &mut self,
        config: Arc<Config>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.store
            .transaction(|store| store.sync_sources(&listed(&config, now)))?;
        self.site = config.server.as_ref().map(site);
        let listed = config.sources.iter();
        let listed: HashSet<&str> = listed.map(|it| it.source.id.as_str()).collect();
        self.failing.keep_only(&listed);
        self.config = config;
        self.stale = Stale::All;
        Ok(())
    }

    /// Makes sources due now because their files changed. When that fails they are read on schedule.
    pub fn make_due(&self, sources: &[String], now: DateTime<Utc>) {
        let because = Because::FilesChanged.as_str();
        let made = sources
            .iter()
            .try_for_each(|source| self.store.make_due(source, now, because));
        if let Err(error) = made {
            tracing::warn!(%error, "changed files will be read on schedule");
        }
    }

    /// Settles what has ended and notes which feeds it made stale. On an error what is left in the harvest was not stored.
    pub fn settle(&mut self, harvest: &mut Harvest, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (began, arrivals) = (Instant::now(), harvest.len());
        let settled = self.settle_all(harvest, now);
        let ended = match settled {
            Ok(()) => Ended::Done,
            Err(_) => Ended::Failed,
        };
        self.metrics.committed(ended, arrivals, began.elapsed());
        settled
    }

    fn settle_all(&mut self, harvest: &mut Harvest, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !harvest.visits.is_empty() {
            self.settle_visits(&harvest.visits, now)?;
            harvest.visits.clear();
        }
        if !harvest.pages.is_empty() {
            let settled = settle_pages(&self.store, &self.config, &harvest.pages, now)?;
            for page in &harvest.pages {
                if let PageArrival::Failed(Failure::Panicked(_)) = page.arrival {
                    self.metrics.panicked(Contained::Page);
                }
            }
            harvest.pages.clear();
            for page in &settled.pages {
                self.metrics.page(page);
                let rule = page.rule.map(Rule::as_str);
                tracing::info!(source = %page.source, url = %page.url, outcome = page.outcome, rule, message = page.message, "page asked for");
            }
            self.mark(settled.feeds);
        }
        Ok(())
    }

    fn settle_visits(&mut self, visits: &[Visit], now: DateTime<Utc>) -> Result<(), StoreError> {
        let settled = settle(&self.store, &self.config, visits, now)?;
        for visit in visits {
            if let Arrival::Failed(Failure::Panicked(_) | Failure::Parser(_)) = visit.arrival {
                self.metrics.panicked(Contained::Visit);
            }
        }
        for tally in &settled.visits {
            self.metrics.visited(tally);
            self.tell(tally, now);
            let visit = visits.iter().find(|visit| visit.source == tally.source);
            if let Some(visit) = visit.filter(|_| tally.added + tally.changed > 0) {
                self.news.add(visit);
            }
        }
        self.mark(settled.feeds);
        Ok(())
    }

    /// One line for what an operator should know: news, a failure that is not known yet, a recovery. The rest is for those who want to see everything.
    fn tell(&mut self, tally: &Tally, now: DateTime<Utc>) {
        let source = &tally.source;
        if let Some(failure) = &tally.failure {
            if self.failing.fails(source, tally.outcome, now) {
                tracing::warn!(%source, outcome = tally.outcome, "{failure}; what was stored is kept");
            } else {
                tracing::debug!(%source, outcome = tally.outcome, "{failure}; what was stored is kept");
            }
            return;
        }
        let is_back = self.failing.is_well(source);
        let (outcome, added, changed) = (tally.outcome, tally.added, tally.changed);
        let oddities = tally.oddities.len();
        if is_back {
            tracing::info!(%source, outcome, added, changed, oddities, "visited; it is well again");
        } else if added + changed > 0 || outcome == "gone" {
            tracing::info!(%source, outcome, added, changed, oddities, "visited");
        } else {
            tracing::debug!(%source, outcome, added, changed, oddities, "visited");
        }
    }

    fn mark(&mut self, feeds: BTreeSet<String>) {
        match &mut self.stale {
            Stale::All => {}
            Stale::Some(known) => known.extend(feeds),
            Stale::None if feeds.is_empty() => {}
            Stale::None => self.stale = Stale::Some(feeds),
        }
    }

    pub fn is_stale(&self) -> bool {
        !matches!(self.stale, Stale::None)
    }

    /// Composes what is stale and puts it on the shelf. On an error the old shelf stays (S14), and what was stale stays so.
    pub fn compose(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(site) = &self.site else {
            self.stale = Stale::None;
            self.news = News::default();
            return Ok(());
        };
        let only = match &self.stale {
            Stale::None => return Ok(()),
            Stale::Some(feeds) => Some(feeds),
            Stale::All => None,
        };
        let feeds = only.map_or(self.config.feeds.len(), BTreeSet::len);
        let began = Instant::now();
        let composed = compose(&self.store, &self.config, site, &self.composed, only, now);
        let ended = composed.as_ref().map_or(Ended::Failed, |_| Ended::Done);
        self.metrics.composed(ended, feeds, began.elapsed());
        self.composed = composed?;
        tracing::debug!(feeds, "composed");
        self.stale = Stale::None;
        self.shelf.send_replace(Arc::clone(&self.composed.shelf));
        self.news.published(Utc::now(), &self.metrics);
        Ok(())
    }

    /// What is done now and then: seeing that another process wrote, dropping what is past `keep`.
    pub fn tidy(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if let Some(sum) = self.failing.sum(now) {
            tracing::warn!("{sum}");
        }
        let version = self.store.data_version()?;
        if version != self.version {
            self.version = version;
            self.stale = Stale::All;
        }
        let is_time = self.pruned.is_none_or(|pruned| now - pruned >= PRUNE_EVERY);
        let keep = self
            .config
            .store
            .keep
            .and_then(|keep| TimeDelta::from_std(keep).ok());
        if let (true, Some(keep)) = (is_time, keep) {
            self.pruned = Some(now);
            let gone = self.store.transaction(|store| store.prune(now - keep))?;
            if gone > 0 {
                tracing::info!(
                    entries = gone,
                    "dropped what no source has shown for longer than `keep` and no edition holds"
                );
            }
        }
        Ok(())
    }
}
