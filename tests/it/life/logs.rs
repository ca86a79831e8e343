//! What is logged, and how.

use std::fs;
use std::os::unix::fs::MetadataExt;

use serde_json::Value;

use super::published;
use crate::newsroom::{ALL, Daemon, Newsroom, item, rss, source, until};
use crate::origin::{Origin, Reply};

fn failing() -> Newsroom {
    Newsroom::with(&format!("{}{ALL}", source("paper", "http://127.0.0.1:1/f")))
}

#[test]
fn one_failure_is_one_line() {
    let newsroom = failing();
    let daemon = newsroom.daemon();
    daemon.await_log("could not connect");
    for visits in 1..4 {
        until("a visit", || (newsroom.visits() >= visits).then_some(()));
        newsroom.pass(48);
    }
    let log = daemon.log();
    assert_eq!(log.matches("could not connect").count(), 1, "{log}");
    assert!(
        log.contains("WARN") && log.contains("what was stored is kept"),
        "{log}"
    );
    daemon.stop();
}

#[test]
fn many_failures_at_once_are_a_few_lines() {
    let many: String = (0..60)
        .map(|n| source(&format!("s{n}"), &format!("http://127.0.0.1:1/{n}")))
        .collect();
    let newsroom = Newsroom::with(&format!("{many}{ALL}"));
    let daemon = newsroom.daemon();
    until("sixty visits", || (newsroom.visits() >= 60).then_some(()));
    let log = daemon.log();
    assert_eq!(log.matches("could not connect").count(), 20, "{log}");
    daemon.stop();
}

#[test]
fn w3_a_hub_that_takes_none_of_its_subscriptions_is_one_line() {
    let origin = Origin::start();
    origin.serve("/hub", Reply::status(403, "Forbidden"));
    let paper = |n: usize| {
        let (path, topic) = (format!("/{n}"), origin.url(&format!("/self{n}")));
        let links = format!("<{}>; rel=hub, <{topic}>; rel=self", origin.url("/hub"));
        let feed = Reply::ok("application/rss+xml", rss(&[item("a")])).header("Link", &links);
        origin.serve(&path, feed);
        source(&format!("s{n}"), &origin.url(&path))
    };
    let papers: String = (0..4).map(paper).collect();
    let newsroom = Newsroom::with(&format!("{papers}{ALL}"));
    let daemon = newsroom.daemon();
    let refused = "SELECT count(*) FROM subscriptions WHERE problem IS NOT NULL";
    until("four refusals", || {
        let store = newsroom.store();
        let count: i64 = store
            .query_row(refused, [], |row| row.get(0))
            .expect("read");
        (count == 4).then_some(())
    });
    let log = daemon.log();
    assert_eq!(
        log.matches("the hub is asked again later").count(),
        1,
        "{log}"
    );
    daemon.stop();
}

#[test]
fn for_machines_every_line_is_an_object() {
    let newsroom = failing();
    for how in ["flag", "variable"] {
        let daemon = Daemon::start_as(&newsroom, |command, log| {
            command.stderr(log);
            match how {
                "flag" => command.arg("--log-format=json"),
                _ => command.env("HEADWATER_LOG_FORMAT", "json"),
            };
        });
        let right = fs::read_to_string(newsroom.path("feeds.toml")).expect("read");
        newsroom.configure(&right.replace("title =", "titel ="));
        daemon.signal("HUP");
        let log = daemon.await_log("the configuration in force stays");
        newsroom.configure(&right);
        let lines: Vec<Value> = log
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect();
        let wrong = lines
            .iter()
            .find(|line| line["level"] == "ERROR")
            .expect("an error");
        let message = wrong["fields"]["message"].as_str().expect("words");
        assert!(message.contains("did you mean `title`"), "{message}");
        assert!(
            lines.iter().all(|line| line["timestamp"].is_string()),
            "{log}"
        );
        daemon.stop();
    }
}

#[test]
fn to_the_journal_every_line_has_its_priority_and_no_time() {
    let newsroom = failing();
    let daemon = Daemon::start_as(&newsroom, |command, log| {
        let facts = log.metadata().expect("a file");
        command.env("JOURNAL_STREAM", format!("{}:{}", facts.dev(), facts.ino()));
        command.env_remove("NO_COLOR");
        command.stderr(log);
    });
    daemon.await_log("could not connect");
    let right = fs::read_to_string(newsroom.path("feeds.toml")).expect("read");
    newsroom.configure(&right.replace("title =", "titel ="));
    daemon.signal("HUP");
    let log = daemon.await_log("did you mean");
    assert!(log.contains("<4>could not connect"), "{log}");
    for line in log.lines() {
        let known = ["<3>", "<4>", "<6>", "<7>"];
        assert!(
            known.iter().any(|prefix| line.starts_with(prefix)),
            "{line}"
        );
    }
    assert!(
        !log.contains('\u{1b}') && !log.contains("WARN") && !log.contains("202"),
        "{log}"
    );
    daemon.stop();
}

#[test]
fn of_another_stream_the_journals_variable_says_nothing() {
    let newsroom = failing();
    let daemon = Daemon::start_as(&newsroom, |command, log| {
        command.env("JOURNAL_STREAM", "1:2");
        command.stderr(log);
    });
    let log = daemon.await_log("could not connect");
    assert!(log.contains("WARN") && !log.contains('<'), "{log}");
    daemon.stop();
}

#[test]
fn f38_no_log_metric_or_status_shows_credentials() {
    let origin = Origin::start();
    origin.serve("/locked", Reply::status(401, "No"));
    let newsroom = published(&origin);
    let secret = |url: String| url.replace("http://", "http://editor:hunter2@");
    newsroom.rewrite(&format!(
        "{}{}{}{ALL}",
        source("locked", &secret(origin.url("/locked?page=1"))),
        source("closed", "http://editor:hunter2@127.0.0.1:1/f"),
        source("paper", &secret(origin.url("/f"))),
    ));
    for format in ["text", "json"] {
        let daemon = Daemon::start_as(&newsroom, |command, log| {
            command.args(["--log-format", format]);
            command.env("HEADWATER_LOG", "trace");
            command.stderr(log);
        });
        newsroom.pass(48);
        origin.await_requests("/locked", 1);
        daemon.await_log("could not connect");
        let told = [
            daemon.ask_admin("/metrics").text().to_owned(),
            daemon.ask_admin("/status.json").text().to_owned(),
            daemon.greeting(),
            daemon.log(),
        ];
        for text in told {
            for secret in ["hunter2", "ZWRpdG9yOmh1bnRlcjI"] {
                assert!(!text.contains(secret), "{format}: {text}");
            }
        }
        daemon.stop();
    }
}
