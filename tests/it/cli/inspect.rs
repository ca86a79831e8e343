//! `headwater inspect`: what is made of one document.

use insta::assert_snapshot;

use super::{HOSTILE, lasting};
use crate::newsroom::{Newsroom, item, rss, shipped};
use crate::origin::{Origin, Reply};

#[test]
fn a_hostile_article_for_people_and_for_machines() {
    let newsroom = Newsroom::bare("");
    newsroom.write("hostile.txt", HOSTILE);
    let people = newsroom.run(&["inspect", "hostile.txt"]).ended(0);
    assert_snapshot!("inspect_hostile", lasting(&newsroom, &people.out));
    let machine = newsroom.run(&["inspect", "--json", "hostile.txt"]).ended(0);
    let json = machine.json();
    assert_eq!(json["kind"], "text");
    let entry = &json["entries"][0];
    assert_eq!(entry["title"], "let's try & break this <item> ]]>");
    assert_eq!(entry["published"], "2025-11-09T16:10:00Z");
    assert_snapshot!("inspect_hostile_json", lasting(&newsroom, &machine.out));
    assert_eq!((people.err.as_str(), machine.err.as_str()), ("", ""));
}

#[test]
fn design_7_a_feed_document_carries_its_keys_and_no_nulls() {
    let newsroom = Newsroom::bare("");
    let wire = shipped("samples/wire.xml");
    let wire = wire.to_str().expect("UTF-8");
    let ran = newsroom.run(&["inspect", "--json", wire]).ended(0);
    assert!(!ran.out.contains(": null"), "absent values are left out");
    let json = ran.json();
    assert_eq!(json["kind"], "rss2");
    assert_eq!(json["language"], "en");
    for key in ["title", "link", "subtitle", "rights"] {
        assert!(json[key].is_string(), "{key}");
    }
    assert_eq!(json["ttl"], 60);
    let entries = json["entries"].as_array().expect("a list");
    assert_eq!(entries[0]["id"], "tarnwire-2025-0871", "document order");
    for entry in entries {
        for key in [
            "id",
            "title",
            "url",
            "published",
            "published_from",
            "content",
            "text",
        ] {
            assert!(entry[key].is_string(), "{key} in {entry}");
        }
        let canonical = entry["canonical_url"].as_str().expect("a key");
        assert!(!canonical.contains("utm_"), "{canonical}");
        for link in entry["source_links"].as_array().expect("a list") {
            for key in ["name", "kind"] {
                assert!(link[key].is_string(), "{key} in {link}");
            }
            assert!(link["confidence"].is_number());
            assert!(link["evidence"]["rule"].is_string() && link["evidence"]["at"].is_u64());
        }
    }
    let audio = &entries[1]["enclosures"][0];
    assert_eq!(audio["type"], "audio/mpeg");
    assert_eq!(audio["length"], 18_874_368);
    assert!(json["oddities"].is_array());
}

#[test]
fn t9_inspect_prints_a_day_as_it_was_said() {
    let newsroom = Newsroom::bare("");
    let dated = |date: &str| rss(&[item("a")]).replace("Sun, 09 Nov 2025 16:10:00 GMT", date);
    for (date, instant, precision, shown) in [
        (
            "9 November 2025",
            "2025-11-09T00:00:00Z",
            "day",
            "2025-11-09",
        ),
        ("November 2025", "2025-11-01T00:00:00Z", "month", "2025-11"),
        ("2025", "2025-01-01T00:00:00Z", "year", "2025"),
    ] {
        newsroom.write("f.xml", dated(date));
        let entry = newsroom
            .run(&["inspect", "--json", "f.xml"])
            .ended(0)
            .json()["entries"][0]
            .clone();
        assert_eq!(entry["published"], instant);
        assert_eq!(entry["published_precision"], precision);
        let words = newsroom.run(&["inspect", "f.xml"]).ended(0).out;
        assert!(words.contains(shown) && !words.contains(instant), "{words}");
    }
    newsroom.write("f.xml", dated("9 November 2025 10:00 GMT"));
    let entry = newsroom
        .run(&["inspect", "--json", "f.xml"])
        .ended(0)
        .json()["entries"][0]
        .clone();
    assert_eq!(entry["published"], "2025-11-09T10:00:00Z");
    assert!(entry.get("published_precision").is_none());
}

#[test]
fn standard_input_addresses_and_what_a_document_is_taken_for() {
    let newsroom = Newsroom::bare("");
    let origin = Origin::start();
    origin.serve("/f", Reply::ok("text/plain", rss(&[item("a")])));
    let fetched = newsroom
        .run(&["inspect", "--json", &origin.url("/f")])
        .ended(0)
        .json();
    assert_eq!(fetched["kind"], "rss2", "by content, not by type (F41)");
    assert_eq!(origin.requests("/f").len(), 1);
    newsroom.write("x.bin", "# Headline\n\nWords with [a link](/there).\n");
    let as_markdown = [
        "--content-type",
        "text/markdown",
        "--url",
        "https://a.example/b/c",
    ];
    let args = [&["inspect", "--json", "x.bin"], &as_markdown[..]].concat();
    let read = newsroom.run(&args).ended(0).json();
    assert_eq!(read["kind"], "markdown");
    assert!(
        read["entries"][0]["content"]
            .to_string()
            .contains("https://a.example/there"),
        "{read}"
    );
    let mut piped = newsroom.command(&["inspect", "--json", "-"]);
    let file = std::fs::File::open(newsroom.path("x.bin")).expect("there");
    let piped = piped.stdin(file).output().expect("it ran");
    assert!(piped.status.success(), "{piped:?}");
    // Nothing is stored, not even a store.
    assert!(!newsroom.path("headwater.db").exists());
}

#[test]
fn what_cannot_be_read_is_told_and_ends_with_1() {
    let newsroom = Newsroom::bare("");
    newsroom.write("empty", "");
    newsroom.write("picture", [0u8, 1, 2, 3, 4, 5, 6, 7]);
    newsroom.write("broken.xml", "<rss version=\"2.0\"><channel><title>x");
    let origin = Origin::start();
    let absent = origin.url("/absent");
    let cases = [
        ("empty", "the document is empty"),
        ("picture", "no text"),
        ("broken.xml", "the feed is broken"),
        ("nowhere", "there is no such file"),
        (".", "it is a folder"),
        (absent.as_str(), "the server answered 404"),
    ];
    for (document, words) in cases {
        for args in [&["inspect", document][..], &["inspect", "--json", document]] {
            let ran = newsroom.run(args).ended(1);
            assert!(ran.err.contains(words), "{document}: {}", ran.err);
            assert_eq!(ran.out, "");
        }
    }
}

#[test]
fn p9_an_undeclared_language_is_told_from_the_text_and_says_so() {
    let newsroom = Newsroom::bare("");
    let german =
        "Die Fähre zu den nördlichen Inseln fiel heute Morgen wegen des Sturms schon wieder aus.";
    newsroom.write("text.txt", format!("Kein Schiff\n\n{german}\n"));
    let page = format!("<!doctype html><html lang=\"nds\"><title>T</title><p>{german}</p>");
    newsroom.write("page.html", &page);
    newsroom.write("short.txt", "Ferry\n\nNone.\n");
    let said = |name: &str| {
        let json = newsroom.run(&["inspect", "--json", name]).ended(0).json();
        let entry = &json["entries"][0];
        let word = |key: &str| entry[key].as_str().map(str::to_string);
        (word("language"), word("language_from"))
    };
    let some = |text: &str| Some(text.to_string());
    assert_eq!(said("text.txt"), (some("de"), some("detected")));
    assert_eq!(said("page.html"), (some("nds"), some("declared")));
    assert_eq!(said("short.txt"), (None, None));
}

#[test]
fn f38_an_address_that_cannot_be_had_is_named_without_its_credentials() {
    let newsroom = Newsroom::bare("");
    let said = newsroom
        .run(&["inspect", "http://me:hunter2@127.0.0.1:1/f"])
        .ended(1);
    assert!(said.err.contains("127.0.0.1"), "{}", said.err);
    assert!(!said.err.contains("hunter2"), "{}", said.err);
}
