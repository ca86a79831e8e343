//! A reading of a calendar, a clock and a zone, and the one instant it means.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::stamp::{Hints, Precision, Stamp, ZoneRule};
use super::zones::{self, Zone};

/// What a text said, as it said it: nothing is filled in, nothing checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Civil {
    pub date: Calendar,
    pub clock: Option<Clock>,
    pub zone: Option<Zone>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Calendar {
    pub year: i32,
    pub month: Option<u32>,
    pub day: Option<u32>,
}

impl Calendar {
    pub fn day(year: i32, month: u32, day: u32) -> Self {
        Self {
            year,
            month: Some(month),
            day: Some(day),
        }
    }

    pub fn of(date: NaiveDate) -> Self {
        Self::day(date.year(), date.month(), date.day())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Clock {
    pub hour: u32,
    pub minute: u32,
    pub second: Option<u32>,
}

impl Clock {
    /// A clock that can exist: up to 23:59:60, and 24:00 (T7).
    pub fn new(hour: u32, minute: u32, second: Option<u32>) -> Option<Self> {
        let midnight = hour == 24 && minute == 0 && second.unwrap_or(0) == 0;
        let ordinary = hour < 24 && minute < 60 && second.unwrap_or(0) <= 60;
        (midnight || ordinary).then_some(Self {
            hour,
            minute,
            second,
        })
    }
}

/// The year that a number of so many digits means: 00–49 is 20xx, 50–99 is 19xx, three digits count from 1900 (T6, RFC 5322 §4.3).
pub(super) fn year(value: u32, digits: usize) -> Option<i32> {
    let full = match (digits, value) {
        (2, 0..=49) => value + 2000,
        (2, _) | (3, _) => value + 1900,
        (4, 1..) => value,
        _ => return None,
    };
    i32::try_from(full).ok()
}

impl Civil {
    /// The instant, or `None` when no such day or time exists, or when it falls outside the years 1 to 9999.
    ///
    /// Impossible days are refused, never rolled over; 24:00 is the next day's midnight; a 60th second is the 59th (T7).
    pub fn stamp(self, hints: &Hints<'_>) -> Option<Stamp> {
        let precision = self.precision()?;
        let day = NaiveDate::from_ymd_opt(
            self.date.year,
            self.date.month.unwrap_or(1),
            self.date.day.unwrap_or(1),
        )?;
        let Some(clock) = self.clock else {
            let (said, zone_rule) = self.instant(day.and_time(NaiveTime::MIN), hints)?;
            let (shown, _) = self.instant(day.and_hms_opt(12, 0, 0)?, hints)?;
            return Some(Stamp::spanning(said, shown, precision, zone_rule));
        };
        let local = if clock.hour == 24 {
            NaiveDateTime::new(day.checked_add_days(Days::new(1))?, NaiveTime::MIN)
        } else {
            day.and_hms_opt(clock.hour, clock.minute, clock.second.unwrap_or(0).min(59))?
        };
        let (at, zone_rule) = self.instant(local, hints)?;
        Some(Stamp::exact(at, precision, zone_rule))
    }

    /// The instant of a local time in the zone that the text, else the hints, name.
    fn instant(
        &self,
        local: NaiveDateTime,
        hints: &Hints<'_>,
    ) -> Option<(DateTime<Utc>, ZoneRule)> {
        let (at, rule) = match self.zone {
            Some(zone) => zone.resolve(local, hints)?,
            None => (zones::local_instant(local, hints.zone)?, ZoneRule::Default),
        };
        Some((within_years(at)?, rule))
    }

    /// A time of day needs a whole date in front of it.
    fn precision(&self) -> Option<Precision> {
        match (self.date.month, self.date.day, self.clock) {
            (
                Some(_),
                Some(_),
                Some(Clock {
                    second: Some(_), ..
                }),
            ) => Some(Precision::Second),
            (Some(_), Some(_), Some(_)) => Some(Precision::Minute),
            (Some(_), Some(_), None) => Some(Precision::Day),
            (Some(_), None, None) => Some(Precision::Month),
            (None, None, None) => Some(Precision::Year),
            _ => None,
        }
    }
}

/// The instant when its year has the four digits that every output format asks for.
pub(super) fn within_years(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (1..=9999).contains(&at.year()).then_some(at)
}
