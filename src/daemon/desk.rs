//! What the keeper keeps: store, configuration, and what is published. Every method is one step of work on its thread.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::account::Account;
use super::chance::draw;
use super::harvest::Harvest;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::pipeline::{
    Composed, HubAsk, catch_up, claim_asks, compose, listed, make_up, reconcile, settle,
    settle_deliveries, settle_pages, site, verify,
};
use crate::publish::{Shelf, Site};
use crate::push::{Keys, Replied, Verification};
use crate::schedule::{Because, Step, has_passed, step};
use crate::store::{EntryKey, Store, StoreError};

/// How often entries past `keep` are looked for: they are counted in days.
const PRUNE_EVERY: Duration = Duration::from_secs(6 * 3_600);

/// Which feeds wait to be composed.
#[derive(Debug, Default)]
enum Stale {
    #[default]
    None,
    Some(BTreeSet<String>),
    All,
}

/// What is claimed and nobody visits.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Unvisited {
    Source(String),
    Page(EntryKey),
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
    /// The clock as it was last read, so that a jump shows.
    clock: DateTime<Utc>,
    account: Account,
    /// What is to be given back and could not be yet.
    unvisited: Vec<Unvisited>,
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
            catch_up(store, &config, now, draw())?;
            make_up(store, &config, now)
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
            clock: now,
            account: Account::new(metrics),
            unvisited: Vec::new(),
        })
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        &self.config.store.path
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
        self.account.keep_only(&listed);
        self.config = config;
        self.stale = Stale::All;
        Ok(())
    }

    /// Looks whether the clock jumped since it was last looked at: what was missed while the machine slept is caught up with, spread out as after a start
    /// (C10), and what a wrong clock had planned is planned anew (C8). To be asked before anything is claimed.
    pub fn keep_time(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let jump = step(self.clock, now);
        if jump != Step::Steady {
            let (store, config) = (&self.store, &self.config);
            store.transaction(|store| catch_up(store, config, now, draw()))?;
            // Now that it is done: a store that is sick is asked again every few seconds.
            tracing::info!(before = %self.clock, %now, "the clock jumped, or nothing ran for a while");
        }
        self.clock = now;
        Ok(())
    }

    /// Makes sources due now because their files changed.
    pub fn make_due(&self, sources: &[String], now: DateTime<Utc>) -> Result<(), StoreError> {
        let because = Because::FilesChanged.as_str();
        let mut sources = sources.iter();
        sources.try_for_each(|source| self.store.make_due(source, now, because))
    }

    /// Gives claims back on which nobody visits. What cannot be given back now is remembered: it would be renewed with the others for good, and never be
    /// visited again.
    pub fn give_back(
        &mut self,
        claims: impl IntoIterator<Item = Unvisited>,
        owner: &str,
        now: DateTime<Utc>,
    ) {
        self.unvisited.extend(claims);
        if let Err(error) = self.give_back_rest(owner, now) {
            tracing::warn!(%error, "a claim could not be given back; it is tried again before the next ones are made");
        }
    }

    /// Gives back what could not be before. To be asked before anything is claimed: what was claimed anew must be kept.
    pub fn give_back_rest(&mut self, owner: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        while let Some(claim) = self.unvisited.last() {
            match claim {
                Unvisited::Source(source) => self.store.release(source, owner)?,
                Unvisited::Page(entry) => self.store.release_page(*entry, now)?,
            }
            self.unvisited.pop();
        }
        Ok(())
    }

    /// Settles what has ended and notes which feeds it made stale. On an error what is left in the harvest was not stored.
    pub fn settle(&mut self, harvest: &mut Harvest, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (began, arrivals) = (Instant::now(), harvest.len());
        let settled = self.settle_all(harvest, now);
        self.account.committed(&settled, arrivals, began.elapsed());
        settled
    }

    fn settle_all(&mut self, harvest: &mut Harvest, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.store.still_ours()?;
        if !harvest.visits.is_empty() {
            let settled = settle(&self.store, &self.config, &harvest.visits, now, draw())?;
            self.account.visited(&harvest.visits, &settled.visits, now);
            harvest.visits.clear();
            self.mark(settled.feeds);
        }
        if !harvest.pages.is_empty() {
            let settled = settle_pages(&self.store, &self.config, &harvest.pages, now, draw())?;
            self.account.asked(&harvest.pages, &settled.pages);
            harvest.pages.clear();
            self.mark(settled.feeds);
        }
        if !harvest.deliveries.is_empty() {
            let deliveries = &harvest.deliveries;
            let settled = settle_deliveries(&self.store, &self.config, deliveries, now)?;
            self.account.pushed(&settled.pushes);
            harvest.deliveries.clear();
            self.mark(settled.feeds);
        }
        Ok(())
    }

    /// Brings subscriptions in line, all of them or only where something is announced anew, and takes hubs that are to be asked now.
    pub fn turn_push(
        &self,
        all: bool,
        room: usize,
        mint: fn() -> Option<Keys>,
        now: DateTime<Utc>,
    ) -> Result<Vec<HubAsk>, StoreError> {
        reconcile(&self.store, &self.config, all, now, mint)?;
        claim_asks(&self.store, &self.config, now, room)
    }

    /// What a hub is answered that verifies or denies.
    pub fn verify(
        &self,
        token: &str,
        said: &Verification,
        now: DateTime<Utc>,
    ) -> Result<Option<Replied>, StoreError> {
        verify(&self.store, &self.config, token, said, now)
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
            self.account.forget_news();
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
        self.account.composed(&composed, feeds, began.elapsed());
        self.composed = composed?;
        tracing::debug!(feeds, "composed");
        self.stale = Stale::None;
        self.shelf.send_replace(Arc::clone(&self.composed.shelf));
        self.account.published(Utc::now());
        Ok(())
    }

    /// What is done now and then: seeing that another process wrote, dropping what is past `keep`.
    pub fn tidy(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.account.sum_up(now);
        self.store.still_ours()?;
        let version = self.store.data_version()?;
        if version != self.version {
            self.version = version;
            self.stale = Stale::All;
        }
        let is_time = self
            .pruned
            .is_none_or(|pruned| has_passed(pruned, PRUNE_EVERY, now));
        let keep = self
            .config
            .store
            .keep
            .and_then(|keep| chrono::TimeDelta::from_std(keep).ok());
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::config;
    use crate::ingest::{Arrival, Visit};
    use crate::store::Ration;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    fn desk(store: Store, sources: usize) -> Desk {
        let sources: String = (0..sources)
            .map(|n| format!("[[source]]\nid = \"s{n}\"\nurl = \"https://s{n}.example/feed\"\n"))
            .collect();
        let text = format!("[defaults]\nschedule = \"@hourly\"\n{sources}");
        let config = config::parse(&text, Path::new("/srv/feeds.toml")).unwrap();
        let (shelf, _) = watch::channel(Arc::default());
        Desk::new(store, Arc::new(config), shelf, Metrics::default(), at(0)).unwrap()
    }

    #[test]
    fn a_claim_that_could_not_be_given_back_is_given_back_when_the_store_is_well() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut desk = desk(Store::open(&path).unwrap(), 1);
        let other = Store::open(&path).unwrap();
        let claims = |owner| {
            let (ration, lease) = (Ration::of(9), Duration::from_secs(60));
            other.claim_due(at(1), ration, lease, owner).unwrap().len()
        };
        assert_eq!(claims("me"), 1);
        // A store that cannot be written just now.
        desk.store = Store::open_read_only(&path).unwrap();
        desk.give_back([Unvisited::Source("s0".into())], "me", at(1));
        assert_eq!(claims("another"), 0);
        assert!(desk.give_back_rest("me", at(1)).is_err());
        desk.store = Store::open(&path).unwrap();
        desk.give_back_rest("me", at(1)).unwrap();
        assert_eq!(claims("another"), 1);
        // Once: what was claimed since is not ours to give.
        desk.give_back_rest("another", at(1)).unwrap();
        assert_eq!(claims("a third"), 0);
    }

    #[test]
    fn c10_c14_a_machine_that_slept_catches_up_once_and_spread_out() {
        let mut desk = desk(Store::in_memory().unwrap(), 40);
        let visits = (0..40).map(|n| Visit {
            source: format!("s{n}"),
            at: at(0),
            took: Duration::from_millis(3),
            answer: None,
            arrival: Arrival::Fresh(Box::default()),
        });
        let mut harvest = Harvest {
            visits: visits.collect(),
            ..Harvest::default()
        };
        desk.settle(&mut harvest, at(0)).unwrap();
        let due = |desk: &Desk| -> Vec<DateTime<Utc>> {
            let facts = desk.store.source_facts().unwrap();
            facts.iter().filter_map(|facts| facts.next_due).collect()
        };
        // The loop looks every few seconds: nothing jumped, and what is due later stays so.
        let planned = due(&desk);
        assert!(planned.iter().all(|due| *due >= at(60)));
        desk.keep_time(at(0) + TimeDelta::seconds(5)).unwrap();
        assert_eq!(due(&desk), planned);
        // Then nothing ran for a night.
        let woken = at(600);
        desk.keep_time(woken).unwrap();
        let mut caught_up = due(&desk);
        assert!(caught_up.iter().all(|due| *due >= woken));
        assert!(
            caught_up
                .iter()
                .all(|due| *due - woken <= TimeDelta::hours(1))
        );
        caught_up.sort();
        caught_up.dedup();
        assert!(caught_up.len() > 20, "all at one instant: {caught_up:?}");
        // Looking again changes nothing.
        let before = due(&desk);
        desk.keep_time(woken + TimeDelta::seconds(1)).unwrap();
        assert_eq!(due(&desk), before);
    }
}
