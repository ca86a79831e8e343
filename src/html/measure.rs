//! How much text stands in every element of a tree, and how much of it in links: read once, asked often.

use std::collections::HashMap;

use dom_query::{NodeId, NodeRef};

use super::text::fold;

/// What one element holds. Lengths are bytes of text, white space at the ends of its pieces not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) text: usize,
    /// Of it, what stands in links.
    pub(super) links: usize,
    /// Of it, what stands in paragraphs long enough to be prose, outside links.
    pub(super) prose: usize,
}

impl Size {
    /// Whether more than this many per cent of the text are links.
    pub(super) fn linked_over(&self, percent: usize) -> bool {
        self.links * 100 > self.text * percent
    }
}

/// Bytes of a piece of text outside links. Shorter ones are labels, menus and captions.
const PROSE: usize = 60;

/// Nodes of one element that are looked at, where elements that are asked may stand in one another. A teaser has some dozens; a thousand is a page inside the
/// page.
pub(super) const FEW_NODES: usize = 1_000;

/// The sizes of all nodes below one.
pub(super) struct Sizes {
    sizes: HashMap<NodeId, Size>,
    nodes: usize,
}

impl Sizes {
    /// Measures a tree in one walk, whatever its depth.
    pub(super) fn of(root: &NodeRef<'_>) -> Self {
        let mut sizes: HashMap<NodeId, Size> = HashMap::new();
        let mut nodes = 0;
        let mut steps = vec![(*root, false, false)];
        while let Some((node, in_link, leaving)) = steps.pop() {
            if leaving {
                let own = sizes.get(&node.id).copied().unwrap_or_default();
                if let Some(parent) = node.parent() {
                    let sum = sizes.entry(parent.id).or_default();
                    sum.text += own.text;
                    sum.links += own.links;
                    sum.prose += own.prose;
                }
                continue;
            }
            nodes += 1;
            if node.is_text() {
                let text = node.text().trim().len();
                let size = Size {
                    text,
                    links: if in_link { text } else { 0 },
                    prose: if !in_link && text >= PROSE { text } else { 0 },
                };
                sizes.insert(node.id, size);
                steps.push((node, in_link, true));
                continue;
            }
            if node.is_comment() || node.node_name().is_some_and(|name| is_silent(&name)) {
                continue;
            }
            let in_link = in_link || node.has_name("a");
            steps.push((node, in_link, true));
            steps.extend(node.children_it(true).map(|child| (child, in_link, false)));
        }
        Self { sizes, nodes }
    }

    /// How many nodes were measured.
    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    pub(super) fn get(&self, node: &NodeRef<'_>) -> Size {
        self.sizes.get(&node.id).copied().unwrap_or_default()
    }
}

fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "noscript" | "template" | "iframe" | "svg" | "head"
    )
}

/// The text of an element when it is no longer than so many characters, else nothing: a long element is not read to its end, and no more of one than
/// [`FEW_NODES`]. `between` is put between its pieces.
pub(super) fn short_text(node: &NodeRef<'_>, most: usize, between: &str) -> Option<String> {
    let mut text = String::new();
    for inner in node.descendants_it().take(FEW_NODES) {
        let parent = || inner.parent().and_then(|parent| parent.node_name());
        if !inner.is_text() || parent().is_some_and(|name| is_silent(&name)) {
            continue;
        }
        let piece = inner.text();
        // White space of the source is not folded yet.
        if text.len() + piece.len() > most * 8 {
            return None;
        }
        text.push_str(&piece);
        text.push_str(between);
    }
    let text = fold(&text);
    (!text.is_empty() && text.chars().count() <= most).then_some(text)
}

/// The next node in document order within `root`; with `inside` false, past what this one holds.
pub(super) fn next<'a>(
    node: &NodeRef<'a>,
    root: &NodeRef<'a>,
    inside: bool,
) -> Option<NodeRef<'a>> {
    if inside && let Some(child) = node.first_child() {
        return Some(child);
    }
    let mut node = *node;
    while node.id != root.id {
        if let Some(next) = node.next_sibling() {
            return Some(next);
        }
        node = node.parent()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use dom_query::Document;

    #[test]
    fn text_links_and_prose_are_summed() {
        let prose = "x".repeat(PROSE);
        let document = Document::fragment(format!(
            "<div><p>{prose}</p><a href=x>abc<b>d</b></a><script>no</script> e </div>"
        ));
        let root = document.root();
        let size = Sizes::of(&root).get(&root);
        assert_eq!((size.text, size.links, size.prose), (PROSE + 5, 4, PROSE));
        assert!(!size.linked_over(10));
    }

    #[test]
    fn a_long_text_is_no_short_one() {
        let document =
            Document::fragment(format!("<p>a<b> b</b></p><p>{}</p>", "long ".repeat(100)));
        let found = document.select("p");
        let texts: Vec<_> = found
            .nodes()
            .iter()
            .map(|p| short_text(p, 20, " "))
            .collect();
        assert_eq!(texts, [Some("a b".to_owned()), None]);
    }
}
