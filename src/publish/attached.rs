//! Enclosures, with what the source says of them elsewhere.

use crate::ingest::{Enclosure, Entry, Extension};

use super::fit;
use super::foreign::Vocabulary;

/// Longest playing time that is believed, in seconds: thirty days. More is a number of something else.
const LONGEST: f64 = 30.0 * 86_400.0;

/// An enclosure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Attached {
    pub url: String,
    pub mime: String,
    /// Bytes.
    pub length: Option<u64>,
    /// Whole seconds.
    pub duration: Option<u64>,
    /// Plain text.
    pub title: Option<String>,
}

impl Attached {
    /// The enclosures of an entry, each once. Playing time and title come from the `media:content` of the same address; `itunes:duration` is that of the
    /// first recording, for podcasts have one.
    pub(super) fn of(entry: &Entry) -> Vec<Self> {
        let mut contents = Vec::new();
        gather(&entry.extensions, &mut contents);
        let mut all: Vec<Attached> = Vec::new();
        for attached in entry
            .enclosures
            .iter()
            .filter_map(|enclosure| one(enclosure, &contents))
        {
            if !all.iter().any(|known| known.url == attached.url) {
                all.push(attached);
            }
        }
        let is_recording = |attached: &&mut Attached| {
            attached.mime.starts_with("audio/") || attached.mime.starts_with("video/")
        };
        if let Some(first) = all.iter_mut().find(is_recording) {
            first.duration = first.duration.or_else(|| episode(&entry.extensions));
        }
        all
    }
}

fn one(enclosure: &Enclosure, contents: &[&Extension]) -> Option<Attached> {
    let url = fit::web(&enclosure.url)?;
    let mime = enclosure
        .mime
        .as_deref()
        .and_then(fit::media_type)
        .unwrap_or_else(|| "application/octet-stream".into());
    let told = contents
        .iter()
        .find(|content| attribute(content, "url").and_then(fit::web).as_ref() == Some(&url));
    let title = told.and_then(|content| {
        let title = content
            .children
            .iter()
            .find(|child| child.name == "title")?;
        fit::line(&title.text).filter(|_| attribute(title, "type") != Some("html"))
    });
    Some(Attached {
        url,
        mime,
        length: enclosure.length,
        duration: told.and_then(|content| seconds(attribute(content, "duration")?)),
        title,
    })
}

/// Every `media:content`, those in groups too. The depth is bounded by `ingest`.
fn gather<'a>(extensions: &'a [Extension], found: &mut Vec<&'a Extension>) {
    for extension in extensions {
        if Vocabulary::of(&extension.namespace) == Some(Vocabulary::Media)
            && extension.name == "content"
        {
            found.push(extension);
        }
        gather(&extension.children, found);
    }
}

fn episode(extensions: &[Extension]) -> Option<u64> {
    let duration = extensions.iter().find(|extension| {
        Vocabulary::of(&extension.namespace) == Some(Vocabulary::Itunes)
            && extension.name == "duration"
    })?;
    seconds(&duration.text)
}

fn attribute<'a>(extension: &'a Extension, name: &str) -> Option<&'a str> {
    let mut attributes = extension.attributes.iter();
    attributes
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// `3723`, `62:03`, `1:02:03`, each with or without a fraction, as whole seconds, rounded. None for zero, which says nothing, and for what is no time.
fn seconds(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    let mut total = 0.0;
    for part in parts {
        let is_number = !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number: f64 = part.parse().ok().filter(|_| is_number)?;
        total = total * 60.0 + number;
    }
    let is_believable = (0.5..=LONGEST).contains(&total);
    is_believable.then_some(total.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p18_playing_times_in_every_usual_form() {
        let cases = [
            ("3723", Some(3723)),
            (" 62:03 ", Some(3723)),
            ("1:02:03", Some(3723)),
            ("01:02:03.4", Some(3723)),
            ("0", None),
            ("00:00:00", None),
            ("", None),
            ("1:2:3:4", None),
            ("-5", None),
            ("1e9", None),
            ("inf", None),
            ("NaN", None),
            ("9999999999999999999999", None),
            ("about an hour", None),
            ("１２", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(seconds(text), wanted, "{text:?}");
        }
    }
}
