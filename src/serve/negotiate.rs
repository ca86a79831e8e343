//! Which format `/feeds/ID` gives (S8; RFC 9110 §12.5.1).

use crate::publish::Format;

use super::weights::{Weight, weighted};

/// Formats in the order that settles ties. RSS first, as the format every reader knows; the page last, since whoever asks for a feed as well as for HTML
/// is a reader of feeds.
const BY_RANK: [Format; 4] = [Format::Rss, Format::Atom, Format::Json, Format::Page];

/// The format that these `Accept` lines like best. There is always one: a reader that asks for nothing we know, or refuses everything, gets RSS, never
/// 406 (S8).
pub(super) fn choose<'a>(accept: impl IntoIterator<Item = &'a str>) -> Format {
    let accepted: Vec<(&str, Weight)> = weighted(accept).collect();
    BY_RANK
        .into_iter()
        .map(|format| (format, liking(&accepted, names(format))))
        .filter(|(_, weight)| *weight > 0)
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map_or(Format::Rss, |(format, _)| format)
}

/// Whether a message is better told as a page: HTML is asked for by name, and liked no less than plain text.
pub(super) fn prefers_page<'a>(accept: impl IntoIterator<Item = &'a str>) -> bool {
    let accepted: Vec<(&str, Weight)> = weighted(accept).collect();
    let page = by_name(&accepted, names(Format::Page)).unwrap_or(0);
    page > 0 && page >= by_name(&accepted, &["text/plain"]).unwrap_or(0)
}

/// The media types that mean a format, its own first. Plain XML means RSS: readers that ask for it take either.
fn names(format: Format) -> &'static [&'static str] {
    match format {
        Format::Rss => &[
            "application/rss+xml",
            "application/rdf+xml",
            "application/xml",
            "text/xml",
        ],
        Format::Atom => &["application/atom+xml"],
        Format::Json => &["application/feed+json", "application/json"],
        Format::Page => &["text/html", "application/xhtml+xml"],
    }
}

/// How much a format is liked: by one of its names, else by the range of its own name, else by `*/*` (RFC 9110 §12.5.1: the most specific counts).
fn liking(accepted: &[(&str, Weight)], names: &[&str]) -> Weight {
    let own = names.first().copied().unwrap_or_default();
    by_name(accepted, names)
        .or_else(|| best(accepted, |range| is_range_of(range, own)))
        .or_else(|| best(accepted, |range| range == "*/*" || range == "*"))
        .unwrap_or(0)
}

fn by_name(accepted: &[(&str, Weight)], names: &[&str]) -> Option<Weight> {
    best(accepted, |range| {
        names.iter().any(|name| range.eq_ignore_ascii_case(name))
    })
}

/// Whether `application/*` and the like covers a media type.
fn is_range_of(range: &str, media_type: &str) -> bool {
    let kind = range.strip_suffix("/*");
    let own = media_type.split('/').next();
    matches!((kind, own), (Some(kind), Some(own)) if kind.eq_ignore_ascii_case(own))
}

fn best(accepted: &[(&str, Weight)], wanted: impl Fn(&str) -> bool) -> Option<Weight> {
    accepted
        .iter()
        .filter(|(range, _)| wanted(range))
        .map(|(_, weight)| *weight)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s8_table_of_accept() {
        use Format::{Atom, Json, Page, Rss};
        let table = [
            ("", Rss),
            ("*/*", Rss),
            ("*", Rss),
            ("text/html", Page),
            ("TEXT/HTML;charset=utf-8", Page),
            ("text/*", Page),
            ("application/xhtml+xml", Page),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                Page,
            ),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
                Page,
            ),
            ("text/html, application/rss+xml", Rss),
            ("application/atom+xml", Atom),
            ("application/atom+xml;type=feed", Atom),
            ("application/atom+xml, application/rss+xml", Rss),
            (
                "application/atom+xml, application/rss+xml;q=0.9, */*;q=0.1",
                Atom,
            ),
            (
                "application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6, text/html;q=0.1",
                Rss,
            ),
            ("application/feed+json", Json),
            ("application/json", Json),
            ("application/json, */*;q=0.5", Json),
            ("application/rss+xml;q=0, */*", Atom),
            ("application/*;q=0.5, text/html;q=0.4", Rss),
            ("application/xml, text/xml", Rss),
            ("image/png", Rss),
            ("*/*;q=0", Rss),
            ("text/html;q=0", Rss),
            ("text/html;q=nonsense, application/atom+xml;q=0.1", Atom),
            ("a feed, please", Rss),
            ("/*", Rss),
        ];
        for (accepted, format) in table {
            assert_eq!(choose([accepted]), format, "{accepted:?}");
        }
        assert_eq!(choose([]), Rss);
        assert_eq!(choose(["text/html;q=0.1", "application/json"]), Json);
    }

    #[test]
    fn messages_are_pages_only_for_those_who_ask_for_html() {
        for (accepted, page) in [
            ("", false),
            ("*/*", false),
            ("text/html", true),
            ("text/html, text/plain", true),
            ("text/html;q=0.5, text/plain", false),
            ("text/html;q=0", false),
            ("application/rss+xml, */*", false),
        ] {
            assert_eq!(prefers_page([accepted]), page, "{accepted:?}");
        }
    }
}
