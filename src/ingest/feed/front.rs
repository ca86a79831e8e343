//! What stands before feed-rs: what sort of document it is, and the shape it reads best.

use super::super::entry::Oddity;
use super::super::visit::Unreadable;
use super::version;

/// Deepest nesting of XML elements that is parsed. Feeds use about ten levels, XHTML bodies some dozens.
pub const MAX_DEPTH: usize = 256;

/// How much of a document is looked at to tell what it is: prologues and comments are shorter.
const LOOK: usize = 4096;

/// What the bytes are, by content and not by media type (F41).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    XmlFeed,
    JsonFeed,
    Html,
    /// A sitemap, or an index of them.
    Sitemap,
    /// XML that is no feed, by the name of what it is where that is known.
    OtherXml(&'static str),
    /// Anything else: text, for all that can be told.
    Text,
    Empty,
}

/// Tells documents apart by their first element (F41).
pub fn shape(text: &str) -> Shape {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if text.is_empty() {
        return Shape::Empty;
    }
    if text.starts_with('{') {
        let head = head_of(text);
        return if head.contains("jsonfeed.org/version") || text.contains("jsonfeed.org/version") {
            Shape::JsonFeed
        } else {
            Shape::Text
        };
    }
    let Some(root) = root_name(text) else {
        return Shape::Text;
    };
    let local = root.rsplit(':').next().unwrap_or(root);
    match local.to_ascii_lowercase().as_str() {
        "rss" | "feed" | "rdf" => Shape::XmlFeed,
        "entry" if text.contains("http://www.w3.org/2005/Atom") => Shape::XmlFeed,
        "html" | "head" | "body" | "!doctype" => Shape::Html,
        "urlset" | "sitemapindex" => Shape::Sitemap,
        "opml" => Shape::OtherXml("an OPML subscription list"),
        _ if text.starts_with("<?xml") => Shape::OtherXml("XML of another kind"),
        _ if HTML_STARTS.contains(&local.to_ascii_lowercase().as_str()) => Shape::Html,
        _ => Shape::Text,
    }
}

const HTML_STARTS: [&str; 12] = [
    "div", "p", "article", "main", "section", "h1", "h2", "meta", "title", "link", "script",
    "table",
];

fn head_of(text: &str) -> &str {
    let end = (0..=LOOK.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    text.get(..end).unwrap_or(text)
}

/// The first element's name, past declarations, comments and doctype. `!doctype` when that is all there is and it says HTML.
fn root_name(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("<?") {
            rest = after.split_once("?>")?.1;
        } else if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.split_once("-->")?.1;
        } else if let Some(after) = rest.strip_prefix("<!") {
            let (doctype, after) = after.split_once('>')?;
            if doctype
                .to_ascii_lowercase()
                .trim_start_matches("doctype")
                .trim_start()
                .starts_with("html")
            {
                return Some("!doctype");
            }
            rest = after_internal_subset(doctype, after)?;
        } else {
            let name = rest.strip_prefix('<')?;
            let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
            return name
                .get(..end)
                .filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        }
    }
}

/// What follows a doctype, when its first `>` may have stood inside the internal subset.
fn after_internal_subset<'a>(doctype: &str, after: &'a str) -> Option<&'a str> {
    if doctype.contains('[') && !doctype.contains(']') {
        after.split_once("]")?.1.trim_start().strip_prefix('>')
    } else {
        Some(after)
    }
}

/// A document made ready.
pub struct Prepared {
    pub text: String,
    /// It is RSS from before 1.0 (0.90 to 0.94), whatever it was made to look like.
    pub is_early_rss: bool,
    pub oddities: Vec<Oddity>,
}

/// Takes away what feed-rs trips over without losing what the source said: byte-order mark, XML declaration (the text is decoded already, a declared
/// charset would only mislead), doctype (F43: no entity of its own is ever expanded), characters XML forbids, odd `<rss>` versions.
pub fn prepare(text: &str) -> Result<Prepared, Unreadable> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let mut oddities = Vec::new();
    if text.starts_with('{') {
        return Ok(Prepared {
            text: text.to_string(),
            is_early_rss: false,
            oddities,
        });
    }
    let body = match root_start(text) {
        Some(start) => text.get(start..).unwrap_or(text),
        None => text,
    };
    let legal: String = body.chars().filter(|c| is_legal(*c)).collect();
    if legal.len() != body.len() {
        oddities.push(Oddity::new(
            "illegal-characters",
            "document",
            "characters that XML forbids were taken out",
        ));
    }
    if deeper_than(&legal, MAX_DEPTH) {
        return Err(Unreadable::TooDeep(MAX_DEPTH));
    }
    let is_early_rss = version::is_early(&legal);
    Ok(Prepared {
        text: version::readable(legal),
        is_early_rss,
        oddities,
    })
}

/// The byte at which the root element begins.
fn root_start(text: &str) -> Option<usize> {
    let name = root_name(text)?;
    // invariant: `root_name` returns a slice of `text`, so the difference of the addresses is its offset, one past the `<`.
    let offset = (name.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    offset
        .checked_sub(1)
        .filter(|start| text.get(*start..).is_some_and(|rest| rest.starts_with('<')))
}

/// XML 1.0 §2.2.
fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether elements nest deeper than `limit`: one pass, before any parser that may recurse.
fn deeper_than(text: &str, limit: usize) -> bool {
    let mut depth = 0usize;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at..).unwrap_or_default();
        let skipped = [("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")]
            .iter()
            .find(|(open, _)| rest.starts_with(open));
        if let Some((open, close)) = skipped {
            let Some(end) = rest.get(open.len()..).and_then(|inner| inner.find(close)) else {
                return false;
            };
            rest = rest
                .get(open.len() + end + close.len()..)
                .unwrap_or_default();
            continue;
        }
        let Some(end) = rest.find('>') else {
            return false;
        };
        let tag = rest.get(..end).unwrap_or_default();
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.ends_with('/') && !tag.starts_with("<!") {
            depth += 1;
            if depth > limit {
                return true;
            }
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f41_documents_are_told_by_content() {
        let cases = [
            (
                "\u{feff}\n<?xml version='1.0'?><!-- <html> --><rss version='2.0'/>",
                Shape::XmlFeed,
            ),
            (
                "<feed xmlns='http://www.w3.org/2005/Atom'/>",
                Shape::XmlFeed,
            ),
            (
                "<!DOCTYPE rss [<!ENTITY a 'b>'> ]><rss></rss>",
                Shape::XmlFeed,
            ),
            ("<rdf:RDF xmlns:rdf='x'></rdf:RDF>", Shape::XmlFeed),
            (
                "{\"version\": \"https://jsonfeed.org/version/1.1\"}",
                Shape::JsonFeed,
            ),
            ("{\"a\": 1}", Shape::Text),
            ("<!DOCTYPE html><html></html>", Shape::Html),
            ("<urlset></urlset>", Shape::Sitemap),
            (
                "<opml version='2.0'></opml>",
                Shape::OtherXml("an OPML subscription list"),
            ),
            ("A headline\n\nText.", Shape::Text),
            (" \n", Shape::Empty),
            ("<", Shape::Text),
        ];
        for (text, expected) in cases {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn f43_depth_is_bounded_before_parsing() {
        let deep = format!("<rss>{}", "<a>".repeat(MAX_DEPTH + 1));
        assert!(matches!(prepare(&deep), Err(Unreadable::TooDeep(_))));
        assert!(
            prepare(&format!(
                "<rss>{}</rss>",
                "<a></a><b/>".repeat(MAX_DEPTH * 2)
            ))
            .is_ok()
        );
    }

    #[test]
    fn f42_what_xml_forbids_is_taken_out_and_told() {
        let prepared =
            prepare("<?xml version='1.0' encoding='x'?><rss version='2.0'>a\u{1}b</rss>").unwrap();
        assert_eq!(prepared.text, "<rss version='2.0'>ab</rss>");
        assert_eq!(prepared.oddities[0].code, "illegal-characters");
    }
}
