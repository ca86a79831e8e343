//! `refresh`: one round and out.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::visits::{Clock, Visits};
use crate::config::Config;
use crate::ingest::Force;
use crate::ingest::fetch::Fetch;
use crate::link;
use crate::pipeline::{Tally, listed, settle};
use crate::source::Place;
use crate::store::{Claim, Moves, Store, StoreError};

/// How long a claimed source stays ours without news. After a crash it waits this long; while a visit goes on the lease is renewed.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// How often leases are renewed: a quarter of their length, so that a slow commit or two do not lose them.
pub(super) const RENEW_EVERY: Duration = Duration::from_secs(15);

/// What to visit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// These sources though they be not due; empty: what is due.
    pub sources: Vec<String>,
    /// Everything though it be not due.
    pub now: bool,
    /// Unconditionally (F10).
    pub force: bool,
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

/// Undoes what a clock that went ahead has put off, and tells.
pub(super) fn set_right(store: &Store, now: DateTime<Utc>) -> Result<(), StoreError> {
    let undone = store.set_right(now)?;
    if undone > 0 {
        tracing::warn!(
            undone,
            "the store was written by a clock ahead of this one: what it had put off is due now. If the clock is wrong now, set it right"
        );
    }
    Ok(())
}

async fn round<F: Fetch + 'static>(
    store: &Store,
    config: &Config,
    wanted: &Wanted,
    fetch: Arc<F>,
    (clock, owner): (Clock, &str),
    mut progress: impl FnMut(&Tally),
) -> Result<Vec<Tally>, StoreError> {
    store.transaction(|store| store.sync_sources(&listed(config, clock())))?;
    set_right(store, clock())?;
    let mut visits = Visits::new(fetch, Arc::clone(&clock));
    let force = if wanted.force {
        Force::Everything
    } else {
        Force::Conditional
    };
    let mut asked: Vec<String> = outright(config, wanted);
    let mut visited: BTreeSet<String> = BTreeSet::new();
    let mut tallies = Vec::new();
    loop {
        let free = config.concurrency.saturating_sub(visits.under_way());
        for mut claim in next_claims(store, wanted, &mut asked, free, owner, clock())? {
            if force == Force::Everything {
                forget_moves(store, config, &mut claim)?;
            }
            // A source is visited once a round, whatever its schedule makes of it.
            if !visited.insert(claim.source.clone()) || !visits.start(config, claim.clone(), force)
            {
                store.release(&claim.source, owner)?;
            }
        }
        let mut ended = match tokio::time::timeout(RENEW_EVERY, visits.ended()).await {
            Ok(Some(first)) => first,
            Ok(None) => break,
            Err(_) => {
                store.renew(clock(), LEASE, owner)?;
                continue;
            }
        };
        while let Some(more) = visits.ended_already() {
            ended.extend(more);
        }
        let settled = settle(store, config, &ended, clock())?;
        settled.visits.iter().for_each(&mut progress);
        tallies.extend(settled.visits);
    }
    Ok(tallies)
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
    free: usize,
    owner: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Claim>, StoreError> {
    store.transaction(|store| {
        let mut claims = Vec::new();
        while claims.len() < free
            && let Some(source) = asked.pop()
        {
            claims.extend(store.claim(&source, now, LEASE, owner)?);
        }
        if wanted.sources.is_empty() && claims.len() < free {
            claims.extend(store.claim_due(now, free - claims.len(), LEASE, owner)?);
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
    use super::*;

    #[test]
    fn a_round_that_the_store_ends_gives_back_what_it_claimed() {
        let store = Store::in_memory().unwrap();
        let text = "[[source]]\nid = 'a'\nurl = 'https://a.example/'\n";
        let config = crate::config::parse(text, std::path::Path::new("/srv/feeds.toml")).unwrap();
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
