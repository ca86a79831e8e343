//! Arrivals → the store: entries, stories, source links, validators and the next visit, one transaction an arrival.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::intake::Intake;
use super::moves;
use super::record::{Brought, Case, Tally, asked_by_feed, hold_server};
use super::wanted::want;
use super::withdraw::withdraw;
use crate::config::{Config, Listening};
use crate::ingest::{Arrival, Failure, Fresh, Memory, Oddity, Visit};
use crate::link;
use crate::schedule::{self, Because, Due, Outcome};
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

/// Slots missed while nothing ran become one visit, spread out after the start (C10). Files are read at once: they may have changed meanwhile, and wait
/// for nobody.
pub fn catch_up(store: &Store, config: &Config, now: DateTime<Utc>) -> Result<(), StoreError> {
    let local = |listening: &&Listening| !listening.source.place.is_remote();
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
        let because = Because::parse(&because).unwrap_or(Because::Schedule);
        let due = schedule::catch_up(
            &source,
            &listening.schedule,
            &asked_by_feed(&store.kept(&source)?),
            Due { at, because },
            now,
        );
        store.postpone(&source, due.at, due.because.as_str())?;
    }
    Ok(())
}

/// Brings visits in. Those that come together share one commit; each is an attempt of its own, so that one that cannot be stored does not cost the others.
///
/// Errors only when the store as a whole cannot be written; nothing of the round is kept then, and the visits can be settled again.
pub fn settle(
    store: &Store,
    config: &Config,
    visits: &[Visit],
    now: DateTime<Utc>,
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
            let tally = match store
                .attempt(|store| settle_one(store, listening, visit, now, &mut touched))
            {
                Ok(tally) => tally,
                Err(error @ (StoreError::Full | StoreError::Locked | StoreError::Damaged(_))) => {
                    return Err(error);
                }
                Err(error) => {
                    touched.clear();
                    let failure = Failure::Panicked(format!("it could not be stored: {error}"));
                    store.attempt(|store| {
                        Case::of(store, listening, visit, now)?.record_failure(&failure)
                    })?
                }
            };
            hold_server(store, config, visit.answer.as_ref(), now)?;
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

fn settle_one(
    store: &Store,
    listening: &Listening,
    visit: &Visit,
    now: DateTime<Utc>,
    touched: &mut BTreeSet<String>,
) -> Result<Tally, StoreError> {
    let case = Case::of(store, listening, visit, now)?;
    match &visit.arrival {
        Arrival::Fresh(fresh) => {
            if case.kept.memory == Memory::default() {
                // Read for the first time: feeds that waited for this may be served now, empty or not (S14).
                touched.insert(visit.source.clone());
            }
            if let Some(trial) = case.trial()
                && !moves::is_known(store, &listening.source, Some(fresh))?
            {
                return case.record_failure(&Failure::AnotherFeed(trial.to_string()));
            }
            settle_fresh(&case, fresh, touched)
        }
        Arrival::Unchanged { memory } => {
            store.drop_specimen(&visit.source)?;
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
    let (store, visit, now) = (case.store, case.visit, case.now);
    // Before its entries are stored, when all of them would be known.
    let moved = case.moved(Some(fresh), &fresh.memory)?;
    store.record_channel(&visit.source, &fresh.channel)?;
    store.drop_specimen(&visit.source)?;
    let mut intake = Intake {
        store,
        source: &visit.source,
        now,
        full_text: case.listening.source.full_text,
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
        let story = match store.look_up(&visit.source, entry, now)? {
            Put::Same(_) => continue,
            Put::Unknown => {
                added += 1;
                intake.add(entry, &at)?
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
    let (source, kept) = (&case.listening.source, &case.kept);
    for story in withdraw(store, source, fresh, kept, now, &mut oddities)? {
        touched.extend(store.carriers(story)?);
    }
    let brought = Brought {
        outcome: "fresh",
        memory: Some(moved.memory.as_ref().unwrap_or(&fresh.memory)),
        moves: moved.moves,
        added,
        changed,
        oddities: &oddities,
        verdicts,
        ttl: fresh.channel.ttl,
        asks: fresh.channel.asks.clone(),
        ..case.brought()
    };
    case.record(brought, &Outcome::Success)
}
