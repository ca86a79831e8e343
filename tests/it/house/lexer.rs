//! Rust source as tokens: enough of the language to judge paths, macros and braces.
//!
//! Comments vanish and literals lose their text, so that neither can break a law or hide a breach. It does *not*
//! check syntax: the compiler has done that.

use std::collections::BTreeSet;

/// What every string, character and byte literal becomes.
pub const LITERAL: &str = "\"";

/// One token: a name, a number, a lifetime (`'`), a literal, one of `::` `->` `=>`, or a single sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

impl Token<'_> {
    /// Whether this is an identifier or a keyword.
    pub fn is_name(&self) -> bool {
        self.text
            .starts_with(|c: char| c == '_' || c.is_alphabetic())
    }
}

/// A file's tokens, and the lines on which an `// invariant:` comment stands.
pub struct Lexed<'a> {
    pub tokens: Vec<Token<'a>>,
    pub invariants: BTreeSet<usize>,
}

pub fn lex(text: &str) -> Lexed<'_> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
        invariants: BTreeSet::new(),
        open_comment: None,
    };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    Lexed {
        tokens: lexer.tokens,
        invariants: lexer.invariants,
    }
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: usize,
    tokens: Vec<Token<'a>>,
    invariants: BTreeSet<usize>,
    /// The last line of an invariant comment that stands on lines of its own and may go on.
    open_comment: Option<usize>,
}

impl<'a> Lexer<'a> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Moves on by `count` bytes, counting lines.
    fn skip(&mut self, count: usize) {
        let end = (self.at + count).min(self.bytes.len());
        self.line += self.bytes[self.at..end]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        self.at = end;
    }

    fn push(&mut self, text: &'a str, line: usize) {
        self.tokens.push(Token { text, line });
    }

    fn step(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            (b'/', b'/') => self.line_comment(),
            (b'/', b'*') => self.block_comment(),
            (b'"', _) => self.string(),
            (b'\'', _) => self.quote(),
            (b, _) if b.is_ascii_whitespace() => self.skip(1),
            (b, _) if is_word(b) => self.word(),
            (b':', b':') | (b'-', b'>') | (b'=', b'>') => {
                self.push(&self.text[self.at..self.at + 2], line);
                self.at += 2;
            }
            _ => {
                self.push(&self.text[self.at..=self.at], line);
                self.at += 1;
            }
        }
    }

    fn line_comment(&mut self) {
        let rest = &self.text[self.at..];
        let comment = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let alone = self.tokens.last().is_none_or(|t| t.line != self.line);
        let goes_on = alone && self.open_comment.is_some_and(|last| last + 1 == self.line);
        if comment[2..].trim_start().starts_with("invariant:") || goes_on {
            self.invariants.insert(self.line);
            self.open_comment = alone.then_some(self.line);
        }
        self.at += comment.len();
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.skip(2);
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.skip(2);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.skip(1),
            }
        }
    }

    /// A string from its opening quote to its closing one.
    fn string(&mut self) {
        self.push(LITERAL, self.line);
        self.skip(1);
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.skip(2),
                b'"' => return self.skip(1),
                _ => self.skip(1),
            }
        }
    }

    /// A raw string from its first `#` or quote on: only a quote with as many `#` ends it.
    fn raw_string(&mut self, hashes: usize) {
        self.push(LITERAL, self.line);
        let body = self.at + hashes + 1;
        let close = format!("\"{}", "#".repeat(hashes));
        let length = self.text[body..].find(&close).map_or(usize::MAX / 2, |n| {
            hashes + 1 + n + close.len() // opening, body, closing
        });
        self.skip(length);
    }

    /// A character literal, or else a lifetime or a label.
    fn quote(&mut self) {
        let line = self.line;
        let mut chars = self.text[self.at + 1..].chars();
        let (first, second) = (chars.next(), chars.next());
        if first == Some('\\') {
            self.push(LITERAL, line);
            self.skip(3);
            while self.at < self.bytes.len() && self.peek(0) != b'\'' {
                self.skip(1);
            }
            self.skip(1);
        } else if second == Some('\'') {
            self.push(LITERAL, line);
            self.skip(2 + first.map_or(0, char::len_utf8));
        } else {
            self.push("'", line);
            self.at += 1;
            while is_word(self.peek(0)) {
                self.at += 1;
            }
        }
    }

    /// A name or a number, unless it turns out to be the prefix of a literal or of a raw name.
    fn word(&mut self) {
        let start = self.at;
        while is_word(self.peek(0)) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        let hashes = self.bytes[self.at..]
            .iter()
            .take_while(|b| **b == b'#')
            .count();
        match (word, self.peek(0)) {
            ("r" | "br" | "cr", b'"' | b'#') if self.peek(hashes) == b'"' => {
                self.raw_string(hashes);
            }
            ("b" | "c", b'"') => self.string(),
            ("b", b'\'') => self.quote(),
            ("r", b'#') if is_word(self.peek(1)) => {
                self.at += 1;
                self.word();
            }
            _ => self.push(word, self.line),
        }
    }
}

/// Bytes of names and numbers. Bytes beyond ASCII count, so that slices fall on character boundaries.
fn is_word(b: u8) -> bool {
    b == b'_' || b.is_ascii_alphanumeric() || !b.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        lex(source).tokens.iter().map(|t| t.text).collect()
    }

    #[test]
    fn comments_vanish_and_literals_lose_their_text() {
        assert_eq!(texts("a // b\nc /* d /* e */ f */ g"), ["a", "c", "g"]);
        assert_eq!(texts(r#"x("a \" b", 'c', '\'', '"', b'd', b"e") y"#), {
            let l = LITERAL;
            [
                "x", "(", l, ",", l, ",", l, ",", l, ",", l, ",", l, ")", "y",
            ]
        });
        assert_eq!(
            texts(r####"r#"a " b"# br##"c"# d"## r"\" z é '"####),
            [LITERAL, LITERAL, LITERAL, "z", "é", "'"]
        );
        assert_eq!(texts("'é' '\\u{1F600}' w"), [LITERAL, LITERAL, "w"]);
    }

    #[test]
    fn lifetimes_and_labels_are_not_characters() {
        assert_eq!(
            texts("<'a, 'b> 'x: loop { r#type }"),
            ["<", "'", ",", "'", ">", "'", ":", "loop", "{", "type", "}"]
        );
    }

    #[test]
    fn lines_are_kept_through_long_literals_and_comments() {
        let lexed = lex("\"a\nb\\\nc\"\nr\"\n\"\n/*\n*/ here");
        assert_eq!(
            lexed.tokens.last().map(|t| (t.text, t.line)),
            Some(("here", 7))
        );
    }

    #[test]
    fn an_invariant_comment_may_run_over_lines_of_its_own() {
        let lexed = lex("// invariant: a\n// b\nx(); // invariant: c\n// d\n\n// e");
        assert_eq!(lexed.invariants.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
    }
}
