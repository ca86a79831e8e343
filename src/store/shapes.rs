//! Our values in SQLite's columns and back.

use chrono::{DateTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::date::{Precision, Stamp, ZoneRule};
use crate::ingest::{Asks, Dated, Enclosure, Entry, Oddity, Origin, Person, Relation};

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
}

impl More {
    pub fn of(entry: &Entry) -> Self {
        More {
            authors: entry
                .authors
                .iter()
                .cloned()
                .map(|Person { name, email, url }| PersonShape { name, email, url })
                .collect(),
            categories: entry.categories.clone(),
            enclosures: entry
                .enclosures
                .iter()
                .cloned()
                .map(|Enclosure { url, mime, length }| EnclosureShape { url, mime, length })
                .collect(),
            origin: entry
                .origin
                .clone()
                .map(|Origin { id, title, url }| OriginShape { id, title, url }),
            relations: entry
                .relations
                .iter()
                .cloned()
                .map(|Relation { rel, url, title }| (rel, url, title))
                .collect(),
        }
    }

    pub fn fill(self, entry: &mut Entry) {
        entry.authors = self
            .authors
            .into_iter()
            .map(|PersonShape { name, email, url }| Person { name, email, url })
            .collect();
        entry.categories = self.categories;
        entry.enclosures = self
            .enclosures
            .into_iter()
            .map(|EnclosureShape { url, mime, length }| Enclosure { url, mime, length })
            .collect();
        entry.origin = self
            .origin
            .map(|OriginShape { id, title, url }| Origin { id, title, url });
        entry.relations = self
            .relations
            .into_iter()
            .map(|(rel, url, title)| Relation { rel, url, title })
            .collect();
    }
}

/// How a date was read: `from precision zone-rule`.
pub(super) fn how(dated: &Dated) -> String {
    format!(
        "{} {} {}",
        dated.from,
        dated.stamp.precision.as_str(),
        dated.stamp.zone_rule.as_str()
    )
}

/// Names of the places dates come from, as entries bear them.
const PLACES: [&str; 9] = [
    "feed",
    "byline",
    "meta",
    "json-ld",
    "time",
    "front-matter",
    "itemprop",
    "og",
    "page",
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
    Some(Dated {
        stamp: Stamp {
            at,
            precision,
            zone_rule,
        },
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
