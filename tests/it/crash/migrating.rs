//! Killed while a store is made or brought up to date: it is as it was, or it is done.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::Dice;
use super::book::one;
use crate::newsroom::Newsroom;

const KILLS: usize = 40;

/// Enough that bringing them up to date takes a moment.
const ENTRIES: usize = 4000;

/// Of a headwater store ("hwtr").
const APPLICATION: i32 = 0x6877_7472;

/// A newsroom with nobody to ask.
fn newsroom() -> Newsroom {
    Newsroom::with("[[source]]\nid = \"desk\"\nfiles = \"in/*\"\n")
}

/// The tables of the first release, as `src/store/schema.rs` has them for good.
fn first_release() -> &'static str {
    let schema = include_str!("../../../src/store/schema.rs");
    let (_, after) = schema
        .split_once("const FIRST: &str = r\"")
        .expect("it is there");
    after.split_once("\";").expect("it ends").0
}

/// A store as the first release left it.
fn old_store(path: &Path) {
    let store = Connection::open(path).expect("a store");
    store
        .pragma_update(None, "journal_mode", "WAL")
        .expect("set");
    store
        .pragma_update(None, "application_id", APPLICATION)
        .expect("set");
    store.execute_batch(first_release()).expect("tables");
    store.pragma_update(None, "user_version", 1).expect("set");
    let filled = format!(
        "BEGIN; INSERT INTO sources (id, address) VALUES ('old', 'https://old.example/feed');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ENTRIES})
             INSERT INTO stories (id, key, public_id, published, updated, born) SELECT i, 'k' || i, 'urn:p' || i, i, i, i FROM n;
         INSERT INTO entries (id, source, raw_id, story, content, more, hash, first_seen, last_seen)
             SELECT id, 'old', 'raw' || id, id, hex(zeroblob(700)), '{{}}', zeroblob(32), 1, 1 FROM stories;
         UPDATE stories SET representative = id; COMMIT;"
    );
    store.execute_batch(&filled).expect("filled");
}

/// Runs `refresh`, and kills it after this time unless it has ended before. Whether it was killed.
fn killed_after(newsroom: &Newsroom, time: Duration) -> bool {
    let mut command = newsroom.command(&["refresh", "--quiet"]);
    let log = fs::File::create(newsroom.path("killed.log")).expect("a log");
    let mut child = command
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("it starts");
    thread::sleep(time);
    child.kill().expect("killed");
    let status = child.wait().expect("dead");
    let log = fs::read_to_string(newsroom.path("killed.log")).expect("a log");
    assert!(status.code().is_none_or(|code| code == 0), "{log}");
    status.code().is_none()
}

fn schema(store: &Connection) -> Vec<String> {
    let mut find = store
        .prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY 1")
        .expect("a question");
    let rows = find.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

fn whole(store: &Connection) {
    let said: String = store
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("checked");
    assert_eq!(said, "ok");
}

#[test]
fn a_store_whose_migration_is_killed_is_the_old_one_or_the_new_one() {
    let newsroom = newsroom();
    let path = newsroom.path("headwater.db");
    old_store(&newsroom.path("old.db"));
    let restore = || {
        for ending in ["-wal", "-shm"] {
            let _ = fs::remove_file(newsroom.path(&format!("headwater.db{ending}")));
        }
        fs::copy(newsroom.path("old.db"), &path).expect("copied");
    };
    let before = schema(&Connection::open(newsroom.path("old.db")).expect("a store"));
    restore();
    let began = Instant::now();
    newsroom.run(&["refresh", "--quiet"]).ended(0);
    let whole_time = began.elapsed();
    let (after, latest) = {
        let store = newsroom.store();
        (schema(&store), one(&store, "PRAGMA user_version"))
    };
    assert!(latest > 1 && after != before);
    let mut dice = Dice::new(4);
    let (mut old, mut new) = (0, 0);
    for _ in 0..KILLS {
        restore();
        let micros = dice.below(whole_time.as_micros() as usize);
        killed_after(&newsroom, Duration::from_micros(micros as u64));
        let store = newsroom.store();
        whole(&store);
        match one(&store, "PRAGMA user_version") {
            1 => {
                assert_eq!(schema(&store), before);
                old += 1;
            }
            version => {
                assert_eq!((version, &schema(&store)), (latest, &after));
                new += 1;
            }
        }
        assert_eq!(one(&store, "SELECT count(*) FROM entries"), ENTRIES as i64);
        assert_eq!(
            one(&store, "SELECT count(representative) FROM stories"),
            ENTRIES as i64
        );
        drop(store);
        newsroom.run(&["status"]).ended(0);
        assert_eq!(one(&newsroom.store(), "PRAGMA user_version"), latest);
    }
    assert!(old > 0 && new > 0, "{old} old, {new} new");
}

#[test]
fn a_store_whose_making_is_killed_is_there_whole_or_not_at_all() {
    let newsroom = newsroom();
    let names = ["headwater.db", "headwater.db-wal", "headwater.db-shm"];
    let began = Instant::now();
    newsroom.run(&["refresh", "--quiet"]).ended(0);
    let whole_time = began.elapsed();
    let after = schema(&newsroom.store());
    let mut dice = Dice::new(5);
    let mut killed = 0;
    for _ in 0..KILLS {
        for name in names {
            let _ = fs::remove_file(newsroom.path(name));
        }
        let micros = dice.below(whole_time.as_micros() as usize);
        killed += usize::from(killed_after(
            &newsroom,
            Duration::from_micros(micros as u64),
        ));
        if newsroom.path("headwater.db").exists() {
            let store = newsroom.store();
            whole(&store);
            assert_eq!(schema(&store), after);
        }
        newsroom.run(&["refresh", "--quiet"]).ended(0);
        assert!(!newsroom.path("headwater.db.new").exists());
    }
    assert!(killed > 0);
}
