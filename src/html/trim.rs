//! Takes out of an extracted article the lines that speak of the page.

use dom_query::{Document, NodeRef};

use super::elements::{is_block, is_heading};
use super::measure::Sizes;
use super::phrases::{heads_others, is_furniture, is_head_line};
use super::prune::following;
use super::text::fold;

/// Bytes of a block that is worth comparing with phrases.
const MAX_BLOCK: usize = 400;

fn flag(name: &str) -> bool {
    std::env::var(name).is_ok()
}

pub(super) fn trim(html: &str) -> String {
    let document = Document::fragment(html);
    let root = document.root();
    captions(&root);
    lines(&root);
    others(&root);
    if !flag("NOHEAD") {
        head(&root);
    }
    document.html_root().inner_html().to_string()
}

fn captions(root: &NodeRef<'_>) {
    if flag("CAPTIONS") {
        return;
    }
    let found: Vec<_> = root
        .descendants_it()
        .filter(|node| {
            node.has_name("figcaption")
                && node.parent().is_some_and(|figure| {
                    figure.descendants_it().any(|n| {
                        matches!(
                            n.node_name().as_deref(),
                            Some("img" | "picture" | "video" | "iframe")
                        )
                    })
                })
        })
        .collect();
    for node in found {
        node.remove_from_parent();
    }
}

/// A block that holds no other block: a line as readers see it.
fn is_line(node: &NodeRef<'_>) -> bool {
    node.node_name().is_some_and(|name| is_block(&name))
        && !node
            .descendants_it()
            .any(|inner| inner.node_name().is_some_and(|name| is_block(&name)))
}

fn lines(root: &NodeRef<'_>) {
    let sizes = Sizes::of(root);
    let mut next = root.first_child();
    while let Some(node) = next {
        let size = sizes.get(&node);
        let drop = node.is_element()
            && size.text > 0
            && size.text <= MAX_BLOCK
            && is_line(&node)
            && is_furniture(&fold(&node.text()), size.linked_over(30));
        next = node
            .first_child()
            .filter(|_| !drop)
            .or_else(|| following(&node, root));
        if drop {
            node.remove_from_parent();
        }
    }
}

/// A line over a list of other articles goes, and the list with it.
fn others(root: &NodeRef<'_>) {
    let sizes = Sizes::of(root);
    let labels: Vec<_> = root
        .descendants_it()
        .filter(|node| {
            let size = sizes.get(node);
            node.is_element()
                && size.text > 0
                && size.text <= 80
                && is_line(node)
                && heads_others(&fold(&node.text()))
        })
        .collect();
    for label in labels {
        let mut listed = Vec::new();
        let mut next = label.next_sibling();
        while let Some(node) = next {
            let size = sizes.get(&node);
            let list = node.has_name("ul") || node.has_name("ol");
            if size.text > 0 && !size.linked_over(if list { 35 } else { 50 }) {
                break;
            }
            listed.push(node);
            next = node.next_sibling();
        }
        let heading = label.node_name().is_some_and(|name| is_heading(&name));
        if heading
            || listed.iter().any(|node| sizes.get(node).text > 0)
            || label.next_sibling().is_none()
        {
            label.remove_from_parent();
            for node in listed {
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
        if node.is_text() && size.prose > 100 {
            break;
        }
        if node.is_element()
            && size.text > 0
            && size.text <= 140
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
