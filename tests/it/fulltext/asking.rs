//! What a publisher sees of us when his articles are read in full.

use std::thread;

use super::{
    LEAD, article, explained, hold_page, html, item, let_pages_be_due, newsroom, pages, serve_feed,
};
use crate::newsroom::{ALL, Newsroom, rss, until};
use crate::origin::{Origin, Reply};

#[test]
fn f32_f29_f30_a_page_is_asked_for_once_and_in_the_words_of_a_page_reader() {
    let origin = Origin::start();
    serve_feed(&origin, &["a", "b"]);
    for name in ["/a", "/b"] {
        origin.serve(name, html(&article(&format!("About {}", &name[1..]), name)));
    }
    let newsroom = newsroom(&origin);
    let round = newsroom.refresh(&[]);
    assert_eq!(round["pages"].as_array().map(Vec::len), Some(2), "{round}");
    newsroom.refresh(&["--now"]);
    newsroom.refresh(&["--now", "--force"]);
    let daemon = newsroom.daemon();
    newsroom.due_soon();
    until("a visit by the daemon", || {
        (origin.requests("/f").len() >= 4).then_some(())
    });
    daemon.stop();
    for name in ["/a", "/b"] {
        let requests = origin.requests(name);
        assert_eq!(requests.len(), 1, "{name}");
        let asked = &requests[0];
        assert_eq!(
            asked.header("Accept"),
            Some("text/html, application/xhtml+xml;q=0.9, */*;q=0.1")
        );
        assert!(
            asked
                .header("User-Agent")
                .is_some_and(|who| who.ends_with("(feed-id=paper)"))
        );
        for none in ["Cookie", "Referer", "If-None-Match", "A-IM"] {
            assert_eq!(asked.header(none), None);
        }
    }
    // Each process asks for the rules once, before the first page.
    assert_eq!(origin.requests("/robots.txt").len(), 1);
    let told = pages(&newsroom);
    assert_eq!((&told["taken"], &told["wanted"]), (&2.into(), &0.into()));
}

#[test]
fn f32_sources_that_are_one_feed_share_an_articles_page() {
    let origin = Origin::start();
    serve_feed(&origin, &["a", "b"]);
    for name in ["a", "b"] {
        let page = article(&format!("About {name}"), name);
        origin.serve(&format!("/{name}"), html(&page));
    }
    let source = |id: &str, more: &str| {
        let url = origin.url("/f");
        format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\nfull_text = true\n{more}")
    };
    // Dates of the third are read in another zone, so it reads for itself.
    let (first, second) = (source("paper", ""), source("same", ""));
    let third = source("abroad", "timezone = \"Asia/Tokyo\"\n");
    let newsroom = Newsroom::with(&format!("{first}{second}{third}{ALL}"));
    let round = newsroom.refresh(&[]);
    assert_eq!(round["pages"].as_array().map(Vec::len), Some(6), "{round}");
    for name in ["/a", "/b"] {
        assert_eq!(origin.requests(name).len(), 2, "{name}");
    }
    for source in ["paper", "same", "abroad"] {
        assert_eq!(newsroom.status(source)["full_text"]["taken"], 2, "{source}");
    }
}

#[test]
fn f39_a_page_that_robots_forbid_is_not_asked_for_and_that_is_no_failure() {
    let origin = Origin::start();
    serve_feed(&origin, &["a", "b"]);
    origin.serve("/b", html(&article("About b", "b")));
    let rules = "User-agent: headwater\nDisallow: /a\n";
    origin.serve("/robots.txt", Reply::ok("text/plain", rules));
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    let_pages_be_due(&newsroom);
    newsroom.refresh(&["--now"]);
    assert_eq!(
        (origin.requests("/a").len(), origin.requests("/b").len()),
        (0, 1)
    );
    let told = pages(&newsroom);
    assert_eq!(
        (&told["forbidden_by_robots"], &told["failed"]),
        (&1.into(), &0.into())
    );
    let told = explained(&newsroom, &origin.url("/a"));
    assert_eq!(
        (&told["outcome"], &told["chosen"]),
        (&"robots".into(), &false.into())
    );
    assert!(
        told["reason"]
            .as_str()
            .is_some_and(|why| why.contains("robots.txt"))
    );
}

#[test]
fn f39_while_the_rules_cannot_be_had_nothing_is_asked_for() {
    let origin = Origin::start();
    serve_feed(&origin, &["a", "b"]);
    origin.serve("/robots.txt", Reply::status(503, "Later"));
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    assert_eq!(origin.requests("/robots.txt").len(), 1);
    assert_eq!(origin.requests("/a").len() + origin.requests("/b").len(), 0);
    let told = pages(&newsroom);
    assert_eq!(told["wanted"], 2);
    assert_eq!(told["reasons"][0][0], "robots-unknown");
}

#[test]
fn f14_retry_after_of_a_robots_txt_holds_all_of_its_server() {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    let busy = Reply::status(429, "Slowly").header("Retry-After", "7200");
    origin.serve("/robots.txt", busy);
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    newsroom.refresh(&["--now"]);
    assert_eq!(newsroom.status("paper")["due_because"], "host-held");
    assert_eq!(origin.requests("/robots.txt").len(), 1);
    assert_eq!(
        (origin.requests("/f").len(), origin.requests("/a").len()),
        (1, 0)
    );
}

#[test]
fn f14_retry_after_of_a_page_holds_all_of_its_server() {
    let origin = Origin::start();
    serve_feed(&origin, &["a", "b", "c"]);
    for name in ["/a", "/b", "/c"] {
        origin.serve(
            name,
            Reply::status(429, "Slowly").header("Retry-After", "7200"),
        );
    }
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    newsroom.refresh(&["--now"]);
    let asked = || {
        ["/a", "/b", "/c"]
            .map(|name| origin.requests(name).len())
            .iter()
            .sum::<usize>()
    };
    assert_eq!((asked(), origin.requests("/f").len()), (1, 1));
    let status = newsroom.status("paper");
    assert_eq!(status["due_because"], "host-held");
    // Neither does the page of another server that leads there.
    let other = Origin::start();
    for name in ["/a", "/b", "/c"] {
        other.serve(
            name,
            Reply::status(302, "Found").header("Location", &origin.url(name)),
        );
    }
    newsroom.pass(3);
    serve_feed(&other, &["a", "b", "c"]);
    let source = format!(
        "[[source]]\nid = \"other\"\nurl = \"{}\"\nfull_text = true\n{ALL}",
        other.url("/f")
    );
    newsroom.rewrite(&source);
    newsroom.refresh(&[]);
    newsroom.refresh(&["--now"]);
    let led: usize = ["/a", "/b", "/c"]
        .map(|name| other.requests(name).len())
        .iter()
        .sum();
    assert_eq!((led, asked()), (1, 2));
}

#[test]
fn f32_a_page_that_fails_is_tried_four_times_and_then_left() {
    let origin = Origin::start();
    serve_feed(&origin, &["a", "gone", "off"]);
    origin.serve("/gone", Reply::status(410, "Gone"));
    origin.serve("/off", Reply::status(500, "Oops"));
    let newsroom = newsroom(&origin);
    for _ in 0..14 {
        newsroom.refresh(&["--now"]);
        let_pages_be_due(&newsroom);
    }
    let asked = ["/a", "/gone", "/off"].map(|name| origin.requests(name).len());
    assert_eq!(asked, [4, 1, 4]);
    let told = pages(&newsroom);
    assert_eq!((&told["failed"], &told["wanted"]), (&3.into(), &0.into()));
    assert_eq!(told["reasons"][0], serde_json::json!(["status", 3]));
}

#[test]
fn f32_a_server_in_trouble_is_not_asked_for_its_other_pages() {
    let origin = Origin::start();
    serve_feed(&origin, &["a", "b", "c", "d"]);
    for name in ["/a", "/b", "/c", "/d"] {
        origin.serve(name, Reply::status(500, "Oops"));
    }
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    let asked: usize = ["/a", "/b", "/c", "/d"]
        .map(|name| origin.requests(name).len())
        .iter()
        .sum();
    assert_eq!(asked, 1);
}

#[test]
fn f32_of_an_archive_the_newest_fifty_are_asked_for() {
    let origin = Origin::start();
    let dated = |n: usize| {
        let day = format!("Sun, {:02} Nov 2025 16:{n:02}:00 GMT", 9);
        item(&format!("p{n}"), &origin.url(&format!("/p{n}")), LEAD)
            .replace("Sun, 09 Nov 2025 16:10:00 GMT", &day)
    };
    let items: Vec<String> = (0..60).map(dated).collect();
    origin.serve("/f", Reply::ok("application/rss+xml", rss(&items)));
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    let asked: Vec<usize> = (0..60)
        .map(|n| origin.requests(&format!("/p{n}")).len())
        .collect();
    assert_eq!(asked[..10], [0; 10]);
    assert_eq!(asked[10..], [1; 50]);
    let oddities = newsroom.status("paper")["oddities"].to_string();
    assert!(oddities.contains("full-text-left-out"), "{oddities}");
    let told = explained(&newsroom, &origin.url("/p3"));
    assert!(
        told["reason"]
            .as_str()
            .is_some_and(|why| why.contains("newest 50"))
    );
}

#[test]
fn f32_a_rewritten_entry_has_its_page_asked_for_once_more_and_no_more() {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    origin.serve("/a", html(&article("About a", "First.")));
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    let say = |text: &str| {
        let items = [item("a", &origin.url("/a"), text)];
        origin.serve("/f", Reply::ok("application/rss+xml", rss(&items)));
        newsroom.refresh(&["--now"]);
        origin.requests("/a").len()
    };
    assert_eq!(say(&LEAD.replace("Monday", "Tuesday")), 1, "an edit");
    assert_eq!(
        say("Wholly other words about mills, and who owns them now that they stand still."),
        2
    );
    assert_eq!(
        say("A third text that shares nothing with any of the former ones but its place."),
        2
    );
}

#[test]
fn f37_pages_at_private_addresses_are_refused_without_leave() {
    let origin = Origin::start();
    origin.serve("/secret", html(&article("About secret", "x")));
    let newsroom = Newsroom::with(&format!(
        "[[source]]\nid = \"paper\"\nfiles = \"feed.xml\"\nfull_text = true\nallow_private_addresses = false\n{ALL}"
    ));
    let tricks = [
        origin.url("/secret"),
        origin.url("/secret").replace("127.0.0.1", "127.1"),
        origin
            .url("/secret")
            .replace("127.0.0.1", "[::ffff:127.0.0.1]"),
    ];
    let items: Vec<String> = (0..)
        .zip(&tricks)
        .map(|(n, url)| item(&format!("{n}"), url, LEAD))
        .collect();
    newsroom.write("feed.xml", rss(&items));
    newsroom.refresh(&[]);
    assert_eq!(
        origin.requests("/secret").len() + origin.requests("/robots.txt").len(),
        0
    );
    let told = newsroom.status("paper")["full_text"].clone();
    assert_eq!(
        told["reasons"][0],
        serde_json::json!(["private-address", 3])
    );
    assert_eq!(told["failed"], 3, "asking again would bring the same");
}

#[test]
fn two_processes_never_ask_for_a_page_twice() {
    let origin = Origin::start();
    let names: Vec<String> = (0..12).map(|n| format!("a{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    serve_feed(&origin, &names);
    for name in &names {
        origin.serve(
            &format!("/{name}"),
            html(&article(&format!("About {name}"), name)),
        );
    }
    let newsroom = newsroom(&origin);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| newsroom.run(&["refresh"]).ended(0));
        }
    });
    newsroom.refresh(&["--now"]);
    for name in &names {
        assert_eq!(origin.requests(&format!("/{name}")).len(), 1, "{name}");
    }
    assert_eq!(pages(&newsroom)["taken"], 12);
}

#[test]
fn f32_a_kill_between_page_and_store_costs_one_more_request_and_no_text() {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    let release = hold_page(&origin);
    let newsroom = newsroom(&origin);
    let daemon = newsroom.daemon();
    origin.await_requests("/a", 1);
    daemon.kill();
    drop(release);
    // While its lease lasts nobody else asks for it.
    newsroom.refresh(&["--now"]);
    assert_eq!(origin.requests("/a").len(), 1);
    let_pages_be_due(&newsroom);
    newsroom.refresh(&["--now"]);
    assert_eq!(origin.requests("/a").len(), 2);
    assert_eq!(pages(&newsroom)["taken"], 1);
}

#[test]
fn f32_a_page_that_kills_every_process_is_given_up() {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    origin.serve("/a", Reply::status(404, "Not yet"));
    let newsroom = newsroom(&origin);
    newsroom.refresh(&[]);
    let died = "UPDATE pages SET tries = 4, due = 0, leased_until = 1, leased_by = 'the dead'";
    newsroom.store().execute(died, []).expect("moved");
    newsroom.refresh(&["--now"]);
    assert_eq!(origin.requests("/a").len(), 1);
    assert_eq!(explained(&newsroom, &origin.url("/a"))["outcome"], "lost");
}

#[test]
fn a_daemon_that_ends_gives_the_page_back_untried() {
    let origin = Origin::start();
    serve_feed(&origin, &["a"]);
    let release = hold_page(&origin);
    let newsroom = newsroom(&origin);
    let daemon = newsroom.daemon();
    origin.await_requests("/a", 1);
    daemon.stop();
    let sql = "SELECT tries, leased_until FROM pages";
    let left: (u32, i64) = newsroom
        .store()
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("a page");
    assert_eq!(left, (0, 0));
    drop(release);
}
