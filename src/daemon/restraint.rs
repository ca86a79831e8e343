//! What is said in the log, and what only counted: a failure is told once, where it is handled, and a thousand at once are told as one.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

/// Failures of sources told one by one in a minute. A day's work of forty publishers has fewer; when the network is gone, a thousand lines say no more than
/// these and a sum.
const ONE_BY_ONE: usize = 20;

/// The minute they are counted in.
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// After this a source that goes on failing in the same way is told again. `status` tells it all the time.
const AGAIN: TimeDelta = TimeDelta::hours(24);

/// Most that are remembered as failing. Sources are fewer, but hubs are called by whatever name a source gives them; forgetting costs a line.
const MOST: usize = 16_384;

/// Which sources, or hubs, fail, as far as the log has said it.
#[derive(Debug, Default)]
pub(super) struct Failing {
    told: HashMap<String, (&'static str, DateTime<Utc>)>,
    began: Option<DateTime<Utc>>,
    this_minute: usize,
    untold: BTreeMap<&'static str, usize>,
}

impl Failing {
    /// A source failed. Whether that is to be told now: it is news, and not one of too many.
    pub fn fails(&mut self, source: &str, outcome: &'static str, now: DateTime<Utc>) -> bool {
        let known = self.told.get(source);
        if known.is_some_and(|(was, at)| *was == outcome && now - *at < AGAIN) {
            return false;
        }
        if self.told.len() >= MOST {
            self.told.clear();
        }
        self.told.insert(source.to_owned(), (outcome, now));
        if self.began.is_none_or(|began| is_past(began, now)) {
            self.began = Some(now);
            self.this_minute = 0;
        }
        self.this_minute += 1;
        let is_told = self.this_minute <= ONE_BY_ONE;
        if !is_told {
            *self.untold.entry(outcome).or_default() += 1;
        }
        is_told
    }

    /// A source was visited well. Whether it had failed before.
    pub fn is_well(&mut self, source: &str) -> bool {
        self.told.remove(source).is_some()
    }

    /// Forgets sources that are no longer listed.
    pub fn keep_only(&mut self, listed: &HashSet<&str>) {
        self.told
            .retain(|source, _| listed.contains(source.as_str()));
    }

    /// When the minute is over: what was not told one by one, in one sentence.
    pub fn sum(&mut self, now: DateTime<Utc>) -> Option<String> {
        if self.untold.is_empty() || self.began.is_some_and(|began| !is_past(began, now)) {
            return None;
        }
        let untold = std::mem::take(&mut self.untold);
        let parts: Vec<String> = untold
            .iter()
            .map(|(outcome, count)| format!("{outcome} {count}"))
            .collect();
        let all: usize = untold.values().sum();
        Some(format!(
            "{all} more sources failed within a minute ({}); `headwater status` tells which",
            parts.join(", ")
        ))
    }
}

/// Troubles that last, each told when it begins, when it changes, and once a minute.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    told: HashMap<&'static str, (String, DateTime<Utc>)>,
}

impl Troubles {
    /// Whether this is to be told: `what` is in trouble for another reason than last time, or it was told a minute ago. The same reason is not told again for
    /// another `what`.
    pub fn is_news(&mut self, what: &'static str, why: &str, now: DateTime<Utc>) -> bool {
        let mut known = self.told.values();
        let known = known.find(|(was, at)| was == why && !is_past(*at, now));
        let told = known.map(|(_, at)| *at);
        let at = told.unwrap_or(now);
        self.told.insert(what, (why.to_owned(), at));
        told.is_none()
    }

    /// The trouble is over; the next one is news. Whether there was one, and none is left.
    pub fn is_over(&mut self, what: &'static str) -> bool {
        self.told.remove(what).is_some() && self.told.is_empty()
    }
}

/// Whether a minute has passed; a clock that was set back does not silence anything.
fn is_past(began: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    !(TimeDelta::zero()..MINUTE).contains(&(now - began))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_760_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_thousand_failing_sources_are_twenty_lines_and_a_sum() {
        let mut failing = Failing::default();
        let told = |failing: &mut Failing, seconds| {
            let ids = (0..1000).map(|n| format!("s{n}"));
            ids.filter(|id| failing.fails(id, "connect", at(seconds)))
                .count()
        };
        assert_eq!(told(&mut failing, 0), ONE_BY_ONE);
        assert_eq!(failing.sum(at(59)), None);
        let sum = failing.sum(at(61)).unwrap();
        assert!(
            sum.starts_with("980 more sources failed within a minute (connect 980)"),
            "{sum}"
        );
        assert_eq!(failing.sum(at(122)), None);
        // The same again is no news, for a day.
        assert_eq!(told(&mut failing, 3600), 0);
        assert_eq!(failing.sum(at(9999)), None);
        assert_eq!(told(&mut failing, 90_000), ONE_BY_ONE);
    }

    #[test]
    fn another_failure_is_news_and_so_is_the_first_after_a_success() {
        let mut failing = Failing::default();
        assert!(failing.fails("a", "connect", at(0)));
        assert!(!failing.fails("a", "connect", at(1)));
        assert!(failing.fails("a", "timeout", at(2)));
        assert!(failing.is_well("a"));
        assert!(!failing.is_well("a"));
        assert!(failing.fails("a", "timeout", at(3)));
        failing.keep_only(&HashSet::from(["b"]));
        assert!(!failing.is_well("a"));
        for n in 0..=MOST {
            failing.fails(&n.to_string(), "declined", at(4));
        }
        assert!(failing.told.len() <= MOST);
    }

    #[test]
    fn a_trouble_that_lasts_is_told_once_a_minute() {
        let mut troubles = Troubles::default();
        let told: Vec<i64> = (0..150)
            .filter(|second| troubles.is_news("claims", "locked", at(*second)))
            .collect();
        assert_eq!(told, [0, 60, 120]);
        assert!(troubles.is_news("claims", "full", at(150)));
        troubles.is_over("claims");
        assert!(troubles.is_news("claims", "full", at(151)));
        assert!(
            troubles.is_news("claims", "full", at(0)),
            "a clock set back"
        );
    }

    #[test]
    fn one_reason_is_told_once_whatever_it_troubles_and_over_when_all_are_well() {
        let mut troubles = Troubles::default();
        assert!(troubles.is_news("claims", "locked", at(0)));
        assert!(!troubles.is_news("leases", "locked", at(2)));
        assert!(troubles.is_news("leases", "full", at(4)));
        assert!(!troubles.is_over("claims"), "leases are not well yet");
        assert!(troubles.is_over("leases"));
        assert!(!troubles.is_over("leases"), "nothing was wrong");
    }
}
