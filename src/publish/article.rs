//! A story made ready for print: once per story and edition, the same for every format, so that the formats cannot disagree (P20, L1).

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use url::Url;

use crate::enrich::{CitedStory, Reach};
use crate::html;
use crate::ingest::Entry;
use crate::language;

use super::attached::Attached;
use super::byline::Byline;
use super::fit;
use super::foreign::{self, Foreign};
use super::provenance::{Provenance, sender};
use super::site::Site;
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
    /// What the source says of the item in the words of itunes, podcast and media, in its order (P18).
    pub extensions: Vec<Foreign>,
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
        let declared = Provenance::declared(entry, &story.carrier, updated);
        let sender = sender(&story.carrier, &link, declared.is_some());
        let origin = declared.unwrap_or_else(|| Provenance::of_carrier(&story.carrier, updated));
        let also = fit::distinct(
            sender
                .iter()
                .cloned()
                .chain(story.also.iter().filter_map(Reprint::of)),
        );
        Article {
            id: fit::line(&story.public_id).unwrap_or_else(|| page.clone()),
            story: story.id.to_string(),
            alternate_title: entry.alternate_title.as_deref().and_then(fit::line),
            authors: authors(entry),
            language: tongue(story),
            rights: entry.rights.as_deref().and_then(fit::line),
            published: fit::instant(story.published),
            updated,
            content: with_block(&words.text, block(&sources, &also).trim_end()),
            categories: fit::distinct(
                entry
                    .categories
                    .iter()
                    .filter_map(|category| fit::line(category)),
            ),
            enclosures: Attached::of(entry),
            extensions: foreign::of(&entry.extensions, words.base.as_ref()),
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
    /// Where relative links in the entry's markup point from.
    base: Option<Url>,
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
            let cleaned =
                html::with_frames_as_links(markup.as_deref().unwrap_or_default(), base.as_ref());
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
            base,
            summary: (!alone && !summary.is_empty()).then_some(summary),
            description,
            standfirst,
        }
    }
}

/// Those it names, else those of the feed it came from: what an Atom entry without author says (RFC 4287 §4.2.1).
fn authors(entry: &Entry) -> Vec<Byline> {
    let of_origin = entry.origin.iter().flat_map(|origin| &origin.authors);
    let named: Vec<Byline> = entry.authors.iter().filter_map(Byline::of).collect();
    if named.is_empty() {
        of_origin.filter_map(Byline::of).collect()
    } else {
        named
    }
}

/// The language the source declares, else the one the text shows.
fn tongue(story: &CitedStory) -> Option<String> {
    let declared = story.entry.language.as_deref();
    declared
        .and_then(language::declared)
        .or_else(|| story.detected.clone())
        .and_then(|tag| fit::language(&tag))
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
