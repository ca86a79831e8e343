//! Feed documents → entries: the one door to feed-rs.
//!
//! feed-rs never sees raw bytes. [`front`] hands it decoded text in the shape it reads best; here its model becomes ours, and what went wrong on the
//! way becomes oddities. It panics on some inputs, so callers contain panics (see `ingest::read`).

mod clock;
mod entries;
mod front;
mod version;
mod words;

use feed_rs::model::{Feed, FeedType};
use feed_rs::parser;

use self::clock::Clock;
use self::words::{person, plain};
use super::entry::{Channel, Kind, Oddity, Reading};
use super::visit::Unreadable;
use crate::date::Hints;

pub use front::{Shape, shape};

/// Most entries taken from one document. Ten times what the largest honest feeds hold; more is an archive or an attack.
pub const MAX_ENTRIES: usize = 5_000;

/// How a feed document is read.
pub struct Setting<'a> {
    pub url: Option<&'a url::Url>,
    pub dates: Hints<'a>,
}

/// Reads RSS 0.90–2.0, RSS 1.0, Atom and JSON Feed. `text` is the whole document, decoded.
///
/// Does not repair broken XML beyond what [`front`] does; a document that feed-rs refuses is `Unreadable`.
pub fn read_feed(text: &str, setting: &Setting<'_>) -> Result<Reading, Unreadable> {
    let prepared = front::prepare(text)?;
    let (feed, clock) = parse(&prepared.text, setting)?;
    let mut oddities = prepared.oddities;
    oddities.extend(clock.oddities());
    let kind = kind(&feed.feed_type, prepared.is_early_rss);
    let guids_are_links = !prepared.text.contains("isPermaLink=\"false\"")
        && !prepared.text.contains("isPermaLink='false'");
    let reader = entries::Reader {
        clock: &clock,
        url: setting.url,
        language: feed.language.clone(),
        guids_are_links,
    };
    if feed.entries.len() > MAX_ENTRIES {
        let message = format!(
            "{} entries; the first {MAX_ENTRIES} were taken",
            feed.entries.len()
        );
        oddities.push(Oddity::new("too-many-entries", "document", message));
    }
    let channel = channel(&feed, &clock);
    let entries = feed
        .entries
        .into_iter()
        .take(MAX_ENTRIES)
        .enumerate()
        .filter_map(|(at, entry)| reader.entry(entry, at, &mut oddities))
        .collect();
    Ok(Reading {
        kind,
        channel,
        entries,
        oddities,
    })
}

/// The document as feed-rs reads it, and the dates in it.
///
/// What its dates and its language prove is known when all of it was read. When that would make sense of dates which made none, it is read once more (T3, T8).
fn parse(text: &str, setting: &Setting<'_>) -> Result<(Feed, Clock), Unreadable> {
    let clock = Clock::default();
    let feed = parse_with(text, setting, &clock)?;
    let language = feed.language.clone();
    let Some(day_first) = clock.second_thoughts(&setting.dates, language.as_deref()) else {
        return Ok((feed, clock));
    };
    let setting = Setting {
        dates: Hints {
            day_first,
            language: setting.dates.language.or(language.as_deref()),
            ..setting.dates
        },
        ..*setting
    };
    let clock = Clock::default();
    let feed = parse_with(text, &setting, &clock)?;
    Ok((feed, clock))
}

fn parse_with(text: &str, setting: &Setting<'_>, clock: &Clock) -> Result<Feed, Unreadable> {
    // feed-rs keeps the parser for good, so it gets clones of what it needs, not borrows.
    let (seen, zone, day_first) = (clock.clone(), setting.dates.zone, setting.dates.day_first);
    let (language, now) = (
        setting.dates.language.map(ToString::to_string),
        setting.dates.now,
    );
    let parser = parser::Builder::new()
        .base_uri(setting.url)
        .sanitize_content(false)
        // An id that feed-rs would invent (a random one at worst) must not pass for the source's: no id stays empty.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| {
            seen.read(
                text,
                &Hints {
                    zone,
                    language: language.as_deref(),
                    day_first,
                    now,
                },
            )
        })
        .build();
    parser
        .parse(text.as_bytes())
        .map_err(|error| Unreadable::Broken(plain_words(&error)))
}

/// feed-rs's error in words for an operator.
fn plain_words(error: &parser::ParseFeedError) -> String {
    match error {
        parser::ParseFeedError::ParseError(parser::ParseErrorKind::NoFeedRoot) => {
            "it has no <rss>, <feed> or <rdf:RDF> that headwater knows".into()
        }
        parser::ParseFeedError::JsonUnsupportedVersion(version) => {
            format!("JSON Feed version {version:?} is unknown")
        }
        other => other.to_string(),
    }
}

fn kind(found: &FeedType, is_early_rss: bool) -> Kind {
    match found {
        FeedType::Atom => Kind::Atom,
        FeedType::JSON => Kind::JsonFeed,
        _ if is_early_rss => Kind::Rss0,
        FeedType::RSS0 => Kind::Rss0,
        FeedType::RSS1 => Kind::Rss1,
        FeedType::RSS2 => Kind::Rss2,
    }
}

fn channel(feed: &Feed, clock: &Clock) -> Channel {
    let said = |at| clock.stamp(at).map(|stamp| stamp.said());
    let page = feed
        .links
        .iter()
        .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    Channel {
        id: Some(feed.id.clone()).filter(|id| !id.is_empty()),
        title: plain(feed.title.as_ref()),
        subtitle: plain(feed.description.as_ref()),
        link: page.map(|link| link.href.clone()),
        language: feed.language.clone(),
        updated: feed.updated.and_then(said),
        published: feed.published.and_then(said),
        authors: feed.authors.iter().filter_map(person).collect(),
        rights: plain(feed.rights.as_ref()),
        categories: feed
            .categories
            .iter()
            .map(|category| category.term.clone())
            .collect(),
        generator: feed
            .generator
            .as_ref()
            .map(|generator| generator.content.clone()),
        image: feed
            .logo
            .as_ref()
            .or(feed.icon.as_ref())
            .map(|image| image.uri.clone())
            .filter(|uri| !uri.is_empty()),
        ttl: feed.ttl,
        ..Channel::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reading {
        let url = url::Url::parse("https://paper.example/feeds/all").unwrap();
        read_feed(
            text,
            &Setting {
                url: Some(&url),
                dates: Hints::default(),
            },
        )
        .unwrap()
    }

    fn rss(version: &str) -> String {
        format!(
            "<?xml version='1.0'?><rss {version}><channel><title>Paper</title><link>https://paper.example/</link><description>D</description>\
             <item><title>Ferry &amp;amp; lake</title><link>https://paper.example/ferry</link><description>It sails.</description></item></channel></rss>"
        )
    }

    #[test]
    fn every_rss_there_was_gives_its_entries() {
        let early = [
            "version='0.91'",
            "version=\"0.92\"",
            "version='0.93'",
            "version='0.94'",
        ];
        let late = ["version='2.0'", "version='2.0.1'", ""];
        for (version, kind) in early
            .map(|v| (v, Kind::Rss0))
            .into_iter()
            .chain(late.map(|v| (v, Kind::Rss2)))
        {
            let reading = read(&rss(version));
            assert_eq!(
                (reading.kind, reading.entries.len()),
                (kind, 1),
                "{version}"
            );
            assert_eq!(
                reading.entries[0].url.as_deref(),
                Some("https://paper.example/ferry")
            );
        }
    }

    #[test]
    fn rdf_feeds_old_and_new_give_their_entries() {
        let rdf = |namespace: &str| {
            format!(
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='{namespace}'>\
                 <channel><title>Paper</title><link>https://paper.example/</link><description>D</description></channel>\
                 <item><title>Ferry</title><link>https://paper.example/ferry</link></item></rdf:RDF>"
            )
        };
        let cases = [
            ("http://purl.org/rss/1.0/", Kind::Rss1),
            ("http://my.netscape.com/rdf/simple/0.9/", Kind::Rss0),
            ("http://channel.netscape.com/rdf/simple/0.9/", Kind::Rss0),
        ];
        for (namespace, kind) in cases {
            let reading = read(&rdf(namespace));
            assert_eq!(
                (reading.kind, reading.entries.len()),
                (kind, 1),
                "{namespace}"
            );
            assert_eq!(reading.entries[0].id, "https://paper.example/ferry");
        }
    }

    #[test]
    fn atom_and_json_feed_give_theirs() {
        let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><title>P</title><id>tag:p</id><updated>2025-11-01T00:00:00Z</updated>\
                    <entry><id>tag:p,1</id><title type='html'>a &amp;lt;b&amp;gt;</title><updated>2025-11-01T00:00:00Z</updated>\
                    <link href='../ferry'/><link rel='via' href='https://wire.example/x' title='Wire'/></entry></feed>";
        let reading = read(atom);
        let entry = &reading.entries[0];
        assert_eq!(
            (reading.kind, entry.url.as_deref()),
            (Kind::Atom, Some("https://paper.example/ferry"))
        );
        assert_eq!(entry.relations[0].url, "https://wire.example/x");
        let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"P","items":[{"id":"1","content_text":"a <b>\n\nc"}]}"#;
        let reading = read(json);
        assert_eq!(reading.kind, Kind::JsonFeed);
        assert_eq!(reading.entries[0].id, "1");
    }

    #[test]
    fn f45_a_guid_stands_in_for_a_link_only_when_it_may() {
        let item = |guid: &str| {
            rss("version='2.0'").replace("<link>https://paper.example/ferry</link>", guid)
        };
        let linked = read(&item("<guid>https://paper.example/g</guid>"));
        assert_eq!(
            linked.entries[0].url.as_deref(),
            Some("https://paper.example/g")
        );
        let opaque = read(&item(
            "<guid isPermaLink=\"false\">https://paper.example/g</guid>",
        ));
        assert_eq!(opaque.entries[0].url, None);
    }

    #[test]
    fn t11_dates_that_cannot_be_read_are_told_and_not_invented() {
        let dated = |date: &str| {
            rss("version='2.0'").replace("</item>", &format!("<pubDate>{date}</pubDate></item>"))
        };
        assert!(
            read(&dated("Sun, 09 Nov 2025 16:10:00 GMT")).entries[0]
                .published
                .is_some()
        );
        let reading = read(&dated("soon"));
        assert_eq!(reading.entries[0].published, None);
        let odd = |odd: &Oddity| odd.code == "date-unreadable";
        assert!(reading.oddities.iter().any(odd));
    }

    fn dated(head: &str, dates: &[&str]) -> Vec<Option<String>> {
        let items: String = dates
            .iter()
            .enumerate()
            .map(|(at, date)| {
                format!(
                    "<item><guid>{at}</guid><title>{at}</title><pubDate>{date}</pubDate></item>"
                )
            })
            .collect();
        let text = format!(
            "<rss version='2.0'><channel><title>P</title>{head}<description>D</description>{items}</channel></rss>"
        );
        let said = |entry: &crate::ingest::Entry| {
            entry
                .published
                .map(|dated| crate::date::rfc3339(dated.said()))
        };
        read(&text).entries.iter().map(said).collect()
    }

    #[test]
    fn t8_one_clear_date_decides_for_the_whole_document() {
        let at = |day: &str| Some(format!("2025-{day}T00:00:00Z"));
        assert_eq!(
            dated("", &["02/03/2025", "25/03/2025"]),
            [at("03-02"), at("03-25")]
        );
        assert_eq!(
            dated("", &["02/03/2025", "03/25/2025"]),
            [at("02-03"), at("03-25")]
        );
        assert_eq!(dated("", &["02/03/2025"]), [None]);
        assert_eq!(
            dated("", &["02/03/2025", "03/25/2025", "25/03/2025"])[0],
            None
        );
        assert_eq!(
            dated("<language>fr</language>", &["02/03/2025"]),
            [at("03-02")]
        );
        // What the dates prove outweighs the language.
        assert_eq!(
            dated("<language>fr</language>", &["02/03/2025", "03/25/2025"])[0],
            at("02-03")
        );
    }

    #[test]
    fn t3_the_language_of_the_document_decides_between_zones_of_one_name() {
        let ist = ["Wed, 05 Mar 2025 12:00:00 IST"];
        let at = |hour: &str| [Some(format!("2025-03-05T{hour}:00Z"))];
        assert_eq!(dated("<language>en-in</language>", &ist), at("06:30"));
        assert_eq!(dated("<language>he</language>", &ist), at("10:00"));
        assert_eq!(dated("<language>en-IE</language>", &ist), at("11:00"));
        let cst = ["Wed, 05 Mar 2025 12:00:00 CST"];
        assert_eq!(dated("<language>zh-CN</language>", &cst), at("04:00"));
        assert_eq!(dated("<language>en-us</language>", &cst), at("18:00"));
    }

    #[test]
    fn t9_a_day_and_the_midnight_it_begins_with_stay_two_things() {
        let text = "<rss version='2.0'><channel><title>P</title>\
             <item><guid>1</guid><title>1</title><pubDate>2025-03-05</pubDate></item>\
             <item><guid>2</guid><title>2</title><pubDate>2025-03-05T00:00:00Z</pubDate></item></channel></rss>";
        let reading = read(text);
        let precision = |at: usize| {
            reading.entries[at]
                .published
                .map(|dated| dated.stamp.precision)
        };
        assert_eq!(precision(0), Some(crate::date::Precision::Day));
        assert_eq!(precision(1), Some(crate::date::Precision::Second));
    }
}
