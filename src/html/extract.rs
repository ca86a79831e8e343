//! The article of a page.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_query::Document;
use dom_smoothie::{Config, Readability};

use super::content;
use super::measure::Sizes;
use super::prune::prune;
use super::trim::trim;

pub(super) fn extract(document: &Document) -> Option<String> {
    prune(&document.root());
    let place = content::find(document);
    let sizes = Sizes::of(&document.root());
    let place_size = sizes.get(&place);
    let place_html = place.inner_html().to_string();
    let found = readable(document)
        .map(|html| trim(&html))
        .unwrap_or_default();
    let placed = trim(&place_html);
    let f = size_of(&found);
    let p = size_of(&placed);
    let k: usize = std::env::var("K")
        .ok()
        .and_then(|k| k.parse().ok())
        .unwrap_or(50);
    if f.prose * 100 < p.prose * k && !place.has_name("body") && place_size.text > 0 {
        return Some(placed);
    }
    Some(found)
}

fn size_of(html: &str) -> super::measure::Size {
    let document = Document::fragment(html);
    Sizes::of(&document.root()).get(&document.root())
}

fn readable(document: &Document) -> Option<String> {
    let config = Config {
        keep_classes: true,
        disable_json_ld: true,
        ..Config::default()
    };
    let copy = document.clone();
    let read = catch_unwind(AssertUnwindSafe(|| {
        Readability::with_document(copy, None, Some(config))
            .ok()?
            .parse()
            .ok()
    }));
    read.ok()
        .flatten()
        .map(|article| article.content.to_string())
}
