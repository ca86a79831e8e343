//! What is made of a clock that jumps: set right or wrong, put forward, put back, or asleep for a while.
//!
//! Waits are kept as instants, which a jump makes wrong. No clock is read here but the one that is handed in, so a jump shows only as two times of day that do
//! not follow each other, or as a visit that lies in the future.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::because::Because;
use super::due::{Due, MAX_JITTER, spread};
use super::jitter::Chance;
use super::timetable::Schedule;

/// A clock that is put back by more than this was wrong and has been set right; by less, it is drifting or in the overlap of some zone, and what is due waits
/// that much longer. Three hours, as in Vixie's cron (C8).
const CORRECTION: TimeDelta = TimeDelta::hours(3);

/// So much time passes unnoticed only in a process that was stopped, or on a machine that slept or was set forward: the loop turns every two
/// seconds, and a sick disk is waited for half a minute at a time.
const ASLEEP: TimeDelta = TimeDelta::minutes(5);

/// How two readings of the clock, one after the other, go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// As they should, or nearly.
    Steady,
    /// Time has passed in which nothing ran: what was missed is caught up with as after a start (C10).
    Asleep,
    /// The clock was wrong before (C8).
    SetBack,
}

/// What happened between `before` and `now`.
pub fn step(before: DateTime<Utc>, now: DateTime<Utc>) -> Step {
    let passed = now - before;
    if passed < -CORRECTION {
        Step::SetBack
    } else if passed > ASLEEP {
        Step::Asleep
    } else {
        Step::Steady
    }
}

/// By how much a clock was put back since `last`, the latest visit there is; `None` when that is no correction (C8). Visits are never in the future
/// otherwise, so this finds it after a restart too. The true jump may be greater by the time since that visit, never less: what is put right by it comes late,
/// not early.
pub fn put_back_by(last: DateTime<Utc>, now: DateTime<Utc>) -> Option<TimeDelta> {
    Some(last - now).filter(|by| *by > CORRECTION)
}

/// A due time that was set before the clock was put back `by` so much: the same wait, from now on. A slot of the schedule is looked for
/// anew, at or after that, so that four o'clock is four o'clock by the clock there is (C8).
pub fn put_right(
    source_id: &str,
    schedule: &Schedule,
    due: Due,
    by: TimeDelta,
    chance: Chance,
) -> Due {
    let at = due.at.checked_sub_signed(by).unwrap_or(due.at);
    let at = match due.because {
        // The wait holds the jitter already.
        Because::Schedule => spread(
            source_id,
            schedule,
            schedule.next_after(at - jittered()),
            chance,
        ),
        _ => at,
    };
    Due { at, ..due }
}

fn jittered() -> TimeDelta {
    TimeDelta::from_std(MAX_JITTER).unwrap_or_default()
}

/// Whether `wait` has passed since `since`. True as well when `since` lies in the future: the clock was put back, and waiting for it to come round
/// would be waiting for hours.
pub fn has_passed(since: DateTime<Utc>, wait: Duration, now: DateTime<Utc>) -> bool {
    (now - since).to_std().map_or(true, |passed| passed >= wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2025-11-11T{text}Z").parse().unwrap()
    }

    #[test]
    #[rustfmt::skip]
    fn c8_c14_what_two_readings_of_the_clock_mean() {
        for (before, now, means) in [
            ("10:00:00", "10:00:02", Step::Steady),
            ("10:00:00", "10:00:00", Step::Steady),
            ("10:00:00", "10:04:00", Step::Steady),    // a sick disk
            ("10:00:00", "10:06:00", Step::Asleep),    // suspended, stopped, or set forward
            ("10:00:00", "23:00:00", Step::Asleep),
            ("10:00:00", "09:59:59", Step::Steady),    // an NTP step
            ("10:00:00", "07:00:00", Step::Steady),    // three hours: it waits for the clock
            ("10:00:00", "06:59:59", Step::SetBack),   // more: a correction
        ] {
            assert_eq!(step(at(before), at(now)), means, "{before} {now}");
        }
    }

    #[test]
    fn c8_a_correction_is_found_by_the_latest_visit() {
        assert_eq!(put_back_by(at("10:00:00"), at("10:30:00")), None);
        assert_eq!(put_back_by(at("10:00:00"), at("07:00:00")), None);
        assert_eq!(
            put_back_by(at("10:00:00"), at("05:00:00")),
            Some(TimeDelta::hours(5))
        );
    }

    #[test]
    fn c8_waits_are_kept_and_slots_are_found_anew() {
        let berlin = |text| Schedule::parse(text, Tz::Europe__Berlin).unwrap();
        let daily = berlin("0 16 * * *");
        let by = TimeDelta::minutes(5 * 60 + 10);
        let put = |because, schedule: &Schedule| {
            let at = at("15:30:00");
            put_right("a", schedule, Due { at, because }, by, Chance(0))
        };
        // What was asked for holds to the second.
        let waits = put(Because::RetryAfter, &daily);
        assert_eq!(waits.at, at("10:20:00"));
        assert_eq!(waits.because, Because::RetryAfter);
        // Four in the afternoon is four in the afternoon, 15:00 GMT.
        let slot = put(Because::Schedule, &daily).at;
        assert!(slot >= at("15:00:00") && slot <= at("15:01:00"), "{slot}");
        // A correction by whole hours leaves an hourly source its slot, and never brings it nearer.
        let hourly = berlin("7 * * * *");
        let due = spread("a", &hourly, at("15:07:00"), Chance(0));
        let due = Due {
            at: due,
            because: Because::Schedule,
        };
        let put = put_right("a", &hourly, due, TimeDelta::hours(9), Chance(0));
        assert_eq!(put.at, due.at - TimeDelta::hours(9));
    }

    #[test]
    fn c14_nothing_waits_for_a_clock_to_come_round_again() {
        let wait = Duration::from_secs(4);
        assert!(!has_passed(at("10:00:00"), wait, at("10:00:03")));
        assert!(has_passed(at("10:00:00"), wait, at("10:00:04")));
        assert!(has_passed(at("10:00:00"), wait, at("05:00:00")));
    }
}
