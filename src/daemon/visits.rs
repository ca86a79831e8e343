//! Visiting claimed sources: concurrent, bounded, each address a task of its own.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;

use crate::config::Config;
use crate::ingest::fetch::{Fetch, MOST_ASIDE};
use crate::ingest::{Arrival, Failure, Force, Guest, Party, Visit, visit_together};
use crate::pipeline::at_its_place;
use crate::source::Place;
use crate::store::{Claim, Kept, Ration};

/// Reads the time: the system's clock in earnest, a script's in tests.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Visits claimed at one server for each that may be under way there (F19): one behind it, ready when it ends.
const QUEUE: usize = 2;

/// While many are due they are claimed so many times in the time it takes to fill all room: a claim costs a look at all that is due.
const BATCH: usize = 4;

/// How soon to look whether visits that wait have stood aside.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Visits under way.
pub(super) struct Visits<F> {
    fetch: Arc<F>,
    clock: Clock,
    tasks: JoinSet<Vec<Visit>>,
    /// Where each source lay when its visit began, as feeds.toml had it.
    began_at: HashMap<String, Place>,
    /// Whether the last claim got all it had room for.
    more_wait: bool,
}

impl<F: Fetch + 'static> Visits<F> {
    pub fn new(fetch: Arc<F>, clock: Clock) -> Self {
        Visits {
            fetch,
            clock,
            tasks: JoinSet::new(),
            began_at: HashMap::new(),
            more_wait: false,
        }
    }

    pub fn under_way(&self) -> usize {
        self.tasks.len()
    }

    /// How many more may be claimed, `others` being under way beside them; `None` when it is not worth asking the store yet. Those that only wait take up
    /// no room, as long as they are not too many.
    pub fn room(&self, config: &Config, others: usize) -> Option<Ration> {
        let under_way = self.under_way() + others;
        let busy = under_way.saturating_sub(self.fetch.waiting());
        let at_all = config.concurrency.saturating_add(MOST_ASIDE);
        let claims = config
            .concurrency
            .saturating_sub(busy)
            .min(at_all.saturating_sub(under_way));
        let least = match self.more_wait {
            true => config.concurrency.div_ceil(BATCH),
            false => 1,
        };
        (claims >= least).then(|| Ration {
            claims,
            per_server: config.manners.per_host.saturating_mul(QUEUE),
        })
    }

    /// Notes what came of a claim: as many as were asked for, and there may be more.
    pub fn claimed(&mut self, asked: Ration, claims: usize) {
        self.more_wait = claims >= asked.claims;
    }

    /// How long to wait at most for something to happen: while more wait to be claimed, room may come about without any visit ending.
    pub fn at_most(&self, usual: Duration) -> Duration {
        match self.more_wait {
            true => usual.min(LOOK_AGAIN),
            false => usual,
        }
    }

    /// Starts a visit to a claimed source and those that share its address. False when the configuration no longer lists it.
    pub fn start(&mut self, config: &Config, claim: Claim, force: Force) -> bool {
        let Some(party) = party(config, claim) else {
            return false;
        };
        let (fetch, clock) = (Arc::clone(&self.fetch), Arc::clone(&self.clock));
        for guest in std::iter::once(&party.leader).chain(&party.followers) {
            if let Some(listening) = config.source(&guest.source.id) {
                let place = listening.source.place.clone();
                self.began_at.insert(guest.source.id.clone(), place);
            }
        }
        self.tasks.spawn(async move {
            let at = clock();
            let guests = std::iter::once(&party.leader).chain(&party.followers);
            let sources: Vec<String> = guests.map(|guest| guest.source.id.clone()).collect();
            let task =
                tokio::spawn(async move { visit_together(party, force, fetch.as_ref(), at).await });
            // A panic anywhere in a visit is one failed arrival, not a lost claim.
            let outcomes = task.await.unwrap_or_else(|lost| {
                let failed = || Arrival::Failed(Failure::Panicked(lost.to_string()));
                sources.iter().map(|_| (failed(), None)).collect()
            });
            let took = (clock() - at).to_std().unwrap_or_default();
            let visit = |(source, (arrival, answer))| Visit {
                source,
                at,
                took,
                answer,
                arrival,
            };
            sources.into_iter().zip(outcomes).map(visit).collect()
        });
        true
    }

    /// The next visits to end, those of one address; `None` when none is under way.
    pub async fn ended(&mut self) -> Option<Vec<Visit>> {
        loop {
            match self.tasks.join_next().await? {
                Ok(visits) => return Some(visits),
                Err(lost) => {
                    tracing::error!(%lost, "a visit was lost; its source becomes due again when its lease ends")
                }
            }
        }
    }

    /// Visits that have ended already, without waiting.
    pub fn ended_already(&mut self) -> Option<Vec<Visit>> {
        self.tasks.try_join_next()?.ok()
    }

    /// Those of the visits that ended whose sources are listed as they were when they began, and the sources of the others: what was brought from an
    /// address that has left feeds.toml is no longer wanted, and is not what the new address says.
    pub fn wanted(&mut self, config: &Config, visits: Vec<Visit>) -> (Vec<Visit>, Vec<String>) {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for visit in visits {
            let began_at = self.began_at.remove(&visit.source);
            let listed = config.source(&visit.source);
            let place = listed.map(|listening| &listening.source.place);
            match place.is_some() && place == began_at.as_ref() {
                true => wanted.push(visit),
                false => unwanted.push(visit.source),
            }
        }
        (wanted, unwanted)
    }

    /// Ends all visits under way. What they had claimed is the caller's to give back.
    pub async fn abandon(&mut self) {
        self.tasks.shutdown().await;
    }
}

/// Who visits on a claim, each at the place where it is to be asked now.
fn party(config: &Config, claim: Claim) -> Option<Party> {
    let leader = &config.source(&claim.source)?.source;
    let asked = at_its_place(leader, &claim.kept.moves);
    let evidence = claim.kept.moves.evidence.as_ref();
    let is_trial = evidence.is_some_and(|evidence| evidence.on_trial);
    let mut drawing: BTreeSet<&str> = BTreeSet::new();
    drawing.extend(config.feeds_of(&leader.id).map(|feed| feed.id.as_str()));
    let mut followers = Vec::new();
    for (id, Kept { memory, .. }) in claim.followers {
        // What is on trial may be another feed; the leader finds out alone.
        let Some(follower) = config.source(&id).filter(|_| !is_trial) else {
            continue;
        };
        drawing.extend(config.feeds_of(&id).map(|feed| feed.id.as_str()));
        // Where the leader is asked, and read as its own place says: two pages of one address may have different selectors.
        let source = at_its_place(&follower.source, &claim.kept.moves);
        followers.push(Guest { source, memory });
    }
    Some(Party {
        leader: Guest {
            source: asked,
            memory: claim.kept.memory,
        },
        followers,
        // The operator reads what he subscribed to, though no feed publishes it.
        subscribers: drawing.len().max(1),
    })
}
