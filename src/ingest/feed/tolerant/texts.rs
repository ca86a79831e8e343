//! What an element says, as markup or as a line of plain text, by whatever it declares of itself.

use std::borrow::Cow;

use super::super::words::{as_line, as_markup, as_said};
use super::super::xml::{Element, Node, Ns, inner_html, inner_xml_as_html};
use super::base64;

/// Most bytes that are written of inline markup: twice what is kept of an entry, so that what is cut off is told where all markup is cut.
pub const MOST_WRITTEN: usize = 2_000_000;

/// A text construct (RFC 4287 §3.1, Atom 0.3 §3.1, RSS).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    pub body: String,
    /// It is HTML for certain; otherwise whoever shows it has to look.
    pub is_html: bool,
    /// A line of it is meant as it stands, whatever it looks like.
    pub is_literal: bool,
}

impl Said {
    /// As HTML: markup as sent, plain text as paragraphs.
    pub fn markup(&self) -> Option<String> {
        as_markup(&self.body, self.is_html)
    }

    /// As one line of plain text.
    pub fn line(&self) -> Option<String> {
        match self.is_literal {
            true => as_said(&self.body),
            false => as_line(&self.body, self.is_html),
        }
    }
}

/// What an element declares its text to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Declared {
    Nothing,
    Text,
    Html,
    /// Tags in it are markup, text is text.
    Inline,
    Binary,
}

/// What an element says. `None` for content that lies elsewhere or is no text.
pub fn said(element: Element<'_, '_>) -> Option<Said> {
    let has_elements = element.children().next().is_some();
    match declared(element) {
        Declared::Binary => {
            let decoded = base64::decode(&element.own_text())?;
            let mime = element.attribute("type").unwrap_or_default();
            let is_html = mime.contains("html");
            // Whoever goes to such lengths means every sign of it.
            String::from_utf8(decoded).ok().map(|body| Said {
                is_html,
                is_literal: !is_html,
                body,
            })
        }
        Declared::Inline if has_elements => Some(html(inline(element))),
        // Escaped although it says it is not: so much of that is out there that looking is right.
        Declared::Inline => Some(seen(element.own_text(), false)),
        Declared::Html | Declared::Nothing | Declared::Text if has_elements => {
            let is_atom = element.ns().is_atom();
            Some(html(if is_atom {
                inline(element)
            } else {
                inner_html(element, MOST_WRITTEN)
            }))
        }
        Declared::Html => Some(html(element.own_text().into_owned())),
        Declared::Nothing | Declared::Text => {
            // Atom that declares nothing declares text (RFC 4287 §3.1.1).
            Some(seen(element.own_text(), element.ns() == Ns::Atom))
        }
    }
}

fn html(body: String) -> Said {
    Said {
        body,
        is_html: true,
        is_literal: false,
    }
}

fn seen(text: Cow<'_, str>, is_literal: bool) -> Said {
    Said {
        body: text.into_owned(),
        is_html: false,
        is_literal,
    }
}

fn declared(element: Element<'_, '_>) -> Declared {
    let mode = element.attribute("mode").map(str::trim).unwrap_or_default();
    let of_mode = |otherwise: Declared| match mode {
        m if m.eq_ignore_ascii_case("base64") => Declared::Binary,
        m if m.eq_ignore_ascii_case("xml") => Declared::Inline,
        _ => otherwise,
    };
    let mime = element
        .attribute("type")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let mime = mime.split(';').next().unwrap_or_default().trim();
    match mime {
        "" => of_mode(Declared::Nothing),
        "text" | "plain" | "text/plain" => of_mode(Declared::Text),
        "html" | "text/html" => of_mode(Declared::Html),
        "xhtml" | "application/xhtml+xml" | "xml" => match of_mode(Declared::Inline) {
            Declared::Binary => Declared::Binary,
            _ if mode.eq_ignore_ascii_case("escaped") => Declared::Html,
            _ => Declared::Inline,
        },
        _ if mime.ends_with("+xml") || mime.ends_with("/xml") => match of_mode(Declared::Inline) {
            Declared::Binary => Declared::Binary,
            _ if mode.eq_ignore_ascii_case("escaped") => Declared::Html,
            _ => Declared::Inline,
        },
        _ if mime.starts_with("text/") || !mime.contains('/') => of_mode(Declared::Nothing),
        // Anything else is base64 in Atom 1.0 (RFC 4287 §4.1.3.3); elsewhere the word means nothing.
        _ if element.ns() == Ns::Atom && mode.is_empty() => Declared::Binary,
        _ => of_mode(Declared::Nothing),
    }
}

/// Inline XHTML without the `div` that Atom wraps it in.
fn inline(element: Element<'_, '_>) -> String {
    let mut only = None;
    for node in element.nodes() {
        match node {
            Node::Text(text) | Node::Literal(text) if text.trim().is_empty() => {}
            Node::Element(child) if only.is_none() && child.name() == "div" => only = Some(child),
            _ => return inner_xml_as_html(element, MOST_WRITTEN),
        }
    }
    match only {
        Some(div) if div.shares_base(element) => inner_xml_as_html(div, MOST_WRITTEN),
        _ => inner_xml_as_html(element, MOST_WRITTEN),
    }
}

/// An element's text as one line: RSS's and Dublin Core's short fields, where markup is a mistake.
pub fn line(element: Element<'_, '_>) -> Option<String> {
    said(element)?.line()
}
