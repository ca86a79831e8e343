//! `auto`: a source's own rhythm, learned from when its entries came, and visits that follow it.
//!
//! Three steps, each of values only. [`Past`] becomes a life of moments, each as close in time as can be told. From these come a *shape*, how the
//! week of the source looks, and a *level*, how much it says at present: together an inhomogeneous Poisson process, the usual model of sources that publish. Last the
//! *plan*: the cheapest week of visits, when a visit and an hour of an entry's waiting have their prices.

mod level;
mod past;
mod plan;
mod shape;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub use past::{Past, REMEMBERED, Sighting};

use self::level::Level;
use self::past::{Life, SLOT};
use self::plan::{Plan, cheapest, longest};
use self::shape::Shape;
use super::duration::later;

/// The grain of `auto`, a quarter of an hour: no visits are closer together, and none is planned more exactly.
pub(super) const GRAIN: Duration = Duration::from_secs(SLOT as u64);

/// How long to wait where nothing was learned, not even that nothing is known: a quarter of a day. What a first visit brings is a beginning.
pub(super) const UNLEARNED: Duration = Duration::from_secs(6 * 3_600);

/// What was learned of a source, as of its last visit.
#[derive(Clone, Debug, PartialEq)]
pub struct Rhythm {
    shape: Shape,
    level: Level,
    least: Duration,
    longest: Duration,
}

/// What comes of following a rhythm for a week from now on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// Entries to be expected.
    pub entries_a_day: f64,
    pub visits_a_day: f64,
    /// How long an entry is expected to wait for a visit, on average.
    pub delay: Duration,
    /// The share of entries that come at the times of day and week at which they used to come, 0 to 1.
    pub regularity: f64,
    /// The share of requests that is not made, compared with visits as often as the operator's minimum allows; 0 to 1.
    pub saved: f64,
}

impl Rhythm {
    /// Learns from the past, as known at `now`. Days and weeks are those of `zone`. `least` is the shortest wait there may be: the operator's minimum, and
    /// what the source asks for (F11); visits are planned no closer than that, nor than a quarter of an hour.
    ///
    /// The same arguments give the same rhythm. Does not know what the server asks of a single visit, nor skipped hours: these postpone what is planned here
    /// (C13).
    pub fn learn(past: &Past, zone: Tz, least: Duration, now: DateTime<Utc>) -> Rhythm {
        let life = Life::of(past, now);
        let shape = Shape::of(&life.moments, life.end, zone);
        let level = Level::of(&life, &shape);
        let last = life.moments.iter().map(|moment| moment.to).max();
        let silence = life.end - last.unwrap_or(life.begin);
        Rhythm {
            shape,
            level,
            least: least.max(GRAIN),
            longest: longest(Duration::from_secs(u64::try_from(silence).unwrap_or(0))),
        }
    }

    /// The next visit after one at `after`: the first of the cheapest week.
    pub(super) fn next_after(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        let first = self.plan(after).visits.first().copied().unwrap_or(1);
        let wait = GRAIN.saturating_mul(u32::try_from(first).unwrap_or(u32::MAX));
        later(after, wait.max(self.least))
    }

    /// What following this for a week from `at` comes to, compared with a visit every `min_interval`.
    pub fn forecast(&self, at: DateTime<Utc>, min_interval: Duration) -> Forecast {
        let plan = self.plan(at);
        let a_day = |week: f64| week / 7.0;
        let visits_a_day = a_day(plan.visits.len() as f64);
        let hours = plan.waited / plan.entries.max(f64::MIN_POSITIVE);
        let most = 86_400.0 / min_interval.max(GRAIN).as_secs_f64();
        Forecast {
            entries_a_day: a_day(plan.entries),
            visits_a_day,
            delay: Duration::try_from_secs_f64(hours * 3_600.0).unwrap_or_default(),
            regularity: self.shape.regularity,
            saved: (1.0 - visits_a_day / most).clamp(0.0, 1.0),
        }
    }

    fn plan(&self, from: DateTime<Utc>) -> Plan {
        let from = from.timestamp();
        let expected = |slot: usize| {
            let at = from + i64::try_from(slot).unwrap_or(0) * SLOT;
            self.level.at(at) * self.shape.during(at) * SLOT as f64 / 86_400.0
        };
        cheapest(expected, self.least, self.longest)
    }
}
