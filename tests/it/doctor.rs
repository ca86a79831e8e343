//! `doctor` finds every fault that is planted, and names that one and no other.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::newsroom::{ALL, Newsroom, free_ports};

/// Articles on disk, so that nobody is asked for anything.
const SECTIONS: &str = "[[source]]\nid = \"desk\"\nfiles = \"in/*\"\n";

fn newsroom() -> Newsroom {
    let newsroom = Newsroom::with(&format!("{SECTIONS}{ALL}"));
    for name in ["weir", "ferry"] {
        let text = format!("About the {name}\n\nA few words about the {name}, and more.\n");
        newsroom.write(&format!("in/{name}.txt"), text);
    }
    newsroom.refresh(&[]);
    newsroom
}

/// What `doctor` names, with its exit code checked.
fn named(newsroom: &Newsroom, args: &[&str]) -> Vec<String> {
    let args: Vec<&str> = ["doctor", "--json"].iter().chain(args).copied().collect();
    let ran = newsroom.run(&args);
    let told = ran.json();
    let faults = told["faults"].as_array().expect("faults");
    assert_eq!(ran.code, i32::from(!faults.is_empty()), "{told}");
    assert_eq!(told["ok"], faults.is_empty());
    for fault in faults {
        for part in ["where", "what", "do"] {
            let words = fault[part].as_str().unwrap_or_default();
            assert!(!words.is_empty(), "{part} of {fault}");
        }
    }
    let name = |fault: &Value| fault["name"].as_str().expect("a name").to_owned();
    faults.iter().map(name).collect()
}

/// Runs SQL that no headwater would run.
fn spoil(newsroom: &Newsroom, sql: &str) {
    let store = newsroom.store();
    store
        .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA writable_schema = ON")
        .expect("set");
    let sql = sql.replace("NOW", &chrono::Utc::now().timestamp_millis().to_string());
    store.execute_batch(&sql).expect(&sql);
}

const HOUR: &str = "3600000";

/// Faults of the store, by the statement that plants them.
const PLANTED: &[(&str, &str)] = &[
    (
        "dangling-reference",
        "INSERT INTO revisions (entry, replaced) VALUES (9999, 1)",
    ),
    (
        "dangling-reference",
        "INSERT INTO documents (source, path, hash) VALUES ('nobody', 'x', x'00')",
    ),
    (
        "dangling-reference",
        "INSERT INTO visits (source, at, took, outcome) VALUES ('nobody', 1, 1, 'fresh')",
    ),
    (
        "dangling-reference",
        "INSERT INTO source_links (entry, place, name, kind, confidence, rule, quote, at, rules) VALUES (9999, 1, 'x', 'x', 1, 'x', 'x', 1, 1)",
    ),
    (
        "dangling-reference",
        "INSERT INTO addresses (key, entry) VALUES ('x', 9999)",
    ),
    (
        "dangling-reference",
        "INSERT INTO fingerprints (entry, tokens, title, rules) VALUES (9999, 1, 1, 1)",
    ),
    (
        "dangling-reference",
        "INSERT INTO verdicts (entry, rule, rules, at) VALUES (9999, 'founder', 1, 1)",
    ),
    (
        "dangling-reference",
        "INSERT INTO languages (entry, rules) VALUES (9999, 1)",
    ),
    (
        "dangling-reference",
        "INSERT INTO parts (source, place, url) VALUES ('nobody', 1, 'x')",
    ),
    (
        "dangling-reference",
        "INSERT INTO pages (entry, url, server, newness) VALUES (9999, 'x', 'x', 1)",
    ),
    (
        "dangling-reference",
        "INSERT INTO publications (feed, story, since, until) VALUES ('nowhere', 1, 1, 2)",
    ),
    (
        "dangling-reference",
        "INSERT INTO specimens (source, at, said, address, size) VALUES ('nobody', 1, 'x', 'x', 1)",
    ),
    (
        "entry-without-verdict",
        "DELETE FROM verdicts WHERE entry = 1",
    ),
    (
        "entry-without-fingerprint",
        "DELETE FROM fingerprints WHERE entry = 1",
    ),
    (
        "story-without-entries",
        "INSERT INTO stories (key, public_id, published, updated, born) VALUES ('x', 'x', 1, 1, 1)",
    ),
    (
        "story-without-speaker",
        "UPDATE stories SET representative = NULL WHERE id = 1",
    ),
    (
        "story-without-speaker",
        "UPDATE stories SET representative = 2 WHERE id = 1",
    ),
    ("leader-missing", "UPDATE sources SET follows = 'nobody'"),
    (
        "publication-of-gone-feed",
        "INSERT INTO feeds VALUES ('old', 1); INSERT INTO publications (feed, story, since) VALUES ('old', 1, 1)",
    ),
    // Process numbers end below that.
    (
        "lease-of-the-dead",
        "UPDATE sources SET leased_until = NOW + 60000, leased_by = '1999999999-1'",
    ),
    (
        "lease-too-long",
        "UPDATE sources SET leased_until = NOW + 86400000",
    ),
    (
        "source-stuck",
        "UPDATE sources SET due = visited - 2 * HOUR, leased_until = 0; UPDATE sources SET due = due - HOUR",
    ),
    (
        "nobody-visits",
        "UPDATE sources SET visited = visited - 30 * HOUR, due = due - 30 * HOUR",
    ),
    ("visit-in-the-future", "UPDATE visits SET at = NOW + HOUR"),
    (
        "source-failing",
        "UPDATE sources SET failures = 9; UPDATE visits SET at = NOW - 400 * HOUR",
    ),
    (
        "visit-panicked",
        "UPDATE visits SET outcome = 'panicked', message = 'headwater failed'",
    ),
    (
        "document-kept",
        "INSERT INTO specimens (source, at, said, address, size) VALUES ('desk', 1, 'it panicked', 'in/x', 1)",
    ),
    ("store-newer", "PRAGMA user_version = 99"),
    ("store-older", "PRAGMA user_version = 1"),
    ("store-foreign", "PRAGMA application_id = 7"),
];

#[test]
fn doctor_names_each_fault_that_is_planted_in_the_store() {
    let well = newsroom();
    assert_eq!(named(&well, &[]), Vec::<String>::new());
    assert_eq!(named(&well, &["--deep"]), Vec::<String>::new());
    assert_eq!(well.run(&["doctor"]).ended(0).out, "nothing is wrong\n");
    let whole = fs::read(well.path("headwater.db")).expect("a store");
    for (name, sql) in PLANTED {
        restore(&well, &whole);
        spoil(&well, &sql.replace("HOUR", HOUR));
        assert_eq!(named(&well, &[]), [*name], "{sql}");
        let said = well.run(&["doctor"]).ended(1).out;
        assert!(said.contains(name) && said.contains("  do: "), "{said}");
        assert!(said.ends_with("one fault\n"), "{said}");
    }
}

fn restore(newsroom: &Newsroom, whole: &[u8]) {
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(newsroom.path(&format!("headwater.db{ending}")));
    }
    fs::write(newsroom.path("headwater.db"), whole).expect("written");
}

/// Takes the promise of a UNIQUE out of the schema, as a damaged index would, and puts the same in twice.
#[test]
fn doctor_names_what_only_a_damaged_index_lets_in() {
    for (name, table, promise, twice) in [
        (
            "public-id-twice",
            "stories",
            "public_id      TEXT NOT NULL UNIQUE",
            "INSERT INTO stories (key, public_id, published, updated, born, representative) SELECT 'other', public_id, 1, 1, 1, NULL FROM stories WHERE id = 1;
             UPDATE entries SET story = (SELECT id FROM stories WHERE key = 'other') WHERE id = 2; DELETE FROM stories WHERE id = 2;
             UPDATE stories SET representative = 2 WHERE key = 'other'",
        ),
        (
            "entry-twice",
            "entries",
            ",\n    UNIQUE (source, raw_id)",
            "UPDATE entries SET raw_id = (SELECT raw_id FROM entries WHERE id = 1) WHERE id = 2",
        ),
    ] {
        let newsroom = newsroom();
        let rebuilt = {
            let store = newsroom.store();
            let sql: String = store
                .query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0))
                .expect("a table");
            let kept = promise.replace(" UNIQUE", "").replace(",\n    (source, raw_id)", "");
            assert!(sql.contains(promise), "{sql}");
            sql.replace(promise, &kept).replacen(table, "rebuilt", 1)
        };
        spoil(
            &newsroom,
            &format!(
                "PRAGMA legacy_alter_table = ON; {rebuilt}; INSERT INTO rebuilt SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE rebuilt RENAME TO {table}; {twice}"
            ),
        );
        assert_eq!(named(&newsroom, &[]), [name]);
    }
}

#[test]
fn doctor_names_a_store_that_is_no_store_or_is_damaged() {
    let newsroom = newsroom();
    let path = newsroom.path("headwater.db");
    let whole = fs::read(&path).expect("a store");
    fs::write(&path, "").expect("written");
    assert_eq!(named(&newsroom, &[]), ["store-empty"]);
    fs::write(&path, "a shopping list, much longer than the header of a database, and no database at all: flour, eggs").expect("written");
    assert_eq!(named(&newsroom, &[]), ["store-foreign"]);
    restore(&newsroom, &whole[..whole.len() / 2]);
    assert_eq!(named(&newsroom, &[]), ["store-damaged"]);
    // Every page but the first, in its header.
    let mut spoilt = whole.clone();
    for page in spoilt.chunks_mut(4096).skip(1) {
        page[..8].fill(0xa5);
    }
    restore(&newsroom, &spoilt);
    assert_eq!(named(&newsroom, &[]), ["store-damaged"]);
    // An index that does not say what its table says: seen only by looking deep.
    restore(&newsroom, &whole);
    spoil(
        &newsroom,
        "DELETE FROM sqlite_schema WHERE name = 'visits_of'",
    );
    let unseen = "UPDATE visits SET at = at - 1000";
    newsroom
        .store()
        .execute_batch(unseen)
        .expect("a time that no index knows");
    restore_index(&newsroom, &whole);
    assert_eq!(named(&newsroom, &[]), Vec::<String>::new());
    assert_eq!(named(&newsroom, &["--deep"]), ["store-damaged"]);
}

/// Lists the index again that was there before, at its old root.
fn restore_index(newsroom: &Newsroom, whole: &[u8]) {
    fs::write(newsroom.path("before.db"), whole).expect("written");
    let before = newsroom.path("before.db");
    let listed = format!(
        "ATTACH '{}' AS before; INSERT INTO main.sqlite_schema SELECT * FROM before.sqlite_schema WHERE name = 'visits_of'; DETACH before",
        before.display()
    );
    spoil(newsroom, &listed);
}

#[test]
fn doctor_names_what_is_wrong_with_files_and_places() {
    let secret = "[[source]]\nid = \"paid\"\nurl = \"https://me:word@paid.example/feed\"\n";
    let allow = |path: &Path, mode: u32| {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
    };
    let newsroom = newsroom();
    let (toml, store) = (newsroom.path("feeds.toml"), newsroom.path("headwater.db"));
    let settled = fs::read_to_string(&toml).expect("read");
    allow(&toml, 0o666);
    assert_eq!(named(&newsroom, &[]), ["feeds-toml-writable"]);
    allow(&toml, 0o644);
    allow(&store, 0o666);
    assert_eq!(named(&newsroom, &[]), ["store-writable"]);
    allow(&store, 0o644);
    newsroom.configure(&format!("{settled}{secret}"));
    allow(&toml, 0o644);
    assert_eq!(
        named(&newsroom, &[]),
        ["feeds-toml-readable", "store-readable"]
    );
    allow(&toml, 0o640);
    allow(&store, 0o600);
    assert_eq!(named(&newsroom, &[]), Vec::<String>::new());
    newsroom.configure(&settled);
    allow(&store, 0o400);
    assert_eq!(named(&newsroom, &[]), ["store-read-only"]);
    allow(&store, 0o600);
    // Huge, and not there: a file with a hole.
    let wal = newsroom.path("headwater.db-wal");
    let hole = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&wal)
        .expect("a log");
    hole.set_len(65 << 20).expect("a hole");
    assert_eq!(named(&newsroom, &[]), ["wal-huge"]);
    fs::remove_file(&wal).expect("removed");
    newsroom.configure(&format!("{settled}[[feed]]\nid = \"x\"\ntitel = \"X\"\n"));
    let faults = named(&newsroom, &[]);
    assert!(
        !faults.is_empty() && faults.iter().all(|name| name == "config"),
        "{faults:?}"
    );
}

#[test]
fn doctor_names_a_disk_with_no_room_for_the_store_once_more() {
    let newsroom = newsroom();
    let path = newsroom.path("headwater.db");
    // A file of a thousand terabytes, if it were not a hole; where none can be so large, as large as can be.
    let mut store = OpenOptions::new().write(true).open(&path).expect("a store");
    let sizes = (33..50).rev().map(|power| 1_u64 << power);
    let largest = sizes.into_iter().find(|size| store.set_len(*size).is_ok());
    let end = largest.expect("a large file") - 1;
    store.seek(SeekFrom::Start(end)).expect("there");
    store.write_all(b"\0").expect("one byte");
    drop(store);
    let names = named(&newsroom, &[]);
    assert_eq!(names, ["disk-low"], "{largest:?}");
}

#[test]
fn doctor_names_places_where_headwater_cannot_be_reached() {
    let newsroom = newsroom();
    let rest = fs::read_to_string(newsroom.path("feeds.toml")).expect("read");
    let serve = |server: &str| newsroom.configure(&format!("[server]\n{server}\n{rest}"));
    let stranger = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (taken, (free, other)) = (stranger.local_addr().expect("bound"), free_ports());
    serve(&format!("listen = \"{taken}\""));
    assert_eq!(named(&newsroom, &[]), ["listen-taken"]);
    serve(&format!("listen = \"{free}\"\nadmin = \"{taken}\""));
    assert_eq!(named(&newsroom, &[]), ["listen-taken"]);
    // An address for documentation, which no machine has.
    serve(&format!(
        "listen = \"192.0.2.1:{}\"\npublic_url = \"https://news.example\"",
        free.port()
    ));
    assert_eq!(named(&newsroom, &[]), ["listen-impossible"]);
    serve(&format!(
        "listen = \"{free}\"\npublic_url = \"http://{other}\""
    ));
    assert_eq!(named(&newsroom, &[]), ["public-url"]);
    newsroom.configure(&rest);
    // Our own daemon is no stranger, and work that goes on is no fault.
    let daemon = newsroom.daemon();
    assert_eq!(
        named(&newsroom, &[]),
        Vec::<String>::new(),
        "{}",
        daemon.log()
    );
    daemon.stop();
}
