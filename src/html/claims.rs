//! What a page claims of its article in `meta` elements, and its title.

use std::collections::HashSet;

use dom_query::{Document, NodeRef};
use url::Url;

use super::address::absolute;
use super::depth::too_deep;
use super::jsonld::Described;
use super::text::{fold, legal};

/// `meta` elements looked at; pages have some dozens.
const MAX_META: usize = 500;
/// First-level headings looked at; an article has one.
const MAX_HEADINGS: usize = 20;

/// The elements of a document that a selector picks, in document order; none for what is no selector.
pub(super) fn nodes<'a>(document: &'a Document, selector: &str) -> Vec<NodeRef<'a>> {
    document
        .try_select(selector)
        .map(|found| found.nodes().to_vec())
        .unwrap_or_default()
}

pub(super) fn first<'a>(document: &'a Document, selector: &str) -> Option<NodeRef<'a>> {
    nodes(document, selector).into_iter().next()
}

/// The tree of a page; `None` when it is too deep or too large for one (F43).
pub(super) fn opened(html: &str) -> Option<Document> {
    // A page without a doctype would be parsed by other rules than those its depth is measured by.
    (!too_deep(html)).then(|| Document::from(format!("<!DOCTYPE html>{}", legal(html))))
}

/// The tree of a page's head alone; an empty one when even that is too deep.
pub(super) fn opened_head(html: &str) -> Document {
    let head = html
        .split_once("<body")
        .or_else(|| html.split_once("</head"))
        .map_or("", |(head, _)| head);
    opened(head).unwrap_or_default()
}

/// The base that a page names for its relative addresses. `url` is its own.
pub(super) fn named_base(document: &Document, url: Option<&Url>) -> Option<Url> {
    absolute(&first(document, "base[href]")?.attr("href")?, url)
}

/// The language that a page gives its root, as written.
pub(super) fn root_language(document: &Document) -> Option<String> {
    let lang = fold(&first(document, "html[lang]")?.attr("lang")?);
    Some(lang).filter(|lang| !lang.is_empty())
}

pub(super) fn text(node: &NodeRef<'_>) -> Option<String> {
    Some(fold(&node.text())).filter(|text| !text.is_empty())
}

/// The page's `meta` elements: name in lower case, content.
pub(super) struct Meta(Vec<(String, String)>);

impl Meta {
    pub(super) fn read(document: &Document) -> Self {
        let read = |node: &NodeRef<'_>| {
            let name = ["property", "name", "itemprop", "http-equiv"]
                .iter()
                .find_map(|key| node.attr(key))?;
            Some((
                name.trim().to_ascii_lowercase(),
                fold(&node.attr("content")?),
            ))
        };
        let found = nodes(document, "meta[content]");
        Self(
            found
                .iter()
                .take(MAX_META)
                .filter_map(read)
                .filter(|(_, content)| !content.is_empty())
                .collect(),
        )
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a String> {
        self.0
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, content)| content)
    }

    /// The first value of the first name that has one.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.all(name).next().cloned())
    }
}

/// The pieces of text before the page's first headline, nearest first, and from it on.
pub(super) fn around_headline(
    document: &Document,
    before: usize,
    after: usize,
) -> (Vec<String>, Vec<String>) {
    let headline = first(document, "h1").or_else(|| first(document, "h2"));
    let begins = headline.and_then(|node| node.descendants_it().find(NodeRef::is_text));
    let Some(begins) = begins else {
        return (Vec::new(), Vec::new());
    };
    let readable = |node: &NodeRef<'_>| {
        let silent = |p: NodeRef<'_>| p.has_name("script") || p.has_name("style");
        node.is_text() && !node.parent().is_some_and(silent)
    };
    let folded = |node: &NodeRef<'_>| fold(&node.text());
    let texts: Vec<NodeRef<'_>> = document.root().descendants_it().filter(readable).collect();
    let at = texts.iter().position(|text| text.id == begins.id);
    let (above, below) = texts.split_at(at.unwrap_or(0).min(texts.len()));
    let said = |text: &String| !text.is_empty();
    (
        above
            .iter()
            .rev()
            .map(folded)
            .filter(said)
            .take(before)
            .collect(),
        below.iter().map(folded).filter(said).take(after).collect(),
    )
}

/// The headline as readers see it: a first-level heading that says what the page's own titles say. Otherwise the best
/// of those, without the name of the site: JSON-LD, Open Graph, `title`.
pub(super) fn title(
    document: &Document,
    meta: &Meta,
    described: &Described,
    article: &NodeRef<'_>,
    site: Option<&str>,
) -> Option<String> {
    let titled = first(document, "head title").as_ref().and_then(text);
    let shared = meta.first(&["og:title", "twitter:title", "dc.title", "title"]);
    let told = [
        described.headline.as_ref(),
        shared.as_ref(),
        titled.as_ref(),
    ];
    let headings = nodes(document, "h1");
    let said: Vec<String> = headings
        .iter()
        .take(MAX_HEADINGS)
        .filter_map(text)
        .collect();
    let is_site = |text: &str| site.is_some_and(|site| site.eq_ignore_ascii_case(text));
    let alike = |heading: &&String| {
        !is_site(heading)
            && told
                .iter()
                .flatten()
                .any(|title| shares_words(heading, title))
    };
    let inside = article
        .descendants_it()
        .find(|node| node.has_name("h1"))
        .as_ref()
        .and_then(text);
    said.iter()
        .find(alike)
        .cloned()
        .or_else(|| described.headline.clone())
        .or(shared)
        .map(|title| without_site(&title, site))
        .or(inside.filter(|text| !is_site(text)))
        .or_else(|| titled.map(|title| without_site(&title, site)))
        .or_else(|| said.into_iter().next())
}

/// Whether at least half of the words of a heading are in the title: the site's name over every page shares few.
fn shares_words(heading: &str, title: &str) -> bool {
    let words = |text: &str| -> HashSet<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (heading, title) = (words(heading), words(title));
    let common = heading.intersection(&title).count();
    !heading.is_empty() && common * 2 >= heading.len() && common * 3 >= title.len()
}

/// Cuts ` | Site` off a title, only when that is what the site calls itself.
fn without_site(title: &str, site: Option<&str>) -> String {
    let cut = site.and_then(|site| {
        let rest = title.strip_suffix(site)?.trim_end();
        let rest = rest
            .strip_suffix(['|', '-', '–', '—', '·', ':', '»', '•'])?
            .trim_end();
        (!rest.is_empty()).then_some(rest)
    });
    cut.unwrap_or(title).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_cut_only_when_it_is_the_site() {
        assert_eq!(without_site("A | B", Some("B")), "A");
        assert_eq!(without_site("A – B", Some("B")), "A");
        assert_eq!(without_site("A | B", Some("C")), "A | B");
        assert_eq!(without_site("A | B", None), "A | B");
        assert_eq!(without_site("B", Some("B")), "B");
    }
}
