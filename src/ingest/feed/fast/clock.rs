//! The dates of a feed: read by our rules, handed to feed-rs as instants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Datelike, Utc};

use crate::date::{self, Hints, Stamp};
use crate::ingest::entry::Oddity;

/// Reads dates for feed-rs and remembers by which rule, since feed-rs keeps the instant alone.
#[derive(Clone, Default)]
pub(super) struct Clock(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    stamps: HashMap<DateTime<Utc>, Stamp>,
    unreadable: Vec<String>,
}

impl Clock {
    /// Most unreadable dates told about one document: the first few say it all.
    const TOLD: usize = 20;

    pub fn read(&self, text: &str, hints: &Hints<'_>) -> Option<DateTime<Utc>> {
        // Year 1 is how .NET writes that there is no date (T11).
        let stamp = date::parse(text, hints).filter(|stamp| stamp.at.year() > 1);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match stamp {
            Some(stamp) => {
                seen.stamps.insert(stamp.at, stamp);
            }
            None if seen.unreadable.len() < Self::TOLD => {
                seen.unreadable.push(text.trim().chars().take(80).collect())
            }
            None => {}
        }
        stamp.map(|stamp| stamp.at)
    }

    pub fn stamp(&self, at: DateTime<Utc>) -> Option<Stamp> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stamps
            .get(&at)
            .copied()
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
