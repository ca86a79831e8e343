//! A subtree written out again as HTML.

use std::fmt::Write;

use super::cursor::{Element, Node};
use super::names::Ns;
use crate::link;

/// Elements of HTML that have no end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Attributes that hold an address.
const ADDRESSES: [&str; 6] = ["href", "src", "cite", "poster", "longdesc", "background"];

/// How the text between the tags was meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// Text: `<` is a `<` (XHTML).
    Plain,
    /// Markup once more: the publisher escaped some tags and not others.
    Markup,
}

/// The inside of an element whose text is text (`type="xhtml"`): correct HTML, every `&`, `<` and quotation mark escaped.
///
/// At most about `limit` bytes are written. Addresses are made absolute where an inner `xml:base` changes what they are relative to.
pub fn inner_xml_as_html(element: Element<'_, '_>, limit: usize) -> String {
    written(element, Text::Plain, limit)
}

/// The inside of an element whose text is markup itself, with tags in it that nobody escaped.
pub fn inner_html(element: Element<'_, '_>, limit: usize) -> String {
    written(element, Text::Markup, limit)
}

fn written(element: Element<'_, '_>, text: Text, limit: usize) -> String {
    let mut out = String::new();
    // The names and ends of what is open, as elements are met in document order.
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (at, node) in (element.place() + 1..).zip(element.below()) {
        while let Some((_, name)) = open.pop_if(|(end, _)| *end <= at) {
            let _ = write!(out, "</{name}>");
        }
        if out.len() > limit {
            break;
        }
        match node {
            Node::Text(raw) | Node::Literal(raw) if text == Text::Markup => out.push_str(raw),
            Node::Text(raw) | Node::Literal(raw) => escape(raw, &mut out),
            Node::Element(inner) if is_plain(inner.written()) => {
                start_tag(inner, element, &mut out);
                if !VOID.contains(&inner.name()) {
                    open.push((inner.end(), inner.written()));
                }
            }
            Node::Element(_) => {}
        }
    }
    while let Some((_, name)) = open.pop() {
        let _ = write!(out, "</{name}>");
    }
    out
}

fn start_tag(inner: Element<'_, '_>, outer: Element<'_, '_>, out: &mut String) {
    let _ = write!(out, "<{}", inner.written());
    for (ns, lower, (prefix, local), value) in inner.all_attributes() {
        if ns == Ns::Xml || !is_plain(local) {
            continue;
        }
        let is_prefixed = !prefix.is_empty() && is_plain(prefix);
        let _ = match is_prefixed {
            true => write!(out, " {prefix}:{local}=\""),
            false => write!(out, " {local}=\""),
        };
        let moved = (ADDRESSES.contains(&lower) && !inner.shares_base(outer))
            .then(|| link::resolve(value, inner.base()))
            .flatten();
        match moved {
            Some(url) => escape(url.as_str(), out),
            None => escape(value, out),
        }
        out.push('"');
    }
    out.push('>');
}

/// Whether a name can stand in a tag without ending it.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}
