//! feeds.toml and the store when they are wrong: every fault at once, in words, and a running daemon that goes on.

use std::fs;

use crate::newsroom::{ALL, Newsroom, free_ports, item, rss, source, until};
use crate::origin::{Origin, Reply};

/// Each faulty line with what must be said of it.
const FAULTS: [(&str, &str); 12] = [
    ("lisen = \"127.0.0.1:0\"", "did you mean `listen`"),
    ("admin = \"everywhere\"", "`admin`"),
    ("keep = \"forty days\"", "`keep`"),
    ("concurrency = 0", "1 to"),
    ("[stroe]", "stroe"),
    ("schedule = \"0 0 31 2 *\"", "never"),
    ("timezone = \"Asia/Kolkatta\"", "Asia/Kolkata"),
    ("url = \"ftp://a.example/f\"", "`url`"),
    ("id = \"twice\" # again", "two sources have the id `twice`"),
    ("max_bytes = \"20 apples\"", "`max_bytes`"),
    ("from = [\"twise\"]", "did you mean `twice`"),
    ("order = \"random\"", "no order `random`"),
];

const FAULTY: &str = r#"[server]
lisen = "127.0.0.1:0"
admin = "everywhere"
[store]
keep = "forty days"
[fetch]
concurrency = 0
[stroe]
path = "x"
[[source]]
id = "a"
url = "https://a.example/f"
schedule = "0 0 31 2 *"
timezone = "Asia/Kolkatta"
[[source]]
id = "b"
url = "ftp://a.example/f"
[[source]]
id = "twice"
files = "*.txt"
[[source]]
id = "twice" # again
files = "*.txt"
max_bytes = "20 apples"
[[feed]]
id = "world"
title = "World"
from = ["twise"]
order = "random"
"#;

#[test]
fn every_fault_is_told_at_once_with_line_caret_and_suggestion() {
    let newsroom = Newsroom::bare(FAULTY);
    for command in ["check", "run", "refresh", "status", "stories"] {
        let told = newsroom.run(&[command]).ended(2).err;
        let count = format!("{} faults in feeds.toml", FAULTS.len());
        assert!(told.trim_end().ends_with(&count), "{command}: {told}");
        for (line, words) in FAULTS {
            let number = FAULTY.lines().position(|known| known == line);
            let number = number.expect("a line of the file") + 1;
            let place = format!("--> feeds.toml:{number}:");
            let (_, block) = told
                .split_once(&place)
                .unwrap_or_else(|| panic!("{place} in {told}"));
            assert!(told.contains(words), "{words} in {told}");
            let block = block.split("\n\n").next().unwrap_or_default();
            assert!(block.contains(line) && block.contains('^'), "{block}");
        }
    }
    let json = newsroom.run(&["check", "--json"]).ended(2).json();
    assert_eq!(json["ok"], false);
    assert_eq!(json["faults"].as_array().map(Vec::len), Some(FAULTS.len()));
    assert!(!newsroom.path("headwater.db").exists(), "nothing is begun");
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_what_to_do() {
    let newsroom = Newsroom::bare("");
    let told = |args: &[&str]| newsroom.run(args).ended(2).err;
    fs::create_dir(newsroom.path("folder")).expect("made");
    newsroom.write("latin.toml", b"[store]\n# caf\xe9\n");
    newsroom.write("huge.toml", vec![b'#'; 3 << 20]);
    newsroom.write("broken.toml", "[[source]\nid = ");
    let cases = [
        ("nowhere.toml", "no nowhere.toml here"),
        ("folder", "is a folder"),
        ("latin.toml", "line 2 is not UTF-8"),
        ("huge.toml", "larger than"),
        ("broken.toml", "broken.toml:1:"),
    ];
    for (file, words) in cases {
        for args in [["--config", file, "check"], ["run", "--config", file]] {
            let told = told(&args);
            assert!(told.contains(words), "{file}: {told}");
        }
    }
}

#[test]
fn a_running_daemon_keeps_what_it_has_while_the_file_is_wrong() {
    let origin = Origin::start();
    origin.serve("/f", Reply::ok("text/xml", rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    newsroom.refresh(&["--now"]);
    let daemon = newsroom.daemon();
    let right = fs::read_to_string(newsroom.path("feeds.toml")).expect("read");
    let before = daemon.get("/feeds/all.atom", &[]);
    // Told to look.
    newsroom.configure(&right.replace("title = \"Everything\"", "titel = \"Everything\""));
    daemon.signal("HUP");
    let log = daemon.await_log("the configuration in force stays");
    assert!(log.contains("did you mean `title`"), "{log}");
    assert_eq!(daemon.get("/feeds/all.atom", &[]).body, before.body);
    // Taken over by itself once it is right, without a signal.
    newsroom.configure(&right.replace("Everything", "All and sundry"));
    until("the new title", || {
        let answer = daemon.get("/feeds/all.atom", &[]);
        answer.text().contains("All and sundry").then_some(())
    });
    // A file that is gone for a moment is being saved.
    fs::remove_file(newsroom.path("feeds.toml")).expect("removed");
    daemon.signal("HUP");
    daemon.await_log("no feeds.toml here");
    assert_eq!(daemon.get("/feeds/all.atom", &[]).status, 200);
    newsroom.configure(&right);
    until("the old title", || {
        let answer = daemon.get("/feeds/all.atom", &[]);
        answer.text().contains("Everything").then_some(())
    });
    daemon.stop();
}

#[test]
fn a_source_that_is_added_or_taken_out_while_the_daemon_runs() {
    let origin = Origin::start();
    origin.serve("/a", Reply::ok("text/xml", rss(&[item("a")])));
    origin.serve("/b", Reply::ok("text/xml", rss(&[item("b")])));
    let newsroom = Newsroom::with(&format!("{}{ALL}", source("a", &origin.url("/a"))));
    newsroom.refresh(&["--now"]);
    let daemon = newsroom.daemon();
    let (a, b) = (
        source("a", &origin.url("/a")),
        source("b", &origin.url("/b")),
    );
    newsroom.rewrite(&format!("{a}{b}{ALL}"));
    daemon.signal("HUP");
    until("the new source's story", || {
        let answer = daemon.get("/feeds/all.json", &[]);
        answer.text().contains("About b").then_some(())
    });
    newsroom.rewrite(&format!("{b}{ALL}"));
    daemon.signal("HUP");
    until("the feed without the old source", || {
        let answer = daemon.get("/feeds/all.json", &[]);
        (!answer.text().contains("About a")).then_some(())
    });
    // What it brought is kept, and comes back with it.
    assert_eq!(newsroom.stories().len(), 2);
    newsroom.rewrite(&format!("{a}{b}{ALL}"));
    daemon.signal("HUP");
    until("both", || {
        let answer = daemon.get("/feeds/all.json", &[]);
        answer.text().contains("About a").then_some(())
    });
    assert_eq!(origin.requests("/a").len(), 1, "F9: not asked early");
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let newsroom = Newsroom::with(&source("paper", "http://127.0.0.1:1/f"));
    let daemon = newsroom.daemon();
    for (key, taken) in [
        ("listen", daemon.address()),
        ("admin", daemon.admin_address()),
    ] {
        let other = Newsroom::bare("");
        let (free, free_too) = free_ports();
        let (listen, admin) = if key == "listen" {
            (taken, free)
        } else {
            (free_too, taken)
        };
        other.configure(&format!(
            "[server]\nlisten = \"{listen}\"\nadmin = \"{admin}\"\n"
        ));
        let told = other.run(&["run"]).ended(1).err;
        for words in [
            &taken.to_string(),
            &format!("[server] {key}"),
            "another process listens there",
            "another port",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}

#[test]
fn a_store_that_cannot_be_used_is_told_and_left_alone() {
    let foreign = |newsroom: &Newsroom| {
        let store = newsroom.store();
        store
            .execute_batch("CREATE TABLE recipes (name TEXT)")
            .expect("made");
    };
    let newer = |newsroom: &Newsroom| {
        newsroom.run(&["refresh"]).ended(0);
        newsroom
            .store()
            .pragma_update(None, "user_version", 99)
            .expect("set");
    };
    type Spoil<'a> = &'a dyn Fn(&Newsroom);
    let cases: [(Spoil, &str); 5] = [
        (
            &|n| n.write("headwater.db", "a shopping list, not a database at all"),
            "is not a headwater store",
        ),
        (&foreign, "is not a headwater store"),
        (&newer, "newer headwater"),
        (
            &|n| fs::create_dir(n.path("headwater.db")).expect("made"),
            "headwater.db",
        ),
        (
            &|n| n.configure("[store]\npath = \"no/such/folder/headwater.db\"\n"),
            "Check that the folder exists",
        ),
    ];
    for (spoil, words) in cases {
        let newsroom = Newsroom::with("[[source]]\nid = \"desk\"\nfiles = \"*.md\"\n");
        spoil(&newsroom);
        let before = fs::read(newsroom.path("headwater.db")).ok();
        for command in ["refresh", "run"] {
            let told = newsroom.run(&[command]).ended(1).err;
            assert!(told.contains(words), "{command}: {told}");
            assert!(!told.contains("panicked"), "{told}");
        }
        if before.is_some() {
            for command in ["status", "stories", "explain"] {
                let args: &[&str] = if command == "explain" {
                    &["explain", "x"]
                } else {
                    &[command]
                };
                let told = newsroom.run(args).ended(1).err;
                assert!(told.contains(words), "{command}: {told}");
            }
        }
        assert_eq!(fs::read(newsroom.path("headwater.db")).ok(), before);
    }
}

#[test]
fn a_store_that_another_process_locks_leaves_the_feeds_up() {
    let origin = Origin::start();
    origin.serve("/f", Reply::ok("text/xml", rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    newsroom.refresh(&["--now"]);
    let mut daemon = newsroom.daemon();
    let before = daemon.get("/feeds/all.rss", &[]);
    let blocker = newsroom.store();
    blocker.execute_batch("BEGIN EXCLUSIVE").expect("locked");
    for _ in 0..3 {
        let answer = daemon.get("/feeds/all.rss", &[]);
        assert_eq!((answer.status, &answer.body), (200, &before.body));
    }
    blocker.execute_batch("ROLLBACK").expect("free");
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
}

#[test]
fn files_that_cannot_be_read_are_told_and_cost_the_others_nothing() {
    let newsroom = Newsroom::with(&format!(
        "[[source]]\nid = \"desk\"\nfiles = \"in/*\"\n[[source]]\nid = \"none\"\nfiles = \"out/*\"\n[[source]]\nid = \"bad\"\nfiles = \"bad/*\"\nmax_bytes = \"1KB\"\n{ALL}"
    ));
    newsroom.write("in/good.txt", "A headline\n\nAnd some words under it.\n");
    newsroom.write(
        "in/picture.png",
        [0x89, b'P', b'N', b'G', 0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    newsroom.write("in/empty.txt", "");
    newsroom.write("bad/long.txt", "words ".repeat(1000));
    fs::create_dir(newsroom.path("in/folder")).expect("made");
    std::os::unix::fs::symlink("nowhere", newsroom.path("in/dangling")).expect("made");
    newsroom.refresh(&[]);
    assert_eq!(newsroom.stories().len(), 1);
    let desk = newsroom.status("desk");
    assert_eq!(
        (&desk["outcome"], &desk["failures"]),
        (&"fresh".into(), &0.into())
    );
    let oddities = desk["oddities"].to_string();
    assert!(
        oddities.contains("in/picture.png") && oddities.contains("in/empty.txt"),
        "{oddities}"
    );
    for (id, outcome, words) in [
        ("none", "no-files", "no file matches out/*"),
        ("bad", "file", "bad/long.txt"),
    ] {
        let status = newsroom.status(id);
        assert_eq!(status["outcome"], outcome);
        assert!(
            status["message"].as_str().expect("words").contains(words),
            "{status}"
        );
        newsroom.run(&["refresh", id]).ended(1);
    }
}
