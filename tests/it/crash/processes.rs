//! Several processes on one store.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::book::{Book, check_integrity, one};
use super::world::World;
use crate::newsroom::{ALL, Daemon, Newsroom, item, rss, source, until};
use crate::origin::{Origin, Reply};

/// How often everything is due while two daemons and several rounds run.
const SLOTS: usize = 5;

fn newsroom(world: &World) -> Newsroom {
    Newsroom::with(&format!("{}{ALL}", world.sections()))
}

#[test]
fn c11_two_processes_on_one_store_never_visit_a_source_twice() {
    let world = World::begin(11);
    let newsroom = newsroom(&world);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| newsroom.run(&["refresh"]).ended(0));
        }
    });
    let first = world.asked_of_each();
    // Jitter leaves some for later; of those that were visited, none was visited twice.
    assert!(first.values().all(|asked| *asked <= 1), "{first:?}");
    newsroom.pass(1);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| newsroom.run(&["refresh"]).ended(0));
        }
    });
    for (source, asked) in world.asked_of_each() {
        let before = first.get(&source).copied().unwrap_or_default();
        assert_eq!(asked, before + 1, "{source}");
    }
    check_integrity(&newsroom.store());
}

#[test]
fn c11_s1_two_daemons_and_rounds_beside_them_ask_once_a_slot_and_publish_the_same() {
    let world = World::begin(12);
    let newsroom = newsroom(&world);
    newsroom.refresh(&["--now"]);
    // The second start moves the place in feeds.toml, which the first takes note of and no more.
    let daemons = [newsroom.daemon(), newsroom.daemon()];
    for slot in 1..=SLOTS {
        let before = (newsroom.visits(), world.asked_of_each());
        newsroom.due_soon();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    newsroom.run(&["refresh", "--quiet"]).ended(0);
                }
            });
            let all = before.0 + before.1.len() as i64;
            until("every source's visit", || {
                (newsroom.visits() >= all).then_some(())
            });
            done.store(true, Ordering::Relaxed);
        });
        for (source, asked) in world.asked_of_each() {
            assert_eq!(asked, before.1[&source] + 1, "{source} in slot {slot}");
        }
    }
    assert_eq!(world.faults(), Vec::<String>::new());
    Book::read(&newsroom.store()).is_whole(&world);
    until("pages of articles, all of them", || {
        let wanted = "SELECT count(*) FROM pages WHERE due IS NOT NULL";
        (one(&newsroom.store(), wanted) == 0).then_some(())
    });
    for path in [
        "/feeds/all.rss",
        "/feeds/all.atom",
        "/feeds/all.json",
        "/feeds/all",
        "/",
    ] {
        let told = |daemon: &Daemon| {
            let answer = daemon.get(path, &[]);
            let date = answer.header("last-modified").map(str::to_owned);
            (date, answer.expect("etag").to_owned(), answer.body)
        };
        until("the same of both", || {
            (told(&daemons[0]) == told(&daemons[1])).then_some(())
        });
    }
    for daemon in daemons {
        assert!(!daemon.log().contains("ERROR"), "{}", daemon.log());
        daemon.stop();
    }
    check_integrity(&newsroom.store());
}

#[test]
fn c11_what_a_dead_process_had_claimed_is_taken_over_when_its_lease_ends() {
    let origin = Origin::start();
    let slow = Reply::ok("text/xml", rss(&[item("slow")]));
    origin.script("/slow", move |_, nth| match nth {
        // Longer than this test lives.
        0 => slow.clone().hang(Duration::from_secs(300)),
        _ => slow.clone(),
    });
    origin.serve("/fast", Reply::ok("text/xml", rss(&[item("fast")])));
    let sections = format!(
        "{}{}{ALL}",
        source("slow", &origin.url("/slow")),
        source("fast", &origin.url("/fast"))
    );
    let newsroom = Newsroom::with(&sections);
    let dead = newsroom.daemon();
    origin.await_requests("/slow", 1);
    until("the other visit", || (newsroom.visits() == 1).then_some(()));
    dead.kill();
    let heir = newsroom.daemon();
    let due_now = "UPDATE sources SET due = 0 WHERE id = 'fast'";
    newsroom.store().execute(due_now, []).expect("moved");
    origin.await_requests("/fast", 2);
    let lease = "SELECT leased_until FROM sources WHERE id = 'slow'";
    let until_when = one(&newsroom.store(), lease);
    assert!(
        until_when > chrono::Utc::now().timestamp_millis(),
        "it holds"
    );
    assert_eq!(origin.requests("/slow").len(), 1, "left to the dead");
    // A minute passes.
    let passed = "UPDATE sources SET leased_until = leased_until - 60000 WHERE id = 'slow'";
    newsroom.store().execute(passed, []).expect("moved");
    origin.await_requests("/slow", 2);
    until("its visit", || {
        let visits = "SELECT count(*) FROM visits WHERE source = 'slow'";
        (one(&newsroom.store(), visits) == 1).then_some(())
    });
    heir.stop();
    assert_eq!(origin.requests("/slow").len(), 2);
}
