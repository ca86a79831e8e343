//! What becomes of arrivals: entries, revisions, stories, and what readers see of them.

use chrono::{DateTime, TimeDelta, Utc};
use feed_rs::model::Feed;
use serde_json::Value;

use crate::newsroom::{ALL, Daemon, Newsroom, item, item_saying, rss, source, until};
use crate::origin::{Origin, Reply};

/// More than forty words, so that an equal text is the same article by itself.
fn long_text(about: &str) -> String {
    let words = (0..12).map(|n| format!("In part {n} the desk says more about {about}. "));
    words.collect()
}

fn feed(items: &[String]) -> Reply {
    Reply::ok("application/rss+xml", rss(items))
}

/// These sources, each at its own path of the origin, and a feed of everything.
fn listening(origin: &Origin, ids: &[&str]) -> Newsroom {
    let at = |id: &&str| source(id, &origin.url(&format!("/{id}")));
    let sections: String = ids.iter().map(at).collect();
    Newsroom::with(&format!("{sections}{ALL}"))
}

/// Each entry of a story as source, id and the rule that put it there.
fn members(story: &Value) -> Vec<[&str; 3]> {
    let entries = story["entries"].as_array().expect("a list").iter();
    entries
        .map(|entry| {
            [&entry["source"], &entry["id"], &entry["reason"]["rule"]]
                .map(|value| value.as_str().expect("a word"))
        })
        .collect()
}

fn atom(daemon: &Daemon) -> Feed {
    feed_rs::parser::parse(&daemon.get("/feeds/all.atom", &[]).body[..]).expect("Atom")
}

fn instant(value: &Value) -> DateTime<Utc> {
    let text = value.as_str().expect("an instant");
    text.parse().expect("RFC 3339")
}

#[test]
fn p5_t12_a_revision_moves_updated_and_neither_published_nor_the_id() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["paper"]);
    origin.serve("/paper", feed(&[item_saying("a", "First words.")]));
    newsroom.refresh(&[]);
    let before = newsroom.stories();
    let daemon = newsroom.daemon();
    let first = atom(&daemon);
    let later = item_saying("a", "Other words, after a correction.");
    // The publisher moves the date as well, as many do; it is the first one that counts.
    let later = later.replace("Sun, 09 Nov", "Mon, 10 Nov");
    origin.serve("/paper", feed(&[later]));
    let visits = newsroom.refresh(&["--now"]);
    assert_eq!(visits["visits"][0]["changed"], 1);
    assert_eq!(visits["visits"][0]["added"], 0);
    // The daemon beside it sees the change and composes anew.
    let second = until("the correction in the feed", || {
        let feed = atom(&daemon);
        let text = feed.entries[0].content.clone()?.body?;
        text.contains("correction").then_some(feed)
    });
    let after = newsroom.stories();
    assert_eq!(after.len(), 1);
    assert_eq!(members(&after[0]), [["paper", "a", "founder"]]);
    assert_eq!(after[0]["entries"][0]["revisions"], 1);
    for key in ["id", "published"] {
        assert_eq!(after[0][key], before[0][key]);
    }
    let (old, new) = (&first.entries[0], &second.entries[0]);
    assert_eq!((&old.id, old.published), (&new.id, new.published));
    assert!(
        new.updated > old.updated,
        "{:?} {:?}",
        old.updated,
        new.updated
    );
    assert_eq!(second.updated, new.updated);
}

#[test]
fn p23_a_change_of_furniture_is_a_revision_that_does_not_move_updated() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["paper"]);
    let tagged = |tag: &str| {
        let item = item("a");
        item.replace("</item>", &format!("<category>{tag}</category></item>"))
    };
    origin.serve("/paper", feed(&[tagged("one")]));
    newsroom.refresh(&["--now"]);
    let updated = || -> i64 {
        let store = newsroom.store();
        let moved = store.query_row("SELECT updated FROM stories", [], |row| row.get(0));
        moved.expect("one story")
    };
    let before = updated();
    origin.serve("/paper", feed(&[tagged("two")]));
    assert_eq!(newsroom.refresh(&["--now"])["visits"][0]["changed"], 1);
    assert_eq!(updated(), before);
}

#[test]
fn one_address_in_two_sources_is_one_story() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["one", "two"]);
    let there = item("a").replace(
        "https://paper.example/a",
        "http://www.paper.example/a?utm_source=two&amp;utm_medium=rss#top",
    );
    let there = there.replace(
        "<guid isPermaLink=\"false\">a",
        "<guid isPermaLink=\"false\">b",
    );
    let there = there.replace("What there is to say", "Seen elsewhere: much");
    origin.serve("/one", feed(&[item("a")]));
    origin.serve("/two", feed(&[there]));
    newsroom.refresh(&["one"]);
    newsroom.refresh(&["two"]);
    let stories = newsroom.stories();
    assert_eq!(stories.len(), 1, "{stories:?}");
    let told = [["one", "a", "founder"], ["two", "b", "same-address"]];
    assert_eq!(members(&stories[0]), told);
    let matched = &stories[0]["entries"][1]["reason"]["matched"];
    assert_eq!(matched, &serde_json::json!({"source": "one", "id": "a"}));
}

#[test]
fn one_text_in_two_sources_is_one_story() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["one", "two"]);
    let text = long_text("the weir");
    // The same words in other markup, under another headline and address.
    let marked = text.replace("the desk", "&lt;em&gt;the&lt;/em&gt; desk");
    let there = item_saying("b", &format!("&lt;p&gt;{marked}&lt;/p&gt;"));
    origin.serve("/one", feed(&[item_saying("a", &text)]));
    origin.serve("/two", feed(&[there]));
    newsroom.refresh(&["one"]);
    newsroom.refresh(&["two"]);
    let stories = newsroom.stories();
    assert_eq!(stories.len(), 1, "{stories:?}");
    let told = [["one", "a", "founder"], ["two", "b", "same-text"]];
    assert_eq!(members(&stories[0]), told);
}

#[test]
fn other_articles_stay_stories_of_their_own() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["one", "two"]);
    // A short notice that both carry, a front page for an address, and the same raw id for different things (F45).
    let notice = "Subscribe to our newsletter.";
    let front = |name: &str| {
        let item = item_saying(name, &long_text(name));
        item.replace(
            &format!("https://paper.example/{name}"),
            "https://paper.example/",
        )
    };
    let same_id = |name: &str| {
        let item = item(name);
        item.replace(&format!("\">{name}</guid>"), "\">1</guid>")
    };
    origin.serve(
        "/one",
        feed(&[item_saying("a", notice), front("b"), same_id("c")]),
    );
    origin.serve(
        "/two",
        feed(&[item_saying("d", notice), front("e"), same_id("f")]),
    );
    newsroom.refresh(&["--now"]);
    assert_eq!(newsroom.stories().len(), 6);
}

#[test]
fn f48_the_same_bytes_again_change_nothing() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["paper"]);
    let items = [
        item("a"),
        item("b"),
        // Without date: dated by when it was seen first, once (T11).
        item("c").replace("<pubDate>Sun, 09 Nov 2025 16:10:00 GMT</pubDate>", ""),
        // Without id and link.
        "<item><title>Bare</title><description>Only words.</description></item>".to_owned(),
        // With a date that means nothing.
        item("d").replace("Sun, 09 Nov 2025 16:10:00 GMT", "soon"),
        item("e").replace(
            "Sun, 09 Nov 2025 16:10:00 GMT",
            "Sun, 01 Jan 2090 00:00:00 GMT",
        ),
    ];
    origin.serve("/paper", feed(&items));
    assert_eq!(newsroom.refresh(&[])["visits"][0]["added"], 6);
    let before = newsroom.stories();
    newsroom.pass(1);
    newsroom.refresh(&[]);
    assert_eq!(newsroom.stories(), before);
    // Even when all is read again from its first byte.
    let visits = newsroom.refresh(&["--force", "paper"]);
    assert_eq!(visits["visits"][0]["outcome"], "fresh");
    assert_eq!(visits["visits"][0]["changed"], 0);
    assert_eq!(newsroom.stories(), before);
}

#[test]
fn f48_one_id_twice_in_a_document_is_one_entry_that_stands_still() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["paper"]);
    let twice = [
        item_saying("a", "The newer words."),
        item_saying("a", "The older words."),
    ];
    origin.serve("/paper", feed(&twice));
    newsroom.refresh(&[]);
    let before = newsroom.stories();
    assert_eq!(before[0]["entries"][0]["revisions"], 0);
    newsroom.refresh(&["--force", "paper"]);
    assert_eq!(newsroom.stories(), before);
}

#[test]
fn f46_what_a_document_no_longer_lists_is_kept() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["paper"]);
    origin.serve("/paper", feed(&[item("a"), item("b")]));
    newsroom.refresh(&[]);
    origin.serve("/paper", feed(&[item("c")]));
    newsroom.refresh(&["--now"]);
    origin.serve("/paper", feed(&[]));
    newsroom.refresh(&["--now"]);
    assert_eq!(newsroom.stories().len(), 3);
}

#[test]
fn f46_a_file_that_is_gone_takes_nothing_away_and_new_ones_are_seen() {
    let newsroom = Newsroom::with(&format!(
        "[[source]]\nid = \"desk\"\nfiles = \"in/*\"\n{ALL}"
    ));
    newsroom.write("in/a.txt", "The first headline\n\nSome words of it.\n");
    newsroom.refresh(&[]);
    let before = newsroom.stories();
    std::fs::remove_file(newsroom.path("in/a.txt")).expect("removed");
    newsroom.write("in/b.txt", "Another headline\n\nOther words.\n");
    newsroom.refresh(&[]);
    let after = newsroom.stories();
    assert_eq!((before.len(), after.len()), (1, 2));
    assert!(after.contains(&before[0]));
    // And an edited file is a revision, not an article more.
    newsroom.write("in/b.txt", "Another headline\n\nCorrected words.\n");
    let visits = newsroom.refresh(&[]);
    assert_eq!(visits["visits"][0]["changed"], 1);
    assert_eq!(newsroom.stories().len(), 2);
}

#[test]
fn t10_a_date_in_the_future_sorts_by_when_it_was_seen() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["paper"]);
    let now = Utc::now();
    let dated = |name: &str, by: TimeDelta| {
        let date = (now + by).to_rfc2822();
        item(name).replace("Sun, 09 Nov 2025 16:10:00 GMT", &date)
    };
    origin.serve(
        "/paper",
        feed(&[
            dated("years-ahead", TimeDelta::days(700)),
            dated("yesterday", TimeDelta::days(-1)),
            dated("a-fast-clock", TimeDelta::minutes(10)),
        ]),
    );
    newsroom.refresh(&[]);
    let stories = newsroom.stories();
    let ids: Vec<&Value> = stories
        .iter()
        .map(|story| &story["entries"][0]["id"])
        .collect();
    assert_eq!(ids, ["a-fast-clock", "years-ahead", "yesterday"]);
    let seen = instant(&stories[1]["published"]);
    assert!((seen - now).abs() < TimeDelta::minutes(5), "{seen}");
    let daemon = newsroom.daemon();
    let published = atom(&daemon);
    let latest = Utc::now() + TimeDelta::minutes(15);
    assert_eq!(published.entries.len(), 3);
    for entry in &published.entries {
        assert!(entry.published.expect("dated") <= latest, "{}", entry.id);
    }
}

#[test]
fn p4_ids_that_mean_the_same_everywhere_are_passed_on_and_others_minted_for_good() {
    let origin = Origin::start();
    let newsroom = listening(&origin, &["one", "two"]);
    let tagged = |name: &str, id: &str| {
        item(name).replace(&format!("\">{name}</guid>"), &format!("\">{id}</guid>"))
    };
    let tag = "tag:paper.example,2025:1";
    origin.serve("/one", feed(&[tagged("a", tag), tagged("b", "7")]));
    origin.serve("/two", feed(&[tagged("c", tag), tagged("d", "7")]));
    newsroom.refresh(&["one"]);
    newsroom.refresh(&["two"]);
    let daemon = newsroom.daemon();
    let ids = |feed: Feed| -> Vec<String> { feed.entries.into_iter().map(|e| e.id).collect() };
    let first = ids(atom(&daemon));
    let minted = first.iter().filter(|id| id.starts_with("urn:uuid:"));
    assert_eq!((first.len(), minted.count()), (4, 3), "{first:?}");
    assert!(first.iter().any(|id| id == tag));
    let mut distinct = first.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 4);
    daemon.stop();
    // P3: neither the public address nor a store made anew moves them.
    for file in ["headwater.db", "headwater.db-wal", "headwater.db-shm"] {
        let _ = std::fs::remove_file(newsroom.path(file));
    }
    newsroom.refresh(&["one"]);
    newsroom.refresh(&["two"]);
    assert_eq!(ids(atom(&newsroom.daemon())), first);
}

#[test]
fn f46_what_its_source_withdrew_leaves_feeds_and_pages_and_is_explained() {
    let origin = Origin::start();
    origin.serve("/paper", feed(&[item("a"), item("b")]));
    let newsroom = listening(&origin, &["paper"]);
    newsroom.refresh(&["--now"]);
    let story = |id: &str| {
        let stories = newsroom.stories();
        let found = stories
            .iter()
            .find(|story| story["entries"][0]["id"] == *id);
        found.expect("a story").clone()
    };
    // As `settle` marks what a source says was deleted.
    let mark = "UPDATE entries SET withdrawn = 1760000000000, withdrawn_how = 'deleted' WHERE raw_id = 'a'";
    newsroom.store().execute(mark, []).expect("marked");
    let withdrawn = &story("a")["entries"][0]["withdrawn"];
    assert_eq!(withdrawn["how"], "deleted");
    assert_eq!(story("b")["entries"][0].get("withdrawn"), None);
    assert_eq!(newsroom.status("paper")["withdrawn"], 1);
    let said = newsroom
        .run(&["explain", "https://paper.example/a"])
        .ended(0)
        .out;
    assert!(
        said.contains("withdrawn 2025-10-09") && said.contains("it was deleted"),
        "{said}"
    );
    assert!(said.contains("have withdrawn it"), "{said}");
    let daemon = newsroom.daemon();
    let titles: Vec<String> = atom(&daemon)
        .entries
        .into_iter()
        .filter_map(|entry| entry.title)
        .map(|title| title.content)
        .collect();
    assert_eq!(titles, ["About b"]);
    let page = |story: &Value| format!("/stories/{}", story["id"].as_str().expect("an id"));
    assert_eq!(daemon.get(&page(&story("b")), &[]).status, 200);
    assert_eq!(daemon.get(&page(&story("a")), &[]).status, 404);
}
