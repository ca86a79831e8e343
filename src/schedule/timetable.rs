//! A schedule as written in feeds.toml, and when it fires.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::because::Because;
use super::civil;
use super::duration::{later, parse_duration};
use super::error::ScheduleError;
use super::fields::{self, Fields, Word};
use super::rhythm::{GRAIN, Rhythm, UNLEARNED};

/// The longest text read as a schedule, in bytes: a list of every minute is 170, and nobody writes more by hand.
const MAX_TEXT: usize = 512;

/// The shortest `every`: cron's own grain, and far below any polite interval.
const MIN_EVERY: Duration = Duration::from_secs(60);

/// The longest `every`: a year. A source visited less often is not followed at all.
const MAX_EVERY: Duration = Duration::from_secs(366 * 86_400);

/// Most missed slots that are counted of one stretch: a year of hourly ones takes nine thousand steps to count, and says no more than "many".
const MOST_SLOTS: usize = 1_000;

/// The words that stand for five fields (C5).
const ALIASES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// When visiting is allowed: a checked schedule in its own time zone (C9).
///
/// Two schedules are equal when they were written alike and stand in the same zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    text: String,
    zone: Tz,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq)]
enum Rule {
    Fields(Box<Fields>),
    Every(Duration),
    /// The source's own rhythm; none yet, as feeds.toml has it.
    Auto(Option<Box<Rhythm>>),
}

impl Schedule {
    /// Read a schedule: five cron fields, one of `@yearly`, `@annually`, `@monthly`, `@weekly`, `@daily`,
    /// `@midnight`, `@hourly`, `every` with a duration from 1m to 366d, or `auto` (C1–C5). `zone` is where the clock hangs
    /// that the fields are about, and by which `auto` tells days and hours; it has no say in `every`.
    ///
    /// Refuses what would never fire, such as `0 0 31 2 *`, and what this version does not do (`@reboot`,
    /// seconds). Day rule: see C2 and C3 — day of month and weekday are ORed when both are restricted, and a
    /// field that starts with `*` counts as unrestricted, also `*/2`, in which case both must match.
    pub fn parse(text: &str, zone: Tz) -> Result<Schedule, ScheduleError> {
        if text.len() > MAX_TEXT {
            return Err(ScheduleError::TooLong {
                bytes: text.len(),
                limit: MAX_TEXT,
            });
        }
        let words = fields::words(text);
        let rule = match words.as_slice() {
            [] => return Err(ScheduleError::Empty),
            [(every, _), rest @ ..] if every.eq_ignore_ascii_case("every") => interval(text, rest)?,
            [(auto, _)] if auto.eq_ignore_ascii_case("auto") => Rule::Auto(None),
            [word] => Rule::Fields(Box::new(single(word)?)),
            _ => Rule::Fields(Box::new(five(&words)?)),
        };
        Ok(Schedule {
            text: text.trim_ascii().to_owned(),
            zone,
            rule,
        })
    }

    /// The first firing strictly after `after`; for `every N` that is `after` plus N. Any instant may be asked
    /// about in any order, so a clock set back does no harm (C14). See C6–C8 for days on which the clock changes:
    /// times that an operator fixed fire once, right after a gap; wildcards fire whenever the clock really reads so.
    ///
    /// `auto` answers with the first visit of the week it plans from `after` on, and with a quarter of a day while it has [`learned`](Schedule::learned)
    /// nothing. At the end of chrono's calendar, some 260,000 years off, the answer is `DateTime::<Utc>::MAX_UTC`.
    pub fn next_after(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        match &self.rule {
            Rule::Every(interval) => later(after, *interval),
            Rule::Auto(Some(rhythm)) => rhythm.next_after(after),
            Rule::Auto(None) => later(after, UNLEARNED),
            Rule::Fields(fields) => {
                civil::next_after(fields, self.zone, after).unwrap_or(DateTime::<Utc>::MAX_UTC)
            }
        }
    }

    /// Whether the source's own rhythm is followed, which has to be learned first.
    pub fn is_auto(&self) -> bool {
        matches!(self.rule, Rule::Auto(_))
    }

    /// Whether it names times of the clock: five fields do, an interval and a rhythm count from the last visit.
    pub fn has_slots(&self) -> bool {
        matches!(self.rule, Rule::Fields(_))
    }

    /// The same schedule with what was learned of a source; any other than `auto` has nothing to learn.
    pub fn learned(&self, rhythm: Rhythm) -> Schedule {
        let mut schedule = self.clone();
        if let Rule::Auto(known) = &mut schedule.rule {
            *known = Some(Box::new(rhythm));
        }
        schedule
    }

    /// The name of the rule by which this sets a visit (F49).
    pub(super) fn because(&self) -> Because {
        if self.is_auto() {
            Because::Rhythm
        } else {
            Because::Schedule
        }
    }

    /// How long after `at` the next slot is; for `auto`, which has none, how exactly it means what it says.
    pub(super) fn room_after(&self, at: DateTime<Utc>) -> Duration {
        match self.rule {
            Rule::Auto(_) => GRAIN,
            Rule::Fields(_) | Rule::Every(_) => {
                (self.next_after(at) - at).to_std().unwrap_or_default()
            }
        }
    }

    /// How many slots came after `after` and not after `until`: those that one visit makes up for (C11). At most [`MOST_SLOTS`]; `auto` has no slots.
    pub fn slots_between(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> u32 {
        if self.is_auto() {
            return 0;
        }
        let slots = std::iter::successors(Some(self.next_after(after)), |slot| {
            Some(self.next_after(*slot))
        });
        let passed = slots.take_while(|slot| *slot <= until).take(MOST_SLOTS);
        u32::try_from(passed.count()).unwrap_or(u32::MAX)
    }

    /// The next five firings after `after`, for the operator to check (C9).
    pub fn next_five(&self, after: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let firings = std::iter::successors(Some(self.next_after(after)), |last| {
            Some(self.next_after(*last))
        });
        firings.take(5).collect()
    }

    /// The schedule as written, without blanks around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The zone in which the schedule is read.
    pub fn zone(&self) -> Tz {
        self.zone
    }
}

fn interval(text: &str, rest: &[Word<'_>]) -> Result<Rule, ScheduleError> {
    let span = match (rest.first(), rest.last()) {
        (Some((_, first)), Some((_, last))) => first.start..last.end,
        _ => text.len()..text.len(),
    };
    let written = text.get(span.clone()).unwrap_or_default();
    match parse_duration(written) {
        Err(reason) => Err(ScheduleError::Interval { reason, span }),
        Ok(interval) if interval < MIN_EVERY => Err(ScheduleError::IntervalTooShort { span }),
        Ok(interval) if interval > MAX_EVERY => Err(ScheduleError::IntervalTooLong { span }),
        Ok(interval) => Ok(Rule::Every(interval)),
    }
}

/// A schedule of one word: an alias, or a mistake with a name.
fn single((word, span): &Word<'_>) -> Result<Fields, ScheduleError> {
    let lower = word.to_ascii_lowercase();
    let span = span.clone();
    if let Some((_, meant)) = ALIASES.iter().find(|(alias, _)| *alias == lower) {
        return five(&fields::words(meant));
    }
    Err(match lower.as_str() {
        "@reboot" => ScheduleError::Reboot { span },
        _ if lower.starts_with(|c: char| c == '@' || c.is_alphabetic()) => {
            ScheduleError::UnknownAlias {
                word: (*word).to_owned(),
                span,
            }
        }
        _ => wrong_count(1, "", span),
    })
}

fn five(words: &[Word<'_>]) -> Result<Fields, ScheduleError> {
    let Ok(words) = <&[Word<'_>; 5]>::try_from(words) else {
        let hint = match words.len() {
            6 | 7 => "; seconds and years are not supported",
            _ => ", as in \"7 * * * *\"",
        };
        let end = words.last().map_or(0, |(_, span)| span.end);
        let start = words
            .get(5)
            .or(words.first())
            .map_or(0, |(_, span)| span.start);
        return Err(wrong_count(words.len(), hint, start..end));
    };
    let fields = fields::read(words)?;
    if civil::ever_fires(&fields) {
        Ok(fields)
    } else {
        // Minutes, hours and weekdays always come round: day and month are to blame.
        Err(ScheduleError::NeverFires {
            span: words[2].1.start..words[3].1.end,
        })
    }
}

fn wrong_count(found: usize, hint: &'static str, span: std::ops::Range<usize>) -> ScheduleError {
    ScheduleError::FieldCount { found, hint, span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(text: &str, zone: Tz) -> Schedule {
        Schedule::parse(text, zone).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text)
            .unwrap()
            .with_timezone(&Utc)
    }

    /// The first firings after an instant, as local times with their offsets.
    fn firings(text: &str, zone: Tz, after: &str, count: usize) -> Vec<String> {
        let schedule = schedule(text, zone);
        let first = schedule.next_after(at(after));
        std::iter::successors(Some(first), |last| Some(schedule.next_after(*last)))
            .map(|at| at.with_timezone(&zone).format("%m-%d %H:%M%z").to_string())
            .take(count)
            .collect()
    }

    #[test]
    fn c6_a_fixed_time_in_the_gap_fires_right_after_it() {
        let zone = Tz::America__New_York;
        let before = "2025-03-08T12:00:00-05:00";
        assert_eq!(
            firings("30 2 * * *", zone, before, 2),
            ["03-09 03:00-0400", "03-10 02:30-0400"]
        );
        // Several times in the gap are one firing, also with one that is due right after it.
        assert_eq!(
            firings("10,30 2,3 * * *", zone, before, 4),
            [
                "03-09 03:00-0400",
                "03-09 03:10-0400",
                "03-09 03:30-0400",
                "03-10 02:10-0400"
            ]
        );
        assert_eq!(
            firings("0,30 2-3 * * *", zone, before, 3),
            ["03-09 03:00-0400", "03-09 03:30-0400", "03-10 02:00-0400"]
        );
        let berlin = firings(
            "30 2 * * *",
            Tz::Europe__Berlin,
            "2025-03-29T12:00:00+01:00",
            2,
        );
        assert_eq!(berlin, ["03-30 03:00+0200", "03-31 02:30+0200"]);
        let island = firings(
            "15 2 * * *",
            Tz::Australia__Lord_Howe,
            "2025-10-04T12:00:00+10:30",
            2,
        );
        assert_eq!(island, ["10-05 02:30+1100", "10-06 02:15+1100"]);
        // Samoa had no 30 December 2011 at all.
        let samoa = firings(
            "0 9 * * *",
            Tz::Pacific__Apia,
            "2011-12-29T12:00:00-10:00",
            2,
        );
        assert_eq!(samoa, ["12-31 00:00+1400", "12-31 09:00+1400"]);
    }

    #[test]
    fn c7_a_fixed_time_in_the_overlap_fires_once() {
        let zone = Tz::America__New_York;
        let before = "2025-11-01T12:00:00-04:00";
        assert_eq!(
            firings("30 1 * * *", zone, before, 2),
            ["11-02 01:30-0400", "11-03 01:30-0500"]
        );
        assert_eq!(
            firings("0,30 1-2 * * *", zone, before, 5),
            [
                "11-02 01:00-0400",
                "11-02 01:30-0400",
                "11-02 02:00-0500",
                "11-02 02:30-0500",
                "11-03 01:00-0500"
            ]
        );
        // Asked in the second pass, it does not fire again.
        assert_eq!(
            firings("30 1 * * *", zone, "2025-11-02T01:10:00-05:00", 1),
            ["11-03 01:30-0500"]
        );
        let berlin = firings(
            "30 2 * * *",
            Tz::Europe__Berlin,
            "2025-10-25T12:00:00+02:00",
            2,
        );
        assert_eq!(berlin, ["10-26 02:30+0200", "10-27 02:30+0100"]);
        let island = firings(
            "45 1 * * *",
            Tz::Australia__Lord_Howe,
            "2025-04-05T12:00:00+11:00",
            2,
        );
        assert_eq!(island, ["04-06 01:45+1100", "04-07 01:45+1030"]);
    }

    #[test]
    fn c8_wildcards_follow_the_real_clock() {
        let zone = Tz::America__New_York;
        assert_eq!(
            firings("*/30 * * * *", zone, "2025-11-02T00:45:00-04:00", 5),
            [
                "11-02 01:00-0400",
                "11-02 01:30-0400",
                "11-02 01:00-0500",
                "11-02 01:30-0500",
                "11-02 02:00-0500"
            ]
        );
        assert_eq!(
            firings("*/30 * * * *", zone, "2025-03-09T01:15:00-05:00", 3),
            ["03-09 01:30-0500", "03-09 03:00-0400", "03-09 03:30-0400"]
        );
        // Not at all in a gap; both passes of an overlap, from far off too.
        assert_eq!(
            firings("*/30 2 * * *", zone, "2025-03-08T12:00:00-05:00", 1),
            ["03-10 02:00-0400"]
        );
        assert_eq!(
            firings("*/30 1 2 11 *", zone, "2024-12-24T12:00:00-05:00", 5),
            [
                "11-02 01:00-0400",
                "11-02 01:30-0400",
                "11-02 01:00-0500",
                "11-02 01:30-0500",
                "11-02 01:00-0500"
            ]
        );
        assert_eq!(
            firings(
                "7 * * * *",
                Tz::Europe__Berlin,
                "2025-10-26T01:30:00+02:00",
                3
            ),
            ["10-26 02:07+0200", "10-26 02:07+0100", "10-26 03:07+0100"]
        );
        // Half an hour on Lord Howe Island.
        assert_eq!(
            firings(
                "*/15 * * * *",
                Tz::Australia__Lord_Howe,
                "2025-04-06T01:20:00+11:00",
                5
            ),
            [
                "04-06 01:30+1100",
                "04-06 01:45+1100",
                "04-06 01:30+1030",
                "04-06 01:45+1030",
                "04-06 02:00+1030"
            ]
        );
        assert_eq!(
            firings(
                "*/15 * * * *",
                Tz::Australia__Lord_Howe,
                "2025-10-05T01:40:00+10:30",
                3
            ),
            ["10-05 01:45+1030", "10-05 02:30+1100", "10-05 02:45+1100"]
        );
    }

    #[test]
    fn c7_c14_strictly_increasing_through_clock_changes() {
        let zones = [
            Tz::America__New_York,
            Tz::Europe__Berlin,
            Tz::Australia__Lord_Howe,
            Tz::Asia__Kolkata,
            Tz::America__St_Johns,
            Tz::America__Sao_Paulo,
            Tz::Africa__Casablanca,
        ];
        for zone in zones {
            for text in [
                "*/30 * * * *",
                "*/7 1-3 * * *",
                "*/20 */2 * * *",
                "0,30 0-3 * * *",
                "59 23 * * *",
            ] {
                let schedule = schedule(text, zone);
                let mut last = at("2010-01-01T00:00:00Z");
                for _ in 0..3_000 {
                    let next = schedule.next_after(last);
                    assert!(next > last, "{text} in {zone}: {next} after {last}");
                    // Nothing between the two was left out: asking from halfway gives the same.
                    assert_eq!(
                        schedule.next_after(last + (next - last) / 2),
                        next,
                        "{text} in {zone}"
                    );
                    last = next;
                }
            }
        }
    }

    #[test]
    fn c2_c3_the_day_rule() {
        let utc = |text| firings(text, Tz::UTC, "2025-06-01T00:00:00Z", 5);
        // Either, when both are restricted: the 13th and every Friday.
        assert_eq!(
            utc("0 0 13 * fri"),
            [
                "06-06 00:00+0000",
                "06-13 00:00+0000",
                "06-20 00:00+0000",
                "06-27 00:00+0000",
                "07-04 00:00+0000"
            ]
        );
        // Both, when one starts with a star: Mondays on odd days.
        assert_eq!(
            utc("0 0 */2 * 1"),
            [
                "06-09 00:00+0000",
                "06-23 00:00+0000",
                "07-07 00:00+0000",
                "07-21 00:00+0000",
                "08-11 00:00+0000"
            ]
        );
        assert_eq!(
            utc("0 0 10 * *")[..2],
            ["06-10 00:00+0000", "07-10 00:00+0000"]
        );
        assert_eq!(
            utc("0 0 * * 7")[..2],
            ["06-08 00:00+0000", "06-15 00:00+0000"]
        );
        assert_eq!(utc("0 0 * * 0"), utc("0 0 * * sun"));
    }

    #[test]
    fn c14_leap_days_and_the_turn_of_the_year() {
        let years = |text, from| {
            let schedule = schedule(text, Tz::UTC);
            schedule
                .next_five(at(from))
                .iter()
                .map(|at| at.format("%Y-%m-%d").to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            years("0 0 29 2 *", "2025-01-01T00:00:00Z"),
            [
                "2028-02-29",
                "2032-02-29",
                "2036-02-29",
                "2040-02-29",
                "2044-02-29"
            ]
        );
        // 2100 has none, and the crate's own calendar would end there.
        assert_eq!(
            years("0 0 29 2 *", "2096-02-29T00:00:00Z")[..2],
            ["2104-02-29", "2108-02-29"]
        );
        // The longest wait there is: 40 years for a Sunday.
        assert_eq!(
            years("0 0 29 2 */7", "2060-03-01T00:00:00Z")[..3],
            ["2088-02-29", "2128-02-29", "2156-02-29"]
        );
        let eve = firings(
            "59 23 31 12 *",
            Tz::Asia__Kolkata,
            "2025-12-31T23:58:59+05:30",
            2,
        );
        assert_eq!(eve, ["12-31 23:59+0530", "12-31 23:59+0530"]);
        assert_eq!(
            firings("0 * * * *", Tz::UTC, "2025-12-31T23:59:59Z", 1),
            ["01-01 00:00+0000"]
        );
        assert_eq!(years("@yearly", "1955-06-01T00:00:00Z")[0], "1956-01-01");
        assert_eq!(
            schedule("@yearly", Tz::UTC).next_after(DateTime::<Utc>::MAX_UTC),
            DateTime::<Utc>::MAX_UTC
        );
        schedule("* * * * *", Tz::Asia__Kolkata).next_after(DateTime::<Utc>::MIN_UTC);
    }

    #[test]
    fn c14_strictly_after_and_unimpressed_by_a_clock_set_back() {
        let kolkata = schedule("7 * * * *", Tz::Asia__Kolkata);
        let slot = at("2025-11-09T21:07:00+05:30");
        assert_eq!(
            kolkata.next_after(slot - chrono::TimeDelta::nanoseconds(1)),
            slot
        );
        assert_eq!(kolkata.next_after(slot), at("2025-11-09T22:07:00+05:30"));
        assert_eq!(
            kolkata.next_after(slot + chrono::TimeDelta::nanoseconds(1)),
            at("2025-11-09T22:07:00+05:30")
        );
        assert_eq!(
            kolkata.next_after(at("2025-11-09T19:59:30+05:30")),
            at("2025-11-09T20:07:00+05:30")
        );
    }

    #[test]
    fn c5_aliases_mean_their_fields() {
        let from = at("2025-06-04T12:00:00Z");
        for (alias, meant) in ALIASES {
            let alias = alias.to_uppercase();
            assert_eq!(
                schedule(&alias, Tz::Europe__Berlin).next_five(from),
                schedule(meant, Tz::Europe__Berlin).next_five(from),
                "{alias}"
            );
        }
    }

    #[test]
    fn c9_text_zone_and_the_next_five() {
        let schedule = schedule("  every 1h 30m ", Tz::Asia__Kolkata);
        assert_eq!(
            (schedule.text(), schedule.zone()),
            ("every 1h 30m", Tz::Asia__Kolkata)
        );
        let start = at("2025-11-09T00:00:10Z");
        let five = schedule.next_five(start);
        assert_eq!(five.len(), 5);
        assert_eq!(five[4] - start, chrono::TimeDelta::minutes(450));
        assert_eq!(
            schedule,
            Schedule::parse("every 1h 30m", Tz::Asia__Kolkata).unwrap()
        );
    }

    #[test]
    fn every_takes_durations_from_a_minute_to_a_year() {
        for (text, seconds) in [
            ("every 45m", 2_700),
            ("Every 2h", 7_200),
            ("every 7d", 604_800),
            ("every 90s", 90),
        ] {
            let at = at("2025-11-09T00:00:10Z");
            assert_eq!(
                (schedule(text, Tz::UTC).next_after(at) - at).num_seconds(),
                seconds
            );
        }
    }

    #[test]
    fn c1_refused_at_parse_with_the_place_and_the_remedy() {
        let long = "1,".repeat(400);
        for (text, blamed, says) in [
            ("", None, "no schedule given"),
            (" \t ", None, "no schedule given"),
            (long.as_str(), None, "longer than the limit of 512"),
            ("auto 5m", Some("auto 5m"), "found 2"),
            ("@reboot", Some("@reboot"), "caught up at start"),
            ("@fortnightly", Some("@fortnightly"), "use @yearly"),
            ("hourly", Some("hourly"), "@hourly"),
            ("5", Some("5"), "found 1 where a schedule has five fields"),
            ("* * * *", Some("* * * *"), "found 4"),
            (
                "0 0 * * * *",
                Some("*"),
                "seconds and years are not supported",
            ),
            ("0 0 31 2 *", Some("31 2"), "never fires"),
            ("0 0 30,31 feb *", Some("30,31 feb"), "never fires"),
            ("0 0 31 4,6,9,11 */2", Some("31 4,6,9,11"), "never fires"),
            ("every", Some(""), "no duration given"),
            ("every hour", Some("hour"), "expected a whole number"),
            ("every 90", Some("90"), "has no unit"),
            ("every 59s", Some("59s"), "the shortest is 1m"),
            ("every  0s ", Some("0s"), "the shortest is 1m"),
            ("every 367d", Some("367d"), "the longest is 366d"),
            ("every 99999999999w", Some("99999999999w"), "too long"),
            ("* 25 * * *", Some("25"), "hour: 25"),
        ] {
            let error = Schedule::parse(text, Tz::UTC).expect_err(text);
            let span = error.span();
            assert_eq!(span.map(|span| &text[span]), blamed, "{text}: {error}");
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
        // A weekday saves it: the two are ORed.
        assert!(Schedule::parse("0 0 31 2 1", Tz::UTC).is_ok());
    }
}
