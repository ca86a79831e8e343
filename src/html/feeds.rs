//! The feeds that a page names (D1).

use dom_query::NodeRef;
use url::Url;

use super::address::absolute_web;
use super::claims::{named_base, nodes, opened, opened_head};
use super::measure::short_text;
use super::text::fold;

/// Feeds a page may offer; blogs offer a handful, some one for every tag.
pub const MAX_FEEDS: usize = 50;

/// Characters of a link text that may say that it leads to a feed.
const LONGEST_LABEL: usize = 60;

/// A feed that a page offers (D1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLink {
    /// Absolute, http or https.
    pub url: String,
    /// In lower case, without parameters; empty where the page gives none.
    pub mime: String,
    pub title: Option<String>,
}

/// Whether a media type, in lower case and without parameters, is that of a feed. Plain JSON and XML may be one.
pub fn is_feed_type(mime: &str) -> bool {
    matches!(
        mime,
        "application/rss+xml"
            | "application/atom+xml"
            | "application/rdf+xml"
            | "application/feed+json"
            | "application/json"
    )
}

/// Whether it is plain JSON of an interface for programs: WordPress names one on every page, oEmbed another.
pub fn is_api(feed: &FeedLink) -> bool {
    feed.mime == "application/json"
        && ["/wp-json", "rest_route=", "oembed"]
            .iter()
            .any(|mark| feed.url.contains(mark))
}

pub(super) fn has_rel(link: &NodeRef<'_>, wanted: &str) -> bool {
    link.attr("rel").is_some_and(|rel| {
        rel.split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case(wanted))
    })
}

/// `link rel=alternate` of a feed type, in document order, each address once. Of a page too deep for a tree only the head is looked at (F43).
pub fn feed_links(html: &str, url: &Url) -> Vec<FeedLink> {
    let document = opened(html).unwrap_or_else(|| opened_head(html));
    let named_base = named_base(&document, Some(url));
    let base = named_base.as_ref().or(Some(url));
    let mut found: Vec<FeedLink> = Vec::new();
    for link in nodes(&document, "link[rel][type][href]") {
        let mime = link.attr("type").unwrap_or_default();
        let mime = mime
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let Some(url) = link.attr("href").and_then(|href| absolute_web(&href, base)) else {
            continue;
        };
        let title = link
            .attr("title")
            .map(|title| fold(&title))
            .filter(|title| !title.is_empty());
        let feed = FeedLink { url, mime, title };
        if is_feed_type(&feed.mime) && !is_api(&feed) && has_rel(&link, "alternate") {
            add(&mut found, feed);
        }
    }
    found
}

fn add(found: &mut Vec<FeedLink>, feed: FeedLink) {
    if found.len() < MAX_FEEDS && !found.iter().any(|known| known.url == feed.url) {
        found.push(feed);
    }
}

/// Links in a page's text that plainly lead to feeds: their address ends as feeds' do, or they are called “RSS” and the like. In document order. None
/// where the page is too deep for a tree (F43). Whether there is a feed is for whoever asks for it.
pub fn feed_anchors(html: &str, url: &Url) -> Vec<FeedLink> {
    let Some(document) = opened(html) else {
        return Vec::new();
    };
    let named_base = named_base(&document, Some(url));
    let base = named_base.as_ref().or(Some(url));
    let mut found = Vec::new();
    for link in nodes(&document, "a[href]") {
        let address = link.attr("href").and_then(|href| absolute_web(&href, base));
        let Some(url) = address.and_then(|address| Url::parse(&address).ok()) else {
            continue;
        };
        let label = short_text(&link, LONGEST_LABEL, "");
        let called = label.as_deref().is_some_and(is_label);
        if ends_as_feeds_do(&url) || called && !url.path().ends_with(".html") {
            add(
                &mut found,
                FeedLink {
                    url: url.into(),
                    mime: String::new(),
                    title: label,
                },
            );
        }
    }
    found
}

fn is_label(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty());
    words.clone().count() <= 4
        && words.any(|word| {
            ["rss", "atom"]
                .iter()
                .any(|name| word.eq_ignore_ascii_case(name))
        })
}

fn ends_as_feeds_do(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let path = path.trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    [".rss", ".atom", ".rdf"]
        .iter()
        .any(|ending| last.ends_with(ending))
        || matches!(
            last,
            "feed"
                | "rss"
                | "atom"
                | "rss.xml"
                | "atom.xml"
                | "feed.xml"
                | "feed.json"
                | "rss2.xml"
                | "index.rdf"
        )
        || url.query().is_some_and(|query| {
            query
                .split('&')
                .any(|pair| pair == "feed=rss2" || pair == "feed=atom" || pair == "format=rss")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_feeds_are_found_in_order() {
        let url = Url::parse("https://s.example/news/1").unwrap();
        let found = feed_links(
            "<head><base href=/sub/>\
            <link REL='Alternate stylesheet' type='application/rss+xml; charset=utf-8' href=rss title=' News  feed '>\
            <link rel=alternate type=application/json href=/wp-json/x><link rel=alternate type=application/json+oembed href=/o>\
            <link rel=alternate type=APPLICATION/FEED+JSON href=//j.example/f><link rel=alternate type=text/html href=/de>\
            <link rel=alternate type=application/rss+xml href=rss><link rel=alternate type=application/atom+xml href=javascript:x></head>",
            &url,
        );
        let urls: Vec<_> = found
            .iter()
            .map(|f| (f.url.as_str(), f.mime.as_str(), f.title.as_deref()))
            .collect();
        assert_eq!(
            urls,
            [
                (
                    "https://s.example/sub/rss",
                    "application/rss+xml",
                    Some("News feed")
                ),
                ("https://j.example/f", "application/feed+json", None)
            ]
        );
    }

    #[test]
    fn d1_links_in_the_text_that_plainly_lead_to_feeds() {
        let url = Url::parse("https://s.example/a/").unwrap();
        let page = "<base href=/b/><a href=news.rss>all</a><a href=/x>RSS feed</a><a href=/rss-explained.html>What is RSS</a><a href=/feedback>Feedback</a><a href='mailto:a@b.example'>RSS</a><a href=/blog/feed/>.</a><a href='?feed=rss2'>.</a>";
        let found: Vec<String> = feed_anchors(page, &url)
            .into_iter()
            .map(|feed| feed.url)
            .collect();
        assert_eq!(
            found,
            [
                "https://s.example/b/news.rss",
                "https://s.example/x",
                "https://s.example/blog/feed/",
                "https://s.example/b/?feed=rss2"
            ]
        );
        assert!(feed_anchors(&"<div>".repeat(1_000), &url).is_empty());
    }
}
