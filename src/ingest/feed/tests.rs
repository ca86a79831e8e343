//! What the readers make of documents, each class of fault with a document of its own.

mod both;
mod broken;
mod dates;
mod dialects;
mod hostile;

use self::setting::MAX_ENTRIES;
use super::*;
use crate::date::Hints;
use crate::ingest::entry::Entry;

fn setting(url: &url::Url) -> Setting<'_> {
    Setting {
        url: Some(url),
        dates: Hints::default(),
    }
}

fn home() -> url::Url {
    url::Url::parse("https://paper.example/feeds/all").unwrap()
}

/// Reads a document as `ingest::read` does.
fn read(text: &str) -> Reading {
    let url = home();
    match shape(text) {
        Shape::XmlFeed(root) => read_xml(text, root, &setting(&url)).unwrap(),
        Shape::JsonFeed => read_json(text, &setting(&url)).unwrap(),
        other => panic!("{other:?}: {text}"),
    }
}

/// An RSS document with these elements in its one item.
fn rss(item: &str) -> String {
    format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Paper</title><link>https://paper.example/</link><description>D</description>\
         <item>{item}</item></channel></rss>"
    )
}

/// An Atom 1.0 document with these elements in its one entry.
fn atom(entry: &str) -> String {
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:p</id><title>Paper</title><entry>{entry}</entry></feed>"
    )
}

fn only(text: &str) -> Entry {
    let reading = read(text);
    assert_eq!(reading.entries.len(), 1, "{text}");
    reading.entries.into_iter().next().unwrap()
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading.oddities.iter().map(|odd| odd.code).collect()
}
