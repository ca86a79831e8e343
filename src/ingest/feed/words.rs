//! Names and titles of a feed as plain text.

use feed_rs::model::Text;

use crate::html;
use crate::ingest::entry::Person;

pub(super) fn person(found: &feed_rs::model::Person) -> Option<Person> {
    let filled = |text: Option<&str>| {
        text.map(str::trim)
            .filter(|text| !text.is_empty())
            .map(ToString::to_string)
    };
    let person = Person {
        name: filled(found.name.as_deref()),
        email: filled(found.email.as_deref()),
        url: filled(found.uri.as_deref()),
    };
    (!person.is_empty()).then_some(person)
}

/// A text construct as one line of plain text (RFC 4287 §3.1; RSS titles are HTML or text, told apart by looking).
pub(super) fn plain(text: Option<&Text>) -> Option<String> {
    let text = text?;
    let is_html = text.content_type.subty() != "plain" || html::looks_like_html(&text.content);
    let line = if is_html {
        html::plain(&text.content)
    } else {
        text.content
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    (!line.is_empty()).then_some(line)
}
