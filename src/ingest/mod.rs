//! Visit politely, parse leniently: from a source to entries.
//!
//! `visit` asks a source one polite question and returns what it brought; `read` turns one document into entries. A failed visit is a value, never an
//! error that climbs.

mod article;
mod aside;
mod ask;
mod decode;
mod discover;
mod entry;
mod extension;
mod feed;
pub mod fetch;
mod files;
mod follow;
mod fulltext;
mod listing;
mod pages;
mod party;
mod read;
mod robots;
mod sitemap;
mod specimen;
mod visit;
mod weblink;

pub use ask::{Force, visit};
pub use discover::{Offer, Way, discover, look};
pub use entry::{
    Asks, Channel, Dated, Enclosure, Entry, Extension, Kind, Oddity, Origin, Part, Person, Reading,
    Relation,
};
pub use files::{in_words, matching_files};
pub use fulltext::{Judged, NotAsked, PageText, Rule, is_rewritten, page_of};
pub use pages::{PageArrival, visit_page};
pub use party::{Guest, Party, visit_together};
pub use read::{Document, Expect, read};
pub use robots::{Permission, Robots};
pub use specimen::Specimen;
pub use visit::{
    Answer, Arrival, Failure, Fresh, Hop, Memory, PartMemory, Unreadable, Validators, Visit,
};
