//! Lines that name a source outright: `(Source: …)`, `Source: Name, …`, `Via …`, `h/t …`, `Originally published at …`.

use std::ops::Range;

use url::Url;

use super::find::Find;
use super::link::LinkKind;
use super::sentence;
use crate::html::{Anchor, Flow};
use crate::link;

/// Words that open a source line, in lower case, with the kind of link they announce. Longer ones first where one begins another.
const OPENERS: [(&str, LinkKind, &str, f32); 31] = [
    (
        "originally published at",
        LinkKind::Original,
        "originally-published",
        0.98,
    ),
    (
        "originally published on",
        LinkKind::Original,
        "originally-published",
        0.98,
    ),
    (
        "originally published by",
        LinkKind::Original,
        "originally-published",
        0.98,
    ),
    (
        "originally appeared in",
        LinkKind::Original,
        "originally-published",
        0.97,
    ),
    (
        "originally appeared on",
        LinkKind::Original,
        "originally-published",
        0.97,
    ),
    (
        "this article was originally published",
        LinkKind::Original,
        "originally-published",
        0.97,
    ),
    (
        "this article first appeared",
        LinkKind::Original,
        "originally-published",
        0.97,
    ),
    (
        "first published at",
        LinkKind::Original,
        "originally-published",
        0.95,
    ),
    (
        "first published by",
        LinkKind::Original,
        "originally-published",
        0.95,
    ),
    (
        "zuerst erschienen",
        LinkKind::Original,
        "originally-published",
        0.95,
    ),
    ("sources", LinkKind::Cites, "source-line", 0.98),
    ("source", LinkKind::Cites, "source-line", 0.98),
    ("references", LinkKind::Cites, "source-line", 0.95),
    ("reference", LinkKind::Cites, "source-line", 0.95),
    ("quellen", LinkKind::Cites, "source-line", 0.98),
    ("quelle", LinkKind::Cites, "source-line", 0.98),
    ("fuentes", LinkKind::Cites, "source-line", 0.98),
    ("fuente", LinkKind::Cites, "source-line", 0.98),
    ("fontes", LinkKind::Cites, "source-line", 0.98),
    ("fonte", LinkKind::Cites, "source-line", 0.98),
    ("fonti", LinkKind::Cites, "source-line", 0.98),
    ("bron", LinkKind::Cites, "source-line", 0.95),
    ("kaynak", LinkKind::Cites, "source-line", 0.95),
    ("источник", LinkKind::Cites, "source-line", 0.98),
    ("स्रोत", LinkKind::Cites, "source-line", 0.98),
    ("来源", LinkKind::Cites, "source-line", 0.98),
    ("出典", LinkKind::Cites, "source-line", 0.98),
    ("via", LinkKind::Via, "via-line", 0.97),
    ("hat tip", LinkKind::Via, "hat-tip", 0.97),
    ("h/t", LinkKind::Via, "hat-tip", 0.97),
    ("ht", LinkKind::Via, "hat-tip", 0.9),
];

/// How many lines above a source line its label may stand.
const LABEL_WITHIN: usize = 3;

/// Longest label and longest source line, in characters: above, it is prose.
const LONGEST_LABEL: usize = 80;
const LONGEST_LINE: usize = 600;

/// Every link that stands on a source line.
pub(super) fn find(
    flow: &Flow,
    anchors: &[Anchor],
    is_foreign: &impl Fn(&Url) -> bool,
) -> Vec<Find> {
    let lines = lines_of(&flow.text);
    let mut finds = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(opened) = opened(&flow.text, line) else {
            continue;
        };
        let context = context(&flow.text, &lines, number);
        // Anchors come in the order of the text, so those of a line are a run of them.
        let first = anchors.partition_point(|anchor| anchor.at.start < line.start);
        let of_line = anchors
            .iter()
            .skip(first)
            .take_while(|anchor| anchor.at.start < line.end);
        let mut from = opened.after;
        for anchor in of_line {
            let Some(url) = link::resolve(&anchor.href, None).filter(is_foreign) else {
                continue;
            };
            let said = flow.text.get(from..anchor.at.start).unwrap_or_default();
            from = anchor.at.end;
            let label = [said, &anchor.label]
                .into_iter()
                .map(bare_name)
                .find(|name| !name.is_empty())
                .unwrap_or_else(|| context.label.clone());
            let label = if label.is_empty() {
                context.label.clone()
            } else {
                label
            };
            finds.push(Find {
                url,
                kind: opened.kind,
                rule: opened.rule,
                confidence: opened.confidence,
                label,
                // A way or an origin stands for the whole text, not for the paragraph before it.
                claim: context
                    .claim
                    .clone()
                    .filter(|_| opened.kind == LinkKind::Cites),
                quote: sentence::short(flow.text.get(line.clone()).unwrap_or_default()),
                at: opened.at,
            });
        }
    }
    spread(&mut finds);
    finds
}

/// Several links of one line begin at one place; later folding goes by place, so each gets one of its own.
fn spread(finds: &mut [Find]) {
    for at in 1..finds.len() {
        let (before, rest) = finds.split_at_mut(at);
        if let (Some(before), Some(find)) = (before.last(), rest.first_mut())
            && find.at <= before.at
        {
            find.at = before.at + 1;
        }
    }
}

struct Opened {
    kind: LinkKind,
    rule: &'static str,
    confidence: f32,
    /// Where the line begins and where what it announces begins, in bytes.
    at: usize,
    after: usize,
}

/// Whether the line begins with an opener: in brackets or not, with a colon — or, for those that read as words of a sentence, without.
fn opened(text: &str, line: &Range<usize>) -> Option<Opened> {
    let whole = text.get(line.clone())?;
    if whole.chars().count() > LONGEST_LINE {
        return None;
    }
    let inner = whole.trim_start_matches(['(', '[', '—', '–', '-', '*', '•', ' ', '\t']);
    let at = line.end - inner.len();
    let lower = inner.to_lowercase();
    OPENERS.iter().find_map(|(opener, kind, rule, confidence)| {
        let rest = lower.strip_prefix(opener)?;
        let needs_colon = !matches!(*rule, "hat-tip" | "originally-published");
        let spaced = rest.trim_start();
        let fits = spaced.starts_with([':', '：'])
            || (rest.starts_with([' ', '\u{a0}']) && (!needs_colon || *rule == "via-line"));
        // Lower-casing may change lengths in other scripts; the cut is then only looser, and `get` keeps it on a boundary.
        fits.then_some(Opened {
            kind: *kind,
            rule,
            confidence: *confidence,
            at: line.start,
            after: at + opener.len(),
        })
    })
}

struct Context {
    label: String,
    claim: Option<String>,
}

/// The nearest `Name:` line at most three lines above, and what stands between; without one the paragraph above is the claim.
fn context(text: &str, lines: &[Range<usize>], number: usize) -> Context {
    let line = |at: usize| text.get(lines[at].clone()).unwrap_or_default().trim();
    let label_at = (number.saturating_sub(LABEL_WITHIN)..number)
        .rev()
        .take_while(|at| !is_source_line(text, &lines[*at]))
        .find(|at| is_label(line(*at)));
    let claim_from = match label_at {
        Some(at) => at + 1,
        None => number.saturating_sub(1),
    };
    let claim = (claim_from..number)
        .filter(|at| !is_source_line(text, &lines[*at]))
        .map(line)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    Context {
        label: label_at
            .map(|at| line(at).trim_end_matches([':', '：']).trim().to_string())
            .unwrap_or_default(),
        claim: (!claim.is_empty()).then(|| sentence::short(&claim)),
    }
}

fn is_source_line(text: &str, line: &Range<usize>) -> bool {
    opened(text, line).is_some()
}

fn is_label(line: &str) -> bool {
    line.ends_with([':', '：'])
        && line.chars().count() <= LONGEST_LABEL
        && line
            .chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() && !c.is_lowercase())
}

/// The lines that hold anything, as byte ranges without surrounding white space.
fn lines_of(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let lead = line.len() - line.trim_start().len();
        let length = line.trim().len();
        if length > 0 {
            lines.push(start + lead..start + lead + length);
        }
        start += line.len();
    }
    lines
}

/// A name between an opener and an address: `: The River Board,` → `The River Board`. An address is no name.
fn bare_name(text: &str) -> String {
    let name = text
        .trim()
        .trim_start_matches([':', '：'])
        .trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    ',' | ';' | ':' | '(' | ')' | '[' | ']' | '–' | '—' | '-' | '|' | '.'
                )
        });
    let is_name = !name.contains("://")
        && !name.starts_with("www.")
        && name.chars().count() <= LONGEST_LABEL
        && name.chars().any(char::is_alphabetic);
    if is_name {
        name.to_string()
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html;

    fn found(markup: &str) -> Vec<(LinkKind, String, String, Option<String>)> {
        let flow = html::flow(markup, None);
        find(&flow, &flow.anchors, &|_| true)
            .into_iter()
            .map(|find| (find.kind, find.url.to_string(), find.label, find.claim))
            .collect()
    }

    #[test]
    fn label_claim_and_address_of_a_block_belong_together() {
        let markup = "<p>River Board (RB):<br>The level fell by a hand.<br>(Source: <a href='https://rb.example/levels'>https://rb.example/levels</a>)</p>";
        let expected = (
            LinkKind::Cites,
            "https://rb.example/levels".into(),
            "River Board (RB)".into(),
            Some("The level fell by a hand.".into()),
        );
        assert_eq!(found(markup), [expected]);
    }

    #[test]
    fn names_on_the_line_win_and_the_paragraph_above_is_the_claim() {
        let markup = "<p>The map is real.</p><p>Source: Museum of Charts, <a href='https://m.example/p'>https://m.example/p</a></p>";
        assert_eq!(
            found(markup),
            [(
                LinkKind::Cites,
                "https://m.example/p".into(),
                "Museum of Charts".into(),
                Some("The map is real.".into())
            )]
        );
    }

    #[test]
    fn via_and_hat_tips_are_ways() {
        let markup = "<p>Via LAKE LISTENERS: <a href='https://l.example/x'>https://l.example/x</a></p><p>h/t Oskar Fenn (<a href='https://s.example/@o/1'>https://s.example/@o/1</a>)</p>";
        let kinds: Vec<_> = found(markup)
            .into_iter()
            .map(|(kind, _, label, _)| (kind, label))
            .collect();
        assert_eq!(
            kinds,
            [
                (LinkKind::Via, "LAKE LISTENERS".into()),
                (LinkKind::Via, "Oskar Fenn".into())
            ]
        );
    }

    #[test]
    fn prose_that_begins_with_the_same_word_is_no_source_line() {
        assert_eq!(
            found("<p>Source code is at <a href='https://c.example/x'>the forge</a>.</p>"),
            []
        );
        assert_eq!(
            found("<p>Sources close to <a href='https://c.example/x'>the board</a> deny it.</p>"),
            []
        );
        assert_eq!(
            found("<p>The sources: <a href='https://c.example/x'>one</a></p>"),
            []
        );
    }

    #[test]
    fn several_links_on_a_line_are_all_found_at_places_of_their_own() {
        let markup = "<p>Sources: <a href='https://a.example/'>A House</a>; <a href='https://b.example/'>B House</a></p>";
        assert_eq!(
            found(markup)
                .into_iter()
                .map(|find| find.2)
                .collect::<Vec<_>>(),
            ["A House", "B House"]
        );
    }
}
