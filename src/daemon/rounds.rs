//! `refresh`: one round and out.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::chance::draw;
use super::visits::{Clock, Visits};
use crate::config::Config;
use crate::ingest::Force;
use crate::ingest::fetch::Fetch;
use crate::link;
use crate::pipeline::{Tally, listed, put_right, settle};
use crate::schedule::has_passed;
use crate::source::Place;
use crate::store::{Claim, Moves, Ration, Store, StoreError};

/// How long a claimed source stays ours without news. After a crash it waits this long; while a visit goes on the lease is renewed.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// How often leases are renewed: a quarter of their length, so that a slow commit or two do not lose them.
pub(super) const RENEW_EVERY: Duration = Duration::from_secs(15);

/// Whether leases that were renewed last at `renewed` want renewing. However much goes on meanwhile: one visit may hang while others come and go.
pub(super) fn is_time_to_renew(renewed: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    has_passed(renewed, RENEW_EVERY, now)
}

/// What to visit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// These sources though they be not due; empty: what is due.
    pub sources: Vec<String>,
    /// Everything though it be not due.
    pub now: bool,
    /// Unconditionally (F10).
    pub force: bool,
    /// How long after its beginning the round still waits for what becomes due. Whoever comes by a timer, hour by hour, comes a few seconds early each time:
    /// waits are counted from the end of the last visit, and jitter is added to schedules. Without patience it would find nothing due every second time.
    pub patience: Duration,
}

/// Visits what is wanted by way of `fetch`, settles it, and returns what came of each visit, told to `progress` as it comes.
///
/// Bound by everything a daemon is bound by: leases, per-host manners, Retry-After. Does not compose: a running daemon sees the change and does.
///
/// # Errors
/// The store cannot be read or written. Visits that were settled before are kept; what was claimed is given back, so that nobody has to wait for it.
pub async fn refresh<F: Fetch + 'static>(
    store: &Store,
    config: &Config,
    wanted: &Wanted,
    fetch: Arc<F>,
    clock: Clock,
    progress: impl FnMut(&Tally),
) -> Result<Vec<Tally>, StoreError> {
    let owner = owner(clock());
    let ended = round(store, config, wanted, fetch, (clock, &owner), progress);
    given_back(store, &owner, ended.await)
}

/// Gives back what was claimed when a round ends with an error. Where not even that can be written, the claims end by themselves.
pub(super) fn given_back<T>(
    store: &Store,
    owner: &str,
    ended: Result<T, StoreError>,
) -> Result<T, StoreError> {
    if ended.is_err()
        && let Err(error) = store.release_all(owner)
    {
        tracing::warn!(%error, "claims could not be given back; they end by themselves within a minute");
    }
    ended
}

async fn round<F: Fetch + 'static>(
    store: &Store,
    config: &Config,
    wanted: &Wanted,
    fetch: Arc<F>,
    (clock, owner): (Clock, &str),
    mut progress: impl FnMut(&Tally),
) -> Result<Vec<Tally>, StoreError> {
    let began = clock();
    let mut renewed = began;
    store.transaction(|store| {
        store.sync_sources(&listed(config, began))?;
        put_right(store, config, began, draw())
    })?;
    let mut round = Round {
        store,
        config,
        wanted,
        owner,
        visits: Visits::new(fetch, Arc::clone(&clock)),
        asked: outright(config, wanted),
        visited: BTreeSet::new(),
    };
    let mut tallies = Vec::new();
    loop {
        let now = clock();
        round.begin_visits(now)?;
        let patience = round.visits.at_most(RENEW_EVERY);
        let ended = tokio::time::timeout(patience, round.visits.ended()).await;
        if is_time_to_renew(renewed, clock()) {
            renewed = clock();
            store.renew(renewed, LEASE, owner)?;
        }
        let mut ended = match ended {
            Ok(Some(first)) => first,
            // As of the claim, or what has become due since would be nobody's.
            Ok(None) => match round.rest(began, now)? {
                Some(wait) => {
                    tokio::time::sleep(wait).await;
                    continue;
                }
                None => break,
            },
            Err(_) => continue,
        };
        while let Some(more) = round.visits.ended_already() {
            ended.extend(more);
        }
        let settled = settle(store, config, &ended, clock(), draw())?;
        settled.visits.iter().for_each(&mut progress);
        tallies.extend(settled.visits);
    }
    Ok(tallies)
}

/// One round, under way.
struct Round<'a, F> {
    store: &'a Store,
    config: &'a Config,
    wanted: &'a Wanted,
    owner: &'a str,
    visits: Visits<F>,
    /// Sources that are visited though they be not due, and were not claimed yet.
    asked: Vec<String>,
    visited: BTreeSet<String>,
}

impl<F: Fetch + 'static> Round<'_, F> {
    /// Claims what there is room for, and starts.
    fn begin_visits(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(room) = self.visits.room(self.config, 0) else {
            return Ok(());
        };
        let (store, asked) = (self.store, &mut self.asked);
        let claims = next_claims(store, self.wanted, asked, room, self.owner, now)?;
        self.visits.claimed(room, claims.len());
        let force = match self.wanted.force {
            true => Force::Everything,
            false => Force::Conditional,
        };
        for mut claim in claims {
            if force == Force::Everything {
                forget_moves(store, self.config, &mut claim)?;
            }
            // A source is visited once a round, whatever its schedule makes of it.
            let is_new = self.visited.insert(claim.source.clone());
            self.visited
                .extend(claim.followers.iter().map(|(id, _)| id.clone()));
            if !is_new || !self.visits.start(self.config, claim.clone(), force) {
                store.release(&claim.source, self.owner)?;
            }
        }
        Ok(())
    }

    /// How long to wait for what becomes due soon; `None`: the round is over.
    fn rest(
        &self,
        began: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Duration>, StoreError> {
        if !self.wanted.sources.is_empty() {
            return Ok(None);
        }
        let until = began + self.wanted.patience;
        let wait = until_next(self.store, self.config, &self.visited, until, now)?;
        // Longer only when the clock was set back meanwhile.
        Ok(wait.filter(|wait| *wait <= self.wanted.patience))
    }
}

/// Undoes a move: whoever asks for everything again wants it from the address in feeds.toml (F22).
fn forget_moves(store: &Store, config: &Config, claim: &mut Claim) -> Result<(), StoreError> {
    let known = std::mem::take(&mut claim.kept.moves);
    if known != Moves::default()
        && let Some(listening) = config.source(&claim.source)
    {
        let server = listening.source.place.url().and_then(link::server);
        store.record_moves(&claim.source, &Moves::default(), server.as_deref())?;
    }
    Ok(())
}

/// How long until the next of the sources is due that this round has not visited; `None` when that is not before `until`. Files are not waited for: every
/// round looks into them.
fn until_next(
    store: &Store,
    config: &Config,
    visited: &BTreeSet<String>,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Duration>, StoreError> {
    let is_wanted = |id: &String| {
        let listening = config.source(id);
        !visited.contains(id) && listening.is_some_and(|known| known.source.place.is_remote())
    };
    let due = store.overdue(until)?;
    let due = due.iter().filter(|(id, ..)| is_wanted(id));
    // One that is due already is another process's just now.
    let next = due.map(|(_, at, _)| *at).filter(|at| *at > now).min();
    Ok(next.and_then(|at| (at - now).to_std().ok()))
}

/// Sources that are visited though they be not due: the named ones, all with `now`, and files, which are nobody's server to spare.
fn outright(config: &Config, wanted: &Wanted) -> Vec<String> {
    let is_wanted = |id: &String, place: &Place| match wanted.sources.as_slice() {
        [] => wanted.now || !place.is_remote(),
        named => named.contains(id),
    };
    let sources = config.sources.iter().map(|listening| &listening.source);
    sources
        .filter(|source| is_wanted(&source.id, &source.place))
        .map(|source| source.id.clone())
        .collect()
}

fn next_claims(
    store: &Store,
    wanted: &Wanted,
    asked: &mut Vec<String>,
    room: Ration,
    owner: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Claim>, StoreError> {
    store.transaction(|store| {
        let mut claims = store.claim_wanted(asked, now, room, LEASE, owner)?;
        let left = Ration {
            claims: room.claims.saturating_sub(claims.len()),
            ..room
        };
        if wanted.sources.is_empty() {
            claims.extend(store.claim_due(now, left, LEASE, owner)?);
        }
        Ok(claims)
    })
}

/// Who holds a lease: this process, told from others that had its number before by when it began.
pub(super) fn owner(began: DateTime<Utc>) -> String {
    format!("{}-{}", std::process::id(), began.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

    use chrono::TimeDelta;
    use tokio::sync::Notify;

    use super::*;
    use crate::config;
    use crate::ingest::Failure;
    use crate::ingest::fetch::{Ask, Failed, Got};

    /// A world in which every request takes 25 seconds, and the one for `a` until all others are done.
    struct Slow {
        seconds: Arc<AtomicI64>,
        store: std::path::PathBuf,
        done: Notify,
        /// Whether another process could claim `a` at the end.
        is_free: AtomicBool,
    }

    fn at(seconds: &AtomicI64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_760_000_000 + seconds.load(Ordering::SeqCst), 0).unwrap()
    }

    impl Fetch for Slow {
        async fn fetch(&self, ask: &Ask) -> Result<Got, Failed> {
            match ask.feed_id.as_str() {
                "a" => self.done.notified().await,
                other => {
                    self.seconds.fetch_add(25, Ordering::SeqCst);
                    if other == "e" {
                        let store = Store::open(&self.store).unwrap();
                        let claimed = store.claim("a", at(&self.seconds), LEASE, "another");
                        self.is_free
                            .store(claimed.unwrap().is_some(), Ordering::SeqCst);
                        self.done.notify_one();
                    }
                }
            }
            Err(Failed {
                failure: Failure::Connect("no".into()),
                answer: None,
            })
        }
    }

    #[tokio::test]
    async fn c11_a_visit_that_hangs_keeps_its_lease_while_others_come_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hw.db");
        let source =
            |id: &str| format!("[[source]]\nid = \"{id}\"\nurl = \"https://{id}.example/\"\n");
        let sources: String = ["a", "b", "c", "d", "e"].map(source).concat();
        let text = format!("[fetch]\nconcurrency = 3\n{sources}");
        let config = config::parse(&text, Path::new("/nowhere/feeds.toml")).unwrap();
        let store = Store::open(&path).unwrap();
        let seconds = Arc::new(AtomicI64::new(0));
        let told = Arc::clone(&seconds);
        let world = Arc::new(Slow {
            seconds,
            store: path,
            done: Notify::new(),
            is_free: AtomicBool::new(true),
        });
        let clock: Clock = Arc::new(move || at(&told));
        let wanted = Wanted::default();
        let round = refresh(&store, &config, &wanted, Arc::clone(&world), clock, |_| {});
        assert_eq!(round.await.unwrap().len(), 5);
        assert!(world.seconds.load(Ordering::SeqCst) > 60);
        assert!(!world.is_free.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn c10_f11_a_round_waits_a_little_for_what_becomes_due_and_not_for_the_rest() {
        let source =
            |id: &str| format!("[[source]]\nid = \"{id}\"\nurl = \"https://{id}.example/\"\n");
        let text = ["b", "c", "d"].map(source).concat();
        let config = config::parse(&text, Path::new("/nowhere/feeds.toml")).unwrap();
        // A clock on which ten milliseconds pass whenever it is looked at.
        let looks = Arc::new(AtomicI64::new(0));
        let clock: Clock = Arc::new(move || {
            let past = TimeDelta::milliseconds(10 * looks.fetch_add(1, Ordering::SeqCst));
            at(&AtomicI64::new(0)) + past
        });
        let store = Store::in_memory().unwrap();
        let world = || {
            Arc::new(Slow {
                seconds: Arc::default(),
                store: "/nowhere".into(),
                done: Notify::new(),
                is_free: AtomicBool::new(true),
            })
        };
        let patient = Wanted {
            patience: Duration::from_millis(500),
            ..Wanted::default()
        };
        let all = refresh(
            &store,
            &config,
            &patient,
            world(),
            Arc::clone(&clock),
            |_| {},
        )
        .await;
        assert_eq!(
            all.unwrap().len(),
            3,
            "what is due is visited, and nothing twice"
        );
        for (id, wait) in [("b", 300), ("c", 5_000)] {
            // As if the hour since the last visit had passed but for this.
            let due = clock() + TimeDelta::milliseconds(wait);
            store.make_due(id, due, "min-interval").unwrap();
        }
        let now = Wanted::default();
        let round = refresh(&store, &config, &now, world(), Arc::clone(&clock), |_| {}).await;
        assert_eq!(round.unwrap(), []);
        let round = refresh(&store, &config, &patient, world(), clock, |_| {}).await;
        let visited: Vec<_> = round
            .unwrap()
            .into_iter()
            .map(|tally| tally.source)
            .collect();
        assert_eq!(visited, ["b"]);
    }

    #[test]
    fn a_round_that_the_store_ends_gives_back_what_it_claimed() {
        let store = Store::in_memory().unwrap();
        let text = "[[source]]\nid = 'a'\nurl = 'https://a.example/'\n";
        let config = config::parse(text, Path::new("/srv/feeds.toml")).unwrap();
        let now = DateTime::UNIX_EPOCH;
        store.sync_sources(&listed(&config, now)).unwrap();
        let claim = |owner| store.claim("a", now, LEASE, owner).unwrap().is_some();
        assert!(claim("one") && !claim("two"));
        let failed: Result<(), _> = given_back(&store, "one", Err(StoreError::Full));
        assert!(matches!(failed, Err(StoreError::Full)));
        assert!(claim("two"));
        given_back(&store, "two", Ok(())).unwrap();
        assert!(!claim("one"));
    }
}
