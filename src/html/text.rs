//! Between text and markup: escaping, plain titles, and what XML may carry.

use std::borrow::Cow;

use dom_query::Document;

use super::depth::too_deep;
use super::elements::{is_block, is_known};
use super::token::{Token, Tokens};

/// How many character references are tried before a text counts as plain.
const MAX_REFERENCES: usize = 16;
/// The longest name of a character reference that HTML has is 32 letters (`CounterClockwiseContourIntegral;`).
const MAX_REFERENCE: usize = 34;
/// Paragraphs of a flattened text; what is beyond joins the last.
const MAX_PARAGRAPHS: usize = 5_000;

/// Text as HTML text or attribute value: `& < > " '` escaped. Does not look whether it is escaped already (P8).
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The text without characters that XML 1.0 forbids: C0 controls but tab, LF and CR, and U+FFFE and U+FFFF (P10, F42).
pub fn legal(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_legal) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| is_legal(*c)).collect())
}

fn is_legal(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Inline markup as one line of text: tags gone, references decoded, white space folded. For titles that come as HTML:
/// `AT&amp;T &lt;b&gt;` gives `AT&T <b>` (P8). Must not be given plain text: `<b>` in it would vanish.
pub fn plain(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return fold(&legal(html));
    }
    let document = shallow(html);
    let mut out = String::new();
    let root = document.root();
    for node in root.descendants_it() {
        if node.is_text() {
            let hidden = node.parent().and_then(|p| p.node_name());
            if !hidden.is_some_and(|name| {
                matches!(
                    &*name,
                    "script" | "style" | "noembed" | "noframes" | "iframe"
                )
            }) {
                out.push_str(&node.text());
            }
        } else if node
            .node_name()
            .is_some_and(|name| &*name == "br" || is_block(&name))
        {
            out.push(' ');
        }
    }
    fold(&legal(&out))
}

/// White space folded to single spaces, none at the ends.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// What a named character reference of HTML stands for; `name` is without `&` and `;`. `None` for names HTML does not know.
pub fn named_character(name: &str) -> Option<String> {
    let written = format!("&{name};");
    let read = Document::fragment(written.as_str()).text().to_string();
    // HTML reads `&notit;` as `¬it;`: a name that is known in part only.
    let is_whole = read.chars().count() <= 2 && (!read.ends_with(';') || name == "semi");
    (is_whole && read != written).then_some(read)
}

/// Whether a text that does not say so is HTML: it has a tag of an element that HTML knows, a comment, or a character
/// reference that HTML knows. `a < b`, `Vec<u8>` and `AT&T` are no HTML. A text that *talks* about `<b>` is
/// indistinguishable from one that uses it, and counts as HTML.
pub fn looks_like_html(text: &str) -> bool {
    has_tag(text) || has_reference(text)
}

fn has_tag(text: &str) -> bool {
    if text.contains("<!--") {
        return true;
    }
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next(false) {
        match token {
            Token::Start(tag) if is_known(&tag.name) => return true,
            Token::End(name) if is_known(&name) => return true,
            _ => {}
        }
    }
    false
}

fn has_reference(text: &str) -> bool {
    let candidates = text.split('&').skip(1).filter_map(|after| {
        let end = after.bytes().take(MAX_REFERENCE).position(|b| b == b';')?;
        let name = after.get(..end)?;
        let number = name
            .strip_prefix('#')
            .map(|n| n.trim_start_matches(['x', 'X']));
        let sound = match number {
            Some(digits) => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit()),
            None => name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric()),
        };
        sound.then(|| format!("&{name};"))
    });
    candidates
        .take(MAX_REFERENCES)
        .any(|written| &*Document::fragment(written.as_str()).text() != written.as_str())
}

/// The DOM of a piece of HTML; of its text alone when it is too deep for one (F43).
pub(super) fn shallow(html: &str) -> Document {
    if too_deep(html) {
        Document::fragment(flatten(html))
    } else {
        Document::fragment(html)
    }
}

/// The text of markup that no DOM should be made of, as paragraphs of HTML. Tags are dropped, blocks end a paragraph.
/// What is flat already stays as it is.
pub(super) fn flatten(html: &str) -> String {
    let mut paragraphs: Vec<String> = vec![String::new()];
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next(false) {
        match token {
            Token::Text(text) => {
                if let Some(last) = paragraphs.last_mut() {
                    last.push_str(text);
                }
            }
            Token::Raw(_) => {}
            Token::End(name) => end_paragraph(&mut paragraphs, &name),
            Token::Start(tag) => {
                tokens.expect_raw(&tag.name);
                end_paragraph(&mut paragraphs, &tag.name);
            }
        }
    }
    let mut out = String::new();
    for paragraph in paragraphs {
        // Without a `<` the parser finds text only, and decodes its references.
        let decoded = if paragraph.contains('&') {
            Document::fragment(paragraph.replace('<', "&lt;"))
                .text()
                .to_string()
        } else {
            paragraph
        };
        let text = fold(&legal(&decoded));
        if !text.is_empty() {
            out.push_str("<p>");
            // As the sanitiser would write it, so that it need not pass there.
            out.push_str(
                &text
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;"),
            );
            out.push_str("</p>\n");
        }
    }
    out
}

fn end_paragraph(paragraphs: &mut Vec<String>, name: &str) {
    let room = paragraphs.len() < MAX_PARAGRAPHS;
    let Some(last) = paragraphs.last_mut().filter(|last| !last.is_empty()) else {
        return;
    };
    if is_block(name) && room {
        paragraphs.push(String::new());
    } else if is_block(name) || name == "br" {
        last.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p8_plain_decodes_exactly_once() {
        for (html, want) in [
            ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
            ("AT&amp;amp;T", "AT&amp;T"),
            ("a <b>b</b>\n c<br>d", "a b c d"),
            ("x<script>alert(1)</script>y<!-- z -->", "xy"),
            (
                "&nbsp;&#8220;a&#x201d;&bogus; &#0; &#xD800; &",
                "“a”&bogus; \u{fffd} \u{fffd} &",
            ),
            ("caf\u{e9} \u{1}", "café"),
            ("", ""),
        ] {
            assert_eq!(plain(html), want, "{html}");
        }
        assert_eq!(plain(&format!("{}deep", "<b>".repeat(1000))), "deep");
    }

    #[test]
    fn named_characters_are_html_s_and_no_others() {
        for (name, want) in [
            ("nbsp", Some("\u{a0}")),
            ("beta", Some("β")),
            ("chi", Some("χ")),
            ("semi", Some(";")),
            ("notit", None),
            ("nosuchname", None),
            ("", None),
        ] {
            assert_eq!(named_character(name).as_deref(), want, "{name}");
        }
    }

    #[test]
    fn p8_escape_then_plain_is_the_text() {
        let text = "AT&T <b> \"x\" 'y' &amp;";
        assert_eq!(plain(&escape(text)), text);
    }

    #[test]
    fn p10_illegal_characters_go() {
        assert_eq!(
            legal("a\0b\u{b}c\u{fffe}d\te\r\n\u{1f}f\u{7f}"),
            "abcd\te\r\nf\u{7f}"
        );
        assert!(matches!(legal("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn tells_html_from_text() {
        for html in [
            "<p>x",
            "a<br/>b",
            "a &amp; b",
            "&#8217;",
            "&eacute;",
            "</div>",
            "<!-- x -->",
            "<A HREF='x'>y</A>",
        ] {
            assert!(looks_like_html(html), "{html}");
        }
        for text in [
            "a < b > c",
            "Vec<u8>",
            "AT&T",
            "&bogus;",
            "&#;",
            "x <y@example.org>",
            "R&D; etc",
            "",
            "<3 you",
            "<b",
        ] {
            assert!(!looks_like_html(text), "{text}");
        }
    }
}
