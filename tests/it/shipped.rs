//! What a person sees who has just cloned the project and has no network: the shipped feeds.toml and its samples.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::newsroom::{Daemon, Newsroom, free_ports, shipped, until};

/// The shipped feeds.toml beside the shipped samples, in a folder of its own. With `offline`, the sources on the web are moved to
/// a loopback port where nobody listens: unreachable, as they are without a network, but quickly and without asking anybody.
fn newsroom(offline: bool) -> Newsroom {
    let text = fs::read_to_string(shipped("feeds.toml")).expect("shipped");
    let newsroom = Newsroom::bare(&if offline { off_the_web(&text) } else { text });
    for path in
        ["wire.xml", "gazette.atom", "notes.json", "articles"].map(|name| format!("samples/{name}"))
    {
        let from = shipped(&path);
        if from.is_dir() {
            for file in fs::read_dir(from).expect("a folder") {
                let file = file.expect("a file");
                let name = format!("{path}/{}", file.file_name().to_string_lossy());
                newsroom.write(&name, fs::read(file.path()).expect("read"));
            }
        } else {
            newsroom.write(&path, fs::read(from).expect("read"));
        }
    }
    newsroom
}

/// Without `[server]`, which a daemon in a test gets of its own, and without the web.
fn off_the_web(text: &str) -> String {
    let (closed, _) = free_ports();
    let (head, rest) = text.split_once("[server]").expect("a [server]");
    let (_, rest) = rest.split_once("[store]").expect("a [store]");
    let lines = format!("{head}[store]{rest}");
    let lines = lines
        .lines()
        .map(|line| match line.split_once("url = \"http") {
            Some(("", _)) => format!(
                "url = \"http://{closed}/\"\nallow_private_addresses = true\nhost_interval = \"0s\""
            ),
            _ => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

const ON_THE_WEB: [&str; 3] = ["bbc-world", "register", "un-news"];

#[test]
fn the_shipped_configuration_is_right() {
    let newsroom = newsroom(false);
    let checked = newsroom.run(&["check"]).ended(0);
    assert!(
        checked
            .out
            .starts_with("feeds.toml is right: 7 sources, 2 feeds"),
        "{}",
        checked.out
    );
    let json = newsroom.run(&["check", "--json"]).ended(0).json();
    assert_eq!(json["ok"], true);
}

#[test]
fn one_round_without_a_network_shows_the_samples_and_names_what_is_unreachable() {
    let newsroom = newsroom(true);
    let round = newsroom.run(&["refresh", "--now"]).ended(0);
    assert!(round.out.contains("3 sources failed"), "{}", round.out);
    let stories = newsroom.stories();
    let of = |title: &str| -> Vec<[String; 2]> {
        let found: Vec<&Value> = stories
            .iter()
            .filter(|story| {
                let entries = story["entries"].as_array().expect("a list");
                entries.iter().any(|entry| {
                    entry["title"]
                        .as_str()
                        .is_some_and(|t| t.to_lowercase().contains(title))
                })
            })
            .collect();
        assert_eq!(found.len(), 1, "one story about {title}: {found:?}");
        let entries = found[0]["entries"].as_array().expect("a list");
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        entries
            .iter()
            .map(|entry| [word(&entry["source"]), word(&entry["reason"]["rule"])])
            .collect()
    };
    // Whichever came first founded the story; the speaker is listed first, and is the original in either case.
    let rules = |entries: &[[String; 2]]| {
        let mut rules: Vec<String> = entries.iter().map(|entry| entry[1].clone()).collect();
        rules.sort();
        rules
    };
    // The wire reprints the desk's article word for word.
    let reprint = of("telephone box");
    assert_eq!(rules(&reprint), ["founder", "same-text"]);
    assert_eq!(reprint[0][0], "desk");
    // The wire lists the Gazette's article under an address full of tracking parameters.
    let listed = of("char seen above halden");
    assert_eq!(rules(&listed), ["founder", "same-address"]);
    assert_eq!(listed[0][0], "gazette");
    let status = newsroom.run(&["status", "--json"]).ended(0).json();
    for source in status["sources"].as_array().expect("a list") {
        let id = source["id"].as_str().expect("an id");
        let failed = source["failures"].as_u64().expect("a number") > 0;
        assert_eq!(failed, ON_THE_WEB.contains(&id), "{source}");
        assert_eq!(source["entries"] == 0, failed, "{source}");
        let message = source["message"].as_str();
        assert_eq!(
            message.is_some_and(|m| m.contains("could not connect")),
            failed
        );
    }
    assert_eq!(status["totals"]["sources"], 7);
    assert_eq!(status["totals"]["stories"], stories.len());
}

#[test]
fn p20_l1_the_daemon_serves_the_samples_in_every_format_with_their_sources() {
    let newsroom = newsroom(true);
    newsroom.refresh(&[]);
    let daemon = newsroom.daemon();
    let index = daemon.get("/", &[]);
    assert!(index.text().contains("The valley desk, with its sources"));
    let json = daemon.get("/feeds/desk.json", &[]).json();
    let rss = daemon.get("/feeds/desk.rss", &[]);
    let atom = daemon.get("/feeds/desk.atom", &[]);
    let page = daemon.get("/feeds/desk", &[("Accept", "text/html")]);
    let items = json["items"].as_array().expect("items");
    assert!(items.len() > 20, "{}", items.len());
    let ids: Vec<String> = items
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect();
    for document in [&rss, &atom] {
        let feed = feed_rs::parser::parse(&document.body[..]).expect("a feed");
        let other: Vec<String> = feed.entries.iter().map(|entry| entry.id.clone()).collect();
        assert_eq!(other, ids);
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for item in items {
        let url = item["url"].as_str().expect("a url");
        let link = format!("href=\"{}\"", url.replace('&', "&amp;"));
        let title = item["title"].as_str().expect("a title");
        assert!(page.text().contains(&link), "{title}: {link}");
    }
    // The ferry's article in full dress cites by `(Source: …)` lines.
    let ferry = items
        .iter()
        .find(|item| item["id"].as_str() == Some(&id_of(&daemon, &newsroom, "night-ferry")));
    let ferry = ferry.expect("the ferry's article");
    let html = ferry["content_html"].as_str().expect("content");
    let (_, block) = html
        .split_once("<h2>Sources</h2>")
        .expect("the visible block");
    let cited: BTreeSet<&str> = block
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(cited.len() >= 3, "{block}");
    for url in cited {
        for document in [&rss, &atom, &page] {
            assert!(document.text().contains(url), "{url}");
        }
    }
    for document in [&rss, &atom, &page] {
        assert!(document.text().contains("Sources"));
    }
    assert!(rss.text().contains("rel=\"related\"") && atom.text().contains("rel=\"related\""));
    daemon.stop();
}

/// The published id of the article in this file.
fn id_of(_: &Daemon, newsroom: &Newsroom, file: &str) -> String {
    let stories = newsroom.stories();
    let found = stories.iter().find(|story| {
        story["entries"][0]["id"]
            .as_str()
            .is_some_and(|id| id.contains(file))
    });
    let id = found.expect("the article")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let explained = newsroom.run(&["explain", &id, "--json"]).ended(0).json();
    explained["stories"][0]["public_id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

#[test]
fn a_daemon_alone_shows_the_samples_soon() {
    let newsroom = newsroom(true);
    let daemon = newsroom.daemon();
    let greeting = daemon.greeting();
    for feed in ["desk", "world"] {
        assert!(
            greeting.contains(&format!("/feeds/{feed}.atom")),
            "{greeting}"
        );
    }
    until("the samples", || {
        let answer = daemon.get("/feeds/desk.json", &[]);
        // S14: until a source was read the feed is not there, rather than empty.
        assert!(matches!(answer.status, 200 | 503), "{}", answer.status);
        if answer.status == 503 {
            return None;
        }
        let feed = answer.json();
        (feed["items"].as_array()?.len() > 20).then_some(())
    });
    daemon.stop();
}
