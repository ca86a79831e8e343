//! What concerns several sources, or only a part of a document: F14, F19, F28, F29.

use std::time::Duration;

use super::{conditions, feed, look};
use crate::newsroom::{ALL, Newsroom, item, rss, source};
use crate::origin::{Origin, Reply};

#[test]
fn f14_retry_after_holds_the_other_sources_of_the_server() {
    let (origin, other) = (Origin::start(), Origin::start());
    let busy = Reply::status(429, "Slowly").header("Retry-After", "7200");
    origin.serve("/busy", busy);
    origin.serve("/idle", feed(&rss(&[item("a")])));
    other.serve("/far", feed(&rss(&[item("b")])));
    let newsroom = Newsroom::with(&format!("{}{ALL}", source("busy", &origin.url("/busy"))));
    newsroom.refresh(&["--now"]);
    newsroom.rewrite(&format!(
        "{}{}{}{ALL}",
        source("busy", &origin.url("/busy")),
        source("idle", &origin.url("/idle")),
        source("far", &other.url("/far")),
    ));
    // Neither when it is due, nor by name, nor by force.
    newsroom.refresh(&[]);
    newsroom.refresh(&["--now", "--force"]);
    let named = newsroom.run(&["refresh", "idle"]).ended(1);
    assert!(named.err.contains("asked not to be asked again before"));
    assert_eq!(origin.requests("/idle").len(), 0);
    assert!(!other.requests("/far").is_empty());
    let status = newsroom.status("idle");
    assert_eq!(status["due_because"], "host-held");
    assert!(status["held_until"].is_string() && status["next_due"] == status["held_until"]);
    let words = newsroom.run(&["status", "idle"]).ended(0).out;
    assert!(words.contains("Retry-After"), "{words}");
    newsroom.pass(3);
    newsroom.refresh(&[]);
    assert_eq!(newsroom.status("idle")["outcome"], "fresh");
}

#[test]
fn f14_those_who_wait_behind_a_429_turn_back() {
    let origin = Origin::start();
    let busy = Reply::status(429, "Slowly").header("Retry-After", "7200");
    let mut sections = String::new();
    for n in 0..6 {
        let path = format!("/f{n}");
        // Long enough that the others have come to wait.
        origin.serve(&path, busy.clone().hang(Duration::from_millis(300)));
        sections += &source(&format!("s{n}"), &origin.url(&path));
        sections += "per_host = 1\n";
    }
    let newsroom = Newsroom::with(&format!("{sections}\n{ALL}"));
    newsroom.refresh(&[]);
    let asked: usize = (0..6)
        .map(|n| origin.requests(&format!("/f{n}")).len())
        .sum();
    assert_eq!(asked, 1, "one has been told, and the others with it");
    newsroom.refresh(&["--now"]);
    let asked: usize = (0..6)
        .map(|n| origin.requests(&format!("/f{n}")).len())
        .sum();
    assert_eq!(asked, 1);
    let made = newsroom.visits();
    assert_eq!(made, 1, "turning back is no visit");
}

#[test]
fn f19_two_sources_with_one_address_are_one_request() {
    let origin = Origin::start();
    let reply = feed(&rss(&[item("a")])).header("ETag", "\"1\"");
    origin.serve("/f", reply.conditional());
    let url = origin.url("/f");
    let newsroom = Newsroom::with(&format!("{}{ALL}", source("first", &url)));
    newsroom.refresh(&["--now"]);
    // The newcomer holds nothing, so both are asked for unconditionally, once.
    let both = format!("{}{}{ALL}", source("first", &url), source("second", &url));
    newsroom.rewrite(&both);
    let visits = newsroom.refresh(&["--now"]);
    assert_eq!(visits["visits"].as_array().map(Vec::len), Some(2));
    for source in ["first", "second"] {
        assert_eq!(newsroom.status(source)["entries"], 1, "{source}");
    }
    assert_eq!(newsroom.status("first")["outcome"], "unchanged");
    assert_eq!(newsroom.status("second")["outcome"], "fresh");
    assert_eq!(newsroom.status("second")["follows"], "first");
    newsroom.refresh(&["second"]);
    let requests = origin.requests("/f");
    let asked: Vec<_> = requests.iter().map(|r| conditions(r).0).collect();
    assert_eq!(asked, [None, None, Some("\"1\"")]);
    // Another password is another address.
    let alike = url.replace("http://", "http://ann:hunter2@");
    newsroom.rewrite(&format!("{both}{}", source("third", &alike)));
    newsroom.refresh(&["--now"]);
    assert_eq!(origin.requests("/f").len(), 5);
    assert_eq!(newsroom.status("third").get("follows"), None);
    // The one that asked has gone: the other asks for itself, conditionally.
    newsroom.rewrite(&format!("{}{ALL}", source("second", &url)));
    newsroom.refresh(&["--now"]);
    let requests = origin.requests("/f");
    assert_eq!(conditions(&requests[5]).0, Some("\"1\""));
    assert_eq!(requests.len(), 6);
}

#[test]
fn f28_a_delta_is_read_and_takes_nothing_away() {
    let origin = Origin::start();
    let whole = feed(&rss(&[item("a"), item("b")])).header("ETag", "\"1\"");
    origin.serve("/f", whole);
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    let delta = Reply::status(226, "IM Used")
        .header("Content-Type", "application/rss+xml")
        .header("IM", "feed")
        .header("ETag", "\"2\"")
        .body(rss(&[item("c")]));
    origin.serve("/f", delta);
    look(&newsroom);
    let status = newsroom.status("paper");
    assert_eq!(
        (&status["outcome"], &status["entries"]),
        (&"fresh".into(), &3.into())
    );
    let whole = feed(&rss(&[item("a"), item("b"), item("c")])).header("ETag", "\"2\"");
    origin.serve("/f", whole.conditional());
    assert_eq!(look(&newsroom)["outcome"], "unchanged");
    let requests = origin.requests("/f");
    let said: Vec<_> = requests
        .iter()
        .map(|r| (conditions(r).0, r.header("A-IM")))
        .collect();
    assert_eq!(
        said,
        [
            (None, None),
            (Some("\"1\""), Some("feed")),
            (Some("\"2\""), Some("feed"))
        ]
    );
}

#[test]
fn f28_a_226_of_another_kind_is_refused() {
    let origin = Origin::start();
    let newsroom = Newsroom::on(&origin.url("/f"));
    let whole = feed(&rss(&[item("a")]));
    let part = |headers: &[&str]| {
        let reply = Reply::status(226, "IM Used").body(rss(&[item("b")]));
        headers
            .iter()
            .fold(reply, |reply, how| reply.header("IM", how))
    };
    // Nothing was asked conditionally.
    origin.serve("/f", part(&["feed"]));
    assert_eq!(look(&newsroom)["outcome"], "status");
    origin.serve("/f", whole.header("ETag", "\"1\""));
    look(&newsroom);
    for headers in [&[][..], &["vcdiff"], &["feed, gzip"], &["feed", "gzip"]] {
        origin.serve("/f", part(headers));
        assert_eq!(look(&newsroom)["outcome"], "status", "{headers:?}");
    }
    assert_eq!(newsroom.status("paper")["entries"], 1);
    let last = origin.requests("/f").pop().expect("a request");
    assert_eq!(conditions(&last).0, Some("\"1\""), "the pair is as it was");
}

#[test]
fn f29_subscribers_are_the_feeds_that_draw_on_the_source() {
    let origin = Origin::start();
    origin.serve("/f", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    let feeds = |ids: &[&str]| -> String {
        let feed =
            |id: &&str| format!("[[feed]]\nid = \"{id}\"\ntitle = \"T\"\nfrom = [\"paper\"]\n");
        ids.iter().map(feed).collect()
    };
    let paper = source("paper", &origin.url("/f"));
    for (ids, expected) in [
        (&["x", "y", "z"][..], "(3 subscribers; feed-id=paper)"),
        (&["x"], "(1 subscribers; feed-id=paper)"),
        (&["x"], "(1 subscribers; feed-id=paper)"),
    ] {
        newsroom.rewrite(&format!("{paper}{}", feeds(ids)));
        look(&newsroom);
        let request = origin.requests("/f").pop().expect("a request");
        let agent = request.header("User-Agent").expect("a name");
        assert!(agent.ends_with(expected), "{agent}");
    }
}
