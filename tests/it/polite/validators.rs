//! A1 of the conformance list: F1 to F10.

use super::{conditions, feed, look, next_request};
use crate::newsroom::{ALL, Newsroom, item, one, rss, source};
use crate::origin::{Origin, Reply};

/// A date with a wrong weekday: whoever parses it sends another one back.
const ODD_DATE: &str = "Mon, 09 Nov 2025 16:10:00 GMT";

#[test]
fn f1_f2_f3_validators_go_back_as_they_came_and_none_is_made_up() {
    for etag in [
        "W/\"a,b\"",
        "\"5f3-gzip\"",
        "junk without quotes",
        "\"\"",
        "\"é\"",
    ] {
        let origin = Origin::start();
        let reply = feed(&rss(&[item("a")])).header("ETag", etag);
        origin.serve("/f", reply.header("Last-Modified", ODD_DATE).conditional());
        let newsroom = Newsroom::on(&origin.url("/f"));
        let first = next_request(&newsroom, &origin, "/f");
        assert_eq!(conditions(&first), (None, None));
        let second = next_request(&newsroom, &origin, "/f");
        assert_eq!(conditions(&second), (Some(etag), Some(ODD_DATE)));
        assert_eq!(newsroom.status("paper")["http_status"], 304, "{etag}");
    }
}

#[test]
fn f3_a_server_without_validators_is_never_asked_conditionally() {
    let origin = Origin::start();
    origin.serve("/f", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    for _ in 0..2 {
        let request = next_request(&newsroom, &origin, "/f");
        assert_eq!(conditions(&request), (None, None));
    }
}

#[test]
fn f4_the_pair_is_replaced_together_on_200() {
    let origin = Origin::start();
    let old = feed(&rss(&[item("a")])).header("ETag", "\"1\"");
    origin.serve("/f", old.header("Last-Modified", ODD_DATE));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    origin.serve(
        "/f",
        feed(&rss(&[item("a"), item("b")])).header("ETag", "\"2\""),
    );
    look(&newsroom);
    let third = next_request(&newsroom, &origin, "/f");
    assert_eq!(conditions(&third), (Some("\"2\""), None));
}

#[test]
fn f4_what_cannot_be_read_leaves_the_old_pair_and_the_old_entries() {
    let origin = Origin::start();
    origin.serve("/f", feed(&rss(&[item("a")])).header("ETag", "\"1\""));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    let before = newsroom.stories();
    let broken = "<rss version=\"2.0\"><channel><item><title>never closed";
    origin.serve("/f", feed(broken).header("ETag", "\"2\""));
    assert_eq!(look(&newsroom)["outcome"], "unreadable");
    assert_eq!(newsroom.stories(), before);
    origin.serve(
        "/f",
        feed(&rss(&[item("a"), item("b")])).header("ETag", "\"2\""),
    );
    let third = next_request(&newsroom, &origin, "/f");
    assert_eq!(conditions(&third).0, Some("\"1\""));
    assert_eq!(newsroom.stories().len(), 2);
}

#[test]
fn f5_redirects_and_errors_give_no_validators() {
    let origin = Origin::start();
    let tagged = |reply: Reply| {
        reply
            .header("ETag", "\"no\"")
            .header("Last-Modified", ODD_DATE)
    };
    origin.serve(
        "/f",
        tagged(Reply::status(302, "Found").header("Location", "/real")),
    );
    origin.serve("/real", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    origin.serve("/real", tagged(Reply::status(404, "Not Found")));
    look(&newsroom);
    origin.serve("/real", tagged(Reply::status(206, "Partial Content")));
    look(&newsroom);
    look(&newsroom);
    for request in origin
        .requests("/f")
        .iter()
        .chain(&origin.requests("/real"))
    {
        assert_eq!(conditions(request), (None, None));
    }
}

#[test]
fn f6_a_304_is_a_success_that_changes_nothing_but_validators_it_carries() {
    let origin = Origin::start();
    let reply = feed(&rss(&[item("a")])).header("ETag", "\"1\"");
    origin.serve("/f", reply.header("Last-Modified", ODD_DATE));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    let before = newsroom.stories();
    origin.serve("/f", Reply::status(500, "Oops"));
    look(&newsroom);
    assert_eq!(newsroom.status("paper")["failures"], 1);
    origin.serve(
        "/f",
        Reply::status(304, "Not Modified").header("ETag", "\"2\""),
    );
    assert_eq!(look(&newsroom)["outcome"], "unchanged");
    assert_eq!(newsroom.status("paper")["failures"], 0);
    assert_eq!(newsroom.stories(), before);
    let next = next_request(&newsroom, &origin, "/f");
    assert_eq!(conditions(&next), (Some("\"2\""), Some(ODD_DATE)));
}

#[test]
fn f7_a_changed_address_drops_the_pair() {
    let origin = Origin::start();
    for path in ["/old", "/new"] {
        let reply = feed(&rss(&[item("a")])).header("ETag", "\"1\"");
        origin.serve(path, reply.conditional());
    }
    let newsroom = Newsroom::on(&origin.url("/old"));
    look(&newsroom);
    newsroom.rewrite(&one(&origin.url("/new")));
    look(&newsroom);
    let first = &origin.requests("/new")[0];
    assert_eq!(conditions(first), (None, None));
    // And the address is due at once, although the old one was visited a moment ago.
    newsroom.rewrite(&one(&origin.url("/old")));
    newsroom.pass(1);
    newsroom.refresh(&[]);
    let again = &origin.requests("/old")[1];
    assert_eq!(conditions(again), (None, None));
    // Of one article at two addresses of one source there is one entry.
    assert_eq!(newsroom.stories().len(), 1);
}

#[test]
fn f7_changed_credentials_drop_the_pair() {
    let origin = Origin::start();
    let reply = feed(&rss(&[item("a")])).header("ETag", "\"1\"");
    origin.serve("/f", reply.conditional());
    let as_whom = |whom: &str| {
        origin
            .url("/f")
            .replace("http://", &format!("http://{whom}@"))
    };
    let newsroom = Newsroom::on(&as_whom("ann:one"));
    look(&newsroom);
    newsroom.rewrite(&one(&as_whom("bob:two")));
    let second = next_request(&newsroom, &origin, "/f");
    assert_eq!(conditions(&second), (None, None));
}

#[test]
fn f7_a_304_from_elsewhere_is_asked_again_without_conditions() {
    let origin = Origin::start();
    let to = |path: &str| Reply::status(302, "Found").header("Location", path);
    origin.serve("/f", to("/one"));
    origin.serve("/one", feed(&rss(&[item("a")])).header("ETag", "\"1\""));
    let reply = feed(&rss(&[item("a"), item("b")])).header("ETag", "\"1\"");
    origin.serve("/two", reply.conditional());
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    origin.serve("/f", to("/two"));
    assert_eq!(look(&newsroom)["added"], 1);
    let asked = origin.requests("/two");
    let asked: Vec<_> = asked.iter().map(conditions).collect();
    assert_eq!(asked, [(Some("\"1\""), None), (None, None)]);
}

#[test]
fn f8_the_same_bytes_are_no_news_but_their_new_validators_are_kept() {
    let origin = Origin::start();
    let body = rss(&[item("a")]);
    origin.serve("/f", feed(&body).header("ETag", "\"1\""));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    let before = newsroom.stories();
    origin.serve("/f", feed(&body).header("ETag", "\"2\""));
    let second = look(&newsroom);
    assert_eq!(second["outcome"], "unchanged");
    assert_eq!(
        (&second["added"], &second["changed"]),
        (&0.into(), &0.into())
    );
    assert_eq!(newsroom.stories(), before);
    let third = next_request(&newsroom, &origin, "/f");
    assert_eq!(conditions(&third).0, Some("\"2\""));
}

#[test]
fn f8_the_same_etag_with_another_body_is_read() {
    let origin = Origin::start();
    origin.serve("/f", feed(&rss(&[item("a")])).header("ETag", "\"same\""));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    let more = rss(&[item("a"), item("b")]);
    origin.serve("/f", feed(&more).header("ETag", "\"same\""));
    assert_eq!(look(&newsroom)["added"], 1);
    assert_eq!(newsroom.stories().len(), 2);
}

#[test]
fn f9_a_restart_causes_no_early_and_no_unconditional_request() {
    let origin = Origin::start();
    for path in ["/f", "/canary"] {
        let reply = feed(&rss(&[item(&path[1..])])).header("ETag", "\"1\"");
        origin.serve(path, reply.conditional());
    }
    let sections = source("paper", &origin.url("/f")) + &source("canary", &origin.url("/canary"));
    let newsroom = Newsroom::with(&format!("{sections}\n{ALL}"));
    newsroom.refresh(&["--now"]);
    // A second process, and a third that stays: neither asks early.
    assert_eq!(newsroom.refresh(&[])["visits"], serde_json::json!([]));
    let make_due = |id: &str| {
        let store = newsroom.store();
        let due = store.execute("UPDATE sources SET due = 0 WHERE id = ?1", [id]);
        assert_eq!(due.expect("due"), 1);
    };
    make_due("canary");
    let daemon = newsroom.daemon();
    // Whoever visits the one that is due has passed the other by.
    let canary = origin.await_requests("/canary", 2);
    assert_eq!(conditions(&canary[1]).0, Some("\"1\""));
    assert_eq!(origin.requests("/f").len(), 1);
    daemon.kill();
    make_due("paper");
    let _daemon = newsroom.daemon();
    let paper = origin.await_requests("/f", 2);
    assert_eq!(conditions(&paper[1]).0, Some("\"1\""));
}

#[test]
fn f10_now_stays_conditional_and_force_does_not() {
    let origin = Origin::start();
    let reply = feed(&rss(&[item("a")])).header("ETag", "\"1\"");
    origin.serve("/f", reply.conditional());
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    newsroom.refresh(&["--now"]);
    newsroom.refresh(&["paper"]);
    newsroom.refresh(&["paper", "--force"]);
    newsroom.refresh(&["--now", "--force"]);
    let tags: Vec<_> = origin.requests("/f");
    let tags: Vec<_> = tags.iter().map(|request| conditions(request).0).collect();
    assert_eq!(tags, [None, Some("\"1\""), Some("\"1\""), None, None]);
    assert_eq!(newsroom.stories().len(), 1);
}

#[test]
fn f10_a_304_that_nobody_asked_for_is_an_error() {
    let origin = Origin::start();
    origin.serve("/f", Reply::status(304, "Not Modified"));
    let newsroom = Newsroom::on(&origin.url("/f"));
    let visit = look(&newsroom);
    assert_eq!(visit["outcome"], "unasked-304");
    assert_eq!(newsroom.status("paper")["failures"], 1);
    assert!(newsroom.stories().is_empty());
}
