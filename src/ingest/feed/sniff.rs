//! What sort of document it is, by content and not by media type (F41).

use super::xml::Ns;

/// How far into a document that begins otherwise the root of a feed is looked for: warnings of a server and lost pieces of pages are shorter.
const PROLOGUE: usize = 65_536;

/// How much of a root's surroundings is looked at to be sure of it.
const ROOT: usize = 4_096;

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// RSS or Atom whose root begins at this byte.
    XmlFeed(usize),
    JsonFeed,
    /// A sitemap, or an index of them.
    Sitemap,
    Html,
    /// XML that is no feed, by the name of what it is where that is known.
    OtherXml(&'static str),
    /// Anything else: text, for all that can be told.
    Text,
    Empty,
}

/// Tells documents apart by their first element; behind a prologue that has no business there, by the root of a feed that is beyond doubt.
pub fn shape(text: &str) -> Shape {
    let trimmed = text.trim_start_matches(is_blank);
    if trimmed.is_empty() {
        return Shape::Empty;
    }
    if trimmed.starts_with('{') {
        return if trimmed.contains("jsonfeed.org/version") {
            Shape::JsonFeed
        } else {
            Shape::Text
        };
    }
    let first = first_element(text);
    // A page, and not some piece of HTML that a server let slip.
    let is_page = match &first {
        Some((_, Start::Doctype)) => true,
        Some((_, Start::Element(name))) => ["html", "head", "body"]
            .iter()
            .any(|page| name.eq_ignore_ascii_case(page)),
        None => false,
    };
    let shape = match first {
        Some((_, Start::Doctype)) => Shape::Html,
        Some((at, Start::Element(name))) => told_by_name(name, at, text),
        None => Shape::Text,
    };
    match shape {
        Shape::XmlFeed(_) => shape,
        other => feed_within(text, is_page)
            .map(Shape::XmlFeed)
            .unwrap_or(other),
    }
}

fn is_blank(c: char) -> bool {
    c == '\u{feff}' || c.is_whitespace() || c == '\0'
}

/// Whether what stands before a root is more than declarations, comments and blanks.
pub fn is_junk(before: &str) -> bool {
    let mut rest = before.trim_start_matches(is_blank);
    loop {
        rest = rest.trim_start_matches(is_blank);
        let after = if let Some(after) = rest.strip_prefix("<?") {
            after_instruction(after)
        } else if let Some(after) = rest.strip_prefix("<!--") {
            after.split_once("-->").map(|(_, rest)| rest)
        } else if let Some(after) = rest.strip_prefix("<!") {
            after
                .split_once('>')
                .and_then(|(doctype, after)| after_internal_subset(doctype, after))
        } else {
            return !rest.is_empty();
        };
        match after {
            Some(after) => rest = after,
            None => return true,
        }
    }
}

enum Start<'t> {
    /// A doctype of HTML.
    Doctype,
    Element(&'t str),
}

fn told_by_name(root: &str, at: usize, text: &str) -> Shape {
    let local = root.rsplit(':').next().unwrap_or(root).to_ascii_lowercase();
    match local.as_str() {
        "rss" | "feed" | "rdf" => Shape::XmlFeed(at),
        // Pieces of a feed that lost its root.
        "entry" if text.contains("http://www.w3.org/2005/Atom") => Shape::XmlFeed(at),
        "channel" => Shape::XmlFeed(at),
        "html" | "head" | "body" => Shape::Html,
        "urlset" | "sitemapindex" => Shape::Sitemap,
        "opml" => Shape::OtherXml("an OPML subscription list"),
        _ if text.trim_start_matches(is_blank).starts_with("<?xml") => {
            Shape::OtherXml("XML of another kind")
        }
        name if HTML_STARTS.contains(&name) => Shape::Html,
        _ => Shape::Text,
    }
}

const HTML_STARTS: [&str; 15] = [
    "div", "p", "article", "main", "section", "h1", "h2", "meta", "title", "link", "script",
    "table", "br", "b", "style",
];

/// The first element and where it begins, past declarations, comments and doctype.
fn first_element(text: &str) -> Option<(usize, Start<'_>)> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_blank);
        if let Some(after) = rest.strip_prefix("<?") {
            rest = after_instruction(after)?;
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
                return Some((text.len() - rest.len(), Start::Doctype));
            }
            rest = after_internal_subset(doctype, after)?;
        } else {
            let name = name_at(rest)?;
            return Some((text.len() - rest.len(), Start::Element(name)));
        }
    }
}

/// What follows a declaration, also when it ends in a bare `>` with markup behind it. Its proper end is not looked for then: it may be far.
fn after_instruction(after: &str) -> Option<&str> {
    let (inside, bare) = after.split_once('>')?;
    if inside.ends_with('?') || bare.trim_start().starts_with('<') {
        return Some(bare);
    }
    Some(after.split_once("?>").map_or(bare, |(_, rest)| rest))
}

/// Longest name of an element that is looked at, in bytes: roots of feeds have seven letters. It is asked for at every `<` of the prologue.
const LONGEST_NAME: usize = 128;

/// The name of the element that begins here.
fn name_at(text: &str) -> Option<&str> {
    let name = text
        .strip_prefix('<')
        .filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'))?;
    let name = name.get(..name.floor_char_boundary(LONGEST_NAME))?;
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
    name.get(..end)
}

/// What follows a doctype, when its first `>` may have stood inside the internal subset.
fn after_internal_subset<'a>(doctype: &str, after: &'a str) -> Option<&'a str> {
    if !doctype.contains('[') || doctype.contains(']') {
        return Some(after);
    }
    let mut rest = after;
    loop {
        rest = rest.split_once(']')?.1;
        if let Some(after) = rest.trim_start().strip_prefix('>') {
            return Some(after);
        }
    }
}

/// The root of a feed that begins somewhere behind other things, when it is beyond doubt: a `<rss` that says its version or goes on with its channel, a
/// `<feed` or `<rdf:RDF` in their namespaces, outside comments and CDATA. In a web page (`is_page`) only after its end or behind an XML declaration, so
/// that a page that shows or mentions a feed stays a page (F27).
fn feed_within(text: &str, is_page: bool) -> Option<usize> {
    let head = text.get(..text.floor_char_boundary(PROLOGUE))?;
    let window = text.get(..text.floor_char_boundary(2 * PROLOGUE))?;
    let mut missing = [false; HIDING.len()];
    let mut at = 0;
    while let Some(found) = head.get(at..)?.find('<') {
        at += found;
        let rest = text.get(at..)?;
        if let Some(skipped) = hidden(window.get(at..)?, &mut missing) {
            at += skipped;
            continue;
        }
        if is_root(rest) && (!is_page || ends_page(head.get(..at)?)) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// What hides markup: comments, CDATA, scripts, escaped or displayed text.
const HIDING: [(&str, &str); 5] = [
    ("<!--", "-->"),
    ("<![CDATA[", "]]>"),
    ("<script", "</script"),
    ("<style", "</style"),
    ("<textarea", "</textarea"),
];

/// The length of what hides markup here. An end that is not in `rest` is not looked for again.
fn hidden(rest: &str, missing: &mut [bool; HIDING.len()]) -> Option<usize> {
    let begins = |open: &str| {
        let start = rest.get(..open.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(open))
    };
    let ((_, close), missing) = HIDING
        .iter()
        .zip(missing)
        .find(|((open, _), missing)| !**missing && begins(open))?;
    let end = rest.find(close);
    *missing = end.is_none();
    end.map(|end| end + close.len())
}

fn is_root(rest: &str) -> bool {
    let Some(name) = name_at(rest) else {
        return false;
    };
    let window = rest
        .get(..rest.floor_char_boundary(ROOT.min(rest.len())))
        .unwrap_or_default();
    let (tag, after) = window.split_once('>').unwrap_or((window, ""));
    let declares = |wanted: fn(Ns) -> bool| {
        tag.split(['"', '\''])
            .skip(1)
            .step_by(2)
            .filter_map(Ns::of)
            .any(wanted)
    };
    match name.rsplit(':').next().unwrap_or(name) {
        "rss" | "RSS" => {
            tag.contains("version")
                || after
                    .trim_start()
                    .get(..8)
                    .is_some_and(|next| next.eq_ignore_ascii_case("<channel"))
        }
        "feed" => declares(Ns::is_atom),
        "RDF" | "rdf" => declares(|ns| ns == Ns::Rss) && declares(|ns| ns == Ns::Rdf),
        _ => false,
    }
}

/// Whether a page is over, or an XML declaration says that something else begins.
fn ends_page(before: &str) -> bool {
    let trimmed = before.trim_end();
    let has_ended = trimmed
        .get(trimmed.len().saturating_sub(7)..)
        .is_some_and(|end| end.eq_ignore_ascii_case("</html>"));
    let declared = trimmed.ends_with("?>")
        && trimmed
            .rfind("<?")
            .and_then(|start| trimmed.get(start..))
            .is_some_and(|declaration| declaration.starts_with("<?xml"));
    has_ended || declared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f41_documents_are_told_by_content() {
        let cases = [
            (
                "\u{feff}\n<?xml version='1.0'?><!-- <html> --><rss version='2.0'/>",
                Shape::XmlFeed(40),
            ),
            (
                "<feed xmlns='http://www.w3.org/2005/Atom'/>",
                Shape::XmlFeed(0),
            ),
            (
                "<!DOCTYPE rss [<!ENTITY a 'b>'> ]><rss></rss>",
                Shape::XmlFeed(34),
            ),
            ("<rdf:RDF xmlns:rdf='x'></rdf:RDF>", Shape::XmlFeed(0)),
            ("<?xml version='1.0'><rss></rss>", Shape::XmlFeed(20)),
            ("<channel><item/></channel>", Shape::XmlFeed(0)),
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
    fn f41_junk_before_the_root_hides_no_feed() {
        let rss = "<rss version='2.0'><channel></channel></rss>";
        for junk in [
            "<br />\n<b>Warning</b>: mysql_connect() in <b>/srv/x.php</b> on line <b>3</b><br />\n",
            "Notice: something\n<?xml version='1.0'?>\n",
            "<html><body>Moved</body></html>\n",
            "<script>if (a < b) document.write('<rss version=1>')</script>",
            "<!-- <rss version='2.0'><channel> -->",
        ] {
            let text = format!("{junk}{rss}");
            assert_eq!(shape(&text), Shape::XmlFeed(junk.len()), "{junk}");
        }
    }

    #[test]
    fn f27_a_page_about_feeds_stays_a_page() {
        for page in [
            "<!DOCTYPE html><html><body><pre>&lt;rss version='2.0'></pre></body></html>",
            "<html><body>A feed begins with <rss version='2.0'><channel> and so on.</body></html>",
            "<html><head><script>var x = '</html><rss version=2>'</script></head></html>",
            "<!doctype html><textarea><?xml version='1.0'?><rss version='2.0'></textarea>",
        ] {
            assert_eq!(shape(page), Shape::Html, "{page}");
        }
        assert_eq!(shape("I wrote <rss> by hand, and <feed>."), Shape::Text);
    }
}
