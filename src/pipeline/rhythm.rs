//! How push and polling share a source (W7): what a poll proves of push, and when the next one is due.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::config::Listening;
use crate::ingest::{Channel, Visit};
use crate::push::{SAFETY, announced};
use crate::schedule::{Asked, Chance, Due, Outcome, Schedule, earliest, safety};
use crate::store::{Store, StoreError};

/// A poll that has ended, as far as push is concerned.
pub(super) struct Poll<'a> {
    pub listening: &'a Listening,
    pub outcome: &'a Outcome,
    pub added: usize,
    pub asked: &'a Asked,
    pub min_interval: Duration,
    pub ended: DateTime<Utc>,
    /// The schedule, with what was learned where it learns.
    pub schedule: &'a Schedule,
    pub chance: Chance,
}

/// Notes what a poll says of the hub that pushes its source, and puts the next one off for as long as that hub is trusted. `due` is when it would be
/// otherwise.
pub(super) fn after_poll(
    store: &Store,
    poll: &Poll<'_>,
    due: Option<Due>,
) -> Result<Option<Due>, StoreError> {
    let (source, schedule) = (&poll.listening.source, poll.schedule);
    let Some(due) = due else { return Ok(None) };
    let bound = earliest(
        &source.id,
        schedule,
        poll.min_interval,
        poll.asked,
        poll.outcome,
        poll.ended,
    );
    store.record_earliest(&source.id, bound.unwrap_or(poll.ended))?;
    let held = store.subscription_of(&source.id)?;
    // One that follows another is visited when the other is.
    let Some(mut sub) = held.filter(|sub| sub.source == source.id) else {
        return Ok(Some(due));
    };
    if *poll.outcome != Outcome::Success {
        return Ok(Some(due));
    }
    let before = sub.evidence.clone();
    if sub.evidence.polled(poll.ended, poll.added) {
        tracing::warn!(source = %source.id, added = poll.added, "a poll found news that its hub had not sent; it is polled as scheduled again");
    }
    if sub.evidence != before {
        store.keep_subscription(&sub)?;
    }
    if !sub.is_trusted(poll.ended) {
        return Ok(Some(due));
    }
    let slow = safety(
        &source.id,
        schedule,
        poll.asked,
        due,
        poll.ended,
        SAFETY,
        poll.chance,
    );
    Ok(Some(slow))
}

/// Keeps what a visit that went well says of hubs (W1). Silence counts only from a whole document: an answer that nothing has changed need not repeat it.
pub(super) fn keep_announced(
    store: &Store,
    listening: &Listening,
    visit: &Visit,
    document: Option<&Channel>,
) -> Result<(), StoreError> {
    let Some(answer) = &visit.answer else {
        return Ok(());
    };
    let nothing = Channel::default();
    let found = announced(Some(answer), document.unwrap_or(&nothing));
    if found.is_none() && document.is_none() {
        return Ok(());
    }
    let address = listening.source.place.shown();
    store.record_announced(&visit.source, &address, found.as_ref())
}
