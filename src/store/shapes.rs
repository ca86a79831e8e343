//! Our values in SQLite's columns and back.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::date::{Precision, Stamp, ZoneRule};
use crate::ingest::{Dated, Enclosure, Entry, Oddity, Origin, Person, Relation};

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
const PLACES: [&str; 10] = [
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
