//! Who wrote an article, from what its page says.

use dom_query::{Document, NodeRef};

use super::beside::{names, words};
use super::claims::{Meta, around_headline, nodes, text};
use super::jsonld::Described;
use super::measure::short_text;
use super::prune::stands_in;
use super::text::fold;

/// Bytes of a name, or of two that were not told apart. A longer "author" is a biography.
const MAX_NAME: usize = 90;
/// Bytes of an element that may be a byline.
const MAX_LINE: usize = 200;
/// Pieces of text from the headline on that may be a byline.
const LINES_BELOW: usize = 13;
/// Elements called after authors that are looked at: pages that have more list other articles, or comments.
const MAX_CALLED: usize = 60;
/// Authors of one article that are told.
const MAX_AUTHORS: usize = 50;

/// `meta` elements that name a person.
#[rustfmt::skip]
const METAS: &[&str] = &[
    "author", "article:author", "article:author_name", "citation_author", "dc.creator", "dc:creator", "dc.creator.author", "dcterms.creator",
    "dcterms:creator", "dc.contributor", "parsely-author", "sailthru.author", "byline", "authors", "article.author", "cxenseparse:author",
    "og:author",
];

/// Classes and ids of a byline, surest first: parts that are joined by `-` or `_` or by a capital letter.
#[rustfmt::skip]
const NAMES: &[&[&str]] = &[
    &["author", "name"], &["authorname"], &["byline", "name"], &["bylineauthor"], &["byline"], &["article", "author"], &["post", "author"],
    &["entry", "author"], &["story", "author"], &["author", "link"], &["author"], &["authors"], &["autor"], &["auteur"], &["autore"], &["writer"],
    &["username"], &["creator"], &["posted", "by"], &["fn"],
];

/// What stands before a name.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "written by", "posted by", "published by", "story by", "words by", "text by", "review by", "reported by", "article by", "submitted by",
    "a guest post by", "by", "from", "geschrieben von", "verfasst von", "ein beitrag von", "ein artikel von", "ein gastbeitrag von",
    "gastbeitrag von", "von", "text von", "erstellt von", "veröffentlicht von", "text", "autor", "autorin", "autor:in", "verfasser", "author",
    "authors", "über den autor", "über die autorin", "about the author", "foto", "par", "écrit par", "publié par", "rédigé par", "por", "escrito por",
    "publicado por", "di", "a cura di", "door", "af", "av", "автор", "auteur", "autore",
];

/// Labels that a line under the headline may open with to be a byline.
const OPENINGS: &[&str] = &[
    "by",
    "von",
    "par",
    "por",
    "text:",
    "autor:",
    "written by",
    "posted by",
    "geschrieben von",
];

/// Words after a comma or a separator that say what somebody is, not who.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "reporter", "editor", "writer", "correspondent", "staff", "contributor", "columnist", "journalist", "producer", "author", "associated press",
    "reuters", "redaktion", "redakteur", "redakteurin", "redactor", "periodista", "journaliste", "autor", "autorin", "senior", "news", "special to",
    "freelance", "contributing", "deputy", "chief", "political", "digital",
];

/// The authors. One in JSON-LD that is the publisher counts only when nobody else is named.
pub(super) fn authors(
    document: &Document,
    meta: &Meta,
    described: &Described,
    article: &NodeRef<'_>,
    site: Option<&str>,
) -> Vec<String> {
    let house = |name: &String| {
        let is = |other: Option<&str>| other.is_some_and(|other| alike(name, other));
        is(site) || is(described.publisher.as_deref())
    };
    let mut houses: Vec<String> = Vec::new();
    let mut take = |found: Vec<String>| -> Option<Vec<String>> {
        let (away, people): (Vec<_>, Vec<_>) = people(found).into_iter().partition(house);
        houses.extend(away);
        (!people.is_empty()).then_some(people)
    };
    if let Some(people) = take(described.authors.clone()) {
        return people;
    }
    for name in METAS {
        if let Some(people) = take(meta.all(name).cloned().collect()) {
            return people;
        }
    }
    let root = document.root();
    for place in [article, &root] {
        for attribute in ["itemprop", "rel"] {
            if let Some(people) = take(marked(place, attribute)) {
                return people;
            }
        }
    }
    if let Some(people) = take(called(document)).or_else(|| take(near_headline(document))) {
        return people;
    }
    houses.truncate(1);
    houses
}

fn alike(a: &str, b: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let (a, b) = (bare(a), bare(b));
    !a.is_empty() && (a == b || a.len() > 4 && b.contains(&a) || b.len() > 4 && a.contains(&b))
}

/// `itemprop=author`, `rel=author`: the name in it where it marks one.
fn marked(place: &NodeRef<'_>, attribute: &str) -> Vec<String> {
    place
        .descendants_it()
        .filter(|node| {
            node.attr(attribute)
                .is_some_and(|v| v.split_ascii_whitespace().any(|w| w == "author"))
                && !node.has_name("link")
        })
        .take(MAX_CALLED)
        .filter(|node| !elsewhere(node))
        .filter_map(|node| {
            let name = node.descendants_it().find(|inner| {
                inner
                    .attr("itemprop")
                    .is_some_and(|v| v.split_ascii_whitespace().any(|w| w == "name"))
            });
            let content = node.attr("content").map(|content| fold(&content));
            match name {
                Some(name) => name
                    .attr("content")
                    .map(|content| fold(&content))
                    .or_else(|| text(&name)),
                None => content.or_else(|| short_text(&node, MAX_LINE, " ")),
            }
        })
        .collect()
}

/// Who is named in the element that is called after an author the most plainly.
fn called(document: &Document) -> Vec<String> {
    let may_hold = |node: &NodeRef<'_>| {
        !node.node_name().is_some_and(|name| {
            matches!(
                &*name,
                "article" | "body" | "img" | "main" | "script" | "ul" | "ol"
            )
        })
    };
    let rank = |node: &NodeRef<'_>| {
        let words = words(&names(node, &["class", "id"]).join(" "));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let is = |pattern: &&[&str]| {
            words
                .windows(pattern.len())
                .any(|window| window == *pattern)
        };
        NAMES.iter().position(is)
    };
    let mut found: Vec<(usize, NodeRef<'_>)> = nodes(document, "body [class], body [id]")
        .into_iter()
        .filter(may_hold)
        .filter_map(|node| Some((rank(&node)?, node)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found
        .iter()
        .take(MAX_CALLED)
        .filter(|(_, node)| !elsewhere(node))
        .filter_map(|(_, node)| short_text(node, MAX_LINE, " "))
        .map(|line| people(vec![line]))
        .find(|people| !people.is_empty())
        .unwrap_or_default()
}

/// `By Ana Bo` just after the headline.
fn near_headline(document: &Document) -> Vec<String> {
    let (_, below) = around_headline(document, 0, LINES_BELOW);
    let mut lines = below.into_iter().skip(1);
    while let Some(line) = lines.next() {
        let lower = line.to_lowercase();
        let label = OPENINGS.iter().find(|label| {
            lower
                .strip_prefix(**label)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':']))
        });
        if let Some(label) = label {
            let rest = line
                .get(label.len()..)
                .unwrap_or_default()
                .trim_matches([':', ' '])
                .to_owned();
            let name = if rest.is_empty() {
                lines.next().unwrap_or_default()
            } else {
                rest
            };
            let words = name.split_whitespace().count();
            if (1..=8).contains(&words) && name.chars().next().is_some_and(char::is_uppercase) {
                return people(vec![name]);
            }
        }
    }
    Vec::new()
}

/// Whether the element speaks of a comment or of another article.
fn elsewhere(node: &NodeRef<'_>) -> bool {
    stands_in(node, &["nav", "footer"])
}

/// Names from lines: labels, roles, days, handles and addresses taken away, several told apart.
fn people(lines: Vec<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in lines {
        for name in names_in(&line) {
            if !found.contains(&name) && found.len() < MAX_AUTHORS {
                found.push(name);
            }
        }
    }
    found
}

fn names_in(line: &str) -> Vec<String> {
    // Some name their author by an address.
    if line.contains("://") {
        return Vec::new();
    }
    let line = without_label(line.trim());
    let end = line
        .find([
            '|', '•', '·', '\n', '(', '[', '/', '–', '—', '@', '<', '>', '»',
        ])
        .unwrap_or(line.len());
    let line = line.get(..end).unwrap_or_default();
    let line = line.split(" - ").next().unwrap_or_default();
    let mut found = Vec::new();
    for part in line
        .split([',', ';', '&'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" und "))
    {
        let part = part.split(" for ").next().unwrap_or_default();
        let part = without_label(part.trim());
        // A day, a time or a count ends the name.
        let end = part
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(part.len());
        let name = part.get(..end).unwrap_or_default();
        let cut = name.len() < part.len();
        let name = name.trim().trim_end_matches([':', '-', '.']).trim();
        let lower = name.to_lowercase();
        let role = !found.is_empty()
            && ROLES
                .iter()
                .any(|role| lower.split_whitespace().any(|word| word == *role) || lower == *role);
        let wordless = !name.chars().any(char::is_alphabetic);
        if cut
            && name.split_whitespace().count() < 2
            && !name.is_empty()
            && part.len() > name.len() + 6
        {
            break;
        }
        if role
            || wordless
            || name.len() > MAX_NAME
            || name.contains("://")
            || lower.starts_with("www.")
            || is_nobody(&lower)
        {
            continue;
        }
        found.push(name.to_owned());
    }
    found
}

fn is_nobody(lower: &str) -> bool {
    matches!(
        lower,
        "admin"
            | "administrator"
            | "author"
            | "autor"
            | "by"
            | "von"
            | "staff"
            | "editor"
            | "guest"
            | "anonymous"
            | "unknown"
            | "none"
            | "null"
            | "undefined"
            | "posted"
            | "published"
            | "updated"
            | "comments"
            | "share"
            | "follow"
            | "on"
            | "in"
            | "am"
            | "webmaster"
            | "reply"
            | "name"
    )
}

/// `By`, `Von`, `Text:` and the like, in front.
fn without_label(line: &str) -> &str {
    let mut line = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@');
    for _ in 0..3 {
        let found = LABELS.iter().filter_map(|label| {
            let head = line.get(..label.len())?;
            let rest = line.get(label.len()..)?;
            (head.to_lowercase() == *label && (rest.starts_with([' ', ':', '\u{a0}'])))
                .then_some(rest)
        });
        match found.min_by_key(|rest| rest.len()) {
            Some(rest) => line = rest.trim_start_matches([' ', ':', '\u{a0}', '-']),
            None => break,
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_freed_from_labels_roles_days_and_handles() {
        for (line, expected) in [
            ("By Ana Bo", vec!["Ana Bo"]),
            ("Von Ana Bo und Cy Dau", vec!["Ana Bo", "Cy Dau"]),
            ("BY ANA BO, STAFF WRITER", vec!["ANA BO"]),
            ("Written by: Ana Bo | 3 May 2024", vec!["Ana Bo"]),
            ("Ana Bo @anabo", vec!["Ana Bo"]),
            (
                "Ana Bo, Cy Dau and Eve Fox",
                vec!["Ana Bo", "Cy Dau", "Eve Fox"],
            ),
            ("Ana Bo 3 May 2024", vec!["Ana Bo"]),
            ("https://s.example/ana", vec![]),
            ("admin", vec![]),
            ("", vec![]),
            ("12:30", vec![]),
            ("Byron Vonn", vec!["Byron Vonn"]),
            ("Text: Ana Bo", vec!["Ana Bo"]),
            ("Par Ana Bo", vec!["Ana Bo"]),
            ("Paris Hotel", vec!["Paris Hotel"]),
        ] {
            assert_eq!(names_in(line), expected, "{line}");
        }
    }

    fn of(html: &str) -> Vec<String> {
        super::super::page(html, None).authors
    }

    #[test]
    fn a_house_counts_only_when_nobody_is_named() {
        let ld = r#"<meta property=og:site_name content="The Gazette"><script type="application/ld+json">{"@type":"Article","headline":"T","author":{"@type":"Organization","name":"Gazette"}}</script>"#;
        assert_eq!(
            of(&format!("{ld}<p class=byline>By Ana Bo</p>")),
            ["Ana Bo"]
        );
        assert_eq!(of(ld), ["Gazette"]);
    }

    #[test]
    fn every_place_that_names_somebody_is_read() {
        for html in [
            "<meta name=sailthru.author content='Ana Bo'>",
            "<meta name=DC.creator content='Ana Bo'>",
            "<a rel=author href=x>Ana Bo</a>",
            "<div itemprop=author><span itemprop=name>Ana Bo</span> writes</div>",
            "<span class=ArticleAuthor-name>Ana Bo</span>",
            "<h1>T</h1><p>By <a href=x>Ana Bo</a></p><p>text</p>",
        ] {
            assert_eq!(of(html), ["Ana Bo"], "{html}");
        }
        assert!(of("<div id=comments><span class=author>Eve</span></div>").is_empty());
        assert!(of("<h1>T</h1><p>By and by the river rose, and nobody had thought of that in the winter.</p>").is_empty());
    }

    #[test]
    fn f43_names_and_bylines_without_end_are_read_in_time() {
        let called = "author-name byline post-author author autor writer fn";
        let lines = format!("<i class='{called}'>9</i>").repeat(100);
        assert!(of(&format!("<div class='{}'>{lines}", "x ".repeat(1_000_000))).is_empty());
        let around = format!("<div class='{called}'>").repeat(60);
        assert!(of(&format!("{around}{}", "<br>".repeat(60_000))).is_empty());
    }
}
