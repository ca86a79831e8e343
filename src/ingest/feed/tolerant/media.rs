//! Files that belong to an entry, and pictures that stand for it.

use super::super::xml::{Element, Ns};
use super::links::{address, all_related, attribute_address, target};
use crate::ingest::entry::Enclosure;

/// Most files that are kept of one entry.
const MOST: usize = 200;

/// Every enclosure of an entry, each address once: RSS's, Atom's, then those of Media RSS.
pub fn enclosures(item: Element<'_, '_>) -> Vec<Enclosure> {
    let linked = all_related(item, "enclosure").filter_map(|link| {
        enclosure(link, "href", "length")
            .or_else(|| described(link, target(link)?, "length").into())
    });
    let plain = item.children().filter_map(|child| match child.name() {
        "enclosure" => {
            enclosure(child, "url", "length").or_else(|| enclosure(child, "href", "length"))
        }
        _ => None,
    });
    let mut all: Vec<Enclosure> = Vec::new();
    for found in plain.chain(linked).chain(contents(item)) {
        if all.len() < MOST && !all.iter().any(|known| known.url == found.url) {
            all.push(found);
        }
    }
    all
}

fn enclosure(element: Element<'_, '_>, url: &str, length: &str) -> Option<Enclosure> {
    Some(described(element, attribute_address(element, url)?, length))
}

fn described(element: Element<'_, '_>, url: String, length: &str) -> Enclosure {
    let mime = element.attribute("type").map(str::trim);
    Enclosure {
        url,
        mime: mime
            .filter(|mime| !mime.is_empty())
            .map(ToString::to_string),
        length: element
            .attribute(length)
            .and_then(|length| length.trim().parse().ok()),
    }
}

/// `media:content`, in groups or not.
fn contents<'a>(item: Element<'a, '_>) -> impl Iterator<Item = Enclosure> + 'a {
    media(item)
        .filter(|element| element.name() == "content")
        .filter_map(|element| enclosure(element, "url", "filesize"))
}

/// The Media RSS elements of an entry: its own, and those in its groups and contents.
pub fn media<'a, 't>(item: Element<'a, 't>) -> impl Iterator<Item = Element<'a, 't>> {
    let is_media = |element: &Element<'_, '_>| element.ns() == Ns::Media;
    item.children().filter(is_media).flat_map(move |child| {
        let inner = matches!(child.name(), "group" | "content")
            .then(|| child.descendants().filter(is_media));
        std::iter::once(child).chain(inner.into_iter().flatten())
    })
}

/// A picture for the entry.
pub fn picture(item: Element<'_, '_>) -> Option<String> {
    let own = item
        .children()
        .find_map(|child| match (child.ns(), child.name()) {
            (Ns::Itunes, "image") => attribute_address(child, "href")
                .or_else(|| attribute_address(child, "url"))
                .or_else(|| address(child)),
            _ => None,
        });
    let thumbnail = || {
        media(item)
            .filter(|element| element.name() == "thumbnail")
            .find_map(|element| attribute_address(element, "url").or_else(|| address(element)))
    };
    let shown = || {
        media(item)
            .filter(|element| element.name() == "content" && is_picture(*element))
            .find_map(|element| attribute_address(element, "url"))
    };
    own.or_else(thumbnail)
        .or_else(shown)
        .or_else(|| item.named("image").find_map(image))
}

fn is_picture(element: Element<'_, '_>) -> bool {
    element
        .attribute("medium")
        .is_some_and(|medium| medium.eq_ignore_ascii_case("image"))
        || element
            .attribute("type")
            .is_some_and(|mime| mime.trim().starts_with("image/"))
}

/// RSS's `image`: with a `url` in it, or, as some write it, an address alone.
pub fn image(element: Element<'_, '_>) -> Option<String> {
    element
        .named("url")
        .find_map(address)
        .or_else(|| attribute_address(element, "href"))
        .or_else(|| attribute_address(element, "url"))
        .or_else(|| address(element))
}
