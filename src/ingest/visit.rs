//! One attempt at a source, as values: what is remembered, what is asked, what came back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use url::Url;

use super::entry::{Channel, Entry, Oddity};
use super::specimen::Specimen;

/// What earlier visits left behind that the next one needs. Survives `kill -9` (F9), and is stored in the transaction of the entries it belongs to (F4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    pub validators: Validators,
    /// SHA-256 of the address that was asked, as feeds.toml had it: another one there drops the validators (F7). Not the address itself, which may hold
    /// credentials (F38).
    pub asked: Option<[u8; 32]>,
    /// The address that issued the validators, after redirects; they are good for no other (F7).
    pub validated_url: Option<String>,
    /// SHA-256 of the last body that was read (F8).
    pub body: Option<[u8; 32]>,
    /// For files: each path last read, with the SHA-256 of what it held.
    pub documents: Vec<(String, [u8; 32])>,
    /// For an index of sitemaps: those that are followed.
    pub parts: Vec<PartMemory>,
}

/// What is remembered of one sitemap of an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartMemory {
    /// Absolute, as the index names it.
    pub url: String,
    /// When it changed last, as the index wrote it when it was last read.
    pub lastmod: Option<String>,
    /// … and as the index wrote it when the sitemap itself was last read.
    pub read: Option<String>,
    /// SHA-256 of what was read (F8); `None` when it was never had.
    pub body: Option<[u8; 32]>,
    /// Its own (F1, F2), when it was not redirected.
    pub validators: Validators,
}

impl Memory {
    /// The memory, for asking at the address to which visits to the old one led: it is the same document there. The validators stay with the address that
    /// issued them, and a 304 from any other is not believed (F7).
    pub fn readdressed(mut self, to: &Url) -> Memory {
        self.asked = Some(address_hash(to));
        self
    }
}

/// By what an address is recognised that may hold credentials (F38).
pub(super) fn address_hash(url: &Url) -> [u8; 32] {
    Sha256::digest(url.as_str()).into()
}

/// Opaque bytes, kept and returned as they came (F1, F2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Validators {
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
}

impl Validators {
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// One finished attempt.
#[derive(Debug)]
pub struct Visit {
    /// The source's id.
    pub source: String,
    pub at: DateTime<Utc>,
    pub took: Duration,
    /// What the server said, when one was asked and answered.
    pub answer: Option<Answer>,
    pub arrival: Arrival,
}

/// The facts of an HTTP answer that outlive its body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// After redirects, without credentials (F38).
    pub url: String,
    /// The redirects on the way, in order (F21).
    pub hops: Vec<Hop>,
    /// The furthest address reached through an unbroken prefix of 301 and 308 (F21), without credentials. Evidence only: whether it replaces the
    /// stored address is decided over many visits (F22, F23).
    pub permanent: Option<String>,
    /// Whether a redirect led from a public address to one that is not, as it may where that is allowed (F23).
    pub inward: bool,
    /// Bytes over the wire.
    pub bytes: u64,
    /// F12: `Cache-Control`, `Age`, `Expires`, `Date` as sent.
    pub cache_control: Option<String>,
    pub age: Option<String>,
    pub expires: Option<String>,
    pub date: Option<String>,
    /// F14, as sent.
    pub retry_after: Option<String>,
    /// `Link` with `rel="hub"`, absolute, in order (W1).
    pub hubs: Vec<String>,
    /// `Link` with `rel="self"`, absolute (W1, W2).
    pub self_url: Option<String>,
}

/// One redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// The address it led to, without credentials (F38).
    pub to: String,
}

/// What one visit brought.
#[derive(Debug)]
pub enum Arrival {
    /// 304, or the same bytes again (F6, F8). `memory` carries validators that came along.
    Unchanged { memory: Memory },
    /// Documents were read. `memory` belongs to them and is stored with them, never before (F4).
    Fresh(Box<Fresh>),
    /// 410: the publisher says it is over (F25). Nothing is deleted.
    Gone,
    /// Nothing could be had this time; what was stored stays.
    Failed(Failure),
}

#[derive(Debug, Default)]
pub struct Fresh {
    pub channel: Channel,
    pub entries: Vec<Entry>,
    pub oddities: Vec<Oddity>,
    pub memory: Memory,
    /// Whether only news was sent (226): what is not among the entries is still there (F28).
    pub is_delta: bool,
}

/// Why a visit brought nothing. The messages are read by operators in `status` and logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error(
        "{0} is not a public address; set allow_private_addresses = true, for its source or in [fetch], if it is yours"
    )]
    PrivateAddress(String),
    #[error("could not connect: {0}")]
    Connect(String),
    #[error("no whole answer within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("the body is larger than max_bytes = {0}; nothing of it was kept")]
    TooLarge(u64),
    #[error("the body unpacks to more than {0} times its size, as only bombs do")]
    Expansion(u64),
    #[error("the body could not be unpacked: {0}")]
    Encoding(String),
    #[error("the answer was cut off: {0}")]
    Cut(String),
    #[error("the server answered {0}{hint}", hint = status_hint(*.0))]
    Status(u16),
    #[error("gave up after {0} redirects")]
    Redirects(usize),
    #[error("redirected to {0:?}, which cannot be followed")]
    BadRedirect(String),
    #[error(
        "redirected in a circle, back to {0}; such servers often want cookies, which headwater does not keep"
    )]
    RedirectLoop(String),
    #[error("the server does not speak HTTP as it should: {0}")]
    Protocol(String),
    #[error("it is no web page but {0:?}; nothing of it was read")]
    NotAPage(String),
    #[error("answered 304 although nothing was asked conditionally (F10)")]
    Unasked304,
    #[error(
        "not asked: {0} has just said, in answer to another of its sources, not to be asked again yet (Retry-After)"
    )]
    Held(String),
    #[error(
        "{0}, where the feed says it lives now, holds none of its articles; the present address is kept"
    )]
    AnotherFeed(String),
    #[error(
        "a parser failed on this document ({}); the daemon goes on, and the document is kept for a bug report", .0.said
    )]
    Parser(Box<Specimen>),
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    #[error("no file matches {0}")]
    NoFiles(String),
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    #[error("headwater failed on this visit ({0}); the daemon goes on")]
    Panicked(String),
}

impl Failure {
    /// Stable, kebab-case, for `status --json`.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::PrivateAddress(_) => "private-address",
            Failure::Connect(_) => "connect",
            Failure::Timeout(_) => "timeout",
            Failure::TooLarge(_) => "too-large",
            Failure::Expansion(_) => "expansion",
            Failure::Encoding(_) => "encoding",
            Failure::Cut(_) => "cut",
            Failure::Status(_) => "status",
            Failure::Redirects(_) => "redirects",
            Failure::BadRedirect(_) => "bad-redirect",
            Failure::RedirectLoop(_) => "redirect-loop",
            Failure::Protocol(_) => "protocol",
            Failure::NotAPage(_) => "not-a-page",
            Failure::Unasked304 => "unasked-304",
            Failure::Unreadable(_) => "unreadable",
            Failure::NoFiles(_) => "no-files",
            Failure::File { .. } => "file",
            Failure::Held(_) => "held",
            Failure::AnotherFeed(_) => "another-feed",
            Failure::Parser(_) | Failure::Panicked(_) => "panicked",
        }
    }

    /// 429 and 503 ask for more patience than other failures (F15).
    pub fn is_throttling(&self) -> bool {
        matches!(self, Failure::Status(429 | 503))
    }
}

/// What an operator can do about a status code.
fn status_hint(status: u16) -> &'static str {
    match status {
        401 | 403 => ": it wants credentials, or refuses feed readers",
        404 => ": the address is wrong, or the feed has moved",
        206 | 226 => ": a part of a document, in a form that was not asked for",
        429 => ": too many requests; headwater slows down by itself",
        451 => ": withheld for legal reasons",
        500..=599 => ": the server is in trouble; headwater tries again more slowly",
        _ => "",
    }
}

/// Why a document could not be read as anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the document is empty")]
    Empty,
    #[error(
        "this is a web page, not a feed; the address of its feed is often named on it, or in its source under rel=alternate"
    )]
    WebPage,
    #[error("this is no text but a picture, an archive or the like; nothing of it was read")]
    NotText,
    #[error("this is not a feed: {0}")]
    NotAFeed(String),
    #[error("the feed is broken: {0}")]
    Broken(String),
    #[error("this is {0}, which headwater does not read")]
    Unsupported(&'static str),
    #[error("this is {what}; write {key} = \"…\" for it in feeds.toml")]
    Misplaced {
        what: &'static str,
        key: &'static str,
    },
    #[error("this is no sitemap; robots.txt of the site often names those it has")]
    NotASitemap,
    #[error(
        "no repeated links found; give `item` and `link`: CSS selectors for the element around one article and for the link in it"
    )]
    NothingListed,
    #[error("`{key} = {selector:?}` matches nothing on the page; has its layout changed?")]
    NoMatch { key: &'static str, selector: String },
    #[error("the page is nested too deep, or is too large, to be read as a list")]
    TooLargeToList,
    #[error("the parser panicked on it; please report the document: {0}")]
    Panicked(String),
}
