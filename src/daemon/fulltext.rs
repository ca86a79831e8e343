//! The end of a `refresh`: the pages that are wanted, so that whoever lives by a timer gets whole texts too.

use std::sync::Arc;

use chrono::TimeDelta;

use super::pages::{Pages, read_in_full};
use super::rounds::{LEASE, RENEW_EVERY, Wanted, owner};
use super::visits::Clock;
use crate::config::Config;
use crate::ingest::fetch::Fetch;
use crate::pipeline::{PageTally, TRIES, settle_pages};
use crate::schedule::has_passed;
use crate::store::{Store, StoreError};

/// How long a `refresh` goes on to begin with pages after its visits have ended: three hundred of a single host at one a second. Timers come every
/// quarter of an hour or so, and what is left is taken up by the next.
const WITHIN: TimeDelta = TimeDelta::minutes(5);

/// Asks for the pages that are wanted now, of the sources that `wanted` names or of all that are read in full, and settles what they say. Bound by
/// everything a daemon is bound by. Pages that have not begun after five minutes are left to the next round.
pub async fn fetch_pages<F: Fetch + 'static>(
    store: &Store,
    config: &Config,
    wanted: &Wanted,
    fetch: Arc<F>,
    clock: Clock,
    mut progress: impl FnMut(&PageTally),
) -> Result<Vec<PageTally>, StoreError> {
    let (owner, began) = (owner(clock()), clock());
    let is_wanted = |id: &String| wanted.sources.is_empty() || wanted.sources.contains(id);
    let mut sources = read_in_full(config);
    sources.retain(is_wanted);
    let mut pages = Pages::new(fetch, Arc::clone(&clock));
    let mut tallies = Vec::new();
    let mut renewed = began;
    loop {
        let now = clock();
        let room = match now - began <= WITHIN {
            true => pages.room(config, 0),
            false => 0,
        };
        for claim in store.claim_pages(&sources, now, (room, TRIES), LEASE, &owner)? {
            let entry = claim.entry;
            if !pages.start(config, claim) {
                store.release_page(entry, now)?;
            }
        }
        let mut ended = match tokio::time::timeout(RENEW_EVERY, pages.ended()).await {
            Ok(Some(first)) => vec![first],
            Ok(None) => break,
            Err(_) => Vec::new(),
        };
        // One page may hang while others come and go.
        if has_passed(renewed, RENEW_EVERY, clock()) {
            renewed = clock();
            store.renew(renewed, LEASE, &owner)?;
        }
        while let Some(more) = pages.ended_already() {
            ended.push(more);
        }
        let settled = settle_pages(store, config, &ended, clock())?;
        settled.pages.iter().for_each(&mut progress);
        tallies.extend(settled.pages);
    }
    Ok(tallies)
}
