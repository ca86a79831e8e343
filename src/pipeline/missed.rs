//! What was missed while nothing ran, and what was planned by a clock that was wrong.

use chrono::{DateTime, TimeDelta, Utc};

use super::record::asked_by_feed;
use crate::config::Config;
use crate::schedule::{self, Because, Chance, Due};
use crate::store::{Store, StoreError};

/// Slots missed while nothing ran become one visit, spread out after `now`, and are counted (C10, C11). Files are read at once: they may have changed
/// meanwhile, and wait for nobody. Before that, what a clock left behind that was put back since is put right (C8).
pub fn catch_up(
    store: &Store,
    config: &Config,
    now: DateTime<Utc>,
    chance: Chance,
) -> Result<(), StoreError> {
    put_right(store, config, now, chance)?;
    let local = |listening: &&crate::config::Listening| !listening.source.place.is_remote();
    for listening in config.sources.iter().filter(local) {
        store.make_due(&listening.source.id, now, Because::Startup.as_str())?;
    }
    for (source, at, because) in store.overdue(now)? {
        let Some(listening) = config
            .source(&source)
            .filter(|listening| listening.source.place.is_remote())
        else {
            continue;
        };
        let kept = store.kept(&source)?;
        let due = schedule::catch_up(
            &source,
            &listening.schedule,
            &asked_by_feed(&kept),
            Due {
                at,
                because: named(&because),
            },
            now,
            chance,
        );
        if kept.follows.is_none() {
            store.coalesce(&source, listening.schedule.slots_between(at, now))?;
        }
        store.postpone(&source, due.at, due.because.as_str())?;
    }
    Ok(())
}

/// Plans anew what was planned by a clock that was wrong by hours: every source that was visited in what is the future now waits as long as it was to wait,
/// counted back by as much as the clock was put back (C8, C14). Returns by how much that is; `None` on any other day, when nothing is changed.
pub fn put_right(
    store: &Store,
    config: &Config,
    now: DateTime<Utc>,
    chance: Chance,
) -> Result<Option<TimeDelta>, StoreError> {
    let last = store.visited_last()?;
    let Some(by) = last.and_then(|last| schedule::put_back_by(last, now)) else {
        return Ok(None);
    };
    for (source, at, because) in store.visited_after(now)? {
        let because = named(&because);
        let due = match config.source(&source) {
            Some(listening) => schedule::put_right(
                &source,
                &listening.schedule,
                Due { at, because },
                by,
                chance,
            ),
            None => continue,
        };
        store.set_due(&source, due.at, due.because.as_str())?;
    }
    store.put_back(by, now)?;
    tracing::warn!(
        hours = by.num_hours(),
        "the clock was put back: waits that were set by the old one are counted by the new one"
    );
    Ok(Some(by))
}

fn named(because: &str) -> Because {
    Because::parse(because).unwrap_or(Because::Schedule)
}
