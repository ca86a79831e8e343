//! Feed documents → entries: the one door to feed-rs.
//!
//! feed-rs never sees raw bytes. [`front`] hands it decoded text in the shape it reads best; here its model becomes ours, and what went wrong on the
//! way becomes oddities. It panics on some inputs, so callers contain panics (see `ingest::read`).

mod clock;
mod entries;
mod front;
mod words;

use feed_rs::model::{Feed, FeedType};
use feed_rs::parser;

use self::clock::Clock;
use self::words::{person, plain};
use super::entry::{Channel, Kind, Oddity, Reading};
use super::visit::Unreadable;
use crate::date::Hints;

pub use front::{Shape, shape};

/// Most entries taken from one document. Ten times what the largest honest feeds hold; more is an archive or an attack.
pub const MAX_ENTRIES: usize = 5_000;

/// How a feed document is read.
pub struct Setting<'a> {
    pub url: Option<&'a url::Url>,
    pub dates: Hints<'a>,
}

/// Reads RSS 0.91–2.0, RSS 1.0, Atom and JSON Feed. `text` is the whole document, decoded.
///
/// Does not repair broken XML beyond what [`front`] does; a document that feed-rs refuses is `Unreadable`.
pub fn read_feed(text: &str, setting: &Setting<'_>) -> Result<Reading, Unreadable> {
    let prepared = front::prepare(text)?;
    let clock = Clock::default();
    let feed = parse(&prepared.text, setting, &clock)?;
    let mut oddities = prepared.oddities;
    oddities.extend(clock.oddities());
    let kind = kind(&feed.feed_type, &prepared.text);
    let guids_are_links = !prepared.text.contains("isPermaLink=\"false\"")
        && !prepared.text.contains("isPermaLink='false'");
    let reader = entries::Reader {
        clock: &clock,
        url: setting.url,
        language: feed.language.clone(),
        guids_are_links,
    };
    if feed.entries.len() > MAX_ENTRIES {
        let message = format!(
            "{} entries; the first {MAX_ENTRIES} were taken",
            feed.entries.len()
        );
        oddities.push(Oddity::new("too-many-entries", "document", message));
    }
    let channel = channel(&feed);
    let entries = feed
        .entries
        .into_iter()
        .take(MAX_ENTRIES)
        .enumerate()
        .filter_map(|(at, entry)| reader.entry(entry, at, &mut oddities))
        .collect();
    Ok(Reading {
        kind,
        channel,
        entries,
        oddities,
    })
}

fn parse(text: &str, setting: &Setting<'_>, clock: &Clock) -> Result<Feed, Unreadable> {
    // feed-rs keeps the parser for good, so it gets clones of what it needs, not borrows.
    let (seen, zone, day_first) = (clock.clone(), setting.dates.zone, setting.dates.day_first);
    let (language, now) = (
        setting.dates.language.map(ToString::to_string),
        setting.dates.now,
    );
    let parser = parser::Builder::new()
        .base_uri(setting.url)
        .sanitize_content(false)
        // An id that feed-rs would invent (a random one at worst) must not pass for the source's: no id stays empty.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| {
            seen.read(
                text,
                &Hints {
                    zone,
                    language: language.as_deref(),
                    day_first,
                    now,
                },
            )
        })
        .build();
    parser
        .parse(text.as_bytes())
        .map_err(|error| Unreadable::Broken(plain_words(&error)))
}

/// feed-rs's error in words for an operator.
fn plain_words(error: &parser::ParseFeedError) -> String {
    match error {
        parser::ParseFeedError::ParseError(parser::ParseErrorKind::NoFeedRoot) => {
            "it has no <rss>, <feed> or <rdf:RDF> that headwater knows".into()
        }
        parser::ParseFeedError::JsonUnsupportedVersion(version) => {
            format!("JSON Feed version {version:?} is unknown")
        }
        other => other.to_string(),
    }
}

fn kind(found: &FeedType, text: &str) -> Kind {
    match found {
        FeedType::Atom => Kind::Atom,
        FeedType::JSON => Kind::JsonFeed,
        FeedType::RSS0 => Kind::Rss0,
        FeedType::RSS1 => Kind::Rss1,
        FeedType::RSS2 if text.contains("version=\"0.9") => Kind::Rss0,
        FeedType::RSS2 => Kind::Rss2,
    }
}

fn channel(feed: &Feed) -> Channel {
    let page = feed
        .links
        .iter()
        .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    Channel {
        id: Some(feed.id.clone()).filter(|id| !id.is_empty()),
        title: plain(feed.title.as_ref()),
        subtitle: plain(feed.description.as_ref()),
        link: page.map(|link| link.href.clone()),
        language: feed.language.clone(),
        updated: feed.updated,
        published: feed.published,
        authors: feed.authors.iter().filter_map(person).collect(),
        rights: plain(feed.rights.as_ref()),
        categories: feed
            .categories
            .iter()
            .map(|category| category.term.clone())
            .collect(),
        generator: feed
            .generator
            .as_ref()
            .map(|generator| generator.content.clone()),
        image: feed
            .logo
            .as_ref()
            .or(feed.icon.as_ref())
            .map(|image| image.uri.clone())
            .filter(|uri| !uri.is_empty()),
        ttl: feed.ttl,
    }
}
