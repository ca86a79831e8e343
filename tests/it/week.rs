//! A week of two hundred sources on loopback, in which time is an argument (R1).
//!
//! The real client, store and pipeline, driven as `refresh` drives them. What the publishers do, and what they may expect of a polite reader, is in
//! `world`: it answers every request, keeps a book of what was allowed, and notes every breach.

mod book;
mod world;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use headwater::config::{self, Config};
use headwater::daemon::{Clock, Wanted, refresh};
use headwater::ingest::fetch::Web;
use headwater::store::Store;

use book::{DAY, KINDS, Kind};
use world::{SOURCES, World};

/// Visits are made at whole multiples of this many seconds: enough to tell an hour from fifty-nine minutes, and few rounds.
const GRAIN: i64 = 20;

const HEAD: &str = r#"
[fetch]
allow_private_addresses = true
host_interval = "0s"
per_host = 16
timeout = "10s"
[[feed]]
id = "all"
title = "Everything"
from = ["*"]
"#;

/// How often sources may be visited: by the clock, by the interval, often, and now and then.
const SCHEDULES: [&str; 4] = ["7 * * * *", "every 3h", "11 */4 * * *", "every 5h"];

fn configuration(world: &World) -> Config {
    let mut text = HEAD.to_string();
    for n in 0..SOURCES {
        text += &format!(
            "[[source]]\nid = \"{}\"\nurl = \"{}\"\nschedule = \"{}\"\n",
            world.id(n),
            world.address(n),
            SCHEDULES[n / KINDS.len() % SCHEDULES.len()]
        );
    }
    config::parse(&text, Path::new("/nowhere/feeds.toml")).expect("a configuration")
}

/// The next instant at which something is due, on the grain.
fn next(store: &Store, now: DateTime<Utc>) -> DateTime<Utc> {
    let due = store
        .next_due(now)
        .expect("read")
        .expect("something is due");
    let due = due.max(now + TimeDelta::seconds(1));
    let seconds = (due.timestamp() + i64::from(due.timestamp_subsec_nanos() > 0)).max(0);
    DateTime::from_timestamp((seconds + GRAIN - 1) / GRAIN * GRAIN, 0).expect("in range")
}

/// Lives through a week, with a new process every day.
async fn live(world: &Arc<World>, config: &Config, path: &Path) {
    let told = Arc::clone(world);
    let clock: Clock = Arc::new(move || told.now());
    let start = world.now();
    for day in 1..=7 {
        let store = Store::open(path).expect("a store");
        let web = Arc::new(Web::new(config.concurrency));
        while world.now() < start + TimeDelta::days(day) {
            let (web, clock) = (Arc::clone(&web), Arc::clone(&clock));
            let wanted = Wanted::default();
            let round = refresh(&store, config, &wanted, web, clock, |_| {});
            round.await.expect("a round");
            let at = next(&store, world.now());
            world.clock.store(at.timestamp(), Ordering::SeqCst);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_f3_f7_f11_f14_f22_f30_a_week_without_a_wrong_request() {
    let world = World::start();
    let config = configuration(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("week.db");
    live(&world, &config, &path).await;

    let books = world.books();
    let faults = world.faults();
    assert!(
        faults.is_empty(),
        "{} breaches:\n{}",
        faults.len(),
        faults[..faults.len().min(30)].join("\n")
    );
    for book in &books {
        let (kind, asked) = (book.kind, book.unconditional);
        let name = format!("source {} ({kind:?})", book.source);
        // Every rule by which there may be more than one unconditional visit has its line here.
        match kind {
            // F3: it gave no validators, so there are none to send.
            Kind::Bare | Kind::Junk => assert_eq!(asked, book.visits, "{name}"),
            // F4, F10, F27: until the first document could be read there was nothing to hold.
            Kind::Unasked304 | Kind::Cut => assert!(asked <= 1 + book.unread, "{name}: {asked}"),
            _ => assert_eq!(asked, 1, "{name}"),
        }
        // F7: a 304 from an address that issued nothing is asked again, and nothing else is.
        assert_eq!(book.refetched > 0, kind == Kind::False304, "{name}");
        assert!(
            book.visits >= book.expected(),
            "{name}: {} visits",
            book.visits
        );
        match kind {
            Kind::Moved => {
                assert!(
                    book.old_visits >= 5 && book.old_visits < book.visits,
                    "{name}"
                );
                assert!(book.old_span >= 2 * DAY, "{name}");
                assert_eq!(book.last_entrance, "/final", "{name}");
            }
            _ => assert_eq!(book.old_visits, book.visits, "{name} was never to move"),
        }
    }
    everything_is_there_once(&world, &Store::open(&path).expect("a store"));
}

/// What was said in documents that could be read is what is stored.
fn everything_is_there_once(world: &World, store: &Store) {
    let mut stored = Vec::new();
    for story in store.stories(None).expect("stories") {
        for entry in story.entries {
            assert_eq!(entry.withdrawn, None);
            stored.push((entry.source, entry.id));
        }
    }
    let all: BTreeSet<(String, String)> = stored.iter().cloned().collect();
    assert_eq!(all.len(), stored.len(), "nothing is there twice");
    let said = world.said();
    let missing: Vec<_> = said.difference(&all).take(5).collect();
    let invented: Vec<_> = all.difference(&said).take(5).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "{missing:?} {invented:?}"
    );
    assert!(all.len() > SOURCES * 10, "{}", all.len());
}
