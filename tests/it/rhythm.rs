//! `schedule = "auto"` against simulated publishers: how long entries wait, and how many requests that takes.
//!
//! `cargo test rhythm -- --ignored --nocapture` prints the table that docs/rhythm.md shows.

mod publishers;

use std::time::Duration;

use chrono_tz::Tz;
use headwater::schedule::{
    Asked, Because, Chance, Forecast, Outcome, Past, REMEMBERED, Rhythm, Schedule, Sighting,
    next_due,
};
use publishers::{BEFORE, Publisher, all, begin, instant};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: f64 = 86_400.0;
const WEEK: i64 = 7 * 86_400;

/// Entries a feed shows.
const SHOWN: usize = 20;

/// What became of one publisher under one schedule.
#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    visits: usize,
    entries: usize,
    /// Seconds that entries said after the first visit waited, all together.
    waited: i64,
    /// The longest of them.
    longest: i64,
    days: f64,
    /// What `status` would have said, on average over all visits: seconds of delay, and visits a day.
    forecast: (f64, f64),
}

impl Measured {
    fn delay(&self) -> f64 {
        self.waited as f64 / 60.0 / self.entries.max(1) as f64
    }

    fn visits_a_day(&self) -> f64 {
        self.visits as f64 / self.days
    }
}

/// Someone who follows a publisher from the fifth week on.
struct Follower<'a> {
    publisher: &'a Publisher,
    schedule: Schedule,
    least: Duration,
    past: Past,
    next: usize,
    measured: Measured,
}

impl<'a> Follower<'a> {
    fn new(publisher: &'a Publisher, schedule: &str, least: Duration) -> Self {
        Follower {
            publisher,
            schedule: Schedule::parse(schedule, Tz::UTC).expect("a schedule"),
            least,
            past: Past::default(),
            next: 0,
            measured: Measured::default(),
        }
    }

    /// Visits at `now`, in seconds, and says when the next visit is due.
    fn visit(&mut self, now: i64) -> i64 {
        let is_first = self.measured.visits == 0;
        self.measured.visits += 1;
        let here = self.publisher.says.partition_point(|at| *at <= now);
        let from = if is_first {
            here.saturating_sub(SHOWN)
        } else {
            self.next
        };
        for said in &self.publisher.says[from..here] {
            self.past.sightings.push(Sighting {
                seen: instant(now + 2),
                dated: self.publisher.dated(*said, now),
            });
            if !is_first {
                self.measured.entries += 1;
                self.measured.waited += now - said;
                self.measured.longest = self.measured.longest.max(now - said);
            }
        }
        self.next = here;
        self.past.looks.push(instant(now));
        let known = instant(now) - REMEMBERED;
        self.past.looks.retain(|look| *look >= known);
        self.past
            .sightings
            .retain(|sighting| sighting.seen >= known);
        let (schedule, forecast) = self.learned(now);
        if let Some(Forecast {
            delay,
            visits_a_day,
            ..
        }) = forecast
        {
            self.measured.forecast.0 += delay.as_secs_f64();
            self.measured.forecast.1 += visits_a_day;
        }
        let (asked, least) = (Asked::default(), self.least);
        let id = self.publisher.name;
        let due = next_due(
            id,
            &schedule,
            least,
            &asked,
            &Outcome::Success,
            instant(now),
            Chance(0),
        );
        let due = due.expect("due at some time");
        assert!((due.at - instant(now)).to_std().unwrap() >= least, "F11");
        assert!(
            !schedule.is_auto() || matches!(due.because, Because::Rhythm | Because::MinInterval)
        );
        (due.at - begin()).num_seconds().max(now + 1)
    }

    fn learned(&self, now: i64) -> (Schedule, Option<Forecast>) {
        if !self.schedule.is_auto() {
            return (self.schedule.clone(), None);
        }
        let rhythm = Rhythm::learn(&self.past, Tz::UTC, self.least, instant(now));
        let forecast = rhythm.forecast(instant(now), self.least);
        (self.schedule.learned(rhythm), Some(forecast))
    }
}

/// Follows a publisher for the weeks that are left of `weeks`.
fn follow(publisher: &Publisher, schedule: &str, weeks: i64) -> Measured {
    let mut follower = Follower::new(publisher, schedule, HOUR);
    let begun = BEFORE * WEEK + 1_234;
    let mut now = begun;
    while now < weeks * WEEK {
        now = follower.visit(now);
    }
    let visits = follower.measured.visits as f64;
    let (delay, a_day) = follower.measured.forecast;
    Measured {
        days: (weeks * WEEK - begun) as f64 / DAY,
        forecast: (delay / visits, a_day / visits),
        ..follower.measured
    }
}

fn found(name: &str, weeks: i64) -> Publisher {
    let mut publishers = all(weeks).into_iter();
    publishers
        .find(|publisher| publisher.name == name)
        .expect(name)
}

#[test]
fn f11_f49_auto_waits_little_longer_for_far_fewer_requests() {
    // Name, weeks, most minutes of delay, most visits a day: well above what is measured, far below what an interval takes.
    for (name, weeks, delay, visits) in [
        ("ministry in office hours", 7, 80.0, 5.0),
        ("daily batch at 06:30", 7, 45.0, 6.0),
        ("daily batch, no dates", 7, 60.0, 8.0),
        ("daily batch, dates made up", 7, 60.0, 8.0),
        ("weekly blog", 10, 420.0, 1.5),
        ("bursts", 8, 220.0, 8.0),
        ("silent", 12, 0.0, 0.8),
    ] {
        let measured = follow(&found(name, weeks), "auto", weeks);
        assert!(
            measured.delay() <= delay && measured.visits_a_day() <= visits,
            "{name}: {} minutes, {} a day",
            measured.delay(),
            measured.visits_a_day()
        );
    }
}

#[test]
fn f49_a_source_that_dies_is_let_go_and_one_that_wakes_is_noticed() {
    let dying = found("dying after week 5", 9);
    let mut follower = Follower::new(&dying, "auto", HOUR);
    let mut now = BEFORE * WEEK;
    let mut visits_of_day = std::collections::BTreeMap::new();
    while now < 9 * WEEK {
        *visits_of_day.entry(now / 86_400).or_insert(0) += 1;
        now = follower.visit(now);
    }
    let in_week = |week: i64| {
        let days = week * 7..(week + 1) * 7;
        days.filter_map(|day| visits_of_day.get(&day)).sum::<i32>()
    };
    assert!(in_week(4) > 100, "{}", in_week(4));
    assert!(
        in_week(6) < 40 && in_week(8) < 25,
        "{} {}",
        in_week(6),
        in_week(8)
    );
    let waking = follow(&found("waking in week 8", 10), "auto", 10);
    assert!(
        waking.longest <= 3 * 86_400 + 120,
        "within three days: {}",
        waking.longest
    );
    assert!(
        waking.visits_a_day() > 4.0,
        "and followed: {}",
        waking.visits_a_day()
    );
}

#[test]
fn f49_c14_the_same_past_gives_the_same_visits() {
    let publisher = found("bursts", 6);
    let of = || {
        let mut follower = Follower::new(&publisher, "auto", HOUR);
        let visits = std::iter::successors(Some(BEFORE * WEEK), |now| Some(follower.visit(*now)));
        visits.take(40).collect::<Vec<_>>()
    };
    assert_eq!(of(), of());
}

#[test]
#[ignore = "a table for people"]
fn f49_what_auto_costs_and_what_it_is_worth() {
    const WEEKS: i64 = 12;
    println!("| publisher | entries a day | `auto` | foretold | `every 1h` | `every 6h` |");
    println!("|---|---|---|---|---|---|");
    for publisher in all(WEEKS) {
        let of = |schedule| follow(&publisher, schedule, WEEKS);
        let auto = of("auto");
        let shown = |m: Measured| format!("{:.0} min, {:.1}", m.delay(), m.visits_a_day());
        println!(
            "| {} | {:.1} | {} | {:.0} min, {:.1} | {} | {} |",
            publisher.name,
            auto.entries as f64 / auto.days,
            shown(auto),
            auto.forecast.0 / 60.0,
            auto.forecast.1,
            shown(of("every 1h")),
            shown(of("every 6h")),
        );
    }
}
