//! Whole documents: a hostile edition in every format, read back by a reader that is not ours.

mod editions;
mod roundtrip;

use std::collections::BTreeSet;

use chrono::DateTime;
use feed_rs::model;

use editions::{
    HOSTILE, bare_story, edition, hostile, instant, plain_story, reprinted_story, site, story,
};
use headwater::enrich::{CitedStory, LinkKind, Reach};
use headwater::ingest::Entry;
use headwater::publish::{Format, Rendered, render, render_index, render_story};

fn rendered() -> Rendered {
    render(&hostile(), &site()).unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Read back by a parser that is not ours.
fn read(bytes: &[u8]) -> model::Feed {
    feed_rs::parser::Builder::new()
        .sanitize_content(false)
        .build()
        .parse(bytes)
        .unwrap()
}

fn one(story: CitedStory) -> Rendered {
    render(&edition(vec![story]), &site()).unwrap()
}

#[test]
fn p8_p10_a_hostile_edition_as_rss() {
    insta::assert_snapshot!("hostile_rss", text(rendered().rss));
}

#[test]
fn p8_p10_a_hostile_edition_as_atom() {
    insta::assert_snapshot!("hostile_atom", text(rendered().atom));
}

#[test]
fn p8_p19_a_hostile_edition_as_json() {
    insta::assert_snapshot!("hostile_json", text(rendered().json));
}

#[test]
fn h2_a_hostile_edition_as_a_page() {
    insta::assert_snapshot!("hostile_page", without_style(text(rendered().page)));
}

#[test]
fn h2_a_hostile_story_as_a_page() {
    let page = render_story(&hostile().stories[0], &site()).unwrap();
    let page = text(page.identity().body.to_vec());
    insta::assert_snapshot!("hostile_story", without_style(page.clone()));
    let block = page
        .split_once("<script type=\"application/ld+json\">")
        .unwrap()
        .1
        .split_once("</script>")
        .unwrap()
        .0;
    let linked: serde_json::Value = serde_json::from_str(block).unwrap();
    assert!(
        linked["headline"].as_str().unwrap().contains("</script>"),
        "escaped for the element, not changed in meaning"
    );
    assert_eq!(
        (
            linked["citation"].as_array().unwrap().len(),
            linked["isBasedOn"].as_array().unwrap().len()
        ),
        (2, 2)
    );
    assert_eq!(page.matches("</script").count(), 1);
}

#[test]
fn h2_the_list_of_feeds() {
    let page = render_index(&[hostile(), edition(vec![])], &site()).unwrap();
    insta::assert_snapshot!("index", without_style(text(page.identity().body.to_vec())));
}

/// The style is long and no business of the snapshots.
fn without_style(page: String) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    format!("{before}<style>…{}", rest.split_once("</style>").unwrap().1)
}

#[test]
fn s1_the_same_edition_gives_the_same_bytes() {
    assert_eq!(rendered(), rendered());
    assert_eq!(
        rendered().into_documents(&site()),
        rendered().into_documents(&site())
    );
}

#[test]
fn p20_ids_titles_links_and_dates_agree_in_all_formats() {
    let rendered = rendered();
    let feeds = [read(&rendered.rss), read(&rendered.atom)];
    let json: serde_json::Value = serde_json::from_slice(&rendered.json).unwrap();
    let items = json["items"].as_array().unwrap();
    assert_eq!(items.len(), 4);
    for feed in &feeds {
        assert_eq!(feed.entries.len(), items.len());
        for (entry, item) in feed.entries.iter().zip(items) {
            assert_eq!(entry.id, item["id"].as_str().unwrap());
            assert_eq!(
                entry.title.as_ref().unwrap().content,
                item["title"].as_str().unwrap()
            );
            let link = entry
                .links
                .iter()
                .find(|link| matches!(link.rel.as_deref(), None | Some("alternate")))
                .unwrap();
            assert_eq!(link.href, item["url"].as_str().unwrap());
            assert_eq!(
                entry.published.unwrap(),
                item["date_published"]
                    .as_str()
                    .unwrap()
                    .parse::<DateTime<chrono::Utc>>()
                    .unwrap()
            );
            let body = entry
                .content
                .as_ref()
                .and_then(|content| content.body.as_deref())
                .unwrap();
            assert_eq!(body, item["content_html"].as_str().unwrap());
        }
    }
    let ids: BTreeSet<&str> = items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), items.len());
}

#[test]
fn p8_a_title_is_escaped_exactly_once() {
    let rendered = one(plain_story());
    assert!(text(rendered.rss.clone()).contains("<title>AT&amp;T &lt;b&gt;</title>"));
    assert!(text(rendered.atom.clone()).contains("<title>AT&amp;T &lt;b&gt;</title>"));
    assert!(text(rendered.json).contains("\"title\": \"AT&T <b>\""));
    assert!(text(rendered.page).contains(">AT&amp;T &lt;b&gt;</a>"));
}

#[test]
fn p12_only_an_id_that_is_the_link_is_a_permalink() {
    let own = text(one(plain_story()).rss);
    assert!(
        own.contains("<guid>https://plain.example/1</guid>"),
        "{own}"
    );
    let mut elsewhere = plain_story();
    elsewhere.entry.url = Some("https://plain.example/2".into());
    assert!(
        text(one(elsewhere).rss)
            .contains("<guid isPermaLink=\"false\">https://plain.example/1</guid>")
    );
    assert!(text(one(bare_story()).rss).contains("<guid isPermaLink=\"false\">urn:uuid:"));
}

#[test]
fn p1_p6_every_entry_has_an_author_and_a_source() {
    let atom = text(rendered().atom);
    for entry in atom.split("<entry>").skip(1) {
        for element in ["<author>", "<source>", "<id>", "<title", "<updated>"] {
            assert!(entry.contains(element), "{element} in {entry}");
        }
    }
    let reprinted = text(one(reprinted_story()).atom);
    assert!(
        reprinted.contains("<id>tag:wire.example,2025:feed</id>"),
        "an existing source is preserved: {reprinted}"
    );
    assert!(
        reprinted
            .contains("<link href=\"https://planet.example/\" rel=\"via\" title=\"The planet\"/>"),
        "{reprinted}"
    );
}

#[test]
fn p13_source_is_the_feed_and_absent_without_one() {
    assert!(
        text(one(plain_story()).rss)
            .contains("<source url=\"https://plain.example/feed.xml\">The plain</source>")
    );
    assert!(
        text(one(reprinted_story()).rss)
            .contains("<source url=\"https://wire.example/feed\">The Wire</source>")
    );
    assert!(!text(one(bare_story()).rss).contains("<source"));
}

#[test]
fn p15_p16_order_of_elements_in_an_item() {
    let rss = text(rendered().rss);
    let item = rss.split("<item>").nth(1).unwrap();
    let at = |needle: &str| {
        item.find(needle)
            .unwrap_or_else(|| panic!("{needle} in {item}"))
    };
    assert!(at("<description>") < at("<content:encoded>"));
    assert!(at("<link>") < at("<atom:link "));
    assert!(rss.contains("<atom:link href=\"https://news.example/feeds/world.rss\" rel=\"self\""));
}

#[test]
fn l1_metadata_and_visible_links_agree() {
    let rendered = rendered();
    let feed = read(&rendered.atom);
    for entry in &feed.entries {
        let body = entry
            .content
            .as_ref()
            .and_then(|content| content.body.as_deref())
            .unwrap();
        for link in entry
            .links
            .iter()
            .filter(|link| matches!(link.rel.as_deref(), Some("related" | "via")))
        {
            assert!(
                body.contains(&format!("href=\"{}\"", link.href.replace('&', "&amp;"))),
                "{} in {body}",
                link.href
            );
        }
    }
    let rels: Vec<_> = feed.entries[0]
        .links
        .iter()
        .filter_map(|link| link.rel.as_deref())
        .collect();
    assert_eq!(rels.iter().filter(|rel| **rel == "related").count(), 2);
    assert_eq!(rels.iter().filter(|rel| **rel == "via").count(), 2);
}

#[test]
fn l2_no_credentials_and_no_scripts_anywhere() {
    let rendered = rendered();
    for bytes in [rendered.rss, rendered.atom, rendered.json, rendered.page] {
        let text = text(bytes);
        assert!(
            !text.contains("secret") && !text.contains("javascript:") && !text.contains("onclick"),
            "{text}"
        );
    }
}

#[test]
fn l1_without_sources_the_content_is_the_authors_alone() {
    let json: serde_json::Value = serde_json::from_slice(&one(plain_story()).json).unwrap();
    assert_eq!(
        json["items"][0]["content_html"],
        "<p>Water <em>over</em> stones.</p>"
    );
}

#[test]
fn p19_no_nulls_and_an_external_url_for_pointers_only() {
    let json = text(rendered().json);
    assert!(!json.contains("null"), "{json}");
    let pointer: serde_json::Value = serde_json::from_slice(&one(bare_story()).json).unwrap();
    assert_eq!(
        pointer["items"][0]["external_url"],
        "https://papers.example/9.pdf"
    );
    assert_eq!(
        pointer["items"][0]["url"],
        site().story_page(bare_story().id.as_str())
    );
    assert!(!text(one(plain_story()).json).contains("external_url"));
    let mut essay = bare_story();
    essay.entry.content = Some("word ".repeat(200));
    assert!(!text(one(essay).json).contains("external_url"));
}

#[test]
fn p5_p14_updated_comes_from_the_data() {
    let empty = render(&edition(vec![]), &site()).unwrap();
    assert_eq!(
        empty.updated,
        DateTime::from_timestamp(instant(-9).timestamp(), 0).unwrap()
    );
    assert!(
        text(empty.rss).contains("<lastBuildDate>Sun, 09 Nov 2025 14:53:11 +0000</lastBuildDate>")
    );
    assert_eq!(read(&empty.atom).updated.unwrap(), empty.updated);
}

#[test]
fn p23_a_late_source_changes_the_bytes_but_no_id_and_no_date() {
    let before = one(bare_story());
    let mut enriched = bare_story();
    enriched.links.push(editions::cited(
        Some("https://late.example/1"),
        "Late",
        LinkKind::Cites,
        Some(Reach::Article),
    ));
    let after = one(enriched);
    assert_ne!(before.rss, after.rss);
    let dates = |bytes: &[u8]| {
        read(bytes)
            .entries
            .into_iter()
            .map(|entry| (entry.id, entry.published, entry.updated))
            .collect::<Vec<_>>()
    };
    assert_eq!(dates(&before.atom), dates(&after.atom));
    assert_eq!(before.updated, after.updated);
}

#[test]
fn p11_p19_an_item_with_nothing_in_it_is_still_an_item() {
    let rendered = one(story("empty", "1", Entry::default()));
    assert!(text(rendered.rss).contains("<title>The empty</title>"));
    assert!(text(rendered.json).contains("\"content_text\": \"The empty\""));
    assert_eq!(read(&rendered.atom).entries.len(), 1);
}

#[test]
fn p3_ids_do_not_hang_on_the_host() {
    let mut moved = site();
    moved.address = url::Url::parse("http://elsewhere.example/x").unwrap();
    let ids = |site: &headwater::publish::Site| {
        let feed = read(&render(&hostile(), site).unwrap().atom);
        std::iter::once(feed.id)
            .chain(feed.entries.into_iter().map(|entry| entry.id))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&site()), ids(&moved));
}

#[test]
fn s15_link_headers_name_the_document_and_its_other_forms() {
    let documents = rendered().into_documents(&site());
    let (path, rss) = &documents[0];
    assert_eq!(path, "/feeds/world.rss");
    assert_eq!(rss.content_type(), Format::Rss.content_type());
    assert_eq!(
        rss.links()[0],
        "<https://news.example/feeds/world.rss>; rel=\"self\"; type=\"application/rss+xml\""
    );
    assert_eq!(rss.links().len(), 4);
}

#[test]
fn p10_text_of_any_kind_survives_both_xml_writers() {
    use proptest::prelude::*;
    let config = ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(noise in "(\\PC|[<>&\"'\\]\\[]|]]>|\u{0}|\u{b}|\u{85}|\u{ffff}|\r|\n){0,60}")| {
        let mut story = plain_story();
        story.entry.title = Some(format!("x{noise}"));
        story.entry.content = Some(format!("<pre>{noise}</pre>"));
        story.entry.categories = vec![noise.clone()];
        story.links = vec![editions::cited(Some("https://s.example/"), &noise, LinkKind::Cites, None)];
        let rendered = one(story);
        let (rss, atom) = (read(&rendered.rss), read(&rendered.atom));
        let json: serde_json::Value = serde_json::from_slice(&rendered.json).unwrap();
        let body = |feed: &model::Feed| feed.entries[0].content.clone().unwrap().body.unwrap();
        prop_assert_eq!(body(&rss), body(&atom));
        prop_assert_eq!(body(&rss), json["items"][0]["content_html"].as_str().unwrap().replace("\r\n", "\n").replace('\r', "\n"));
        prop_assert_eq!(&rss.entries[0].title.as_ref().unwrap().content, json["items"][0]["title"].as_str().unwrap());
    });
    assert!(HOSTILE.contains("]]>"));
}
