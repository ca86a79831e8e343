//! Where the article stands in its page. Plain rules on names and classes: no scoring of text.

use dom_query::{Document, NodeRef};

/// Bytes of text. Shorter candidates are teasers or empty shells that scripts fill.
const MIN_CONTENT: usize = 200;
/// From the surest to the vaguest.
const PLACES: &[&str] = &[
    "[itemprop~=articleBody]",
    ".entry-content, .post-content, .article-body, .article-content, .article__body, .story-body",
    "article",
    "main, [role=main]",
    "#content, #main, #main-content, .content",
];

/// The element that holds the article: the first good one of the likely places, else the body.
pub(super) fn find(document: &Document) -> NodeRef<'_> {
    let mut fallback = None;
    for place in PLACES {
        let Some(found) = document.try_select(place) else {
            continue;
        };
        // A front page has many articles; the page of one has teasers beside it.
        let longest = found
            .nodes()
            .iter()
            .map(|node| (length(node), *node))
            .rev()
            .max_by_key(|(length, _)| *length);
        match longest {
            Some((length, node)) if length >= MIN_CONTENT => return node,
            Some((length, node)) if length > 0 => fallback = fallback.or(Some(node)),
            _ => {}
        }
    }
    let body = document.body().unwrap_or_else(|| document.root());
    fallback
        .filter(|node| length(node) * 2 >= length(&body))
        .unwrap_or(body)
}

/// Bytes of text, white space at the ends of its pieces not counted.
fn length(node: &NodeRef<'_>) -> usize {
    node.descendants_it()
        .filter(NodeRef::is_text)
        .map(|text| text.text().trim().len())
        .sum()
}
