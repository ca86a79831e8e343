//! Arrivals → the store: entries, stories, source links, validators and the next visit, one transaction an arrival.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::record::{Brought, Tally, record, record_failure};
use super::study::study;
use crate::config::{Config, Listening};
use crate::dedupe::{self, Fingerprint, Judgement, SETTLING, Voice, judge, speaks_better};
use crate::enrich;
use crate::ingest::{Arrival, Dated, Entry, Failure, Fresh, Memory, Oddity, Visit};
use crate::link;
use crate::schedule::{self, Asked, Because, Due, Outcome};
use crate::store::{EntryKey, Listed, Put, Store, StoreError, StoryKey};

/// Clocks of publishers run fast by minutes; a date further in the future than this is not believed, and a story within it is published
/// (T10).
pub(super) const SKEW: TimeDelta = TimeDelta::minutes(15);

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
    // A source that was never visited is due at once: whoever listed it waits to see it. Hosts are spared by `per_host` and `host_interval` (F19).
    let list = |listening: &Listening| {
        let source = &listening.source;
        let because = Because::Startup.as_str();
        Listed {
            id: source.id.clone(),
            name: source.name.clone(),
            address: source.place.shown(),
            first_due: now,
            because,
        }
    };
    config.sources.iter().map(list).collect()
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
            &Asked::default(),
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
        let place = |visit: &&Visit| config.sources.iter().position(|listening| listening.source.id == visit.source);
        let mut in_order: Vec<&Visit> = visits.iter().collect();
        in_order.sort_by_cached_key(place);
        for visit in in_order {
            // A source that left feeds.toml while it was being visited: its news is no longer wanted.
            let Some(listening) = config.source(&visit.source) else { continue };
            let mut touched = BTreeSet::new();
            let tally = match store.attempt(|store| settle_one(store, listening, visit, now, &mut touched)) {
                Ok(tally) => tally,
                Err(error @ (StoreError::Full | StoreError::Locked | StoreError::Damaged(_))) => return Err(error),
                Err(error) => {
                    touched.clear();
                    tracing::error!(source = %visit.source, %error, "what this visit brought could not be stored; nothing of it was kept");
                    let failure = Failure::Panicked(format!("it could not be stored: {error}"));
                    store.attempt(|store| {
                        let kept = store.kept(&visit.source)?;
                        record_failure(store, listening, visit, &failure, &kept, now)
                    })?
                }
            };
            settled.visits.push(tally);
            for source in touched {
                settled.feeds.extend(config.feeds_of(&source).map(|feed| feed.id.clone()));
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
    let kept = store.kept(&visit.source)?;
    match &visit.arrival {
        Arrival::Fresh(fresh) => {
            if kept.memory == Memory::default() {
                // Read for the first time: feeds that waited for this may be served now, empty or not (S14).
                touched.insert(visit.source.clone());
            }
            settle_fresh(store, listening, visit, fresh, now, touched)
        }
        Arrival::Unchanged { memory } => {
            let brought = Brought {
                outcome: "unchanged",
                memory: Some(memory),
                ttl: kept.ttl,
                ..Brought::default()
            };
            record(store, listening, visit, brought, &Outcome::Success, now)
        }
        Arrival::Gone => {
            let since = kept.gone_since.unwrap_or(visit.at);
            let message = Some(
                "the publisher says it is gone for good (410); what it brought is kept".to_string(),
            );
            record(
                store,
                listening,
                visit,
                Brought {
                    outcome: "gone",
                    message,
                    gone_since: Some(since),
                    ttl: kept.ttl,
                    ..Brought::default()
                },
                &Outcome::Gone { since },
                now,
            )
        }
        Arrival::Failed(failure) => record_failure(store, listening, visit, failure, &kept, now),
    }
}

fn settle_fresh(
    store: &Store,
    listening: &Listening,
    visit: &Visit,
    fresh: &Fresh,
    now: DateTime<Utc>,
    touched: &mut BTreeSet<String>,
) -> Result<Tally, StoreError> {
    store.record_channel(&visit.source, &fresh.channel)?;
    let mut intake = Intake {
        store,
        source: &visit.source,
        now,
        oddities: fresh.oddities.clone(),
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
    let brought = Brought {
        outcome: "fresh",
        memory: Some(&fresh.memory),
        added,
        changed,
        oddities: &intake.oddities,
        ttl: fresh.channel.ttl,
        ..Brought::default()
    };
    record(store, listening, visit, brought, &Outcome::Success, now)
}

/// The entries of one arrival on their way in.
struct Intake<'a> {
    store: &'a Store,
    source: &'a str,
    now: DateTime<Utc>,
    oddities: Vec<Oddity>,
}

impl Intake<'_> {
    /// Adds a new entry: studied, judged by its kin, given a story. Returns the story.
    fn add(&mut self, entry: &Entry, at: &str) -> Result<StoryKey, StoreError> {
        let studied = study(entry, at);
        self.oddities.extend(studied.oddities);
        let store = self.store;
        let Judgement { story, reason } = judge(
            &studied.print,
            &store.kin_by_address(&studied.print, None)?,
            &store.kin_by_text(&studied.print, None)?,
        );
        let joined = match &story {
            Some(id) => store.story_key(id)?,
            None => None,
        };
        let story = match joined {
            Some(story) => story,
            None => self.found(entry)?,
        };
        let key = store.add_entry(self.source, entry, story, self.now)?;
        store.record_verdict(key, &reason, dedupe::RULES, self.now)?;
        keep_study(store, key, &studied.print, &studied.links)?;
        self.let_speak(key, story, entry, studied.print.tokens)?;
        Ok(story)
    }

    /// Lets the entry speak for its story if nobody does, or if it speaks better than who does.
    fn let_speak(
        &self,
        key: EntryKey,
        story: StoryKey,
        entry: &Entry,
        tokens: u32,
    ) -> Result<(), StoreError> {
        let store = self.store;
        let Some(present) = store.speaker(story)? else {
            return store.set_representative(story, key);
        };
        let own_time = believed(entry.published, self.now);
        let newcomer = Voice {
            tokens,
            at_home: at_home(store, self.source, entry.url.as_deref())?,
            published: own_time,
        };
        let before = Voice {
            tokens: present.tokens,
            at_home: at_home(store, &present.source, present.url.as_deref())?,
            published: believed(present.published, self.now),
        };
        let is_settling = self.now - present.born <= SETTLING;
        if !speaks_better(&before, &newcomer, is_settling) {
            return Ok(());
        }
        store.set_representative(story, key)?;
        match own_time {
            // Readers have hardly seen it: it is dated by who speaks now, and did not change.
            Some(earlier) if is_settling => store.date_back(story, earlier),
            _ => store.touch_story(story, self.now),
        }
    }

    /// Founds a story on the entry's own time; on the moment it was first seen when it has none that can be believed (T10, T11).
    fn found(&self, entry: &Entry) -> Result<StoryKey, StoreError> {
        let published = believed(entry.published, self.now)
            .or_else(|| believed(entry.updated, self.now))
            .unwrap_or(self.now);
        let updated = believed(entry.updated, self.now)
            .filter(|at| *at > published)
            .unwrap_or(published);
        self.store
            .found_story(self.source, &entry.id, published, updated, self.now)
    }

    /// A source says something else under the same identity. The entry stays in its story; `updated` moves when the text or the title did (P5, P23), and
    /// `published` never (T12).
    fn revise(
        &mut self,
        key: EntryKey,
        story: StoryKey,
        entry: &Entry,
        before: &Entry,
        at: &str,
    ) -> Result<(), StoreError> {
        let studied = study(entry, at);
        self.oddities.extend(studied.oddities);
        self.store.revise_entry(key, entry, before, self.now)?;
        // Not the fingerprint that is stored: older rules may have made it, and would call every text changed.
        let former = study(before, at);
        if former.print.text != studied.print.text || before.title != entry.title {
            let declared = believed(entry.updated, self.now)
                .filter(|at| before.updated.is_none_or(|was| was.shown() < *at));
            self.store
                .touch_story(story, declared.unwrap_or(self.now))?;
        }
        keep_study(self.store, key, &studied.print, &studied.links)
    }
}

/// Whether an article lives on its source's own site. One without an address lives nowhere else.
fn at_home(store: &Store, source: &str, url: Option<&str>) -> Result<bool, StoreError> {
    let Some(url) = url.and_then(|url| link::resolve(url, None)) else {
        return Ok(true);
    };
    let home = store
        .home(source)?
        .and_then(|home| link::resolve(&home, None));
    Ok(home.is_none_or(|home| link::registrable(&home) == link::registrable(&url)))
}

fn keep_study(
    store: &Store,
    entry: EntryKey,
    print: &Fingerprint,
    links: &[enrich::SourceLink],
) -> Result<(), StoreError> {
    store.record_fingerprint(entry, print, dedupe::RULES)?;
    store.record_links(entry, links, enrich::RULES)
}

/// The instant to publish an entry at, unless what it said lies too far in the future to be believed (T10) or is a clock's zero (T11).
///
/// Of a day that has begun and whose noon is still to come, the present moment: it is the same day (T9).
fn believed(dated: Option<Dated>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let stamp = dated?.stamp;
    let credible = stamp.said() <= now + SKEW && !stamp.is_zero();
    credible.then(|| stamp.shown().min(stamp.said().max(now)))
}
