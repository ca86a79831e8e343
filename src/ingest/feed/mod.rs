//! Feed documents → entries: the one door to feed-rs, and the reader for everything feed-rs cannot read.

mod fast;
mod identity;
mod json;
mod setting;
mod sniff;
mod tolerant;
mod words;
mod xml;

use self::fast::Fast;
use super::entry::{Oddity, Reading};
use super::visit::Unreadable;

pub use json::read as read_json;
pub use setting::{MAX_ENTRIES, Setting};
pub use sniff::{Shape, shape};
pub(super) use words::{as_line, as_paragraphs};
pub use xml::{CUT_OFF, Event, UNFINISHED, each};

/// Reads RSS and Atom of every version. `text` is the whole document, decoded; its root begins at `root`.
pub fn read_xml(text: &str, root: usize, setting: &Setting<'_>) -> Result<Reading, Unreadable> {
    let feed = text.get(root..).unwrap_or(text);
    let mut reading = match fast::read(feed, setting) {
        Fast::Read(reading) => *reading,
        Fast::NotRegular => tolerant::read(feed, setting)?,
        Fast::Panicked => {
            let mut reading = tolerant::read(feed, setting)?;
            let message =
                "feed-rs panicked on it, and it was read without; please report the document";
            reading
                .oddities
                .push(Oddity::new("parser-panicked", "document", message));
            reading
        }
    };
    if sniff::is_junk(text.get(..root).unwrap_or_default()) {
        let message =
            format!("{root} bytes that are no feed stand before it, and were passed over");
        reading
            .oddities
            .push(Oddity::new("junk-before-feed", "document", message));
    }
    Ok(reading)
}

#[cfg(test)]
mod tests;
