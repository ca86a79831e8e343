//! Our values in SQLite's columns and back.

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::date::{Precision, Stamp, ZoneRule};
use crate::ingest::{
    Asks, Channel, Dated, Enclosure, Entry, Extension, Oddity, Origin, Person, Relation,
};

pub(super) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// The instant of a stored number; numbers out of range were never written by us and become the epoch.
pub(super) fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// The parts of an entry that are lists, as one JSON column.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct More {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<PersonShape>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enclosures: Vec<EnclosureShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginShape>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relations: Vec<(String, String, Option<String>)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extensions: Vec<ExtensionShape>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct PersonShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct EnclosureShape {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct OriginShape {
    id: Option<String>,
    title: Option<String>,
    url: Option<String>,
    // Left out when absent, so that entries stored before these were known hash as they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<PersonShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
}

impl OriginShape {
    fn of(origin: &Origin) -> Self {
        OriginShape {
            id: origin.id.clone(),
            title: origin.title.clone(),
            url: origin.url.clone(),
            page: origin.page.clone(),
            updated: origin.updated.map(millis),
            authors: people(&origin.authors),
            rights: origin.rights.clone(),
            categories: origin.categories.clone(),
        }
    }

    fn read(self) -> Origin {
        Origin {
            id: self.id,
            title: self.title,
            url: self.url,
            page: self.page,
            updated: self.updated.map(instant),
            authors: persons(self.authors),
            rights: self.rights,
            categories: self.categories,
        }
    }
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct ExtensionShape {
    namespace: String,
    name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<(String, String)>,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<ExtensionShape>,
}

impl ExtensionShape {
    /// `ingest` has bounded the depth: JSON that is nested deeper than its reader goes could be written and never read again.
    fn of(extension: &Extension) -> Self {
        ExtensionShape {
            namespace: extension.namespace.clone(),
            name: extension.name.clone(),
            attributes: extension.attributes.clone(),
            text: extension.text.clone(),
            children: extension.children.iter().map(Self::of).collect(),
        }
    }

    fn read(self) -> Extension {
        Extension {
            namespace: self.namespace,
            name: self.name,
            attributes: self.attributes,
            text: self.text,
            children: self.children.into_iter().map(Self::read).collect(),
        }
    }
}

/// What a source says of itself that is a list, as one JSON column.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct MoreOfChannel {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<PersonShape>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
}

impl MoreOfChannel {
    pub fn of(channel: &Channel) -> Self {
        MoreOfChannel {
            authors: people(&channel.authors),
            categories: channel.categories.clone(),
        }
    }

    /// Authors and categories. A column that was never filled, or not by us, holds neither.
    pub fn read(text: Option<String>) -> (Vec<Person>, Vec<String>) {
        let more: Self = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        (persons(more.authors), more.categories)
    }
}

fn people(persons: &[Person]) -> Vec<PersonShape> {
    let shape = |Person { name, email, url }| PersonShape { name, email, url };
    persons.iter().cloned().map(shape).collect()
}

fn persons(shapes: Vec<PersonShape>) -> Vec<Person> {
    let person = |PersonShape { name, email, url }| Person { name, email, url };
    shapes.into_iter().map(person).collect()
}

impl More {
    pub fn of(entry: &Entry) -> Self {
        More {
            authors: people(&entry.authors),
            categories: entry.categories.clone(),
            enclosures: entry
                .enclosures
                .iter()
                .cloned()
                .map(|Enclosure { url, mime, length }| EnclosureShape { url, mime, length })
                .collect(),
            origin: entry.origin.as_ref().map(OriginShape::of),
            relations: entry
                .relations
                .iter()
                .cloned()
                .map(|Relation { rel, url, title }| (rel, url, title))
                .collect(),
            extensions: entry.extensions.iter().map(ExtensionShape::of).collect(),
        }
    }

    pub fn fill(self, entry: &mut Entry) {
        entry.authors = persons(self.authors);
        entry.categories = self.categories;
        entry.enclosures = self
            .enclosures
            .into_iter()
            .map(|EnclosureShape { url, mime, length }| Enclosure { url, mime, length })
            .collect();
        entry.origin = self.origin.map(OriginShape::read);
        entry.relations = self
            .relations
            .into_iter()
            .map(|(rel, url, title)| Relation { rel, url, title })
            .collect();
        entry.extensions = self
            .extensions
            .into_iter()
            .map(ExtensionShape::read)
            .collect();
    }
}

/// How a date was read: `from precision zone-rule`, and behind them the minutes from what was said to what is shown, where these differ (T9).
pub(super) fn how(dated: &Dated) -> String {
    let how = format!(
        "{} {} {}",
        dated.from,
        dated.stamp.precision.as_str(),
        dated.stamp.zone_rule.as_str()
    );
    match (dated.shown() - dated.said()).num_minutes() {
        0 => how,
        minutes => format!("{how} {minutes}"),
    }
}

/// Names of the places dates come from, as entries bear them.
const PLACES: [&str; 11] = [
    "feed",
    "byline",
    "meta",
    "json-ld",
    "time",
    "front-matter",
    "itemprop",
    "og",
    "page",
    "address",
    "list",
];

pub(super) fn dated(millis: Option<i64>, how: Option<String>) -> Option<Dated> {
    let at = instant(millis?);
    let how = how.unwrap_or_default();
    let mut words = how.split(' ');
    let from = words
        .next()
        .and_then(|word| PLACES.iter().find(|place| **place == word))
        .copied()
        .unwrap_or("feed");
    let precision = words
        .next()
        .and_then(Precision::parse)
        .unwrap_or(Precision::Second);
    let zone_rule = words
        .next()
        .and_then(ZoneRule::parse)
        .unwrap_or(ZoneRule::Default);
    let shown = words
        .next()
        .and_then(|word| TimeDelta::try_minutes(word.parse().ok()?))
        .and_then(|minutes| at.checked_add_signed(minutes));
    Some(Dated {
        stamp: Stamp::spanning(at, shown.unwrap_or(at), precision, zone_rule),
        from,
    })
}

/// Most oddities kept of one visit: the first tell the rest.
const ODDITIES_KEPT: usize = 50;

#[derive(Serialize, Deserialize)]
struct OddityShape(String, String, String);

pub(super) fn oddities_to_json(oddities: &[Oddity]) -> Result<Option<String>, serde_json::Error> {
    if oddities.is_empty() {
        return Ok(None);
    }
    let shapes: Vec<OddityShape> = oddities
        .iter()
        .take(ODDITIES_KEPT)
        .map(|odd| OddityShape(odd.code.to_string(), odd.at.clone(), odd.message.clone()))
        .collect();
    serde_json::to_string(&shapes).map(Some)
}

/// Oddities as (code, place, message).
pub(super) fn oddities_from_json(text: Option<String>) -> Vec<(String, String, String)> {
    let shapes: Vec<OddityShape> = text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    shapes
        .into_iter()
        .map(|OddityShape(code, at, message)| (code, at, message))
        .collect()
}

/// What a feed asks of those who poll it. Days by their English names, whose first three letters suffice.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct AsksShape {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skip_hours: Vec<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skip_days: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_frequency: Option<String>,
}

/// Longest `sy:` value kept, in bytes: honest ones are a word or a number.
const LONGEST_ASK: usize = 64;

/// Asks as JSON; nothing for one who asks nothing. There are only so many hours and days, however often they are named.
pub(super) fn asks_to_json(asks: &Asks) -> Result<Option<String>, serde_json::Error> {
    if *asks == Asks::default() {
        return Ok(None);
    }
    let short = |text: &Option<String>| text.clone().filter(|text| text.len() <= LONGEST_ASK);
    let mut hours = asks.skip_hours.clone();
    hours.sort_unstable();
    hours.dedup();
    let mut days: Vec<Weekday> = asks.skip_days.clone();
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    serde_json::to_string(&AsksShape {
        skip_hours: hours,
        skip_days: days.iter().map(Weekday::to_string).collect(),
        update_period: short(&asks.update_period),
        update_frequency: short(&asks.update_frequency),
    })
    .map(Some)
}

/// Asks as they were kept; what cannot be read asks nothing.
pub(super) fn asks_from_json(text: Option<String>) -> Asks {
    let shape: AsksShape = text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    Asks {
        skip_hours: shape.skip_hours,
        skip_days: shape
            .skip_days
            .iter()
            .filter_map(|day| day.parse().ok())
            .collect(),
        update_period: shape.update_period,
        update_frequency: shape.update_frequency,
    }
}
