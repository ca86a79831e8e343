//! What moves while the daemon runs, and what must not: restarts, renamed and withdrawn feeds, news from other processes, the end.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{ENDINGS, published, renamed};
use crate::newsroom::{Daemon, Newsroom, Response, item, item_saying, read, rss, source, until};
use crate::origin::{Origin, Reply};

#[test]
fn s1_s13_a_restart_changes_no_byte_and_no_date() {
    let newsroom = published();
    let take = |daemon: &Daemon| -> Vec<Response> {
        let paths = [
            "/feeds/all.rss",
            "/feeds/all.atom",
            "/feeds/all.json",
            "/feeds/all",
            "/",
        ];
        let asked = paths.map(|path| daemon.get(path, &[("Accept-Encoding", "br")]));
        asked.into()
    };
    let daemon = newsroom.daemon();
    let before = take(&daemon);
    daemon.stop();
    let daemon = newsroom.daemon();
    let after = take(&daemon);
    daemon.kill();
    let third = take(&newsroom.daemon());
    for (one, other) in before.iter().zip(&after).chain(before.iter().zip(&third)) {
        assert_eq!(one.lasting(), other.lasting());
        assert_eq!(one.body, other.body);
    }
}

#[test]
fn s13_last_modified_moves_with_the_bytes_and_never_lies_ahead() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    let first = daemon.get("/feeds/all.rss", &[]);
    newsroom.write("in/more.xml", rss(&[item("more")]));
    newsroom.refresh(&[]);
    let second = until("the new item", || {
        let answer = daemon.get("/feeds/all.rss", &[]);
        answer.text().contains("About more").then_some(answer)
    });
    assert_ne!(first.expect("etag"), second.expect("etag"));
    let date = |answer: &Response, name: &str| {
        httpdate::parse_http_date(answer.expect(name)).expect("a date")
    };
    assert!(date(&second, "last-modified") >= date(&first, "last-modified"));
    assert!(date(&second, "last-modified") <= date(&second, "date"));
}

#[test]
fn s13_a_withdrawn_feed_is_410_and_a_renamed_one_301() {
    let newsroom = published();
    let daemon = newsroom.daemon();
    assert_eq!(daemon.get("/feeds/all.rss", &[]).status, 200);
    newsroom.rewrite(&renamed("world", &["all"]));
    daemon.signal("HUP");
    let moved = until("the redirect", || {
        let answer = daemon.get("/feeds/all.atom", &[]);
        (answer.status == 301).then_some(answer)
    });
    let there = "https://news.example/feeds/world.atom";
    assert_eq!(moved.expect("location"), there);
    assert_eq!(daemon.get("/feeds/world.atom", &[]).status, 200);
    newsroom.rewrite(&renamed("third", &[]));
    daemon.signal("HUP");
    for old in ["all", "world"] {
        for ending in ENDINGS {
            let path = format!("/feeds/{old}{ending}");
            let gone = until("410", || {
                let answer = daemon.get(&path, &[]);
                (answer.status == 410).then_some(answer)
            });
            assert!(gone.text().contains("withdrawn"));
        }
    }
    // For good: a restart knows it still.
    daemon.stop();
    assert_eq!(newsroom.daemon().get("/feeds/all.json", &[]).status, 410);
}

#[test]
fn the_daemon_sees_what_another_process_brought() {
    let origin = Origin::start();
    origin.serve("/f", Reply::ok("text/xml", rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    newsroom.refresh(&["--now"]);
    let daemon = newsroom.daemon();
    assert!(
        !daemon
            .get("/feeds/all.json", &[])
            .text()
            .contains("About b")
    );
    let told = item_saying("b", "Source: https://said.example/report/2025/11/1");
    origin.serve("/f", Reply::ok("text/xml", rss(&[told, item("a")])));
    newsroom.refresh(&["--now"]);
    for ending in ENDINGS {
        let path = format!("/feeds/all{ending}");
        until("the new story, with its source", || {
            let answer = daemon.get(&path, &[("Accept", "text/html")]);
            let text = answer.text();
            (text.contains("About b") && text.contains("said.example/report")).then_some(())
        });
    }
}

#[test]
fn the_daemon_visits_what_is_due_by_itself() {
    let origin = Origin::start();
    origin.serve("/f", Reply::ok("text/xml", rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    let daemon = newsroom.daemon();
    // S14: until then the feed is not an empty one.
    until("the first story", || {
        let answer = daemon.get("/feeds/all.json", &[]);
        answer.text().contains("About a").then_some(())
    });
    origin.serve("/f", Reply::ok("text/xml", rss(&[item("b"), item("a")])));
    newsroom.pass(1);
    until("the second story", || {
        let answer = daemon.get("/feeds/all.json", &[]);
        answer.text().contains("About b").then_some(())
    });
    daemon.stop();
}

#[test]
fn s14_readers_keep_the_last_good_feed_whatever_sources_do() {
    let origin = Origin::start();
    origin.serve("/f", Reply::ok("text/xml", rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    newsroom.refresh(&["--now"]);
    let daemon = newsroom.daemon();
    let before = daemon.get("/feeds/all.rss", &[]);
    for bad in [
        Reply::status(500, "Oops"),
        Reply::ok("text/xml", ""),
        Reply::ok("text/html", "<!doctype html><title>Log in"),
        Reply::ok("text/xml", rss(&[])),
    ] {
        origin.serve("/f", bad);
        let visits = newsroom.visits();
        newsroom.pass(24);
        until("the next visit", || {
            (newsroom.visits() > visits).then_some(())
        });
        let after = daemon.get("/feeds/all.rss", &[]);
        assert_eq!((after.status, &after.body), (200, &before.body));
    }
    daemon.stop();
}

#[test]
fn sigterm_and_sigint_end_the_daemon_well_though_visits_and_readers_hang() {
    for signal in ["TERM", "INT"] {
        let origin = Origin::start();
        origin.serve("/f", Reply::ok("text/xml", rss(&[item("a")])));
        let newsroom = Newsroom::on(&origin.url("/f"));
        newsroom.refresh(&["--now"]);
        origin.serve("/f", Reply::hang_up().hang(Duration::from_secs(86_400)));
        newsroom.due_soon();
        let mut daemon = newsroom.daemon();
        // A visit that hangs, and a reader that keeps his connection open.
        origin.await_requests("/f", 2);
        let mut reader = TcpStream::connect(daemon.address()).expect("connected");
        let ask = "GET /feeds/all.rss HTTP/1.1\r\nHost: x\r\n\r\n";
        reader.write_all(ask.as_bytes()).expect("asked");
        let answer = read(BufReader::new(&reader), "GET").expect("answered");
        assert_eq!(answer.status, 200);
        daemon.signal(signal);
        assert_eq!(daemon.ended().code(), Some(0), "{}", daemon.log());
        let mut rest = Vec::new();
        let _ = reader.read_to_end(&mut rest);
        assert!(rest.is_empty());
        // What it was visiting is free for the next process at once.
        origin.serve("/f", Reply::ok("text/xml", rss(&[item("b")])));
        newsroom.run(&["refresh", "paper"]).ended(0);
    }
}

#[test]
fn a_daemon_without_server_visits_and_serves_nothing() {
    let origin = Origin::start();
    origin.serve("/f", Reply::ok("text/xml", rss(&[item("a")])));
    let newsroom = Newsroom::with(&source("paper", &origin.url("/f")));
    let mut child = newsroom.command(&["run"]).spawn().expect("started");
    origin.await_requests("/f", 1);
    until("the story in the store", || {
        let found = newsroom.stories();
        (found.len() == 1).then_some(())
    });
    let kill = format!("kill -TERM {}", child.id());
    std::process::Command::new("sh")
        .args(["-c", &kill])
        .status()
        .expect("told");
    let status = until("its end", || child.try_wait().expect("ours"));
    assert_eq!(status.code(), Some(0));
}
