//! Where a page says when its article was published, from the surest place to the vaguest (T11).

use dom_query::{Document, NodeRef};

use super::beside::{names, words};
use super::claims::{Meta, around_headline, nodes, text};
use super::jsonld::Described;
use super::measure::short_text;
use super::prune::stands_in;
use super::text::fold;

/// A date as written, and the rule that found it: `json-ld`, `meta`, `itemprop`, `time` or `byline`.
pub type Said = (String, &'static str);

/// Candidates of one rule. A page that has more lists other articles.
const MAX_CANDIDATES: usize = 12;
/// Bytes of a text that may be a date, or a line with one.
const MAX_LINE: usize = 160;
/// Pieces of text looked at above the headline and below it: name, day, standfirst, picture.
const LINES_ABOVE: usize = 3;
const LINES_BELOW: usize = 14;
/// Elements called after dates that are looked at. A page that has more lists other articles.
const MAX_CALLED: usize = 200;

/// Names of `meta` elements that give the day of publication, from the surest to the vaguest.
#[rustfmt::skip]
const PUBLISHED: &[&str] = &[
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "article:published", "citation_publication_date",
    "citation_date", "citation_online_date", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "dcterms.issued", "dc.date.issued",
    "dc.issued", "dcterms.created", "dc.date.created", "dc.created", "dcterms.date", "dc.date", "dc:date", "og:pubdate", "pubdate", "publishdate",
    "publish-date", "publish_date", "published-date", "publication_date", "publication-date", "article.published",
    "article.created", "originalpublicationdate", "datecreated", "rnews:datepublished",
    "date",
];
#[rustfmt::skip]
const UPDATED: &[&str] = &[
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "dcterms.modified", "dc.date.modified", "dc.modified", "lastmod",
    "last-modified",
];

/// Elements that hold a line.
#[rustfmt::skip]
const HOLDERS: &[&str] = &[
    "abbr", "b", "dd", "div", "em", "font", "h3", "h4", "h5", "h6", "header", "i", "li", "p", "small", "span", "strong", "td", "time",
];

/// Words of a class or id by which pages name the day an article was published.
#[rustfmt::skip]
const DATES: &[&str] = &[
    "date", "datum", "dateline", "datetime", "fecha", "published", "publish", "pubdate", "publishdate", "postdate", "posted", "timestamp", "time",
    "entrydate", "day", "pub", "postmeta", "byline", "meta", "info", "details", "author", "submitted", "kicker", "created", "erstellt",
];

/// All that is said, surest first. The reader takes the first that is a date.
pub(super) fn published(
    document: &Document,
    meta: &Meta,
    described: &Described,
    article: &NodeRef<'_>,
) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    said.extend(described.published.clone().map(|date| (date, "json-ld")));
    said.extend(
        PUBLISHED
            .iter()
            .filter_map(|name| meta.all(name).next())
            .map(|date| (date.clone(), "meta")),
    );
    let root = document.root();
    for place in [article, &root] {
        said.extend(
            properties(place, "datePublished")
                .into_iter()
                .map(|date| (date, "itemprop")),
        );
        said.extend(
            times(place, place.has_name("article"))
                .into_iter()
                .map(|date| (date, "time")),
        );
    }
    // What is stated needs no guesses.
    if !said.is_empty() {
        return said;
    }
    said.extend(named(document).into_iter().map(|line| (line, "byline")));
    said.extend(
        near_headline(document)
            .into_iter()
            .map(|line| (line, "byline")),
    );
    said
}

pub(super) fn updated(meta: &Meta, described: &Described, article: &NodeRef<'_>) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    said.extend(described.modified.clone().map(|date| (date, "json-ld")));
    said.extend(meta.first(UPDATED).map(|date| (date, "meta")));
    said.extend(
        properties(article, "dateModified")
            .into_iter()
            .map(|date| (date, "itemprop")),
    );
    said
}

fn is_named(node: &NodeRef<'_>, property: &str) -> bool {
    node.attr("itemprop")
        .is_some_and(|value| value.split_ascii_whitespace().any(|word| word == property))
}

fn properties(place: &NodeRef<'_>, property: &str) -> Vec<String> {
    place
        .descendants_it()
        .filter(|node| is_named(node, property))
        .take(MAX_CANDIDATES)
        .filter_map(|node| stated(&node))
        .collect()
}

/// `time` elements, those marked as the publication first. Outside the article only what stands before its neighbours.
fn times(place: &NodeRef<'_>, inside: bool) -> Vec<String> {
    let mut found: Vec<(bool, String)> = place
        .descendants_it()
        .filter(|node| node.has_name("time") && !is_named(node, "dateModified"))
        .take(MAX_CANDIDATES)
        .filter(|node| !within_other(node, inside))
        .filter_map(|node| {
            let marked = node.has_attr("pubdate")
                || node.has_class("published")
                || node.has_class("entry-date");
            let updated = node.has_class("updated") && !node.has_class("published");
            (!updated).then(|| stated(&node).map(|date| (marked, date)))?
        })
        .collect();
    found.sort_by_key(|(marked, _)| !marked);
    found.into_iter().map(|(_, date)| date).collect()
}

/// Whether it belongs to something other than the article: a box beside it, a comment, and outside of the article's
/// element also an item of a list.
fn within_other(node: &NodeRef<'_>, inside: bool) -> bool {
    let elements: &[&str] = match inside {
        true => &["aside", "nav", "footer"],
        false => &["aside", "nav", "footer", "li"],
    };
    stands_in(node, elements)
}

/// Lines in elements that are called after dates, in document order.
fn named(document: &Document) -> Vec<String> {
    let called = |node: &NodeRef<'_>| {
        let words = words(&names(node, &["class", "id"]).join(" "));
        words.iter().any(|word| DATES.contains(&word.as_str()))
    };
    let may_hold = |node: &NodeRef<'_>| {
        node.node_name()
            .is_some_and(|name| HOLDERS.contains(&&*name))
    };
    let lines = nodes(document, "body [class], body [id]")
        .into_iter()
        .filter(|node| may_hold(node) && called(node))
        .take(MAX_CALLED)
        .filter(|node| !within_other(node, false));
    lines
        .filter_map(|node| line(&node))
        .take(MAX_CANDIDATES)
        .collect()
}

/// The pieces of text around the headline.
fn near_headline(document: &Document) -> Vec<String> {
    let (above, below) = around_headline(document, LINES_ABOVE, LINES_BELOW);
    below
        .into_iter()
        .chain(above)
        .filter(|line| line.len() <= MAX_LINE && line.bytes().any(|b| b.is_ascii_digit()))
        .collect()
}

/// The text of an element that is no longer than a line with a date, and has a digit.
fn line(node: &NodeRef<'_>) -> Option<String> {
    let written = node
        .attr("datetime")
        .or_else(|| node.attr("content"))
        .or_else(|| node.attr("title").filter(|_| node.has_name("abbr")));
    let line = match written {
        Some(written) => fold(&written),
        None => short_text(node, MAX_LINE, " ")?,
    };
    (line.len() <= MAX_LINE && line.chars().any(char::is_numeric)).then_some(line)
}

fn stated(node: &NodeRef<'_>) -> Option<String> {
    let written = node
        .attr("datetime")
        .or_else(|| node.attr("content"))
        .map(|value| fold(&value))
        .filter(|v| !v.is_empty());
    written
        .or_else(|| text(node))
        .filter(|text| text.len() <= MAX_LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_said(html: &str) -> Option<Said> {
        super::super::page(html, None).published.into_iter().next()
    }

    #[test]
    fn t11_the_surest_place_comes_first() {
        let mut html = "<h1>T</h1><p>text</p>".to_owned();
        for (add, from) in [
            ("<span class=post-date>5 Nov 2025</span>", "byline"),
            ("<time datetime=2025-11-04>x</time>", "time"),
            (
                "<i itemprop=datePublished content=2025-11-03></i>",
                "itemprop",
            ),
            ("<meta name=dc.date content=2025-11-02>", "meta"),
            (
                r#"<script type="application/ld+json">{"@type":"Article","headline":"T","datePublished":"2025-11-01"}</script>"#,
                "json-ld",
            ),
        ] {
            html = format!("{html}{add}");
            assert_eq!(first_said(&html).map(|said| said.1), Some(from), "{html}");
        }
    }

    #[test]
    fn t11_days_of_comments_other_articles_and_changes_are_not_the_articles() {
        for html in [
            "<p>text</p><div id=comments><time datetime=2025-11-04>x</time></div>",
            "<p>text</p><aside><time datetime=2025-11-04>x</time></aside>",
            "<time class=updated datetime=2025-11-04>x</time>",
            "<time itemprop=dateModified datetime=2025-11-04>x</time>",
        ] {
            assert_eq!(
                first_said(html).filter(|said| said.1 == "time"),
                None,
                "{html}"
            );
        }
    }
}
