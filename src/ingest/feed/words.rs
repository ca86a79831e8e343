//! Texts of a feed as plain lines and as markup, whichever reader found them.

use crate::html;

/// Longest text of a title, a name or a description of a feed that is looked at, in bytes: a long chapter.
const LONGEST_LINE: usize = 65_536;

/// Longest text of an entry that is looked at, in bytes: twice what is kept, so that what is cut off is told where all markup is cut.
const LONGEST_BODY: usize = 2_000_000;

/// A text that is declared to be text, as one line: every sign of it is meant, whatever it looks like (RFC 4287 §3.1.1.1).
pub(super) fn as_said(text: &str) -> Option<String> {
    Some(folded(clipped(text, LONGEST_LINE))).filter(|line| !line.is_empty())
}

/// A text as one line of plain text; where it is a picture and nothing else, as the cleaned markup of that picture, so that what was said is not lost. What does not
/// say what it is (RSS never does) is looked at.
pub(in crate::ingest) fn as_line(text: &str, is_html: bool) -> Option<String> {
    let text = clipped(text, LONGEST_LINE);
    let line = if is_html || html::looks_like_html(text) {
        Some(html::plain(text))
            .filter(|line| !line.is_empty())
            .or_else(|| picture(text))
            // `<!DOCTYPE ~` is no markup after all.
            .or_else(|| (!text.contains('>')).then(|| folded(text)))?
    } else {
        folded(text)
    };
    (!line.is_empty()).then_some(line)
}

fn clipped(text: &str, longest: usize) -> &str {
    let end = text.floor_char_boundary(longest.min(text.len()));
    text.get(..end).unwrap_or_default()
}

/// White space folded to single blanks, none at the ends.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The cleaned markup of a text that is a picture.
fn picture(html: &str) -> Option<String> {
    let is_picture = html.contains("<img") || html.contains("<IMG");
    is_picture
        .then(|| html::clean(html, None).trim().to_string())
        .filter(|clean| clean.starts_with("<img") && clean.matches('<').count() == 1)
}

/// Markup as sent; text that is not markup is escaped, its lines kept.
pub(super) fn as_markup(body: &str, is_html: bool) -> Option<String> {
    let body = clipped(body, LONGEST_BODY);
    if body.trim().is_empty() {
        return None;
    }
    Some(if is_html || html::looks_like_html(body) {
        body.to_string()
    } else {
        paragraphs(body)
    })
}

/// Text that is declared to be text, as markup.
pub(in crate::ingest) fn as_paragraphs(text: &str) -> Option<String> {
    Some(paragraphs(clipped(text, LONGEST_BODY))).filter(|markup| !markup.is_empty())
}

/// Text escaped, its lines and paragraphs made visible.
fn paragraphs(text: &str) -> String {
    let text = html::escape(text).replace("\r\n", "\n");
    let blocks = text
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty());
    blocks
        .map(|block| format!("<p>{}</p>", block.replace('\n', "<br>\n")))
        .collect::<Vec<_>>()
        .join("\n")
}
