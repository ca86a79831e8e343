//! Where five fields fall on the calendar, and what a clock change makes of them.
//!
//! Two kinds of job (C6–C8), told apart as in Vixie's cron by how the minute and hour fields *start*:
//! - *Fixed*: neither starts with `*`, as in `30 2 * * *` or `30 2-4 * * *`. It fires at the first instant at which
//!   the local clock reads its time or a later one. So a time in a gap fires right after the gap, and a time in an
//!   overlap fires once, in the first pass.
//! - *Wildcard*: one of them does, as in `*/30 * * * *`. It fires whenever the clock really reads its time: not at
//!   all in a gap, in both passes of an overlap.
//!
//! Either way the firings are strictly increasing and the search is bounded.

use chrono::{
    DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::{GapInfo, Tz};
use cron::TimeUnitSpec;

use super::fields::Fields;

/// How many years to look ahead. The longest wait the Gregorian calendar knows is 40: a 29 February that is a
/// Sunday, across a year such as 2100 that is not a leap year.
const HORIZON_YEARS: i32 = 41;

/// Two offsets of one zone differ by at most a day, so a clock change can only matter to a firing less than two days
/// away from it.
const NEAR: TimeDelta = TimeDelta::days(2);

/// How closely to look for clock changes. No zone has changed twice within six hours.
const PROBE: TimeDelta = TimeDelta::hours(6);

/// How many clock changes and skips to pass before giving up: a horizon of 41 years holds far fewer.
const MAX_STEPS: usize = 2_000;

/// The first firing strictly after `after`; `None` only at the end of the calendar.
pub(super) fn next_after(fields: &Fields, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if fields.wildcard {
        next_wildcard(fields, zone, after)
    } else {
        next_fixed(fields, zone, after)
    }
}

/// Does the five-field line ever fire?
pub(super) fn ever_fires(fields: &Fields) -> bool {
    // Any start will do, as the horizon is longer than the longest wait.
    next_reading(fields, DateTime::UNIX_EPOCH.naive_utc()).is_some()
}

fn next_fixed(fields: &Fields, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut reading = local(after, offset_at(zone, after))?;
    // In the second pass of an overlap the readings still to come have fired already, hence the loop.
    for _ in 0..MAX_STEPS {
        reading = next_reading(fields, minute_after(reading)?)?;
        if let Some(at) = first_instant(zone, reading).filter(|at| *at > after) {
            return Some(at);
        }
    }
    None
}

/// The first instant at which the clock reads `reading` or later. `None` in a gap whose end the zone's table does
/// not hold.
fn first_instant(zone: Tz, reading: NaiveDateTime) -> Option<DateTime<Utc>> {
    zone.from_local_datetime(&reading)
        .earliest()
        .or_else(|| GapInfo::new(&reading, &zone)?.end)
        .map(|at| at.with_timezone(&Utc))
}

/// Walks stretches of constant offset, within which local and real time are the same up to a shift.
fn next_wildcard(fields: &Fields, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut from = after;
    let mut earliest = minute_after(local(after, offset_at(zone, after))?)?;
    for _ in 0..MAX_STEPS {
        let offset = offset_at(zone, from);
        let reading = next_reading(fields, earliest)?;
        let shift = TimeDelta::seconds(i64::from(offset.local_minus_utc()));
        let hit = reading.checked_sub_signed(shift)?.and_utc();
        // Near `from` and near `hit` every change is looked for; between the two none can matter.
        let near = from.checked_add_signed(NEAR * 2)?.min(hit);
        if let Some(change) = change_between(zone, from, near) {
            from = change;
        } else if near == hit {
            return Some(hit);
        } else {
            from = hit.checked_sub_signed(NEAR)?;
        }
        earliest = local(from, offset_at(zone, from))?;
    }
    None
}

/// The first instant after `from` and not after `to` at which the zone has another offset than at `from`.
fn change_between(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let offset = offset_at(zone, from);
    let mut same = from;
    while same < to {
        let probe = same
            .checked_add_signed(PROBE)
            .map_or(to, |probe| probe.min(to));
        if offset_at(zone, probe) != offset {
            return Some(bisect(zone, same, probe));
        }
        same = probe;
    }
    None
}

/// The second at which the offset changes, which is after `same` and not after `other`.
fn bisect(zone: Tz, same: DateTime<Utc>, other: DateTime<Utc>) -> DateTime<Utc> {
    let offset = offset_at(zone, same);
    let (mut same, mut other_seconds) = (same.timestamp(), other.timestamp());
    while other_seconds - same > 1 {
        let middle = same + (other_seconds - same) / 2;
        // Seconds between two valid instants are valid.
        let unchanged =
            DateTime::from_timestamp(middle, 0).is_none_or(|at| offset_at(zone, at) == offset);
        if unchanged {
            same = middle;
        } else {
            other_seconds = middle;
        }
    }
    DateTime::from_timestamp(other_seconds, 0).unwrap_or(other)
}

fn offset_at(zone: Tz, at: DateTime<Utc>) -> FixedOffset {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix()
}

fn local(at: DateTime<Utc>, offset: FixedOffset) -> Option<NaiveDateTime> {
    at.naive_utc().checked_add_offset(offset)
}

/// The start of the minute after the one `at` lies in.
fn minute_after(at: NaiveDateTime) -> Option<NaiveDateTime> {
    at.with_second(0)?
        .with_nanosecond(0)?
        .checked_add_signed(TimeDelta::minutes(1))
}

/// The first reading of a clock without changes, at or after `from`, that the fields name.
fn next_reading(fields: &Fields, from: NaiveDateTime) -> Option<NaiveDateTime> {
    let whole = from.with_second(0)?.with_nanosecond(0)?;
    let from = if whole == from {
        from
    } else {
        minute_after(from)?
    };
    if day_matches(fields, from.date())
        && let Some(time) = first_time(fields, from.hour(), from.minute())
    {
        return Some(from.date().and_time(time));
    }
    let time = first_time(fields, 0, 0)?;
    Some(next_day(fields, from.date().succ_opt()?)?.and_time(time))
}

/// The first day at or after `from` that the day fields name, within the horizon.
fn next_day(fields: &Fields, from: NaiveDate) -> Option<NaiveDate> {
    let last_year = from.year().checked_add(HORIZON_YEARS)?;
    let mut day = from;
    while day.year() <= last_year {
        if !fields.sets.months().includes(day.month()) {
            day = day.with_day(1)?.checked_add_months(Months::new(1))?;
        } else if day_matches(fields, day) {
            return Some(day);
        } else {
            day = day.checked_add_days(Days::new(1))?;
        }
    }
    None
}

/// The day rule of Vixie's cron (C2, C3): with both day fields restricted one of them is enough; with either of them
/// starting with `*` both must match, so `0 0 */2 * 1` means Mondays with an odd day of the month.
fn day_matches(fields: &Fields, day: NaiveDate) -> bool {
    let of_month = fields.sets.days_of_month().includes(day.day());
    let of_week = fields
        .sets
        .days_of_week()
        .includes(day.weekday().number_from_sunday());
    fields.sets.months().includes(day.month())
        && if fields.both_days {
            of_month && of_week
        } else {
            of_month || of_week
        }
}

/// The first time of day at or after `hour`:`minute` that the fields name.
fn first_time(fields: &Fields, hour: u32, minute: u32) -> Option<NaiveTime> {
    fields.sets.hours().range(hour..).find_map(|candidate| {
        let from = if candidate == hour { minute } else { 0 };
        let minute = fields.sets.minutes().range(from..).next()?;
        NaiveTime::from_hms_opt(candidate, minute, 0)
    })
}
