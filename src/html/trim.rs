//! Takes out of an extracted article the lines that speak of the page, and makes its addresses absolute.

use dom_query::NodeRef;
use url::Url;

use super::address::{absolute, srcset};
use super::claims::first;
use super::elements::{is_block, is_heading};
use super::measure::{FEW_NODES, Size, Sizes, next};
use super::phrases::{MAX_HEAD, heads_author, heads_others, is_appeal, is_furniture, is_head_line};
use super::text::{fold, shallow};

/// Bytes of a block that is worth comparing with phrases. Longer ones are prose.
const MAX_BLOCK: usize = 400;
/// Bytes of a line that may stand over a list of other articles.
const MAX_LABEL: usize = 80;
/// Bytes of a note about the author. What is longer is an article about one.
const MAX_NOTE: usize = 1_000;
/// Blocks that ask for something. An article with more of them is about such things.
const MAX_APPEALS: usize = 4;
/// Bytes of a piece of text that is surely prose: the article has begun.
const BEGUN: usize = 100;
/// Per cent of the text that is links, from which something is a list of links: a list, and anything else.
const LINKED_LIST: usize = 35;
const LINKED: usize = 50;

/// An article without the lines of its page.
#[derive(Default)]
pub(super) struct Trimmed {
    pub(super) html: String,
    pub(super) size: Size,
}

/// `title` is told elsewhere: a heading that repeats it goes. Measured again, since unfolding templates may have made a page deeper (F43).
pub(super) fn trim(html: &str, base: Option<&Url>, title: Option<&str>) -> Trimmed {
    let document = shallow(html);
    let root = document.root();
    captions(&root);
    lines(&root, title);
    others(&root);
    author_boxes(&root);
    head(&root);
    if let Some(base) = base {
        rebase(&root, base);
    }
    // The readability port wraps its find in a box of its own.
    let wrapper = first(&document, "#readability-page-1");
    // The element around it all is itself a line when nothing stands in it but words of the page, and has gone then.
    let found = wrapper.or_else(|| root.first_element_child());
    let html = found.map(|node| node.inner_html()).unwrap_or_default();
    Trimmed {
        html: html.trim().to_owned(),
        size: Sizes::of(&root).get(&root),
    }
}

/// The words under a picture are no part of the running text. They stay with the picture, as its `title`, so that the
/// credit of a photograph is not lost.
fn captions(root: &NodeRef<'_>) {
    let figures: Vec<_> = root
        .descendants_it()
        .filter(|node| node.has_name("figure"))
        .collect();
    for figure in figures {
        let captions: Vec<_> = figure
            .children_it(false)
            .filter(|node| node.has_name("figcaption"))
            .collect();
        let inside = || figure.descendants_it().take(FEW_NODES);
        let is_shown = |node: NodeRef<'_>| {
            node.node_name()
                .is_some_and(|name| matches!(&*name, "img" | "picture" | "video" | "iframe"))
        };
        if captions.is_empty() || !inside().any(is_shown) {
            continue;
        }
        let picture = inside().find(|node| node.has_name("img"));
        for caption in captions {
            let words = fold(&caption.text());
            if let Some(picture) = picture.filter(|p| !words.is_empty() && !p.has_attr("title")) {
                picture.set_attr("title", &words);
            }
            caption.remove_from_parent();
        }
    }
}

/// A block that holds no other block: a line as readers see it.
fn is_line(node: &NodeRef<'_>) -> bool {
    node.node_name().is_some_and(|name| is_block(&name))
        && !node
            .descendants_it()
            .any(|inner| inner.node_name().is_some_and(|name| is_block(&name)))
}

/// The lines of at most so many bytes that say so.
fn lines_that<'a>(
    root: &NodeRef<'a>,
    sizes: &Sizes,
    longest: usize,
    say: impl Fn(&str) -> bool,
) -> Vec<NodeRef<'a>> {
    let is = |node: &NodeRef<'a>| {
        let text = sizes.get(node).text;
        node.is_element()
            && (1..=longest).contains(&text)
            && is_line(node)
            && say(&fold(&node.text()))
    };
    root.descendants_it().filter(is).collect()
}

fn lines(root: &NodeRef<'_>, title: Option<&str>) {
    let sizes = Sizes::of(root);
    let mut appeals = Vec::new();
    let mut at = root.first_child();
    while let Some(node) = at {
        let size = sizes.get(&node);
        let is_short = node.is_element() && size.text > 0 && size.text <= MAX_BLOCK;
        let text = if is_short && is_line(&node) {
            fold(&node.text())
        } else {
            String::new()
        };
        let headline = || {
            (node.has_name("h1") || node.has_name("h2")) && title.is_some_and(|title| title == text)
        };
        let drop =
            !text.is_empty() && (headline() || is_furniture(&text, size.linked_over(LINKED_LIST)));
        if !drop && !text.is_empty() && is_appeal(&text) {
            appeals.push(node);
        }
        at = next(&node, root, !drop);
        if drop {
            node.remove_from_parent();
        }
    }
    if appeals.len() <= MAX_APPEALS {
        for appeal in appeals {
            appeal.remove_from_parent();
        }
    }
}

/// A line over a list of other articles goes, and the list with it.
fn others(root: &NodeRef<'_>) {
    let sizes = Sizes::of(root);
    for label in lines_that(root, &sizes, MAX_LABEL, heads_others) {
        // It went with the list of another label.
        if label.parent().is_none() {
            continue;
        }
        let mut listed = Vec::new();
        let mut next = label.next_sibling();
        while let Some(node) = next {
            let size = sizes.get(&node);
            let list = node.has_name("ul") || node.has_name("ol");
            if size.text > 0 && !size.linked_over(if list { LINKED_LIST } else { LINKED }) {
                break;
            }
            listed.push(node);
            next = node.next_sibling();
        }
        let heading = label.node_name().is_some_and(|name| is_heading(&name));
        if heading
            || listed.iter().any(|node| sizes.get(node).text > 0)
            || label.next_sibling().is_none() && !label.text().trim_end().ends_with('.')
        {
            label.remove_from_parent();
            for node in listed {
                node.remove_from_parent();
            }
        }
    }
}

/// A heading over a note about the author goes with the note, which ends at the next heading.
fn author_boxes(root: &NodeRef<'_>) {
    let sizes = Sizes::of(root);
    for heading in lines_that(root, &sizes, MAX_LABEL, heads_author) {
        let mut note = vec![heading];
        let mut length = 0;
        let mut next = heading.next_sibling();
        while let Some(node) = next {
            length += sizes.get(&node).text;
            if length > MAX_NOTE || node.node_name().is_some_and(|name| is_heading(&name)) {
                break;
            }
            note.push(node);
            next = node.next_sibling();
        }
        if length <= MAX_NOTE {
            for node in note {
                node.remove_from_parent();
            }
        }
    }
}

/// Lines before the first prose that say who and when.
fn head(root: &NodeRef<'_>) {
    let sizes = Sizes::of(root);
    let mut found = Vec::new();
    for node in root.descendants_it() {
        let size = sizes.get(&node);
        if node.is_text() && size.prose > BEGUN {
            break;
        }
        if node.is_element()
            && size.text > 0
            && size.text <= MAX_HEAD
            && is_line(&node)
            && is_head_line(&fold(&node.text()))
        {
            found.push(node);
        }
    }
    for node in found {
        node.remove_from_parent();
    }
}

/// A page's base does not travel with its content.
fn rebase(content: &NodeRef<'_>, base: &Url) {
    // Collected first: a walk holds the tree, and cannot write into it.
    for node in content.descendants() {
        for attribute in ["href", "src", "poster", "cite", "data-src"] {
            if let Some(url) = node
                .attr(attribute)
                .and_then(|written| absolute(&written, Some(base)))
            {
                node.set_attr(attribute, url.as_str());
            }
        }
        if let Some(set) = node.attr("srcset") {
            node.set_attr("srcset", &srcset(&set, Some(base)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str = "<p>The board of the river met on Monday, as it does every month, and raised the dam by two metres after a debate.</p>";

    fn trimmed(html: &str) -> String {
        trim(html, None, Some("The dam")).html.replace(PROSE, "¶")
    }

    #[test]
    fn lines_of_the_page_go_and_lines_of_the_article_stay() {
        for (before, after) in [
            ("<p>Advertisement</p>¶<div>Share this:</div>", "¶"),
            ("¶<p>Read more: <a href=x>The weir is old</a></p>¶", "¶¶"),
            (
                "¶<p>Read more of what he wrote in the letters of that winter.</p>",
                "¶<p>Read more of what he wrote in the letters of that winter.</p>",
            ),
            ("¶<p>Sign up for our newsletter.</p>", "¶"),
            (
                "¶<p>They sign up for the army.</p>",
                "¶<p>They sign up for the army.</p>",
            ),
            ("<h1>The dam</h1>¶<h2>The weir</h2>¶", "¶<h2>The weir</h2>¶"),
        ] {
            assert_eq!(trimmed(&before.replace('¶', PROSE)), after, "{before}");
        }
    }

    #[test]
    fn f43_of_words_of_the_page_alone_nothing_is_left() {
        for all in ["Stand: 12:30", "Advertisement", "Share this:", ""] {
            assert_eq!(trimmed(all), "", "{all}");
        }
    }

    #[test]
    fn a_list_of_other_articles_goes_with_its_heading_and_sources_stay() {
        let list =
            "<ul><li><a href=x>The weir is old</a></li><li><a href=y>The mill burned</a></li></ul>";
        assert_eq!(
            trimmed(&format!("{PROSE}<h3>You may also like</h3>{list}{PROSE}")),
            "¶¶"
        );
        let sources = format!("{PROSE}<h3>Sources</h3>{list}");
        assert!(trimmed(&sources).contains("The mill burned"));
    }

    #[test]
    fn an_article_about_cookies_keeps_its_paragraphs() {
        let about = "<p>Sites must ask before users accept a cookie.</p>";
        assert_eq!(trimmed(&format!("{PROSE}{about}")), "¶");
        assert_eq!(trimmed(&about.repeat(6)), about.repeat(6));
    }

    #[test]
    fn a_note_about_the_author_goes_and_an_article_about_one_stays() {
        let note = "<h3>About the author</h3><p>Ana Bo writes about rivers.</p>";
        assert_eq!(
            trimmed(&format!("{PROSE}{note}<h3>Sources</h3>{PROSE}")),
            "¶<h3>Sources</h3>¶"
        );
        assert!(
            trimmed(&format!(
                "{PROSE}<h3>About the author</h3>{}",
                PROSE.repeat(12)
            ))
            .contains("About")
        );
    }

    #[test]
    fn lines_above_the_text_that_say_who_and_when_go() {
        assert_eq!(
            trimmed(&format!(
                "<p>Published: 3 May 2024</p><p>By Ana Bo</p><p>4 min read</p>{PROSE}<p>By noon it rained</p>"
            )),
            "¶<p>By noon it rained</p>"
        );
    }

    #[test]
    fn captions_stay_with_their_picture_and_those_of_tables_where_they_are() {
        assert_eq!(
            trimmed("<figure><img src=a><figcaption>The dam. Photo: Bo</figcaption></figure>"),
            "<figure><img src=\"a\" title=\"The dam. Photo: Bo\"></figure>"
        );
        let table = "<figure><pre>1 2</pre><figcaption>Levels</figcaption></figure>";
        assert_eq!(trimmed(table), table);
    }

    #[test]
    fn addresses_are_made_absolute() {
        let base = Url::parse("https://s.example/a/").ok();
        let html = trim("<a href=b>b</a><img srcset='c 2x'>", base.as_ref(), None).html;
        assert_eq!(
            html,
            "<a href=\"https://s.example/a/b\">b</a><img srcset=\"https://s.example/a/c 2x\">"
        );
    }
}
