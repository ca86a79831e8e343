//! `refresh`: one round and out.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;

use super::visits::Visits;
use crate::config::Config;
use crate::ingest::Force;
use crate::ingest::fetch::Web;
use crate::pipeline::{Tally, listed, settle};
use crate::source::Place;
use crate::store::{Claim, Store, StoreError};

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

/// Visits what is wanted, settles it, and returns what came of each visit, told to `progress` as it comes.
///
/// Bound by everything a daemon is bound by: leases, per-host manners, Retry-After. Does not compose: a running daemon sees the change and does.
pub async fn refresh(
    store: &Store,
    config: &Arc<Config>,
    wanted: &Wanted,
    mut progress: impl FnMut(&Tally),
) -> Result<Vec<Tally>, StoreError> {
    let owner = owner();
    store.transaction(|store| store.sync_sources(&listed(config, Utc::now())))?;
    let fetch = Arc::new(Web::new(config.concurrency));
    let mut visits = Visits::new(fetch);
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
        for claim in next_claims(store, wanted, &mut asked, free, &owner)? {
            // A source is visited once a round, whatever its schedule makes of it.
            if !visited.insert(claim.source.clone()) || !visits.start(config, claim.clone(), force)
            {
                store.release(&claim.source, &owner)?;
            }
        }
        let first = match tokio::time::timeout(RENEW_EVERY, visits.ended()).await {
            Ok(Some(first)) => first,
            Ok(None) => break,
            Err(_) => {
                store.renew(Utc::now(), LEASE, &owner)?;
                continue;
            }
        };
        let mut ended = vec![first];
        while let Some(visit) = visits.ended_already() {
            ended.push(visit);
        }
        let settled = settle(store, config, &ended, Utc::now())?;
        settled.visits.iter().for_each(&mut progress);
        tallies.extend(settled.visits);
    }
    Ok(tallies)
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
) -> Result<Vec<Claim>, StoreError> {
    let now = Utc::now();
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
pub(super) fn owner() -> String {
    format!("{}-{}", std::process::id(), Utc::now().timestamp_millis())
}
