//! What a visit brings: documents read into entries, and everything that was odd about them.

use chrono::{DateTime, Utc, Weekday};

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
    /// A BCP 47 tag, the entry's own or the document's. None when none is declared that means a language.
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
    /// `itunes:*`, `podcast:*` and `media:*` elements of the entry itself, in document order, as the source wrote them (P18).
    pub extensions: Vec<Extension>,
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

/// An element of somebody else's namespace, kept whole so that it can be published again (P18).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extension {
    /// The URI; prefixes mean nothing (F44).
    pub namespace: String,
    /// Without prefix.
    pub name: String,
    /// Those without a namespace, in document order. Addresses in them are absolute.
    pub attributes: Vec<(String, String)>,
    /// Its own text, entities resolved; empty when it has none.
    pub text: String,
    pub children: Vec<Extension>,
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
    /// The instant as it was said; see [`Stamp::said`].
    pub fn said(&self) -> DateTime<Utc> {
        self.stamp.said()
    }

    /// The instant to publish and to sort by; see [`Stamp::shown`].
    pub fn shown(&self) -> DateTime<Utc> {
        self.stamp.shown()
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

/// The feed an entry came from in the first place, as the source tells it (RFC 4287 §4.2.11, P6). RSS tells title and `url` only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    pub id: Option<String>,
    /// Plain text.
    pub title: Option<String>,
    /// The address of the feed itself (`rel="self"`, RSS `source url`), never of an article (P13); absolute.
    pub url: Option<String>,
    /// The page the feed belongs to (`rel="alternate"`), absolute.
    pub page: Option<String>,
    pub updated: Option<DateTime<Utc>>,
    pub authors: Vec<Person>,
    /// Plain text.
    pub rights: Option<String>,
    pub categories: Vec<String>,
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
    pub asks: Asks,
    /// The document's own address as it gives it (`rel="self"`, `feed_url`), absolute (W1, W2).
    pub self_url: Option<String>,
    /// WebSub hubs it names, absolute (W1).
    pub hubs: Vec<String>,
    /// `itunes:new-feed-url`: where the publisher says the feed lives now, absolute (F24).
    pub new_url: Option<String>,
    /// `fh:complete`: what is not in the document is no longer in the feed (F46, RFC 5005 §2).
    pub complete: bool,
    /// Ids that `at:deleted-entry` says were withdrawn (F46, RFC 6721).
    pub deleted: Vec<String>,
    /// `itunes:*` and `podcast:*` elements of the channel (P18).
    pub extensions: Vec<Extension>,
    /// The sitemaps that an index of sitemaps names. They hold the entries, and the document itself none.
    pub parts: Vec<Part>,
}

/// One sitemap of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Absolute.
    pub url: String,
    /// When it changed last, as written.
    pub lastmod: Option<String>,
}

/// What a document asks of those who poll it, as it wrote it; what that comes to is for `schedule` to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// `skipHours`, GMT, 0 to 24 (F16).
    pub skip_hours: Vec<u8>,
    /// `skipDays`, GMT (F16).
    pub skip_days: Vec<Weekday>,
    /// `sy:updatePeriod` (F17).
    pub update_period: Option<String>,
    /// `sy:updateFrequency` (F17).
    pub update_frequency: Option<String>,
}

/// What sort of document it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rss0,
    Rss1,
    Rss2,
    Atom,
    JsonFeed,
    Sitemap,
    Opml,
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
            Kind::Sitemap => "sitemap",
            Kind::Opml => "opml",
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
