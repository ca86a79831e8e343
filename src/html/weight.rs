//! How much a link is like one to an article, by its words and by its address.

use url::Url;

/// Path segments of what lists articles, or is about the site.
const NO_ARTICLES: &[&str] = &[
    "tag",
    "tags",
    "category",
    "categories",
    "author",
    "authors",
    "topic",
    "topics",
    "page",
    "search",
    "login",
    "signin",
    "signup",
    "register",
    "account",
    "user",
    "users",
    "profile",
    "about",
    "contact",
    "privacy",
    "terms",
    "subscribe",
    "feed",
    "kategorie",
    "schlagwort",
    "autor",
    "categoria",
    "etiqueta",
    "rubrique",
    "auteur",
];
/// Query parameters that turn pages or filter.
const TURNS: &[&str] = &[
    "page", "paged", "start", "offset", "sort", "order", "filter", "lang", "tag", "cat",
];

/// How much a text reads like a headline, by its length. Scripts without blanks are counted in characters.
pub(super) fn words(title: &str) -> i64 {
    let wide = title.chars().filter(|c| *c >= '\u{2e80}').count();
    let count = title.split_whitespace().count() + wide / 3;
    match count {
        0..=2 => -2,
        3 => 0,
        4 => 2,
        _ => 3,
    }
}

/// Whether a text holds four digits that may be a year of our time.
pub(super) fn has_year(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| {
        (four.starts_with(b"19") || four.starts_with(b"20")) && four.iter().all(u8::is_ascii_digit)
    })
}

/// How much an address looks like an article's.
pub(super) fn address(url: &Url, here: &Url) -> i64 {
    let turns = url
        .query_pairs()
        .any(|(name, _)| TURNS.contains(&&*name.to_lowercase()));
    let segments: Vec<String> = url
        .path_segments()
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    let listing = segments
        .iter()
        .any(|part| NO_ARTICLES.contains(&part.as_str()));
    if listing || turns && url.path() == here.path() {
        return -4;
    }
    let Some(last) = segments.last() else {
        return 0;
    };
    let slug = last.matches(['-', '_']).count() >= 2;
    let number = last.chars().filter(char::is_ascii_digit).count() >= 4 && segments.len() > 1;
    let dated = segments.len() > 2
        && segments
            .iter()
            .rev()
            .skip(1)
            .any(|part| part.len() == 4 && has_year(part));
    2 * i64::from(slug || number || dated)
}
