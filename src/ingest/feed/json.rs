//! JSON Feed 1.0 and 1.1, read as values: what is of the wrong type is not there, and the rest is.

use serde_json::{Map, Value};

use super::setting::{MAX_ENTRIES, Setting};
use super::tolerant::{Times, could_be_exchanged};
use super::words::{as_markup, as_paragraphs, as_said};
use crate::date::Hints;
use crate::ingest::entry::{Channel, Enclosure, Entry, Kind, Oddity, Person, Reading, Relation};
use crate::ingest::growth::Growth;
use crate::ingest::visit::Unreadable;
use crate::link;

/// Most authors, tags and attachments of one item.
const MOST: usize = 500;

/// Most values in one document: the largest feeds, of some thousand items with twenty members each, have a fifth of them. Each is allocated by itself.
const MAX_VALUES: usize = 500_000;

type Object = Map<String, Value>;

/// Reads JSON Feed 1.0 and 1.1. Invalid JSON is rejected whole (F42), and so is what is no JSON Feed.
pub fn read(text: &str, setting: &Setting<'_>) -> Result<Reading, Unreadable> {
    let text = text.trim_start_matches(['\u{feff}', '\0']);
    if has_too_many_values(text) {
        return Err(Unreadable::Broken(format!(
            "it holds more than {MAX_VALUES} values; no feed does"
        )));
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Unreadable::Broken(format!("it is no valid JSON: {error}")))?;
    let Value::Object(feed) = value else {
        return Err(Unreadable::Broken("it is JSON, but no JSON Feed".into()));
    };
    let version = words(&feed, "version").unwrap_or_default();
    if !version.contains("jsonfeed.org/version/") {
        return Err(Unreadable::Broken(format!(
            "JSON Feed version {version:?} is unknown"
        )));
    }
    let items = list(&feed, "items");
    let language = words(&feed, "language");
    let hints = Hints {
        language: setting.dates.language.or(language.as_deref()),
        ..setting.dates
    };
    let dates: Vec<String> = items
        .iter()
        .filter_map(Value::as_object)
        .filter_map(|item| words(item, "date_published"))
        .filter(|date| could_be_exchanged(date))
        .collect();
    let samples: Vec<&str> = dates.iter().map(String::as_str).collect();
    let reader = Reader {
        times: Times::reading(&samples, hints),
        base: setting.url,
        language: language.clone(),
        authors: people(&feed),
    };
    let (entries, mut oddities) = reader.entries(items, Growth::of(text));
    let channel = reader.channel(&feed);
    oddities.extend(reader.times.oddities());
    Ok(Reading {
        kind: Kind::JsonFeed,
        channel,
        entries,
        oddities,
    })
}

/// Counts what stands outside strings and makes a value of its own: a look at each byte, before anything is allocated.
fn has_too_many_values(text: &str) -> bool {
    let (mut values, mut is_in_string, mut is_escaped) = (0, false, false);
    for byte in text.bytes() {
        if is_in_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => is_in_string = false,
                _ => {}
            }
        } else {
            is_in_string = byte == b'"';
            values += usize::from(matches!(byte, b',' | b'[' | b'{'));
        }
    }
    values > MAX_VALUES
}

struct Reader<'a> {
    times: Times<'a>,
    base: Option<&'a url::Url>,
    language: Option<String>,
    /// The feed's: those of items that name none.
    authors: Vec<Person>,
}

impl Reader<'_> {
    fn address(&self, object: &Object, key: &str) -> Option<String> {
        link::as_written(&words(object, key)?, self.base)
    }

    fn channel(&self, feed: &Object) -> Channel {
        let hubs = list(feed, "hubs")
            .iter()
            .filter_map(Value::as_object)
            .filter_map(|hub| self.address(hub, "url"));
        Channel {
            id: words(feed, "feed_url"),
            title: line(feed, "title"),
            subtitle: line(feed, "description"),
            link: self.address(feed, "home_page_url"),
            language: self.language.clone(),
            authors: self.authors.clone(),
            image: self
                .address(feed, "icon")
                .or_else(|| self.address(feed, "favicon")),
            self_url: self.address(feed, "feed_url"),
            hubs: hubs.take(MOST).collect(),
            ..Channel::default()
        }
    }

    /// The entries, and what was wrong with them.
    fn entries(&self, items: &[Value], mut growth: Growth) -> (Vec<Entry>, Vec<Oddity>) {
        let mut oddities = Vec::new();
        if items.len() > MAX_ENTRIES {
            let message = format!(
                "{} entries; the first {MAX_ENTRIES} were taken",
                items.len()
            );
            oddities.push(Oddity::new("too-many-entries", "document", message));
        }
        let mut entries = Vec::new();
        for (at, item) in items.iter().take(MAX_ENTRIES).enumerate() {
            let Some(entry) = item.as_object().and_then(|item| self.entry(item, at)) else {
                oddities.push(Oddity::new(
                    "entry-without-identity",
                    format!("entries[{at}]"),
                    "it has no id, which JSON Feed demands, and was dropped",
                ));
                continue;
            };
            if let Err(odd) = growth.add(&entry) {
                oddities.push(odd);
                break;
            }
            entries.push(entry);
        }
        (entries, oddities)
    }

    /// One item; `None` when it has no id (F45).
    fn entry(&self, item: &Object, at: usize) -> Option<Entry> {
        let place = format!("entries[{at}]");
        let own = people(item);
        let url = self.address(item, "url");
        let external = self.address(item, "external_url");
        let html = words(item, "content_html").filter(|html| !html.trim().is_empty());
        let date = |key: &str, field: &str| {
            let text = words(item, key).filter(|text| !text.trim().is_empty())?;
            self.times.read(&text, &place, field)
        };
        Some(Entry {
            id: words(item, "id").filter(|id| !id.is_empty())?,
            title: line(item, "title"),
            relations: external
                .iter()
                .filter(|_| url.is_some())
                .map(|external| Relation {
                    rel: "related".into(),
                    url: external.clone(),
                    title: None,
                })
                .collect(),
            base: self.base.map(ToString::to_string).or_else(|| url.clone()),
            url: url.or(external),
            authors: if own.is_empty() {
                self.authors.clone()
            } else {
                own
            },
            language: words(item, "language").or_else(|| self.language.clone()),
            published: date("date_published", "published"),
            updated: date("date_modified", "updated"),
            summary: words(item, "summary").and_then(|text| as_markup(&text, false)),
            content: html
                .or_else(|| words(item, "content_text").and_then(|text| as_paragraphs(&text))),
            categories: list(item, "tags")
                .iter()
                .filter_map(Value::as_str)
                .map(|tag| tag.trim().to_string())
                .filter(|tag| !tag.is_empty())
                .take(MOST)
                .collect(),
            enclosures: self.attachments(item),
            image: self
                .address(item, "image")
                .or_else(|| self.address(item, "banner_image")),
            ..Entry::default()
        })
    }

    fn attachments(&self, item: &Object) -> Vec<Enclosure> {
        let attachment = |attachment: &Object| {
            Some(Enclosure {
                url: self.address(attachment, "url")?,
                mime: words(attachment, "mime_type").filter(|mime| !mime.is_empty()),
                length: attachment.get("size_in_bytes").and_then(|size| {
                    size.as_u64().or_else(|| {
                        size.as_f64()
                            .filter(|size| *size >= 0.0)
                            .map(|size| size as u64)
                    })
                }),
            })
        };
        list(item, "attachments")
            .iter()
            .filter_map(Value::as_object)
            .filter_map(attachment)
            .take(MOST)
            .collect()
    }
}

/// A string; a number as one (F45).
fn words(object: &Object, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A line of plain text, which is what JSON Feed says that titles, names and descriptions are.
fn line(object: &Object, key: &str) -> Option<String> {
    as_said(&words(object, key)?)
}

fn list<'a>(object: &'a Object, key: &str) -> &'a [Value] {
    object
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// `authors` of 1.1, or `author` of 1.0.
fn people(object: &Object) -> Vec<Person> {
    let one = object.get("author").into_iter();
    let many = list(object, "authors").iter();
    let person = |value: &Value| {
        let person = match value {
            Value::String(name) => Person::named(name.trim()),
            Value::Object(author) => Person {
                name: line(author, "name"),
                email: None,
                url: words(author, "url").filter(|url| !url.is_empty()),
            },
            _ => return None,
        };
        (!person.is_empty()).then_some(person)
    };
    let mut people: Vec<Person> = many.filter_map(person).take(MOST).collect();
    if people.is_empty() {
        people.extend(one.filter_map(person));
    }
    people
}
