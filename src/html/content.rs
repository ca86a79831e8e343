//! Where the article stands in its page. Plain rules on names and classes: no scoring of text.

use dom_query::{Document, NodeRef};

use super::elements::{is_block, is_heading};
use super::text::fold;

/// Bytes of text. Shorter candidates are teasers or empty shells that scripts fill.
const MIN_CONTENT: usize = 200;
/// Bytes of text. What is longer is no byline.
const MAX_BYLINE: usize = 160;

/// From the surest to the vaguest.
const PLACES: &[&str] = &[
    "[itemprop~=articleBody]",
    ".entry-content, .post-content, .article-body, .article-content, .article__body, .story-body",
    "article",
    "main, [role=main]",
    "#content, #main, #main-content, .content",
];

/// Parts of a class or id that name what is beside the article.
const BESIDE: &[&str] = &[
    "ad",
    "ads",
    "advert",
    "advertisement",
    "breadcrumb",
    "breadcrumbs",
    "comments",
    "consent",
    "cookie",
    "newsletter",
    "outbrain",
    "pagination",
    "paywall",
    "popup",
    "promo",
    "related",
    "recommended",
    "share",
    "sharing",
    "signup",
    "social",
    "sponsored",
    "subscribe",
    "taboola",
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

/// Takes out what is in the element but not of the article. `title` and the byline are told elsewhere.
pub(super) fn strip(content: &NodeRef<'_>, title: Option<&str>) {
    let whole = length(content);
    let mut next = content.first_child();
    while let Some(node) = next {
        let drop =
            node.is_comment() || node.is_element() && is_beside(&node, content, whole, title);
        next = node
            .first_child()
            .filter(|_| !drop)
            .or_else(|| following(&node, content));
        if drop {
            node.remove_from_parent();
        }
    }
}

/// The next node in document order that is not inside this one.
fn following<'a>(node: &NodeRef<'a>, within: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    let mut node = *node;
    while node.id != within.id {
        if let Some(next) = node.next_sibling() {
            return Some(next);
        }
        node = node.parent()?;
    }
    None
}

fn is_beside(node: &NodeRef<'_>, content: &NodeRef<'_>, whole: usize, title: Option<&str>) -> bool {
    let Some(name) = node.node_name() else {
        return false;
    };
    match &*name {
        "form" | "nav" | "noscript" | "script" | "style" | "template" => return true,
        "aside" => return !is_headed_sources(node),
        "footer" | "header" => {
            let page = content.has_name("body") || content.has_name("main");
            return page && !node.ancestors_it(None).any(|a| a.has_name("article"));
        }
        "h1" => return title.is_some_and(|title| fold(&node.text()) == title),
        _ => {}
    }
    if is_byline(node) {
        return text_within(node, MAX_BYLINE);
    }
    // A class on what holds most of the text describes the page, not a box beside it.
    let classed = [node.class(), node.id_attr()]
        .into_iter()
        .flatten()
        .any(|value| {
            value
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|part| BESIDE.contains(&part.to_ascii_lowercase().as_str()))
        });
    classed && is_block_like(&name) && length(node) * 2 < whole
}

fn is_block_like(name: &str) -> bool {
    is_block(name) && !is_heading(name) && name != "p" || matches!(name, "iframe" | "span")
}

pub(super) fn is_byline(node: &NodeRef<'_>) -> bool {
    let says = |attribute: &str, word: &str| {
        node.attr(attribute)
            .is_some_and(|v| v.split_ascii_whitespace().any(|w| w == word))
    };
    node.has_class("byline") || says("itemprop", "author") || says("rel", "author")
}

fn is_headed_sources(aside: &NodeRef<'_>) -> bool {
    aside
        .descendants_it()
        .find(|node| node.node_name().is_some_and(|name| is_heading(&name)))
        .is_some_and(|heading| {
            let text = fold(&heading.text()).to_lowercase();
            matches!(
                text.trim_end_matches(':'),
                "sources"
                    | "source"
                    | "references"
                    | "further reading"
                    | "quellen"
                    | "quelle"
                    | "einzelnachweise"
                    | "fuentes"
                    | "références"
                    | "fonti"
            )
        })
}

/// Bytes of text, white space at the ends of its pieces not counted.
fn length(node: &NodeRef<'_>) -> usize {
    node.descendants_it()
        .filter(NodeRef::is_text)
        .map(|text| text.text().trim().len())
        .sum()
}

fn text_within(node: &NodeRef<'_>, limit: usize) -> bool {
    length(node) <= limit
}
