//! Documents made to hurt: each is read in time and memory that grow with its length alone (F43).

use proptest::prelude::*;

use super::*;

/// Reads what is no feed at all, too.
fn survives(text: &str) -> usize {
    let url = home();
    tolerant::read(text, &setting(&url)).map_or(0, |reading| reading.entries.len())
}

#[test]
fn f43_hostile_documents_are_read_in_linear_time() {
    const SIZE: usize = 200_000;
    let head = "<rss version='2.0'><channel>";
    for unit in [
        "<",
        "<a>",
        "<a ",
        "<a b='",
        "<a b=\">< ",
        "</a>",
        "<!--",
        "<![CDATA[",
        "<?x ",
        "<?x>",
        "<!DOCTYPE x [",
        "&",
        "&a;",
        "&#1;",
        "&nbsp;",
        "<item>",
        "<item/>",
        "<item><title>",
        "<title>",
        "<a xmlns:b='c'>",
        "<a xml:base='d/'>",
        "<a xml:lang='x'>",
        "<item><link>",
        "<description><item>",
        "<b></item>",
        "<entry><source>",
        "<a:b>",
        "\u{1}",
        "Ã©",
        "<item><media:group><media:content url='u'>",
        "<category>c</category>",
        "<item><description><b>",
        "<link rel='via' href='/x'/>",
        "<author>a</author>",
        "<itunes:x>",
        "<skipHours><hour>1</hour></skipHours>",
    ] {
        survives(&format!("{head}{}", unit.repeat(SIZE / unit.len())));
        survives(&format!("{head}<item>{}", unit.repeat(SIZE / unit.len())));
        // Ends that are there, far away: what looks for one at every beginning would take minutes.
        survives(&format!(
            "{head}<item>{}-->]]>?>]>\"'>",
            unit.repeat(SIZE / unit.len())
        ));
    }
    let attributes: String = (0..60_000).map(|at| format!(" a{at}='x'")).collect();
    survives(&format!("{head}<item{attributes}/>"));
    let names: String = (0..100_000).map(|at| format!("<n{at}/></m{at}>")).collect();
    survives(&format!("{head}{names}"));
    let entities: String = (0..100_000).map(|at| format!("&e{at};")).collect();
    survives(&format!("{head}<title>{entities}</title>"));
    let prefixes: String = (0..20_000)
        .map(|at| format!(" xmlns:p{at}='u{at}'"))
        .collect();
    survives(&format!("<rss{prefixes}>{}", "<p1:a/>".repeat(50_000)));
}

#[test]
fn f43_no_entity_is_expanded() {
    let bomb = "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c SYSTEM 'file:///etc/passwd'>]>\
                <rss version='2.0'><channel><item><title>&b; &c;</title><link>https://paper.example/1</link></item></channel></rss>";
    let reading = read(bomb);
    assert_eq!(reading.entries[0].title.as_deref(), Some("&b; &c;"));
    assert!(codes(&reading).contains(&"unknown-entity"));
}

#[test]
fn f43_what_is_too_deep_or_too_much_is_dropped_and_told() {
    let deep = rss(&format!(
        "<title>T</title><description>{}deep</description>",
        "<b>".repeat(2_000)
    ));
    let reading = read(&deep);
    assert!(codes(&reading).contains(&"xml-too-deep"));
    assert!(
        reading.entries[0]
            .summary
            .as_deref()
            .unwrap()
            .contains("deep")
    );
    let many = format!(
        "<rss version='2.0'><channel>{}</channel></rss>",
        "<item><link>https://paper.example/1</link></item>".repeat(MAX_ENTRIES + 1)
    );
    let reading = read(&many);
    assert_eq!(reading.entries.len(), MAX_ENTRIES);
    assert!(codes(&reading).contains(&"too-many-entries"));
    let attributes: String = (0..200).map(|at| format!(" a{at}='x'")).collect();
    assert!(
        codes(&read(&rss(&format!("<title{attributes}>T</title>"))))
            .contains(&"too-many-attributes")
    );
}

/// The bytes of what many entries have from their feed.
fn inherited(reading: &Reading) -> usize {
    let of = |entry: &Entry| {
        let names = entry
            .authors
            .iter()
            .filter_map(|author| author.name.as_deref());
        let links = entry.relations.iter().map(|relation| relation.url.as_str());
        let texts = names.chain(links).chain(entry.language.as_deref());
        texts.map(str::len).sum::<usize>()
    };
    reading.entries.iter().map(of).sum()
}

#[test]
fn f43_what_a_feed_says_once_is_not_multiplied_by_its_entries() {
    let long = "x".repeat(1_000_000);
    let atom = |head: &str, entry: &str| {
        let head = format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/{}/'>{head}",
            "x".repeat(4_000)
        );
        format!("{head}{}</feed>", entry.repeat(500))
    };
    let regular = "<entry><id>1</id><title>T</title><link href='https://a.example/1'/><published>2025-11-09T16:10:00Z</published></entry>";
    let person = |at| format!("<author><name>{at}{}</name></author>", "y".repeat(1_900));
    let people: String = (0..10).map(person).collect();
    for text in [
        atom(
            &format!("<author><name>{long}</name></author>"),
            "<entry><id>1</id></entry>",
        ),
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><id>1</id>{people}{}</feed>",
            regular.repeat(1_500)
        ),
        atom(
            "",
            &format!(
                "<entry><id>1</id>{}</entry>",
                "<link rel='via' href='a'/>".repeat(50)
            ),
        ),
        format!(
            "<rss version='2.0' xml:lang='{long}'><channel>{}</channel></rss>",
            "<item><guid>1</guid></item>".repeat(500)
        ),
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"authors\":[{{\"name\":\"{long}\"}}],\"items\":[{}{{}}]}}",
            "{\"id\":\"1\"},".repeat(500)
        ),
    ] {
        let reading = read(&text);
        assert!(
            codes(&reading).contains(&"too-much-inherited"),
            "{}",
            text.len()
        );
        assert!(!reading.entries.is_empty() && inherited(&reading) < text.len() * 2 + (16 << 20));
    }
}

#[test]
fn f43_many_of_one_sort_are_not_left_to_feed_rs() {
    let url = home();
    let channel = "<title>T</title><link>https://paper.example/</link><description>D</description>";
    let with = |item: &str| {
        format!(
            "<rss version='2.0'><channel>{channel}<item><title>T</title><link>https://paper.example/1</link>{item}</item></channel></rss>"
        )
    };
    let is_fast = |count: usize| {
        let categories: String = (0..count)
            .map(|at| format!("<category>c{at}</category>"))
            .collect();
        matches!(
            fast::read(&with(&categories), &setting(&url)),
            fast::Fast::Read(_)
        )
    };
    assert!(is_fast(10) && !is_fast(11));
}

#[test]
fn f42_a_panic_of_feed_rs_costs_nothing() {
    for author in ["foo@example.com（山田）", "foo@example.com（"] {
        let entry = only(&rss(&format!(
            "<title>T</title><guid>1</guid><author>{author}</author>"
        )));
        assert_eq!(entry.authors[0].name.as_deref(), Some(author));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f43_no_text_makes_a_reader_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "<rss>", "<channel>", "<item>", "</item>", "<title>", "</title", "<link href='", "'>", "\"", "=", "<![CDATA[", "]]>", "<!--", "-->", "&amp;", "&#x80;", "&",
        "ü", "€", "\u{1}", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<content type='xhtml'>", "<div xml:base='../x'>", "<a href='y'>", "</", "/>",
        "<rdf:RDF>", "<?xml", "?>", "<!DOCTYPE [", "]>", "<media:content url='z'>", "<source>", "<pubDate>", "02/03/2025", "<content mode='base64'>", "YQ==", ">", "<",
    ]), 0..60)) {
        let text = pieces.concat();
        survives(&text);
        let _ = shape(&text);
        let url = home();
        let _ = fast::read(&text, &setting(&url));
    }

    #[test]
    fn f43_no_json_makes_a_reader_panic(text in "\\{\"version\":\"https://jsonfeed.org/version/1\",\"items\":\\[[\\[\\]{}:,\"a-z0-9.é-]{0,40}") {
        let url = home();
        let _ = read_json(&text, &setting(&url));
    }

    #[test]
    fn f43_any_text_has_a_shape(text in any::<String>()) {
        let _ = shape(&text);
        survives(&text);
    }
}

#[test]
fn f43_a_text_of_beginnings_is_looked_at_once() {
    // Millions of them would take minutes if each looked for the end of a name.
    assert_eq!(shape(&"<".repeat(4_000_000)), Shape::Text);
    assert_eq!(shape(&"<?x>".repeat(1_000_000)), Shape::Text);
    assert_eq!(shape(&"<!-- ".repeat(1_000_000)), Shape::Text);
}

#[test]
fn f43_json_of_too_many_values_is_refused_before_it_is_built() {
    let url = home();
    let items = "{},".repeat(300_000);
    let text =
        format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{items}{{}}]}}");
    assert!(matches!(
        read_json(&text, &setting(&url)),
        Err(Unreadable::Broken(_))
    ));
    let told = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{{\"id\":\"1\",\"content_text\":\"{}\"}}]}}",
        "a, [b] ".repeat(200_000)
    );
    assert_eq!(read_json(&told, &setting(&url)).unwrap().entries.len(), 1);
}
