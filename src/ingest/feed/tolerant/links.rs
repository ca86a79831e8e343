//! Links of an entry or a feed, by what they are for (RFC 4287 §4.2.7, RSS `link` and `guid`).

use url::Url;

use super::super::xml::{Element, Ns};
use crate::ingest::entry::Relation;
use crate::link;

/// Relations that say what an entry stands on or answers.
const TOLD: [&str; 2] = ["via", "related"];

/// Most relations that are kept of one entry.
const MOST: usize = 1_000;

/// The absolute http(s) address that an element's text is.
pub fn address(element: Element<'_, '_>) -> Option<String> {
    let text = element.filled()?;
    link::as_written(&text, element.base())
}

/// The absolute http(s) address that an attribute of an element is.
pub fn attribute_address(element: Element<'_, '_>, name: &str) -> Option<String> {
    link::as_written(element.attribute(name)?, element.base())
}

/// A `link` that names its address in `href` or says what it is for: Atom's, wherever it stands.
fn hrefs<'a, 't>(holder: Element<'a, 't>) -> impl Iterator<Item = Element<'a, 't>> {
    holder
        .named("link")
        .filter(|link| link.attribute("href").is_some() || link.attribute("rel").is_some())
}

/// Where a link leads: to its `href`; to its text when it has none.
pub fn target(link: Element<'_, '_>) -> Option<String> {
    match link.attribute("href") {
        Some(_) => attribute_address(link, "href"),
        None => address(link),
    }
}

fn rel<'a>(link: Element<'a, '_>) -> &'a str {
    let rel = link.attribute("rel").unwrap_or("alternate").trim();
    let rel = rel
        .strip_prefix("http://www.iana.org/assignments/relation/")
        .unwrap_or(rel);
    if rel.is_empty() { "alternate" } else { rel }
}

fn has_rel(link: Element<'_, '_>, wanted: &str) -> bool {
    rel(link).eq_ignore_ascii_case(wanted)
}

/// The page that an entry or a feed belongs to.
pub fn page(holder: Element<'_, '_>) -> Option<String> {
    let plain = holder
        .named("link")
        .filter(|link| link.attribute("href").is_none() && has_rel(*link, "alternate"))
        .find_map(address);
    plain
        .or_else(|| alternate(holder))
        // Channel Definition Format, the eldest of them.
        .or_else(|| attribute_address(holder, "href"))
}

/// The page of a feed; its id, when that is an address and there is no link.
pub fn front(holder: Element<'_, '_>) -> Option<String> {
    page(holder).or_else(|| {
        let id = holder.named("id").find_map(Element::filled)?;
        link::as_written(&id, None)
    })
}

fn alternate(holder: Element<'_, '_>) -> Option<String> {
    let is_page = |link: &Element<'_, '_>| {
        link.attribute("type")
            .is_none_or(|mime| mime.trim().is_empty() || mime.contains("html"))
    };
    let alternates = || hrefs(holder).filter(|link| has_rel(*link, "alternate"));
    alternates()
        .filter(is_page)
        .find_map(target)
        .or_else(|| alternates().find_map(target))
}

/// The first link of a relation.
pub fn related(holder: Element<'_, '_>, wanted: &str) -> Option<String> {
    hrefs(holder)
        .filter(|link| has_rel(*link, wanted))
        .find_map(target)
}

/// Every link of a relation.
pub fn all_related<'a, 't>(
    holder: Element<'a, 't>,
    wanted: &'a str,
) -> impl Iterator<Item = Element<'a, 't>> {
    hrefs(holder).filter(move |link| has_rel(*link, wanted))
}

/// What an entry says it came from, concerns or answers.
pub fn relations(item: Element<'_, '_>) -> Vec<Relation> {
    let told = hrefs(item).filter_map(|link| {
        let rel = TOLD.iter().find(|told| has_rel(link, told))?;
        Some(Relation {
            rel: rel.to_string(),
            url: target(link)?,
            title: link
                .attribute("title")
                .map(str::trim)
                .filter(|title| !title.is_empty())
                .map(ToString::to_string),
        })
    });
    let answered = item
        .children()
        .filter(|child| child.ns() == Ns::Threading && child.name() == "in-reply-to")
        .filter_map(|reply| {
            let url = attribute_address(reply, "href")
                .or_else(|| link::resolve(reply.attribute("ref")?, None).map(String::from))?;
            Some(Relation {
                rel: "in-reply-to".into(),
                url,
                title: None,
            })
        });
    told.chain(answered).take(MOST).collect()
}

/// The page of the discussion.
pub fn comments(item: Element<'_, '_>) -> Option<String> {
    let named = item.named("comments").find_map(address);
    named.or_else(|| {
        all_related(item, "replies")
            .filter(|link| {
                link.attribute("type")
                    .is_none_or(|mime| mime.contains("html"))
            })
            .find_map(target)
    })
}

/// Where a guid leads, when it is the address of the entry's page (F45): `isPermaLink` says so unless it is `false`, and it must be one.
pub fn permanent(guid: Element<'_, '_>) -> Option<String> {
    let declared = guid.attribute("ispermalink").map(str::trim);
    let text = guid.filled()?;
    let base: Option<&Url> = match declared {
        Some(word) if word.eq_ignore_ascii_case("false") => return None,
        Some(word) if word.eq_ignore_ascii_case("true") => guid.base(),
        _ => None,
    };
    link::as_written(&text, base)
}
