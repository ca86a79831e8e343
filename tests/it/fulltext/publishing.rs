//! What readers get, and when.

use serde_json::Value;

use super::{REST, article, hold_page, html, newsroom, serve_feed};
use crate::newsroom::{Daemon, until};
use crate::origin::Origin;

/// Id and dates of the one item, in JSON; and whether its text is the whole one.
fn published(daemon: &Daemon) -> Option<([Value; 3], bool)> {
    let answer = daemon.get("/feeds/all.json", &[]);
    // Before the first visit has ended there is nothing to serve (S14).
    let feed = (answer.status == 200).then(|| answer.json())?;
    let item = feed["items"].get(0)?;
    let fixed = ["id", "date_published", "date_modified"].map(|name| item[name].clone());
    Some((fixed, item["content_html"].as_str()?.contains(REST)))
}

#[test]
fn p23_p5_publishing_never_waits_for_a_page_and_its_text_changes_bytes_but_no_id_and_no_date() {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    let release = hold_page(&origin);
    let newsroom = newsroom(&origin);
    let daemon = newsroom.daemon();
    origin.await_requests("/a", 1);
    let (before, whole) = until("the feed's own text", || published(&daemon));
    assert!(!whole, "the page has not answered yet");
    let forms = ["rss", "atom", "json"].map(|form| format!("/feeds/all.{form}"));
    let etags = forms
        .each_ref()
        .map(|path| daemon.get(path, &[]).expect("etag").to_owned());
    // Visits go on while it hangs.
    newsroom.due_soon();
    origin.await_requests("/f", 2);
    release.send(()).expect("it waits");
    let after = until("the whole text", || {
        published(&daemon).filter(|(_, whole)| *whole)
    });
    assert_eq!(after.0, before);
    for (path, etag) in forms.iter().zip(etags) {
        let answer = daemon.get(path, &[]);
        assert!(answer.text().contains(REST), "{path}");
        assert_ne!(answer.expect("etag"), etag, "{path}");
    }
    let story = newsroom.stories()[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let page = daemon.get(&format!("/stories/{story}"), &[]);
    assert!(page.text().contains(REST), "{}", page.text());
    let updated = daemon
        .get("/feeds/all.atom", &[])
        .text()
        .contains("<name>Ana Bo</name>");
    assert!(updated, "who wrote it is told as well");
    // A restart reads the same text again and asks for nothing.
    drop(release);
    daemon.stop();
    let daemon = newsroom.daemon();
    assert_eq!(published(&daemon), Some((before, true)));
    assert_eq!(origin.requests("/a").len(), 1);
}

#[test]
fn turning_it_off_ends_asking_and_keeps_what_is_published() {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    origin.serve("/a", html(&article("About a", "x")));
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    newsroom.rewrite(&crate::newsroom::one(&origin.url("/f")));
    serve_feed(&origin, &["a", "b"]);
    newsroom.refresh(&["--now"]);
    assert_eq!(origin.requests("/b").len(), 0);
    let daemon = newsroom.daemon();
    assert!(daemon.get("/feeds/all.rss", &[]).text().contains(REST));
}

#[test]
fn operators_are_told_what_became_of_pages_and_why() {
    let origin = Origin::start();
    serve_feed(&origin, &["a", "b"]);
    origin.serve("/a", html(&article("About a", "x")));
    let newsroom = newsroom(&origin);
    let says = |args: &[&str], words: &str| {
        let ran = newsroom.run(args).ended(0);
        assert!(ran.out.contains(words), "{args:?}: {}{}", ran.out, ran.err);
    };
    says(&["check"], "/f, in full");
    says(
        &["refresh"],
        "2 pages: 1 whole texts, 0 no better than the feed's, 1 not had",
    );
    let counted = "pages: 1 whole texts, 0 no better than the feed's, 1 wanted, 0 forbidden by robots.txt, 0 failed (1 status)";
    says(&["status", "paper"], counted);
    let (a, b) = (origin.url("/a"), origin.url("/b"));
    says(
        &["explain", &a],
        "its page's text is read: the page has what the feed said and clearly more",
    );
    says(
        &["explain", &b],
        "the feed's text is read: the server answered 404",
    );
}
