//! What feeds themselves ask and say, from the document to the next request: F16, F17, F24, F46.

use super::{asked_again_after, conditions, feed, look, next_request};
use crate::newsroom::{Newsroom, item, rss};
use crate::origin::{Origin, Reply};

/// An RSS document whose channel begins with this.
fn saying(channel: &str, items: &[String]) -> String {
    let document = rss(items);
    let namespaces = "<rss xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\" \
         xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" xmlns:fh=\"http://purl.org/syndication/history/1.0\" ";
    document.replacen("<rss ", namespaces, 1).replacen(
        "<channel>",
        &format!("<channel>{channel}"),
        1,
    )
}

#[test]
fn f16_hours_and_days_that_a_feed_skips_are_skipped() {
    let origin = Origin::start();
    let hours: String = (0..24).map(|n| format!("<hour>{n}</hour>")).collect();
    let today = chrono::Utc::now();
    let days: String = (0..3)
        .map(|n| {
            (today + chrono::TimeDelta::days(n))
                .format("<day>%A</day>")
                .to_string()
        })
        .collect();
    let newsroom = Newsroom::on(&origin.url("/f"));
    let skip = format!("<skipDays>{days}</skipDays>");
    origin.serve("/f", feed(&saying(&skip, &[item("a")])));
    look(&newsroom);
    let status = newsroom.status("paper");
    assert_eq!(status["due_because"], "skip-days");
    assert_eq!(
        status["asks"]["skip_days"].as_array().map(Vec::len),
        Some(3)
    );
    newsroom.pass(30);
    newsroom.refresh(&[]);
    assert_eq!(origin.requests("/f").len(), 1);
    // A list that leaves no hour is ignored.
    let skip = format!("<skipHours>{hours}</skipHours>");
    origin.serve("/f", feed(&saying(&skip, &[item("a")])));
    look(&newsroom);
    assert_eq!(newsroom.status("paper")["due_because"], "schedule");
}

#[test]
fn f17_a_feed_is_not_asked_more_often_than_it_is_updated() {
    let origin = Origin::start();
    let newsroom = Newsroom::on(&origin.url("/f"));
    let period =
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>";
    origin.serve("/f", feed(&saying(period, &[item("a")])));
    look(&newsroom);
    assert_eq!(newsroom.status("paper")["due_because"], "update-period");
    asked_again_after(&newsroom, &origin, 6);
}

#[test]
fn f24_a_feed_that_says_where_it_lives_now_is_tried_there_once_and_then_asked_there() {
    let origin = Origin::start();
    let newsroom = Newsroom::on(&origin.url("/old"));
    let word = format!(
        "<itunes:new-feed-url>{}</itunes:new-feed-url>",
        origin.url("/new")
    );
    origin.serve("/old", feed(&saying(&word, &[item("a")])));
    origin.serve("/new", feed(&rss(&[item("a"), item("b")])));
    look(&newsroom);
    for _ in 0..5 {
        newsroom.pass(12);
        look(&newsroom);
    }
    assert!(origin.requests("/new").is_empty());
    look(&newsroom);
    assert_eq!(
        newsroom.status("paper")["moved_to"],
        origin.url("/new").as_str()
    );
    let old = origin.requests("/old").len();
    look(&newsroom);
    assert_eq!(
        (origin.requests("/old").len(), origin.requests("/new").len()),
        (old, 2)
    );
}

#[test]
fn f46_complete_documents_and_deleted_entries_withdraw_and_reinstate() {
    let origin = Origin::start();
    let newsroom = Newsroom::on(&origin.url("/f"));
    let complete = |items: &[String]| feed(&saying("<fh:complete/>", items));
    origin.serve("/f", complete(&[item("a"), item("b")]));
    look(&newsroom);
    origin.serve("/f", complete(&[item("b")]));
    look(&newsroom);
    assert_eq!(newsroom.status("paper")["withdrawn"], 1);
    origin.serve("/f", complete(&[item("b"), item("a")]));
    look(&newsroom);
    assert_eq!(newsroom.status("paper").get("withdrawn"), None);
    let atom = |inner: &str| {
        let document = format!(
            "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:at=\"http://purl.org/atompub/tombstones/1.0\">\
             <id>urn:f</id><title>T</title><updated>2025-11-09T16:10:00Z</updated>{inner}</feed>"
        );
        Reply::ok("application/atom+xml", document)
    };
    let entry = "<entry><id>urn:1</id><title>One</title><updated>2025-11-09T16:10:00Z</updated><content>Words.</content></entry>";
    origin.serve("/f", atom(entry));
    look(&newsroom);
    assert_eq!(newsroom.status("paper")["entries"], 3);
    let gone = "<at:deleted-entry ref=\"urn:1\" when=\"2025-11-10T16:10:00Z\"/>";
    origin.serve("/f", atom(gone));
    look(&newsroom);
    assert_eq!(newsroom.status("paper")["withdrawn"], 1);
}

#[test]
fn f27_a_document_that_ends_in_its_middle_leaves_the_old_pair_and_takes_nothing_away() {
    let origin = Origin::start();
    let newsroom = Newsroom::on(&origin.url("/f"));
    let whole = saying("<fh:complete/>", &[item("a"), item("b"), item("c")]);
    let cut = whole
        .split("<item><title>About c")
        .next()
        .expect("a beginning");
    // Never read before: there is no pair to go back to, and the same bytes are read again.
    origin.serve("/f", feed(cut).header("ETag", "\"cut\""));
    for _ in 0..2 {
        let request = next_request(&newsroom, &origin, "/f");
        assert_eq!(conditions(&request), (None, None));
        assert_eq!(newsroom.status("paper")["entries"], 2);
    }
    origin.serve("/f", feed(&whole).header("ETag", "\"whole\""));
    look(&newsroom);
    origin.serve("/f", feed(cut).header("ETag", "\"cut\""));
    look(&newsroom);
    let request = next_request(&newsroom, &origin, "/f");
    assert_eq!(conditions(&request).0, Some("\"whole\""));
    let status = newsroom.status("paper");
    assert_eq!(
        (&status["entries"], status.get("withdrawn")),
        (&3.into(), None)
    );
}
