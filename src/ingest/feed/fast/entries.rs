//! feed-rs's entries → ours.

use chrono::{DateTime, Utc};
use feed_rs::model;
use url::Url;
use xxhash_rust::xxh3::xxh3_128;

use super::clock::Clock;
use super::words::{person, plain};
use crate::html;
use crate::ingest::entry::{Dated, Enclosure, Entry, Oddity, Relation};
use crate::link;

/// Relations that say what an entry stands on or answers (RFC 4287 §4.2.7.2).
const TOLD_RELATIONS: [&str; 2] = ["via", "related"];

pub(super) struct Reader<'a> {
    pub clock: &'a Clock,
    pub url: Option<&'a Url>,
    pub language: Option<String>,
    /// Whether a guid that is an address may stand in for a missing link (F45).
    pub guids_are_links: bool,
}

impl Reader<'_> {
    /// One entry, or `None` with an oddity when nothing tells it from others.
    pub fn entry(
        &self,
        found: model::Entry,
        at: usize,
        oddities: &mut Vec<Oddity>,
    ) -> Option<Entry> {
        let base = found.base.as_deref().and_then(|base| Url::parse(base).ok());
        let base = base.or_else(|| self.url.cloned());
        let address = |href: &str| link::resolve(href, base.as_ref()).map(String::from);
        let mut entry = Entry {
            title: plain(found.title.as_ref()),
            url: self.own_page(&found, &address),
            authors: found.authors.iter().filter_map(person).collect(),
            language: found.language.clone().or_else(|| self.language.clone()),
            rights: plain(found.rights.as_ref()),
            published: self.dated(found.published),
            updated: self.dated(found.updated),
            summary: found
                .summary
                .as_ref()
                .and_then(|text| markup(&text.content, text.content_type.subty().as_str())),
            content: found.content.as_ref().and_then(|content| {
                markup(
                    content.body.as_deref()?,
                    content.content_type.subty().as_str(),
                )
            }),
            categories: categories(&found),
            enclosures: enclosures(&found, &address),
            image: found
                .media
                .iter()
                .flat_map(|media| &media.thumbnails)
                .find_map(|thumbnail| address(&thumbnail.image.uri)),
            comments: comments(&found).and_then(|link| address(&link.href)),
            relations: relations(&found, &address),
            ..Entry::default()
        };
        entry.base = base.map(String::from).or_else(|| entry.url.clone());
        let Some(id) = Some(found.id)
            .filter(|id| !id.is_empty())
            .or_else(|| made_up_id(&entry))
        else {
            let message = "it has no id, link, title or text, and was dropped";
            oddities.push(Oddity::new(
                "entry-without-identity",
                format!("entries[{at}]"),
                message,
            ));
            return None;
        };
        entry.id = id;
        Some(entry)
    }

    /// The article's page: the link without relation or `alternate`; failing that a guid that is an address.
    fn own_page(
        &self,
        found: &model::Entry,
        address: &impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let is_own = |link: &&model::Link| {
            link.rel.as_deref().is_none_or(|rel| rel == "alternate") && link.target.is_none()
        };
        let linked = found
            .links
            .iter()
            .find(is_own)
            .and_then(|link| address(&link.href));
        linked.or_else(|| {
            link::resolve(&found.id, None)
                .filter(|_| self.guids_are_links)
                .map(String::from)
        })
    }

    fn dated(&self, at: Option<DateTime<Utc>>) -> Option<Dated> {
        self.clock.stamp(at?).map(|stamp| Dated {
            stamp,
            from: "feed",
        })
    }
}

fn categories(found: &model::Entry) -> Vec<String> {
    let name = |category: &model::Category| {
        category
            .label
            .clone()
            .unwrap_or_else(|| category.term.clone())
    };
    found
        .categories
        .iter()
        .map(name)
        .filter(|name| !name.is_empty())
        .collect()
}

fn comments(found: &model::Entry) -> Option<&model::Link> {
    found
        .links
        .iter()
        .find(|link| matches!(link.target, Some(model::LinkTarget::Comments)))
}

fn relations(found: &model::Entry, address: &impl Fn(&str) -> Option<String>) -> Vec<Relation> {
    let told = |link: &model::Link| {
        let rel = link
            .rel
            .clone()
            .filter(|rel| TOLD_RELATIONS.contains(&rel.as_str()))?;
        Some(Relation {
            rel,
            url: address(&link.href)?,
            title: link.title.clone(),
        })
    };
    found.links.iter().filter_map(told).collect()
}

/// Markup as sent; text that is not markup is escaped, its lines kept.
fn markup(body: &str, subtype: &str) -> Option<String> {
    if body.trim().is_empty() {
        return None;
    }
    let is_text = subtype == "plain" && !html::looks_like_html(body);
    Some(if is_text {
        paragraphs(body)
    } else {
        body.to_string()
    })
}

fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let blocks = text
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty());
    blocks
        .map(|block| format!("<p>{}</p>", html::escape(block).replace('\n', "<br>\n")))
        .collect::<Vec<_>>()
        .join("\n")
}

fn enclosures(found: &model::Entry, address: &impl Fn(&str) -> Option<String>) -> Vec<Enclosure> {
    let linked = found
        .links
        .iter()
        .filter(|link| link.rel.as_deref() == Some("enclosure"))
        .filter_map(|link| {
            Some(Enclosure {
                url: address(&link.href)?,
                mime: link.media_type.clone(),
                length: link.length,
            })
        });
    let media = found
        .media
        .iter()
        .flat_map(|media| &media.content)
        .filter_map(|content| {
            let url = address(content.url.as_ref()?.as_str())?;
            Some(Enclosure {
                url,
                mime: content.content_type.as_ref().map(ToString::to_string),
                length: content.size,
            })
        });
    let mut all: Vec<Enclosure> = Vec::new();
    for enclosure in linked.chain(media) {
        if !all.iter().any(|known| known.url == enclosure.url) {
            all.push(enclosure);
        }
    }
    all
}

/// Identity of an entry that was given none: its address, else a hash of title and time, else of its text.
fn made_up_id(entry: &Entry) -> Option<String> {
    if entry.url.is_some() {
        return entry.url.clone();
    }
    let said = match &entry.title {
        Some(title) => format!(
            "{title}\0{}",
            entry.published.map_or(0, |dated| dated.at().timestamp())
        ),
        None => Some(entry.body())
            .filter(|body| !body.is_empty())?
            .to_string(),
    };
    Some(format!("headwater:{:032x}", xxh3_128(said.as_bytes())))
}
