//! The article of a page, without the page: two ways to find it, and the judgement between them.
//!
//! What stands beside the article by its name is taken out first (`prune`). Then the rest is read twice: by
//! dom_smoothie, which scores paragraphs as Readability.js does, and by the place that the page itself names
//! (`content`). From both the lines that speak of the page are taken (`trim`). Readability is right more often; the
//! place wins when it holds twice as much prose, and the article's text in JSON-LD when both hold hardly any of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};
use url::Url;

use super::address::absolute;
use super::claims::{first, nodes};
use super::content;
use super::depth::too_deep;
use super::jsonld;
use super::measure::Sizes;
use super::prune::prune;
use super::text::{escape, flatten, legal};
use super::trim::trim;

/// Nodes of a pruned page. The largest honest pages have ten thousand elements; the time of the readability port grows
/// with the square of what stands side by side.
const MAX_NODES: usize = 50_000;
/// Per cent of the place's prose that readability must have found to be believed.
const BELIEVED: usize = 50;
/// Per cent of the text in JSON-LD that must have been found in markup to be believed.
const BELIEVED_OF_BODY: usize = 60;
/// Bytes of text. A shorter text in JSON-LD is a summary.
const MIN_BODY: usize = 400;
/// Bytes of prose from which length says nothing more about how sure an extraction is.
const AMPLE: usize = 600;
/// Bytes of a script that may be a template with the article in it.
const MIN_TEMPLATE: usize = 500;

/// The main content of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Main {
    /// HTML, **not sanitised**. Its links are absolute where the base was known, otherwise as written.
    pub html: String,
    /// Bytes of text, white space at the ends of its pieces not counted.
    pub length: usize,
    /// Per cent: how far the two ways of finding it agree in the amount of prose, less for what is shorter than a few
    /// sentences. Above 70 is a plain article; below 30 the page is a list, a teaser or a wall.
    pub certainty: u8,
    /// Which way won: `readability`, `place`, `json-ld` or, for a page too deep for a DOM, `text`.
    pub from: &'static str,
}

/// The article of a page. `base` is the page's address, against which relative links are resolved; a `<base>` in the
/// page is heeded. None when the page holds no text. Never fails and never panics (F43).
pub fn main_content(html: &str, base: Option<&Url>) -> Option<Main> {
    if too_deep(html) {
        return flat(html);
    }
    let document = Document::from(format!("<!DOCTYPE html>{}", legal(html)));
    let named = first(&document, "base[href]").and_then(|node| absolute(&node.attr("href")?, base));
    let described = jsonld::of(&document);
    let body = described.as_ref().and_then(|found| found.body.as_deref());
    extract(&document, named.as_ref().or(base), None, body)
}

/// A page too deep for a DOM, as paragraphs.
pub(super) fn flat(html: &str) -> Option<Main> {
    let html = flatten(html);
    (!html.is_empty()).then_some(Main {
        length: html.len(),
        certainty: 0,
        from: "text",
        html,
    })
}

/// As `main_content`, of a page that is parsed already. It takes the tree apart. `title` is told elsewhere and is taken
/// out; `body` is the article's text as JSON-LD has it.
pub(super) fn extract(
    document: &Document,
    base: Option<&Url>,
    title: Option<&str>,
    body: Option<&str>,
) -> Option<Main> {
    unfold_templates(document);
    let root = document.root();
    prune(&root);
    for base in nodes(document, "base") {
        base.remove_from_parent();
    }
    let place = content::find(document);
    let whole = place.has_name("body");
    let count = Sizes::of(&root).nodes();
    let placed = trim(&place.inner_html(), base, title);
    let read = if count <= MAX_NODES {
        readable(document).map(|html| trim(&html, base, title))
    } else {
        None
    };
    let read = read.unwrap_or_default();
    let (a, b) = (read.size.prose, placed.size.prose);
    let agreement = if whole {
        100
    } else {
        a.min(b) * 100 / a.max(b).max(1)
    };
    let (best, from) = if read.size.text == 0 || !whole && a * 100 < b * BELIEVED {
        (placed, "place")
    } else {
        (read, "readability")
    };
    if let Some(told) = body.filter(|body| {
        body.len() >= MIN_BODY && best.size.text * 100 < body.len() * BELIEVED_OF_BODY
    }) {
        return Some(Main {
            html: paragraphs(told),
            length: told.len(),
            certainty: 50,
            from: "json-ld",
        });
    }
    let certainty = agreement * best.size.prose.min(AMPLE) / AMPLE;
    (best.size.text > 0).then_some(Main {
        html: best.html,
        length: best.size.text,
        certainty: u8::try_from(certainty.min(100)).unwrap_or(100),
        from,
    })
}

/// What the readability port finds. A panic in it is nothing found.
fn readable(document: &Document) -> Option<String> {
    let config = Config {
        // What follows reads them, and an entry keeps its markup as sent.
        keep_classes: true,
        disable_json_ld: true,
        ..Config::default()
    };
    let copy = document.clone();
    let read = catch_unwind(AssertUnwindSafe(|| {
        Readability::with_document(copy, None, Some(config))
            .ok()?
            .parse()
            .ok()
    }));
    read.ok()
        .flatten()
        .map(|article| article.content.to_string())
}

/// Some sites send the article as a template, in a script that is no script, and have the browser unfold it.
fn unfold_templates(document: &Document) {
    let is_template = |node: &NodeRef<'_>| {
        node.attr("type").is_some_and(|kind| {
            matches!(
                kind.trim().to_ascii_lowercase().as_str(),
                "text/template" | "text/html" | "text/x-template"
            )
        })
    };
    let body = document.body();
    let within = |node: &NodeRef<'_>| {
        body.as_ref()
            .is_some_and(|body| node.ancestors_it(None).any(|above| above.id == body.id))
    };
    for script in nodes(document, "script[type]") {
        let text = script.text();
        let prose = text.contains("<p") || text.contains("<br");
        if is_template(&script)
            && within(&script)
            && text.len() >= MIN_TEMPLATE
            && prose
            && !too_deep(&text)
        {
            script.replace_with_html(text);
        }
    }
}

/// A plain text as HTML: lines are paragraphs.
fn paragraphs(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("<p>{}</p>\n", escape(line)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str = "The board of the river met on Monday, as it does every month, and raised the dam by two metres after a long debate. ";

    fn page(inside: &str) -> String {
        format!(
            "<html><head><title>T</title></head><body><nav><a href=/>Home</a></nav>{inside}<footer>© Us</footer></body></html>"
        )
    }

    fn text(main: &Option<Main>) -> String {
        main.as_ref()
            .map(|main| super::super::flow(&main.html, None).text)
            .unwrap_or_default()
    }

    #[test]
    fn an_article_is_found_with_certainty() {
        let html = page(&format!(
            "<article><p>{0}</p><p>{0}</p><p>{0}<a href=n>more</a></p><p>{0}</p></article>",
            PROSE.repeat(2)
        ));
        let base = Url::parse("https://s.example/a/").ok();
        let main = main_content(&html, base.as_ref());
        let found = main.clone().unwrap_or_default();
        assert_eq!((found.from, found.certainty), ("readability", 100));
        assert!(found.html.contains("href=\"https://s.example/a/n\""));
        assert_eq!(text(&main).matches("raised the dam").count(), 8);
        assert!(!text(&main).contains("Home") && !text(&main).contains('©'));
    }

    #[test]
    fn the_place_a_page_names_wins_when_readability_finds_a_part() {
        // What is scored best is one letter of many; the place holds them all.
        let letter = |n: usize| {
            format!(
                "<div class=letter><div><div><p>{n} {}</p></div></div></div>",
                PROSE.repeat(2)
            )
        };
        let letters: String = (0..12).map(letter).collect();
        let html = page(&format!("<div class=entry-content>{letters}</div>"));
        let all = text(&main_content(&html, None));
        assert_eq!(all.matches("raised the dam").count(), 24);
    }

    #[test]
    fn what_scripts_fill_is_taken_from_json_ld_and_templates() {
        let told = PROSE.repeat(8);
        let shell = format!(
            r#"<script type="application/ld+json">{{"@type":"Article","headline":"T","articleBody":"{told}"}}</script><div id=app><p>Loading the page, please wait.</p></div>"#
        );
        let main = main_content(&page(&shell), None).unwrap_or_default();
        assert_eq!(
            (main.from, main.html.matches("raised the dam").count()),
            ("json-ld", 8)
        );
        let folded = page(&format!(
            "<div class=post><script type='text/template'><p>{0}</p><p>{0}</p></script></div>",
            PROSE.repeat(4)
        ));
        assert!(text(&main_content(&folded, None)).contains("raised the dam"));
        // A script that is a script stays one.
        let script = page(&format!(
            "<p>{PROSE}</p><script>var a = \"<p>{}</p>\"</script>",
            "evil ".repeat(200)
        ));
        assert!(!text(&main_content(&script, None)).contains("evil"));
    }

    #[test]
    fn a_summary_in_json_ld_does_not_replace_the_article() {
        let html = page(&format!(
            r#"<script type="application/ld+json">{{"@type":"Article","headline":"T","articleBody":"Short."}}</script><article><p>{0}</p><p>{0}</p></article>"#,
            PROSE.repeat(3)
        ));
        assert_eq!(
            main_content(&html, None).map(|main| main.from),
            Some("readability")
        );
    }

    #[test]
    fn a_list_and_a_stub_are_uncertain() {
        let list = page(&"<div><a href=x>Some headline of another day</a></div>".repeat(30));
        assert!(main_content(&list, None).is_none_or(|main| main.certainty < 30));
        let stub = page("<article><p>One short line.</p></article>");
        assert!(main_content(&stub, None).is_none_or(|main| main.certainty < 30));
        assert_eq!(main_content("", None), None);
    }

    #[test]
    fn f43_of_a_page_too_deep_the_text_is_taken() {
        let deep = format!("{}<p>{PROSE}", "<div>".repeat(3000));
        assert_eq!(
            main_content(&deep, None).map(|main| (main.from, main.certainty)),
            Some(("text", 0))
        );
    }

    #[test]
    fn f43_wide_pages_are_not_scored() {
        let wide = format!("<article>{}</article>", "a <br>".repeat(30_000));
        assert_eq!(
            main_content(&wide, None).map(|main| main.from),
            Some("place")
        );
        for odd in [
            "<figure>".to_owned() + &"<figcaption>c</figcaption>".repeat(9_000),
            "<p><a href=x>Related</a></p>".repeat(9_000),
        ] {
            let _ = main_content(&odd, None);
        }
    }
}
