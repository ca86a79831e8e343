//! Which documents feed-rs reads without loss: a cheap look before it is let loose.
//!
//! Everything here is a permission. An element, an attribute or a combination that is not listed sends the document to the tolerant reader, and so does
//! anything that had to be mended.

use std::collections::HashMap;

use super::super::setting::MAX_ENTRIES;
use super::super::tolerant::could_be_exchanged;
use super::super::xml::{Event, is_strict};

/// What is known of a regular document besides that it is one.
#[derive(Debug, Default, PartialEq)]
pub struct Regular {
    /// As its channel declares it.
    pub language: Option<String>,
}

/// An element that may occur, in one that may.
struct Allowed {
    parent: &'static str,
    name: &'static str,
    attributes: &'static [&'static str],
    holds: Holds,
    /// Whether it may occur more than once in its parent.
    is_repeatable: bool,
}

/// Most links, authors and categories of one feed or entry; what has more is for the tolerant reader, which knows how much is kept of each.
const MOST_REPEATED: usize = 10;

/// What an element may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Other elements, and blanks between them.
    Elements,
    /// Any text.
    Text,
    /// One line that is neither HTML nor an address.
    Plain,
    /// A date that can be read in one way only.
    Date,
    Nothing,
}

const fn one(
    parent: &'static str,
    name: &'static str,
    attributes: &'static [&'static str],
    holds: Holds,
) -> Allowed {
    Allowed {
        parent,
        name,
        attributes,
        holds,
        is_repeatable: false,
    }
}

const fn many(
    parent: &'static str,
    name: &'static str,
    attributes: &'static [&'static str],
    holds: Holds,
) -> Allowed {
    Allowed {
        parent,
        name,
        attributes,
        holds,
        is_repeatable: true,
    }
}

const RSS: &[Allowed] = &[
    one("", "rss", &["version"], Holds::Elements),
    one("rss", "channel", &[], Holds::Elements),
    one("channel", "title", &[], Holds::Text),
    one("channel", "link", &[], Holds::Plain),
    one("channel", "description", &[], Holds::Text),
    one("channel", "language", &[], Holds::Plain),
    one("channel", "copyright", &[], Holds::Plain),
    one("channel", "lastBuildDate", &[], Holds::Date),
    one("channel", "pubDate", &[], Holds::Date),
    one("channel", "generator", &[], Holds::Plain),
    many(
        "channel",
        "atom:link",
        &["href", "rel", "type"],
        Holds::Nothing,
    ),
    many("channel", "item", &[], Holds::Elements),
    one("item", "title", &[], Holds::Text),
    one("item", "link", &[], Holds::Plain),
    one("item", "description", &[], Holds::Text),
    one("item", "content:encoded", &[], Holds::Text),
    one("item", "pubDate", &[], Holds::Date),
    one("item", "guid", &["isPermaLink"], Holds::Plain),
    one("item", "comments", &[], Holds::Plain),
    many("item", "category", &["domain"], Holds::Plain),
    many("item", "dc:creator", &[], Holds::Plain),
];

const ATOM: &[Allowed] = &[
    one("", "feed", &[], Holds::Elements),
    one("feed", "id", &[], Holds::Plain),
    one("feed", "title", &["type"], Holds::Text),
    one("feed", "subtitle", &["type"], Holds::Text),
    one("feed", "updated", &[], Holds::Date),
    one("feed", "rights", &[], Holds::Plain),
    one("feed", "generator", &["uri", "version"], Holds::Plain),
    many("feed", "link", &["href", "rel", "type"], Holds::Nothing),
    many("feed", "author", &[], Holds::Elements),
    many("feed", "entry", &[], Holds::Elements),
    one("author", "name", &[], Holds::Plain),
    one("author", "uri", &[], Holds::Plain),
    one("entry", "id", &[], Holds::Plain),
    one("entry", "title", &["type"], Holds::Text),
    one("entry", "summary", &["type"], Holds::Text),
    one("entry", "content", &["type"], Holds::Text),
    one("entry", "published", &[], Holds::Date),
    one("entry", "updated", &[], Holds::Date),
    many("entry", "link", &["href", "rel", "type"], Holds::Nothing),
    many("entry", "author", &[], Holds::Elements),
    many("entry", "category", &["term"], Holds::Nothing),
];

/// Namespaces that may be declared, at the root only.
const DECLARED: [(&str, &str); 4] = [
    ("xmlns", "http://www.w3.org/2005/Atom"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
];

/// Fields without which feed-rs or its model makes something up.
const NEEDED: [(&str, &[&str]); 2] = [
    ("item", &["link", "title"]),
    ("entry", &["id", "link", "published"]),
];

/// Surveys a document that begins with its root element.
pub fn regular(text: &str) -> Option<Regular> {
    let mut survey = Survey::default();
    is_strict(text, |event| survey.sees(event)).then_some(survey.found)
}

#[derive(Default)]
struct Survey {
    found: Regular,
    open: Vec<Open>,
    prefixes: Vec<String>,
    is_atom: bool,
}

struct Open {
    allowed: &'static Allowed,
    seen: HashMap<&'static str, usize>,
    text: String,
}

impl Survey {
    fn sees(&mut self, event: Event<'_>) -> bool {
        match event {
            Event::Start(name, attributes) => self.start(name, attributes),
            Event::Text(text) => self.text(&text),
            Event::End(_) => self.end(),
        }
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> bool {
        let parent = self.open.last().map_or("", |open| open.allowed.name);
        if parent.is_empty() {
            self.is_atom = name == "feed";
        }
        let list = if self.is_atom { ATOM } else { RSS };
        let Some(allowed) = list
            .iter()
            .find(|one| one.parent == parent && one.name == name)
        else {
            return false;
        };
        if let Some(open) = self.open.last_mut() {
            // What says it is alternate is the page, and a feed or entry has one page here.
            let key = match alternate(name, attributes) {
                true => "alternate",
                false => allowed.name,
            };
            let count = open.seen.entry(key).or_default();
            *count += 1;
            let most = match (allowed.name, allowed.is_repeatable && key != "alternate") {
                ("item" | "entry", _) => MAX_ENTRIES,
                (_, true) => MOST_REPEATED,
                (_, false) => 1,
            };
            if *count > most {
                return false;
            }
        }
        let is_root = self.open.is_empty();
        let known = attributes.iter().enumerate().all(|(at, (name, value))| {
            let is_new = attributes.iter().take(at).all(|(before, _)| before != name);
            is_new
                && match name.starts_with("xmlns") {
                    true => is_root && DECLARED.contains(&(*name, *value)),
                    false => {
                        allowed.attributes.contains(name) && is_usual(allowed.name, name, value)
                    }
                }
        });
        if !known || !self.is_in_place(name, attributes) {
            return false;
        }
        self.open.push(Open {
            allowed,
            seen: HashMap::new(),
            text: String::new(),
        });
        true
    }

    /// Whether the root declares what it must, and a prefix is one that it declared.
    fn is_in_place(&mut self, name: &str, attributes: &[(&str, &str)]) -> bool {
        if self.open.is_empty() {
            self.prefixes = attributes
                .iter()
                .map(|(name, _)| name.to_string())
                .collect();
            let has = |wanted: &str| attributes.iter().any(|(name, _)| *name == wanted);
            let version = attributes.iter().find(|(name, _)| *name == "version");
            return match self.is_atom {
                true => has("xmlns"),
                false => !has("xmlns") && version.is_some_and(|(_, version)| *version == "2.0"),
            };
        }
        match name.split_once(':') {
            Some((prefix, _)) => self.prefixes.contains(&format!("xmlns:{prefix}")),
            None => true,
        }
    }

    fn text(&mut self, text: &str) -> bool {
        let Some(open) = self.open.last_mut() else {
            return false;
        };
        match open.allowed.holds {
            Holds::Elements | Holds::Nothing => text.trim().is_empty(),
            // Texts in several pieces are joined by everybody in his own way.
            _ if !open.text.is_empty() => false,
            Holds::Text if open.allowed.name != "title" => {
                // The first letters are enough to know whether there is anything.
                open.text.push_str(text.trim().get(..1).unwrap_or("…"));
                !text.trim().is_empty()
            }
            _ => {
                open.text.push_str(text);
                !text.trim().is_empty()
            }
        }
    }

    fn end(&mut self) -> bool {
        let Some(open) = self.open.pop() else {
            return false;
        };
        let text = open.text.trim();
        if (open.allowed.parent, open.allowed.name) == ("channel", "language") {
            self.found.language = Some(text.to_string());
        }
        let has_needed = NEEDED
            .iter()
            .filter(|(name, _)| *name == open.allowed.name)
            .flat_map(|(_, needed)| needed.iter())
            .all(|needed| {
                open.seen.contains_key(needed)
                    || (*needed == "link" && open.seen.contains_key("alternate"))
            });
        has_needed
            && match open.allowed.holds {
                Holds::Elements | Holds::Nothing => true,
                Holds::Text => !text.is_empty() && !text.contains("<img"),
                Holds::Plain => {
                    !text.is_empty()
                        && text.len() < 2_000
                        && !text.contains(['<', '&', '@', '\n', '\r', '\t', '('])
                        && !text.contains("  ")
                        && (!ADDRESSES.contains(&open.allowed.name) || is_plain_address(text))
                }
                Holds::Date => {
                    text.starts_with(four_digits) && is_iso(text) || !could_be_exchanged(text)
                }
            }
    }
}

/// Elements whose text is an address.
const ADDRESSES: [&str; 2] = ["link", "comments"];

/// An address that feed-rs has no reason to write in another way: it is kept as its source wrote it.
fn is_plain_address(text: &str) -> bool {
    text.is_ascii() && !text.contains(' ')
}

fn four_digits(c: char) -> bool {
    c.is_ascii_digit()
}

/// `2025-11-09T…`, which can be read in one way only.
fn is_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().take(4).all(u8::is_ascii_digit)
        && bytes.get(4) == Some(&b'-')
        && bytes.get(10) == Some(&b'T')
}

fn alternate(name: &str, attributes: &[(&str, &str)]) -> bool {
    let rel = attributes.iter().find(|(name, _)| *name == "rel");
    name == "link"
        && attributes.iter().any(|(name, _)| *name == "href")
        && rel.is_none_or(|(_, rel)| *rel == "alternate")
}

/// Whether an attribute says what both readers understand alike.
fn is_usual(element: &str, name: &str, value: &str) -> bool {
    match (element, name) {
        ("link", "rel") => matches!(value, "alternate" | "self"),
        ("atom:link", "rel") => matches!(value, "self" | "hub"),
        ("link" | "atom:link", "href") => {
            value.starts_with("http") && !value.contains('&') && is_plain_address(value)
        }
        ("link" | "atom:link", "type") => matches!(
            value,
            "text/html" | "application/rss+xml" | "application/atom+xml"
        ),
        ("title" | "subtitle" | "summary" | "content", "type") => matches!(value, "html" | "text"),
        ("category", "term") => {
            !value.trim().is_empty()
                && value.trim() == value
                && !value.contains(['<', '&', '\n', '\t'])
                && !value.contains("  ")
        }
        ("guid", "isPermaLink") => matches!(value, "true" | "false"),
        _ => !value.is_empty() && !value.contains('&'),
    }
}
