//! What a visit brings: documents read into entries, and everything that was odd about them.

use chrono::{DateTime, Utc};

use crate::date::Stamp;

/// One article *as one source said it*, identified by (source, `id`). Never shared between sources.
///
/// Nothing here is cleaned: `summary` and `content` are the markup the source sent, with `base` to resolve their links by. Cleaning happens where they
/// are shown (F47), so that a better sanitiser serves everything already stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// The raw id, octet by octet as sent (F45).
    pub id: String,
    /// Plain text.
    pub title: Option<String>,
    /// A second headline, as plain-text articles have it.
    pub alternate_title: Option<String>,
    /// The article's own page, absolute.
    pub url: Option<String>,
    /// What the page itself calls its canonical address, when it says so.
    pub canonical: Option<String>,
    pub authors: Vec<Person>,
    /// A BCP 47 tag, declared or the document's.
    pub language: Option<String>,
    /// Plain text.
    pub rights: Option<String>,
    pub published: Option<Dated>,
    pub updated: Option<Dated>,
    /// HTML as sent.
    pub summary: Option<String>,
    /// HTML as sent.
    pub content: Option<String>,
    /// The base of relative links in `summary` and `content`.
    pub base: Option<String>,
    pub categories: Vec<String>,
    pub enclosures: Vec<Enclosure>,
    pub image: Option<String>,
    /// The page of the discussion.
    pub comments: Option<String>,
    /// Where the source itself says the entry came from (`atom:source`, RSS `source`).
    pub origin: Option<Origin>,
    /// Links the source marked by relation (`via`, `related`), as (relation, address, title).
    pub relations: Vec<Relation>,
}

impl Entry {
    /// The markup to read the article by: the content, else the summary.
    pub fn body(&self) -> &str {
        self.content
            .as_deref()
            .or(self.summary.as_deref())
            .unwrap_or_default()
    }
}

/// A link whose meaning the source declared (RFC 4287 §4.2.7.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    pub rel: String,
    pub url: String,
    pub title: Option<String>,
}

/// An instant and what it was read from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dated {
    pub stamp: Stamp,
    /// `feed`, `byline`, `meta`, `json-ld`, `time`, `front-matter` … (T11).
    pub from: &'static str,
}

impl Dated {
    pub fn at(&self) -> DateTime<Utc> {
        self.stamp.at
    }
}

/// An author, person or desk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    pub name: Option<String>,
    pub email: Option<String>,
    pub url: Option<String>,
}

impl Person {
    pub fn named(name: impl Into<String>) -> Self {
        Person {
            name: Some(name.into()),
            ..Person::default()
        }
    }

    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.email.is_none() && self.url.is_none()
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Enclosure {
    pub url: String,
    pub mime: Option<String>,
    /// Bytes.
    pub length: Option<u64>,
}

/// The feed an entry came from in the first place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    pub id: Option<String>,
    pub title: Option<String>,
    pub url: Option<String>,
}

/// What a document says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Channel {
    pub id: Option<String>,
    pub title: Option<String>,
    pub subtitle: Option<String>,
    /// The page the document belongs to.
    pub link: Option<String>,
    pub language: Option<String>,
    pub updated: Option<DateTime<Utc>>,
    pub published: Option<DateTime<Utc>>,
    pub authors: Vec<Person>,
    pub rights: Option<String>,
    pub categories: Vec<String>,
    pub generator: Option<String>,
    pub image: Option<String>,
    /// Minutes.
    pub ttl: Option<u32>,
}

/// What sort of document it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rss0,
    Rss1,
    Rss2,
    Atom,
    JsonFeed,
    Html,
    Text,
    Markdown,
}

impl Kind {
    /// Whether it lists entries, rather than being one article.
    pub fn is_feed(self) -> bool {
        !matches!(self, Kind::Html | Kind::Text | Kind::Markdown)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Rss0 => "rss0",
            Kind::Rss1 => "rss1",
            Kind::Rss2 => "rss2",
            Kind::Atom => "atom",
            Kind::JsonFeed => "jsonfeed",
            Kind::Html => "html",
            Kind::Text => "text",
            Kind::Markdown => "markdown",
        }
    }
}

/// One document, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub kind: Kind,
    pub channel: Channel,
    /// In document order.
    pub entries: Vec<Entry>,
    pub oddities: Vec<Oddity>,
}

/// Something wrong in what a source sent that could be read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Stable, kebab-case: `date-unreadable`, `html-too-deep` …
    pub code: &'static str,
    /// Where: `entries[3].published`, `document`.
    pub at: String,
    /// For people.
    pub message: String,
}

impl Oddity {
    pub fn new(code: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Oddity {
            code,
            at: at.into(),
            message: message.into(),
        }
    }
}
