//! The dates of a feed: read by our rules, handed to feed-rs as instants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::date::{self, Hints, Stamp};

/// Reads dates for feed-rs and remembers by which rule, since feed-rs keeps the instant alone.
#[derive(Clone, Default)]
pub(super) struct Clock(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    stamps: HashMap<DateTime<Utc>, Stamp>,
    /// Two texts of one instant that say different things of it; or one that is no date.
    is_unclear: bool,
}

impl Clock {
    pub fn read(&self, text: &str, hints: &Hints<'_>) -> Option<DateTime<Utc>> {
        let stamp = date::parse(text, hints);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match stamp {
            Some(stamp) => {
                let before = seen.stamps.insert(stamp.said(), stamp);
                seen.is_unclear |= before.is_some_and(|before| before != stamp);
            }
            None => seen.is_unclear = true,
        }
        stamp.map(|stamp| stamp.said())
    }

    pub fn stamp(&self, at: DateTime<Utc>) -> Option<Stamp> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stamps
            .get(&at)
            .copied()
    }

    /// Whether a date could not be read, or not told from another: the tolerant reader says where.
    pub fn met_unreadable(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_unclear
    }
}
