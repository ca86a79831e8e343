//! Arrivals → the store: entries, stories, source links, validators and the next visit, one transaction an arrival.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::intake::Intake;
use super::moves;
use super::record::{Brought, Case, Tally, hold_server};
use super::rhythm::keep_announced;
use super::wanted::want;
use super::withdraw::withdraw;
use crate::config::{Config, Listening};
use crate::ingest::{Arrival, Entry, Failure, Fresh, Memory, Oddity, Visit};
use crate::link;
use crate::schedule::{Because, Chance, Outcome};
use crate::source::Place;
use crate::store::{Listed, Put, Store, StoreError};

/// What settling a round of arrivals came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// Feeds whose stories changed: those to compose again.
    pub feeds: BTreeSet<String>,
    /// One for each visit, in the order of feeds.toml.
    pub visits: Vec<Tally>,
}

/// The configured sources, as the store wants to know them.
pub fn listed(config: &Config, now: DateTime<Utc>) -> Vec<Listed> {
    let mut leaders: BTreeMap<String, &str> = BTreeMap::new();
    let mut sources = Vec::with_capacity(config.sources.len());
    // A source that was never visited is due at once: whoever listed it waits to see it. Hosts are spared by `per_host` and `host_interval` (F19).
    for Listening { source, .. } in &config.sources {
        let because = Because::Startup.as_str();
        // A sitemap may be an index, whose answer is not all that its visit asks for: it shares with nobody.
        let shared = match &source.place {
            Place::Url(url) | Place::Page { url, .. } => Some(url),
            Place::Sitemap(_) | Place::Files { .. } => None,
        };
        sources.push(Listed {
            id: source.id.clone(),
            name: source.name.clone(),
            address: source.place.shown(),
            server: source.place.url().and_then(link::server),
            follows: shared.and_then(|url| leader(&mut leaders, url, &source.id)),
            first_due: now,
            because,
        });
    }
    sources
}

/// The earlier source with the very same address, credentials included: it asks for both, in its own manners and on its own schedule (F19).
fn leader<'a>(
    leaders: &mut BTreeMap<String, &'a str>,
    url: &url::Url,
    id: &'a str,
) -> Option<String> {
    let mut address = url.clone();
    address.set_fragment(None);
    let first = *leaders.entry(address.into()).or_insert(id);
    (first != id).then(|| first.to_string())
}

/// Brings visits in. Those that come together share one commit; each is an attempt of its own, so that one that cannot be stored does not cost the others.
///
/// Errors only when the store as a whole cannot be written; nothing of the round is kept then, and the visits can be settled again.
pub fn settle(
    store: &Store,
    config: &Config,
    visits: &[Visit],
    now: DateTime<Utc>,
    chance: Chance,
) -> Result<Settled, StoreError> {
    store.transaction(|store| {
        let mut settled = Settled::default();
        // In the order of feeds.toml: which source founds a story that several bring at once is then the operator's to say, not the network's.
        let place = |visit: &&Visit| {
            config
                .sources
                .iter()
                .position(|listening| listening.source.id == visit.source)
        };
        let mut in_order: Vec<&Visit> = visits.iter().collect();
        in_order.sort_by_cached_key(place);
        for visit in in_order {
            // A source that left feeds.toml while it was being visited: its news is no longer wanted.
            let Some(listening) = config.source(&visit.source) else {
                continue;
            };
            let mut touched = BTreeSet::new();
            let tally = match store.attempt(|store| {
                settle_one(
                    &Case::of(store, listening, visit, now, chance)?,
                    &mut touched,
                )
            }) {
                Ok(tally) => tally,
                Err(error) if error.is_of_the_store() => return Err(error),
                Err(error) => {
                    touched.clear();
                    let failure = Failure::Panicked(format!("it could not be stored: {error}"));
                    store.attempt(|store| {
                        Case::of(store, listening, visit, now, chance)?.record_failure(&failure)
                    })?
                }
            };
            hold_server(store, config, visit.answer.as_ref(), now, chance)?;
            settled.visits.push(tally);
            for source in touched {
                settled
                    .feeds
                    .extend(config.feeds_of(&source).map(|feed| feed.id.clone()));
            }
        }
        Ok(settled)
    })
}

fn settle_one(case: &Case<'_>, touched: &mut BTreeSet<String>) -> Result<Tally, StoreError> {
    let (store, visit, now) = (case.store, case.visit, case.now);
    match &visit.arrival {
        Arrival::Fresh(fresh) => {
            if case.kept.memory == Memory::default() {
                // Read for the first time: feeds that waited for this may be served now, empty or not (S14).
                touched.insert(visit.source.clone());
            }
            if let Some(trial) = case.trial()
                && !moves::is_known(store, &case.listening.source, Some(fresh))?
            {
                return case.record_failure(&Failure::AnotherFeed(trial.to_string()));
            }
            settle_fresh(case, fresh, touched)
        }
        Arrival::Unchanged { memory } => {
            store.drop_specimen(&visit.source)?;
            keep_announced(store, case.listening, visit, None)?;
            let moved = case.moved(None, memory)?;
            let brought = Brought {
                outcome: "unchanged",
                memory: Some(moved.memory.as_ref().unwrap_or(memory)),
                moves: moved.moves,
                ..case.brought()
            };
            case.record(brought, &Outcome::Success)
        }
        Arrival::Gone if case.trial().is_some() => case.record_failure(&Failure::Status(410)),
        Arrival::Gone => {
            let since = case.kept.gone_since.unwrap_or(visit.at);
            let message = "the publisher says it is gone for good (410); what it brought is kept";
            let brought = Brought {
                outcome: "gone",
                message: Some(message.to_string()),
                gone_since: Some(since),
                moves: moves::after_failure(&case.kept, 0, true),
                ..case.brought()
            };
            case.record(brought, &Outcome::Gone { since })
        }
        // On the way there nobody was asked: it was no visit.
        Arrival::Failed(failure @ Failure::Held(_)) if visit.answer.is_none() => {
            case.turn_back(failure)
        }
        Arrival::Failed(failure) => {
            if let Failure::Parser(specimen) = failure {
                store.keep_specimen(&visit.source, specimen, now)?;
            }
            case.record_failure(failure)
        }
    }
}

fn settle_fresh(
    case: &Case<'_>,
    fresh: &Fresh,
    touched: &mut BTreeSet<String>,
) -> Result<Tally, StoreError> {
    let (store, visit) = (case.store, case.visit);
    // Before its entries are stored, when all of them would be known.
    let moved = case.moved(Some(fresh), &fresh.memory)?;
    store.record_channel(&visit.source, &fresh.channel)?;
    store.drop_specimen(&visit.source)?;
    let taken = take_in(store, case.listening, fresh, case.now, touched)?;
    let whole = Some(&fresh.channel).filter(|_| !fresh.is_delta);
    keep_announced(store, case.listening, visit, whole)?;
    let brought = Brought {
        outcome: "fresh",
        memory: Some(moved.memory.as_ref().unwrap_or(&fresh.memory)),
        moves: moved.moves,
        added: taken.added,
        changed: taken.changed,
        oddities: &taken.oddities,
        verdicts: taken.verdicts,
        ttl: fresh.channel.ttl,
        asks: fresh.channel.asks.clone(),
        ..case.brought()
    };
    case.record(brought, &Outcome::Success)
}

/// Whether an entry says of itself that it is older than the one that is known. Of deltas only, which may come late or twice: a whole document is how things are.
fn is_older(entry: &Entry, known: &Entry) -> bool {
    let updated = |entry: &Entry| entry.updated.map(|dated| dated.stamp.said());
    updated(entry)
        .zip(updated(known))
        .is_some_and(|(entry, known)| entry < known)
}

/// What taking in the entries of an arrival came to.
pub(super) struct TakenIn {
    pub added: usize,
    pub changed: usize,
    pub oddities: Vec<Oddity>,
    /// The rules that gave its new entries to their stories.
    pub verdicts: Vec<&'static str>,
}

/// Takes in the entries of an arrival, however they came: the new ones, those that are said otherwise now, and what was taken back.
pub(super) fn take_in(
    store: &Store,
    listening: &Listening,
    fresh: &Fresh,
    now: DateTime<Utc>,
    touched: &mut BTreeSet<String>,
) -> Result<TakenIn, StoreError> {
    let source = &listening.source;
    let mut intake = Intake {
        store,
        source: &source.id,
        now,
        full_text: source.full_text,
        oddities: fresh.oddities.clone(),
        verdicts: Vec::new(),
        wishes: Vec::new(),
    };
    let (mut added, mut changed) = (0, 0);
    let mut told = BTreeSet::new();
    for (place, entry) in fresh.entries.iter().enumerate() {
        let at = format!("entries[{place}]");
        if !told.insert(entry.id.as_str()) {
            // Taking both would revise the one by the other at every visit (F48).
            let message = "another entry of this visit has the same id; the first one counts";
            intake.oddities.push(Oddity::new("id-twice", at, message));
            continue;
        }
        let story = match store.look_up(&source.id, entry, now)? {
            Put::Same(_) => continue,
            Put::Unknown => {
                added += 1;
                intake.add(entry, &at)?
            }
            Put::Changed { before, .. } if fresh.is_delta && is_older(entry, &before) => {
                let message = "a newer version of this entry is known; this one came late";
                intake
                    .oddities
                    .push(Oddity::new("older-version", at, message));
                continue;
            }
            Put::Changed {
                entry: key,
                story,
                before,
            } => {
                changed += 1;
                intake.revise(key, story, entry, &before, &at)?;
                story
            }
        };
        touched.extend(store.carriers(story)?);
    }
    let (mut oddities, verdicts) = (intake.oddities, intake.verdicts);
    want(store, intake.wishes, now, &mut oddities)?;
    let kept = store.kept(&source.id)?;
    for story in withdraw(store, source, fresh, &kept, now, &mut oddities)? {
        touched.extend(store.carriers(story)?);
    }
    Ok(TakenIn {
        added,
        changed,
        oddities,
        verdicts,
    })
}
