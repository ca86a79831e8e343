//! One document → entries, whatever it is.

use std::panic::{self, AssertUnwindSafe};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::article;
use super::decode::decode;
use super::entry::{Oddity, Reading};
use super::feed::{self, Shape};
use super::listing::read_listing;
use super::sitemap::{read_addresses, read_sitemap};
use super::visit::Unreadable;
use crate::date::Hints;
use crate::language;
use crate::source::{Pick, Place};

/// A document as it came, with what is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    pub bytes: &'a [u8],
    /// Its path or address: the raw id of an article that is a document of its own, and a hint by its ending.
    pub name: &'a str,
    /// Where it is on the web: the base of relative links.
    pub url: Option<&'a Url>,
    pub content_type: Option<&'a str>,
    /// The zone of dates without one (T3).
    pub zone: Tz,
    /// When it was fetched, for relative dates (T13).
    pub now: DateTime<Utc>,
}

/// What may be in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect<'a> {
    /// A feed, as at a source's `url`: a web page there is a login, parking or error page (F27).
    Feed,
    /// A feed or an article, as in files and for `inspect`.
    Anything,
    /// A page that lists articles. A feed there is read by another key of feeds.toml, and is told to be.
    Page(&'a Pick),
    /// A sitemap in XML or plain text. A feed will do: crawlers take one for a sitemap too.
    Sitemap,
}

impl<'a> Expect<'a> {
    /// What the document of a source is to be.
    pub fn of(place: &'a Place) -> Expect<'a> {
        match place {
            Place::Url(_) => Expect::Feed,
            Place::Page { pick, .. } => Expect::Page(pick),
            Place::Sitemap(_) => Expect::Sitemap,
            Place::Files { .. } => Expect::Anything,
        }
    }
}

/// Reads one document. Pure but for the panics of foreign parsers, which are contained and told.
pub fn read(document: &Document<'_>, expect: Expect<'_>) -> Result<Reading, Unreadable> {
    // Nothing outlives the call but the returned value, so no broken state can be seen after a panic.
    panic::catch_unwind(AssertUnwindSafe(|| read_contained(document, expect))).unwrap_or_else(
        |payload| {
            let said = payload
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| payload.downcast_ref::<String>().cloned());
            Err(Unreadable::Panicked(
                said.unwrap_or_else(|| "no message".into()),
            ))
        },
    )
}

fn read_contained(document: &Document<'_>, expect: Expect<'_>) -> Result<Reading, Unreadable> {
    let decoded = decode(document.bytes, document.content_type);
    let text = decoded.text.as_ref();
    let dates = Hints {
        zone: document.zone,
        now: Some(document.now),
        ..Hints::default()
    };
    let setting = feed::Setting {
        url: document.url,
        dates,
    };
    let mut reading = match (feed::shape(text), expect) {
        (Shape::Empty, _) => return Err(Unreadable::Empty),
        (Shape::XmlFeed(_) | Shape::JsonFeed, Expect::Page(_)) => {
            return Err(misplaced("a feed", "url"));
        }
        (Shape::Sitemap, Expect::Feed | Expect::Page(_)) => {
            return Err(misplaced("a sitemap", "sitemap"));
        }
        (Shape::Sitemap, _) => read_sitemap(text, document.url, dates)?,
        (Shape::Text, Expect::Sitemap) => read_addresses(text, document.url, dates)?,
        (Shape::Html, Expect::Sitemap) => return Err(Unreadable::NotASitemap),
        (Shape::Html | Shape::Text, Expect::Page(pick)) => listed(document, text, pick, dates)?,
        (Shape::OtherXml(what), _) => return Err(Unreadable::Unsupported(what)),
        (Shape::XmlFeed(root), _) => whole(feed::read_xml(text, root, &setting)?, expect)?,
        (Shape::JsonFeed, _) => feed::read_json(text, &setting)?,
        (Shape::Html, Expect::Feed) => return Err(Unreadable::WebPage),
        (Shape::Text, Expect::Feed) if is_binary(text) => return Err(Unreadable::NotText),
        (Shape::Text, Expect::Feed) => return Err(Unreadable::NotAFeed(beginning(text))),
        (shape, Expect::Anything) => {
            if is_binary(text) {
                return Err(Unreadable::NotText);
            }
            let setting = article::Setting {
                name: document.name,
                url: document.url,
                dates,
            };
            match (shape, ending(document)) {
                (_, Ending::Markdown) => article::read_markdown(looked_at(text), &setting),
                (Shape::Html, _) | (_, Ending::Html) => article::read_page(text, &setting),
                _ => article::read_text(looked_at(text), &setting),
            }
        }
    };
    shorten(&mut reading);
    tidy_languages(&mut reading);
    if let Some((code, message)) = decoded.odd {
        reading
            .oddities
            .push(Oddity::new(code, "document", message));
    }
    if decoded.lossy {
        reading.oddities.push(Oddity::new(
            "charset-damage",
            "document",
            "some bytes mean nothing in its charset and were replaced",
        ));
    }
    Ok(reading)
}

fn misplaced(what: &'static str, key: &'static str) -> Unreadable {
    Unreadable::Misplaced { what, key }
}

/// A page as a list. Without an address of its own nothing on it can be known to be of its site.
fn listed(
    document: &Document<'_>,
    text: &str,
    pick: &Pick,
    dates: Hints<'_>,
) -> Result<Reading, Unreadable> {
    match document.url {
        _ if is_binary(text) => Err(Unreadable::NotText),
        Some(url) => read_listing(text, url, pick, dates),
        None => Err(Unreadable::NothingListed),
    }
}

/// What a server sent of a document that was cut off on its way (F27): all but the entry it ends in, which would be stored as half of what it is. A document
/// on disk is all that there is.
fn whole(mut reading: Reading, expect: Expect) -> Result<Reading, Unreadable> {
    let is_cut = reading.oddities.iter().any(|odd| odd.code == feed::CUT_OFF);
    if !is_cut || expect != Expect::Feed {
        return Ok(reading);
    }
    reading.entries.pop();
    // Nor is anything told of it: its number is that of no entry any more.
    let gone = format!("entries[{}]", reading.entries.len());
    reading.oddities.retain(|odd| !odd.at.starts_with(&gone));
    if reading.entries.is_empty() {
        return Err(Unreadable::Broken(
            "it ends in the middle of its first entry; the rest was not sent".into(),
        ));
    }
    Ok(reading)
}

/// Longest markup of one entry that is kept, in bytes: three long books. One entry that fills a document of `max_bytes` would be compressed into every
/// format of every feed it is in, at every change of any of them.
const LONGEST_MARKUP: usize = 1_000_000;

/// As much of a written article as is looked at: twice what is kept, so that what is cut off is told where all markup is cut.
fn looked_at(text: &str) -> &str {
    let end = text.floor_char_boundary(text.len().min(2 * LONGEST_MARKUP));
    text.get(..end).unwrap_or_default()
}

/// Cuts markup that is too long, and says so. What is open at the cut is closed by whoever reads it as HTML.
fn shorten(reading: &mut Reading) {
    for (at, entry) in reading.entries.iter_mut().enumerate() {
        for (name, markup) in [
            ("content", &mut entry.content),
            ("summary", &mut entry.summary),
        ] {
            let Some(markup) = markup
                .as_mut()
                .filter(|markup| markup.len() > LONGEST_MARKUP)
            else {
                continue;
            };
            let message =
                format!("longer than {LONGEST_MARKUP} bytes, of which the first were taken");
            reading.oddities.push(Oddity::new(
                "entry-shortened",
                format!("entries[{at}].{name}"),
                message,
            ));
            markup.truncate(markup.floor_char_boundary(LONGEST_MARKUP));
        }
    }
}

/// Makes declared languages BCP 47 tags. One that means no language is none, and told: once for the document and not for all who have it from there.
fn tidy_languages(reading: &mut Reading) {
    let of_document = reading.channel.language.clone();
    let mut untold = Vec::new();
    let mut tidy = |language: &mut Option<String>, at: String| {
        let Some(said) = language.take().filter(|said| !said.trim().is_empty()) else {
            return;
        };
        *language = language::declared(&said);
        if language.is_none() {
            untold.push((at, said));
        }
    };
    tidy(&mut reading.channel.language, "language".into());
    for (at, entry) in reading.entries.iter_mut().enumerate() {
        if entry.language == of_document {
            entry.language.clone_from(&reading.channel.language);
        } else {
            tidy(&mut entry.language, format!("entries[{at}].language"));
        }
    }
    reading
        .oddities
        .extend(untold.into_iter().map(|(at, said)| {
            let said: String = said.chars().take(LONGEST_SAID).collect();
            let message =
                format!("{said:?} names no one language; it is told from the text where it can be");
            Oddity::new("language-unknown", at, message)
        }));
}

/// How much of a declaration is repeated in an oddity, in characters: enough to recognise it.
const LONGEST_SAID: usize = 40;

enum Ending {
    Markdown,
    Html,
    Other,
}

fn ending(document: &Document<'_>) -> Ending {
    let mime = document
        .content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let name = document
        .name
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if mime == "text/markdown" || ends(&[".md", ".markdown", ".mkd"]) {
        Ending::Markdown
    } else if mime == "text/html"
        || mime == "application/xhtml+xml"
        || (mime.is_empty() && ends(&[".html", ".htm", ".xhtml"]))
    {
        Ending::Html
    } else {
        Ending::Other
    }
}

/// Text has next to no control characters; pictures and archives are full of them.
fn is_binary(text: &str) -> bool {
    let (mut seen, mut odd) = (0, 0);
    for c in text.chars().take(4096) {
        seen += 1;
        odd += usize::from(
            (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')) || c == '\u{fffd}',
        );
    }
    odd * 10 > seen
}

/// The first words of a document, for a message.
fn beginning(text: &str) -> String {
    let start: String = text
        .split_whitespace()
        .take(8)
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(60)
        .collect();
    format!("it begins “{start}”")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Kind;

    fn document<'a>(bytes: &'a [u8], name: &'a str) -> Document<'a> {
        Document {
            bytes,
            name,
            url: None,
            content_type: None,
            zone: Tz::UTC,
            now: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn documents_are_read_by_what_they_are() {
        let cases: [(&[u8], &str, Kind); 5] = [
            (b"A headline\n\nText.", "a.txt", Kind::Text),
            (b"# A headline\n\nText.", "a.md", Kind::Markdown),
            (
                b"<!doctype html><title>T</title><p>Text.",
                "a.html",
                Kind::Html,
            ),
            (
                b"<rss version='2.0'><channel><title>T</title></channel></rss>",
                "a.txt",
                Kind::Rss2,
            ),
            (
                b"{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"T\",\"items\":[]}",
                "a",
                Kind::JsonFeed,
            ),
        ];
        for (bytes, name, kind) in cases {
            assert_eq!(
                read(&document(bytes, name), Expect::Anything).unwrap().kind,
                kind,
                "{name}"
            );
        }
    }

    #[test]
    fn p9_declared_languages_become_tags_and_what_is_none_is_told_once() {
        let json = |language: &str| {
            format!(
                "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"T\",\"language\":\"{language}\",\
                 \"items\":[{{\"id\":\"1\",\"content_text\":\"a\"}},{{\"id\":\"2\",\"content_text\":\"b\"}}]}}"
            )
        };
        let read = |language: &str| {
            let text = json(language);
            read(&document(text.as_bytes(), "a"), Expect::Feed).unwrap()
        };
        let tidied = read("en_US");
        assert_eq!(tidied.channel.language.as_deref(), Some("en-US"));
        let of_entries = tidied.entries.iter().map(|entry| entry.language.as_deref());
        assert!(of_entries.flatten().all(|language| language == "en-US"));
        assert_eq!(tidied.oddities, []);
        let junk = read("the Queen's");
        assert_eq!(junk.channel.language, None);
        assert!(junk.entries.iter().all(|entry| entry.language.is_none()));
        let codes: Vec<_> = junk.oddities.iter().map(|odd| odd.code).collect();
        assert_eq!(codes, ["language-unknown"]);
    }

    #[test]
    fn f27_a_page_where_a_feed_should_be_is_a_failure() {
        let page = document(
            b"<!doctype html><title>Log in</title>",
            "https://x.example/feed",
        );
        assert_eq!(read(&page, Expect::Feed), Err(Unreadable::WebPage));
        assert_eq!(
            read(&document(b"", "x"), Expect::Feed),
            Err(Unreadable::Empty)
        );
        assert!(matches!(
            read(&document(b"Forbidden", "x"), Expect::Feed),
            Err(Unreadable::NotAFeed(_))
        ));
        assert!(matches!(
            read(&document(b"<opml/>", "x"), Expect::Anything),
            Err(Unreadable::Unsupported(_))
        ));
        assert!(matches!(
            read(&document(&[0, 1, 2, 3, 4, 5, 6], "x.png"), Expect::Anything),
            Err(Unreadable::NotText)
        ));
    }

    #[test]
    fn f27_of_a_feed_that_was_cut_off_a_server_sent_all_but_the_last_entry() {
        let cut = document(
            b"<rss version='2.0'><channel><item><title>A</title></item><item><title>B",
            "x",
        );
        assert_eq!(read(&cut, Expect::Anything).unwrap().entries.len(), 2);
        assert_eq!(read(&cut, Expect::Feed).unwrap().entries.len(), 1);
        let odd = document(
            b"<rss version='2.0'><channel><item><title>A</title></item><item><title>B</title><pubDate>Sat, 2",
            "x",
        );
        let told = |expect| {
            let reading = read(&odd, expect).unwrap();
            let dated = |odd: &&Oddity| odd.code == "date-unreadable";
            reading.oddities.iter().filter(dated).count()
        };
        assert_eq!((told(Expect::Anything), told(Expect::Feed)), (1, 0));
        let at_once = document(b"<rss version='2.0'><channel><item><title>A", "x");
        assert!(matches!(
            read(&at_once, Expect::Feed),
            Err(Unreadable::Broken(_))
        ));
        // Nothing is missing here but manners.
        let careless = document(
            b"<rss version='2.0'><channel><item><title>A</title></item>",
            "x",
        );
        assert_eq!(read(&careless, Expect::Feed).unwrap().entries.len(), 1);
        let nothing = document(b"<rss version='2.0'><channel><title>A", "x");
        assert!(matches!(
            read(&nothing, Expect::Anything),
            Err(Unreadable::Broken(_))
        ));
    }

    #[test]
    fn f27_what_is_no_text_is_told_to_be_none_whatever_was_expected() {
        let home = Url::parse("https://paper.example/").unwrap();
        let picture: Vec<u8> = b"\x89PNG\r\n\x1a\n"
            .iter()
            .copied()
            .chain((0..=31).cycle().take(400))
            .collect();
        let mut picture = document(&picture, "x");
        picture.url = Some(&home);
        let pick = Pick::default();
        for expect in [Expect::Feed, Expect::Anything, Expect::Page(&pick)] {
            assert_eq!(read(&picture, expect).err(), Some(Unreadable::NotText));
        }
    }

    #[test]
    fn an_endless_entry_is_cut_and_told() {
        let text = format!("A headline\n\n{}", "wörd ".repeat(LONGEST_MARKUP / 5));
        let reading = read(&document(text.as_bytes(), "x.txt"), Expect::Anything).unwrap();
        let length = reading.entries[0].body().len();
        assert!(
            length <= LONGEST_MARKUP && length > LONGEST_MARKUP - 4,
            "{length}"
        );
        assert!(
            reading
                .oddities
                .iter()
                .any(|oddity| oddity.code == "entry-shortened")
        );
    }

    #[test]
    fn a_parser_that_panics_is_one_unreadable_document() {
        let feed = "<rss version='2.0'><channel><title>T</title><item><guid>1</guid><title>x</title><author>foo@example.com（山田）</author></item></channel></rss>";
        assert!(matches!(
            read(&document(feed.as_bytes(), "x"), Expect::Feed),
            Ok(_) | Err(Unreadable::Panicked(_))
        ));
    }
}
