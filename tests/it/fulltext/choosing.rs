//! Which text is read: the page's or the feed's.

use super::{LEAD, REST, article, explained, html, newsroom, pages, serve_feed};
use crate::newsroom::{ALL, Newsroom};
use crate::origin::{Origin, Reply};

/// What the page of `a` is answered with, and what came of it.
fn told(reply: Reply) -> serde_json::Value {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    origin.serve("/a", reply);
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    let taken = pages(&newsroom)["taken"] == 1;
    let told = explained(&newsroom, &origin.url("/a"));
    assert_eq!(told["chosen"], taken);
    let daemon = newsroom.daemon();
    let feed = daemon.get("/feeds/all.json", &[]);
    assert!(
        feed.text().contains("The board of the river met"),
        "{}",
        feed.text()
    );
    assert_eq!(feed.text().contains(REST), taken, "{told}");
    told
}

#[test]
fn a_fuller_text_is_taken_and_walls_stubs_and_errors_leave_the_feeds() {
    assert_eq!(told(html(&article("About a", "x")))["rule"], "fuller");
    for (status, outcome) in [(404, "status"), (410, "status"), (403, "status")] {
        assert_eq!(
            told(Reply::status(status, "No"))["outcome"],
            outcome,
            "{status}"
        );
    }
    let page = |text: &str| {
        html(&format!(
            "<!doctype html><title>About a</title><body><article><h1>About a</h1>{text}</article></body>"
        ))
    };
    let stub = format!(
        "<p>{LEAD}</p><p>Subscribe to continue reading. Plans start at two pounds a week.</p>"
    );
    let cookies = "<p>We use cookies. Accept all cookies to go on, or manage what you accept in your settings.</p>".repeat(3);
    for (text, name) in [
        (stub.as_str(), "stub"),
        (cookies.as_str(), "cookies"),
        ("", "empty"),
    ] {
        let told = told(page(text));
        assert_eq!(told["outcome"], "read", "{name}");
        assert_ne!(told["rule"], "fuller", "{name}");
    }
}

#[test]
fn what_is_no_page_is_not_read_and_what_is_too_large_not_kept() {
    for kind in ["application/pdf", "audio/mpeg", "image/jpeg", "text/plain"] {
        let told = told(Reply::endless(kind, "%PDF-1.7 "));
        assert_eq!(told["outcome"], "not-a-page", "{kind}");
        assert!(told["next_due"].is_null(), "it will be none tomorrow");
    }
    assert_eq!(
        told(Reply::endless("text/html", "<p>More. </p>"))["outcome"],
        "too-large"
    );
    let deep = format!(
        "<!doctype html><title>About a</title>{}deep",
        "<div>".repeat(5_000)
    );
    assert_eq!(told(html(&deep))["outcome"], "read");
}

#[test]
fn a_login_page_at_another_address_is_not_the_article() {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    origin.serve(
        "/a",
        Reply::status(302, "Found").header("Location", "/login?next=/a"),
    );
    let login =
        "<p>Give the name and the word that you chose when you came here for the first time.</p>"
            .repeat(9);
    origin.serve(
        "/login",
        html(&format!("<title>Who are you?</title><main>{login}</main>")),
    );
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    assert_eq!(explained(&newsroom, &origin.url("/a"))["rule"], "elsewhere");
}

#[test]
fn where_the_article_really_is_becomes_its_canonical_address() {
    let (origin, publisher) = (Origin::start(), Origin::start());
    serve_feed(&origin, &["a"]);
    let there = publisher.url("/2025/11/dam");
    origin.serve("/a", Reply::status(302, "Found").header("Location", &there));
    publisher.serve("/2025/11/dam", html(&article("About a", "x")));
    // The other house's rules hold as well.
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    assert_eq!(publisher.requests("/robots.txt").len(), 1);
    let told = explained(&newsroom, &origin.url("/a"));
    assert_eq!(
        (&told["rule"], &told["found"]),
        (&"fuller".into(), &there.as_str().into())
    );
    // It is known by that address from now on.
    let known = newsroom.run(&["explain", &there, "--json"]).ended(0).json();
    assert_eq!(known["found"], true);
    let forbidden = Origin::start();
    forbidden.serve(
        "/robots.txt",
        Reply::ok("text/plain", "User-agent: *\nDisallow: /"),
    );
    forbidden.serve("/2025/11/dam", html(&article("About b", "x")));
    serve_feed(&origin, &["a", "b"]);
    let there = forbidden.url("/2025/11/dam");
    origin.serve("/b", Reply::status(302, "Found").header("Location", &there));
    newsroom.refresh(&["--now"]);
    assert_eq!(explained(&newsroom, &origin.url("/b"))["outcome"], "robots");
}

#[test]
fn files_are_whole_as_they_are_unless_their_source_says_otherwise() {
    let origin = Origin::start();
    origin.serve("/a", html(&article("About a", "x")));
    let feed = crate::newsroom::rss(&[super::item("a", &origin.url("/a"), LEAD)]);
    let ground = "[fetch]\nallow_private_addresses = true\n[defaults]\nfull_text = true\n";
    for (own, asked) in [("", 0), ("full_text = true\n", 1)] {
        let newsroom = Newsroom::bare(&format!(
            "{ground}[[source]]\nid = \"paper\"\nfiles = \"feed.xml\"\n{own}{ALL}"
        ));
        newsroom.write("feed.xml", &feed);
        newsroom.refresh(&[]);
        assert_eq!(origin.requests("/a").len(), asked);
    }
}
