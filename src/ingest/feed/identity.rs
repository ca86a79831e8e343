//! Ids for entries that were given none.

use xxhash_rust::xxh3::xxh3_128;

use crate::ingest::entry::Entry;

/// Identity of an entry that was given none: its address, else a hash of title and time, else of its text.
pub(super) fn made_up_id(entry: &Entry) -> Option<String> {
    if entry.url.is_some() {
        return entry.url.clone();
    }
    let said = match &entry.title {
        Some(title) => format!(
            "{title}\0{}",
            entry.published.map_or(0, |dated| dated.said().timestamp())
        ),
        None => Some(entry.body())
            .filter(|body| !body.is_empty())?
            .to_string(),
    };
    Some(format!("headwater:{:032x}", xxh3_128(said.as_bytes())))
}
