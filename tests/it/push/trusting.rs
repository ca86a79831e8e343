//! What deliveries do, and how far they are relied on: W7, and F4, F9, F11, F46 where they meet push.

use super::hub::Hub;
use super::{await_push, await_story, shows, subscribed, trusted, value};
use crate::newsroom::{ALL, Newsroom, item, one, rss, source, until};
use crate::origin::Reply;

/// How many hours from now the next poll is.
fn hours_to_go(newsroom: &Newsroom) -> i64 {
    let due = newsroom.status("paper")["next_due"].clone();
    let due = due
        .as_str()
        .expect("a time")
        .parse::<chrono::DateTime<chrono::Utc>>();
    // Rounded up: what is five hours and 59 minutes away is six.
    ((due.expect("a time") - chrono::Utc::now()).num_minutes() + 59).div_euclid(60)
}

const MEMORY: &str = "SELECT hex(etag) || hex(body) || visited || coalesce(validated_url, '') FROM sources WHERE id = 'paper'";

#[test]
fn w7_f4_f46_a_delivery_adds_what_is_new_and_touches_nothing_else() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = subscribed(&newsroom, &hub);
    let before: Option<String> = value(&newsroom, MEMORY);
    let requests = hub.origin.requests("/feed").len();
    assert_eq!(
        hub.deliver(&daemon, &asked, &rss(&[item("second")])).status,
        202
    );
    await_story(&daemon, "second");
    assert!(
        shows(&daemon, "first"),
        "F46: what is not in it is still there"
    );
    assert_eq!(value::<String>(&newsroom, MEMORY), before, "F4, F7");
    assert_eq!(hub.origin.requests("/feed").len(), requests);
    let status = newsroom.status("paper");
    assert_eq!(
        (&status["outcome"], &status["pushed"]),
        (&"fresh".into(), &true.into())
    );
    assert_eq!(status["push"]["trusted"], true);
    assert_eq!(status["due_because"], "safety-poll");
    assert!((5..=7).contains(&hours_to_go(&newsroom)));
    // The same again, in other bytes, is no news.
    let same = rss(&[item("first"), item("second")]);
    assert_eq!(hub.deliver(&daemon, &asked, &same).status, 202);
    await_push(&newsroom, "the second one", |push| push["deliveries"] == 2);
    assert_eq!(newsroom.status("paper")["outcome"], "unchanged");
    assert_eq!(newsroom.status("paper")["entries"], 2);
    let words = newsroom.run(&["status"]).ended(0).out;
    assert!(words.contains("2 deliveries"), "{words}");
}

#[test]
fn w7_what_a_safety_poll_finds_and_push_did_not_bring_ends_the_trust() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = trusted(&newsroom, &hub);
    // A poll that finds what was pushed is none the wiser.
    hub.publish(&[item("first"), item("second")]);
    newsroom.due_soon();
    hub.origin.await_requests("/feed", 2);
    until("the poll", || {
        (newsroom.status("paper")["pushed"].is_null()).then_some(())
    });
    assert_eq!(newsroom.status("paper")["due_because"], "safety-poll");
    hub.publish(&[item("first"), item("second"), item("missed")]);
    newsroom.due_soon();
    await_story(&daemon, "missed");
    let status = newsroom.status("paper");
    assert_eq!(status["due_because"], "schedule");
    assert_eq!(status["push"]["trusted"], false);
    assert!(status["push"]["missed"].is_string());
    assert!(
        newsroom
            .run(&["status", "paper"])
            .ended(0)
            .out
            .contains("had not sent")
    );
    // Long after, three deliveries restore it.
    newsroom.pass(1);
    for (n, is_trusted) in [(3, false), (4, false), (5, true)] {
        let body = rss(&[item(&format!("n{n}"))]);
        assert_eq!(hub.deliver(&daemon, &asked, &body).status, 202);
        await_story(&daemon, &format!("n{n}"));
        assert_eq!(
            newsroom.status("paper")["push"]["trusted"],
            is_trusted,
            "{n}"
        );
    }
}

#[test]
fn w7_a_delivery_without_entries_has_the_source_asked_at_once() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = trusted(&newsroom, &hub);
    for (n, ping) in ["", "  \n", &rss(&[]), "<html><body>News!</body></html>"]
        .iter()
        .enumerate()
    {
        let name = format!("pinged{n}");
        let mut items = vec![item("first"), item("second")];
        items.extend((0..=n).map(|n| item(&format!("pinged{n}"))));
        hub.publish(&items);
        assert_eq!(hub.deliver(&daemon, &asked, ping).status, 202);
        await_story(&daemon, &name);
        let status = await_push(&newsroom, "the poll", |push| push["trusted"] == true);
        assert_eq!(status["due_because"], "safety-poll", "it was push's work");
    }
    let last = hub.origin.requests("/feed").pop().expect("one");
    assert!(last.header("If-None-Match").is_some());
    assert_eq!(newsroom.status("paper")["failures"], 0);
}

#[test]
fn w7_f11_a_ping_does_not_overrule_what_the_server_asks() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let patient = hub
        .document(&[item("first")])
        .header("Cache-Control", "max-age=7200");
    hub.origin.serve("/feed", patient);
    let daemon = newsroom.daemon();
    await_story(&daemon, "first");
    let asked = hub.asked(1);
    assert_eq!(hub.verify(&daemon, &asked, 864_000).status, 200);
    assert_eq!(
        hub.deliver(&daemon, &asked, &rss(&[item("second")])).status,
        202
    );
    await_story(&daemon, "second");
    assert_eq!(newsroom.status("paper")["due_because"], "safety-poll");
    assert_eq!(hub.deliver(&daemon, &asked, "").status, 202);
    let status = until("the ping", || {
        let status = newsroom.status("paper");
        (status["due_because"] == "pinged").then_some(status)
    });
    assert_eq!(hours_to_go(&newsroom), 2, "{status}");
    assert_eq!(hub.origin.requests("/feed").len(), 1);
}

#[test]
fn w5_w7_a_lease_that_ends_has_the_source_polled_as_scheduled() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, _asked) = trusted(&newsroom, &hub);
    // The hub is asked to renew, and does not.
    let lapsed = "UPDATE subscriptions SET lease_until = lease_until - 864000000";
    newsroom.store().execute(lapsed, []).expect("moved");
    let status = await_push(&newsroom, "the lapse", |push| push["state"] == "pending");
    assert_eq!(status["due_because"], "schedule");
    assert_eq!(status["push"]["trusted"], false);
    assert!(hours_to_go(&newsroom) <= 1);
    assert!(daemon.log().contains("lease ended"));
}

#[test]
fn w7_f9_after_a_restart_the_schedule_makes_up_for_what_nobody_heard() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, _asked) = trusted(&newsroom, &hub);
    assert_eq!(newsroom.status("paper")["due_because"], "safety-poll");
    daemon.stop();
    let requests = hub.origin.requests("/feed").len();
    hub.publish(&[item("first"), item("second"), item("unheard")]);
    let daemon = newsroom.daemon();
    let status = newsroom.status("paper");
    assert_eq!(status["due_because"], "schedule");
    assert!(hours_to_go(&newsroom) <= 1);
    assert_eq!(hub.origin.requests("/feed").len(), requests, "not early");
    newsroom.due_soon();
    await_story(&daemon, "unheard");
    assert_eq!(
        newsroom.status("paper")["push"]["trusted"],
        true,
        "nobody could hear"
    );
}

#[test]
fn w6_what_comes_late_does_not_undo_what_is_newer() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = trusted(&newsroom, &hub);
    let version = |wording: &str, hour: u8| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>urn:f</id><title>T</title><updated>2025-11-09T12:00:00Z</updated>\
             <entry><id>urn:e</id><title>T</title><updated>2025-11-09T{hour:02}:00:00Z</updated><content>The {wording} wording</content></entry></feed>"
        )
    };
    for body in [version("second", 11), version("first", 10)] {
        assert_eq!(hub.deliver(&daemon, &asked, &body).status, 202);
    }
    let status = await_push(&newsroom, "three deliveries", |push| {
        push["deliveries"] == 3
    });
    assert_eq!(status["oddities"][0]["code"], "older-version");
    // Settled is not yet composed.
    let feed = until("the news", || {
        let feed = daemon.get("/feeds/all.json", &[]).text().to_string();
        feed.contains("second wording").then_some(feed)
    });
    assert!(!feed.contains("first wording"));
}

#[test]
fn w6_f9_f48_what_was_acknowledged_is_not_lost_when_the_process_dies() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = trusted(&newsroom, &hub);
    // Long enough to read that the process dies over it.
    let mut items = vec![item("acknowledged")];
    items.extend((0..3_000).map(|n| item(&format!("more{n}"))));
    let body = rss(&items);
    assert_eq!(hub.deliver(&daemon, &asked, &body).status, 202);
    daemon.kill();
    hub.publish(&[item("first"), item("second"), item("acknowledged")]);
    let stored = "SELECT count(*) FROM entries WHERE raw_id = 'acknowledged'";
    let owed = "SELECT owed FROM subscriptions";
    let is_stored = value::<i64>(&newsroom, stored) == Some(1);
    assert!(is_stored || value::<i64>(&newsroom, owed) == Some(1));
    let requests = hub.origin.requests("/feed").len();
    let daemon = newsroom.daemon();
    await_story(&daemon, "acknowledged");
    if !is_stored {
        let made = hub.origin.requests("/feed");
        assert_eq!(
            made.len(),
            requests + 1,
            "one conditional visit makes up for it"
        );
        assert!(made[requests].header("If-None-Match").is_some());
    }
    let status = await_push(&newsroom, "trust", |push| push["trusted"] == true);
    assert_eq!(status["push"]["state"], "active");
    assert_eq!(value::<i64>(&newsroom, owed), Some(0));
}

#[test]
fn w6_f19_sources_with_one_address_share_a_subscription() {
    let hub = Hub::start();
    let both = format!(
        "{}{}{ALL}",
        source("paper", &hub.feed()),
        source("twin", &hub.feed())
    );
    let newsroom = Newsroom::with(&both);
    let (daemon, asked) = subscribed(&newsroom, &hub);
    assert_eq!(
        hub.deliver(&daemon, &asked, &rss(&[item("second")])).status,
        202
    );
    await_story(&daemon, "second");
    for id in ["paper", "twin"] {
        assert_eq!(newsroom.status(id)["entries"], 2, "{id}");
    }
    assert_eq!(hub.origin.requests("/hub").len(), 1);
}

#[test]
fn w1_hubs_in_a_document_and_in_the_head_of_a_page() {
    let hub = Hub::start();
    let (at_hub, topic) = (hub.origin.url("/hub"), hub.origin.url("/own"));
    let channel = format!(
        "<rss version=\"2.0\" xmlns:a=\"http://www.w3.org/2005/Atom\"><channel><title>T</title>\
         <a:link rel=\"hub\" href=\"{at_hub}\"/><a:link rel=\"self\" href=\"{topic}\"/>{}</channel></rss>",
        item("first")
    );
    let json = format!(
        "{{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"feed_url\": \"{topic}\",\
         \"hubs\": [{{\"type\": \"WebSub\", \"url\": \"{at_hub}\"}}], \"items\": [{{\"id\": \"1\", \"content_text\": \"x\"}}]}}"
    );
    let rows: String = (0..6)
        .map(|n| format!("<article><h2><a href=\"/news/a-long-headline-{n}\">A long headline of number {n}</a></h2></article>"))
        .collect();
    let page = |place: &str| {
        let links =
            format!("<link rel=\"hub\" href=\"{at_hub}\"><link rel=\"self\" href=\"{topic}\">");
        match place {
            "head" => {
                format!("<html><head><title>T</title>{links}</head><body>{rows}</body></html>")
            }
            _ => format!("<html><head><title>T</title></head><body>{links}{rows}</body></html>"),
        }
    };
    for (kind, body, place, asked) in [
        ("application/rss+xml", channel, "url", Some(1)),
        ("application/feed+json", json, "url", Some(2)),
        ("text/html", page("head"), "page", Some(3)),
        ("text/html", page("body"), "page", None),
    ] {
        hub.origin.serve("/feed", Reply::ok(kind, body));
        let feed = one(&hub.feed()).replace("url =", &format!("{place} ="));
        let newsroom = Newsroom::with(&feed);
        let _daemon = newsroom.daemon();
        until("a visit", || {
            let status = newsroom.status("paper");
            (status["outcome"] == "fresh").then_some(())
        });
        let named = newsroom.status("paper")["push"].is_object();
        assert_eq!(named, asked.is_some(), "{kind}");
        if let Some(count) = asked {
            assert_eq!(hub.asked(count).get("hub.topic"), topic);
        }
    }
}
