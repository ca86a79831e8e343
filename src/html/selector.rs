//! CSS selectors, as operators write them for pages that have no feed.

use dom_query::{Matcher, NodeRef};

/// What is wrong with a selector; `None` when it can be used. Its parser does not say where it stumbled.
pub fn selector_fault(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("it is empty");
    }
    Matcher::new(text)
        .is_err()
        .then_some("not a CSS selector that headwater can use")
}

/// The first element that a selector picks, the given one included, within `budget` nodes.
pub(super) fn pick_within<'a>(
    node: &NodeRef<'a>,
    matcher: &Matcher,
    budget: usize,
) -> Option<NodeRef<'a>> {
    if node.is_match(matcher) {
        return Some(*node);
    }
    node.descendants_it()
        .take(budget)
        .find(|node| node.is_element() && node.is_match(matcher))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_checked() {
        for good in ["article", "h2 > a[href]", ".card:not(.ad), li", "time"] {
            assert_eq!(selector_fault(good), None, "{good}");
        }
        for bad in ["h2 >> a", "a[", "  ", "//div/a", "p::first-line", "a:"] {
            assert!(selector_fault(bad).is_some(), "{bad}");
        }
    }
}
