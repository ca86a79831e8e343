//! The article of a page.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_query::Document;
use dom_smoothie::{Config, Readability};

use super::prune::prune;

pub(super) fn extract(document: &Document) -> Option<String> {
    if !std::env::var("NOPRUNE").is_ok() {
        prune(&document.root());
    }
    let found = readable(document)?;
    if std::env::var("NOTRIM").is_ok() {
        return Some(found);
    }
    Some(super::trim::trim(&found))
}

fn readable(document: &Document) -> Option<String> {
    let config = Config {
        keep_classes: true,
        disable_json_ld: true,
        ..Config::default()
    };
    let copy = document.clone();
    let read = catch_unwind(AssertUnwindSafe(|| {
        Readability::with_document(copy, None, Some(config)).ok()?.parse().ok()
    }));
    read.ok().flatten().map(|article| article.content.to_string())
}
