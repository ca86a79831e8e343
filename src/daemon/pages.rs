//! Asking for claimed pages: beside the visits, fewer at once, each a task of its own.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::desk::{Desk, Unvisited};
use super::keeper::Keeper;
use super::rounds::LEASE;
use super::trouble::Trouble;
use super::visits::Clock;
use crate::config::Config;
use crate::ingest::fetch::Fetch;
use crate::ingest::{Failure, PageArrival, Robots, visit_page};
use crate::link;
use crate::pipeline::{FetchedPage, TRIES};
use crate::store::PageClaim;

/// Most pages asked for at once, and never more than half of `concurrency`: the tree of a page takes many times its size in memory.
const AT_ONCE: usize = 8;

/// What may be in trouble here.
const WORK: &str = "pages";

/// Pages under way.
pub(super) struct Pages<F> {
    fetch: Arc<F>,
    robots: Arc<Robots>,
    clock: Clock,
    tasks: JoinSet<FetchedPage>,
}

impl<F: Fetch + 'static> Pages<F> {
    pub fn new(fetch: Arc<F>, clock: Clock) -> Self {
        Pages {
            fetch,
            robots: Arc::new(Robots::new()),
            clock,
            tasks: JoinSet::new(),
        }
    }

    pub fn under_way(&self) -> usize {
        self.tasks.len()
    }

    /// Claims and starts pages with the room that visits leave. What comes due meanwhile is found at the next turn of the loop.
    pub async fn claim(
        &mut self,
        config: &Config,
        visits: usize,
        (keeper, owner): (&Keeper, &str),
        trouble: &Trouble,
    ) {
        let (room, sources) = (self.room(config, visits), read_in_full(config));
        if sources.is_empty() {
            return trouble.is_over(WORK);
        }
        if room == 0 {
            return;
        }
        let (owner, now) = (owner.to_string(), (self.clock)());
        let (given_back, left_owner) = (owner.clone(), owner.clone());
        let work = move |desk: &mut Desk| {
            let limit = (room, TRIES);
            desk.store()
                .claim_pages(&sources, now, limit, LEASE, &owner)
        };
        let left_behind = trouble.clone();
        let asked = keeper.ask_soon_or(work, move |desk, claimed| match claimed {
            Ok(claims) => {
                let unheard = claims.into_iter().map(|claim| claim.entry);
                desk.give_back(unheard.map(Unvisited::Page), &given_back, now);
            }
            Err(error) => left_behind.tell(WORK, &error),
        });
        let claims = match asked.await {
            Some(Ok(claims)) => claims,
            Some(Err(error)) => return trouble.tell(WORK, &error),
            // Busy: the loop goes on turning.
            None => return,
        };
        trouble.is_over(WORK);
        for claim in claims {
            let entry = claim.entry;
            if !self.start(config, claim) {
                let owner = left_owner.clone();
                let work = move |desk: &mut Desk| {
                    desk.give_back([Unvisited::Page(entry)], &owner, now);
                };
                keeper.leave(work).await;
            }
        }
    }

    /// How many more may be asked for while so many visits are under way: visits go first, and pages take of what they leave.
    pub fn room(&self, config: &Config, visits: usize) -> usize {
        let own = AT_ONCE.min((config.concurrency / 2).max(1));
        let left = config.concurrency.saturating_sub(visits + self.under_way());
        own.saturating_sub(self.under_way()).min(left)
    }

    /// Asks for a claimed page. False when the configuration no longer wants it.
    pub fn start(&mut self, config: &Config, claim: PageClaim) -> bool {
        let source = config
            .source(&claim.source)
            .map(|listening| listening.source.clone())
            .filter(|source| source.full_text);
        let Some((source, url)) = source.zip(link::resolve(&claim.url, None)) else {
            return false;
        };
        let (fetch, robots) = (Arc::clone(&self.fetch), Arc::clone(&self.robots));
        let at = (self.clock)();
        self.tasks.spawn(async move {
            let task = tokio::spawn(async move {
                visit_page(&source, &url, fetch.as_ref(), &robots, at).await
            });
            // A panic anywhere on the way is one failed page, not a lost claim.
            let (arrival, answer) = task.await.unwrap_or_else(|lost| {
                let failure = Failure::Panicked(lost.to_string());
                (PageArrival::Failed(failure), None)
            });
            FetchedPage {
                claim,
                at,
                answer,
                arrival,
            }
        });
        true
    }

    /// The next page to end; `None` when none is under way.
    pub async fn ended(&mut self) -> Option<FetchedPage> {
        loop {
            match self.tasks.join_next().await? {
                Ok(page) => return Some(page),
                Err(lost) => {
                    tracing::error!(%lost, "a page was lost; it is asked for again when its lease ends")
                }
            }
        }
    }

    /// A page that has ended already, without waiting.
    pub fn ended_already(&mut self) -> Option<FetchedPage> {
        self.tasks.try_join_next()?.ok()
    }

    /// Ends all that is under way. What was claimed is the caller's to give back.
    pub async fn abandon(&mut self) {
        self.tasks.shutdown().await;
    }
}

/// Ids of the sources that are read in full.
pub(super) fn read_in_full(config: &Config) -> Vec<String> {
    let sources = config.sources.iter().map(|listening| &listening.source);
    sources
        .filter(|source| source.full_text)
        .map(|source| source.id.clone())
        .collect()
}
