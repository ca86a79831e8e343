//! Cuts markup into tags and text in one pass, where the HTML parser would cut it (HTML standard, 13.2.5).
//! Builds nothing, so that hostile markup can be measured before anything is built from it.

use super::elements::is_raw_text;

/// One piece of markup.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text as written: character references are not decoded.
    Text(&'a str),
    /// What stands inside `<script>`, `<style>`, `<textarea>` and their like; their end tags are no tokens.
    Raw(&'a str),
    Start(Tag<'a>),
    /// The end tag's name in lower case.
    End(String),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// In lower case.
    pub name: String,
    /// The whole tag as written.
    pub written: &'a str,
    /// Written `<x/>`.
    pub self_closing: bool,
    pub attributes: usize,
}

/// Reads tokens from the front of what is left. The caller says after a start tag whether raw text follows,
/// since that depends on what is open.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    raw: Option<String>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self {
            rest: html,
            raw: None,
        }
    }

    /// Reads on as text up to the end tag of `name`, when that is an element of raw text.
    pub(super) fn expect_raw(&mut self, name: &str) {
        if is_raw_text(name) {
            self.raw = Some(name.to_owned());
        }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next token. `foreign` says that SVG or MathML is open, where CDATA sections are text.
    pub(super) fn next(&mut self, foreign: bool) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            let end = raw_end(self.rest, &name);
            let text = self.take(end);
            // Its end tag can close nothing else.
            if !self.rest.is_empty() {
                self.tag(2);
            }
            return Some(Token::Raw(text));
        }
        while !self.rest.is_empty() {
            if !self.rest.starts_with('<') {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                return Some(Token::Text(self.take(end)));
            }
            match self.rest.as_bytes().get(1) {
                Some(b) if b.is_ascii_alphabetic() => return self.tag(1),
                Some(b'/') => match self.rest.as_bytes().get(2) {
                    Some(b) if b.is_ascii_alphabetic() => return self.tag(2),
                    Some(_) => self.skip_past(">", 2),
                    None => return Some(Token::Text(self.take(2))),
                },
                Some(b'!') if self.rest.starts_with("<!--") => {
                    let end = comment_end(self.rest);
                    self.take(end);
                }
                Some(b'!') if foreign && self.rest.starts_with("<![CDATA[") => {
                    self.take("<![CDATA[".len());
                    let end = self.rest.find("]]>");
                    let text = self.take(end.unwrap_or(self.rest.len()));
                    self.take("]]>".len());
                    return Some(Token::Text(text));
                }
                Some(b'!' | b'?') => self.skip_past(">", 2),
                _ => return Some(Token::Text(self.take(1))),
            }
        }
        None
    }

    /// Takes `bytes` off the front. Every caller stops beside an ASCII byte or at the end; should one not, all is taken.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn skip_past(&mut self, mark: &str, from: usize) {
        let end = self.rest.get(from..).and_then(|rest| rest.find(mark));
        self.take(end.map_or(self.rest.len(), |at| from + at + mark.len()));
    }

    /// A start or end tag whose name begins at `from`. A tag that the text ends inside is dropped, as the parser does.
    fn tag(&mut self, from: usize) -> Option<Token<'a>> {
        let bytes = self.rest.as_bytes();
        let mut at = skip(bytes, from, |b| !is_space(b) && b != b'/' && b != b'>');
        let name = self
            .rest
            .get(from..at)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let mut attributes = 0;
        let mut self_closing = false;
        loop {
            at = skip(bytes, at, is_space);
            match bytes.get(at) {
                None => {
                    self.rest = "";
                    return None;
                }
                Some(b'>') => break,
                Some(b'/') => {
                    self_closing = bytes.get(at + 1) == Some(&b'>');
                    at += 1;
                }
                Some(_) => {
                    attributes += 1;
                    at = attribute_end(bytes, at);
                }
            }
        }
        let written = self.take(at + 1);
        if from == 2 {
            return Some(Token::End(name));
        }
        Some(Token::Start(Tag {
            name,
            written,
            self_closing,
            attributes,
        }))
    }
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

fn skip(bytes: &[u8], from: usize, while_true: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest
        .iter()
        .position(|b| !while_true(*b))
        .unwrap_or(rest.len())
}

/// Where the attribute that begins at `at` ends. An `=` in front belongs to the name.
fn attribute_end(bytes: &[u8], at: usize) -> usize {
    let name_end = skip(bytes, at + 1, |b| {
        !is_space(b) && !matches!(b, b'/' | b'>' | b'=')
    });
    let equals = skip(bytes, name_end, is_space);
    if bytes.get(equals) != Some(&b'=') {
        return name_end;
    }
    let value = skip(bytes, equals + 1, is_space);
    match bytes.get(value) {
        Some(quote @ (b'"' | b'\'')) => {
            (skip(bytes, value + 1, |b| b != *quote) + 1).min(bytes.len())
        }
        _ => skip(bytes, value, |b| !is_space(b) && b != b'>'),
    }
}

/// Where the comment at the front ends: `-->`, `--!>`, or at once in `<!-->` and `<!--->`.
fn comment_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let start = "<!--".len();
    for short in [">", "->"] {
        if text
            .get(start..)
            .is_some_and(|rest| rest.starts_with(short))
        {
            return start + short.len();
        }
    }
    let mut at = start;
    while let Some(dash) = text.get(at..).and_then(|rest| rest.find("--")) {
        let after = at + dash + 2;
        match (bytes.get(after), bytes.get(after + 1)) {
            (Some(b'>'), _) => return after + 1,
            (Some(b'!'), Some(b'>')) => return after + 2,
            // The second dash may begin the pair that ends the comment.
            _ => at = after - 1,
        }
    }
    text.len()
}

/// Where the raw text of element `name` ends: at its end tag, or never. In a script, `<!-- <script>` hides one end tag.
fn raw_end(text: &str, name: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut commented, mut hidden) = (false, false);
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|b| matches!(b, b'<' | b'-')))
    {
        let here = at + found;
        let rest = bytes.get(here..).unwrap_or_default();
        at = here + 1;
        if let Some(after) = rest
            .strip_prefix(b"</")
            .filter(|after| is_name(after, name))
        {
            let _ = after;
            if !hidden {
                return here;
            }
            hidden = false;
        } else if name == "script" {
            if commented && rest.starts_with(b"-->") {
                (commented, hidden) = (false, false);
            } else if !commented && rest.starts_with(b"<!--") {
                commented = true;
                at = here + 2;
            } else if commented
                && rest
                    .strip_prefix(b"<")
                    .is_some_and(|after| is_name(after, name))
            {
                hidden = true;
            }
        }
    }
    text.len()
}

fn is_name(bytes: &[u8], name: &str) -> bool {
    bytes
        .get(..name.len())
        .is_some_and(|b| b.eq_ignore_ascii_case(name.as_bytes()))
        && bytes
            .get(name.len())
            .is_some_and(|b| is_space(*b) || matches!(b, b'/' | b'>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(html: &str) -> Vec<String> {
        let mut tokens = Tokens::new(html);
        let mut out = Vec::new();
        while let Some(token) = tokens.next(false) {
            match token {
                Token::Text(text) => out.push(format!("'{text}'")),
                Token::Raw(text) => out.push(format!("raw '{text}'")),
                Token::End(name) => out.push(format!("/{name}")),
                Token::Start(tag) => {
                    tokens.expect_raw(&tag.name);
                    out.push(format!(
                        "{}{}{}",
                        tag.name,
                        tag.attributes,
                        if tag.self_closing { "/" } else { "" }
                    ));
                }
            }
        }
        out
    }

    #[test]
    fn cuts_where_the_parser_cuts() {
        for (html, want) in [
            ("a<B>c</b >d", &["'a'", "b0", "'c'", "/b", "'d'"][..]),
            ("<a title=\"x>y\" b='>' c=d/>e", &["a3", "'e'"]),
            ("<br/><x / y>", &["br0/", "x1"]),
            ("<!-- <b> --><!--><!---><!----!><i>", &["i0"]),
            (
                "<!-- a ---><b><!doctype html><?php <i>?><u>",
                &["b0", "'?>'", "u0"],
            ),
            ("<style></b></STYLE ><b>", &["style0", "raw '</b>'", "b0"]),
            ("<title></titlex></title>", &["title0", "raw '</titlex>'"]),
            (
                "<script><!--<script></script><b>--></script>x",
                &["script0", "raw '<!--<script></script><b>-->'", "'x'"],
            ),
            (
                "<script><!--></script><b>",
                &["script0", "raw '<!-->'", "b0"],
            ),
            ("1 < 2 </", &["'1 '", "'<'", "' 2 '", "'</'"]),
            ("</><//x><b", &[]),
        ] {
            assert_eq!(names(html), want, "{html}");
        }
    }
}
