//! Character references and characters that XML forbids.

use std::borrow::Cow;

use super::mends::{Mend, Mends};

/// Longest name of a character reference that is looked up, in bytes: HTML's longest has 31.
const LONGEST_NAME: usize = 32;

/// What windows-1252 puts where Unicode has control characters: HTML reads `&#128;` to `&#159;` so, and publishers mean it.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Text with its references resolved, once. Copies only when something changes.
pub(super) fn resolved<'t>(raw: &'t str, mends: &mut Mends) -> Cow<'t, str> {
    if !raw.contains('&') {
        return legal(raw, mends);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(&legal(before, mends));
        rest = match reference(after) {
            Some((name, left)) => {
                resolve(name, &mut out, mends);
                left
            }
            None => {
                mends.note(Mend::BareAmpersand);
                out.push('&');
                after
            }
        };
    }
    out.push_str(&legal(rest, mends));
    Cow::Owned(out)
}

/// Without the characters that XML 1.0 §2.2 forbids.
pub(super) fn legal<'t>(raw: &'t str, mends: &mut Mends) -> Cow<'t, str> {
    let is_suspect = |byte: &u8| (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || *byte == 0xef;
    if !raw.as_bytes().iter().any(|byte| is_suspect(byte)) || raw.chars().all(is_legal) {
        return Cow::Borrowed(raw);
    }
    mends.note(Mend::IllegalCharacter);
    Cow::Owned(raw.chars().filter(|c| is_legal(*c)).collect())
}

fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The name between `&` and `;`, and what follows, when there is such a name.
fn reference(after: &str) -> Option<(&str, &str)> {
    let end = after.bytes().take(LONGEST_NAME).position(|byte| byte == b';')?;
    let (name, left) = (after.get(..end)?, after.get(end + 1..)?);
    let body = name.strip_prefix('#').unwrap_or(name);
    let is_name = !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte));
    is_name.then_some((name, left))
}

fn resolve(name: &str, out: &mut String, mends: &mut Mends) {
    if let Some(number) = name.strip_prefix('#') {
        match numbered(number) {
            Some(c) if is_legal(c) => out.push(c),
            _ => mends.note(Mend::ForbiddenReference),
        }
        return;
    }
    match name {
        "amp" => out.push('&'),
        "lt" => out.push('<'),
        "gt" => out.push('>'),
        "quot" => out.push('"'),
        "apos" => out.push('\''),
        _ => match quick_xml::escape::resolve_html5_entity(name) {
            Some(text) => {
                mends.note(Mend::HtmlEntity);
                out.push_str(text);
            }
            None => {
                mends.note(Mend::UnknownEntity);
                out.push('&');
                out.push_str(name);
                out.push(';');
            }
        },
    }
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    let meant = code.checked_sub(0x80).and_then(|at| WINDOWS_1252.get(at as usize));
    meant.copied().or_else(|| char::from_u32(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> (String, Mends) {
        let mut mends = Mends::default();
        (resolved(raw, &mut mends).into_owned(), mends)
    }

    #[test]
    fn f42_references_of_every_sort() {
        let cases = [
            ("a &amp; b &lt;i&gt;", "a & b <i>"),
            ("&#233;&#xE9;&#XE9;", "ééé"),
            ("&#146;&#x80;", "’€"),
            ("caf&eacute;&nbsp;&hellip;", "café\u{a0}…"),
            ("AT&T, R&D; Q&A", "AT&T, R&D; Q&A"),
            ("&nosuchthing; &; &#; &#x;", "&nosuchthing; &; &#; "),
            ("a&#0;b&#xD800;c&#x110000;&#1;&#99999999999;", "abc"),
            ("&amp;amp;", "&amp;"),
            ("a\u{1}b\u{fffe}c\td", "abc\td"),
            ("&", "&"),
        ];
        for (raw, expected) in cases {
            assert_eq!(read(raw).0, expected, "{raw}");
        }
        assert!(read("a &amp; b").1.is_empty());
        assert!(read("a & b").1.has(Mend::BareAmpersand));
        assert!(read("&eacute;").1.has(Mend::HtmlEntity));
        assert!(read("a\u{0}").1.has(Mend::IllegalCharacter));
    }

    #[test]
    fn what_needs_nothing_is_not_copied() {
        assert!(matches!(resolved("plain é ﻿", &mut Mends::default()), Cow::Borrowed(_)));
    }
}
