//! The dates of a feed: read by our rules, handed to feed-rs as instants.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Timelike, Utc};

use crate::date::{self, Hints, Stamp, ZoneRule};
use crate::ingest::entry::Oddity;

/// Reads dates for feed-rs and remembers by which rule, since feed-rs keeps the instant alone.
///
/// Stamps are never finer than a second, so that the nanoseconds of the instants handed out are free to say which stamp is meant: a day and the
/// midnight it begins with stay two things.
#[derive(Clone, Default)]
pub(super) struct Clock(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    stamps: Vec<Stamp>,
    unreadable: Vec<String>,
    /// Whether some date proved that days come first here, and whether some proved that months do (T8).
    proofs: (bool, bool),
    /// Whether some date could not be read, or bore a zone of several meanings.
    doubts: bool,
}

impl Clock {
    /// Most unreadable dates told about one document: the first few say it all.
    const TOLD: usize = 20;

    /// The instant of a date, and of no other date of the document.
    pub fn read(&self, text: &str, hints: &Hints<'_>) -> Option<DateTime<Utc>> {
        let stamp = date::parse(text, hints);
        let proof = date::day_first([text]);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.proofs.0 |= proof == Some(true);
        seen.proofs.1 |= proof == Some(false);
        seen.doubts |= stamp.is_none_or(|stamp| stamp.zone_rule == ZoneRule::Ambiguous);
        let Some(stamp) = stamp else {
            if seen.unreadable.len() < Self::TOLD {
                seen.unreadable.push(text.trim().chars().take(80).collect());
            }
            return None;
        };
        seen.stamps.push(stamp);
        let tag = TimeDelta::nanoseconds(i64::try_from(seen.stamps.len()).ok()?);
        stamp.said().checked_add_signed(tag)
    }

    /// The stamp behind an instant that [`Clock::read`] gave out; `None` for any other.
    pub fn stamp(&self, at: DateTime<Utc>) -> Option<Stamp> {
        let place = usize::try_from(at.nanosecond()).ok()?.checked_sub(1)?;
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = seen.stamps.get(place).copied()?;
        (stamp.said().timestamp() == at.timestamp()).then_some(stamp)
    }

    /// The order of day and month that the document's dates prove, when one that was left open may be read by it (T8).
    ///
    /// The outer value tells whether a second reading, with this order and the document's `language`, could read more than the first did.
    pub fn second_thoughts(
        &self,
        hints: &Hints<'_>,
        language: Option<&str>,
    ) -> Option<Option<bool>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let order = match seen.proofs {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        };
        let order = hints.day_first.or(order);
        let is_news = order != hints.day_first || (language.is_some() && hints.language.is_none());
        (seen.doubts && is_news).then_some(order)
    }

    pub fn oddities(&self) -> Vec<Oddity> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let odd = |text: &String| {
            Oddity::new(
                "date-unreadable",
                "document",
                format!("{text:?} is not a date headwater can read"),
            )
        };
        seen.unreadable.iter().map(odd).collect()
    }
}
