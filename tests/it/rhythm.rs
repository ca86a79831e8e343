//! `schedule = "auto"` against simulated publishers: how long entries wait, and how many requests that takes.
//!
//! `cargo test rhythm -- --ignored --nocapture` prints the table that ARCHITECTURE.md quotes.

mod publishers;

use std::time::Duration;

use chrono_tz::Tz;
use headwater::schedule::{
    Asked, Because, Outcome, Past, REMEMBERED, Rhythm, Schedule, Sighting, next_due,
};
use publishers::{BEFORE, Publisher, all, begin, instant};

const HOUR: Duration = Duration::from_secs(3_600);
const WEEK: i64 = 7 * 86_400;

/// Entries a feed shows.
const SHOWN: usize = 20;

/// What became of one publisher under one schedule.
#[derive(Clone, Copy, Debug)]
struct Measured {
    visits: usize,
    entries: usize,
    /// Mean wait of entries said after the first visit, in minutes.
    delay: f64,
}

/// Follows a publisher from the fifth week on.
fn follow(publisher: &Publisher, text: &str, least: Duration, weeks: i64) -> Measured {
    let schedule = Schedule::parse(text, Tz::UTC).expect("a schedule");
    let end = weeks * WEEK;
    let mut past = Past::default();
    let mut now = BEFORE * WEEK + 1_234;
    let (mut next, mut visits, mut waited, mut entries) = (0, 0, 0, 0);
    while now < end {
        visits += 1;
        let here = publisher.says.partition_point(|at| *at <= now);
        let shown = if visits == 1 {
            here.saturating_sub(SHOWN)
        } else {
            next
        };
        for said in &publisher.says[shown..here] {
            past.sightings.push(Sighting {
                seen: instant(now + 2),
                dated: publisher.dated(*said, now),
            });
            if visits > 1 {
                entries += 1;
                waited += now - said;
            }
        }
        next = here;
        past.looks.push(instant(now));
        let known = instant(now) - REMEMBERED;
        past.looks.retain(|look| *look >= known);
        past.sightings.retain(|sighting| sighting.seen >= known);
        let learned = match schedule.is_auto() {
            true => schedule.learned(Rhythm::learn(&past, Tz::UTC, least, instant(now))),
            false => schedule.clone(),
        };
        let due = next_due(
            publisher.name,
            &learned,
            least,
            &Asked::default(),
            &Outcome::Success,
            instant(now),
        );
        let due = due.expect("due at some time");
        assert!(
            due.at - instant(now) >= chrono::TimeDelta::from_std(least).unwrap(),
            "F11"
        );
        assert_ne!(due.because, Because::Startup);
        now = (due.at - begin()).num_seconds().max(now + 1);
    }
    Measured {
        visits,
        entries,
        delay: waited as f64 / 60.0 / entries.max(1) as f64,
    }
}

#[test]
#[ignore = "a table for people"]
fn f49_what_auto_costs_and_what_it_is_worth() {
    const WEEKS: i64 = 12;
    let days = ((WEEKS - BEFORE) * 7) as f64;
    println!("| publisher | entries a day | auto | every 1h | every 6h |\n|---|---|---|---|---|");
    for publisher in all(WEEKS) {
        let began = std::time::Instant::now();
        let of = |text| follow(&publisher, text, HOUR, WEEKS);
        let auto = of("auto");
        let took = began.elapsed();
        let shown = |m: Measured| format!("{:.0} min, {:.1}/d", m.delay, m.visits as f64 / days);
        println!(
            "| {} | {:.1} | {} | {} | {} | {:?}",
            publisher.name,
            auto.entries as f64 / days,
            shown(auto),
            shown(of("every 1h")),
            shown(of("every 6h")),
            took / auto.visits as u32,
        );
    }
}
