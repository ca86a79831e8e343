//! Text → tags and text. Never fails: what is not markup is text.

use super::mends::{Mend, Mends};

/// Most attributes that are kept of one element. SVG has a dozen, roots of feeds thirty.
const MAX_ATTRIBUTES: usize = 128;

/// A piece of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// Its references are not resolved.
    Text(&'t str),
    /// The inside of a CDATA section.
    Literal(&'t str),
    /// Its attributes are in [`Lexer::attributes`] until the next token.
    Start {
        name: &'t str,
        is_empty: bool,
    },
    End(&'t str),
}

/// What may end a construct. Once one was not found, it is not looked for again: that keeps unclosed constructs linear.
#[derive(Clone, Copy)]
enum Ending {
    Comment,
    Literal,
    Instruction,
    Subset,
    Double,
    Single,
    Tag,
}

impl Ending {
    const COUNT: usize = 7;

    fn text(self) -> &'static str {
        match self {
            Self::Comment => "-->",
            Self::Literal => "]]>",
            Self::Instruction => "?>",
            Self::Subset => "]",
            Self::Double => "\"",
            Self::Single => "'",
            Self::Tag => ">",
        }
    }
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Of the last start tag: name and raw value, in order, doublets included.
    pub attributes: Vec<(&'t str, &'t str)>,
    pub mends: Mends,
    missing: [bool; Ending::COUNT],
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            attributes: Vec::new(),
            mends: Mends::default(),
            missing: [false; Ending::COUNT],
        }
    }

    pub fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return None;
            }
            if !begins_markup(rest) {
                return Some(self.running_text());
            }
            if let Some(token) = self.markup(rest) {
                return Some(token);
            }
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The place of an ending at or after `from`.
    fn find(&mut self, ending: Ending, from: usize) -> Option<usize> {
        let missing = self.missing.get_mut(ending as usize)?;
        if *missing {
            return None;
        }
        let found = self.text.get(from..)?.find(ending.text());
        *missing = found.is_none();
        found.map(|at| from + at)
    }

    fn running_text(&mut self) -> Token<'t> {
        let start = self.at;
        loop {
            // The first byte is text already, whatever it is.
            let from = self.at + self.rest().chars().next().map_or(1, char::len_utf8);
            let was_less = self.rest().starts_with('<');
            if was_less {
                self.mends.note(Mend::BareLess);
            }
            self.at = match self.text.get(from..).and_then(|rest| rest.find('<')) {
                Some(at) => from + at,
                None => self.text.len(),
            };
            if self.at >= self.text.len() || begins_markup(self.rest()) {
                return Token::Text(self.text.get(start..self.at).unwrap_or_default());
            }
        }
    }

    /// The construct at the cursor, or nothing when it says nothing (comments, declarations).
    fn markup(&mut self, rest: &'t str) -> Option<Token<'t>> {
        if rest.starts_with("</") {
            return self.end_tag();
        }
        if rest.starts_with("<![CDATA[") {
            let start = self.at + 9;
            let end = self.find(Ending::Literal, start);
            if end.is_none() {
                self.mends.note(Mend::BrokenTag);
            }
            let end_at = end.unwrap_or(self.text.len());
            self.at = end.map_or(self.text.len(), |end| end + 3);
            return self.text.get(start..end_at).map(Token::Literal);
        }
        if rest.starts_with("<!--") {
            self.skip_to(Ending::Comment, 4);
            return None;
        }
        if rest.starts_with("<?") {
            self.instruction();
            return None;
        }
        if rest.starts_with("<!") {
            self.declaration();
            return None;
        }
        self.start_tag()
    }

    /// Past the ending; past the next `>` when there is none.
    fn skip_to(&mut self, ending: Ending, opening: usize) {
        let from = self.at + opening;
        if let Some(end) = self.find(ending, from) {
            self.at = end + ending.text().len();
            return;
        }
        self.mends.note(Mend::BrokenTag);
        self.at = self
            .find(Ending::Tag, from)
            .map_or(self.text.len(), |end| end + 1);
    }

    /// `<? … ?>`. A declaration that ends in a bare `>` must not run on to somebody else's end, which is not even looked for then: it may be far.
    fn instruction(&mut self) {
        let from = self.at + 2;
        let Some(bare) = self.find(Ending::Tag, from) else {
            self.mends.note(Mend::BrokenTag);
            self.at = self.text.len();
            return;
        };
        self.at = bare + 1;
        let inside = self.text.get(from..bare).unwrap_or_default();
        if inside.ends_with('?') {
            return;
        }
        if !self.rest().trim_start().starts_with('<')
            && let Some(proper) = self.find(Ending::Instruction, from)
        {
            self.at = proper + 2;
            return;
        }
        self.mends.note(Mend::BrokenTag);
    }

    /// `<!DOCTYPE … [ … ]>` and its like. Nothing in it is read (F43).
    fn declaration(&mut self) {
        let from = self.at + 2;
        let Some(end) = self.find(Ending::Tag, from) else {
            self.mends.note(Mend::BrokenTag);
            self.at = self.text.len();
            return;
        };
        self.at = end + 1;
        let head = self.text.get(from..end).unwrap_or_default();
        if !head.contains('[') {
            return;
        }
        let mut within = from;
        while let Some(close) = self.find(Ending::Subset, within) {
            let after = self.text.get(close + 1..).unwrap_or_default();
            let trimmed = after.trim_start_matches([' ', '\t', '\r', '\n']);
            if trimmed.starts_with('>') {
                self.at = close + 1 + (after.len() - trimmed.len()) + 1;
                return;
            }
            within = close + 1;
        }
        self.mends.note(Mend::BrokenTag);
    }

    fn end_tag(&mut self) -> Option<Token<'t>> {
        let from = self.at + 2;
        let inside = self.text.get(from..).unwrap_or_default();
        let length = inside.find(['>', '<']).unwrap_or(inside.len());
        let after = inside.get(length..).unwrap_or_default();
        self.at = from + length + usize::from(after.starts_with('>'));
        if !after.starts_with('>') {
            self.mends.note(Mend::BrokenTag);
        }
        let name = inside.get(..length).unwrap_or_default().trim();
        let name = name
            .split([' ', '\t', '\r', '\n', '/'])
            .next()
            .unwrap_or_default();
        (!name.is_empty()).then_some(Token::End(name))
    }

    fn start_tag(&mut self) -> Option<Token<'t>> {
        self.attributes.clear();
        self.at += 1;
        let name = self.word();
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{c}']);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("/>") {
                self.at += 2;
                return Some(Token::Start {
                    name,
                    is_empty: true,
                });
            }
            match trimmed.chars().next() {
                Some('>') => {
                    self.at += 1;
                    return Some(Token::Start {
                        name,
                        is_empty: false,
                    });
                }
                Some('<') => {
                    self.mends.note(Mend::BrokenTag);
                    return Some(Token::Start {
                        name,
                        is_empty: false,
                    });
                }
                // Cut off inside a tag: half a tag says nothing for certain.
                None => {
                    self.mends.note(Mend::CutOff);
                    return None;
                }
                Some('/' | '=' | '"' | '\'') => {
                    self.mends.note(Mend::BrokenAttribute);
                    self.at += 1;
                }
                Some(_) => self.attribute(),
            }
        }
    }

    /// A name: up to white space or a sign that ends names.
    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let ends =
            |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '<' | '=' | '"' | '\'');
        let length = rest.find(ends).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn attribute(&mut self) {
        let name = self.word();
        let rest = self.rest();
        let trimmed = rest.trim_start();
        let value = match trimmed.strip_prefix('=') {
            Some(after) => {
                let after_space = after.trim_start();
                self.at += rest.len() - after_space.len();
                self.value(after_space)
            }
            None => {
                self.mends.note(Mend::BrokenAttribute);
                ""
            }
        };
        if self.attributes.len() < MAX_ATTRIBUTES {
            self.attributes.push((name, value));
        } else {
            self.mends.note(Mend::TooManyAttributes);
        }
    }

    fn value(&mut self, rest: &'t str) -> &'t str {
        let ending = match rest.chars().next() {
            Some('"') => Ending::Double,
            Some('\'') => Ending::Single,
            _ => {
                self.mends.note(Mend::BrokenAttribute);
                let length = rest
                    .find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '<'))
                    .unwrap_or(rest.len());
                let value = rest.get(..length).unwrap_or_default();
                // `<a b=c/>` closes itself; an address that ends in a slash says so by a quote or a blank.
                let closes = value.ends_with('/')
                    && rest
                        .get(length..)
                        .is_some_and(|after| after.starts_with('>'));
                self.at += length - usize::from(closes);
                return if closes {
                    value.trim_end_matches('/')
                } else {
                    value
                };
            }
        };
        let start = self.at + 1;
        let end = self.find(ending, start);
        let inside = self
            .text
            .get(start..end.unwrap_or(self.text.len()))
            .unwrap_or_default();
        // A quote that never closes runs into the next tag: `<a b="c><d e="f">`.
        let tag_end = inside.find('<').and_then(|less| {
            let before = inside.get(..less)?;
            before.rfind('>').filter(|close| {
                before
                    .get(close + 1..)
                    .is_some_and(|gap| end.is_none() || gap.trim().is_empty())
            })
        });
        match (tag_end, end) {
            (Some(close), _) => {
                self.mends.note(Mend::BrokenAttribute);
                self.at = start + close;
                inside.get(..close).unwrap_or_default()
            }
            (None, Some(end)) => {
                self.at = end + 1;
                inside
            }
            (None, None) => {
                self.mends.note(Mend::BrokenAttribute);
                let length = inside.find(['>', '<']).unwrap_or(inside.len());
                self.at = start + length;
                inside.get(..length).unwrap_or_default()
            }
        }
    }
}

/// Whether a text that begins with `<` begins markup; `a < b`, `<3` and `<<` do not.
fn begins_markup(rest: &str) -> bool {
    let Some(after) = rest.strip_prefix('<') else {
        return false;
    };
    match after.chars().next() {
        Some('?') => true,
        Some('!') => after.get(1..).is_some_and(|inner| {
            inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '[' || c == '-')
        }),
        Some('/') => after.get(1..).is_some_and(|inner| {
            inner.trim_start_matches(' ').starts_with(begins_name) || inner.starts_with('>')
        }),
        Some(c) => begins_name(c),
        None => false,
    }
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexed(text: &str) -> (Vec<String>, Mends) {
        let mut lexer = Lexer::new(text);
        let mut out = Vec::new();
        while let Some(token) = lexer.next() {
            out.push(match token {
                Token::Text(text) => format!("'{text}'"),
                Token::Literal(text) => format!("[{text}]"),
                Token::End(name) => format!("/{name}"),
                Token::Start { name, is_empty } => {
                    let attributes: String = lexer
                        .attributes
                        .iter()
                        .map(|(name, value)| format!(" {name}={value}"))
                        .collect();
                    format!("{name}{attributes}{}", if is_empty { "/" } else { "" })
                }
            });
        }
        (out, lexer.mends)
    }

    #[test]
    fn f42_markup_as_it_is_written() {
        let cases: [(&str, &[&str]); 17] = [
            ("<a b='c' d = \"e\">x</a >", &["a b=c d=e", "'x'", "/a"]),
            ("<a/><b />", &["a/", "b/"]),
            ("a < b <3 << <", &["'a < b <3 << <'"]),
            ("<![CDATA[<b>]]>x", &["[<b>]", "'x'"]),
            ("<![CDATA[never", &["[never]"]),
            ("<!-- <a> -->x<!-- y><b>", &["'x'", "b"]),
            ("<?xml version='1.0'?><a>", &["a"]),
            ("<?xml version='1.0'><a><?b?>", &["a"]),
            ("<!DOCTYPE a [<!ENTITY b 'c>'>\n] ><a>", &["a"]),
            ("<!doctype html><a>", &["a"]),
            ("<a b=c d=/e/f g>x", &["a b=c d=/e/f g=", "'x'"]),
            ("<a b=c/>", &["a b=c/"]),
            ("<a b=\"c><d e=\"f\">", &["a b=c", "d e=f"]),
            ("<a b=\"<i>c</i>\">", &["a b=<i>c</i>"]),
            ("<a <b>", &["a", "b"]),
            ("x<a b='", &["'x'"]),
            ("</a</b></>", &["/a", "/b"]),
        ];
        for (text, expected) in cases {
            assert_eq!(lexed(text).0, expected, "{text}");
        }
        assert!(lexed("<a b='c'><!-- x --><![CDATA[&]]></a>").1.is_empty());
    }

    #[test]
    fn f43_hostile_texts_stay_linear() {
        for unit in [
            "<",
            "<a ",
            "<a b='",
            "<!--",
            "<![CDATA[",
            "<?",
            "<!D [",
            "</",
            "<a b=\">< ",
            "&",
            "<a b",
        ] {
            let text = unit.repeat(300_000 / unit.len());
            assert!(lexed(&text).0.len() <= text.len());
        }
    }
}
