//! Documents that are no XML, read all the same, and what was mended told (F42).

use super::*;

#[test]
fn f42_what_is_broken_is_read_and_told() {
    let item = "<title>Ferry</title><link>https://paper.example/1</link>";
    for (text, code) in [
        (
            rss(&item.replace("Ferry", "Ferry & Sons")),
            "bare-ampersand",
        ),
        (
            rss(&item.replace("Ferry", "Ferry&nbsp;Sons")),
            "html-entity",
        ),
        (
            rss(&item.replace("Ferry", "Ferry &whatever; Sons")),
            "unknown-entity",
        ),
        (
            rss(&item.replace("Ferry", "Fe\u{1}rry")),
            "illegal-characters",
        ),
        (
            rss(&item.replace("Ferry", "Ferry &#0;")),
            "forbidden-reference",
        ),
        (rss(&item.replace("Ferry", "3 < 4")), "bare-less-than"),
        (
            rss(&item.replace("Ferry", "CrÃ©e l\u{e2}\u{80}\u{99}Ã©tÃ©")),
            "encoded-twice",
        ),
        (
            rss(&format!("{item}<description><b>x</i></description>")),
            "crossed-tags",
        ),
        (
            rss(&format!(
                "{item}<enclosure url=https://paper.example/a.mp3 length=1 type=audio/mpeg>"
            )),
            "broken-attribute",
        ),
        (
            rss(&format!("{item}<media:rating>adult</media:rating>")),
            "undeclared-prefix",
        ),
        (rss(item).replace("</rss>", ""), "unfinished"),
        (
            rss(item).replace("</channel></rss>", "<item><tit"),
            "cut-off",
        ),
        (rss(&item.replace("</title>", "")), "unclosed-tags"),
        (
            format!("<p>Warning: something</p>\n{}", rss(item)),
            "junk-before-feed",
        ),
    ] {
        let reading = read(&text);
        assert!(
            codes(&reading).contains(&code),
            "{code}: {:?}\n{text}",
            reading.oddities
        );
        assert_eq!(
            reading.entries[0].url.as_deref(),
            Some("https://paper.example/1"),
            "{text}"
        );
        assert!(reading.entries[0].title.is_some(), "{text}");
    }
    assert!(codes(&read(&rss(item))).is_empty());
}

#[test]
fn f42_elements_nobody_closed_keep_their_neighbours() {
    let text = "<rss version='2.0'><channel><title>Paper<link>https://paper.example/<description>D</description>\
                <item><title>One<link>https://paper.example/1</link><description>First <b>words\
                <item><title>Two</title><link>https://paper.example/2</link></item></channel></rss>";
    let reading = read(text);
    assert_eq!(reading.channel.title.as_deref(), Some("Paper"));
    let seen: Vec<_> = reading
        .entries
        .iter()
        .map(|entry| (entry.title.as_deref(), entry.url.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("One"), Some("https://paper.example/1")),
            (Some("Two"), Some("https://paper.example/2"))
        ]
    );
}

#[test]
fn f42_items_are_found_wherever_they_were_left() {
    for text in [
        "<rss version='2.0'><channel></channel><item><title>T</title></item></rss>",
        "<rss version='2.0'><item><title>T</title></item></rss>",
        "<channel><item><title>T</title></item></channel>",
        "<RSS VERSION='2.0'><Channel><ITEM><Title>T</TITLE></item></Channel></RSS>",
        "<rss version='2.0'><channel><items><item><title>T</title></item></items></channel></rss>",
        "<rss version='9.9'><channel><item><title>T</title></item></channel></rss>",
        "<rss xmlns='http://rss.example/ns'><channel><item><title>T</title></item></channel></rss>",
    ] {
        assert_eq!(only(text).title.as_deref(), Some("T"), "{text}");
    }
}

#[test]
fn f42_an_unfinished_cdata_or_attribute_costs_one_field() {
    let entry = only(
        "<rss version='2.0'><channel><item><link>https://paper.example/1</link><description><![CDATA[It sails",
    );
    assert_eq!(entry.summary.as_deref(), Some("<p>It sails</p>"));
    let text = "<rss version='2.0'><channel><item><enclosure url=\"https://paper.example/a><title>T</title><link rel=\"x\" href=\"y\"/></item></channel></rss>";
    assert_eq!(only(text).title.as_deref(), Some("T"));
}

#[test]
fn f42_markup_that_nobody_escaped_is_markup() {
    let entry = only(&rss(
        "<title>A <i>ferry</i></title><guid>1</guid><description>It <b>sails</b> &amp; floats<br>on.</description>",
    ));
    assert_eq!(entry.title.as_deref(), Some("A ferry"));
    assert_eq!(
        entry.summary.as_deref(),
        Some("It <b>sails</b> & floats<br>on.")
    );
}

#[test]
fn f41_entries_are_never_no_news() {
    // One row for every way in which a document once gave an empty feed without an error.
    for text in [
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>T</title></entry></feed>",
        "<feed xmlns='https://www.w3.org/2005/Atom'><entry><title>T</title></entry></feed>",
        "<feed><entry><title>T</title></entry></feed>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'><item><title>T</title></item></rdf:RDF>",
        "<rdf:RDF><item><title>T</title></item></rdf:RDF>",
        "<r:rss version='2.0' xmlns:r='http://backend.userland.com/rss2'><r:channel><r:item><r:title>T</r:title></r:item></r:channel></r:rss>",
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>T</a:title></a:entry></a:feed>",
        "<entry xmlns='http://www.w3.org/2005/Atom'><title>T</title></entry>",
    ] {
        assert_eq!(only(text).title.as_deref(), Some("T"), "{text}");
    }
}
