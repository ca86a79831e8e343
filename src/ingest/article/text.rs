//! A plain-text article → an entry: head, sections, lists and paragraphs as HTML, page furniture dropped.

use super::{Setting, header};
use crate::html;
use crate::ingest::{Channel, Dated, Entry, Kind, Oddity, Reading};
use crate::link;

/// Lines that belong to the page an article was copied from, not to the article. Compared whole, without case.
const FURNITURE: [&str; 40] = [
    "leave a reply",
    "leave a comment",
    "back to top",
    "skip to content",
    "skip to main content",
    "share this",
    "share this article",
    "share this story",
    "share",
    "tweet",
    "print",
    "print this page",
    "email this",
    "subscribe",
    "subscribe now",
    "subscribe to our newsletter",
    "sign up for our newsletter",
    "sign in",
    "log in",
    "advertisement",
    "advertisements",
    "related posts",
    "related articles",
    "related stories",
    "you may also like",
    "read more",
    "load more",
    "previous post",
    "next post",
    "post navigation",
    "no comments",
    "comments",
    "comments are closed",
    "post a comment",
    "follow us",
    "cookie settings",
    "accept cookies",
    "all rights reserved",
    "menu",
    "home",
];

/// Furniture after which nothing of the article follows: replies and neighbours begin here.
const END_MARKS: [&str; 6] = [
    "leave a reply",
    "leave a comment",
    "related posts",
    "related articles",
    "you may also like",
    "post navigation",
];

/// An end mark counts only in the last part of the text; above, the same words may be a heading.
const END_MARK_FROM: f32 = 0.6;

const BULLETS: [char; 8] = ['•', '‣', '◦', '▪', '●', '·', '*', '-'];

/// Longest line that can be a heading, in characters.
const LONGEST_HEADING: usize = 100;

/// Lines of one paragraph at most this long, and about equally long, were broken by a typewriter's margin, not by meaning.
const MARGIN: usize = 100;

/// How much shorter than the margin such a line may be: one long word.
const MARGIN_SLACK: usize = 24;

/// Reads a plain-text article. Never fails: text is text; what is missing is told as oddities.
pub fn read_text(text: &str, setting: &Setting<'_>) -> Reading {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let head = header::read(&lines, &setting.dates);
    let body = lines.get(head.body_from..).unwrap_or_default();
    let mut oddities = Vec::new();
    if head.published.is_none() {
        oddities.push(Oddity::new(
            "no-date",
            "entries[0].published",
            "no line near the top gives a date",
        ));
    }
    for line in &head.left_out {
        let message =
            format!("{line:?} in the head is neither headline, date nor name, and was left out");
        oddities.push(Oddity::new("head-line-left-out", "entries[0]", message));
    }
    let dated = |stamp| Dated {
        stamp,
        from: "byline",
    };
    let entry = Entry {
        id: setting.name.to_string(),
        title: head.title,
        alternate_title: head.alternate_title,
        url: setting.url.map(ToString::to_string),
        authors: head.authors,
        published: head.published.map(dated),
        updated: head.updated.map(dated),
        summary: head
            .standfirst
            .map(|text| format!("<p>{}</p>", html::escape(&text))),
        content: Some(body_html(body)),
        base: setting.url.map(ToString::to_string),
        ..Entry::default()
    };
    Reading {
        kind: Kind::Text,
        channel: Channel {
            title: entry.title.clone(),
            ..Channel::default()
        },
        entries: vec![entry],
        oddities,
    }
}

/// Lines of the body → HTML.
fn body_html(lines: &[&str]) -> String {
    let blocks = blocks(lines);
    let mut out = String::new();
    let mut open_list = false;
    for (at, block) in blocks.iter().enumerate() {
        let followed = at + 1 < blocks.len();
        let is_list = block.iter().all(|line| bullet(line).is_some());
        if open_list && !is_list {
            out.push_str("</ul>\n");
        }
        if is_list && !open_list {
            out.push_str("<ul>\n");
        }
        open_list = is_list;
        push_block(&mut out, block, is_list, followed);
    }
    if open_list {
        out.push_str("</ul>\n");
    }
    out
}

fn push_block(out: &mut String, block: &[&str], is_list: bool, followed: bool) {
    if is_list {
        for line in block {
            out.push_str(&format!(
                "<li>{}</li>\n",
                inline(bullet(line).unwrap_or(line))
            ));
        }
    } else if let [line] = block
        && followed
        && is_heading(line)
    {
        out.push_str(&format!("<h2>{}</h2>\n", html::escape(line.trim())));
    } else if let Some((question, answer)) = question(block) {
        out.push_str(&format!("<h3>{}</h3>\n", html::escape(question)));
        push_paragraph(out, answer);
    } else {
        let split = block
            .iter()
            .position(|line| bullet(line).is_some())
            .filter(|at| block[*at..].iter().all(|line| bullet(line).is_some()));
        match split {
            Some(at) if at > 0 => {
                push_paragraph(out, &block[..at]);
                out.push_str("<ul>\n");
                push_block(out, &block[at..], true, followed);
                out.push_str("</ul>\n");
            }
            _ => push_paragraph(out, block),
        }
    }
}

fn push_paragraph(out: &mut String, lines: &[&str]) {
    if lines.is_empty() {
        return;
    }
    let separator = if is_hard_wrapped(lines) {
        " "
    } else {
        "<br>\n"
    };
    let text: Vec<String> = lines.iter().map(|line| inline(line.trim())).collect();
    out.push_str(&format!("<p>{}</p>\n", text.join(separator)));
}

/// Runs of lines between blank ones, without furniture and without what follows an end mark.
fn blocks<'a>(lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    let end_from = (lines.len() as f32 * END_MARK_FROM) as usize;
    let mut blocks: Vec<Vec<&str>> = vec![Vec::new()];
    for (at, line) in lines.iter().enumerate() {
        let bare = line
            .trim()
            .trim_end_matches([':', '.', '!', '»', '↑'])
            .trim()
            .to_lowercase();
        if at >= end_from && END_MARKS.contains(&bare.as_str()) {
            break;
        }
        if FURNITURE.contains(&bare.as_str()) {
            continue;
        }
        match blocks.last_mut() {
            Some(block) if !bare.is_empty() => block.push(line),
            Some(block) if block.is_empty() => {}
            _ => blocks.push(Vec::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn bullet(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.strip_prefix(BULLETS)?;
    (rest.starts_with([' ', '\t', '\u{a0}']) && !rest.trim().is_empty()).then(|| rest.trim())
}

/// A short line on its own that does not end as a sentence, a label or a list does.
fn is_heading(line: &str) -> bool {
    let line = line.trim();
    let starts = line
        .chars()
        .next()
        .is_some_and(|c| (c.is_alphabetic() && !c.is_lowercase()) || c.is_numeric());
    starts
        && line.chars().count() <= LONGEST_HEADING
        && !header::ends_sentence(line)
        && !line.ends_with([':', ';', ',', '-', '–'])
        && !line.contains("://")
}

/// `1. Why did it close?` and its answer on the next lines.
fn question<'a, 'b>(block: &'b [&'a str]) -> Option<(&'a str, &'b [&'a str])> {
    let (first, answer) = block.split_first()?;
    let first = first.trim();
    let digits = first.chars().take_while(char::is_ascii_digit).count();
    let numbered = digits > 0
        && first
            .get(digits..)
            .is_some_and(|rest| rest.starts_with(". ") || rest.starts_with(") "));
    (numbered && first.ends_with('?') && !answer.is_empty()).then_some((first, answer))
}

fn is_hard_wrapped(lines: &[&str]) -> bool {
    let Some((_, full)) = lines.split_last() else {
        return false;
    };
    let lengths: Vec<usize> = full
        .iter()
        .map(|line| line.trim().chars().count())
        .collect();
    let Some(margin) = lengths.iter().max().copied() else {
        return false;
    };
    margin > MARGIN_SLACK
        && margin <= MARGIN
        && lengths
            .iter()
            .all(|length| length + MARGIN_SLACK >= margin && *length > margin / 2)
        && !lines
            .iter()
            .any(|line| line.trim_start().starts_with('(') || line.trim_end().ends_with(':'))
}

/// Text → HTML, bare addresses made links.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for at in link::addresses(text) {
        let before = text.get(done..at.start).unwrap_or_default();
        let address = text.get(at.clone()).unwrap_or_default();
        out.push_str(&html::escape(before));
        match link::resolve(address, None) {
            Some(url) => {
                let (href, shown) = (html::escape(url.as_str()), html::escape(address));
                out.push_str(&format!("<a href=\"{href}\">{shown}</a>"));
            }
            None => out.push_str(&html::escape(address)),
        }
        done = at.end;
    }
    out.push_str(&html::escape(text.get(done..).unwrap_or_default()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Hints;

    fn content(text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        body_html(&lines)
    }

    #[test]
    fn sections_lists_and_paragraphs_become_html() {
        let html = content(
            "Introduction\n\nFirst <b>.\n\nWe need:\n\n  • Rope\n  • Tar & nails\n\nThe end\n\nLast words.",
        );
        assert_eq!(
            html,
            "<h2>Introduction</h2>\n<p>First &lt;b&gt;.</p>\n<p>We need:</p>\n<ul>\n<li>Rope</li>\n<li>Tar &amp; nails</li>\n</ul>\n<h2>The end</h2>\n\
             <p>Last words.</p>\n"
        );
    }

    #[test]
    fn source_lines_keep_their_lines_and_become_links() {
        let html = content("River Board:\nThe level fell.\n(Source: https://river.example/levels)");
        assert_eq!(
            html,
            "<p>River Board:<br>\nThe level fell.<br>\n(Source: <a href=\"https://river.example/levels\">https://river.example/levels</a>)</p>\n"
        );
    }

    #[test]
    fn addresses_end_before_punctuation_and_keep_balanced_brackets() {
        assert!(
            inline("see https://x.example/a_(b).").contains("href=\"https://x.example/a_(b)\"")
        );
        assert!(inline("(https://x.example/a), and").contains("href=\"https://x.example/a\""));
        assert!(
            inline("https://x.example/?a=1&b=\"2")
                .contains("href=\"https://x.example/?a=1&amp;b=\"")
        );
        assert_eq!(inline("http:// nothing"), "http:// nothing");
    }

    #[test]
    fn furniture_is_dropped_and_an_end_mark_ends_the_text() {
        let text = "One.\n\nShare this\n\nTwo.\n\nThree.\n\nLeave a Reply\n\nGreat article!\n\nBack To Top";
        assert_eq!(content(text), "<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>\n");
    }

    #[test]
    fn numbered_questions_are_headings_and_hard_wrapped_lines_are_joined() {
        assert_eq!(
            content("1. Why?\nBecause."),
            "<h3>1. Why?</h3>\n<p>Because.</p>\n"
        );
        let wrapped = "The committee met on Monday evening in the old mill,\nwhere the roof had been mended over the summer, and\nagreed.";
        assert_eq!(content(wrapped).matches("<br>").count(), 0);
    }

    #[test]
    fn hostile_text_is_only_text() {
        let setting = Setting {
            name: "x.txt",
            url: None,
            dates: Hints::default(),
        };
        for text in [
            "",
            "\u{0}",
            "]]>",
            "• ",
            "-",
            "((((",
            "https://",
            "a\r\n\r\n\r\nb",
            &"x ".repeat(20_000),
        ] {
            let reading = read_text(text, &setting);
            assert_eq!(reading.entries.len(), 1);
        }
    }
}
