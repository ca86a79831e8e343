//! Strings and instants from outside, made fit to print.

use std::collections::HashSet;
use std::hash::Hash;

use chrono::{DateTime, Datelike, Utc};
use url::Url;

use crate::html;
use crate::link;
use crate::source::without_userinfo;

/// Plain text on one line: characters that XML forbids are gone (P10), runs of white space are one space. None when nothing is left.
pub(super) fn line(text: &str) -> Option<String> {
    let legal = html::legal(text);
    let mut words = legal.split_whitespace();
    let mut line = words.next()?.to_string();
    for word in words {
        line.push(' ');
        line.push_str(word);
    }
    Some(line)
}

/// An absolute http(s) address as browsers write it, without credentials (L2, F38). None for anything else: `javascript:` is no source.
pub(super) fn web(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host())
        .then(|| without_userinfo(&url).into())
}

/// The address of a page as it may be passed on: the same, without what only counts visitors (L2).
pub(super) fn page(address: &str) -> Option<String> {
    let url = Url::parse(&web(address)?).ok()?;
    Some(link::publishable(&url).into())
}

/// A language tag of well-formed shape (RFC 5646 §2.1), as written; subtags are not looked up.
pub(super) fn language(tag: &str) -> Option<String> {
    let mut subtags = tag.trim().split('-');
    let primary = subtags.next()?;
    let short = |subtag: &str| (1..=8).contains(&subtag.len());
    let fits = short(primary)
        && primary.chars().all(|c| c.is_ascii_alphabetic())
        && subtags.all(|subtag| short(subtag) && subtag.chars().all(|c| c.is_ascii_alphanumeric()));
    fits.then(|| tag.trim().to_string())
}

/// A media type of well-formed shape (RFC 6838 §4.2), lower case and without parameters.
pub(super) fn media_type(mime: &str) -> Option<String> {
    let essence = mime.split(';').next()?.trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/')?;
    let fits = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    (fits(kind) && fits(subtype)).then_some(essence)
}

/// Each value once, in the order of their first places.
pub(super) fn distinct<T: Clone + Eq + Hash>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}

/// The beginning of a text on one line, at most `most` characters, cut between words where there are any and then marked with an ellipsis.
pub(super) fn beginning(text: &str, most: usize) -> String {
    let mut joined = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        if length > 0 {
            joined.push(' ');
            length += 1;
        }
        // One character too many is enough to know that it must be cut.
        for letter in word.chars().take(most + 1) {
            joined.push(letter);
            length += 1;
        }
        if length > most {
            return cut(&joined, most);
        }
    }
    joined
}

fn cut(text: &str, most: usize) -> String {
    let within: String = text.chars().take(most).collect();
    let whole_words = within.rsplit_once(' ').map(|(words, _)| words.to_string());
    let mut kept =
        whole_words.unwrap_or_else(|| text.chars().take(most.saturating_sub(1)).collect());
    kept.push('…');
    kept
}

/// Whole seconds, since RFC 822 knows no others and the formats are to agree, in a year of four digits, since no format writes another (P14).
pub(super) fn instant(at: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = match at.year() {
        ..=0 => FIRST_SECOND,
        1..=9999 => at.timestamp(),
        10_000.. => LAST_SECOND,
    };
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// 0001-01-01T00:00:00Z.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p10_a_line_has_nothing_xml_forbids() {
        assert_eq!(line(" a\u{0}\u{b}b\n\tc\u{ffff} "), Some("ab c".into()));
        assert_eq!(line("\u{1} \n"), None);
    }

    #[test]
    fn l2_only_web_addresses_without_credentials() {
        assert_eq!(
            web("https://me:secret@x.example/a b"),
            Some("https://x.example/a%20b".into())
        );
        assert_eq!(web("javascript:alert(1)"), None);
        assert_eq!(web("/relative"), None);
    }

    #[test]
    fn p9_a_language_tag_must_look_like_one() {
        assert_eq!(language("en-GB"), Some("en-GB".into()));
        assert_eq!(language("zh-Hant-TW"), Some("zh-Hant-TW".into()));
        assert_eq!(language("en\" onload="), None);
        assert_eq!(language(""), None);
    }

    #[test]
    fn a_media_type_must_look_like_one() {
        assert_eq!(media_type("Audio/MPEG; x=1"), Some("audio/mpeg".into()));
        assert_eq!(media_type("<script>/x"), None);
        assert_eq!(media_type("audio"), None);
    }

    #[test]
    fn a_beginning_ends_between_words() {
        assert_eq!(beginning("one two  three", 20), "one two three");
        assert_eq!(beginning("one two three", 9), "one two…");
        assert_eq!(beginning("水水水水水水", 4), "水水水…");
        assert_eq!(beginning("", 4), "");
        for most in 1..30 {
            assert!(beginning("one two three four", most).chars().count() <= most);
        }
    }

    #[test]
    fn p14_years_have_four_digits() {
        let far = DateTime::from_timestamp(400_000_000_000, 5).unwrap();
        assert_eq!(instant(far).to_rfc3339(), "9999-12-31T23:59:59+00:00");
        let early = DateTime::from_timestamp(-100_000_000_000, 0).unwrap();
        assert_eq!(instant(early).to_rfc3339(), "0001-01-01T00:00:00+00:00");
    }
}
