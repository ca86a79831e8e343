//! When a source may be visited next, and which rule says so.

use std::time::Duration;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

use super::asked::{Asked, MAX_ASKED};
use super::because::Because;
use super::duration::later;
use super::jitter::{Chance, jitter};
use super::timetable::Schedule;

/// The longest backoff after failures in a row: a week, so that a source that comes back is noticed (F26).
const MAX_BACKOFF: Duration = Duration::from_secs(7 * 86_400);

/// The first backoff where the operator's minimum is shorter, as it is for files (F26).
const MIN_BACKOFF: Duration = Duration::from_secs(60);

/// The shortest wait after 429 or 503 without a usable `Retry-After` (F15).
const MIN_THROTTLED: Duration = Duration::from_secs(4 * 3_600);

/// How long after the first 410 a second one confirms it (F25).
const GONE_CONFIRM: TimeDelta = TimeDelta::hours(24);

/// The longest jitter, what chance adds to it included. A minute spreads a thousand sources well enough and no reader notices it (F18).
pub(super) const MAX_JITTER: Duration = Duration::from_secs(60);

/// How many hours to look ahead for one that is not skipped: a week and a day hold every hour of every weekday (F16).
const SKIP_HORIZON: usize = 8 * 24;

/// How a visit ended, as far as the next one is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 200, 226 or 304, and read.
    Success,
    /// Anything else. `count` is the number of failures in a row, this one included; `throttled` is 429 or 503.
    Failure { count: u32, throttled: bool },
    /// 410. `since` is the first of the unbroken run of 410s that this visit belongs to.
    Gone { since: DateTime<Utc> },
}

/// When a source may be visited next, and why not earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: DateTime<Utc>,
    pub because: Because,
}

impl Due {
    /// Take the later of two bounds; what was there first stays when they are equal.
    fn no_earlier(&mut self, at: DateTime<Utc>, because: Because) {
        if at > self.at {
            *self = Due { at, because };
        }
    }
}

/// When may the source be visited after the visit that *ended* at `visited`? The latest of all bounds wins and
/// names the rule (C13, F11, F49), whatever the outcome was. `None` is never: 410, confirmed (F25).
///
/// The bounds: the next slot of the schedule; `min_interval`; freshness, ttl and update period, each at most 31
/// days (F11); on failure, `min_interval` doubled with every failure in a row up to 7 days (F26); on 429 or 503
/// without a `Retry-After`, at least double the wait that would otherwise hold, and at least 4 hours (F15);
/// `Retry-After` (F14); 24 hours from the first 410. What comes out is moved out of skipped hours and days last (F16).
///
/// Jitter (F18, C12) only lengthens: a part that is stable for a source, and a slice by `chance`. Its window is 60 seconds or a tenth of the gap to
/// the next slot, whichever is less, so it never crosses a slot. It is part of the bounds that many sources share or
/// that follow an outage: slots, `Retry-After`, backoff, the end of a skipped stretch. Bounds counted from the
/// visit get none: that visit was spread already, and one more delay each time would make the source drift.
///
/// This only says when; it does not know of hosts (F19), nor whether the source is being visited (C11).
pub fn next_due(
    source_id: &str,
    schedule: &Schedule,
    min_interval: Duration,
    asked: &Asked,
    outcome: &Outcome,
    visited: DateTime<Utc>,
    chance: Chance,
) -> Option<Due> {
    let slot = spread(source_id, schedule, schedule.next_after(visited), chance);
    let slot = Due {
        at: slot,
        because: schedule.because(),
    };
    let due = bounded(
        source_id,
        schedule,
        min_interval,
        asked,
        outcome,
        visited,
        (slot, chance),
    )?;
    Some(out_of_skipped(source_id, schedule, asked, due, chance))
}

/// The earliest instant at which something else than the schedule (a ping) may make the source due after the visit at `visited`: all bounds of [`next_due`]
/// but the slots of the schedule. `None` is never.
pub fn earliest(
    source_id: &str,
    schedule: &Schedule,
    min_interval: Duration,
    asked: &Asked,
    outcome: &Outcome,
    visited: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let at_once = Due {
        at: visited,
        because: Because::MinInterval,
    };
    let due = bounded(
        source_id,
        schedule,
        min_interval,
        asked,
        outcome,
        visited,
        (at_once, Chance::NONE),
    );
    due.map(|due| due.at)
}

/// When a source is visited of which a hub said at `now` that it has news: at once, but not before `earliest`, and out of skipped hours and days (F11,
/// F14, F16).
pub fn pinged(
    source_id: &str,
    schedule: &Schedule,
    asked: &Asked,
    earliest: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Due {
    let due = Due {
        at: now.max(earliest),
        because: Because::Pinged,
    };
    out_of_skipped(source_id, schedule, asked, due, Chance::NONE)
}

/// When a source is visited next that is no longer pushed: at the first slot of its schedule since it was `visited`, which may be past, but not before
/// `earliest` (W7).
pub fn resumed(
    source_id: &str,
    schedule: &Schedule,
    asked: &Asked,
    earliest: DateTime<Utc>,
    visited: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Due {
    let slot = schedule.next_after(visited).max(now);
    let due = Due {
        at: spread(source_id, schedule, slot, Chance::NONE).max(earliest),
        because: schedule.because(),
    };
    out_of_skipped(source_id, schedule, asked, due, Chance::NONE)
}

/// When a source that is pushed is visited all the same: at the first slot of its schedule `wait` after the last visit, or when it is `due` where that is later
/// (W7). The schedule still says when visiting is allowed (C13).
pub fn safety(
    source_id: &str,
    schedule: &Schedule,
    asked: &Asked,
    due: Due,
    visited: DateTime<Utc>,
    wait: Duration,
    chance: Chance,
) -> Due {
    let rested = later(visited, wait);
    if due.at >= rested {
        return due;
    }
    let slow = Due {
        at: spread(source_id, schedule, schedule.next_after(rested), chance),
        because: Because::Safety,
    };
    out_of_skipped(source_id, schedule, asked, slow, chance)
}

/// The latest of `first` and of all that was asked of us (F11), whatever the schedule says.
fn bounded(
    source_id: &str,
    schedule: &Schedule,
    min_interval: Duration,
    asked: &Asked,
    outcome: &Outcome,
    visited: DateTime<Utc>,
    (first, chance): (Due, Chance),
) -> Option<Due> {
    let spread = |at| spread(source_id, schedule, at, chance);
    let retry_at = asked.retry_at.filter(|at| *at > visited);
    let mut due = first;
    due.no_earlier(later(visited, min_interval), Because::MinInterval);
    for (wait, because) in [
        (asked.fresh_for, Because::Freshness),
        (asked.ttl, Because::Ttl),
        (asked.update_period, Because::UpdatePeriod),
    ] {
        if let Some(wait) = wait {
            due.no_earlier(later(visited, wait.min(MAX_ASKED)), because);
        }
    }
    match *outcome {
        Outcome::Success => {}
        Outcome::Failure {
            count,
            throttled: true,
        } if retry_at.is_none() => {
            let usual = (due.at - visited).to_std().unwrap_or_default();
            due.no_earlier(
                spread(later(visited, throttled(usual, count))),
                Because::Throttled,
            );
        }
        Outcome::Failure { count, .. } => {
            due.no_earlier(
                spread(later(visited, backoff(min_interval, count))),
                Because::Backoff,
            );
        }
        Outcome::Gone { since } => {
            // A clock that was set back since must not put the confirmation off.
            let since = since.min(visited);
            let confirm = since.checked_add_signed(GONE_CONFIRM).unwrap_or(since);
            if visited >= confirm {
                return None;
            }
            due.no_earlier(confirm, Because::GoneConfirm);
        }
    }
    if let Some(retry_at) = retry_at {
        due.no_earlier(
            spread(retry_at.min(later(visited, MAX_ASKED))),
            Because::RetryAfter,
        );
    }
    Some(due)
}

/// When a source that was never visited is due: at `start`, plus jitter. What its feed asks is not known yet.
fn first_due(source_id: &str, schedule: &Schedule, start: DateTime<Utc>, chance: Chance) -> Due {
    Due {
        at: spread(source_id, schedule, start, chance),
        because: Because::Startup,
    }
}

/// What a stored due time means when the program starts at `start`. One that is still to come stands as it is, so a
/// restart causes no early visit (F9). One that has passed becomes a single visit, however many slots were missed,
/// spread by jitter and moved out of skipped hours and days (C10, F16).
pub fn catch_up(
    source_id: &str,
    schedule: &Schedule,
    asked: &Asked,
    due: Due,
    start: DateTime<Utc>,
    chance: Chance,
) -> Due {
    if due.at >= start {
        return due;
    }
    out_of_skipped(
        source_id,
        schedule,
        asked,
        first_due(source_id, schedule, start, chance),
        chance,
    )
}

/// When a source may be visited whose server, in answer to another source, asked to be left alone until `until` (F14): then, spread like every time
/// that many sources share, and out of skipped hours and days (F16).
pub fn held(
    source_id: &str,
    schedule: &Schedule,
    asked: &Asked,
    until: DateTime<Utc>,
    chance: Chance,
) -> Due {
    let due = Due {
        at: spread(source_id, schedule, until, chance),
        because: Because::HostHeld,
    };
    out_of_skipped(source_id, schedule, asked, due, chance)
}

/// Doubled with every failure in a row, from the operator's minimum up to a week (F26).
fn backoff(min_interval: Duration, count: u32) -> Duration {
    let doubled = 2u32.saturating_pow(count.saturating_sub(1));
    min_interval
        .max(MIN_BACKOFF)
        .saturating_mul(doubled)
        .min(MAX_BACKOFF)
}

/// At least double the usual wait and at least four hours; doubled again with every failure in a row, up to a week
/// (F15). A usual wait that is long already is doubled all the same, up to 31 days.
fn throttled(usual: Duration, count: u32) -> Duration {
    let grown = usual
        .saturating_mul(2u32.saturating_pow(count))
        .min(MAX_BACKOFF);
    grown
        .max(usual.saturating_mul(2))
        .clamp(MIN_THROTTLED, MAX_ASKED)
}

/// `at` plus the source's jitter, which stays well before the next slot (C12).
pub(super) fn spread(
    source_id: &str,
    schedule: &Schedule,
    at: DateTime<Utc>,
    chance: Chance,
) -> DateTime<Utc> {
    let room = schedule.room_after(at);
    later(at, jitter(source_id, MAX_JITTER.min(room / 10), chance))
}

/// The first allowed slot at or after `due` (F16). A list that excludes everything is ignored.
fn out_of_skipped(
    source_id: &str,
    schedule: &Schedule,
    asked: &Asked,
    due: Due,
    chance: Chance,
) -> Due {
    let mut hours = [false; 24];
    for hour in asked.skip_hours.iter().filter(|hour| **hour <= 24) {
        // 24 is midnight; a remainder of 24 and a weekday below are always within their arrays.
        hours[usize::from(hour % 24)] = true;
    }
    let mut days = [false; 7];
    for day in &asked.skip_days {
        days[day.num_days_from_monday() as usize] = true;
    }
    let (leaves_hours, leaves_days) = (hours.contains(&false), days.contains(&false));
    let blocked = |at: DateTime<Utc>| {
        if leaves_days && days[at.weekday().num_days_from_monday() as usize] {
            Some(Because::SkipDays)
        } else if leaves_hours && hours[at.hour() as usize] {
            Some(Because::SkipHours)
        } else {
            None
        }
    };
    let mut moved = due;
    for _ in 0..SKIP_HORIZON {
        let Some(because) = blocked(moved.at) else {
            break;
        };
        let Some(at) = next_hour(moved.at) else { break };
        moved = Due { at, because };
    }
    if moved != due {
        // At most a minute into an hour that is allowed.
        moved.at = spread(source_id, schedule, moved.at, chance);
    }
    moved
}

/// The start of the next hour in GMT.
fn next_hour(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp((at.timestamp().div_euclid(3_600) + 1) * 3_600, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Weekday;
    use chrono_tz::Tz;

    const HOUR: Duration = Duration::from_secs(3_600);
    const DAY: Duration = Duration::from_secs(86_400);
    const NONE: Chance = Chance(0);

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}Z").parse().unwrap()
    }

    fn hourly() -> Schedule {
        Schedule::parse("7 * * * *", Tz::Asia__Kolkata).unwrap()
    }

    /// The next visit of a source whose jitter is nil, visited on a Tuesday at 10:37 GMT, a slot in Kolkata.
    fn after(schedule: &Schedule, asked: &Asked, outcome: Outcome) -> Option<Due> {
        next_due(&still(), schedule, HOUR, asked, &outcome, visited(), NONE)
    }

    fn visited() -> DateTime<Utc> {
        at("2025-11-11T10:37:00")
    }

    /// A source id with less than a second of jitter in any window met here.
    fn still() -> String {
        (0..)
            .map(|number| format!("s{number}"))
            .find(|id| {
                [60, 6]
                    .iter()
                    .all(|s| jitter(id, Duration::from_secs(*s), NONE).as_millis() < 50)
            })
            .unwrap()
    }

    fn is(due: Option<Due>, when: &str, because: Because) {
        let due = due.expect("due at some time");
        assert_eq!(due.because, because);
        let late = (due.at - at(when)).num_milliseconds();
        assert!((0..1_000).contains(&late), "{} is not {when}", due.at);
    }

    fn fails(count: u32) -> Outcome {
        Outcome::Failure {
            count,
            throttled: false,
        }
    }

    fn throttles(count: u32) -> Outcome {
        Outcome::Failure {
            count,
            throttled: true,
        }
    }

    #[test]
    fn c13_the_schedule_alone() {
        let daily = Schedule::parse("0 7 * * *", Tz::Asia__Kolkata).unwrap();
        let due = after(&daily, &Asked::default(), Outcome::Success);
        is(due, "2025-11-12T01:30:00", Because::Schedule);
    }

    #[test]
    fn f11_the_latest_bound_wins_after_every_outcome() {
        let mut asked = Asked::default();
        let often = Schedule::parse("*/5 * * * *", Tz::UTC).unwrap();
        is(
            after(&often, &asked, Outcome::Success),
            "2025-11-11T11:37:00",
            Because::MinInterval,
        );
        asked.fresh_for = Some(2 * HOUR);
        is(
            after(&often, &asked, Outcome::Success),
            "2025-11-11T12:37:00",
            Because::Freshness,
        );
        asked.ttl = Some(3 * HOUR);
        is(
            after(&often, &asked, Outcome::Success),
            "2025-11-11T13:37:00",
            Because::Ttl,
        );
        is(
            after(&often, &asked, fails(1)),
            "2025-11-11T13:37:00",
            Because::Ttl,
        );
        asked.update_period = Some(4 * HOUR);
        is(
            after(&often, &asked, Outcome::Success),
            "2025-11-11T14:37:00",
            Because::UpdatePeriod,
        );
    }

    #[test]
    fn w7_a_pushed_source_is_visited_slowly_and_only_at_its_slots() {
        let asked = Asked::default();
        let slow = |schedule: &Schedule, wait| {
            let due = after(schedule, &asked, Outcome::Success).unwrap();
            Some(safety(
                &still(),
                schedule,
                &asked,
                due,
                visited(),
                wait,
                Chance::NONE,
            ))
        };
        is(
            slow(&hourly(), 6 * HOUR),
            "2025-11-11T17:37:00",
            Because::Safety,
        );
        let daily = Schedule::parse("0 7 * * *", Tz::Asia__Kolkata).unwrap();
        is(
            slow(&daily, 6 * HOUR),
            "2025-11-12T01:30:00",
            Because::Schedule,
        );
        let weekly = Schedule::parse("every 7d", Tz::UTC).unwrap();
        is(
            slow(&weekly, 6 * HOUR),
            "2025-11-18T10:37:00",
            Because::Schedule,
        );
    }

    #[test]
    fn w7_f11_f14_a_ping_waits_for_all_that_was_asked_but_for_no_slot() {
        let daily = Schedule::parse("0 7 * * *", Tz::Asia__Kolkata).unwrap();
        let earliest = |asked: &Asked, outcome: Outcome| {
            super::earliest(&still(), &daily, HOUR, asked, &outcome, visited()).unwrap()
        };
        let mut asked = Asked::default();
        assert_eq!(
            earliest(&asked, Outcome::Success),
            at("2025-11-11T11:37:00")
        );
        asked.fresh_for = Some(2 * HOUR);
        let two = earliest(&asked, Outcome::Success);
        assert_eq!(two, at("2025-11-11T12:37:00"));
        asked.retry_at = Some(at("2025-11-11T15:00:00"));
        assert!(earliest(&asked, throttles(1)) >= at("2025-11-11T15:00:00"));
        let now = at("2025-11-11T11:00:00");
        let ping = |earliest| pinged(&still(), &daily, &asked, earliest, now);
        assert_eq!((ping(two).at, ping(now).at), (two, now));
        assert_eq!(ping(now).because, Because::Pinged);
        let back = |visited| Some(resumed(&still(), &daily, &asked, two, visited, now));
        is(back(visited()), "2025-11-12T01:30:00", Because::Schedule);
        is(
            back(at("2025-11-09T00:00:00")),
            "2025-11-11T12:37:00",
            Because::Schedule,
        );
    }

    #[test]
    fn f11_what_others_ask_is_capped_at_31_days() {
        for (asked, because) in [
            (
                Asked {
                    fresh_for: Some(Duration::MAX),
                    ..Asked::default()
                },
                Because::Freshness,
            ),
            (
                Asked {
                    ttl: Some(365 * DAY),
                    ..Asked::default()
                },
                Because::Ttl,
            ),
            (
                Asked {
                    update_period: Some(365 * DAY),
                    ..Asked::default()
                },
                Because::UpdatePeriod,
            ),
            (
                Asked {
                    retry_at: Some(DateTime::<Utc>::MAX_UTC),
                    ..Asked::default()
                },
                Because::RetryAfter,
            ),
        ] {
            is(
                after(&hourly(), &asked, Outcome::Success),
                "2025-12-12T10:37:00",
                because,
            );
        }
    }

    #[test]
    fn f11_an_absurd_minimum_does_not_overflow() {
        let due = next_due(
            "x",
            &hourly(),
            Duration::MAX,
            &Asked::default(),
            &fails(u32::MAX),
            visited(),
            NONE,
        );
        assert_eq!(due.map(|due| due.at), Some(DateTime::<Utc>::MAX_UTC));
    }

    #[test]
    fn f14_a_held_server_is_left_alone_and_f16_skipped_hours_as_well() {
        let mut asked = Asked::default();
        let until = at("2025-11-11T12:37:00");
        let due = |asked: &Asked| Some(held(&still(), &hourly(), asked, until, NONE));
        is(due(&asked), "2025-11-11T12:37:00", Because::HostHeld);
        asked.skip_hours = vec![12, 13];
        is(due(&asked), "2025-11-11T14:00:00", Because::SkipHours);
        for id in ["a", "b", "c"] {
            assert!(
                held(id, &hourly(), &asked, until, NONE).at >= until,
                "never early"
            );
        }
    }

    #[test]
    fn f14_the_later_of_retry_after_and_backoff() {
        let mut asked = Asked {
            retry_at: Some(at("2025-11-11T12:00:00")),
            ..Asked::default()
        };
        is(
            after(&hourly(), &asked, throttles(1)),
            "2025-11-11T12:00:00",
            Because::RetryAfter,
        );
        is(
            after(&hourly(), &asked, throttles(3)),
            "2025-11-11T14:37:00",
            Because::Backoff,
        );
        is(
            after(&hourly(), &asked, Outcome::Success),
            "2025-11-11T12:00:00",
            Because::RetryAfter,
        );
        asked.retry_at = Some(at("2025-11-11T09:00:00"));
        is(
            after(&hourly(), &asked, throttles(1)),
            "2025-11-11T14:37:00",
            Because::Throttled,
        );
    }

    #[test]
    fn f15_at_least_double_and_at_least_four_hours() {
        let asked = Asked::default();
        is(
            after(&hourly(), &asked, throttles(1)),
            "2025-11-11T14:37:00",
            Because::Throttled,
        );
        is(
            after(&hourly(), &asked, throttles(3)),
            "2025-11-11T18:37:00",
            Because::Throttled,
        );
        is(
            after(&hourly(), &asked, throttles(u32::MAX)),
            "2025-11-18T10:37:00",
            Because::Throttled,
        );
        let seldom = Schedule::parse("every 10d", Tz::UTC).unwrap();
        is(
            after(&seldom, &asked, throttles(1)),
            "2025-12-01T10:37:00",
            Because::Throttled,
        );
    }

    #[test]
    fn f26_backoff_doubles_up_to_a_week() {
        let asked = Asked::default();
        is(
            after(&hourly(), &asked, fails(2)),
            "2025-11-11T12:37:00",
            Because::Backoff,
        );
        is(
            after(&hourly(), &asked, fails(5)),
            "2025-11-12T02:37:00",
            Because::Backoff,
        );
        is(
            after(&hourly(), &asked, fails(9)),
            "2025-11-18T10:37:00",
            Because::Backoff,
        );
        is(
            after(&hourly(), &asked, fails(u32::MAX)),
            "2025-11-18T10:37:00",
            Because::Backoff,
        );
        // A file has no minimum, and no failure count of zero may hurry anything.
        let due = next_due(
            &still(),
            &hourly(),
            Duration::ZERO,
            &asked,
            &fails(0),
            visited(),
            NONE,
        );
        is(due, "2025-11-11T11:37:00", Because::Schedule);
    }

    #[test]
    fn f25_gone_is_confirmed_once_a_day_later() {
        let asked = Asked::default();
        let gone = |since| after(&hourly(), &asked, Outcome::Gone { since: at(since) });
        is(
            gone("2025-11-11T10:37:00"),
            "2025-11-12T10:37:00",
            Because::GoneConfirm,
        );
        is(
            gone("2025-11-11T09:00:00"),
            "2025-11-12T09:00:00",
            Because::GoneConfirm,
        );
        is(
            gone("2031-01-01T00:00:00"),
            "2025-11-12T10:37:00",
            Because::GoneConfirm,
        );
        assert_eq!(gone("2025-11-10T10:37:00"), None);
        assert_eq!(gone("2020-01-01T00:00:00"), None);
    }

    #[test]
    fn f16_skipped_hours_and_days_defer_to_the_first_allowed_hour() {
        let skip = |hours: &[u8], days: &[Weekday]| {
            let asked = Asked {
                skip_hours: hours.to_vec(),
                skip_days: days.to_vec(),
                ..Asked::default()
            };
            after(&hourly(), &asked, Outcome::Success)
        };
        is(
            skip(&[10, 14], &[]),
            "2025-11-11T11:37:00",
            Because::Schedule,
        );
        is(
            skip(&[11, 12], &[]),
            "2025-11-11T13:00:00",
            Because::SkipHours,
        );
        // 24 is 0, and the rule that blocked last is named.
        let evening: Vec<u8> = (11..=24).collect();
        is(
            skip(&evening, &[]),
            "2025-11-12T01:00:00",
            Because::SkipHours,
        );
        is(
            skip(&[11], &[Weekday::Tue]),
            "2025-11-12T00:00:00",
            Because::SkipDays,
        );
        is(
            skip(&[24], &[Weekday::Tue]),
            "2025-11-12T01:00:00",
            Because::SkipHours,
        );
        // Everything, and nonsense, is ignored.
        let all: Vec<u8> = (0..=255).collect();
        is(skip(&all, &[]), "2025-11-11T11:37:00", Because::Schedule);
        is(
            skip(&[25, 99], &[]),
            "2025-11-11T11:37:00",
            Because::Schedule,
        );
        let week = [0, 1, 2, 3, 4, 5, 6].map(|day| Weekday::try_from(day).unwrap());
        is(skip(&[], &week), "2025-11-11T11:37:00", Because::Schedule);
        // One hour a week is left.
        let but_ten: Vec<u8> = (0..24).filter(|hour| *hour != 10).collect();
        let but_tuesday: Vec<Weekday> = week
            .into_iter()
            .filter(|day| *day != Weekday::Tue)
            .collect();
        is(
            skip(&but_ten, &but_tuesday),
            "2025-11-18T10:00:00",
            Because::SkipHours,
        );
    }

    #[test]
    fn f18_jitter_only_lengthens_and_never_crosses_a_slot() {
        for text in [
            "* * * * *",
            "*/5 * * * *",
            "7 * * * *",
            "0 7 * * 1",
            "every 1m",
            "every 90m",
        ] {
            let schedule = Schedule::parse(text, Tz::America__New_York).unwrap();
            for number in 0..200 {
                let id = format!("source-{number}");
                let due = |chance| {
                    let (asked, outcome) = (Asked::default(), Outcome::Success);
                    let zero = Duration::ZERO;
                    next_due(&id, &schedule, zero, &asked, &outcome, visited(), chance).unwrap()
                };
                let slot = schedule.next_after(visited());
                let (stable, longest) = (due(NONE), due(Chance(u64::MAX)));
                assert_eq!((stable.because, stable), (Because::Schedule, due(NONE)));
                assert!(stable.at >= slot && longest.at > stable.at);
                assert!(
                    longest.at < schedule.next_after(slot),
                    "{text}: {}",
                    longest.at
                );
                assert!(longest.at - slot <= TimeDelta::seconds(60));
            }
        }
    }

    #[test]
    fn f11_f18_a_source_keeps_its_place_in_the_hour() {
        let (schedule, asked) = (hourly(), Asked::default());
        let next = |visit, chance| {
            let outcome = Outcome::Success;
            next_due(
                "drifter",
                &schedule,
                HOUR,
                &asked,
                &outcome,
                visit,
                Chance(chance),
            )
            .unwrap()
            .at
        };
        let mut visit = next(schedule.next_after(visited()), 0);
        for _ in 0..100 {
            assert_eq!(next(visit, 0) - visit, TimeDelta::hours(1));
            visit = next(visit, 0);
        }
        // Chance moves it within its minute, never closer together than the minimum, and never further on.
        for n in 1..100u64 {
            let drawn = next(visit, n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            assert!(drawn - visit >= TimeDelta::hours(1));
            visit = drawn;
        }
        let past = (visit - schedule.next_after(visit - TimeDelta::minutes(2))).num_seconds();
        assert!((0..=60).contains(&past), "{past}");
    }

    #[test]
    fn c10_missed_slots_become_one_visit_and_future_ones_stand() {
        let (schedule, start) = (hourly(), at("2025-11-11T11:20:00"));
        let stored = |when| Due {
            at: at(when),
            because: Because::Freshness,
        };
        let mut asked = Asked::default();
        let due =
            |asked: &Asked, when| catch_up(&still(), &schedule, asked, stored(when), start, NONE);
        assert_eq!(
            due(&asked, "2025-11-11T12:00:00"),
            stored("2025-11-11T12:00:00")
        );
        is(
            Some(due(&asked, "2025-11-01T00:00:00")),
            "2025-11-11T11:20:00",
            Because::Startup,
        );
        asked.skip_hours = vec![11];
        is(
            Some(due(&asked, "2025-11-01T00:00:00")),
            "2025-11-11T12:00:00",
            Because::SkipHours,
        );
        is(
            Some(first_due(&still(), &schedule, start, NONE)),
            "2025-11-11T11:20:00",
            Because::Startup,
        );
    }
}
