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

use super::claims::nodes;
use super::content;
use super::depth::too_deep;
use super::measure::Sizes;
use super::prune::prune;
use super::text::escape;
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
/// Bytes of a script that may be a template with the article in it.
const MIN_TEMPLATE: usize = 500;

/// The article of a page, as HTML, **not sanitised**. It takes the tree apart. Links are made absolute by `base`, where one is given; `title` is told elsewhere
/// and is taken out; `body` is the article's text as JSON-LD has it. Empty when the page holds no text.
pub(super) fn extract(
    document: &Document,
    base: Option<&Url>,
    title: Option<&str>,
    body: Option<&str>,
) -> String {
    unfold_templates(document);
    let root = document.root();
    prune(&root);
    for base in nodes(document, "base") {
        base.remove_from_parent();
    }
    let place = content::find(document);
    let is_named = !place.has_name("body");
    let placed = trim(&place.inner_html(), base, title);
    let read = if Sizes::of(&root).nodes() <= MAX_NODES {
        readable(document).map(|html| trim(&html, base, title))
    } else {
        None
    };
    let read = read.unwrap_or_default();
    let is_part = is_named && read.size.prose * 100 < placed.size.prose * BELIEVED;
    let best = if read.size.text == 0 || is_part {
        placed
    } else {
        read
    };
    match body {
        Some(told)
            if told.len() >= MIN_BODY && best.size.text * 100 < told.len() * BELIEVED_OF_BODY =>
        {
            paragraphs(told)
        }
        _ if best.size.text == 0 => String::new(),
        _ => best.html,
    }
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

/// Some sites send the article as a template, in a script that is no script, and have the browser unfold it. Templates that are too much for a tree,
/// taken together, stay folded (F43).
fn unfold_templates(document: &Document) {
    let is_template = |script: &NodeRef<'_>| {
        let kind = script.attr("type").unwrap_or_default();
        matches!(
            kind.trim().to_ascii_lowercase().as_str(),
            "text/template" | "text/html" | "text/x-template"
        )
    };
    let templates: Vec<_> = nodes(document, "body script[type]")
        .into_iter()
        .filter(is_template)
        .map(|script| (script, script.text()))
        .filter(|(_, text)| {
            text.len() >= MIN_TEMPLATE && (text.contains("<p") || text.contains("<br"))
        })
        .collect();
    let all: String = templates.iter().map(|(_, text)| &**text).collect();
    if too_deep(&all) {
        return;
    }
    for (script, text) in templates {
        script.replace_with_html(text);
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

    fn article(html: &str) -> String {
        super::super::page(html, None).content
    }

    fn text(html: &str) -> String {
        super::super::flow(&article(html), None).text
    }

    #[test]
    fn an_article_is_found_without_its_page() {
        let html = page(&format!(
            "<article><p>{0}</p><p>{0}</p><p>{0}<a href=n>more</a></p><p>{0}</p></article>",
            PROSE.repeat(2)
        ));
        let found = text(&html);
        assert_eq!(found.matches("raised the dam").count(), 8);
        assert!(!found.contains("Home") && !found.contains('©'));
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
        let all = text(&html);
        assert_eq!(all.matches("raised the dam").count(), 24);
    }

    #[test]
    fn what_scripts_fill_is_taken_from_json_ld_and_templates() {
        let told = PROSE.repeat(8);
        let shell = format!(
            r#"<script type="application/ld+json">{{"@type":"Article","headline":"T","articleBody":"{told}"}}</script><div id=app><p>Loading the page, please wait.</p></div>"#
        );
        assert_eq!(text(&page(&shell)).matches("raised the dam").count(), 8);
        let folded = page(&format!(
            "<div class=post><script type='text/template'><p>{0}</p><p>{0}</p></script></div>",
            PROSE.repeat(4)
        ));
        assert!(text(&folded).contains("raised the dam"));
        // A script that is a script stays one.
        let script = page(&format!(
            "<p>{PROSE}</p><script>var a = \"<p>{}</p>\"</script>",
            "evil ".repeat(200)
        ));
        assert!(!text(&script).contains("evil"));
    }

    #[test]
    fn a_summary_in_json_ld_does_not_replace_the_article() {
        let html = page(&format!(
            r#"<script type="application/ld+json">{{"@type":"Article","headline":"T","articleBody":"Short."}}</script><article><p>{0}</p><p>{0}</p></article>"#,
            PROSE.repeat(3)
        ));
        assert_eq!(text(&html).matches("raised the dam").count(), 6);
        assert_eq!(article(""), "");
    }

    #[test]
    fn f43_templates_that_are_too_much_together_stay_folded() {
        let article_of = |inside: &str| text(&page(&format!("<p>{PROSE}</p>{inside}")));
        let template = |inside: &str| format!("<script type=text/html>{inside}</script>");
        let large = template(&format!("<p>FOLDED{}", "<p>".repeat(250_000)));
        let found = article_of(&large.repeat(2));
        assert!(found.contains("raised the dam") && !found.contains("FOLDED"));
        let deep = format!(
            "{}{}",
            "<div>".repeat(200),
            template(&format!("{}<p>{}", "<div>".repeat(200), PROSE.repeat(9)))
        );
        let found = article(&page(&deep));
        assert!(found.contains("raised the dam") && !too_deep(&found));
    }

    #[test]
    fn f43_wide_pages_are_not_scored() {
        let wide = format!("<article>{}</article>", "a <br>".repeat(30_000));
        assert!(text(&wide).ends_with('a'));
        for odd in [
            "<figure>".to_owned() + &"<figcaption>c</figcaption>".repeat(9_000),
            "<p><a href=x>Related</a></p>".repeat(9_000),
        ] {
            let _ = article(&odd);
        }
    }
}
