//! The fast path: regular documents, read by feed-rs. The one door to feed-rs.
//!
//! It panics on some inputs and keeps less than a source said of others, so it reads only what [`survey`] let through, and what it says of those is the
//! same as what the tolerant reader says (`f42_both_readers_say_the_same` holds it to that).

mod clock;
mod entries;
mod survey;

use std::panic::{self, AssertUnwindSafe};

use feed_rs::model::{Feed, FeedType};
use feed_rs::parser;

use self::clock::Clock;
use self::survey::Regular;
use super::setting::Setting;
use super::words::as_line;
use crate::date::Hints;
use crate::ingest::entry::{Channel, Kind, Reading};
use crate::ingest::growth::Growth;
use crate::link;

/// What became of a document on the fast path.
#[derive(Debug)]
pub enum Fast {
    Read(Box<Reading>),
    /// It is for the tolerant reader.
    NotRegular,
    /// feed-rs panicked, which it should not have on such a document.
    Panicked,
}

/// Reads a document that begins with its root element, if it is regular.
pub fn read(text: &str, setting: &Setting<'_>) -> Fast {
    let Some(regular) = survey::regular(text) else {
        return Fast::NotRegular;
    };
    // Nothing outlives the call but the returned value, so no broken state can be seen after a panic.
    match panic::catch_unwind(AssertUnwindSafe(|| regularly(text, setting, &regular))) {
        Ok(Some(reading)) => Fast::Read(Box::new(reading)),
        Ok(None) => Fast::NotRegular,
        Err(_) => Fast::Panicked,
    }
}

fn regularly(text: &str, setting: &Setting<'_>, regular: &Regular) -> Option<Reading> {
    let clock = Clock::default();
    let feed = parse(text, setting, regular, &clock)?;
    if clock.met_unreadable() {
        return None;
    }
    let kind = match feed.feed_type {
        FeedType::Atom => Kind::Atom,
        FeedType::RSS2 => Kind::Rss2,
        _ => return None,
    };
    let channel = channel(&feed, kind, setting, regular);
    let reader = entries::Reader {
        clock: &clock,
        url: setting.url,
        language: channel.language.as_deref(),
        authors: match kind {
            Kind::Atom => &channel.authors,
            _ => &[],
        },
        is_atom: kind == Kind::Atom,
    };
    let mut growth = Growth::of(text);
    let mut entries = Vec::new();
    for entry in feed.entries {
        let entry = reader.entry(entry)?;
        growth.add(&entry).ok()?;
        entries.push(entry);
    }
    Some(Reading {
        kind,
        channel,
        entries,
        oddities: Vec::new(),
    })
}

fn parse(text: &str, setting: &Setting<'_>, regular: &Regular, clock: &Clock) -> Option<Feed> {
    // feed-rs keeps the parser for good, so it gets clones of what it needs, not borrows.
    let (seen, zone, now) = (clock.clone(), setting.dates.zone, setting.dates.now);
    let day_first = setting.dates.day_first;
    let language = setting
        .dates
        .language
        .map(ToString::to_string)
        .or_else(|| regular.language.clone());
    let parser = parser::Builder::new()
        .base_uri(setting.url)
        .sanitize_content(false)
        // An id that feed-rs would invent (a random one at worst) must not pass for the source's: no id stays empty.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| {
            let hints = Hints {
                zone,
                language: language.as_deref(),
                day_first,
                now,
            };
            seen.read(text, &hints)
        })
        .build();
    parser.parse(text.as_bytes()).ok()
}

fn channel(feed: &Feed, kind: Kind, setting: &Setting<'_>, regular: &Regular) -> Channel {
    let address = |href: &str| link::as_written(href, setting.url);
    let with_rel = |rel: &str| {
        feed.links
            .iter()
            .filter(|link| link.rel.as_deref() == Some(rel))
            .filter_map(|link| address(&link.href))
            .collect::<Vec<_>>()
    };
    let page = feed
        .links
        .iter()
        .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    let id = Some(feed.id.trim().to_string()).filter(|id| kind == Kind::Atom && !id.is_empty());
    let mut hubs: Vec<String> = Vec::new();
    for hub in with_rel("hub") {
        if !hubs.contains(&hub) {
            hubs.push(hub);
        }
    }
    Channel {
        title: entries::line(feed.title.as_ref(), kind == Kind::Atom),
        subtitle: entries::line(feed.description.as_ref(), kind == Kind::Atom),
        link: page
            .and_then(|link| address(&link.href))
            .or_else(|| link::as_written(id.as_deref()?, None)),
        id,
        language: regular.language.clone(),
        updated: feed.updated,
        published: feed.published,
        authors: feed.authors.iter().filter_map(entries::person).collect(),
        rights: entries::line(feed.rights.as_ref(), false),
        generator: feed
            .generator
            .as_ref()
            .and_then(|generator| as_line(&generator.content, false)),
        self_url: with_rel("self").into_iter().next(),
        hubs,
        ..Channel::default()
    }
}
