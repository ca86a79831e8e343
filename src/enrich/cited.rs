//! A story with everything it stands on: what later floors choose from and publish.

use chrono::{DateTime, Utc};

use super::SourceLink;
use crate::dedupe::StoryId;
use crate::ingest::{Entry, Person};

/// A story, its representative entry, who else has it, and its source links.
#[derive(Clone, Debug, PartialEq)]
pub struct CitedStory {
    pub id: StoryId,
    /// The id under which it is published, for good (P3): the upstream id when that is an IRI, else one minted at birth (P4).
    pub public_id: String,
    /// The instant it is sorted and shown by: its founder's own, else when that was first seen (T11). Never moves (T12).
    pub published: DateTime<Utc>,
    /// Moves only when the text or the title changed (P5).
    pub updated: DateTime<Utc>,
    /// The entry that speaks for the story.
    pub entry: Entry,
    /// The language its text shows, as a BCP 47 tag, when the entry declares none.
    pub detected: Option<String>,
    pub carrier: Carrier,
    /// Who else has it; never the representative's own entry.
    pub also: Vec<Carrier>,
    /// In the order of the text.
    pub links: Vec<SourceLink>,
}

/// A source that carries a story.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carrier {
    /// The source's id in feeds.toml.
    pub source: String,
    /// What the operator calls it, else what it calls itself, else its id.
    pub name: String,
    /// The id the feed gives itself, when it is an Atom feed.
    pub feed_id: Option<String>,
    /// Address of its feed document; absent for files on disk.
    pub feed_url: Option<String>,
    /// Its home page.
    pub page: Option<String>,
    /// What it says of its rights.
    pub rights: Option<String>,
    /// Who it says makes it.
    pub authors: Vec<Person>,
    pub categories: Vec<String>,
    /// The story's own page at this carrier.
    pub url: Option<String>,
    /// The latest instant at which it brought something new: `updated` of `atom:source`.
    pub updated: Option<DateTime<Utc>>,
}

/// A story that a feed could choose, as light as choosing needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub story: StoryId,
    /// Source id of the entry that would speak for it: the source whose share of the edition it takes up.
    pub source: String,
    pub published: DateTime<Utc>,
}
