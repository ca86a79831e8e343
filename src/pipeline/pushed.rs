//! What hubs bring → the store. Settled like visits, but for the memory of polling, which stays as it is (F4, F7).

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::record::asked_by_feed;
use super::settle::{TakenIn, take_in};
use crate::config::{Config, Listening};
use crate::ingest::{Failure, Fresh};
use crate::push::{SAFETY, Subscription};
use crate::schedule::{Because, Chance, Due, pinged, resumed, safety};
use crate::store::{PushRecord, Store, StoreError};

/// One delivery, read.
#[derive(Debug)]
pub struct Delivery {
    /// Of its subscription.
    pub token: String,
    pub at: DateTime<Utc>,
    pub took: Duration,
    /// As it came.
    pub bytes: u64,
    /// What it is to the source that is subscribed, and to those that share its address.
    pub brought: Vec<(String, Result<Fresh, Failure>)>,
}

/// What a delivery came to, for one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushTally {
    pub source: String,
    /// When it had come and was read.
    pub ended: DateTime<Utc>,
    /// `fresh`, `unchanged`, `pinged` or a failure's code.
    pub outcome: &'static str,
    pub added: usize,
    pub changed: usize,
    /// Codes of what was odd, once for each time.
    pub oddities: Vec<&'static str>,
    /// The rules that gave its new entries to their stories.
    pub verdicts: Vec<&'static str>,
    /// What went wrong, for people.
    pub failure: Option<String>,
}

/// What settling deliveries came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushesSettled {
    /// Feeds whose stories changed: those to compose again.
    pub feeds: BTreeSet<String>,
    pub pushes: Vec<PushTally>,
}

/// Brings deliveries in, in the order in which they came, in one commit. One that cannot be stored makes its source due, and costs the others nothing.
///
/// Errors only when the store as a whole cannot be written; nothing is kept then, and they can be settled again.
pub fn settle_deliveries(
    store: &Store,
    config: &Config,
    deliveries: &[Delivery],
    now: DateTime<Utc>,
) -> Result<PushesSettled, StoreError> {
    store.transaction(|store| {
        let mut settled = PushesSettled::default();
        for delivery in deliveries {
            let mut was_whole = true;
            for (id, brought) in &delivery.brought {
                // A source that left feeds.toml meanwhile: its news is no longer wanted.
                let Some(listening) = config.source(id) else {
                    continue;
                };
                let mut touched = BTreeSet::new();
                let one = |store: &Store| {
                    let tally = settle_one(store, listening, delivery, brought, now, &mut touched)?;
                    Ok(tally)
                };
                let tally = match store.attempt(one) {
                    Ok(tally) => tally,
                    Err(error) if error.is_of_the_store() => return Err(error),
                    Err(error) => {
                        touched.clear();
                        let failure = Failure::Panicked(format!("it could not be stored: {error}"));
                        store.attempt(|store| record(store, id, delivery, Err(&failure)))?
                    }
                };
                was_whole &= matches!(tally.outcome, "fresh" | "unchanged");
                settled.pushes.push(tally);
                for source in touched {
                    let feeds = config.feeds_of(&source);
                    settled.feeds.extend(feeds.map(|feed| feed.id.clone()));
                }
            }
            credit(store, config, delivery, was_whole, now)?;
        }
        Ok(settled)
    })
}

fn settle_one(
    store: &Store,
    listening: &Listening,
    delivery: &Delivery,
    brought: &Result<Fresh, Failure>,
    now: DateTime<Utc>,
    touched: &mut BTreeSet<String>,
) -> Result<PushTally, StoreError> {
    let id = &listening.source.id;
    let fresh = match brought {
        Ok(fresh) => fresh,
        Err(failure) => {
            if let Failure::Parser(specimen) = failure {
                store.keep_specimen(id, specimen, now)?;
            }
            return record(store, id, delivery, Err(failure));
        }
    };
    let taken = take_in(store, listening, fresh, now, touched)?;
    record(store, id, delivery, Ok((fresh, &taken)))
}

fn record(
    store: &Store,
    source: &str,
    delivery: &Delivery,
    came_to: Result<(&Fresh, &TakenIn), &Failure>,
) -> Result<PushTally, StoreError> {
    let (outcome, added, changed, failure) = match came_to {
        Ok((fresh, _)) if is_light(fresh) => ("pinged", 0, 0, None),
        Ok((_, taken)) => match (taken.added, taken.changed) {
            (0, 0) => ("unchanged", 0, 0, None),
            (added, changed) => ("fresh", added, changed, None),
        },
        Err(failure) => (failure.code(), 0, 0, Some(failure.to_string())),
    };
    store.record_push(&PushRecord {
        source,
        at: delivery.at,
        took: delivery.took,
        outcome,
        bytes: delivery.bytes,
        added,
        changed,
        message: failure.clone(),
        oddities: came_to.map_or(&[], |(_, taken)| &taken.oddities),
    })?;
    let took = TimeDelta::from_std(delivery.took).unwrap_or_default();
    let taken = came_to.ok().map(|(_, taken)| taken);
    let oddities = taken.map_or(&[][..], |taken| &taken.oddities);
    Ok(PushTally {
        source: source.to_string(),
        ended: delivery.at.checked_add_signed(took).unwrap_or(delivery.at),
        oddities: oddities.iter().map(|oddity| oddity.code).collect(),
        verdicts: taken
            .map(|taken| taken.verdicts.clone())
            .unwrap_or_default(),
        outcome,
        added,
        changed,
        failure,
    })
}

/// Whether it says that there is news, and not which.
fn is_light(fresh: &Fresh) -> bool {
    fresh.entries.is_empty() && fresh.channel.deleted.is_empty()
}

/// Puts a delivery to its subscription's account. What was no news by itself makes the source due, as does what could not be read.
fn credit(
    store: &Store,
    config: &Config,
    delivery: &Delivery,
    was_whole: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(mut sub) = store.subscription(&delivery.token)? else {
        return Ok(());
    };
    sub.evidence.owed = sub.evidence.owed.saturating_sub(1);
    sub.evidence.delivered(now);
    if !was_whole {
        sub.evidence.pinged = Some(now);
    }
    store.keep_subscription(&sub)?;
    let Some(listening) = config.source(&sub.source) else {
        return Ok(());
    };
    match was_whole {
        true => slow_down(store, listening, &sub, now),
        false => ping(store, listening, now),
    }
}

/// Rules that are the source's ordinary rhythm, which push may slow down. The others are there for something that is not over.
const ORDINARY: [Because; 8] = [
    Because::Rhythm,
    Because::Schedule,
    Because::MinInterval,
    Because::Freshness,
    Because::Ttl,
    Because::UpdatePeriod,
    Because::SkipHours,
    Because::SkipDays,
];

/// Puts the next poll of a source off that is pushed (W7): counted from the last one, or deliveries that come often would put it off for ever.
fn slow_down(
    store: &Store,
    listening: &Listening,
    sub: &Subscription,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = &listening.source.id;
    let Some(plan) = store.plan(id)?.filter(|_| sub.is_trusted(now)) else {
        return Ok(());
    };
    let because = Because::parse(&plan.because).filter(|because| ORDINARY.contains(because));
    let (Some(because), Some(visited)) = (because, plan.visited) else {
        return Ok(());
    };
    let due = Due {
        at: plan.due,
        because,
    };
    let asked = asked_by_feed(&store.kept(id)?);
    let due = safety(
        id,
        &listening.schedule,
        &asked,
        due,
        visited,
        SAFETY,
        Chance::NONE,
    );
    store.postpone(id, due.at, due.because.as_str())
}

/// Makes a source due because of a delivery, as soon as all that was asked of us allows (F11, F14).
pub(super) fn ping(
    store: &Store,
    listening: &Listening,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = &listening.source.id;
    let Some(plan) = store.plan(id)? else {
        return Ok(());
    };
    let asked = asked_by_feed(&store.kept(id)?);
    let due = pinged(id, &listening.schedule, &asked, plan.earliest, now);
    store.make_due(id, due.at, due.because.as_str())
}

/// Has a source polled as scheduled again, whose hub can no longer be relied on (W7).
pub(super) fn resume(
    store: &Store,
    config: &Config,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some((listening, plan)) = config.source(source).zip(store.plan(source)?) else {
        return Ok(());
    };
    if plan.because != Because::Safety.as_str() {
        return Ok(());
    }
    let asked = asked_by_feed(&store.kept(source)?);
    let (schedule, visited) = (&listening.schedule, plan.visited.unwrap_or(now));
    let due = resumed(source, schedule, &asked, plan.earliest, visited, now);
    store.make_due(source, due.at, due.because.as_str())
}
