//! A visit's record: how it ended, and when the next one is due, by everything that was asked of us.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::config::Listening;
use crate::ingest::{Answer, Failure, Memory, Oddity, Visit};
use crate::schedule::{self, Asked, Due, Outcome, next_due};
use crate::store::{Kept, Store, StoreError, VisitRecord};

/// What one visit came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub source: String,
    /// `fresh`, `unchanged`, `gone` or a failure's code.
    pub outcome: &'static str,
    pub added: usize,
    pub changed: usize,
    /// What went wrong, for people.
    pub failure: Option<String>,
    pub oddities: usize,
    pub next: Option<Due>,
}

/// Records that a visit brought nothing, and why.
pub(super) fn record_failure(
    store: &Store,
    listening: &Listening,
    visit: &Visit,
    failure: &Failure,
    kept: &Kept,
    now: DateTime<Utc>,
) -> Result<Tally, StoreError> {
    let failures = kept.failures.saturating_add(1);
    let outcome = Outcome::Failure {
        count: failures,
        throttled: failure.is_throttling(),
    };
    let brought = Brought {
        outcome: failure.code(),
        message: Some(failure.to_string()),
        failures,
        failed: true,
        ttl: kept.ttl,
        ..Brought::default()
    };
    record(store, listening, visit, brought, &outcome, now)
}

/// What a visit leaves, before it is known when the next one is due.
#[derive(Default)]
pub(super) struct Brought<'a> {
    pub outcome: &'static str,
    pub memory: Option<&'a Memory>,
    pub added: usize,
    pub changed: usize,
    pub oddities: &'a [Oddity],
    pub message: Option<String>,
    pub failures: u32,
    pub failed: bool,
    pub gone_since: Option<DateTime<Utc>>,
    /// Minutes: what the feed asks for now, or said last (F11).
    pub ttl: Option<u32>,
}

/// Records the visit with when the next is due: after 200, 304 *and* errors by all that was asked of us (F11).
pub(super) fn record(
    store: &Store,
    listening: &Listening,
    visit: &Visit,
    brought: Brought<'_>,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<Tally, StoreError> {
    let answer = visit.answer.as_ref();
    let source = &listening.source;
    // Files are nobody's server: they are read whenever the schedule says.
    let (asked, min_interval) = if source.place.is_remote() {
        (asked(answer, brought.ttl, now), source.manners.min_interval)
    } else {
        (Asked::default(), Duration::ZERO)
    };
    let due = next_due(
        &source.id,
        &listening.schedule,
        min_interval,
        &asked,
        outcome,
        visit.at,
    );
    store.record_visit(&VisitRecord {
        source: &visit.source,
        at: visit.at,
        took: visit.took,
        outcome: brought.outcome,
        status: answer.map(|answer| answer.status),
        bytes: answer.map(|answer| answer.bytes),
        added: brought.added,
        changed: brought.changed,
        message: brought.message.clone(),
        oddities: brought.oddities,
        memory: brought.memory,
        failures: brought.failures,
        gone_since: brought.gone_since,
        retry_at: asked.retry_at,
        due: due.map(|due| (due.at, due.because.as_str())),
    })?;
    Ok(Tally {
        source: visit.source.clone(),
        outcome: brought.outcome,
        added: brought.added,
        changed: brought.changed,
        failure: brought.message.filter(|_| brought.failed),
        oddities: brought.oddities.len(),
        next: due,
    })
}

/// What the server and the feed ask of whoever comes again.
fn asked(answer: Option<&Answer>, ttl: Option<u32>, now: DateTime<Utc>) -> Asked {
    let fresh_for = answer.and_then(|answer| {
        schedule::freshness(
            answer.cache_control.as_deref(),
            answer.age.as_deref(),
            answer.expires.as_deref(),
            answer.date.as_deref(),
        )
    });
    let throttling = answer.filter(|answer| matches!(answer.status, 429 | 503));
    let retry_at =
        throttling.and_then(|answer| schedule::retry_after(answer.retry_after.as_deref()?, now));
    let ttl = ttl.map(|minutes| Duration::from_secs(u64::from(minutes).saturating_mul(60)));
    Asked {
        fresh_for,
        retry_at,
        ttl,
        ..Asked::default()
    }
}
