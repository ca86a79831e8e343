//! The loop: what is due is claimed and visited, what has ended is handed over, what has changed is seen.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::time::sleep;

use super::desk::{Desk, Unvisited};
use super::files::Files;
use super::keeper::Keeper;
use super::moment::UnderWay;
use super::pages::Pages;
use super::pulse::Pulse;
use super::push::Push;
use super::reload::Reload;
use super::rounds::{LEASE, is_time_to_renew, owner};
use super::signals::{Ending, Signals, told};
use super::supervisor::{Supervisor, line};
use super::trouble::Trouble;
use super::visits::Visits;
use crate::config::Config;
use crate::ingest::fetch::Web;
use crate::ingest::{Force, Visit};
use crate::metrics::Metrics;
use crate::publish::Shelf;
use crate::schedule::has_passed;

/// How often the loop looks around though nothing happens: for a changed feeds.toml, another process's writes.
const TICK: Duration = Duration::from_secs(2);

/// The loop that visits what is due.
pub(super) struct Rounds {
    pub(super) keeper: Keeper,
    pub(super) visits: Visits<Web>,
    pub(super) pages: Pages<Web>,
    pub(super) push: Push<Web>,
    configs: watch::Sender<Arc<Config>>,
    pub(super) owner: String,
    /// When leases were renewed last.
    renewed: DateTime<Utc>,
    /// When the loop looked around last.
    looked: DateTime<Utc>,
    reload: Reload,
    files: Files,
    trouble: Trouble,
    pub(super) supervisor: Supervisor,
    pulse: Arc<Pulse>,
    under_way: Arc<UnderWay>,
}

/// What the loop begins with.
pub(super) struct Start {
    pub keeper: Keeper,
    pub web: Arc<Web>,
    pub push: Push<Web>,
    pub configs: watch::Sender<Arc<Config>>,
    pub metrics: Metrics,
    pub supervisor: Supervisor,
    pub pulse: Arc<Pulse>,
    pub under_way: Arc<UnderWay>,
}

impl Rounds {
    pub fn new(start: Start) -> Self {
        let path = start.configs.borrow().path.clone();
        Rounds {
            visits: Visits::new(Arc::clone(&start.web), Arc::new(Utc::now)),
            pages: Pages::new(start.web, Arc::new(Utc::now)),
            push: start.push,
            configs: start.configs,
            owner: owner(Utc::now()),
            renewed: Utc::now(),
            looked: Utc::now(),
            reload: Reload::new(&path, start.metrics),
            files: Files::default(),
            trouble: Trouble::default(),
            supervisor: start.supervisor,
            pulse: start.pulse,
            under_way: start.under_way,
            keeper: start.keeper,
        }
    }

    pub fn pulse_of_keeper(&self) -> Arc<Pulse> {
        self.keeper.pulse()
    }

    /// Waits until the shelf is composed for the first time; false when it is told to end before. The keeper tries it after each question.
    pub async fn composed(
        &mut self,
        mut shelves: watch::Receiver<Arc<Shelf>>,
        signals: &Signals,
    ) -> bool {
        self.supervisor.says("composing the feeds");
        loop {
            if *signals.ending.borrow() != Ending::No {
                return false;
            }
            self.pulse.works(Instant::now());
            tokio::select! {
                composed = shelves.wait_for(|shelf| shelf.is_composed()) => {
                    if composed.is_ok() {
                        return true;
                    }
                    // Who composes is gone, which is seen elsewhere.
                    pending::<()>().await;
                }
                () = told(signals.ending.clone(), Ending::Drained) => return false,
                () = sleep(TICK) => drop(self.keeper.ask_soon(|_| ()).await),
            }
        }
    }

    /// Turns until it is told to end.
    pub async fn turn(&mut self, mut signals: Signals) {
        self.supervisor.ready();
        loop {
            self.pulse.works(Instant::now());
            let next = self.claim().await;
            let (config, visits) = (self.configs.borrow().clone(), self.visits.under_way());
            self.pages
                .claim(&config, visits, (&self.keeper, &self.owner), &self.trouble)
                .await;
            self.count();
            let pause = self
                .visits
                .at_most(next.map_or(TICK, |at| until(at).min(TICK)));
            tokio::select! {
                Some(visits) = self.visits.ended(), if self.visits.under_way() > 0 => {
                    self.settle(visits).await;
                    self.hand_over().await;
                }
                Some(page) = self.pages.ended(), if self.pages.under_way() > 0 => {
                    self.keeper.settle_page(page).await;
                    self.hand_over().await;
                }
                () = sleep(pause) => {}
                () = told(signals.ending.clone(), Ending::Drained) => return,
                _ = signals.hangup.recv() => self.read_again().await,
            }
            self.look_around().await;
        }
    }

    /// Tells the metrics what is under way.
    fn count(&self) {
        let UnderWay { visits, pages } = &*self.under_way;
        visits.store(self.visits.under_way(), Ordering::Relaxed);
        pages.store(self.pages.under_way(), Ordering::Relaxed);
    }

    /// Reads feeds.toml again.
    async fn read_again(&mut self) {
        self.supervisor.reloading();
        self.reload.take_over(&self.keeper, &self.configs).await;
        self.supervisor.ready();
    }

    /// Claims and starts as many due visits as there is room for. Returns when the next one is due; `None` when the next thing to happen is a visit's end.
    async fn claim(&mut self) -> Option<DateTime<Utc>> {
        let config = self.configs.borrow().clone();
        let room = self.visits.room(&config, self.pages.under_way())?;
        let owner = self.owner.clone();
        let now = Utc::now();
        let given_back = owner.clone();
        let work = move |desk: &mut Desk| {
            desk.give_back_rest(&owner, now)?;
            desk.keep_time(now)?;
            desk.store().still_ours()?;
            desk.store().transaction(|store| {
                let claims = store.claim_due(now, room, LEASE, &owner)?;
                Ok((claims, store.next_due(now)?))
            })
        };
        let trouble = self.trouble.clone();
        let asked = self
            .keeper
            .ask_soon_or(work, move |desk, claimed| match claimed {
                Ok((claims, _)) => {
                    let unheard = claims.into_iter().map(|claim| claim.source);
                    desk.give_back(unheard.map(Unvisited::Source), &given_back, now);
                }
                // A lock is waited for longer than the loop waits for the keeper.
                Err(error) => trouble.tell("claims", &error),
            });
        match asked.await {
            // Busy: the loop goes on turning.
            None => Some(now + TimeDelta::seconds(1)),
            Some(Ok((claims, next))) => {
                self.trouble.is_over("claims");
                self.visits.claimed(room, claims.len());
                for claim in claims {
                    let source = claim.source.clone();
                    if !self.visits.start(&config, claim, Force::Conditional) {
                        self.give_back(source).await;
                    }
                }
                next
            }
            Some(Err(error)) => {
                self.trouble.tell("claims", &error);
                Some(now + TimeDelta::seconds(5))
            }
        }
    }

    /// Gives a claim back without a visit.
    async fn give_back(&self, source: String) {
        let owner = self.owner.clone();
        let work = move |desk: &mut Desk| {
            desk.give_back([Unvisited::Source(source)], &owner, Utc::now());
        };
        self.keeper.leave(work).await;
    }

    fn under_way(&self) -> usize {
        self.visits.under_way() + self.pages.under_way()
    }

    /// Hands visits that ended over to the keeper, but for those that feeds.toml wants no longer, which are given back.
    async fn settle(&mut self, visits: Vec<Visit>) {
        let config = self.configs.borrow().clone();
        let (wanted, unwanted) = self.visits.wanted(&config, visits);
        for source in unwanted {
            tracing::info!(%source, "it left feeds.toml, or has another address, since this visit began: what that brought is not kept");
            self.give_back(source).await;
        }
        if !wanted.is_empty() {
            self.keeper.settle(wanted).await;
        }
    }

    /// Hands over whatever else has ended already, so that it shares a commit.
    pub(super) async fn hand_over(&mut self) {
        while let Some(visits) = self.visits.ended_already() {
            self.settle(visits).await;
        }
        while let Some(page) = self.pages.ended_already() {
            self.keeper.settle_page(page).await;
        }
    }

    /// What is done at every tick, however much happens meanwhile.
    async fn look_around(&mut self) {
        let now = Utc::now();
        if !has_passed(self.looked, TICK, now) {
            return;
        }
        self.looked = now;
        self.renew(now).await;
        self.look_at_files().await;
        if self.reload.has_changed(now) {
            self.read_again().await;
        }
        let config = self.configs.borrow().clone();
        self.push.turn(&config, &self.keeper, &self.trouble).await;
        match self.keeper.ask_soon(|desk| desk.tidy(Utc::now())).await {
            Some(Ok(())) => self.trouble.is_over("care"),
            Some(Err(error)) => self.trouble.tell("care", &error),
            // Busy: the loop goes on turning.
            None => {}
        }
        self.say().await;
    }

    /// Makes sources due whose files changed.
    async fn look_at_files(&mut self) {
        let config = self.configs.borrow().clone();
        let changed = self.files.changed(&config).await.to_vec();
        if changed.is_empty() {
            return;
        }
        let work = move |desk: &mut Desk| desk.make_due(&changed, Utc::now());
        match self.keeper.ask_soon(work).await {
            Some(Ok(())) => {
                self.files.told();
                self.trouble.is_over("files");
            }
            Some(Err(error)) => self.trouble.tell("files", &error),
            // Busy: it is tried again at the next look round.
            None => {}
        }
    }

    /// Tells the service manager how things stand, when it is time.
    async fn say(&mut self) {
        if !self.supervisor.wants_status(Instant::now()) {
            return;
        }
        let now = Utc::now();
        let asked = self.keeper.ask_soon(move |desk| desk.store().outlook(now));
        match asked.await {
            Some(Ok(outlook)) => {
                let line = line(&outlook, self.reload.is_refused());
                self.supervisor.says(&line);
            }
            Some(Err(_)) | None => {
                let words = "the store does not answer, see the log; feeds are served";
                self.supervisor.says(words);
            }
        }
    }

    /// Holds on to what is claimed, while something is under way.
    async fn renew(&mut self, now: DateTime<Utc>) {
        if self.under_way() == 0 || !is_time_to_renew(self.renewed, now) {
            return;
        }
        let owner = self.owner.clone();
        let renewed = self
            .keeper
            .ask_soon(move |desk| desk.store().renew(now, LEASE, &owner))
            .await;
        match renewed {
            // Another process may visit the same sources, should that last.
            Some(Err(error)) => self.trouble.tell("leases", &error),
            Some(Ok(_)) => {
                self.trouble.is_over("leases");
                self.renewed = now;
            }
            // Busy: it is tried again at the next tick.
            None => {}
        }
    }
}

fn until(at: DateTime<Utc>) -> Duration {
    (at - Utc::now()).to_std().unwrap_or_default()
}
