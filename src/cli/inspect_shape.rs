//! The object that `inspect --json` prints: absent values are left out, instants are RFC 3339 in UTC, entries in document order.

use std::collections::BTreeMap;

use serde::Serialize;
use url::Url;

use super::abreast::abreast;
use crate::date::{Precision, rfc3339};
use crate::enrich::{Reach, SourceLink};
use crate::html;
use crate::ingest::{Dated, Enclosure, Entry, Extension, Oddity, Person, Reading};
use crate::link;
use crate::pipeline::Studied;

#[derive(Serialize)]
pub(super) struct Sheet<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtitle: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<PersonSheet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    categories: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    generator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<AddressSheet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    skip_hours: &'a [u8],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skip_days: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_period: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_frequency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_url: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    hubs: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    new_url: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    complete: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    deleted: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extensions: Vec<ExtensionSheet<'a>>,
    entries: Vec<EntrySheet<'a>>,
    oddities: Vec<OdditySheet<'a>>,
}

/// An element kept whole, children included.
#[derive(Serialize)]
struct ExtensionSheet<'a> {
    namespace: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<ExtensionSheet<'a>>,
}

#[derive(Serialize)]
struct RelationSheet<'a> {
    rel: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
}

#[derive(Serialize)]
struct AddressSheet<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct PersonSheet<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct EntrySheet<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alternate_title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<PersonSheet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    /// `declared` or `detected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    language_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_precision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_precision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    text: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    categories: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enclosures: Vec<EnclosureSheet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<AddressSheet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comments: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<OriginSheet<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relations: Vec<RelationSheet<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extensions: Vec<ExtensionSheet<'a>>,
    source_links: Vec<LinkSheet<'a>>,
}

#[derive(Serialize)]
struct EnclosureSheet<'a> {
    url: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    mime: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
}

#[derive(Serialize)]
struct OriginSheet<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<PersonSheet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    categories: &'a [String],
}

/// One source link, as `inspect` and `explain` print it.
#[derive(Serialize)]
pub(super) struct LinkSheet<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<&'a str>,
    confidence: f64,
    evidence: EvidenceSheet<'a>,
}

#[derive(Serialize)]
struct EvidenceSheet<'a> {
    rule: &'static str,
    quote: &'a str,
    /// Unicode scalar values from the beginning of `text`.
    at: usize,
}

#[derive(Serialize)]
struct OdditySheet<'a> {
    code: &'static str,
    at: &'a str,
    message: &'a str,
}

/// The whole document as it is printed. `studied` stands entry by entry beside the reading's.
pub(super) fn shape<'a>(reading: &'a Reading, studied: &'a [Studied]) -> Sheet<'a> {
    let channel = &reading.channel;
    let beside: Vec<_> = reading.entries.iter().zip(studied).collect();
    let oddity = |odd: &'a Oddity| OdditySheet {
        code: odd.code,
        at: &odd.at,
        message: &odd.message,
    };
    Sheet {
        kind: reading.kind.as_str(),
        id: channel.id.as_deref(),
        title: channel.title.as_deref(),
        subtitle: channel.subtitle.as_deref(),
        link: channel.link.as_deref(),
        language: channel.language.as_deref(),
        updated: channel.updated.map(rfc3339),
        published: channel.published.map(rfc3339),
        authors: channel.authors.iter().map(person).collect(),
        rights: channel.rights.as_deref(),
        categories: &channel.categories,
        generator: channel.generator.as_deref(),
        image: channel.image.as_deref().map(|url| AddressSheet { url }),
        ttl: channel.ttl,
        skip_hours: &channel.asks.skip_hours,
        skip_days: channel
            .asks
            .skip_days
            .iter()
            .map(ToString::to_string)
            .collect(),
        update_period: channel.asks.update_period.as_deref(),
        update_frequency: channel.asks.update_frequency.as_deref(),
        self_url: channel.self_url.as_deref(),
        hubs: &channel.hubs,
        new_url: channel.new_url.as_deref(),
        complete: channel.complete,
        deleted: &channel.deleted,
        extensions: channel.extensions.iter().map(extension).collect(),
        entries: abreast(&beside, |_, (entry, studied)| entry_sheet(entry, studied)),
        oddities: all_oddities(reading, studied).map(oddity).collect(),
    }
}

/// The oddities of the document and of its entries.
pub(super) fn all_oddities<'a>(
    reading: &'a Reading,
    studied: &'a [Studied],
) -> impl Iterator<Item = &'a Oddity> {
    reading
        .oddities
        .iter()
        .chain(studied.iter().flat_map(|studied| &studied.oddities))
}

fn person(person: &Person) -> PersonSheet<'_> {
    PersonSheet {
        name: person.name.as_deref(),
        email: person.email.as_deref(),
        url: person.url.as_deref(),
    }
}

fn entry_sheet<'a>(entry: &'a Entry, studied: &'a Studied) -> EntrySheet<'a> {
    let base = entry.base.as_deref().and_then(|base| Url::parse(base).ok());
    // A body of which nothing may stay is still told from none at all.
    let clean = |markup: &String| match html::clean(markup, base.as_ref()) {
        clean if clean.trim().is_empty() => "<div></div>".to_string(),
        clean => clean,
    };
    let detected = studied.language.map(|guess| guess.tag);
    EntrySheet {
        id: &entry.id,
        title: entry.title.as_deref(),
        alternate_title: entry.alternate_title.as_deref(),
        url: entry.url.as_deref(),
        canonical_url: entry
            .canonical
            .as_deref()
            .or(entry.url.as_deref())
            .and_then(link::key),
        authors: entry.authors.iter().map(person).collect(),
        language: entry.language.as_deref().or(detected),
        language_from: match (&entry.language, detected) {
            (Some(_), _) => Some("declared"),
            (None, Some(_)) => Some("detected"),
            (None, None) => None,
        },
        rights: entry.rights.as_deref(),
        published: entry.published.map(|dated| rfc3339(dated.said())),
        published_precision: entry.published.and_then(coarse),
        published_from: entry.published.map(|dated| dated.from),
        updated: entry.updated.map(|dated| rfc3339(dated.said())),
        updated_precision: entry.updated.and_then(coarse),
        summary: entry.summary.as_ref().map(clean),
        content: entry.content.as_ref().map(clean),
        text: &studied.text,
        categories: &entry.categories,
        enclosures: entry.enclosures.iter().map(enclosure).collect(),
        image: entry.image.as_deref().map(|url| AddressSheet { url }),
        comments: entry.comments.as_deref(),
        source: entry.origin.as_ref().map(|origin| OriginSheet {
            id: origin.id.as_deref(),
            title: origin.title.as_deref(),
            url: origin.page.as_deref().or(origin.url.as_deref()),
            feed_url: origin.url.as_deref(),
            updated: origin.updated.map(rfc3339),
            authors: origin.authors.iter().map(person).collect(),
            rights: origin.rights.as_deref(),
            categories: &origin.categories,
        }),
        relations: entry
            .relations
            .iter()
            .map(|relation| RelationSheet {
                rel: &relation.rel,
                url: &relation.url,
                title: relation.title.as_deref(),
            })
            .collect(),
        extensions: entry.extensions.iter().map(extension).collect(),
        source_links: studied.links.iter().map(link_sheet).collect(),
    }
}

/// How little was said, where it was no time of day: `day`, `month` or `year` (T9). The instant beside it is where that begins.
fn coarse(dated: Dated) -> Option<&'static str> {
    let precision = dated.stamp.precision;
    (precision <= Precision::Day).then(|| precision.as_str())
}

/// Their nesting is bounded where they are read.
fn extension(extension: &Extension) -> ExtensionSheet<'_> {
    ExtensionSheet {
        namespace: &extension.namespace,
        name: &extension.name,
        attributes: extension
            .attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        text: &extension.text,
        children: extension.children.iter().map(self::extension).collect(),
    }
}

fn enclosure(enclosure: &Enclosure) -> EnclosureSheet<'_> {
    EnclosureSheet {
        url: &enclosure.url,
        mime: enclosure.mime.as_deref(),
        length: enclosure.length,
    }
}

pub(super) fn link_sheet(link: &SourceLink) -> LinkSheet<'_> {
    LinkSheet {
        url: link.url.as_deref(),
        name: &link.name,
        kind: link.kind.as_str(),
        reach: link.reach.map(Reach::as_str),
        claim: link.claim.as_deref(),
        // Two digits are what the rules mean; an f32 printed whole shows digits nobody chose.
        confidence: (f64::from(link.confidence) * 100.0).round() / 100.0,
        evidence: EvidenceSheet {
            rule: link.evidence.rule,
            quote: &link.evidence.quote,
            at: link.evidence.at,
        },
    }
}
