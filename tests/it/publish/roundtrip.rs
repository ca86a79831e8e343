//! Whatever was said, published and read again by our own reader: the same ids, titles, links, instants, enclosures and elements (P8, P10, P17, P18, P20).

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use roxmltree::Document as Tree;

use headwater::curate::Edition;
use headwater::date::Hints;
use headwater::enrich::CitedStory;
use headwater::html;
use headwater::ingest::{self, Document, Enclosure, Entry, Expect, Extension, Person, Reading};
use headwater::publish::{Rendered, render};

use super::editions::{edition, site, story};
use crate::carry::{ITUNES, MEDIA, PODCAST, element, first, passed_on};

/// Texts that have broken a publisher before, and noise of every kind between them. Signs that could be the second byte of a letter are left out: what our
/// reader takes for text that was encoded twice is read as what it was before (F40), and no publisher can say otherwise.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("AT&T <b>".to_string()),
        Just("]]>".to_string()),
        Just("<![CDATA[".to_string()),
        Just("&amp;lt;".to_string()),
        Just("&nbsp;".to_string()),
        Just("&#0;&#x1F6A2;".to_string()),
        Just("<!-- -->".to_string()),
        Just("\u{0}\u{b}\u{1f}\u{fffe}".to_string()),
        Just("\u{202e}\u{200f}\u{2066}".to_string()),
        Just("🚢🏴\u{e0067}水ǅ".to_string()),
        Just("\r\n\t \u{a0}\u{2028}\u{85}".to_string()),
        Just("'\"{{ x }}%s".to_string()),
        "\\PC{0,12}",
        any::<String>(),
        "[a-z ]{0,40}".prop_map(|words| words.repeat(200)),
    ];
    let is_second = |c: char| matches!(c, '\u{80}'..='\u{bf}') && !c.is_whitespace();
    proptest::collection::vec(pieces, 0..5)
        .prop_map(move |pieces| pieces.concat().replace(is_second, ""))
}

/// A path that is an address as browsers write it, so that it comes back as it went.
fn address() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,8}(/[a-zA-Z0-9_~-]{1,8}){0,2}[.]mp3([?][a-z]=[0-9]&b=[a-z])?"
        .prop_map(|path| format!("https://x.example/{path}"))
}

fn enclosure() -> impl Strategy<Value = Enclosure> {
    let length = proptest::option::of(1u64..1 << 40);
    (address(), "(audio|video)/[a-z]{1,6}", length).prop_map(|(url, mime, length)| Enclosure {
        url,
        mime: Some(mime),
        length,
    })
}

fn elements() -> impl Strategy<Value = Vec<Extension>> {
    let leaf = (
        prop_oneof![Just(ITUNES), Just(PODCAST), Just(MEDIA)],
        "[a-zA-Z][a-zA-Z0-9_-]{0,9}",
        proptest::collection::btree_map("(role|group|type|start)", element_text(), 0..3),
        element_text(),
    );
    let leaf = leaf.prop_map(|(namespace, name, attributes, text)| {
        let attributes: Vec<(&str, &str)> = attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        element(namespace, &name, &attributes, &text, vec![])
    });
    let tree = leaf.prop_recursive(4, 16, 4, |inner| {
        (proptest::collection::vec(inner, 1..4), "[a-z]{1,6}").prop_map(|(children, name)| {
            // Text beside children is white space to most readers.
            element(MEDIA, &name, &[], "", children)
        })
    });
    proptest::collection::vec(tree, 0..4)
}

fn entry() -> impl Strategy<Value = Entry> {
    let said = (text(), text(), text(), address());
    let lists = (
        proptest::collection::vec(text(), 0..3),
        proptest::collection::vec(text(), 0..3),
        proptest::collection::vec(enclosure(), 0..4),
        elements(),
    );
    (said, lists).prop_map(
        |((title, summary, content, url), (categories, names, enclosures, extensions))| Entry {
            title: Some(title),
            url: Some(url),
            summary: Some(summary),
            content: Some(content),
            categories,
            authors: names.into_iter().map(Person::named).collect(),
            enclosures,
            extensions,
            ..Entry::default()
        },
    )
}

/// Seconds of the years that can be written, 1 to 9999 (P14).
fn seconds() -> impl Strategy<Value = i64> {
    prop_oneof![
        0i64..4_000_000_000,
        -62_135_596_800i64..253_402_300_799,
        Just(-62_135_596_800i64)
    ]
}

/// The same without white space of that sort, which titles lose and elements keep.
fn element_text() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace(['\u{85}', '\u{a0}'], ""))
}

fn an_edition() -> impl Strategy<Value = Edition> {
    let stories = proptest::collection::vec((entry(), seconds(), seconds()), 1..4);
    stories.prop_map(|stories| {
        let story = |(at, (entry, published, updated)): (usize, (Entry, i64, i64))| {
            let instant = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).unwrap();
            CitedStory {
                published: instant(published),
                updated: instant(updated),
                ..story("paper", &format!("https://paper.example/{at}"), entry)
            }
        };
        edition(stories.into_iter().enumerate().map(story).collect())
    })
}

fn read(bytes: &[u8], content_type: &str) -> Reading {
    let document = Document {
        bytes,
        name: "feed",
        url: None,
        content_type: Some(content_type),
        zone: Hints::default().zone,
        now: DateTime::UNIX_EPOCH,
    };
    ingest::read(&document, Expect::Feed).expect("what we publish can be read")
}

/// What is legal in XML, on one line: what a title can hold at all (P10).
fn line(text: &str) -> String {
    let legal = html::legal(text);
    legal.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The elements of the first item in a document, by a parser that is not ours.
fn of_first(bytes: &[u8]) -> Vec<Extension> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let tree = Tree::parse(text).expect("well-formed");
    passed_on(first(&tree))
}

fn check(edition: &Edition) -> Result<(), TestCaseError> {
    let rendered: Rendered = render(edition, &site()).expect("it can be published");
    let readings = [
        read(&rendered.rss, "application/rss+xml"),
        read(&rendered.atom, "application/atom+xml"),
        read(&rendered.json, "application/feed+json"),
    ];
    for (form, reading) in ["rss", "atom", "json"].into_iter().zip(&readings) {
        prop_assert_eq!(reading.entries.len(), edition.stories.len(), "{}", form);
        for (story, entry) in edition.stories.iter().zip(&reading.entries) {
            prop_assert_eq!(&entry.id, &story.public_id, "{}", form);
            prop_assert_eq!(&entry.url, &story.entry.url, "{}", form);
            let published = entry.published.map(|dated| dated.said());
            prop_assert_eq!(published, Some(story.published), "{}", form);
            if form != "rss" {
                let updated = entry.updated.map(|dated| dated.said());
                prop_assert_eq!(updated, Some(story.updated), "{}", form);
            }
            let title = line(story.entry.title.as_deref().unwrap_or_default());
            // An RSS title never says what it is, so that one that looks like markup is taken for it; what is written of it is checked below.
            let is_ambiguous = form == "rss" && html::looks_like_html(&title);
            if !title.is_empty() && !is_ambiguous {
                prop_assert_eq!(entry.title.as_deref(), Some(title.as_str()), "{}", form);
            }
            enclosures_agree(form, story, entry)?;
        }
    }
    for (bytes, reading) in [&rendered.rss, &rendered.atom].into_iter().zip(&readings) {
        let text = std::str::from_utf8(bytes).expect("UTF-8");
        let tree = Tree::parse(text).expect("well-formed");
        let items = tree.descendants();
        let items = items.filter(|node| ["item", "entry"].contains(&node.tag_name().name()));
        for (item, entry) in items.zip(&reading.entries) {
            prop_assert_eq!(&entry.extensions, &passed_on(item));
        }
    }
    for (story, written) in edition.stories.iter().zip(titles(&rendered.rss)) {
        let title = line(story.entry.title.as_deref().unwrap_or_default());
        if !title.is_empty() {
            prop_assert_eq!(written, title);
        }
    }
    Ok(())
}

/// Titles of the items as they are written, by a parser that is not ours.
fn titles(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let tree = Tree::parse(text).expect("well-formed");
    let items = tree.descendants();
    let items = items.filter(|node| node.tag_name().name() == "item");
    let title = |item: roxmltree::Node<'_, '_>| {
        let title = item
            .children()
            .find(|node| node.tag_name().name() == "title");
        title
            .and_then(|node| node.text())
            .unwrap_or_default()
            .to_string()
    };
    items.map(title).collect()
}

fn enclosures_agree(form: &str, story: &CitedStory, read: &Entry) -> Result<(), TestCaseError> {
    let mut wanted: Vec<(&str, Option<&str>, Option<u64>)> = Vec::new();
    for enclosure in &story.entry.enclosures {
        if !wanted.iter().any(|(url, ..)| *url == enclosure.url) {
            wanted.push((&enclosure.url, enclosure.mime.as_deref(), enclosure.length));
        }
    }
    let found: Vec<_> = (read.enclosures.iter())
        // RSS has to write a length, and writes 0 for one that is not known (P17).
        .map(|e| {
            (
                e.url.as_str(),
                e.mime.as_deref(),
                e.length.filter(|length| *length > 0),
            )
        })
        .collect();
    prop_assert_eq!(found, wanted, "{}", form);
    Ok(())
}

#[test]
fn p8_p10_p17_p20_what_is_published_is_read_again_as_the_same() {
    let config = ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(edition in an_edition())| check(&edition)?);
}

#[test]
fn p18_elements_published_and_read_again_are_the_same_for_good() {
    let config = ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(entry in entry())| {
        let entry = Entry { enclosures: vec![], ..entry };
        let publish = |extensions: Vec<Extension>| {
            let entry = Entry { extensions, ..entry.clone() };
            render(&edition(vec![story("paper", "1", entry)]), &site()).expect("it can be published")
        };
        let once = publish(entry.extensions.clone());
        let (rss, atom) = (of_first(&once.rss), of_first(&once.atom));
        prop_assert_eq!(&rss, &atom);
        // The first time what is illegal or active went; from then on nothing does.
        let twice = publish(rss.clone());
        prop_assert_eq!(&of_first(&twice.rss), &rss);
        prop_assert_eq!(&of_first(&twice.atom), &rss);
    });
}

#[test]
fn p8_a_title_comes_back_whatever_it_is() {
    let titles = [
        "AT&T <b>",
        "]]>",
        "a ]]> b <![CDATA[ c",
        "&amp; and &lt; and &#38;",
        "\u{202e}right to left\u{200f}",
        "🚢 \u{10ffff}",
        "",
        "  ",
        &"long ".repeat(5_000),
    ];
    let stories = titles.iter().enumerate().map(|(at, title)| {
        let entry = Entry {
            title: Some(title.to_string()),
            url: Some(format!("https://paper.example/{at}")),
            content: Some("<p>Text.</p>".into()),
            ..Entry::default()
        };
        CitedStory {
            published: DateTime::UNIX_EPOCH,
            updated: DateTime::UNIX_EPOCH,
            ..story("paper", &format!("https://paper.example/{at}"), entry)
        }
    });
    check(&edition(stories.collect())).unwrap();
}
