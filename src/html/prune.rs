//! Takes out of a page what stands around its article, before the article is looked for.

use dom_query::NodeRef;

use super::beside::{self, Beside};
use super::elements::{is_block, is_heading};
use super::measure::{Size, Sizes, next};
use super::text::fold;

/// Bytes of text. What is longer is a description.
const MAX_CAPTION: usize = 400;
/// Bytes of text. What is longer is no byline.
const MAX_BYLINE: usize = 160;

/// Takes out what is no part of an article. What holds a good part of the page's prose stays, whatever its name; what
/// readers wrote below goes first, for there is often more of it than of the article.
pub(super) fn prune(root: &NodeRef<'_>) {
    round(root, true);
    round(root, false);
}

fn round(root: &NodeRef<'_>, comments: bool) {
    let sizes = Sizes::of(root);
    let whole = sizes.get(root);
    let mut at = root.first_child();
    while let Some(node) = at {
        let drop = node.is_comment()
            || node.is_element()
                && if comments {
                    is_comments(&node, &sizes, whole)
                } else {
                    is_beside(&node, &sizes, whole)
                };
        at = next(&node, root, !drop);
        if drop {
            node.remove_from_parent();
        }
    }
}

fn is_beside(node: &NodeRef<'_>, sizes: &Sizes, whole: Size) -> bool {
    let Some(name) = node.node_name() else {
        return false;
    };
    match &*name {
        "html" | "head" | "body" | "main" => return false,
        "dialog" | "nav" | "script" | "style" | "template" => return true,
        _ => {}
    }
    let size = sizes.get(node);
    let most = size.prose * 100 > whole.prose * 30;
    match &*name {
        _ if most && !matches!(&*name, "div" | "section" | "ol" | "ul") => return false,
        "form" | "button" | "select" | "menu" => return true,
        "aside" if is_headed_sources(node) => {
            // The readability port takes every aside away.
            node.rename("section");
            return false;
        }
        "aside" => return true,
        "footer" => return size.prose * 10 < whole.prose,
        _ => {}
    }
    let is_container =
        is_block(&name) && !is_heading(&name) && name.as_ref() != "p" || matches!(&*name, "iframe");
    let role = node.attr("role");
    if !most
        && role.as_deref().is_some_and(|role| {
            matches!(
                role,
                "navigation"
                    | "complementary"
                    | "contentinfo"
                    | "search"
                    | "dialog"
                    | "banner"
                    | "menu"
            )
        })
    {
        return true;
    }
    if name.as_ref() == "blockquote" {
        return false;
    }
    let linked = size.prose == 0 || size.linked_over(25);
    match beside::says(&names(node)) {
        Some(Beside::Comments) => false,
        Some(_) if most => false,
        Some(Beside::Furniture | Beside::Others) => {
            is_container
                || name.as_ref() == "span" && !within_prose(node)
                || name.as_ref() == "p" && size.text < 200
        }
        Some(Beside::Teaser) => is_container && linked,
        Some(Beside::Caption) => {
            size.text <= MAX_CAPTION && !node.descendants_it().any(|n| n.has_name("img"))
        }
        Some(Beside::Byline) => size.text <= MAX_BYLINE && !within_prose(node),
        None => false,
    }
}

/// Whether it is a list of what the article is made from: those stay (rule of `enrich`: source blocks are evidence).
pub(super) fn is_headed_sources(aside: &NodeRef<'_>) -> bool {
    aside
        .descendants_it()
        .find(|node| node.node_name().is_some_and(|name| is_heading(&name)))
        .is_some_and(|heading| {
            let text = fold(&heading.text()).to_lowercase();
            matches!(
                text.trim_end_matches(':'),
                "sources"
                    | "source"
                    | "references"
                    | "further reading"
                    | "quellen"
                    | "quelle"
                    | "einzelnachweise"
                    | "fuentes"
                    | "références"
                    | "fonti"
            )
        })
}

/// Whether a class tells a state or a subject of the element, not what it is: `has-paywall`, `tag-newsletter`.
fn is_state(name: &str) -> bool {
    [
        "has-",
        "is-",
        "no-",
        "not-",
        "with-",
        "without-",
        "tag-",
        "category-",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

/// Whether it stands in a paragraph, a quotation or a cell: there words with a class are words of the text.
fn within_prose(node: &NodeRef<'_>) -> bool {
    node.ancestors_it(Some(3)).any(|above| {
        above
            .node_name()
            .is_some_and(|name| matches!(&*name, "p" | "blockquote" | "td" | "li"))
    })
}

fn is_comments(node: &NodeRef<'_>, sizes: &Sizes, whole: Size) -> bool {
    let container = node
        .node_name()
        .is_some_and(|name| matches!(&*name, "div" | "section" | "ol" | "ul" | "aside" | "dl"));
    container
        && whole.prose > sizes.get(node).prose + 120
        && beside::says(&names(node)) == Some(Beside::Comments)
}

/// What the element is called, as one text. A long name without blanks is the anchor of a heading.
fn names(node: &NodeRef<'_>) -> String {
    let mut told = beside::names(node, &["class", "id", "data-testid", "data-component"]);
    told.retain(|value| value.split(['-', '_']).count() <= 5 || value.contains(' '));
    let names: Vec<&str> = told
        .iter()
        .flat_map(|value| value.split_whitespace())
        .filter(|name| !is_state(name))
        .collect();
    names.join(" ")
}

/// Whether a node stands in one of these elements, or in something that is called after comments or other articles.
pub(super) fn stands_in(node: &NodeRef<'_>, elements: &[&str]) -> bool {
    node.ancestors_it(None).any(|above| {
        let Some(name) = above.node_name() else {
            return false;
        };
        let is_called = || {
            let said = beside::says(&names(&above));
            matches!(said, Some(Beside::Comments | Beside::Others))
        };
        let part = matches!(&*name, "div" | "section" | "ol" | "ul" | "aside");
        elements.contains(&&*name) || part && is_called()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dom_query::Document;

    const PROSE: &str = "The board of the river met on Monday, as it does every month, and raised the dam by two metres.";

    fn left(inside: &str) -> String {
        let document = Document::from(format!("<!DOCTYPE html><body>{inside}"));
        prune(&document.root());
        fold(&document.root().text())
    }

    fn with(beside: &str) -> bool {
        let main: String = (0..9).map(|_| format!("<p>{PROSE}</p>")).collect();
        left(&format!("<div>{main}{beside}</div>")).contains("BESIDE")
    }

    #[test]
    fn what_is_named_as_beside_goes() {
        for beside in [
            "<div class='post-share-buttons'>BESIDE</div>",
            "<section id=relatedPosts>BESIDE</section>",
            "<nav>BESIDE</nav>",
            "<aside>BESIDE</aside>",
            "<div role=complementary>BESIDE</div>",
            "<div class=NewsletterBox>BESIDE</div>",
            "<p class=byline>BESIDE</p>",
            "<form>BESIDE</form>",
            "<div class=widget><a href=x>BESIDE</a></div>",
            "<div class=wp-caption-text>BESIDE</div>",
            "<!-- BESIDE -->",
        ] {
            assert!(!with(beside), "{beside}");
        }
    }

    #[test]
    fn what_only_sounds_so_stays() {
        let long = format!("BESIDE {PROSE}");
        for beside in [
            "<blockquote class=social>BESIDE</blockquote>".to_owned(),
            "<h2 id=sharing-the-water-of-one-river>BESIDE</h2>".to_owned(),
            "<div class='has-newsletter tag-cookie'>BESIDE</div>".to_owned(),
            "<p>the <span class=author>BESIDE</span> said</p>".to_owned(),
            format!("<div class=widget>{long}</div>"),
            "<aside><h3>Sources:</h3><a href=x>BESIDE</a></aside>".to_owned(),
            "<div class=shareholders>BESIDE</div>".to_owned(),
        ] {
            assert!(with(&beside), "{beside}");
        }
    }

    #[test]
    fn a_name_on_most_of_the_text_describes_the_page() {
        assert!(
            left(&format!(
                "<div class=sponsored><p>{PROSE}</p><p>{PROSE}</p></div><p>{PROSE}</p>"
            ))
            .starts_with("The board")
        );
    }

    #[test]
    fn comments_go_however_many_there_are_but_not_when_there_is_nothing_else() {
        let comments = format!(
            "<div id=comments>{}</div>",
            format!("<p>BESIDE {PROSE}</p>").repeat(20)
        );
        assert!(!left(&format!("<p>{PROSE}</p><p>{PROSE}</p>{comments}")).contains("BESIDE"));
        assert!(left(&comments).contains("BESIDE"));
    }
}
