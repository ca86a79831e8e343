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
use crate::store::{Claim, Moves, Ration, Store, StoreError};

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
pub async fn refresh<F: Fetch + 'static>(
    store: &Store,
    config: &Config,
    wanted: &Wanted,
    fetch: Arc<F>,
    clock: Clock,
    mut progress: impl FnMut(&Tally),
) -> Result<Vec<Tally>, StoreError> {
    let owner = owner(clock());
    store.transaction(|store| store.sync_sources(&listed(config, clock())))?;
    let mut visits = Visits::new(fetch, Arc::clone(&clock));
    let force = if wanted.force {
        Force::Everything
    } else {
        Force::Conditional
    };
    let mut asked: Vec<String> = outright(config, wanted);
    let mut visited: BTreeSet<String> = BTreeSet::new();
    let mut tallies = Vec::new();
    let mut renewed = clock();
    loop {
        let claims = match visits.room(config, 0) {
            Some(room) => {
                let claims = next_claims(store, wanted, &mut asked, room, &owner, clock())?;
                visits.claimed(room, claims.len());
                claims
            }
            None => Vec::new(),
        };
        for mut claim in claims {
            if force == Force::Everything {
                forget_moves(store, config, &mut claim)?;
            }
            // A source is visited once a round, whatever its schedule makes of it.
            if !visited.insert(claim.source.clone()) || !visits.start(config, claim.clone(), force)
            {
                store.release(&claim.source, &owner)?;
            }
        }
        let patience = visits.at_most(RENEW_EVERY);
        let mut ended = match tokio::time::timeout(patience, visits.ended()).await {
            Ok(Some(first)) => first,
            Ok(None) => break,
            Err(_) => Vec::new(),
        };
        // One visit may hang while others come and go.
        let since = (clock() - renewed).to_std();
        if since.is_ok_and(|since| since >= RENEW_EVERY) {
            renewed = clock();
            store.renew(renewed, LEASE, &owner)?;
        }
        if ended.is_empty() {
            continue;
        }
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
