//! The two readers of regular documents say the same.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::fast::Fast;
use super::*;

fn words() -> impl Strategy<Value = String> {
    let pieces = [
        "Ferry",
        "lake",
        "überall",
        "東京",
        "AT&amp;T",
        "&lt;b&gt;bold&lt;/b&gt;",
        "&#8217;",
        "&quot;so&quot;",
        "1 &lt; 2",
        "№ 5",
        "&amp;amp;",
        "x/y",
    ];
    prop::collection::vec(select(pieces.to_vec()), 1..6).prop_map(|words| words.join(" "))
}

fn plain() -> impl Strategy<Value = String> {
    prop::collection::vec(
        select(vec![
            "Jane", "Doe", "Énergie", "政治", "lake", "B-2", "O'Hara",
        ]),
        1..4,
    )
    .prop_map(|words| words.join(" "))
}

fn markup() -> impl Strategy<Value = String> {
    let pieces = [
        "<p>It <b>sails</b> &amp; floats.</p>",
        "<a href='/x?a=1&amp;b=2'>there</a>",
        "<img src=\"../p.png\">",
        "text",
        "a < b",
        "&nbsp;",
        "<br/>",
        "日本",
    ];
    prop::collection::vec(select(pieces.to_vec()), 1..6).prop_map(|pieces| pieces.join(" "))
}

/// Text as a publisher would put it into an element: in CDATA or escaped.
fn written(markup: &str, cdata: bool) -> String {
    if cdata {
        return format!("<![CDATA[{markup}]]>");
    }
    markup
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn rfc2822() -> impl Strategy<Value = String> {
    (
        1u32..28,
        select(vec!["Jan", "May", "Nov"]),
        2001u32..2026,
        0u32..24,
        select(vec!["GMT", "+0200", "-0700", "EST"]),
    )
        .prop_map(|(day, month, year, hour, zone)| {
            format!("{day:02} {month} {year} {hour:02}:10:05 {zone}")
        })
}

fn rfc3339() -> impl Strategy<Value = String> {
    (
        1u32..28,
        1u32..13,
        2001u32..2026,
        select(vec!["Z", "+05:30", ".25Z"]),
    )
        .prop_map(|(day, month, year, zone)| format!("{year}-{month:02}-{day:02}T07:08:09{zone}"))
}

prop_compose! {
    fn item()(
        title in words(),
        at in 0u32..40,
        guid in prop::option::of((select(vec!["", " isPermaLink=\"false\"", " isPermaLink=\"true\""]), plain())),
        date in prop::option::of(rfc2822()),
        summary in prop::option::of((markup(), any::<bool>())),
        content in prop::option::of((markup(), any::<bool>())),
        categories in prop::collection::vec(plain(), 0..3),
        creators in prop::collection::vec(plain(), 0..3),
        space in select(vec!["", "\n    "]),
    ) -> String {
        let mut out = format!("<item>{space}<title>{title}</title>{space}<link>https://paper.example/{at}</link>");
        if let Some((attribute, guid)) = guid { out += &format!("{space}<guid{attribute}>{guid}</guid>"); }
        if let Some(date) = date { out += &format!("{space}<pubDate>{date}</pubDate>"); }
        if let Some((text, cdata)) = summary { out += &format!("{space}<description>{}</description>", written(&text, cdata)); }
        if let Some((text, cdata)) = content { out += &format!("{space}<content:encoded>{}</content:encoded>", written(&text, cdata)); }
        for category in categories { out += &format!("{space}<category domain=\"x\">{category}</category>"); }
        for creator in creators { out += &format!("{space}<dc:creator>{creator}</dc:creator>"); }
        out + space + "</item>"
    }
}

prop_compose! {
    fn regular_rss()(
        title in words(),
        subtitle in words(),
        language in prop::option::of(select(vec!["en-US", "de", "hi-IN"])),
        date in prop::option::of(rfc2822()),
        generator in prop::option::of(plain()),
        rights in prop::option::of(plain()),
        own in any::<bool>(),
        items in prop::collection::vec(item(), 0..4),
    ) -> String {
        let mut out = String::from(
            "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>",
        );
        out += &format!("<title>{title}</title>\n<link>https://paper.example/</link>\n<description>{subtitle}</description>");
        if own { out += "<atom:link href=\"https://paper.example/feed\" rel=\"self\" type=\"application/rss+xml\"/><atom:link rel=\"hub\" href=\"https://hub.example/\"/>"; }
        if let Some(language) = language { out += &format!("<language>{language}</language>"); }
        if let Some(date) = date { out += &format!("<lastBuildDate>{date}</lastBuildDate><pubDate>{date}</pubDate>"); }
        if let Some(generator) = generator { out += &format!("<generator>{generator}</generator>"); }
        if let Some(rights) = rights { out += &format!("<copyright>{rights}</copyright>"); }
        out + &items.concat() + "</channel></rss>\n"
    }
}

prop_compose! {
    fn entry()(
        title in words(),
        kind in select(vec!["", " type=\"html\"", " type=\"text\""]),
        at in 0u32..40,
        published in rfc3339(),
        updated in prop::option::of(rfc3339()),
        summary in prop::option::of((markup(), select(vec!["", " type=\"html\"", " type=\"text\""]))),
        content in prop::option::of((markup(), select(vec!["", " type=\"html\""]), any::<bool>())),
        author in prop::option::of(plain()),
        category in prop::option::of(plain()),
    ) -> String {
        let mut out = format!("<entry><title{kind}>{title}</title><id>tag:p,{at}</id><link href=\"https://paper.example/{at}\"/><published>{published}</published>");
        if let Some(date) = updated { out += &format!("<updated>{date}</updated>"); }
        if let Some((text, kind)) = summary { out += &format!("<summary{kind}>{}</summary>", written(&text, false)); }
        if let Some((text, kind, cdata)) = content { out += &format!("<content{kind}>{}</content>", written(&text, cdata)); }
        if let Some(name) = author { out += &format!("\n<author><name>{name}</name><uri>https://paper.example/~x</uri></author>"); }
        if let Some(term) = category { out += &format!("<category term=\"{term}\"/>"); }
        out + "</entry>\n"
    }
}

prop_compose! {
    fn regular_atom()(
        title in words(),
        updated in rfc3339(),
        author in prop::option::of(plain()),
        rights in prop::option::of(plain()),
        entries in prop::collection::vec(entry(), 0..4),
    ) -> String {
        let mut out = format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>https://paper.example/id</id><title>{title}</title><updated>{updated}</updated>\
             <link href=\"https://paper.example/feed.atom\" rel=\"self\"/><link href=\"https://paper.example/\" rel=\"alternate\" type=\"text/html\"/>"
        );
        if let Some(name) = author { out += &format!("<author><name>{name}</name></author>"); }
        if let Some(rights) = rights { out += &format!("<rights>{rights}</rights>"); }
        out + &entries.concat() + "</feed>"
    }
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    let url = home();
    let Fast::Read(fast) = fast::read(text, &setting(&url)) else {
        return Err(TestCaseError::fail(format!("not on the fast path: {text}")));
    };
    let tolerant = tolerant::read(text, &setting(&url)).unwrap();
    prop_assert_eq!(*fast, tolerant, "{}", text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f42_both_readers_say_the_same_of_rss(text in regular_rss()) {
        agree(&text)?;
    }

    #[test]
    fn f42_both_readers_say_the_same_of_atom(text in regular_atom()) {
        agree(&text)?;
    }
}

#[test]
fn f42_what_feed_rs_loses_is_not_left_to_it() {
    let url = home();
    let is_fast = |text: &str| matches!(fast::read(text, &setting(&url)), Fast::Read(_));
    let ordinary = "<title>T</title><link>https://paper.example/1</link>";
    let body = |text: &str| rss(text).replacen("<?xml version='1.0'?>", "", 1);
    assert!(is_fast(&body(ordinary)));
    for (item, why) in [
        (
            "<title>T</title><guid>https://paper.example/1</guid>",
            "a guid that stands in for a link",
        ),
        (
            "<title>T</title><link>https://paper.example/1</link><source url='https://a.example/'>A</source>",
            "an origin",
        ),
        (
            "<title>A & B</title><link>https://paper.example/1</link>",
            "a bare ampersand",
        ),
        (
            "<title>T</title><link>https://paper.example/1</link><pubDate>02/03/2025</pubDate>",
            "a date of two readings",
        ),
        (
            "<title>T</title><link>https://paper.example/1</link><pubDate>soon</pubDate>",
            "a date that is none",
        ),
        (
            "<title>T</title><link>https://paper.example/1</link><author>a@b.example（山田）</author>",
            "what it panics on",
        ),
        (
            "<title>crÃ©e</title><link>https://paper.example/1</link>",
            "text encoded twice",
        ),
        (
            "<title>T</title><link>https://paper.example/1</link><skipHours/>",
            "what it has no field for",
        ),
    ] {
        assert!(!is_fast(&body(item)), "{why}");
    }
    assert!(!is_fast(
        &body(ordinary).replace("version='2.0'", "version='2.0' xml:base='/x'")
    ));
    assert!(!is_fast(&body(ordinary).replace("</rss>", "</rss><rss/>")));
    assert!(!is_fast(&body(ordinary).replace("</channel>", "")));
}
