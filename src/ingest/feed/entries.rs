//! feed-rs's entries → ours.

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
        let base = found
            .base
            .as_deref()
            .and_then(|base| Url::parse(base).ok())
            .or_else(|| self.url.cloned());
        let address = |href: &str| link::resolve(href, base.as_ref()).map(String::from);
        let own = found.links.iter().find(|link| {
            link.rel.as_deref().is_none_or(|rel| rel == "alternate") && link.target.is_none()
        });
        let url = own.and_then(|link| address(&link.href)).or_else(|| {
            self.guids_are_links
                .then(|| link::resolve(&found.id, None).map(String::from))
                .flatten()
        });
        let content = found.content.as_ref().and_then(|content| {
            markup(
                content.body.as_deref()?,
                content.content_type.subty().as_str(),
            )
        });
        let summary = found
            .summary
            .as_ref()
            .and_then(|text| markup(&text.content, text.content_type.subty().as_str()));
        let title = plain(found.title.as_ref());
        let id = match found.id.as_str() {
            "" => made_up_id(
                url.as_deref(),
                title.as_deref(),
                content.as_deref().or(summary.as_deref()),
                found.published.map(|at| at.timestamp()),
            ),
            id => Some(id.to_string()),
        };
        let Some(id) = id else {
            oddities.push(Oddity::new(
                "entry-without-identity",
                format!("entries[{at}]"),
                "it has no id, link, title or text, and was dropped",
            ));
            return None;
        };
        let dated = |at| {
            self.clock.stamp(at).map(|stamp| Dated {
                stamp,
                from: "feed",
            })
        };
        Some(Entry {
            id,
            title,
            alternate_title: None,
            canonical: None,
            authors: found.authors.iter().filter_map(person).collect(),
            language: found.language.clone().or_else(|| self.language.clone()),
            rights: plain(found.rights.as_ref()),
            published: found.published.and_then(dated),
            updated: found.updated.and_then(dated),
            base: base
                .as_ref()
                .map(ToString::to_string)
                .or_else(|| url.clone()),
            categories: found
                .categories
                .iter()
                .map(|category| {
                    category
                        .label
                        .clone()
                        .unwrap_or_else(|| category.term.clone())
                })
                .filter(|term| !term.is_empty())
                .collect(),
            enclosures: enclosures(&found, &address),
            image: found
                .media
                .iter()
                .flat_map(|media| &media.thumbnails)
                .find_map(|thumbnail| address(&thumbnail.image.uri)),
            comments: found
                .links
                .iter()
                .find(|link| matches!(link.target, Some(model::LinkTarget::Comments)))
                .and_then(|link| address(&link.href)),
            origin: None,
            relations: TOLD_RELATIONS
                .iter()
                .flat_map(|rel| {
                    let told = found
                        .links
                        .iter()
                        .filter(|link| link.rel.as_deref() == Some(*rel));
                    told.filter_map(|link| {
                        Some(Relation {
                            rel: rel.to_string(),
                            url: address(&link.href)?,
                            title: link.title.clone(),
                        })
                    })
                    .collect::<Vec<_>>()
                })
                .collect(),
            url,
            summary,
            content,
        })
    }
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

/// Identity of an entry that was given none (`judgement.md` L0): its address, else a hash of title and time, else of its text.
fn made_up_id(
    url: Option<&str>,
    title: Option<&str>,
    body: Option<&str>,
    published: Option<i64>,
) -> Option<String> {
    if let Some(url) = url {
        return Some(url.to_string());
    }
    let said = match (title, body) {
        (Some(title), _) => format!("{title}\0{}", published.unwrap_or_default()),
        (None, Some(body)) => body.to_string(),
        (None, None) => return None,
    };
    Some(format!("headwater:{:032x}", xxh3_128(said.as_bytes())))
}
