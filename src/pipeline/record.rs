//! A visit's record: how it ended, and when the next one is due, by everything that was asked of us.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::moves::{self, Moved};
use super::rhythm::{Poll, after_poll};
use crate::config::{Config, Listening};
use crate::ingest::{Answer, Asks, Failure, Fresh, Memory, Oddity, Visit};
use crate::link;
use crate::schedule::{
    self, Asked, Because, Chance, Due, Forecast, Outcome, REMEMBERED, Rhythm, Schedule, next_due,
};
use crate::source::Place;
use crate::store::{Kept, Moves, Store, StoreError, VisitRecord};

/// How long one that was turned back waits at least: far longer than it takes to store why.
pub(super) const TURNED_BACK: TimeDelta = TimeDelta::minutes(1);

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
    /// Codes of what was odd, once for each time.
    pub oddities: Vec<&'static str>,
    /// The rules that gave its new entries to their stories.
    pub verdicts: Vec<&'static str>,
    pub took: Duration,
    /// Over the wire.
    pub bytes: u64,
    pub next: Option<Due>,
}

/// What a visit leaves, before it is known when the next one is due.
#[derive(Default)]
pub(super) struct Brought<'a> {
    pub outcome: &'static str,
    pub memory: Option<&'a Memory>,
    pub added: usize,
    pub changed: usize,
    pub oddities: &'a [Oddity],
    pub verdicts: Vec<&'static str>,
    pub message: Option<String>,
    pub failures: u32,
    pub failed: bool,
    pub gone_since: Option<DateTime<Utc>>,
    /// Minutes: what the feed asks for now, or said last (F11).
    pub ttl: Option<u32>,
    /// What else it asks for now, or said last (F16, F17).
    pub asks: Asks,
    pub moves: Moves,
}

/// A visit on its way into the store, with what was remembered of its source before.
pub(super) struct Case<'a> {
    pub store: &'a Store,
    pub listening: &'a Listening,
    pub visit: &'a Visit,
    pub kept: Kept,
    pub now: DateTime<Utc>,
    pub chance: Chance,
}

impl<'a> Case<'a> {
    pub fn of(
        store: &'a Store,
        listening: &'a Listening,
        visit: &'a Visit,
        now: DateTime<Utc>,
        chance: Chance,
    ) -> Result<Self, StoreError> {
        Ok(Case {
            store,
            listening,
            visit,
            kept: store.kept(&visit.source)?,
            now,
            chance,
        })
    }

    /// What holds unless the visit says otherwise.
    pub fn brought(&self) -> Brought<'_> {
        Brought {
            ttl: self.kept.ttl,
            asks: self.kept.asks.clone(),
            moves: self.kept.moves.clone(),
            ..Brought::default()
        }
    }

    /// The address this visit was to try, if it was a trial.
    pub fn trial(&self) -> Option<&str> {
        let evidence = self.kept.moves.evidence.as_ref();
        evidence
            .filter(|evidence| evidence.on_trial)
            .map(|evidence| evidence.to.as_str())
    }

    /// What a visit that went well says of the source's address. One that follows another has none of its own; it goes where the other goes.
    pub fn moved(&self, fresh: Option<&Fresh>, memory: &Memory) -> Result<Moved, StoreError> {
        let source = &self.listening.source;
        if let Some(leader) = &self.kept.follows {
            let moves = Moves {
                evidence: None,
                ..self.store.kept(leader)?.moves
            };
            let place = moves::at_its_place(source, &moves).place;
            let memory = match &place {
                Place::Url(url) => Some(memory.clone().readdressed(url)),
                Place::Page { .. } | Place::Sitemap(_) | Place::Files { .. } => None,
            };
            return Ok(Moved {
                moves: Moves::default(),
                memory,
            });
        }
        moves::after_success(self.store, source, self.visit, &self.kept, fresh, memory)
    }

    /// Records that the visit brought nothing, and why.
    pub fn record_failure(&self, failure: &Failure) -> Result<Tally, StoreError> {
        let failures = self.kept.failures.saturating_add(1);
        let outcome = Outcome::Failure {
            count: failures,
            throttled: failure.is_throttling(),
        };
        let brought = Brought {
            outcome: failure.code(),
            message: Some(failure.to_string()),
            failures,
            failed: true,
            moves: moves::after_failure(&self.kept, failures, false),
            ..self.brought()
        };
        self.record(brought, &outcome)
    }

    /// Gives up a visit that was turned back before it asked: it was none, and is made later (F14).
    pub fn turn_back(&self, failure: &Failure) -> Result<Tally, StoreError> {
        let source = &self.visit.source;
        self.store.end_claim(source)?;
        // Or it would be due at once, and could overtake the very answer that turned it back.
        let again = self.now.checked_add_signed(TURNED_BACK);
        let because = Because::HostHeld.as_str();
        self.store
            .postpone(source, again.unwrap_or(self.now), because)?;
        Ok(Tally {
            source: self.visit.source.clone(),
            outcome: failure.code(),
            added: 0,
            changed: 0,
            failure: Some(failure.to_string()),
            oddities: Vec::new(),
            verdicts: Vec::new(),
            took: self.visit.took,
            bytes: 0,
            next: None,
        })
    }

    /// Records the visit with when the next is due: after 200, 304 *and* errors by all that was asked of us (F11).
    pub fn record(&self, brought: Brought<'_>, outcome: &Outcome) -> Result<Tally, StoreError> {
        let (store, visit, source) = (self.store, self.visit, &self.listening.source);
        let answer = visit.answer.as_ref();
        let (asked, min_interval) = self.asked_of_us(&brought);
        let (schedule, forecast) = self.rhythmic(&asked, min_interval, outcome)?;
        let passed = self.passed()?;
        let due = next_due(
            &source.id,
            &schedule,
            min_interval,
            &asked,
            outcome,
            self.ended(),
            self.chance,
        );
        let poll = Poll {
            listening: self.listening,
            outcome,
            added: brought.added,
            asked: &asked,
            min_interval,
            ended: self.ended(),
            schedule: &schedule,
            chance: self.chance,
        };
        let due = after_poll(store, &poll, due)?;
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
            via: answer.and_then(server_of),
            due: due.map(|due| (due.at, due.because.as_str())),
        })?;
        store.coalesce(&visit.source, passed)?;
        store.record_rhythm(&visit.source, forecast.as_ref())?;
        if brought.moves != self.kept.moves {
            let server = moves::server(source, &brought.moves);
            store.record_moves(&visit.source, &brought.moves, server.as_deref())?;
        }
        Ok(Tally {
            source: visit.source.clone(),
            outcome: brought.outcome,
            added: brought.added,
            changed: brought.changed,
            failure: brought.message.filter(|_| brought.failed),
            oddities: brought.oddities.iter().map(|oddity| oddity.code).collect(),
            verdicts: brought.verdicts,
            took: visit.took,
            bytes: answer.map_or(0, |answer| answer.bytes),
            next: due,
        })
    }

    /// What server and feed ask for, and the operator's minimum. Files are nobody's server: they are read whenever the schedule says.
    fn asked_of_us(&self, brought: &Brought<'_>) -> (Asked, Duration) {
        let source = &self.listening.source;
        if !source.place.is_remote() {
            return (Asked::default(), Duration::ZERO);
        }
        let answer = self.visit.answer.as_ref();
        let asked = Asked {
            fresh_for: answer.and_then(fresh_for),
            retry_at: answer.and_then(|answer| retry_at(answer, self.now)),
            ..asked(brought.ttl, &brought.asks)
        };
        (asked, source.manners.min_interval)
    }

    /// The schedule with what was learned of the source so far, this visit included, and what following it comes to. Any but `auto` is as it is.
    fn rhythmic(
        &self,
        asked: &Asked,
        min_interval: Duration,
        outcome: &Outcome,
    ) -> Result<(Cow<'a, Schedule>, Option<Forecast>), StoreError> {
        let (source, schedule) = (&self.listening.source, &self.listening.schedule);
        if !schedule.is_auto() {
            return Ok((Cow::Borrowed(schedule), None));
        }
        let ended = self.ended();
        let since = ended.checked_sub_signed(REMEMBERED).unwrap_or(ended);
        let mut past = self.store.past(&source.id, since)?;
        if *outcome == Outcome::Success {
            past.looks.push(self.visit.at);
        }
        let waits = [asked.fresh_for, asked.ttl, asked.update_period];
        let least = waits
            .into_iter()
            .flatten()
            .fold(min_interval, Duration::max);
        let rhythm = Rhythm::learn(&past, schedule.zone(), least, self.now.max(ended));
        let forecast = rhythm.forecast(ended, min_interval);
        Ok((Cow::Owned(schedule.learned(rhythm)), Some(forecast)))
    }

    /// How many slots of the schedule came since the source was due and before this visit ended: it stands for them too (C11).
    fn passed(&self) -> Result<u32, StoreError> {
        // One that follows another is never due by itself.
        if self.kept.follows.is_some() {
            return Ok(0);
        }
        let due = self.store.due(&self.visit.source)?;
        Ok(due.map_or(0, |due| {
            self.listening.schedule.slots_between(due, self.ended())
        }))
    }

    /// Waits are counted from the end of a visit. It may have waited for its turn at the host, and counted from its start the next request could come early:
    /// 59 minutes are not an hour (F11, F18).
    fn ended(&self) -> DateTime<Utc> {
        let took = TimeDelta::from_std(self.visit.took).unwrap_or_default();
        self.visit
            .at
            .checked_add_signed(took)
            .unwrap_or(self.visit.at)
    }
}

/// What a feed asks of whoever comes again, as it said last.
pub(super) fn asked_by_feed(kept: &Kept) -> Asked {
    asked(kept.ttl, &kept.asks)
}

fn asked(ttl: Option<u32>, asks: &Asks) -> Asked {
    Asked {
        ttl: ttl.map(|minutes| Duration::from_secs(u64::from(minutes).saturating_mul(60))),
        update_period: schedule::update_period(
            asks.update_period.as_deref(),
            asks.update_frequency.as_deref(),
        ),
        skip_hours: asks.skip_hours.clone(),
        skip_days: asks.skip_days.clone(),
        ..Asked::default()
    }
}

fn fresh_for(answer: &Answer) -> Option<Duration> {
    schedule::freshness(
        answer.cache_control.as_deref(),
        answer.age.as_deref(),
        answer.expires.as_deref(),
        answer.date.as_deref(),
    )
}

/// When an answer of 429 or 503 allows another request, if it says so.
pub(super) fn retry_at(answer: &Answer, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let value = answer.retry_after.as_deref()?;
    matches!(answer.status, 429 | 503)
        .then(|| schedule::retry_after(value, now))
        .flatten()
}

pub(super) fn server_of(answer: &Answer) -> Option<String> {
    link::server(&link::resolve(&answer.url, None)?)
}

/// Leaves a server alone that asked for it, for all its sources (F14): those due before then are put off now, so that `status` shows when and why.
pub(super) fn hold_server(
    store: &Store,
    config: &Config,
    answer: Option<&Answer>,
    now: DateTime<Utc>,
    chance: Chance,
) -> Result<(), StoreError> {
    let Some(answer) = answer else {
        return Ok(());
    };
    let Some((until, server)) = retry_at(answer, now).zip(server_of(answer)) else {
        return Ok(());
    };
    store.hold(&server, until, now)?;
    for id in store.due_at_server(&server, until)? {
        if let Some(listening) = config.source(&id) {
            let asked = asked_by_feed(&store.kept(&id)?);
            let due = schedule::held(&id, &listening.schedule, &asked, until, chance);
            store.postpone(&id, due.at, due.because.as_str())?;
        }
    }
    Ok(())
}
