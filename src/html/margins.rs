//! What stands on a page beside the articles it lists: menus, sidebars, footers.

use std::collections::HashSet;

use dom_query::{NodeId, NodeRef};

use super::record::is_marked;

/// How far up an element is looked for what makes a `<header>` that of an article.
const CLIMB: usize = 10;
/// Words in classes and ids of what stands beside the articles.
const BESIDE: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "submenu",
    "megamenu",
    "footer",
    "sidebar",
    "breadcrumb",
    "breadcrumbs",
    "pagination",
    "pager",
    "paging",
    "tags",
    "tagcloud",
    "categories",
    "related",
    "recommended",
    "share",
    "sharing",
    "social",
    "comments",
    "cookie",
    "cookies",
    "consent",
    "newsletter",
    "subscribe",
    "login",
    "search",
    "skip",
    "toc",
    "widget",
    "trending",
    "popular",
    "ad",
    "ads",
    "advert",
    "advertisement",
    "promo",
    "sponsored",
    "partners",
    "languages",
];

/// Elements that stand beside the articles: by name; or by their class, unless they hold half of the links, as a page does
/// whose `<body>` or wrapper says `with-sidebar`.
pub(super) fn beside(body: &NodeRef<'_>) -> HashSet<NodeId> {
    // Marked elements that are open, with the links before them; marked elements with the links in them.
    let (mut open, mut marked) = (Vec::new(), Vec::new());
    let (mut beside, mut links) = (HashSet::new(), 0_usize);
    let mut node = *body;
    'document: loop {
        links += usize::from(node.has_name("a"));
        match standing(&node) {
            Standing::Beside => {
                beside.insert(node.id);
            }
            Standing::Marked => open.push((node.id, links)),
            Standing::Plain => {}
        }
        if let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            if open.last().is_some_and(|(id, _)| *id == node.id)
                && let Some((id, before)) = open.pop()
            {
                marked.push((id, links - before));
            }
            if node.id == body.id {
                break 'document;
            }
            if let Some(sibling) = node.next_sibling() {
                node = sibling;
                break;
            }
            let Some(parent) = node.parent() else {
                break 'document;
            };
            node = parent;
        }
    }
    let few = marked.into_iter().filter(|(_, held)| held * 2 < links);
    beside.extend(few.map(|(id, _)| id));
    beside
}

enum Standing {
    /// By its name.
    Beside,
    /// By its class, which may be said of a whole page.
    Marked,
    Plain,
}

fn standing(node: &NodeRef<'_>) -> Standing {
    let Some(name) = node.node_name() else {
        return Standing::Plain;
    };
    let within = |names: &[&str]| {
        node.ancestors_it(Some(CLIMB))
            .any(|around| names.iter().any(|name| around.has_name(name)))
    };
    match &*name {
        "nav" | "footer" | "aside" => Standing::Beside,
        "header" if !within(&["article", "main", "section", "li"]) => Standing::Beside,
        "body" | "html" | "main" => Standing::Plain,
        _ if is_marked(node, BESIDE) => Standing::Marked,
        _ => Standing::Plain,
    }
}
