//! What a hub sends for a source, read as if a visit had brought it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::ask::{Taken, reading};
use super::fetch::unpacked;
use super::visit::{Failure, Fresh, Memory};
use crate::source::Source;

/// A delivery.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// As it came.
    pub body: Vec<u8>,
    pub content_type: Option<String>,
    /// The address that its relative links are against: where the source was found last (F44), so that they come out as a visit has them.
    pub at: String,
}

/// Reads a delivery in the way of the source's visits: the same parsers, bounds and containment, off the async threads. An empty body brings nothing.
///
/// It is news only, whatever it looks like: what is not in it is still there (F46, W7). The memory in it is empty, and not to be kept (F4, F7).
///
/// # Errors
/// Those of a document that a visit brought.
pub async fn read_pushed(
    source: &Source,
    pushed: Pushed,
    now: DateTime<Utc>,
) -> Result<Fresh, Failure> {
    let bytes = unpacked(pushed.body, source.manners.max_bytes)?;
    let mut fresh = Fresh {
        memory: Memory::default(),
        is_delta: true,
        ..Fresh::default()
    };
    if bytes.trim_ascii().is_empty() {
        return Ok(fresh);
    }
    let taken = Taken {
        _room: super::fetch::Room::default(),
        bytes: Arc::new(bytes),
        at: pushed.at,
        content_type: pushed.content_type,
    };
    let reading = reading(taken, source, now).await?;
    fresh.channel = reading.channel;
    fresh.entries = reading.entries;
    fresh.oddities = reading.oddities;
    Ok(fresh)
}
