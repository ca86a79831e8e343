//! Character references and characters that XML forbids.

use std::borrow::Cow;
use std::collections::HashMap;

use super::mends::{Mend, Mends};
use crate::html;

/// Longest name of a character reference that is looked up, in bytes: HTML's longest has 31.
const LONGEST_NAME: usize = 32;

/// Most different names that are looked up in one document. HTML has 2,231 of them, and each look-up runs its parser.
const MOST_NAMES: usize = 2_500;

/// What windows-1252 puts where Unicode has control characters: HTML reads `&#128;` to `&#159;` so, and publishers mean it.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Reads character references as HTML does, and remembers what it looked up.
#[derive(Default)]
pub(super) struct References {
    named: HashMap<String, Option<String>>,
}

impl References {
    /// Text with its references resolved, once. Copies only when something changes.
    fn resolved<'t>(&mut self, raw: &'t str, mends: &mut Mends) -> Cow<'t, str> {
        if !raw.contains('&') {
            return legal(raw, mends);
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((before, after)) = rest.split_once('&') {
            out.push_str(&legal(before, mends));
            rest = match reference(after) {
                Some((name, left)) => {
                    self.resolve(name, &mut out, mends);
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

    /// What a text says, or a CDATA section (`is_literal`), in which nothing is a reference.
    pub fn said<'t>(&mut self, raw: &'t str, is_literal: bool, mends: &mut Mends) -> Cow<'t, str> {
        let text = match is_literal {
            true => legal(raw, mends),
            false => self.resolved(raw, mends),
        };
        undoubled(text, mends)
    }

    fn resolve(&mut self, name: &str, out: &mut String, mends: &mut Mends) {
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
            _ => match self.named(name) {
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

    fn named(&mut self, name: &str) -> Option<&str> {
        if !self.named.contains_key(name) && self.named.len() < MOST_NAMES {
            self.named
                .insert(name.to_string(), html::named_character(name));
        }
        self.named.get(name)?.as_deref()
    }
}

/// Without the characters that XML 1.0 §2.2 forbids.
fn legal<'t>(raw: &'t str, mends: &mut Mends) -> Cow<'t, str> {
    let is_suspect =
        |byte: &u8| (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || *byte == 0xef;
    if !raw.as_bytes().iter().any(is_suspect) || raw.chars().all(is_legal) {
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
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    let from = usize::from(after.starts_with('#'));
    let length = after
        .bytes()
        .skip(from)
        .take(LONGEST_NAME)
        .position(|byte| !is_name(byte))?;
    let end = from + length;
    let (name, left) = (after.get(..end)?, after.get(end..)?.strip_prefix(';')?);
    (length > 0).then_some((name, left))
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    letter(code).or_else(|| char::from_u32(code))
}

/// Text that was encoded as UTF-8 twice, decoded once more; control characters that windows-1252 has letters for, as those letters.
///
/// Only when every character beyond ASCII takes part, and was a byte of ISO 8859-1: a whole text does not become valid UTF-8 by chance. What went through
/// windows-1252 on its way is made of letters that people write, and is left as the publisher published it.
fn undoubled<'t>(text: Cow<'t, str>, mends: &mut Mends) -> Cow<'t, str> {
    // Lead bytes of U+0080 to U+00FF.
    let is_doubtful = text.bytes().any(|byte| matches!(byte, 0xc2 | 0xc3));
    if !is_doubtful {
        return text;
    }
    let bytes: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(decoded) = decoded.filter(|decoded| decoded.chars().all(is_legal)) {
        mends.note(Mend::EncodedTwice);
        return Cow::Owned(decoded);
    }
    if !text.chars().any(is_control) {
        return text;
    }
    mends.note(Mend::IllegalCharacter);
    Cow::Owned(
        text.chars()
            .map(|c| letter(c as u32).unwrap_or(c))
            .collect(),
    )
}

fn is_control(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}')
}

/// What stands at a place between 128 and 159 in windows-1252.
fn letter(code: u32) -> Option<char> {
    code.checked_sub(0x80)
        .and_then(|at| WINDOWS_1252.get(at as usize))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> (String, Mends) {
        let mut mends = Mends::default();
        (
            References::default().resolved(raw, &mut mends).into_owned(),
            mends,
        )
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
    fn f40_text_that_was_encoded_twice_is_decoded_twice() {
        let read = |text: &str| {
            let mut mends = Mends::default();
            let out = undoubled(Cow::Borrowed(text), &mut mends).into_owned();
            (out, mends.is_empty())
        };
        let cases = [
            ("crÃ©ent l\u{e2}\u{80}\u{99}Ã©tÃ©", "créent l’été", false),
            ("crÃ©ent lâ€™Ã©tÃ©", "crÃ©ent lâ€™Ã©tÃ©", true),
            ("don\u{92}t", "don’t", false),
            ("créent l’été", "créent l’été", true),
            ("Ã©té", "Ã©té", true),
            ("Â© Ł", "Â© Ł", true),
            ("plain", "plain", true),
        ];
        for (text, expected, untouched) in cases {
            assert_eq!(read(text), (expected.to_string(), untouched), "{text}");
        }
    }

    #[test]
    fn what_needs_nothing_is_not_copied() {
        assert!(matches!(
            References::default().resolved("plain é ﻿", &mut Mends::default()),
            Cow::Borrowed(_)
        ));
    }
}
