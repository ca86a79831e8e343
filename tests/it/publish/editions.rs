//! Editions to print: one that tries to break every format, and ordinary ones.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use headwater::curate::{Edition, Feed, Order};
use headwater::dedupe::{StoryId, public_id};
use headwater::enrich::{Carrier, CitedStory, Evidence, LinkKind, Reach, SourceLink};
use headwater::ingest::{Enclosure, Entry, Origin, Person};
use headwater::publish::Site;

/// What every field of the hostile edition has in it.
pub const HOSTILE: &str =
    "let's try & break this <item> ]]> \"quoted\" \u{0}\u{1f}\u{fffe}<!-- </script><b>AT&amp;T";

pub fn site() -> Site {
    Site {
        address: Url::parse("https://news.example").unwrap(),
        generator: "headwater/0.1.0".into(),
    }
}

pub fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_762_700_000 + seconds, 123_456_789).unwrap()
}

pub fn feed() -> Feed {
    Feed {
        id: "world".into(),
        title: "World & news".into(),
        description: Some("With its sources".into()),
        language: Some("en".into()),
        from: vec![],
        order: Order::Published,
        limit: 50,
        per_source: None,
        formerly: vec![],
    }
}

pub fn edition(stories: Vec<CitedStory>) -> Edition {
    Edition {
        feed: feed(),
        since: instant(-9),
        stories,
    }
}

pub fn hostile() -> Edition {
    let mut edition = edition(vec![
        hostile_story(),
        plain_story(),
        bare_story(),
        reprinted_story(),
    ]);
    edition.feed.title = format!("World {HOSTILE}");
    edition.feed.description = Some(HOSTILE.into());
    edition
}

pub fn cited(url: Option<&str>, name: &str, kind: LinkKind, reach: Option<Reach>) -> SourceLink {
    SourceLink {
        url: url.map(Into::into),
        key: None,
        name: name.into(),
        kind,
        reach,
        claim: Some(format!("{name} called for restraint")),
        confidence: 0.97,
        evidence: Evidence {
            rule: "source-line",
            quote: format!("(Source: {name})"),
            at: 42,
        },
    }
}

pub fn story(source: &str, raw_id: &str, entry: Entry) -> CitedStory {
    let carrier = Carrier {
        source: source.into(),
        name: format!("The {source}"),
        feed_id: None,
        feed_url: Some(format!("https://{source}.example/feed.xml")),
        page: Some(format!("https://{source}.example/")),
        rights: None,
        authors: vec![],
        categories: vec![],
        url: entry.url.clone(),
        updated: Some(instant(60)),
    };
    CitedStory {
        id: StoryId::founded_by(source, raw_id),
        public_id: public_id(source, raw_id),
        published: instant(0),
        updated: instant(30),
        entry: Entry {
            id: raw_id.into(),
            ..entry
        },
        detected: None,
        carrier,
        also: vec![],
        links: vec![],
    }
}

fn hostile_story() -> CitedStory {
    let entry = Entry {
        title: Some(HOSTILE.into()),
        alternate_title: Some(HOSTILE.into()),
        url: Some("https://me:secret@hostile.example/a?b=1&c='\"<>]]>".into()),
        authors: vec![Person {
            name: Some(HOSTILE.into()),
            email: Some("a&b@x.example".into()),
            url: Some("javascript:alert(1)".into()),
        }],
        language: Some("de".into()),
        rights: Some(HOSTILE.into()),
        summary: Some(format!("<p>{HOSTILE}</p>")),
        content: Some(format!(
            "<p onclick=\"x()\">A text &amp; more ]]&gt; <a href=\"/rel\">here</a></p><script>alert(1)</script><pre>{HOSTILE}</pre>"
        )),
        base: Some("https://hostile.example/".into()),
        categories: vec![
            HOSTILE.into(),
            "plain".into(),
            "plain".into(),
            " \u{1} ".into(),
        ],
        enclosures: vec![
            Enclosure {
                url: "https://hostile.example/a.mp3?x&y".into(),
                mime: Some("audio/mpeg".into()),
                length: Some(123),
            },
            Enclosure {
                url: "https://hostile.example/b".into(),
                mime: Some(HOSTILE.into()),
                length: None,
            },
        ],
        image: Some("https://hostile.example/a.png".into()),
        comments: Some("https://hostile.example/talk?a&b".into()),
        ..Entry::default()
    };
    let mut story = story("hostile", HOSTILE, entry);
    story.carrier.name = HOSTILE.into();
    story.carrier.feed_id = Some(HOSTILE.into());
    story.carrier.feed_url = Some("https://me:secret@hostile.example/feed?x&y".into());
    story.carrier.rights = Some(HOSTILE.into());
    let elsewhere = Carrier {
        source: "other".into(),
        name: HOSTILE.into(),
        url: Some("https://other.example/?a&b".into()),
        ..Carrier::default()
    };
    story.also = vec![
        elsewhere,
        Carrier {
            source: "desk".into(),
            ..Carrier::default()
        },
    ];
    let mut link = cited(
        Some("https://un.example/press?a&b"),
        HOSTILE,
        LinkKind::Cites,
        Some(Reach::Section),
    );
    link.confidence = f32::NAN;
    story.links = vec![
        link,
        cited(
            Some("https://first.example/1"),
            "First",
            LinkKind::Original,
            Some(Reach::Article),
        ),
        cited(
            Some("https://found.example/2"),
            "Found",
            LinkKind::Via,
            Some(Reach::Post),
        ),
        cited(
            Some("https://said.example/"),
            "Said",
            LinkKind::Quotes,
            Some(Reach::Homepage),
        ),
        cited(None, "Officials", LinkKind::Cites, None),
        cited(
            Some("javascript:alert(1)"),
            "Script",
            LinkKind::Cites,
            Some(Reach::Article),
        ),
    ];
    story
}

/// An upstream id that is the article's address; no sources.
pub fn plain_story() -> CitedStory {
    let entry = Entry {
        title: Some("AT&T <b>".into()),
        url: Some("https://plain.example/1".into()),
        authors: vec![Person::named("Asha Rao")],
        language: Some("en".into()),
        content: Some("<p>Water <em>over</em> stones.</p>".into()),
        ..Entry::default()
    };
    story("plain", "https://plain.example/1", entry)
}

/// A file on disk: no address, no author, no title; one cited address, so a pointer.
pub fn bare_story() -> CitedStory {
    let entry = Entry {
        content: Some("<p>A few words about a paper.</p>".into()),
        ..Entry::default()
    };
    let mut story = story("desk", "articles/bare.txt", entry);
    story.carrier.feed_url = None;
    story.carrier.page = None;
    story.links = vec![cited(
        Some("https://papers.example/9.pdf"),
        "Papers",
        LinkKind::Cites,
        Some(Reach::Paper),
    )];
    story
}

/// Its source says that it came from another feed; only a summary.
pub fn reprinted_story() -> CitedStory {
    let entry = Entry {
        title: Some("Reprinted".into()),
        url: Some("https://wire.example/7".into()),
        summary: Some("<p>Short.</p>".into()),
        origin: Some(Origin {
            id: Some("tag:wire.example,2025:feed".into()),
            title: Some("The Wire".into()),
            url: Some("https://wire.example/feed".into()),
            ..Origin::default()
        }),
        ..Entry::default()
    };
    let mut story = story("planet", "tag:wire.example,2025:7", entry);
    story.published = instant(0) - TimeDelta::days(1);
    story
}
