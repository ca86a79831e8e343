//! How far an address reaches, told from its shape alone. In doubt the lower grade: a front is never dressed up as an article.

use url::Url;

use super::link::Reach;
use crate::link;

/// Endings of documents that are read as one piece.
const DOCUMENTS: [&str; 9] = [
    "pdf", "doc", "docx", "odt", "rtf", "ppt", "pptx", "epub", "ps",
];

/// Endings of data.
const DATASETS: [&str; 11] = [
    "csv", "tsv", "xls", "xlsx", "ods", "zip", "json", "geojson", "parquet", "sqlite", "nc",
];

/// Hosts whose every item is a scholarly paper.
const PAPER_HOSTS: [&str; 16] = [
    "doi.org",
    "dx.doi.org",
    "arxiv.org",
    "biorxiv.org",
    "medrxiv.org",
    "ssrn.com",
    "papers.ssrn.com",
    "jstor.org",
    "pnas.org",
    "academic.oup.com",
    "link.springer.com",
    "onlinelibrary.wiley.com",
    "sciencedirect.com",
    "tandfonline.com",
    "journals.plos.org",
    "pubmed.ncbi.nlm.nih.gov",
];

/// Hosts of short posts; their paths tell a post from a profile.
const POST_HOSTS: [&str; 12] = [
    "twitter.com",
    "x.com",
    "bsky.app",
    "threads.net",
    "facebook.com",
    "instagram.com",
    "linkedin.com",
    "t.me",
    "reddit.com",
    "tumblr.com",
    "weibo.com",
    "vk.com",
];

const VIDEO_HOSTS: [&str; 6] = [
    "youtube.com",
    "youtu.be",
    "vimeo.com",
    "dailymotion.com",
    "twitch.tv",
    "tiktok.com",
];

/// Fewest words in a slug that name one article rather than a department.
const SLUG_WORDS: usize = 3;

/// Grades an address.
pub fn reach(url: &Url) -> Reach {
    if link::is_front(url) {
        return Reach::Homepage;
    }
    let host = link::shown_host(url);
    let segments: Vec<&str> = url
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let is_on = |hosts: &[&str]| {
        hosts.iter().any(|known| {
            host == *known
                || host
                    .strip_suffix(known)
                    .is_some_and(|rest| rest.ends_with('.'))
        })
    };
    if is_on(&PAPER_HOSTS) && !segments.is_empty() {
        return Reach::Paper;
    }
    if is_on(&VIDEO_HOSTS) {
        return video(url, &segments);
    }
    if is_on(&POST_HOSTS) || segments.first().is_some_and(|first| first.starts_with('@')) {
        return post(url, &segments);
    }
    by_path(url, &segments)
}

fn video(url: &Url, segments: &[&str]) -> Reach {
    let is_item = url
        .query()
        .is_some_and(|query| query.split('&').any(|pair| pair.starts_with("v=")))
        || matches!(
            segments,
            ["shorts" | "live" | "embed" | "video" | "videos", _, ..] | [_, "video", ..]
        )
        || (segments.len() == 1
            && (link::shown_host(url) == "youtu.be"
                || segments[0].chars().all(|c| c.is_ascii_digit())));
    if is_item {
        Reach::Video
    } else {
        Reach::Profile
    }
}

fn post(url: &Url, segments: &[&str]) -> Reach {
    let words = [
        "status",
        "statuses",
        "post",
        "posts",
        "p",
        "comments",
        "permalink",
        "permalink.php",
        "story.php",
        "feed",
        "notes",
    ];
    let numbered = segments
        .get(1)
        .is_some_and(|second| second.chars().filter(char::is_ascii_digit).count() >= 3);
    if segments.iter().any(|segment| words.contains(segment))
        || numbered
        || url
            .query()
            .is_some_and(|query| query.contains("story_fbid"))
    {
        Reach::Post
    } else {
        Reach::Profile
    }
}

fn by_path(url: &Url, segments: &[&str]) -> Reach {
    let last = segments
        .last()
        .copied()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let ending = last
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .unwrap_or_default();
    let has = |words: &[&str]| {
        segments
            .iter()
            .any(|segment| words.contains(&segment.to_ascii_lowercase().as_str()))
    };
    let deep = segments.len() >= 2;
    if DATASETS.contains(&ending) || (deep && has(&["dataset", "datasets"])) {
        Reach::Dataset
    } else if deep && has(&["paper", "papers", "abs", "doi"]) {
        Reach::Paper
    } else if DOCUMENTS.contains(&ending) {
        Reach::Document
    } else if is_profile(segments) {
        Reach::Profile
    } else if is_article(url, segments, &last) {
        Reach::Article
    } else {
        Reach::Section
    }
}

fn is_profile(segments: &[&str]) -> bool {
    matches!(
        segments,
        [
            "author"
                | "authors"
                | "people"
                | "person"
                | "team"
                | "staff"
                | "profile"
                | "profiles"
                | "user"
                | "users"
                | "by",
            _
        ]
    )
}

/// A date, a number, a page name with an ending, a long slug or an item's id in the query: one thing, not a department.
fn is_article(url: &Url, segments: &[&str], last: &str) -> bool {
    let words = last
        .split(['-', '_', '+'])
        .filter(|word| !word.is_empty())
        .count();
    let digits = last.chars().filter(char::is_ascii_digit).count();
    let dated = segments.iter().any(|segment| {
        segment.len() == 4
            && (segment.starts_with("19") || segment.starts_with("20"))
            && segment.chars().all(|c| c.is_ascii_digit())
    });
    let has_id = url.query().is_some_and(|query| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .any(|(name, value)| {
                matches!(name, "id" | "p" | "article" | "story" | "item" | "v") && !value.is_empty()
            })
    });
    let page = [".html", ".htm", ".php", ".aspx", ".shtml", ".jsp"]
        .iter()
        .any(|ending| last.ends_with(ending))
        && !last.starts_with("index.");
    let named = !last.is_ascii() && last.chars().count() >= 6;
    let wiki = matches!(segments, ["wiki", page, ..] if !page.is_empty());
    words > SLUG_WORDS
        || (words == SLUG_WORDS && segments.len() >= 2)
        || digits >= 4
        || (dated && segments.len() >= 2 && !is_number(last))
        || has_id
        || (page && segments.len() >= 2)
        || named
        || wiki
}

fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_graded_by_their_shape() {
        let cases = [
            ("https://www.reuters.com", Reach::Homepage),
            ("https://www.bbc.com/news", Reach::Section),
            ("https://www.un.org/press/en", Reach::Section),
            ("https://lakesidehospital.example/news", Reach::Section),
            (
                "https://paper.example/news/2025/11/07/night-ferry-vote",
                Reach::Article,
            ),
            (
                "https://paper.example/world/ferry-returns-to-the-lake",
                Reach::Article,
            ),
            ("https://paper.example/story?id=77", Reach::Article),
            ("https://en.wikipedia.org/wiki/Ferry", Reach::Article),
            ("https://trust.example/notices/2025-31.pdf", Reach::Document),
            ("https://data.example/datasets/ferry", Reach::Dataset),
            ("https://data.example/x/ferry.csv", Reach::Dataset),
            ("https://doi.org/10.1000/182", Reach::Paper),
            ("https://journal.example/papers/2025/char", Reach::Paper),
            ("https://x.com/someone/status/12345", Reach::Post),
            ("https://x.com/someone", Reach::Profile),
            ("https://social.example/@o/115501907", Reach::Post),
            ("https://social.example/@o", Reach::Profile),
            ("https://www.youtube.com/watch?v=abc", Reach::Video),
            ("https://youtu.be/abc", Reach::Video),
            ("https://www.youtube.com/@channel", Reach::Profile),
            ("https://paper.example/authors/jane-doe", Reach::Profile),
            ("https://paper.example/2025/11", Reach::Section),
        ];
        for (address, expected) in cases {
            assert_eq!(reach(&Url::parse(address).unwrap()), expected, "{address}");
        }
    }
}
