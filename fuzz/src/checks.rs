//! What must hold whatever the bytes are. The fuzz targets call these, and so does `tests/it/fuzz.rs` with every seed and
//! every input that once failed, on stable. A broken promise panics.

use chrono::DateTime;
use headwater::date::{self, Hints};
use headwater::html;
use headwater::ingest::{self, Document, Expect, Unreadable};
use url::Url;

/// Where the foreign texts pretend to come from.
const HOME: &str = "https://paper.example/news/index.html";

/// Decodes and reads a document, and derives from its entries what is published. The first line of the input is its
/// `Content-Type`, the rest its bytes.
///
/// Reading may refuse anything. That a parser panicked is a finding, though headwater contains it: feed-rs is let loose on nothing that makes it panic.
pub fn document(input: &[u8]) {
    let (content_type, bytes) = match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (&[][..], input),
    };
    let content_type = String::from_utf8_lossy(content_type);
    let home = Url::parse(HOME).expect("HOME is an address");
    for expect in [Expect::Feed, Expect::Anything] {
        let document = Document {
            bytes,
            name: "index.html",
            url: Some(&home),
            content_type: Some(&content_type),
            zone: Hints::default().zone,
            now: DateTime::UNIX_EPOCH,
        };
        match ingest::read(&document, expect) {
            Err(Unreadable::Panicked(said)) => panic!("a parser panicked: {said}"),
            Err(_) => {}
            Ok(reading) => {
                let odd = reading.oddities.iter();
                assert!(
                    odd.map(|odd| odd.code)
                        .all(|code| code != "parser-panicked")
                );
                for entry in &reading.entries {
                    assert!(!entry.id.is_empty(), "an entry without identity");
                    inert(&html::clean(entry.body(), Some(&home)));
                }
            }
        }
    }
}

/// Cleans, lays out and reads any text as markup: what is clean stays as it is when it is cleaned again, nothing in it
/// acts, and every place that the laid-out text names lies in it.
pub fn html(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let home = Url::parse(HOME).expect("HOME is an address");
    for base in [None, Some(&home)] {
        let clean = html::clean(&text, base);
        assert_eq!(clean, html::clean(&clean, base), "cleaning is not finished");
        inert(&clean);
        let flow = html::flow(&text, base);
        for anchor in &flow.anchors {
            assert_eq!(
                flow.text.get(anchor.at.clone()),
                Some(anchor.label.as_str())
            );
        }
        let places = (flow.quotes.iter().map(|quote| &quote.at))
            .chain(flow.headings.iter().map(|heading| &heading.at));
        for place in places {
            assert!(flow.text.get(place.clone()).is_some(), "{place:?}");
        }
        assert_eq!(html::legal(&flow.text), flow.text);
    }
    let page = html::page(&text, Some(&home));
    inert(&html::clean(&page.content, Some(&home)));
    let plain = html::plain(&text);
    assert!(!plain.contains('\n'), "a line of several lines: {plain:?}");
    assert!(html::escape(&text).find(['<', '>', '"', '\'']).is_none());
}

/// Reads any text as a date and as a byline. What headwater writes of a date it read, it reads as the same instant.
pub fn date(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for now in [None, Some(DateTime::UNIX_EPOCH)] {
        for language in [None, Some("de"), Some("ja")] {
            let hints = Hints {
                now,
                language,
                ..Hints::default()
            };
            let read = date::parse(&text, &hints);
            let byline = date::byline(&text, &hints);
            let dates = byline.and_then(|byline| byline.published);
            for stamp in read.into_iter().chain(dates) {
                let written = date::rfc3339(stamp.said());
                let again = date::parse(&written, &hints).map(|stamp| stamp.said().timestamp());
                // Years before the first and after the 9999th are never written: `publish` clamps them (P14).
                if written.len() == "1970-01-01T00:00:00Z".len() {
                    assert_eq!(
                        again,
                        Some(stamp.said().timestamp()),
                        "{text:?} as {written}"
                    );
                }
            }
        }
    }
    date::day_first([text.as_ref()]);
}

/// Elements that run, load, submit, or change how the rest is read.
const ACTIVE: [&str; 16] = [
    "script", "style", "iframe", "object", "embed", "form", "input", "button", "base", "link",
    "meta", "svg", "math", "template", "noscript", "frame",
];

/// Fails when clean markup has anything in it that acts. Reads tags by itself, and trusts no parser.
fn inert(clean: &str) {
    let mut rest = clean;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let inside = tag(rest);
        let lower = inside.to_ascii_lowercase();
        let name = lower
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .next()
            .unwrap_or_default();
        assert!(!ACTIVE.contains(&name), "<{name}> in {clean:?}");
        for (attribute, value) in attributes(&lower) {
            assert!(!attribute.starts_with("on"), "{attribute} in {clean:?}");
            assert!(
                !["style", "srcdoc", "formaction"].contains(&attribute),
                "{attribute} in {clean:?}"
            );
            let acts = ["javascript:", "vbscript:", "data:text", "data:image/svg"];
            let value: String = value.chars().filter(|c| *c > ' ').collect();
            let is_address = ["href", "src", "cite", "poster", "srcset"].contains(&attribute);
            assert!(
                !(is_address && acts.iter().any(|scheme| value.starts_with(scheme))),
                "{value} in {clean:?}"
            );
        }
        rest = &rest[inside.len()..];
    }
}

/// A tag up to its `>`, those in quoted values aside.
fn tag(rest: &str) -> &str {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => return &rest[..at],
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    rest
}

/// The attributes of a tag as our serialiser writes them: ` name="value"`.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once("=\"") {
        let name = before.rsplit([' ', '\n', '\t']).next().unwrap_or_default();
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        found.push((name, value));
        rest = after;
    }
    found
}
