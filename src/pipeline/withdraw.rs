//! What a source takes back (F46): entries it names as deleted, and entries that a complete document leaves out.
//!
//! They are marked, never deleted, and come back when they are said again.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::ingest::{Fresh, Oddity};
use crate::source::Source;
use crate::store::{Kept, Store, StoreError, StoryKey, Withdrawal};

/// So many entries may vanish at once whatever their share: small feeds are rebuilt every day.
const FEW: usize = 10;

/// How long a complete document must have left out most of a source before that is believed: a publisher whose database was empty for a night notices in
/// the morning.
const PURGE_CONFIRM: TimeDelta = TimeDelta::hours(24);

/// Marks what was taken back, and takes the mark from what is said again. Returns the stories that this touched.
///
/// Only a whole document that needed no repair is believed to be complete: not a delta (F28), not one of which a part was lost in reading (F27). One that leaves
/// out more than half of what the source stands by, and more than ten entries, is believed only when another says the same a day later or more.
pub(super) fn withdraw(
    store: &Store,
    source: &Source,
    fresh: &Fresh,
    kept: &Kept,
    now: DateTime<Utc>,
    oddities: &mut Vec<Oddity>,
) -> Result<Vec<StoryKey>, StoreError> {
    let said: BTreeSet<&str> = fresh
        .entries
        .iter()
        .map(|entry| entry.id.as_str())
        .collect();
    let listed: Vec<&str> = said.iter().copied().collect();
    let id = source.id.as_str();
    let mut touched = store.reinstate(id, &listed)?;
    let deleted = fresh.channel.deleted.iter().map(String::as_str);
    let deleted = deleted.filter(|deleted| !said.contains(deleted));
    touched.extend(store.withdraw(id, deleted, Withdrawal::Deleted, now)?);
    // Files are many documents, and one of them can only speak for itself.
    if !source.place.is_remote() || !is_complete(fresh) {
        return Ok(touched);
    }
    let (absent, all) = store.left_out(id, &listed)?;
    let is_purge = absent.len() > FEW && absent.len() as u64 * 2 > all;
    let is_confirmed = kept
        .purge_since
        .is_some_and(|since| now - since >= PURGE_CONFIRM);
    if is_purge && !is_confirmed {
        let message = format!(
            "it says that it is complete, and leaves out {} of {all} entries at once; that is believed when it says so for a day",
            absent.len()
        );
        oddities.push(Oddity::new("complete-lost-most", "document", message));
        store.record_purge(id, kept.purge_since.or(Some(now)))?;
        return Ok(touched);
    }
    let absent = absent.iter().map(String::as_str);
    touched.extend(store.withdraw(id, absent, Withdrawal::Absent, now)?);
    if kept.purge_since.is_some() {
        store.record_purge(id, None)?;
    }
    Ok(touched)
}

fn is_complete(fresh: &Fresh) -> bool {
    // Dates and letters that could not be read cost no entry.
    let harmless = ["date-", "charset-"];
    let was_repaired = fresh.oddities.iter().any(|oddity| {
        oddity.at == "document" && !harmless.iter().any(|code| oddity.code.starts_with(code))
    });
    fresh.channel.complete && !fresh.is_delta && !was_repaired
}
