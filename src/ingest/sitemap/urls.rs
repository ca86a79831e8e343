//! The addresses of a sitemap → entries.

use std::cmp::Reverse;
use std::collections::HashSet;

use url::Url;

use super::slug;
use super::xml::{Field, Listed, Sitemap};
use crate::date::{self, Hints};
use crate::ingest::entry::{Channel, Dated, Enclosure, Entry, Kind, Oddity, Reading};
use crate::ingest::feed::{MAX_ENTRIES, as_line, as_paragraphs};
use crate::ingest::growth::Growth;
use crate::link;

/// What is counted while addresses are read, in that order: the oddity's code, and what there were so many of.
const TOLD: [(&str, &str); 7] = [
    (
        "too-many-entries",
        "addresses are more than are read of one document",
    ),
    (
        "entry-without-identity",
        "entries have no <loc> and were dropped",
    ),
    (
        "not-an-address",
        "addresses or lines cannot be used and were passed over",
    ),
    (
        "front-page",
        "addresses are a front page and not an article; they were passed over",
    ),
    ("date-unreadable", "dates cannot be read"),
    (
        "title-from-address",
        "entries have no headline; theirs is made from the address",
    ),
    (
        "too-many-entries",
        "entries are older than the newest that were taken",
    ),
];

/// What is listed as a reading: at most [`MAX_ENTRIES`], the newest of them, in the order of the document.
pub(super) fn entries(
    found: Sitemap,
    url: Option<&Url>,
    dates: Hints<'_>,
    mut growth: Growth,
) -> Reading {
    let mut reading = Reading {
        kind: Kind::Sitemap,
        channel: Channel::default(),
        entries: Vec::new(),
        oddities: found.oddities,
    };
    let mut seen = HashSet::new();
    let (mut strange, mut fronts, mut undated) = (found.strange, 0, 0);
    for one in found.urls {
        let Some(address) = link::resolve(&one.address, url) else {
            strange += 1;
            continue;
        };
        if link::is_front(&address) {
            fronts += 1;
            continue;
        }
        let (entry, unread) = entry(&one, &address, dates);
        undated += unread;
        if let Err(odd) = growth.add(&entry) {
            reading.oddities.push(odd);
            break;
        }
        if seen.insert(entry.id.clone()) {
            reading.channel.title = reading
                .channel
                .title
                .take()
                .or_else(|| one.said(Field::NewsName).map(str::to_owned));
            reading.entries.push(entry);
        }
    }
    let untitled = name(&mut reading.entries);
    let cut = newest(&mut reading.entries);
    let counts = [
        found.uncounted,
        found.homeless,
        strange,
        fronts,
        undated,
        untitled,
        cut,
    ];
    let told = counts.into_iter().zip(TOLD).filter(|(count, _)| *count > 0);
    reading.oddities.extend(
        told.map(|(count, (code, what))| Oddity::new(code, "document", format!("{count} {what}"))),
    );
    reading
}

/// One entry without a headline of last resort, and how many of its dates cannot be read.
fn entry(one: &Listed, address: &Url, dates: Hints<'_>) -> (Entry, usize) {
    let language = one.said(Field::NewsLanguage).map(str::to_owned);
    let hints = Hints {
        language: language.as_deref(),
        ..dates
    };
    let mut unread = 0;
    let mut dated = |text: Option<&str>, from| {
        let stamp = date::parse(text?, &hints);
        unread += usize::from(stamp.is_none());
        stamp.map(|stamp| Dated { stamp, from })
    };
    let published = dated(one.said(Field::NewsDate), "news")
        .or_else(|| dated(one.said(Field::VideoDate), "video"));
    let updated = dated(one.lastmod.as_deref(), "lastmod");
    let picture = |field| {
        let written = one.said(field)?;
        link::resolve(written, Some(address)).map(String::from)
    };
    let own = String::from(link::publishable(address));
    let keywords = one.said(Field::Keywords).unwrap_or_default();
    let entry = Entry {
        id: own.clone(),
        title: one
            .said(Field::NewsTitle)
            .or_else(|| one.said(Field::VideoTitle))
            .and_then(|title| as_line(title, false)),
        base: Some(own.clone()),
        url: Some(own),
        published,
        updated,
        summary: one.said(Field::VideoText).and_then(as_paragraphs),
        categories: keywords
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        enclosures: picture(Field::VideoFile)
            .map(|url| Enclosure {
                url,
                ..Enclosure::default()
            })
            .into_iter()
            .collect(),
        image: picture(Field::Image).or_else(|| picture(Field::VideoThumbnail)),
        language,
        ..Entry::default()
    };
    (entry, unread)
}

/// Gives a headline to those that have none; how many that were. Readers could not tell them apart otherwise.
fn name(entries: &mut [Entry]) -> usize {
    let mut named = 0;
    for entry in entries.iter_mut().filter(|entry| entry.title.is_none()) {
        entry.title = entry
            .url
            .as_deref()
            .and_then(|url| link::resolve(url, None))
            .map(|url| slug::from_address(&url));
        named += 1;
    }
    named
}

/// Keeps the newest; how many went. Those without a date count as the oldest.
pub fn newest(entries: &mut Vec<Entry>) -> usize {
    let over = entries.len().saturating_sub(MAX_ENTRIES);
    if over > 0 {
        let at = |entry: &Entry| entry.published.or(entry.updated).map(|dated| dated.said());
        let mut order: Vec<(usize, Entry)> =
            std::mem::take(entries).into_iter().enumerate().collect();
        order.sort_by_key(|(_, entry)| Reverse(at(entry)));
        order.truncate(MAX_ENTRIES);
        order.sort_by_key(|(place, _)| *place);
        entries.extend(order.into_iter().map(|(_, entry)| entry));
    }
    over
}
