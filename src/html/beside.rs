//! The words by which pages name what stands beside an article: in classes, ids, roles and test ids.

use dom_query::NodeRef;

/// Words that name a part of the page around an article, alone or in a longer name.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "ad", "ads", "advert", "adverts", "advertisement", "advertising", "adsense", "addtoany", "addthis", "breadcrumb", "breadcrumbs", "consent",
    "cookie", "cookies", "gdpr", "donate", "donation", "login", "mailchimp", "modal", "nav", "navbar", "navi", "navigation", "newsletter",
    "newsletters", "pager", "pagination", "popup", "promoted", "readmore", "share", "sharebar", "sharedaddy", "shares", "sharing", "signup",
    "sociallinks", "sponsor", "sponsored", "subnav", "subscribe", "subscription", "taglist",
];

/// Pairs of neighbouring words that do what neither does alone.
#[rustfmt::skip]
const PAIRS: &[(&str, &str)] = &[
    ("about", "author"), ("author", "bio"), ("author", "box"), ("author", "card"), ("author", "description"), ("author", "info"),
    ("author", "profile"), ("back", "top"), ("call", "action"), ("entry", "footer"), ("entry", "meta"), ("link", "list"),
    ("next", "post"), ("post", "footer"), ("post", "meta"), ("post", "tags"), ("entry", "tags"), ("article", "tags"), ("tag", "list"),
    ("tags", "list"), ("prev", "next"), ("read", "more"), ("screen", "reader"), ("see", "also"), ("skip", "link"), ("sr", "only"), ("tag", "cloud"),
    ("visually", "hidden"), ("article", "meta"), ("article", "footer"), ("story", "footer"),
];

/// Names of lists of other articles.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "related", "relatedposts", "recirc", "recirculation", "outbrain", "taboola", "sidebar", "yarpp", "zergnet",
];
#[rustfmt::skip]
const OTHER_PAIRS: &[(&str, &str)] = &[
    ("more", "stories"), ("most", "read"), ("latest", "news"), ("read", "next"), ("next", "article"), ("more", "from"), ("more", "on"),
    ("also", "read"), ("read", "also"), ("you", "like"),
];

/// Names of what readers wrote below.
#[rustfmt::skip]
const COMMENTS: &[&str] = &[
    "comments", "commentlist", "disqus", "replies", "respond", "kommentare", "commentaires", "comentarios",
];
#[rustfmt::skip]
const COMMENT_PAIRS: &[(&str, &str)] = &[
    ("comment", "form"), ("comment", "list"), ("comment", "section"), ("comment", "respond"), ("comment", "thread"), ("comment", "area"),
];

/// Names of boxes that may also be a part of the text: they are beside it when they hold links and no prose.
#[rustfmt::skip]
const TEASERS: &[&str] = &[
    "feedback", "menu", "paywall", "permalink", "popular", "promo", "promotion", "rating", "ratings", "recommended", "recommendation",
    "recommendations", "social", "socials", "teaser", "teasers", "toolbar", "trending", "voting", "widget", "tags", "footer",
];

/// Names of the words under a picture.
const CAPTIONS: &[&str] = &["caption", "captions", "figcaption", "credit", "credits"];
/// Words of an author's line.
#[rustfmt::skip]
const BYLINES: &[&str] = &[
    "byline", "author", "authors", "dateline", "timestamp", "byauthor", "meta", "postmeta", "metadata",
];

/// What the names of an element say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    Comments,
    /// Other articles.
    Others,
    Furniture,
    Teaser,
    Byline,
    Caption,
}

/// Reads class, id and the like, as one text.
pub(super) fn says(names: &str) -> Option<Beside> {
    let words = words(names);
    let one = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let two = |known: &[(&str, &str)]| {
        words
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if known.contains(&(a.as_str(), b.as_str()))))
    };
    if one(COMMENTS) || two(COMMENT_PAIRS) {
        Some(Beside::Comments)
    } else if one(OTHERS) || two(OTHER_PAIRS) {
        Some(Beside::Others)
    } else if one(WORDS) || two(PAIRS) {
        Some(Beside::Furniture)
    } else if one(CAPTIONS) {
        Some(Beside::Caption)
    } else if one(TEASERS) {
        Some(Beside::Teaser)
    } else {
        one(BYLINES).then_some(Beside::Byline)
    }
}

/// Bytes of one attribute's names that are read. The longest honest ones are lists of utility classes; these are asked for again and again.
const LONGEST_NAMES: usize = 1_000;

/// What an element is called by each of these attributes.
pub(super) fn names(node: &NodeRef<'_>, attributes: &[&str]) -> Vec<String> {
    let read = |key: &&str| {
        let value = node.attr(key)?;
        let read = value.get(..value.floor_char_boundary(LONGEST_NAMES));
        read.map(str::to_owned)
    };
    attributes.iter().filter_map(read).collect()
}

/// `RelatedPosts__list-2` is `related`, `posts`, `list`, `2`.
pub(super) fn words(names: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut lower = false;
    for c in names.chars() {
        let ends = !c.is_alphanumeric() || c.is_uppercase() && lower;
        if ends && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        lower = c.is_lowercase();
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(
            words("RelatedPosts__list-2 aB"),
            ["related", "posts", "list", "2", "a", "b"]
        );
        assert_eq!(says("c-relatedArticles"), Some(Beside::Others));
        assert_eq!(says("unrelated prelate"), None);
        assert_eq!(says("entry-footer"), Some(Beside::Furniture));
        assert_eq!(says("site-footer"), Some(Beside::Teaser));
        assert_eq!(says("comment-form"), Some(Beside::Comments));
        assert_eq!(says("post-author"), Some(Beside::Byline));
    }
}
