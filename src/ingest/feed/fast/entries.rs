//! feed-rs's entries → ours.

use chrono::{DateTime, Utc};
use feed_rs::model::{self, Text};
use url::Url;

use super::super::identity::made_up_id;
use super::super::words::{as_line, as_markup, as_said, folded};
use super::clock::Clock;
use crate::ingest::entry::{Dated, Entry, Person};
use crate::link;

pub(super) struct Reader<'a> {
    pub clock: &'a Clock,
    pub url: Option<&'a Url>,
    pub language: Option<&'a str>,
    /// Those of entries that name none.
    pub authors: &'a [Person],
    pub is_atom: bool,
}

impl Reader<'_> {
    /// One entry, or `None` when nothing tells it from others.
    pub fn entry(&self, found: model::Entry) -> Option<Entry> {
        let address = |href: &str| link::as_written(href, self.url);
        let authors: Vec<Person> = distinct(found.authors.iter().filter_map(person));
        let mut entry = Entry {
            title: line(found.title.as_ref(), self.is_atom),
            url: found
                .links
                .iter()
                .find(|link| is_own(link))
                .and_then(|link| address(&link.href)),
            authors: if authors.is_empty() {
                self.authors.to_vec()
            } else {
                authors
            },
            language: self.language.map(ToString::to_string),
            published: self.dated(found.published),
            // feed-rs repeats RSS's one date here.
            updated: self.dated(found.updated).filter(|_| self.is_atom),
            summary: found.summary.as_ref().and_then(|text| {
                as_markup(
                    &text.content,
                    self.is_html(text.content_type.subty().as_str()),
                )
            }),
            content: found.content.as_ref().and_then(|content| {
                as_markup(
                    content.body.as_deref()?,
                    self.is_html(content.content_type.subty().as_str()),
                )
            }),
            categories: distinct(
                found
                    .categories
                    .iter()
                    .map(|category| folded(&category.term))
                    .filter(|term| !term.is_empty()),
            ),
            comments: found
                .links
                .iter()
                .find(|link| matches!(link.target, Some(model::LinkTarget::Comments)))
                .and_then(|link| address(&link.href)),
            ..Entry::default()
        };
        entry.base = self
            .url
            .map(ToString::to_string)
            .or_else(|| entry.url.clone());
        let id = found.id.trim();
        entry.id = match id.is_empty() {
            true => made_up_id(&entry)?,
            false => id.to_string(),
        };
        Some(entry)
    }

    /// RSS never says what its text is, whatever feed-rs supposes.
    fn is_html(&self, subtype: &str) -> bool {
        self.is_atom && subtype == "html"
    }

    fn dated(&self, at: Option<DateTime<Utc>>) -> Option<Dated> {
        self.clock.stamp(at?).map(|stamp| Dated {
            stamp,
            from: "feed",
        })
    }
}

/// The article's page: the link without relation or `alternate`.
fn is_own(link: &model::Link) -> bool {
    link.rel.as_deref().is_none_or(|rel| rel == "alternate") && link.target.is_none()
}

pub(super) fn line(text: Option<&Text>, is_atom: bool) -> Option<String> {
    let text = text?;
    match (is_atom, text.content_type.subty() == "html") {
        (true, false) => as_said(&text.content),
        (_, is_html) => as_line(&text.content, is_atom && is_html),
    }
}

pub(super) fn person(found: &feed_rs::model::Person) -> Option<Person> {
    let person = Person {
        name: found.name.as_deref().and_then(|name| as_line(name, false)),
        email: None,
        url: found
            .uri
            .as_deref()
            .map(str::trim)
            .filter(|uri| !uri.is_empty())
            .map(|uri| link::resolve(uri, None).map_or_else(|| uri.to_string(), String::from)),
    };
    (!person.is_empty()).then_some(person)
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}
