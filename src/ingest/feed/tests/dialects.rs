//! RSS, Atom and JSON Feed in all their forms, and the vocabularies they borrow from.

use super::*;
use crate::ingest::entry::{Kind, Person};
use chrono::Weekday;

#[test]
fn every_version_there_was_is_told_from_the_others() {
    let item = "<item><title>T</title></item>";
    for (root, kind) in [
        ("<rss version='0.91'><channel>", Kind::Rss0),
        ("<rss version='0.94'><channel>", Kind::Rss0),
        ("<rss version='2.0.1'><channel>", Kind::Rss2),
        ("<rss><channel>", Kind::Rss2),
        ("<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", Kind::Rss1),
        (
            "<rdf:RDF xmlns='http://channel.netscape.com/rdf/simple/0.9/'>",
            Kind::Rss0,
        ),
    ] {
        let reading = read(&format!("{root}{item}"));
        assert_eq!((reading.kind, reading.entries.len()), (kind, 1), "{root}");
    }
}

#[test]
fn f45_a_guid_stands_in_for_a_link_only_when_it_may() {
    let url = |item: &str| only(&rss(item)).url;
    let page = Some("https://paper.example/g".to_string());
    assert_eq!(url("<guid>https://paper.example/g</guid>"), page);
    assert_eq!(url("<guid isPermaLink='true'>/g</guid>"), page);
    assert_eq!(
        url("<guid isPermaLink=\"false\">https://paper.example/g</guid>"),
        None
    );
    assert_eq!(
        url("<guid isPermaLink = 'FALSE'>https://paper.example/g</guid>"),
        None
    );
    assert_eq!(url("<guid>not an address</guid><title>T</title>"), None);
    let both = only(&rss(
        "<guid>https://paper.example/g</guid><link>https://paper.example/l</link>",
    ));
    assert_eq!(
        (both.id.as_str(), both.url.as_deref()),
        ("https://paper.example/g", Some("https://paper.example/l"))
    );
}

#[test]
fn f45_ids_are_kept_as_written_and_made_up_for_good() {
    assert_eq!(only(&rss("<guid> A/../b?x=1 </guid>")).id, "A/../b?x=1");
    assert_eq!(only(&atom("<id>../relative</id>")).id, "../relative");
    let rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><item rdf:about='urn:x:1'><title>T</title></item></rdf:RDF>";
    assert_eq!(only(rdf).id, "urn:x:1");
    let nameless = rss("<category>news</category>");
    assert_eq!(only(&nameless).id, only(&nameless).id);
    assert!(only(&nameless).id.starts_with("headwater:"));
    let empty = read(&rss(""));
    assert!(empty.entries.is_empty() && codes(&empty) == ["entry-without-identity"]);
}

#[test]
fn f44_names_are_told_apart_by_namespace() {
    let entry = only(&rss(
        "<x:title xmlns:x='http://x.example/'>Wrong</x:title><media:title xmlns:media='http://search.yahoo.com/mrss/'>Picture</media:title><title>Right</title>",
    ));
    assert_eq!(entry.title.as_deref(), Some("Right"));
    let dublin = only(&rss(
        "<d:title xmlns:d='http://purl.org/dc/elements/1.1/'>T</d:title><d:creator xmlns:d='http://purl.org/dc/elements/1.1/'>Jane Doe</d:creator>",
    ));
    assert_eq!(
        (dublin.title.as_deref(), dublin.authors[0].name.as_deref()),
        (Some("T"), Some("Jane Doe"))
    );
}

#[test]
fn f44_addresses_resolve_against_their_own_base() {
    let text = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/x/'><entry xml:base='y/'><id>1</id><link href='page'/>\
                <summary type='html' xml:base='https://b.example/'>&lt;a href='s'>s&lt;/a></summary>\
                <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><a href='c'>c</a><p xml:base='/z/'><img src='p'/></p></div></content></entry></feed>";
    let entry = only(text);
    assert_eq!(entry.url.as_deref(), Some("https://a.example/x/y/page"));
    assert_eq!(entry.base.as_deref(), Some("https://a.example/x/y/"));
    assert_eq!(
        entry.content.as_deref(),
        Some("<a href=\"c\">c</a><p><img src=\"https://a.example/z/p\"></p>")
    );
    assert!(entry.summary.unwrap().contains("https://b.example/s"));
    let nonsense = only(&atom(
        "<id>1</id><link href='page' xml:base='javascript:alert(1)'/>",
    ));
    assert_eq!(
        nonsense.url.as_deref(),
        Some("https://paper.example/feeds/page")
    );
}

#[test]
fn atom_says_its_texts_in_many_ways() {
    let content = |attributes: &str, body: &str| {
        only(&atom(&format!(
            "<id>1</id><content {attributes}>{body}</content>"
        )))
        .content
    };
    let bold = Some("<b>x</b>".to_string());
    assert_eq!(content("type='html'", "&lt;b>x&lt;/b>"), bold);
    assert_eq!(content("type='text/html'", "<![CDATA[<b>x</b>]]>"), bold);
    assert_eq!(
        content(
            "type='xhtml'",
            "<div xmlns='http://www.w3.org/1999/xhtml'><b>x</b></div>"
        ),
        bold
    );
    assert_eq!(
        content("type='application/xhtml+xml' mode='xml'", "<b>x</b>"),
        bold
    );
    assert_eq!(
        content("type='text/html' mode='escaped'", "&lt;b>x&lt;/b>"),
        bold
    );
    assert_eq!(
        content("type='text/html' mode='base64'", "PGI+eDwvYj4="),
        bold
    );
    assert_eq!(
        content("type='application/octet-stream'", "PGI+eDwvYj4="),
        bold
    );
    assert_eq!(content("type='image/png'", "iVBORw0KGgo="), None);
    assert_eq!(
        content("type='text'", "a &lt; b"),
        Some("<p>a &lt; b</p>".into())
    );
    assert_eq!(
        content(
            "type='xhtml'",
            "<div title='\"&lt;&amp;'>1 &lt; 2<br/><i/></div>"
        ),
        Some("1 &lt; 2<br><i></i>".into())
    );
    let outside = only(&atom("<id>1</id><content type='text/html' src='/there'/>"));
    assert_eq!(
        (outside.content, outside.url.as_deref()),
        (None, Some("https://paper.example/there"))
    );
}

#[test]
fn authors_are_the_entry_s_own_or_inherited() {
    let feed = |entry: &str| {
        only(&format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>Desk</name></author><entry><id>1</id>{entry}</entry></feed>"
        ))
        .authors
    };
    assert_eq!(feed(""), [Person::named("Desk")]);
    assert_eq!(
        feed(
            "<author><name>Jane</name><email>mailto:j@p.example</email><uri>/~jane</uri></author>"
        ),
        [Person {
            name: Some("Jane".into()),
            email: Some("j@p.example".into()),
            url: Some("https://paper.example/~jane".into())
        }]
    );
    assert_eq!(
        feed("<source><id>s</id><author><name>Wire</name></author></source>"),
        [Person::named("Wire")]
    );
    assert_eq!(feed("<source><id>s</id></source>"), []);
    let podcast = only(&rss(
        "<guid>1</guid><itunes:author xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>Jane</itunes:author>",
    ));
    assert_eq!(podcast.authors, [Person::named("Jane")]);
}

#[test]
fn origins_and_relations_are_kept() {
    let entry = only(&atom(
        "<id>1</id><source><id>tag:s</id><title type='html'>Source &amp;amp; Sons</title><link rel='self' href='https://s.example/feed'/></source>\
         <link rel='via' href='https://w.example/' title='Wire'/><link rel='replies' type='text/html' href='/talk'/>\
         <thr:in-reply-to xmlns:thr='http://purl.org/syndication/thread/1.0' ref='tag:x' href='https://o.example/post'/>",
    ));
    let origin = entry.origin.unwrap();
    assert_eq!(
        (
            origin.id.as_deref(),
            origin.title.as_deref(),
            origin.url.as_deref()
        ),
        (
            Some("tag:s"),
            Some("Source & Sons"),
            Some("https://s.example/feed")
        )
    );
    let told: Vec<_> = entry
        .relations
        .iter()
        .map(|one| (one.rel.as_str(), one.url.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("via", "https://w.example/"),
            ("in-reply-to", "https://o.example/post")
        ]
    );
    assert_eq!(
        entry.comments.as_deref(),
        Some("https://paper.example/talk")
    );
    let item = only(&rss(
        "<guid>1</guid><source url='https://s.example/feed'>Source</source><comments>/talk</comments>",
    ));
    assert_eq!(
        item.origin.unwrap().url.as_deref(),
        Some("https://s.example/feed")
    );
}

#[test]
fn t8_a_document_s_clear_dates_decide_its_unclear_ones() {
    let dated = |dates: &[&str]| {
        let items: String = dates
            .iter()
            .map(|date| format!("<item><guid>{date}</guid><pubDate>{date}</pubDate></item>"))
            .collect();
        let reading = read(&format!(
            "<rss version='2.0'><channel>{items}</channel></rss>"
        ));
        let published: Vec<_> = reading
            .entries
            .iter()
            .map(|entry| {
                entry
                    .published
                    .map(|dated| dated.said().format("%m-%d").to_string())
            })
            .collect();
        (published, codes(&reading))
    };
    let day_first = dated(&["02/03/2025 10:00", "13/03/2025 10:00"]);
    assert_eq!(
        day_first.0,
        [Some("03-02".to_string()), Some("03-13".to_string())]
    );
    let month_first = dated(&["02/03/2025 10:00", "03/13/2025 10:00"]);
    assert_eq!(month_first.0[0].as_deref(), Some("02-03"));
    let undecided = dated(&["02/03/2025 10:00"]);
    assert_eq!(undecided, (vec![None], vec!["date-unreadable"]));
    let german = read(
        "<rss version='2.0'><channel><language>de</language><item><guid>1</guid><pubDate>02/03/2025 10:00</pubDate></item></channel></rss>",
    );
    assert_eq!(
        german.entries[0]
            .published
            .unwrap()
            .said()
            .format("%m-%d")
            .to_string(),
        "03-02"
    );
}

#[test]
fn t11_dates_that_cannot_be_read_are_told_where_and_not_invented() {
    for none in ["soon", "31 February 2025"] {
        let reading = read(&rss(&format!("<guid>1</guid><pubDate>{none}</pubDate>")));
        assert_eq!(reading.entries[0].published, None);
        let odd = reading
            .oddities
            .iter()
            .find(|odd| odd.code == "date-unreadable")
            .expect(none);
        assert_eq!(odd.at, "entries[0].published");
    }
    let second = only(&rss(
        "<guid>1</guid><pubDate>soon</pubDate><dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2025-11-09T16:10:00Z</dc:date>",
    ));
    assert!(second.published.is_some());
}

#[test]
fn f16_f17_f24_f46_what_a_document_asks_and_declares() {
    let text = "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' \
                xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:fh='http://purl.org/syndication/history/1.0' \
                xmlns:at='http://purl.org/atompub/tombstones/1.0'><channel><title>P</title>\
                <skipHours><hour>0</hour><hour>24</hour><hour>99</hour><hour>x</hour></skipHours><skipDays><day>Saturday</day><day>Someday</day></skipDays>\
                <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency><ttl>60</ttl>\
                <atom:link rel='self' href='/feed'/><atom:link rel='hub' href='https://hub.example/'/><itunes:new-feed-url>https://new.example/feed</itunes:new-feed-url>\
                <fh:complete/><at:deleted-entry ref='tag:p,1' when='2025-01-01T00:00:00Z'/><itunes:category text='News'><itunes:category text='Daily'/></itunes:category>\
                </channel></rss>";
    let channel = read(text).channel;
    assert_eq!(
        (channel.asks.skip_hours, channel.asks.skip_days),
        (vec![0, 24], vec![Weekday::Sat])
    );
    assert_eq!(channel.asks.update_period.as_deref(), Some("hourly"));
    assert_eq!(channel.asks.update_frequency.as_deref(), Some("2"));
    assert_eq!((channel.ttl, channel.complete), (Some(60), true));
    assert_eq!(
        channel.self_url.as_deref(),
        Some("https://paper.example/feed")
    );
    assert_eq!(channel.hubs, ["https://hub.example/"]);
    assert_eq!(channel.new_url.as_deref(), Some("https://new.example/feed"));
    assert_eq!(channel.deleted, ["tag:p,1"]);
    assert_eq!(channel.categories, ["News", "Daily"]);
    assert_eq!(
        channel.extensions[1].children[0].attributes,
        [("text".to_string(), "Daily".to_string())]
    );
}

#[test]
fn p18_podcast_and_media_elements_are_kept_whole() {
    let entry = only(&rss(
        "<guid>1</guid><m:group xmlns:m='http://search.yahoo.com/mrss'><m:content url='/a.mp4' type='video/mp4' fileSize='9'/><m:thumbnail url='/t.png'/></m:group>\
         <enclosure url='/a.mp3' length=' 12 ' type='audio/mpeg'/><podcast:transcript url='/t.vtt' xmlns:podcast='https://podcastindex.org/namespace/1.0'/>",
    ));
    let files: Vec<_> = entry
        .enclosures
        .iter()
        .map(|one| (one.url.as_str(), one.length))
        .collect();
    assert_eq!(
        files,
        [
            ("https://paper.example/a.mp3", Some(12)),
            ("https://paper.example/a.mp4", Some(9))
        ]
    );
    assert_eq!(entry.image.as_deref(), Some("https://paper.example/t.png"));
    let group = &entry.extensions[0];
    assert_eq!(
        (
            group.namespace.as_str(),
            group.name.as_str(),
            group.children.len()
        ),
        ("http://search.yahoo.com/mrss/", "group", 2)
    );
    assert_eq!(
        group.children[0].attributes[0],
        ("url".into(), "https://paper.example/a.mp4".into())
    );
    assert_eq!(
        entry.extensions[1].attributes[0].1,
        "https://paper.example/t.vtt"
    );
}

#[test]
fn p18_elements_in_elements_of_another_vocabulary_are_kept_and_too_much_is_told() {
    let spaces = "xmlns:media='http://search.yahoo.com/mrss/' xmlns:podcast='https://podcastindex.org/namespace/1.0'";
    let with = |inside: &str| {
        read(&rss(&format!(
            "<guid>1</guid><media:group {spaces}>{inside}</media:group>"
        )))
    };
    let mixed = with("<podcast:person>Jane</podcast:person><media:title>T</media:title>");
    let names = mixed.entries[0].extensions[0].children.iter();
    assert_eq!(
        names.map(|child| child.name.as_str()).collect::<Vec<_>>(),
        ["person", "title"]
    );
    assert_eq!(codes(&mixed), [""; 0]);
    let nested = |depth: usize| {
        format!(
            "{}{}",
            "<media:group>".repeat(depth),
            "</media:group>".repeat(depth)
        )
    };
    for (inside, kept) in [
        (nested(20), 8),
        ("<media:title>T</media:title>".repeat(600), 500),
        (
            format!(
                "<media:title>T</media:title><media:description>{}</media:description>",
                "x".repeat(200_000)
            ),
            2,
        ),
    ] {
        let reading = with(&inside);
        fn count(extensions: &[crate::ingest::entry::Extension]) -> usize {
            extensions.iter().map(|one| 1 + count(&one.children)).sum()
        }
        assert_eq!(count(&reading.entries[0].extensions), kept);
        assert_eq!(codes(&reading), ["entry-shortened"]);
        assert_eq!(reading.oddities[0].at, "entries[0].extensions");
    }
}

#[test]
fn p8_what_atom_and_json_feed_call_text_is_text_whatever_it_looks_like() {
    let said = "AT&amp;T <b> &#38; co";
    let escaped = said.replace('&', "&amp;").replace('<', "&lt;");
    for kind in ["", " type='text'"] {
        let fast = format!(
            "<id>1</id><title{kind}>{escaped}</title><link href='https://paper.example/1'/><published>2025-11-09T16:10:00Z</published>"
        );
        for entry in [fast.clone(), format!("{fast}<x/>")] {
            assert_eq!(only(&atom(&entry)).title.as_deref(), Some(said), "{entry}");
        }
    }
    let json = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{{\"id\":\"1\",\"title\":\"{said}\"}}]}}"
    );
    assert_eq!(only(&json).title.as_deref(), Some(said));
    let html = only(&atom(&format!(
        "<id>1</id><title type='html'>{escaped}</title>"
    )));
    assert_eq!(html.title.as_deref(), Some("AT&T & co"));
    assert_eq!(
        only(&rss(&format!("<guid>1</guid><title>{escaped}</title>")))
            .title
            .as_deref(),
        Some("AT&T & co")
    );
}

#[test]
fn titles_that_are_pictures_stay_pictures() {
    let title = |text: &str| only(&rss(&format!("<guid>1</guid><title>{text}</title>"))).title;
    assert_eq!(
        title("&lt;img src='https://paper.example/p.png' onload='x()'&gt;").as_deref(),
        Some("<img src=\"https://paper.example/p.png\">")
    );
    assert_eq!(title("&lt;img src='x'&gt; Ferry").as_deref(), Some("Ferry"));
    assert_eq!(title("&lt;script&gt;x()&lt;/script&gt;"), None);
}

#[test]
fn categories_come_in_every_form() {
    let entry = only(&rss(
        "<guid>1</guid><category>A  b</category><category term='C'/><category label='D'/><category>A b</category><categories><category>E</category></categories>\
         <tags>F, G</tags><dc:subject xmlns:dc='http://purl.org/dc/elements/1.1/'>H</dc:subject>",
    ));
    assert_eq!(entry.categories, ["A b", "C", "D", "E", "F", "G", "H"]);
}

#[test]
fn f45_json_feeds_old_and_new() {
    let text = "\u{feff}{\"version\":\"https://jsonfeed.org/version/1\",\"title\":\"P\",\"feed_url\":\"https://paper.example/f\",\"author\":{\"name\":\"Desk\"},\
                \"hubs\":[{\"type\":\"WebSub\",\"url\":\"https://hub.example/\"}],\"items\":[\
                {\"id\":17,\"content_text\":\"a <b>\\n\\nc\",\"date_published\":\"2025-11-09T16:10:00Z\",\"tags\":[\"x\",3],\
                 \"attachments\":[{\"url\":\"/a.mp3\",\"mime_type\":\"audio/mpeg\",\"size_in_bytes\":5.0}]},\
                {\"title\":\"no id\"},{\"id\":\"2\",\"url\":\"/2\",\"external_url\":\"https://w.example/\",\"authors\":[{\"name\":\"Jane\"}],\"content_html\":\"<p>x\"},null]}";
    let reading = read(text);
    assert_eq!(reading.kind, Kind::JsonFeed);
    assert_eq!(reading.channel.hubs, ["https://hub.example/"]);
    let ids: Vec<_> = reading
        .entries
        .iter()
        .map(|entry| entry.id.as_str())
        .collect();
    assert_eq!(ids, ["17", "2"]);
    assert_eq!(codes(&reading), ["entry-without-identity"; 2]);
    let [first, second] = &reading.entries[..] else {
        panic!()
    };
    assert_eq!(
        first.content.as_deref(),
        Some("<p>a &lt;b&gt;</p>\n<p>c</p>")
    );
    assert_eq!(
        (first.enclosures[0].url.as_str(), first.enclosures[0].length),
        ("https://paper.example/a.mp3", Some(5))
    );
    assert_eq!(
        (
            first.authors[0].name.as_deref(),
            second.authors[0].name.as_deref()
        ),
        (Some("Desk"), Some("Jane"))
    );
    assert_eq!(second.relations[0].url, "https://w.example/");
}

#[test]
fn f42_invalid_json_is_rejected_whole() {
    let url = home();
    for text in [
        "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"1\"},]}",
        "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"1\"}",
        "{\"version\":\"2\",\"title\":\"about jsonfeed.org/version\",\"items\":[]}",
    ] {
        assert!(
            matches!(read_json(text, &setting(&url)), Err(Unreadable::Broken(_))),
            "{text}"
        );
    }
}
