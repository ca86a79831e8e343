//! Stores that others have damaged, hold, moved or changed: before a start and while the daemon runs.

use std::fs;

use super::book::{check_integrity, one};
use super::{read_once, says};
use crate::newsroom::{ALL, Newsroom, item, rss, source, until};
use crate::origin::{Origin, Reply};

/// A newsroom whose store has some hundred pages, and is closed.
fn filled() -> (Origin, Newsroom) {
    let origin = Origin::start();
    for feed in 0..4 {
        let items: Vec<String> = (0..150).map(|n| item(&format!("a{feed}-{n}"))).collect();
        let reply = Reply::ok("text/xml", rss(&items)).header("ETag", "\"1\"");
        origin.serve(&format!("/{feed}"), reply.conditional());
    }
    let sections = (0..4).map(|n| source(&format!("s{n}"), &origin.url(&format!("/{n}"))));
    let newsroom = Newsroom::with(&format!("{}{ALL}", sections.collect::<String>()));
    newsroom.refresh(&["--now"]);
    (origin, newsroom)
}

#[test]
fn a_damaged_store_is_told_with_what_to_do_and_left_alone() {
    let (_origin, newsroom) = filled();
    newsroom
        .store()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("folded");
    let path = newsroom.path("headwater.db");
    let whole = fs::read(&path).expect("a store");
    assert!(whole.len() > 100 * 4096);
    let flipped = |from: usize, to: usize| {
        let mut bytes = whole.clone();
        bytes[from..to].iter_mut().for_each(|byte| *byte ^= 0xff);
        bytes
    };
    let middle = whole.len() / 2 / 4096 * 4096;
    for (what, bytes, words) in [
        (
            "bytes flipped in the middle",
            flipped(middle, middle + 40 * 4096),
            "is damaged",
        ),
        (
            "bytes flipped in the schema",
            flipped(100, 4090),
            "is damaged",
        ),
        ("cut in the middle", whole[..middle].to_vec(), "is damaged"),
        (
            "cut within a page",
            whole[..middle + 100].to_vec(),
            "is damaged",
        ),
        ("cut in the header", whole[..60].to_vec(), "is damaged"),
        ("another header", flipped(0, 16), "is not a headwater store"),
        ("nothing", Vec::new(), "is an empty file"),
    ] {
        for ending in ["-wal", "-shm"] {
            let _ = fs::remove_file(newsroom.path(&format!("headwater.db{ending}")));
        }
        fs::write(&path, &bytes).expect("spoilt");
        let told = newsroom.run(&["run"]).ended(1).err;
        assert!(told.contains(words), "{what}: {told}");
        assert!(
            told.to_lowercase().contains("nothing") && told.contains("backup"),
            "{what}: {told}"
        );
        assert!(!told.contains("panicked"), "{what}: {told}");
        assert_eq!(fs::read(&path).expect("a store"), bytes, "{what}");
        newsroom.run(&["doctor"]).ended(1);
    }
    fs::write(&path, &whole).expect("restored");
    newsroom.daemon().stop();
}

#[test]
fn f4_a_log_that_is_damaged_or_lost_costs_the_last_visits_whole() {
    for spoil in ["flipped", "cut", "lost", "empty"] {
        let (origin, newsroom) = read_once();
        let daemon = newsroom.daemon();
        for round in 0..6 {
            let names: Vec<String> = (0..=round).rev().map(|n| format!("n{n}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            says(&origin, &names, "");
            let visits = newsroom.visits();
            newsroom.due_soon();
            until("a visit", || (newsroom.visits() > visits).then_some(()));
        }
        daemon.kill();
        let log = newsroom.path("headwater.db-wal");
        let mut bytes = fs::read(&log).expect("a log that nobody folded in");
        let middle = bytes.len() / 2;
        match spoil {
            "flipped" => bytes[middle..middle + 9]
                .iter_mut()
                .for_each(|byte| *byte ^= 0xff),
            "cut" => bytes.truncate(middle + 5),
            "empty" => bytes.clear(),
            _ => fs::remove_file(&log).expect("removed"),
        }
        if spoil != "lost" {
            fs::write(&log, bytes).expect("spoilt");
        }
        let _ = fs::remove_file(newsroom.path("headwater.db-shm"));
        // Whatever is left, validator and entries are of one moment.
        let store = newsroom.store();
        check_integrity(&store);
        let (etag, entries): (Vec<u8>, i64) = store
            .query_row(
                "SELECT etag, (SELECT count(*) FROM entries) FROM sources",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .expect("a source");
        let etag = String::from_utf8(etag).expect("ours");
        let shown = etag.split(' ').count() as i64;
        let expected = if etag == "\"first\"" { 1 } else { shown + 1 };
        assert_eq!(entries, expected, "{spoil}: {etag}");
        drop(store);
        let daemon = newsroom.daemon();
        newsroom.due_soon();
        until("all of it again", || {
            let entries = one(&newsroom.store(), "SELECT count(*) FROM entries");
            (entries == 7).then_some(())
        });
        daemon.stop();
        check_integrity(&newsroom.store());
    }
}

#[test]
fn s14_a_store_that_is_moved_away_is_not_written_to_and_taken_up_when_it_is_back() {
    let (origin, newsroom) = read_once();
    let daemon = newsroom.daemon();
    let before = daemon.get("/feeds/all.rss", &[]);
    let (path, aside) = (newsroom.path("headwater.db"), newsroom.path("aside.db"));
    newsroom.due_soon();
    fs::rename(&path, &aside).expect("moved");
    says(&origin, &["second", "first"], "");
    let log = daemon.await_log("is no longer the file that was opened");
    assert!(log.contains("Move it back, or restart headwater"), "{log}");
    assert_eq!(daemon.get("/feeds/all.rss", &[]).body, before.body, "S14");
    assert!(!path.exists(), "none is begun in its place");
    fs::rename(&aside, &path).expect("moved back");
    until("the news", || {
        let answer = daemon.get("/feeds/all.json", &[]);
        answer.text().contains("About second").then_some(())
    });
    let log = daemon.log();
    let told = log.matches("is no longer the file that was opened").count();
    assert!(told <= 3, "told {told} times: {log}");
    daemon.stop();
}

#[test]
fn s14_a_store_that_a_newer_headwater_took_over_is_left_to_it() {
    let (_origin, newsroom) = read_once();
    let daemon = newsroom.daemon();
    let before = daemon.get("/feeds/all.rss", &[]);
    newsroom
        .store()
        .pragma_update(None, "user_version", 99)
        .expect("set");
    let log = daemon.await_log("was written by a newer headwater");
    assert!(log.contains("Use that version"), "{log}");
    assert_eq!(daemon.get("/feeds/all.rss", &[]).body, before.body, "S14");
    daemon.stop();
}

/// Longer than a statement waits for another process, at the start and while it runs.
#[test]
fn s14_a_store_that_stays_locked_is_told_and_nothing_is_lost_or_stuck() {
    let (origin, newsroom) = read_once();
    let daemon = newsroom.daemon();
    let before = daemon.get("/feeds/all.rss", &[]);
    newsroom.due_soon();
    let blocker = newsroom.store();
    blocker.execute_batch("BEGIN IMMEDIATE").expect("locked");
    says(&origin, &["second", "first"], "");
    let told = newsroom.run(&["refresh"]).ended(1).err;
    assert!(
        told.contains("stayed locked") && told.contains("nothing was changed"),
        "{told}"
    );
    assert!(told.contains("Look who holds it"), "{told}");
    daemon.await_log("stayed locked");
    assert_eq!(daemon.get("/feeds/all.rss", &[]).body, before.body, "S14");
    // Reading goes on.
    newsroom.run(&["status"]).ended(0);
    blocker.execute_batch("ROLLBACK").expect("free");
    until("the news", || {
        let answer = daemon.get("/feeds/all.json", &[]);
        answer.text().contains("About second").then_some(())
    });
    let claims = "SELECT count(*) FROM sources WHERE leased_until > 0";
    assert_eq!(one(&newsroom.store(), claims), 0);
    daemon.stop();
}
