//! A story made ready for print: once per story and edition, the same for every format, so that the formats cannot disagree (P20, L1).

use std::collections::HashSet;
use std::hash::Hash;

use chrono::{DateTime, Utc};
use url::Url;

use crate::enrich::{Carrier, CitedStory, Reach};
use crate::html;
use crate::ingest::{Enclosure, Entry, Person};

use super::fit;
use super::site::{Site, source_urn};
use super::sources::{Cited, Reprint, block};

/// Longest standfirst made from a text, in characters: three or four lines on a phone.
const STANDFIRST: usize = 280;

/// Longest headline made from a text that has none, in characters.
const MADE_HEADLINE: usize = 90;

/// A text of at most this many words that cites one address is a pointer to it: there is a sentence or two of comment, and the rest is there.
const POINTER_WORDS: usize = 60;

/// One item, in plain text and cleaned HTML. All strings are legal in XML (P10) and not yet escaped; all addresses are absolute http(s).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Article {
    /// The published id, for good (P3).
    pub id: String,
    pub story: String,
    /// Our page about it.
    pub page: String,
    /// The article's own page, else ours: where a reader goes.
    pub link: String,
    pub title: String,
    pub alternate_title: Option<String>,
    /// As the source named them; may be empty.
    pub authors: Vec<Byline>,
    pub language: Option<String>,
    pub rights: Option<String>,
    pub published: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    /// The author's own summary, as HTML, when there is a text beside it.
    pub summary: Option<String>,
    /// HTML that introduces the text: the summary or only text, else its beginning. Empty when there is no text at all.
    pub description: String,
    /// The beginning of `description`, plain.
    pub standfirst: String,
    /// The author's text and nothing else, as HTML.
    pub text: String,
    /// The author's text with the sources after it, as HTML.
    pub content: String,
    pub categories: Vec<String>,
    pub enclosures: Vec<Attached>,
    pub image: Option<String>,
    pub comments: Option<String>,
    pub origin: Provenance,
    pub sources: Vec<Cited>,
    pub also: Vec<Reprint>,
    /// Every address that `content` shows below the text and that metadata can say the relation of.
    pub relations: Vec<Relation>,
    /// What the item points at, when it is a pointer (P19).
    pub subject: Option<String>,
}

/// An author.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Byline {
    pub name: String,
    pub email: Option<String>,
    pub url: Option<String>,
}

/// An enclosure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Attached {
    pub url: String,
    pub mime: String,
    pub length: Option<u64>,
}

/// The feed an item came from (P6, P13).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Provenance {
    /// An IRI.
    pub id: String,
    pub title: String,
    pub feed_url: Option<String>,
    pub page: Option<String>,
    pub rights: Option<String>,
    pub updated: DateTime<Utc>,
}

/// A link in metadata (RFC 4287 §4.2.7.2).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Relation {
    pub rel: &'static str,
    pub url: String,
    pub title: String,
}

impl Article {
    /// Cleans and composes a story. Cannot fail: what cannot be printed is left out.
    pub(super) fn of(story: &CitedStory, site: &Site) -> Self {
        let entry = &story.entry;
        let page = site.story_page(story.id.as_str());
        let link = entry
            .url
            .as_deref()
            .and_then(fit::page)
            .unwrap_or_else(|| page.clone());
        let updated = fit::instant(story.updated);
        let words = Words::of(entry);
        let sources: Vec<Cited> = story.links.iter().filter_map(Cited::of).collect();
        let declared = declared_origin(entry, updated);
        let sender = sender(&story.carrier, &link, declared.is_some());
        let origin = declared.unwrap_or_else(|| of_carrier(&story.carrier, updated));
        let also = distinct(
            sender
                .iter()
                .cloned()
                .chain(story.also.iter().filter_map(Reprint::of)),
        );
        Article {
            id: fit::line(&story.public_id).unwrap_or_else(|| page.clone()),
            story: story.id.to_string(),
            alternate_title: entry.alternate_title.as_deref().and_then(fit::line),
            authors: entry.authors.iter().filter_map(Byline::of).collect(),
            language: entry.language.as_deref().and_then(fit::language),
            rights: entry.rights.as_deref().and_then(fit::line),
            published: fit::instant(story.published),
            updated,
            content: with_block(&words.text, block(&sources, &also).trim_end()),
            categories: distinct(
                entry
                    .categories
                    .iter()
                    .filter_map(|category| fit::line(category)),
            ),
            enclosures: entry.enclosures.iter().filter_map(Attached::of).collect(),
            image: entry.image.as_deref().and_then(fit::web),
            comments: entry.comments.as_deref().and_then(fit::web),
            title: title(entry, &words.plain, &origin.title),
            relations: relations(&sources, sender, &link),
            subject: subject(&sources, &link, &words.plain),
            summary: words.summary,
            description: words.description,
            standfirst: words.standfirst,
            text: words.text,
            origin,
            sources,
            also,
            page,
            link,
        }
    }

    /// The authors, or the house it came from when none is named: never empty (P1).
    pub(super) fn credited(&self) -> Vec<Byline> {
        if self.authors.is_empty() {
            vec![Byline {
                name: self.origin.title.clone(),
                ..Byline::default()
            }]
        } else {
            self.authors.clone()
        }
    }

    /// The item's language, when its feed does not say the same already (P9).
    pub(super) fn language_beside(&self, feed: Option<&str>) -> Option<String> {
        self.language
            .clone()
            .filter(|own| !feed.is_some_and(|feed| feed.eq_ignore_ascii_case(own)))
    }
}

/// The texts of an entry.
struct Words {
    text: String,
    plain: String,
    summary: Option<String>,
    description: String,
    standfirst: String,
}

impl Words {
    fn of(entry: &Entry) -> Self {
        let base = entry
            .base
            .as_deref()
            .or(entry.url.as_deref())
            .and_then(|base| Url::parse(base).ok());
        let clean = |markup: &Option<String>| {
            let cleaned = html::clean(markup.as_deref().unwrap_or_default(), base.as_ref());
            html::legal(cleaned.trim()).to_string()
        };
        let (content, summary) = (clean(&entry.content), clean(&entry.summary));
        let alone = content.is_empty() || content == summary;
        let text = if content.is_empty() {
            summary.clone()
        } else {
            content
        };
        let plain = html::flow(&text, None).text;
        let (description, standfirst) = if summary.is_empty() {
            let standfirst = fit::beginning(&plain, STANDFIRST);
            (html::escape(&standfirst).to_string(), standfirst)
        } else {
            let standfirst = fit::beginning(&html::flow(&summary, None).text, STANDFIRST);
            (summary.clone(), standfirst)
        };
        Words {
            text,
            plain,
            summary: (!alone && !summary.is_empty()).then_some(summary),
            description,
            standfirst,
        }
    }
}

impl Byline {
    fn of(person: &Person) -> Option<Self> {
        let email = person.email.as_deref().and_then(fit::line).filter(|email| {
            email
                .split_once('@')
                .is_some_and(|(who, at)| !who.is_empty() && !at.is_empty())
        });
        let url = person.url.as_deref().and_then(fit::web);
        let name = person
            .name
            .as_deref()
            .and_then(fit::line)
            .or_else(|| email.clone())
            .or_else(|| url.clone())?;
        Some(Byline { name, email, url })
    }
}

impl Attached {
    fn of(enclosure: &Enclosure) -> Option<Self> {
        let url = fit::web(&enclosure.url)?;
        let mime = enclosure
            .mime
            .as_deref()
            .and_then(fit::media_type)
            .unwrap_or_else(|| "application/octet-stream".into());
        Some(Attached {
            url,
            mime,
            length: enclosure.length,
        })
    }
}

fn carrier_name(carrier: &Carrier) -> String {
    fit::line(&carrier.name)
        .or_else(|| fit::line(&carrier.source))
        .unwrap_or_else(|| "Unnamed source".into())
}

/// A headline is required wherever items are listed; without one, the text's own beginning serves.
fn title(entry: &Entry, plain: &str, house: &str) -> String {
    let own = entry.title.as_deref().and_then(fit::line);
    let made = || Some(fit::beginning(plain, MADE_HEADLINE)).filter(|made| !made.is_empty());
    own.or_else(made).unwrap_or_else(|| house.to_string())
}

fn with_block(text: &str, block: &str) -> String {
    match (text.is_empty(), block.is_empty()) {
        (_, true) => text.to_string(),
        (true, false) => block.to_string(),
        (false, false) => format!("{text}\n{block}"),
    }
}

/// The feed that the source itself says the entry came from; it is passed on, not replaced by ours (P6).
fn declared_origin(entry: &Entry, updated: DateTime<Utc>) -> Option<Provenance> {
    let origin = entry.origin.as_ref()?;
    let feed_url = origin.url.as_deref().and_then(fit::web);
    let id = origin
        .id
        .as_deref()
        .and_then(iri)
        .or_else(|| feed_url.clone())?;
    let title = origin
        .title
        .as_deref()
        .and_then(fit::line)
        .or_else(|| feed_url.clone())
        .unwrap_or_else(|| id.clone());
    Some(Provenance {
        id,
        title,
        feed_url,
        page: None,
        rights: None,
        updated,
    })
}

fn of_carrier(carrier: &Carrier, updated: DateTime<Utc>) -> Provenance {
    let feed_url = carrier.feed_url.as_deref().and_then(fit::web);
    let id = carrier
        .feed_id
        .as_deref()
        .and_then(iri)
        .or_else(|| feed_url.clone());
    Provenance {
        id: id.unwrap_or_else(|| source_urn(&carrier.source)),
        title: carrier_name(carrier),
        feed_url,
        page: carrier.page.as_deref().and_then(fit::web),
        rights: carrier.rights.as_deref().and_then(fit::line),
        updated: carrier.updated.map_or(updated, fit::instant),
    }
}

/// An absolute IRI, without credentials when it is an address (F38).
fn iri(id: &str) -> Option<String> {
    let id = fit::line(id).filter(|id| !id.contains(' '))?;
    let url = Url::parse(&id).ok()?;
    if url.username().is_empty() && url.password().is_none() {
        Some(id)
    } else {
        fit::web(&id)
    }
}

/// Who handed the story to us, where that is somebody else than the item's own page and feed say already.
fn sender(carrier: &Carrier, link: &str, has_other_origin: bool) -> Option<Reprint> {
    let own = carrier
        .url
        .as_deref()
        .and_then(fit::web)
        .filter(|own| own != link);
    let house = || {
        [&carrier.page, &carrier.feed_url]
            .into_iter()
            .find_map(|url| url.as_deref().and_then(fit::web))
            .filter(|_| has_other_origin)
    };
    let url = own.or_else(house)?;
    Some(Reprint {
        name: carrier_name(carrier),
        url: Some(url),
    })
}

fn relations(sources: &[Cited], sender: Option<Reprint>, link: &str) -> Vec<Relation> {
    let cited = sources
        .iter()
        .filter_map(|cited| Some((cited.rel(), cited.url.clone()?, cited.name.clone())));
    let sent = sender
        .into_iter()
        .filter_map(|sender| Some(("via", sender.url?, sender.name)));
    let mut relations: Vec<Relation> = Vec::new();
    let mut seen = HashSet::new();
    for (rel, url, title) in cited.chain(sent) {
        if url != link && seen.insert((rel, url.clone())) {
            relations.push(Relation { rel, url, title });
        }
    }
    relations
}

/// What a pointer points at: where the story was first published, where it was found, or the one thing that a few words are about.
fn subject(sources: &[Cited], link: &str, plain: &str) -> Option<String> {
    let linked = || {
        sources
            .iter()
            .filter(|cited| cited.url.as_deref().is_some_and(|url| url != link))
    };
    if let Some(upstream) = linked().find(|cited| cited.rel() == "via") {
        return upstream.url.clone();
    }
    let mut specific = linked().filter(|cited| cited.reach.is_some_and(Reach::is_specific));
    let only = specific.next().filter(|_| linked().count() == 1)?;
    let few = plain.split_whitespace().take(POINTER_WORDS + 1).count() <= POINTER_WORDS;
    only.url.clone().filter(|_| few)
}

fn distinct<T: Clone + Eq + Hash>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}
