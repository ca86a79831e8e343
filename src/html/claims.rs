//! Title, authors and days of an article, from what its page claims in three places: JSON-LD, `meta` and markup.

use dom_query::{Document, NodeRef};

use super::jsonld::Described;
use super::text::fold;

/// `meta` elements looked at; pages have some dozens.
const MAX_META: usize = 500;
/// Bytes of a name. A longer "author" is a biography.
const MAX_NAME: usize = 120;

pub(super) fn nodes<'a>(document: &'a Document, selector: &str) -> Vec<NodeRef<'a>> {
    document
        .try_select(selector)
        .map(|found| found.nodes().to_vec())
        .unwrap_or_default()
}

pub(super) fn first<'a>(document: &'a Document, selector: &str) -> Option<NodeRef<'a>> {
    nodes(document, selector).into_iter().next()
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

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a String> {
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

pub(super) fn title(
    document: &Document,
    meta: &Meta,
    described: &Described,
    article: &NodeRef<'_>,
    site: Option<&str>,
) -> Option<String> {
    let heading = || {
        let inside = article.descendants_it().find(|node| node.has_name("h1"));
        inside
            .or_else(|| first(document, "h1"))
            .as_ref()
            .and_then(text)
    };
    let titled = || {
        first(document, "head title")
            .as_ref()
            .and_then(text)
            .map(|title| without_site(&title, site))
    };
    described
        .headline
        .clone()
        .or_else(|| meta.first(&["og:title", "twitter:title"]))
        .or_else(heading)
        .or_else(titled)
}

/// Cuts ` | Site` off a title, only when that is what the site calls itself.
fn without_site(title: &str, site: Option<&str>) -> String {
    let cut = site.and_then(|site| {
        let rest = title.strip_suffix(site)?.trim_end();
        let rest = rest
            .strip_suffix(['|', '-', '–', '—', '·', ':', '»'])?
            .trim_end();
        (!rest.is_empty()).then_some(rest)
    });
    cut.unwrap_or(title).to_owned()
}

pub(super) fn authors(
    document: &Document,
    meta: &Meta,
    described: &Described,
    article: &NodeRef<'_>,
) -> Vec<String> {
    let mut found = described.authors.clone();
    for name in [
        "author",
        "article:author",
        "citation_author",
        "dc.creator",
        "parsely-author",
    ] {
        if found.is_empty() {
            found.extend(
                meta.all(name)
                    .filter(|author| !author.contains("://"))
                    .cloned(),
            );
        }
    }
    // A name in the article outranks one in the page around it, such as that of a comment.
    let whole = document.root();
    for place in [article, &whole] {
        for attribute in ["rel", "itemprop", "class"] {
            if found.is_empty() {
                let word = if attribute == "class" {
                    "byline"
                } else {
                    "author"
                };
                let is = |node: &NodeRef<'_>| {
                    node.attr(attribute)
                        .is_some_and(|v| v.split_ascii_whitespace().any(|w| w == word))
                        && !node.has_name("link")
                };
                found.extend(
                    place
                        .descendants_it()
                        .filter(is)
                        .filter_map(|node| text(&node)),
                );
            }
        }
    }
    let mut authors: Vec<String> = Vec::new();
    for name in found {
        let name = without_by(&name).to_owned();
        if !name.is_empty()
            && name.len() <= MAX_NAME
            && !name.contains("://")
            && !authors.contains(&name)
        {
            authors.push(name);
        }
    }
    authors
}

fn without_by(name: &str) -> &str {
    let by = ["By ", "by ", "BY ", "Von ", "von ", "Por ", "Par "]
        .iter()
        .find_map(|by| name.strip_prefix(by));
    by.unwrap_or(name).trim()
}

/// Names of `meta` elements that give the day of publication, from the surest to the vaguest.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "datepublished",
    "article:published",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "parsely-pub-date",
    "sailthru.date",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publication_date",
    "date",
];
const UPDATED: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
    "last-modified",
];

pub(super) fn published(
    meta: &Meta,
    described: &Described,
    article: &NodeRef<'_>,
) -> Option<(String, &'static str)> {
    let told = described.published.clone().map(|date| (date, "json-ld"));
    let told = told.or_else(|| meta.first(PUBLISHED).map(|date| (date, "meta")));
    let told = told.or_else(|| property(article, "datePublished"));
    told.or_else(|| {
        let time = |node: &NodeRef<'_>| {
            node.has_name("time") && node.has_attr("datetime") && !names(node, "dateModified")
        };
        article
            .descendants_it()
            .find(time)
            .and_then(|node| stated(&node))
            .map(|date| (date, "time"))
    })
}

pub(super) fn updated(
    meta: &Meta,
    described: &Described,
    article: &NodeRef<'_>,
) -> Option<(String, &'static str)> {
    let told = described.modified.clone().map(|date| (date, "json-ld"));
    told.or_else(|| meta.first(UPDATED).map(|date| (date, "meta")))
        .or_else(|| property(article, "dateModified"))
}

fn names(node: &NodeRef<'_>, property: &str) -> bool {
    node.attr("itemprop")
        .is_some_and(|value| value.split_ascii_whitespace().any(|word| word == property))
}

fn property(article: &NodeRef<'_>, property: &str) -> Option<(String, &'static str)> {
    let node = article
        .descendants_it()
        .find(|node| names(node, property))?;
    stated(&node).map(|date| (date, "itemprop"))
}

fn stated(node: &NodeRef<'_>) -> Option<String> {
    let written = node
        .attr("datetime")
        .or_else(|| node.attr("content"))
        .map(|value| fold(&value))
        .filter(|v| !v.is_empty());
    written.or_else(|| text(node))
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
