//! `/metrics`, as a scraper sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::openmetrics::{Family, Sample, read};
use super::published;
use crate::newsroom::{ALL, Daemon, Newsroom, item, rss, shipped, source, until};
use crate::origin::{Origin, Reply};

fn scrape(daemon: &Daemon) -> BTreeMap<String, Family> {
    let answer = daemon.ask_admin("/metrics");
    assert_eq!(answer.status, 200);
    let wanted = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.expect("content-type"), wanted);
    read(answer.text()).unwrap_or_else(|fault| panic!("{fault}\n{}", answer.text()))
}

/// The value of a sample by its name and one of its labels, `name=value`; nought when it is not there.
fn value(families: &BTreeMap<String, Family>, name: &str, label: &str) -> f64 {
    let samples = families.values().flat_map(|family| &family.samples);
    let is_it = |sample: &&Sample| {
        sample.name == name
            && label
                .split_once('=')
                .is_none_or(|(key, value)| sample.label(key) == Some(value))
    };
    samples.filter(is_it).map(|sample| sample.value).sum()
}

#[test]
fn what_the_daemon_did_is_counted() {
    let origin = Origin::start();
    origin.serve("/a", Reply::ok("text/xml", rss(&[item("a"), item("b")])));
    origin.serve("/b", Reply::ok("text/xml", rss(&[item("b"), item("c")])));
    origin.serve("/no", Reply::status(500, "No"));
    let newsroom = Newsroom::with(&format!(
        "{}{}{}{ALL}",
        source("a", &origin.url("/a")),
        source("b", &origin.url("/b")),
        source("no", &origin.url("/no"))
    ));
    let daemon = newsroom.daemon();
    // What is settled is composed a moment later, and what is under way is told when the loop turns.
    let seen = until("three visits, and their news on the shelf", || {
        let seen = scrape(&daemon);
        let fresh = value(&seen, "headwater_visits_total", "outcome=fresh");
        let failed = value(&seen, "headwater_visits_total", "outcome=status");
        let shown = value(&seen, "headwater_visit_to_shelf_seconds_count", "");
        let shelf = value(&seen, "headwater_shelf_size_bytes", "format=atom");
        let under_way = value(&seen, "headwater_queue_length", "queue=visits");
        let is_over = fresh == 2.0 && failed == 1.0 && shown == 2.0 && under_way == 0.0;
        (is_over && shelf > 0.0).then_some(seen)
    });
    for (name, label, wanted) in [
        ("headwater_entries_total", "change=added", 4.0),
        ("headwater_entries_total", "change=changed", 0.0),
        ("headwater_verdicts_total", "rule=founder", 3.0),
        ("headwater_verdicts_total", "rule=same-address", 1.0),
        ("headwater_visit_duration_seconds_count", "", 3.0),
        ("headwater_panics_total", "", 0.0),
        ("headwater_sources", "", 3.0),
        ("headwater_sources_failing", "", 1.0),
        ("headwater_store_entries", "", 4.0),
        ("headwater_store_stories", "", 3.0),
        ("headwater_store_up", "", 1.0),
        ("headwater_ready", "", 1.0),
    ] {
        assert_eq!(value(&seen, name, label), wanted, "{name} {label}");
    }
    for (name, label) in [
        ("headwater_visit_received_bytes_total", ""),
        ("headwater_commits_total", "outcome=done"),
        ("headwater_commit_arrivals_sum", ""),
        ("headwater_compositions_total", "outcome=done"),
        ("headwater_feeds_composed_total", ""),
        ("headwater_shelf_memory_bytes", ""),
        ("headwater_store_size_bytes", ""),
        ("headwater_http_requests_total", "route=metrics"),
        ("process_start_time_seconds", ""),
        ("process_resident_memory_bytes", ""),
        ("process_open_fds", ""),
        ("process_max_fds", ""),
        ("process_threads", ""),
    ] {
        assert!(value(&seen, name, label) > 0.0, "{name} {label}");
    }
    daemon.stop();
}

#[test]
fn answers_are_counted_by_kind_status_and_coding_and_by_nothing_a_stranger_says() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let daemon = newsroom.daemon();
    let before = scrape(&daemon);
    let packed = daemon.get("/feeds/all.rss", &[("Accept-Encoding", "gzip")]);
    let etag = packed.expect("etag").to_owned();
    let again = [
        ("Accept-Encoding", "gzip"),
        ("If-None-Match", etag.as_str()),
    ];
    assert_eq!(daemon.get("/feeds/all.rss", &again).status, 304);
    for path in ["/wp-login.php?secret", "/feeds/secret", "/stories/secret"] {
        assert_eq!(daemon.get(path, &[]).status, 404);
    }
    daemon.ask("SECRET", "/", &[("X-Secret", "secret")]);
    let text = daemon.ask_admin("/metrics").text().to_owned();
    let seen = read(&text).expect("metrics");
    let requests = &seen["headwater_http_requests"].samples;
    let count = |wanted: [&str; 3]| {
        let keys = ["route", "status", "coding"];
        let found = requests.iter().find(|sample| {
            sample.label("listener") == Some("public")
                && keys
                    .iter()
                    .zip(wanted)
                    .all(|(key, value)| sample.label(key) == Some(value))
        });
        found.map_or(0.0, |sample| sample.value)
    };
    assert_eq!(count(["feed", "200", "gzip"]), 1.0);
    assert_eq!(count(["feed", "304", "none"]), 1.0);
    assert_eq!(count(["feed", "404", "identity"]), 1.0);
    assert_eq!(count(["story", "404", "identity"]), 1.0);
    assert_eq!(count(["other", "404", "identity"]), 1.0);
    assert_eq!(count(["index", "405", "identity"]), 1.0);
    assert!(!text.to_lowercase().contains("secret"), "{text}");
    // Nothing that is counted ever falls.
    for (name, family) in before.iter().filter(|(_, family)| family.kind == "counter") {
        for sample in &family.samples {
            let now = seen[name]
                .samples
                .iter()
                .find(|now| now.labels == sample.labels);
            assert!(
                now.is_some_and(|now| now.value >= sample.value),
                "{sample:?}"
            );
        }
    }
    daemon.stop();
}

#[test]
fn metrics_are_told_while_the_store_cannot_be_read() {
    let origin = Origin::start();
    let newsroom = published(&origin);
    let daemon = newsroom.daemon();
    let rename = |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        newsroom.store().execute_batch(&sql).expect("renamed");
    };
    rename("entries", "elsewhere");
    let seen = scrape(&daemon);
    assert_eq!(value(&seen, "headwater_store_up", ""), 0.0);
    assert_eq!(value(&seen, "headwater_ready", ""), 0.0);
    assert!(!seen.contains_key("headwater_store_entries"));
    assert!(!seen["headwater_build"].samples.is_empty());
    rename("elsewhere", "entries");
    let seen = scrape(&daemon);
    assert_eq!(value(&seen, "headwater_store_up", ""), 1.0);
    daemon.stop();
}

/// The metrics that docs/metrics.md tells of, each with its kind and its labels.
fn documented() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let page = fs::read_to_string(shipped("docs/metrics.md")).expect("docs/metrics.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let quoted = |cell: &str| -> Vec<String> {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    rows.map(|row| {
        let cells: Vec<&str> = row
            .trim_matches('|')
            .splitn(4, '|')
            .map(str::trim)
            .collect();
        let [name, kind, labels, means] = cells.as_slice() else {
            panic!("not four cells: {row}");
        };
        assert!(!means.is_empty(), "{row}");
        let name = quoted(name).remove(0);
        (
            name,
            ((*kind).to_owned(), quoted(labels).into_iter().collect()),
        )
    })
    .collect()
}

#[test]
fn every_metric_is_documented_and_every_documented_one_is_there() {
    let origin = Origin::start();
    // With something odd about it, so that there is an oddity to be counted.
    let odd = item("a").replace("Sun, 09 Nov 2025 16:10:00 GMT", "on a fine morning");
    origin.serve("/f", Reply::ok("text/xml", rss(&[odd])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    let daemon = newsroom.daemon();
    let seen = until("a visit", || {
        let seen = scrape(&daemon);
        let is_composed = seen.contains_key("headwater_shelf_size_bytes");
        (seen.contains_key("headwater_oddities") && is_composed).then_some(seen)
    });
    let documented = documented();
    let mut there = BTreeSet::new();
    for (name, family) in &seen {
        let ending = match family.kind.as_str() {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        let name = format!("{name}{ending}");
        let (kind, labels) = documented
            .get(&name)
            .unwrap_or_else(|| panic!("{name} is not in docs/metrics.md"));
        assert_eq!(kind, &family.kind, "{name}");
        for sample in &family.samples {
            let said: BTreeSet<String> = sample
                .labels
                .iter()
                .map(|(name, _)| name.clone())
                .filter(|name| name != "le")
                .collect();
            assert_eq!(&said, labels, "{name}");
        }
        there.insert(name);
    }
    let told: BTreeSet<String> = documented.into_keys().collect();
    assert_eq!(told, there);
    daemon.stop();
}
