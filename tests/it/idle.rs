//! What the daemon needs while it has nothing to do. Run with `--ignored`: filling the store takes half a minute.

use std::fs;

use rusqlite::{Connection, params};

use crate::newsroom::{Daemon, Newsroom};

const SOURCES: usize = 10_000;
const ENTRIES: usize = 200_000;
const FEEDS: usize = 10;

/// After so many seconds it has looked for what is past `keep`, and has given back what it used for the status.
const SETTLED: u64 = 35;

/// How long it is watched doing nothing, in seconds.
const WATCHED: u64 = 20;

/// Lets time pass: nothing is awaited here, and doing nothing takes time.
fn pass(seconds: u64) {
    std::thread::sleep(std::time::Duration::from_secs(seconds));
}

/// Memory of the process that is resident, in KiB.
fn resident(daemon: &Daemon, which: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.pid())).expect("Linux");
    let line = status.lines().find(|line| line.starts_with(which));
    let size = line.and_then(|line| line.split_whitespace().nth(1));
    size.and_then(|size| size.parse().ok()).expect("a number")
}

/// Time on the processor so far, in hundredths of a second.
fn worked(daemon: &Daemon) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", daemon.pid())).expect("Linux");
    let (_, rest) = stat.rsplit_once(')').expect("a name");
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().expect("a number");
    ticks(11) + ticks(12)
}

fn sections() -> String {
    let mut text = String::new();
    for n in 0..SOURCES {
        let tag = n % FEEDS;
        text += &format!(
            "[[source]]\nid = \"s{n}\"\ntags = [\"t{tag}\"]\nurl = \"http://s{n}.example/feed.xml\"\nschedule = \"@daily\"\n"
        );
    }
    for n in 0..FEEDS {
        text += &format!(
            "[[feed]]\nid = \"f{n}\"\ntitle = \"Feed {n}\"\nfrom = [\"tag:t{n}\"]\nlimit = 50\n"
        );
    }
    text
}

/// Puts what a month of visits leaves into the store, in its own words.
fn fill(store: &mut Connection) {
    let now = chrono::Utc::now().timestamp_millis();
    let later = now + 7 * 24 * 3_600_000;
    let all = store.transaction().expect("begun");
    for n in 0..SOURCES {
        let put = "INSERT INTO sources (id, address, title, due, due_because, visited, body, etag) VALUES (?1, ?2, ?3, ?4, 'schedule', ?5, randomblob(32), randomblob(20))";
        let address = format!("http://s{n}.example/feed.xml");
        all.prepare_cached(put)
            .and_then(|mut put| {
                put.execute(params![
                    format!("s{n}"),
                    address,
                    format!("Source {n}"),
                    later,
                    now
                ])
            })
            .expect("put");
        all.prepare_cached("INSERT INTO visits (source, at, took, outcome, status, bytes) VALUES (?1, ?2, 400, 'unchanged', 304, 0)")
            .and_then(|mut put| put.execute(params![format!("s{n}"), now]))
            .expect("put");
    }
    let words = "the council met in the old hall and heard what the river had done to the lower town this winter ";
    for n in 0..ENTRIES {
        let source = format!("s{}", n % SOURCES);
        let at = now - (n as i64) * 13_000;
        let url = format!("http://{source}.example/{n}");
        let content = format!("<p>{n} {}</p>", words.repeat(20));
        let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            let ran = all
                .prepare_cached(sql)
                .and_then(|mut put| put.execute(values));
            ran.unwrap_or_else(|error| panic!("{error}: {sql}"));
        };
        let key = n as i64 + 1;
        run(
            "INSERT INTO stories (id, key, public_id, published, updated, born) VALUES (?1, lower(hex(randomblob(16))), ?2, ?3, ?3, ?3)",
            &[&key, &format!("urn:x:{n}"), &at],
        );
        run(
            "INSERT INTO entries (id, source, raw_id, story, title, url, summary, content, more, hash, first_seen, last_seen) VALUES (?1, ?2, ?3, ?1, ?4, ?3, ?5, ?6, '{}', randomblob(32), ?7, ?7)",
            &[
                &key,
                &source,
                &url,
                &format!("What happened in place {n}"),
                &"A summary of it all.",
                &content,
                &at,
            ],
        );
        run(
            "UPDATE stories SET representative = ?1 WHERE id = ?1",
            &[&key],
        );
        run(
            "INSERT INTO verdicts (entry, rule, rules, at) VALUES (?1, 'founder', 1, ?2)",
            &[&key, &at],
        );
        run(
            "INSERT INTO fingerprints (entry, text, tokens, title, rules) VALUES (?1, randomblob(16), 400, ?1, 1)",
            &[&key],
        );
        run(
            "INSERT INTO addresses (key, entry) VALUES (?1, ?2)",
            &[&url, &key],
        );
    }
    all.commit().expect("filled");
}

#[test]
#[ignore = "fills a store with 200,000 entries first"]
fn idle_with_10000_sources_and_200000_entries_it_needs_under_80_mb_and_hardly_works() {
    let newsroom = Newsroom::with("");
    newsroom.refresh(&[]);
    newsroom.rewrite(&sections());
    fill(&mut newsroom.store());
    let daemon = newsroom.daemon();
    let shelf: usize = (0..FEEDS)
        .map(|n| daemon.get(&format!("/feeds/f{n}.rss"), &[]).body.len())
        .sum();
    daemon.ask_admin("/status.json");
    pass(SETTLED);
    let before = worked(&daemon);
    pass(WATCHED);
    let busy = worked(&daemon) - before;
    let (now, peak) = (resident(&daemon, "VmRSS"), resident(&daemon, "VmHWM"));
    println!(
        "resident {now} KiB, at most {peak} KiB; RSS documents {shelf} bytes; {busy} hundredths of a second of work in {WATCHED} s"
    );
    daemon.stop();
    assert!(now < 80 * 1024, "{now} KiB resident");
    // Half a hundredth of one processor.
    assert!(busy * 2 < WATCHED, "{busy} hundredths of a second");
}
