//! RSS of every version and Atom, read off a mended tree: one reader for all, since feeds mix their vocabularies freely.

mod base64;
mod channel;
mod extension;
mod item;
mod links;
mod media;
mod people;
mod texts;
mod times;

use self::channel::Holders;
use self::item::Surroundings;
use super::setting::{MAX_ENTRIES, Setting};
use super::xml::{self, Element, Ns, Tree};
use crate::date::Hints;
use crate::ingest::entry::{Kind, Oddity, Reading};
use crate::ingest::growth::Growth;
use crate::ingest::visit::Unreadable;

pub use times::{Times, could_be_exchanged};

/// Reads a feed that begins at the beginning of `text`, however broken.
pub fn read(text: &str, setting: &Setting<'_>) -> Result<Reading, Unreadable> {
    let tree = xml::parse(text, setting.url);
    let Some(root) = tree.root() else {
        return Err(Unreadable::Broken("there is no element in it".into()));
    };
    let mut oddities = tree.mends.oddities();
    let channel = root.named("channel").next();
    let holders = Holders {
        channel: channel.unwrap_or(root),
        root,
    };
    let language = holders.language();
    let hints = Hints {
        language: setting.dates.language.or(language.as_deref()),
        ..setting.dates
    };
    let times = Times::of(&tree, hints);
    let kind = kind(&tree, root);
    let about = channel::channel(&holders, language.clone(), &times, &mut oddities);
    let around = Surroundings {
        times: &times,
        language: language.as_deref(),
        authors: match kind {
            Kind::Atom => &about.authors,
            _ => &[],
        },
    };
    let items = items(root);
    if items.is_empty() && tree.is_cut {
        return Err(Unreadable::Broken("it ends before its first entry".into()));
    }
    if items.len() > MAX_ENTRIES {
        let message = format!(
            "{} entries; the first {MAX_ENTRIES} were taken",
            items.len()
        );
        oddities.push(Oddity::new("too-many-entries", "document", message));
    }
    let mut growth = Growth::of(text);
    let mut entries = Vec::new();
    for (at, item) in items.into_iter().take(MAX_ENTRIES).enumerate() {
        let Some(entry) = item::entry(item, at, &around, &mut oddities) else {
            continue;
        };
        if let Err(odd) = growth.add(&entry) {
            oddities.push(odd);
            break;
        }
        entries.push(entry);
    }
    oddities.extend(times.oddities());
    Ok(Reading {
        kind,
        channel: about,
        entries,
        oddities,
    })
}

/// Every entry, wherever a broken document left it: anywhere but inside another, or inside something that is text.
fn items<'a, 't>(root: Element<'a, 't>) -> Vec<Element<'a, 't>> {
    if root.is("entry") || root.is("item") {
        return vec![root];
    }
    let mut found = Vec::new();
    let mut past = 0;
    for element in root.descendants() {
        if element.place() < past {
            continue;
        }
        if element.is("item") || element.is("entry") {
            found.push(element);
            past = element.end();
        } else if !element.ns().is_core() && element.ns() != Ns::Rdf || is_text(element.name()) {
            past = element.end();
        }
    }
    found
}

fn is_text(name: &str) -> bool {
    matches!(
        name,
        "title"
            | "description"
            | "content"
            | "summary"
            | "subtitle"
            | "tagline"
            | "info"
            | "copyright"
            | "rights"
    )
}

fn kind(tree: &Tree<'_>, root: Element<'_, '_>) -> Kind {
    match root.name() {
        "feed" | "entry" => Kind::Atom,
        "rdf" => match tree.is_early {
            true => Kind::Rss0,
            false => Kind::Rss1,
        },
        "channel" => Kind::Rss0,
        _ => match root.attribute("version") {
            Some(version) if version.trim().starts_with("0.9") => Kind::Rss0,
            Some(version) if version.trim().starts_with("1.") => Kind::Rss1,
            _ => Kind::Rss2,
        },
    }
}
