//! What a source said, from its arrival through the store to what readers get.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node};
use serde_json::Value;

use headwater::config::{self, Config};
use headwater::date::{self, Hints};
use headwater::ingest::{
    Arrival, Channel, Dated, Enclosure, Entry, Extension, Fresh, Memory, Origin, Person, Visit,
};
use headwater::pipeline::{Composed, compose, listed, settle, site};
use headwater::publish::{Format, feed_path, render_story};
use headwater::schedule::Chance;
use headwater::store::Store;

use crate::newsroom::{Newsroom, until};
use crate::origin::{Origin as Server, Reply};

pub const ATOM: &str = "http://www.w3.org/2005/Atom";
pub const ITUNES: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";
pub const MEDIA: &str = "http://search.yahoo.com/mrss/";
pub const PODCAST: &str = "https://podcastindex.org/namespace/1.0";

pub fn element(
    namespace: &str,
    name: &str,
    attributes: &[(&str, &str)],
    text: &str,
    children: Vec<Extension>,
) -> Extension {
    let attributes = attributes.iter();
    Extension {
        namespace: namespace.into(),
        name: name.into(),
        attributes: attributes
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        text: text.into(),
        children,
    }
}

/// The elements of these three vocabularies below a node, as a strict and namespace-aware parser sees them.
pub fn passed_on(node: Node<'_, '_>) -> Vec<Extension> {
    let known = |child: &Node<'_, '_>| {
        let namespace = child.tag_name().namespace().unwrap_or_default();
        [ITUNES, MEDIA, PODCAST].contains(&namespace)
    };
    let read = |child: Node<'_, '_>| {
        let children = passed_on(child);
        Extension {
            namespace: child.tag_name().namespace().unwrap_or_default().into(),
            name: child.tag_name().name().into(),
            attributes: child
                .attributes()
                .map(|attribute| (attribute.name().into(), attribute.value().into()))
                .collect(),
            text: child.text().unwrap_or_default().trim().into(),
            children,
        }
    };
    node.children().filter(known).map(read).collect()
}

/// The first item or entry of a document.
pub fn first<'a, 'd>(document: &'a Document<'d>) -> Node<'a, 'd> {
    let is_item = |node: &Node<'_, '_>| ["item", "entry"].contains(&node.tag_name().name());
    document.descendants().find(is_item).expect("an item")
}

fn child<'a, 'd>(node: Node<'a, 'd>, namespace: Option<&str>, name: &str) -> Option<Node<'a, 'd>> {
    node.children()
        .find(|child| child.tag_name().name() == name && child.tag_name().namespace() == namespace)
}

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_760_000_000 + minute * 60, 0).unwrap()
}

fn newsroom() -> (Config, Store) {
    let text = r#"
        [server]
        listen = "127.0.0.1:8080"
        public_url = "http://127.0.0.1:8080"
        [[source]]
        id = "cast"
        url = "https://cast.example/feed"
        [[feed]]
        id = "all"
        title = "All"
        language = "en"
        from = ["*"]
    "#;
    let config = config::parse(text, Path::new("/nowhere/feeds.toml")).unwrap();
    let store = Store::in_memory().unwrap();
    store.sync_sources(&listed(&config, at(0))).unwrap();
    (config, store)
}

fn arrive(config: &Config, store: &Store, minute: i64, channel: Channel, entry: Entry) -> Composed {
    let fresh = Fresh {
        channel,
        entries: vec![entry],
        memory: Memory {
            body: Some([minute as u8; 32]),
            ..Memory::default()
        },
        ..Fresh::default()
    };
    let visit = Visit {
        source: "cast".into(),
        at: at(minute),
        took: Duration::ZERO,
        answer: None,
        arrival: Arrival::Fresh(Box::new(fresh)),
    };
    settle(store, config, &[visit], at(minute), Chance(0)).unwrap();
    let site = site(config.server.as_ref().unwrap());
    compose(store, config, &site, &Composed::default(), None, at(minute)).unwrap()
}

fn text(composed: &Composed, format: Format) -> String {
    let document = composed.shelf.get(&feed_path("all", format)).unwrap();
    String::from_utf8(document.identity().body.to_vec()).unwrap()
}

fn json(composed: &Composed) -> Value {
    let json: Value = serde_json::from_str(&text(composed, Format::Json)).unwrap();
    json["items"][0].clone()
}

fn episode() -> Entry {
    let stamp = date::parse(&date::rfc3339(at(1)), &Hints::default()).unwrap();
    Entry {
        id: "1".into(),
        title: Some("AT&T <b> at sea".into()),
        url: Some("https://cast.example/1".into()),
        published: Some(Dated {
            stamp,
            from: "feed",
        }),
        content: Some("<p>What was said.</p>".into()),
        enclosures: vec![
            Enclosure {
                url: "https://cast.example/1.mp3?a&b".into(),
                mime: Some("audio/mpeg".into()),
                length: None,
            },
            Enclosure {
                url: "https://cast.example/1.ogg".into(),
                mime: Some("audio/ogg".into()),
                length: Some(77),
            },
        ],
        extensions: elements(),
        ..Entry::default()
    }
}

/// What is written comes back in this order and these words: attributes in order, addresses as browsers write them.
fn elements() -> Vec<Extension> {
    vec![
        element(ITUNES, "episode", &[], "12", vec![]),
        element(ITUNES, "duration", &[], "1:02:03", vec![]),
        element(
            ITUNES,
            "title",
            &[],
            "Storm & sea, part \"two\" ]]> <3",
            vec![],
        ),
        element(
            PODCAST,
            "person",
            &[
                ("href", "https://asha.example/?a=1&b=2"),
                ("role", "\"host\" & <guest>"),
            ],
            "Asha Rao",
            vec![],
        ),
        element(
            PODCAST,
            "soundbite",
            &[("duration", "30.5"), ("startTime", "73")],
            "A wave",
            vec![],
        ),
        element(
            MEDIA,
            "group",
            &[],
            "",
            vec![
                element(MEDIA, "title", &[("type", "plain")], "All versions", vec![]),
                element(
                    MEDIA,
                    "content",
                    &[("duration", "3723"), ("url", "https://cast.example/1.ogg")],
                    "",
                    vec![element(MEDIA, "title", &[], "In Ogg", vec![])],
                ),
                element(
                    MEDIA,
                    "content",
                    &[("url", "https://cast.example/1.mp3?a&b")],
                    "",
                    vec![],
                ),
            ],
        ),
    ]
}

#[test]
fn p18_other_vocabularies_pass_through_the_store_into_rss_and_atom() {
    let (config, store) = newsroom();
    let composed = arrive(&config, &store, 10, Channel::default(), episode());
    for format in [Format::Rss, Format::Atom] {
        let text = text(&composed, format);
        let document = Document::parse(&text).unwrap();
        assert_eq!(passed_on(first(&document)), elements(), "{text}");
        for prefix in ["itunes", "media", "podcast"] {
            assert_eq!(text.matches(&format!("xmlns:{prefix}=")).count(), 1);
        }
        assert!(text.contains("<itunes:episode>12</itunes:episode>"));
        assert!(!text.contains("podcast:guid"));
    }
}

/// What [`elements`] are in a source's own writing: other prefixes, relative addresses, its words in CDATA or in references.
const SERVED: &str = r#"<rss version="2.0" xmlns:i="http://www.itunes.com/DTDs/Podcast-1.0.dtd" xmlns:pod="https://podcastindex.org/namespace/1.0"
  xmlns:m="http://search.yahoo.com/mrss"><channel><title>Cast</title><link>/</link><description>Talk</description>
  <i:new-feed-url>https://elsewhere.example/</i:new-feed-url><pod:guid>ead4c236-bf58-58c6-a2c6-a6b28d128cb6</pod:guid>
  <item><guid isPermaLink="false">1</guid><title>At sea</title><link>/1</link><description>What was said.</description>
    <enclosure url="/1.mp3?a&amp;b" type="audio/mpeg" length="0"/>
    <i:episode>12</i:episode>
    <i:duration> 1:02:03 </i:duration>
    <i:title>Storm &amp; sea, part "two" ]]&gt; &lt;3</i:title>
    <pod:person href="https://asha.example/?a=1&amp;b=2" role="&quot;host&quot; &amp; &lt;guest&gt;"><![CDATA[Asha Rao]]></pod:person>
    <pod:soundbite startTime="73" duration="30.5">A wave</pod:soundbite>
    <m:group>
      <m:title type="plain">All versions</m:title>
      <m:content url="/1.ogg" type="audio/ogg" duration="3723"><m:title>In Ogg</m:title></m:content>
      <m:content url="/1.mp3?a&amp;b"/>
    </m:group>
  </item></channel></rss>"#;

#[test]
fn p18_what_a_source_serves_in_other_vocabularies_is_served_on_and_read_again_as_the_same() {
    let origin = Server::start();
    origin.serve("/feed", Reply::ok("application/rss+xml", SERVED));
    let newsroom = Newsroom::on(&origin.url("/feed"));
    let daemon = newsroom.daemon();
    let rss = until("the feed", || {
        let answer = daemon.get("/feeds/all.rss", &[]);
        (answer.status == 200 && answer.text().contains("<item>"))
            .then(|| answer.text().to_string())
    });
    let mut wanted = elements();
    let at_home = |path: &str| origin.url(path);
    let group = &mut wanted[5];
    group.children[1].attributes = vec![
        ("duration".into(), "3723".into()),
        ("type".into(), "audio/ogg".into()),
        ("url".into(), at_home("/1.ogg")),
    ];
    group.children[2].attributes = vec![("url".into(), at_home("/1.mp3?a&b"))];
    let atom = daemon.get("/feeds/all.atom", &[]).text().to_string();
    for (name, text) in [("again.rss", &rss), ("again.atom", &atom)] {
        let document = Document::parse(text).unwrap();
        assert_eq!(passed_on(first(&document)), wanted, "{text}");
        assert!(!text.contains("elsewhere.example") && !text.contains("ead4c236"));
        newsroom.write(name, text);
        let read = newsroom.run(&["inspect", "--json", name]).ended(0).json();
        let entry = &read["entries"][0];
        let again: Vec<Extension> = (entry["extensions"].as_array().unwrap().iter())
            .map(printed)
            .collect();
        assert_eq!(again, wanted, "{name}");
        let files: Vec<_> = (entry["enclosures"].as_array().unwrap().iter())
            .map(|file| file["url"].as_str().unwrap())
            .collect();
        assert_eq!(files, [at_home("/1.mp3?a&b"), at_home("/1.ogg")], "{name}");
    }
    let json = daemon.get("/feeds/all.json", &[]).json();
    let attachments = json["items"][0]["attachments"].as_array().unwrap();
    let told = |at: usize| {
        (
            &attachments[at]["duration_in_seconds"],
            &attachments[at]["title"],
        )
    };
    assert_eq!(told(0), (&Value::from(3723), &Value::Null));
    assert_eq!(told(1), (&Value::from(3723), &Value::from("In Ogg")));
}

/// An element as `inspect` prints it.
fn printed(element: &Value) -> Extension {
    let text = |name: &str| element[name].as_str().unwrap_or_default().to_string();
    let attributes = element["attributes"].as_object().into_iter().flatten();
    let children = element["children"].as_array().into_iter().flatten();
    Extension {
        namespace: text("namespace"),
        name: text("name"),
        attributes: attributes
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_string()))
            .collect(),
        text: text("text"),
        children: children.map(printed).collect(),
    }
}

#[test]
fn p18_only_vocabularies_that_are_used_are_declared() {
    let (config, store) = newsroom();
    let entry = Entry {
        enclosures: vec![],
        extensions: vec![
            element("https://unknown.example/ns", "x", &[], "y", vec![]),
            element(
                PODCAST,
                "transcript",
                &[("url", "https://cast.example/1.vtt")],
                "",
                vec![],
            ),
        ],
        ..episode()
    };
    let composed = arrive(&config, &store, 10, Channel::default(), entry);
    for format in [Format::Rss, Format::Atom] {
        let text = text(&composed, format);
        assert!(text.contains("xmlns:podcast=") && !text.contains("unknown.example"));
        assert!(!text.contains("xmlns:itunes=") && !text.contains("xmlns:media="));
    }
}

#[test]
fn p18_p23_an_element_that_changed_is_a_revision_that_moves_no_date() {
    let (config, store) = newsroom();
    let before = arrive(&config, &store, 10, Channel::default(), episode());
    let mut entry = episode();
    entry.extensions[0].text = "13".into();
    let after = arrive(&config, &store, 20, Channel::default(), entry);
    assert!(text(&after, Format::Rss).contains("<itunes:episode>13</itunes:episode>"));
    let dates = |composed: &Composed| {
        let item = json(composed);
        (
            item["date_published"].clone(),
            item["date_modified"].clone(),
        )
    };
    assert_eq!(dates(&before), dates(&after));
}

#[test]
fn p17_what_the_source_groups_is_not_grouped_again() {
    let (config, store) = newsroom();
    let composed = arrive(&config, &store, 10, Channel::default(), episode());
    let rss = text(&composed, Format::Rss);
    let document = Document::parse(&rss).unwrap();
    let enclosures: Vec<_> = (first(&document).children())
        .filter(|node| node.tag_name().name() == "enclosure")
        .collect();
    assert_eq!(enclosures.len(), 1, "RSS allows one");
    assert_eq!(enclosures[0].attribute("length"), Some("0"), "unknown");
    assert_eq!(rss.matches("<media:group").count(), 1);
    assert_eq!(rss.matches("1.ogg").count(), 1, "{rss}");

    let entry = Entry {
        extensions: vec![],
        ..episode()
    };
    let rss = text(
        &arrive(&config, &store, 20, Channel::default(), entry),
        Format::Rss,
    );
    assert_eq!(rss.matches("<media:content").count(), 2);
    assert_eq!(rss.matches("1.ogg").count(), 1);
}

#[test]
fn p7_p17_all_enclosures_are_links_of_atom_with_type_and_length() {
    let (config, store) = newsroom();
    let atom = text(
        &arrive(&config, &store, 10, Channel::default(), episode()),
        Format::Atom,
    );
    let document = Document::parse(&atom).unwrap();
    let links: Vec<_> = (first(&document).children())
        .filter(|node| node.attribute("rel") == Some("enclosure"))
        .map(|link| ["href", "type", "length"].map(|name| link.attribute(name).map(str::to_string)))
        .collect();
    let some = |text: &str| Some(text.to_string());
    assert_eq!(
        links,
        [
            [
                some("https://cast.example/1.mp3?a&b"),
                some("audio/mpeg"),
                None
            ],
            [
                some("https://cast.example/1.ogg"),
                some("audio/ogg"),
                some("77")
            ],
        ]
    );
}

#[test]
fn p18_attachments_of_json_feed_have_size_playing_time_and_title() {
    let (config, store) = newsroom();
    let item = json(&arrive(&config, &store, 10, Channel::default(), episode()));
    let (mp3, ogg) = (&item["attachments"][0], &item["attachments"][1]);
    assert_eq!(mp3["duration_in_seconds"], 3723, "from itunes:duration");
    assert!(mp3.get("size_in_bytes").is_none() && mp3.get("title").is_none());
    assert_eq!(ogg["duration_in_seconds"], 3723, "from media:content");
    assert_eq!(
        (&ogg["size_in_bytes"], &ogg["title"]),
        (&Value::from(77), &Value::from("In Ogg"))
    );
}

#[test]
fn p18_words_about_the_channel_of_a_source_are_not_put_on_ours() {
    let (config, store) = newsroom();
    let channel = Channel {
        extensions: vec![
            element(
                ITUNES,
                "new-feed-url",
                &[],
                "https://elsewhere.example/",
                vec![],
            ),
            element(
                PODCAST,
                "guid",
                &[],
                "ead4c236-bf58-58c6-a2c6-a6b28d128cb6",
                vec![],
            ),
        ],
        ..Channel::default()
    };
    let entry = Entry {
        extensions: channel.extensions.clone(),
        ..episode()
    };
    let composed = arrive(&config, &store, 10, channel, entry);
    for format in [Format::Rss, Format::Atom, Format::Json] {
        let text = text(&composed, format);
        assert!(!text.contains("elsewhere.example") && !text.contains("ead4c236"));
    }
}

#[test]
fn p6_p13_an_existing_source_is_preserved_whole() {
    let (config, store) = newsroom();
    let origin = Origin {
        id: Some("tag:wire.example,2020:feed".into()),
        title: Some("The <Wire> & Co".into()),
        url: Some("https://wire.example/feed.atom".into()),
        page: Some("https://wire.example/".into()),
        updated: Some(at(-60)),
        authors: vec![Person::named("Wire Desk")],
        rights: Some("© The Wire".into()),
        categories: vec!["sea".into(), "weather".into()],
    };
    let entry = Entry {
        origin: Some(origin),
        ..episode()
    };
    let composed = arrive(&config, &store, 10, Channel::default(), entry);
    let atom = text(&composed, Format::Atom);
    let document = Document::parse(&atom).unwrap();
    let source = child(first(&document), Some(ATOM), "source").unwrap();
    let said = |name: &str| {
        child(source, Some(ATOM), name)
            .and_then(|node| node.text())
            .unwrap_or_default()
            .to_string()
    };
    assert_eq!(said("id"), "tag:wire.example,2020:feed");
    assert_eq!(said("title"), "The <Wire> & Co");
    assert_eq!(said("rights"), "© The Wire");
    assert_eq!(
        DateTime::parse_from_rfc3339(&said("updated")).unwrap(),
        at(-60)
    );
    let author = child(source, Some(ATOM), "author").unwrap();
    let name = child(author, Some(ATOM), "name").and_then(|node| node.text());
    assert_eq!(name, Some("Wire Desk"));
    let all = |name: &str, attribute: &str| -> Vec<String> {
        let named = source
            .children()
            .filter(|node| node.tag_name().name() == name);
        named
            .filter_map(|node| node.attribute(attribute).map(str::to_string))
            .collect()
    };
    assert_eq!(all("category", "term"), ["sea", "weather"]);
    assert_eq!(all("link", "rel"), ["self", "alternate"]);
    assert_eq!(
        all("link", "href"),
        ["https://wire.example/feed.atom", "https://wire.example/"]
    );
    let author = child(first(&document), Some(ATOM), "author").unwrap();
    let name = child(author, Some(ATOM), "name").and_then(|node| node.text());
    assert_eq!(
        name,
        Some("Wire Desk"),
        "an entry without author has its feed's"
    );

    let rss = text(&composed, Format::Rss);
    let document = Document::parse(&rss).unwrap();
    let source = child(first(&document), None, "source").unwrap();
    assert_eq!(
        source.attribute("url"),
        Some("https://wire.example/feed.atom")
    );
    assert_eq!(source.text(), Some("The <Wire> & Co"));

    let origin = &json(&composed)["_headwater"]["origin"];
    assert_eq!(origin["feed_url"], "https://wire.example/feed.atom");
    assert_eq!(origin["authors"][0]["name"], "Wire Desk");
    assert_eq!(origin["rights"], "© The Wire");
}

#[test]
fn p6_a_source_that_is_only_named_is_not_taken_for_the_one_who_sent_it() {
    let (config, store) = newsroom();
    let entry = Entry {
        origin: Some(Origin {
            title: Some("The Wire".into()),
            ..Origin::default()
        }),
        ..episode()
    };
    let composed = arrive(&config, &store, 10, Channel::default(), entry);
    let item = json(&composed);
    assert_eq!(item["_headwater"]["origin"]["name"], "The Wire");
    assert!(
        item["_headwater"]["origin"]["id"]
            .as_str()
            .unwrap()
            .starts_with("urn:uuid:")
    );
    assert!(
        !text(&composed, Format::Rss).contains("<source"),
        "its address is not known"
    );
}

#[test]
fn p6_what_the_channel_says_of_itself_goes_into_atom_source() {
    let (config, store) = newsroom();
    let channel = Channel {
        title: Some("Cast".into()),
        authors: vec![Person::named("Cast Desk")],
        categories: vec!["audio".into()],
        rights: Some("CC BY".into()),
        ..Channel::default()
    };
    let composed = arrive(&config, &store, 10, channel, episode());
    let atom = text(&composed, Format::Atom);
    let document = Document::parse(&atom).unwrap();
    let source = child(first(&document), Some(ATOM), "source").unwrap();
    let author = child(source, Some(ATOM), "author").unwrap();
    let name = child(author, Some(ATOM), "name").and_then(|node| node.text());
    assert_eq!(name, Some("Cast Desk"));
    let category = child(source, Some(ATOM), "category").unwrap();
    assert_eq!(category.attribute("term"), Some("audio"));
    let rights = child(source, Some(ATOM), "rights").unwrap();
    assert_eq!(rights.text(), Some("CC BY"));
}

const GERMAN: &str = "<p>Die Fähre zu den nördlichen Inseln fiel heute Morgen wegen des Sturms schon wieder aus, \
                      und die Leute warteten am Hafen.</p>";

#[test]
fn p9_a_language_that_is_not_declared_is_told_from_the_text_in_every_format() {
    let (config, store) = newsroom();
    let entry = Entry {
        title: Some("Kein Schiff heute".into()),
        content: Some(GERMAN.into()),
        ..episode()
    };
    let composed = arrive(&config, &store, 10, Channel::default(), entry);
    assert!(text(&composed, Format::Atom).contains("<title xml:lang=\"de\">Kein Schiff"));
    assert!(text(&composed, Format::Rss).contains("<dc:language>de</dc:language>"));
    assert_eq!(json(&composed)["language"], "de");
    assert!(text(&composed, Format::Page).contains("<h2 lang=\"de\" dir=\"auto\">"));
    let id = json(&composed)["_headwater"]["story"]
        .as_str()
        .unwrap()
        .into();
    let story = store.cited_story(&id, &[]).unwrap().unwrap();
    let page = render_story(&story, &site(config.server.as_ref().unwrap())).unwrap();
    let page = String::from_utf8(page.identity().body.to_vec()).unwrap();
    assert!(page.contains("<h1 lang=\"de\" dir=\"auto\">"));
}

#[test]
fn p9_a_declared_language_wins_over_the_text_and_takes_the_place_of_a_guess() {
    let (config, store) = newsroom();
    let undeclared = Entry {
        content: Some(GERMAN.into()),
        ..episode()
    };
    let guessed = arrive(&config, &store, 10, Channel::default(), undeclared.clone());
    assert_eq!(json(&guessed)["language"], "de");
    let declared = Entry {
        language: Some("gsw_CH".into()),
        ..undeclared
    };
    let told = arrive(&config, &store, 20, Channel::default(), declared);
    assert_eq!(json(&told)["language"], "gsw-CH");
}
