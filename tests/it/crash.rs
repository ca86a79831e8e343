//! Power cuts: whenever the process dies, what a visit had committed is there, whole, and the next process goes on from it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::newsroom::{ALL, Newsroom, item, item_saying, rss, source, until};
use crate::origin::{Origin, Reply};

const SOURCES: usize = 30;
const ROUNDS: usize = 20;

/// Items of a source in its first round; each round adds one and edits one.
const ITEMS: usize = 4;

/// Numbers that look random and are the same every time (Lehmer's generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0 * 48_271 % 0x7fff_ffff;
        usize::try_from(self.0).expect("31 bits") % limit
    }
}

/// What source `n` says in a round.
fn document(n: usize, round: usize) -> String {
    let mut items: Vec<String> = (0..ITEMS + round)
        .map(|k| item(&format!("s{n}-{k}")))
        .collect();
    items.push(item_saying(
        &format!("s{n}-edited"),
        &format!("As of round {round}."),
    ));
    rss(&items)
}

/// Every source of the world, slow by a few milliseconds, each asked how often so far.
fn world(round: &Arc<AtomicUsize>, asked: &Arc<AtomicUsize>) -> Origin {
    let origin = Origin::start();
    for n in 0..SOURCES {
        let (round, asked) = (Arc::clone(round), Arc::clone(asked));
        origin.script(&format!("/{n}"), move |_, nth| {
            asked.fetch_add(1, Ordering::Relaxed);
            let round = round.load(Ordering::Relaxed);
            let reply = Reply::ok("application/rss+xml", document(n, round));
            let pause = Duration::from_millis(((n * 7 + nth * 13) % 40) as u64);
            reply.header("ETag", &etag(round)).conditional().hang(pause)
        });
    }
    origin
}

fn etag(round: usize) -> String {
    format!("\"round-{round}\"")
}

fn newsroom(origin: &Origin) -> Newsroom {
    let sections = (0..SOURCES).map(|n| source(&format!("s{n}"), &origin.url(&format!("/{n}"))));
    Newsroom::with(&format!("{}{ALL}", sections.collect::<String>()))
}

/// What must never be lost again: each source's validator, each entry's story and published id.
#[derive(Debug, Default)]
struct Committed {
    /// The round a source's validator is of.
    validators: BTreeMap<String, usize>,
    published: BTreeMap<(String, String), String>,
}

impl Committed {
    fn read(store: &Connection) -> Self {
        let mut committed = Committed::default();
        let mut find = store
            .prepare("SELECT id, etag FROM sources WHERE etag IS NOT NULL")
            .expect("sources");
        let mut rows = find.query([]).expect("sources");
        while let Some(row) = rows.next().expect("a row") {
            let etag: Vec<u8> = row.get(1).expect("bytes");
            let etag = String::from_utf8(etag).expect("ours");
            let round = etag.trim_matches('"').trim_start_matches("round-");
            let round = round.parse().expect("a round");
            committed
                .validators
                .insert(row.get(0).expect("an id"), round);
        }
        let mut find = store
            .prepare("SELECT e.source, e.raw_id, s.public_id FROM entries e JOIN stories s ON s.id = e.story")
            .expect("entries");
        let mut rows = find.query([]).expect("entries");
        while let Some(row) = rows.next().expect("a row") {
            let entry = (row.get(0).expect("a source"), row.get(1).expect("an id"));
            let before = committed
                .published
                .insert(entry, row.get(2).expect("an id"));
            assert_eq!(before, None, "every entry once");
        }
        committed
    }

    /// F4: where a validator is, everything it stands for is too.
    fn is_whole(&self) {
        for (source, round) in &self.validators {
            for k in 0..ITEMS + round {
                let entry = (source.clone(), format!("{source}-{k}"));
                assert!(
                    self.published.contains_key(&entry),
                    "{entry:?} of round {round}"
                );
            }
        }
    }

    /// Nothing that was there before is gone, or goes by another name.
    fn is_kept_in(&self, after: &Committed) {
        for (source, round) in &self.validators {
            assert!(after.validators[source] >= *round, "{source}");
        }
        for (entry, id) in &self.published {
            assert_eq!(after.published.get(entry), Some(id), "{entry:?}");
        }
    }
}

fn check_integrity(store: &Connection) {
    let word: String = store
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("checked");
    assert_eq!(word, "ok");
    let mut dangling = store.prepare("PRAGMA foreign_key_check").expect("checked");
    assert!(
        !dangling.exists([]).expect("checked"),
        "a row points at nothing"
    );
    for derived in ["fingerprints", "verdicts"] {
        let left =
            format!("SELECT count(*) FROM entries WHERE id NOT IN (SELECT entry FROM {derived})");
        let left: i64 = store
            .query_row(&left, [], |row| row.get(0))
            .expect("counted");
        assert_eq!(left, 0, "entries without {derived}");
    }
    let mute = "SELECT count(*) FROM stories WHERE representative IS NULL";
    let mute: i64 = store
        .query_row(mute, [], |row| row.get(0))
        .expect("counted");
    assert_eq!(mute, 0, "stories for which nobody speaks");
}

#[test]
fn f4_f9_f48_a_daemon_killed_at_any_moment_loses_nothing_and_asks_nothing_twice() {
    let (round, asked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let origin = world(&round, &asked);
    let newsroom = newsroom(&origin);
    // Makes the store and lists the sources, so that the first round too can be killed while it ingests.
    newsroom.run(&["refresh", "--quiet"]).ended(0);
    let mut dice = Dice(20_251_109);
    let mut before = Committed::read(&newsroom.store());
    // From which request on a source may only be asked conditionally.
    let mut conditional_from: BTreeMap<String, usize> = BTreeMap::new();
    for at in 0..ROUNDS {
        round.store(at, Ordering::Relaxed);
        newsroom.due_soon();
        let start = asked.load(Ordering::Relaxed);
        let daemon = newsroom.daemon();
        let wanted = start + dice.below(SOURCES);
        until("requests", || {
            (asked.load(Ordering::Relaxed) >= wanted).then_some(())
        });
        // Not to wait for anything: to die at some other point of the work each time.
        thread::sleep(Duration::from_micros(dice.below(60_000) as u64));
        daemon.kill();
        let store = newsroom.store();
        check_integrity(&store);
        let after = Committed::read(&store);
        after.is_whole();
        before.is_kept_in(&after);
        for source in after.validators.keys() {
            let path = source.replace('s', "/");
            let so_far = origin.requests(&path).len();
            conditional_from.entry(source.clone()).or_insert(so_far);
        }
        before = after;
    }
    // A last process brings everything up to date, by the same daemon's work.
    round.store(ROUNDS, Ordering::Relaxed);
    newsroom.due_soon();
    let daemon = newsroom.daemon();
    let last = until("every source up to date", || {
        let now = Committed::read(&newsroom.store());
        let is_current = |n| now.validators.get(&format!("s{n}")) == Some(&ROUNDS);
        (0..SOURCES).all(is_current).then_some(now)
    });
    before.is_kept_in(&last);
    last.is_whole();
    daemon.stop();
    check_integrity(&newsroom.store());
    assert_eq!(last.published.len(), SOURCES * (ITEMS + ROUNDS + 1));
    for (source, from) in conditional_from {
        let requests = origin.requests(&source.replace('s', "/"));
        for request in requests.iter().skip(from) {
            assert!(request.header("If-None-Match").is_some(), "{source}");
        }
    }
    let status = newsroom.run(&["status", "--json"]).ended(0).json();
    assert_eq!(status["totals"]["entries"], last.published.len());
}

#[test]
fn two_processes_on_one_store_never_visit_a_source_twice() {
    let (round, asked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let origin = world(&round, &asked);
    let newsroom = newsroom(&origin);
    let ran = thread::scope(|scope| {
        let runs = [(); 3].map(|()| scope.spawn(|| newsroom.run(&["refresh"])));
        runs.map(|run| run.join().expect("it ran"))
    });
    for ran in ran {
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    // Jitter leaves some for later; of those that were visited, none was visited twice.
    for n in 0..SOURCES {
        assert!(origin.requests(&format!("/{n}")).len() <= 1, "{n}");
    }
    newsroom.pass(1);
    let counted = asked.load(Ordering::Relaxed);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| newsroom.run(&["refresh"]).ended(0));
        }
    });
    assert_eq!(asked.load(Ordering::Relaxed) - counted, SOURCES);
    check_integrity(&newsroom.store());
}
