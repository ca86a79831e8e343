//! The five fields of a cron line, read into the sets of the `cron` crate.
//!
//! The crate wants seconds first, counts weekdays from 1 = Sunday and refuses 0 (C4), and its errors name no place.
//! So each item is read here, checked, and handed on in the crate's own numbering.

use std::ops::Range;
use std::str::FromStr;

use super::error::{Field, ScheduleError};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];

/// Five fields, understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fields {
    /// Which minutes, hours, days, months and weekdays. Asked for its sets only, never for dates.
    pub(super) sets: cron::Schedule,
    /// Day of month and weekday must both match. True when either field *starts* with `*`, as in Vixie's cron (C3);
    /// otherwise one of the two is enough (C2).
    pub(super) both_days: bool,
    /// Minute or hour starts with `*`: the job belongs to real time, not to readings of the clock (C8).
    pub(super) wildcard: bool,
}

/// A word of a schedule and the bytes it stands at.
pub(super) type Word<'a> = (&'a str, Range<usize>);

/// The words of a text, with their byte ranges.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut at = 0;
    let mut found = Vec::new();
    for piece in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        let word = piece.trim_ascii_end();
        if !word.is_empty() {
            found.push((word, at..at + word.len()));
        }
        at += piece.len();
    }
    found
}

/// Read five fields: `*`, numbers, names of months and weekdays, ranges `a-b`, steps `*/n`, `a-b/n` and `a/n` (from
/// `a` to the end), and lists of these (C1). Weekday 0 and 7 are Sunday, and a range may end on Sunday: `fri-sun`.
///
/// Does not read seconds, years, or the `?`, `L`, `W` and `#` of other dialects, and does not check that the days
/// exist.
pub(super) fn read(words: &[Word<'_>; 5]) -> Result<Fields, ScheduleError> {
    let mut line = "0".to_owned();
    for (field, (text, span)) in Field::ALL.into_iter().zip(words) {
        line.push(' ');
        line.push_str(&translate(field, text, span)?);
    }
    let [minute, hour, day, _, weekday] = words.each_ref().map(|(text, _)| text.starts_with('*'));
    let sets = cron::Schedule::from_str(&line).map_err(|error| ScheduleError::Refused {
        reason: error.to_string(),
        span: words[0].1.start..words[4].1.end,
    })?;
    Ok(Fields {
        sets,
        both_days: day || weekday,
        wildcard: minute || hour,
    })
}

/// One field in the numbering of the `cron` crate.
fn translate(field: Field, text: &str, span: &Range<usize>) -> Result<String, ScheduleError> {
    let mut at = span.start;
    let mut out: Vec<String> = Vec::new();
    for part in text.split(',') {
        let item = Item::read(field, part, at..at + part.len())?;
        out.extend(item.for_crate(field));
        at += part.len() + 1;
    }
    Ok(out.join(","))
}

/// One item of a list: every `step`th value from `low` to `high`.
struct Item {
    low: u32,
    high: u32,
    step: u32,
}

impl Item {
    fn read(field: Field, text: &str, span: Range<usize>) -> Result<Item, ScheduleError> {
        let (body, step) = match text.split_once('/') {
            Some((body, step)) => (body, Some(step)),
            None => (text, None),
        };
        let body_span = span.start..span.start + body.len();
        let (min, max) = field.limits();
        let (low, high) = if body == "*" {
            (min, max)
        } else if let Some((from, to)) = body.split_once('-') {
            let from_span = span.start..span.start + from.len();
            let low = value(field, from, from_span.clone())?;
            let high = value(field, to, from_span.end + 1..body_span.end)?;
            ordered(field, body, low, high, to, body_span)?
        } else {
            let low = value(field, body, body_span)?;
            match step {
                // `a/n` runs on to the end of the field. A week that starts on 7 starts on Sunday, which is 0.
                Some(_) => (if low > max { min } else { low }, max),
                None => (low, low),
            }
        };
        let step = match step {
            Some(step) => read_step(field, text, step, span)?,
            None => 1,
        };
        Ok(Item { low, high, step })
    }

    fn for_crate(&self, field: Field) -> Vec<String> {
        let (min, max) = field.limits();
        if field == Field::Weekday {
            let values = (self.low..=self.high).step_by(self.step as usize);
            values.map(|day| (day % 7 + 1).to_string()).collect()
        } else if self.low == self.high {
            vec![self.low.to_string()]
        } else if (self.low, self.high, self.step) == (min, max, 1) {
            vec!["*".to_owned()]
        } else {
            vec![format!("{}-{}/{}", self.low, self.high, self.step)]
        }
    }
}

/// The ends of a range in order, Sunday counted as the last day where it ends one.
fn ordered(
    field: Field,
    range: &str,
    low: u32,
    high: u32,
    to: &str,
    span: Range<usize>,
) -> Result<(u32, u32), ScheduleError> {
    let named = !to.starts_with(|c: char| c.is_ascii_digit());
    let high = if field == Field::Weekday && high == 0 && low > 0 && named {
        7
    } else {
        high
    };
    if low <= high {
        return Ok((low, high));
    }
    let (min, max) = field.limits();
    let piece = |from: u32, to: u32| {
        if from >= to {
            from.to_string()
        } else {
            format!("{from}-{to}")
        }
    };
    let instead = format!("{},{}", piece(low, max), piece(min, high));
    Err(ScheduleError::Backwards {
        field,
        range: range.to_owned(),
        instead,
        span,
    })
}

fn read_step(
    field: Field,
    item: &str,
    step: &str,
    span: Range<usize>,
) -> Result<u32, ScheduleError> {
    let step_span = span.end - step.len()..span.end;
    if step.is_empty() || !step.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ScheduleError::NotUnderstood {
            field,
            item: item.to_owned(),
            span,
        });
    }
    let max = field.last();
    // Digits that do not even fit a number are out of range like any other.
    match step.parse::<u32>() {
        Ok(number) if (1..=max).contains(&number) => Ok(number),
        _ => Err(ScheduleError::Step {
            field,
            step: step.to_owned(),
            max,
            span: step_span,
        }),
    }
}

/// A number or a name. Weekday 7 is kept as 7, so that `5-7` is a range.
fn value(field: Field, word: &str, span: Range<usize>) -> Result<u32, ScheduleError> {
    if !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) {
        let (min, max) = (field.limits().0, field.last());
        return match word.parse::<u32>() {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => Err(ScheduleError::OutOfRange {
                field,
                value: word.to_owned(),
                span,
            }),
        };
    }
    let found = match field {
        Field::Month => named(&MONTHS, word).map(|place| place + 1),
        Field::Weekday => named(&WEEKDAYS, word),
        Field::Minute | Field::Hour | Field::DayOfMonth => None,
    };
    found.ok_or_else(|| ScheduleError::NotUnderstood {
        field,
        item: word.to_owned(),
        span,
    })
}

/// The place of a name in a list: at least its first three letters, in any case.
fn named(names: &[&str], word: &str) -> Option<u32> {
    let word = word.to_ascii_lowercase();
    let place = names
        .iter()
        .position(|name| word.len() >= 3 && name.starts_with(&word))?;
    u32::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cron::TimeUnitSpec;

    fn fields(text: &str) -> Result<Fields, ScheduleError> {
        let words = words(text);
        read(words.as_slice().try_into().expect("five words"))
    }

    fn minutes(field: &str) -> Vec<u32> {
        fields(&format!("{field} * * * *"))
            .unwrap()
            .sets
            .minutes()
            .iter()
            .collect()
    }

    /// Weekdays in cron's usual numbers, 0 = Sunday.
    fn weekdays(field: &str) -> Vec<u32> {
        let fields = fields(&format!("* * * * {field}")).unwrap();
        fields
            .sets
            .days_of_week()
            .iter()
            .map(|day| day - 1)
            .collect()
    }

    #[test]
    fn c1_lists_ranges_and_steps() {
        assert_eq!(minutes("7"), [7]);
        assert_eq!(minutes("07"), [7]);
        assert_eq!(minutes("1,5-7,50-59/4"), [1, 5, 6, 7, 50, 54, 58]);
        assert_eq!(minutes("*/20"), [0, 20, 40]);
        assert_eq!(minutes("*/59"), [0, 59]);
        assert_eq!(minutes("3-3/5"), [3]);
        assert_eq!(minutes("*").len(), 60);
        assert_eq!(minutes("0-59").len(), 60);
    }

    #[test]
    fn c5_a_start_with_a_step_runs_to_the_end() {
        assert_eq!(minutes("5/15"), [5, 20, 35, 50]);
        assert_eq!(weekdays("1/2"), [1, 3, 5]);
        assert_eq!(weekdays("7/3"), [0, 3, 6]);
    }

    #[test]
    fn c1_c4_weekday_numbers_and_names() {
        assert_eq!(weekdays("0"), [0]);
        assert_eq!(weekdays("7"), [0]);
        assert_eq!(weekdays("1"), [1]);
        assert_eq!(weekdays("Sun"), [0]);
        assert_eq!(weekdays("MON-fri"), [1, 2, 3, 4, 5]);
        assert_eq!(weekdays("5-7"), [0, 5, 6]);
        assert_eq!(weekdays("fri-sun"), [0, 5, 6]);
        assert_eq!(weekdays("0-7"), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(weekdays("tues,Saturday"), [2, 6]);
        assert_eq!(weekdays("mon/2"), [1, 3, 5]);
        assert_eq!(weekdays("*/2"), [0, 2, 4, 6]);
        assert_eq!(weekdays("sun-sun"), [0]);
        let months = fields("0 0 1 jan,Sept-12/3 *").unwrap();
        assert_eq!(months.sets.months().iter().collect::<Vec<_>>(), [1, 9, 12]);
    }

    #[test]
    fn c1_mistakes_name_the_field_the_place_and_the_remedy() {
        for (text, blamed, says) in [
            (
                "60 * * * *",
                "60",
                "minute: 60 is out of range: use 0 to 59",
            ),
            ("* 7,24 * * *", "24", "hour: 24 is out of range"),
            ("* * 0 * *", "0", "use 1 to 31"),
            ("* * * 13 *", "13", "use 1 to 12 or jan to dec"),
            ("* * * * 1-8", "8", "weekday: 8 is out of range"),
            ("99999999999 * * * *", "99999999999", "out of range"),
            (
                "*/0 * * * *",
                "0",
                "a step of 0 is out of range: steps go from 1 to 59",
            ),
            ("*/90 * * * *", "90", "write \"every 90m\""),
            (
                "* 22-4 * * *",
                "22-4",
                "runs backwards: write \"22-23,0-4\"",
            ),
            ("* * * * sat-mon", "sat-mon", "write \"6,0-1\""),
            ("* * * * 5-0", "5-0", "write \"5-6,0\""),
            ("* * ? * *", "?", "day of month: \"?\" is not understood"),
            ("* * L * *", "L", "not understood"),
            ("* * * * 5#2", "5#2", "not understood"),
            ("* * * foo *", "foo", "month: \"foo\""),
            ("* * * ja *", "ja", "month: \"ja\""),
            ("1,,2 * * * *", "", "not understood"),
            ("1- * * * *", "", "not understood"),
            ("-1 * * * *", "", "not understood"),
            ("*/ * * * *", "*/", "not understood"),
            ("*/x * * * *", "*/x", "not understood"),
            ("1/2/3 * * * *", "1/2/3", "not understood"),
            ("*5 * * * *", "*5", "not understood"),
            ("* é * * *", "é", "hour: \"é\""),
        ] {
            let error = fields(text).expect_err(text);
            let span = error.span().expect(text);
            assert_eq!(text.get(span), Some(blamed), "{text}: {error}");
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn c3_c8_what_starts_with_a_star() {
        let flags = |text| {
            fields(text)
                .map(|fields| (fields.both_days, fields.wildcard))
                .unwrap()
        };
        assert_eq!(flags("0 0 13 * 5"), (false, false));
        assert_eq!(flags("0 0 */2 * 1"), (true, false));
        assert_eq!(flags("0 0 1 * *"), (true, false));
        assert_eq!(flags("30 2-4 1 * 1"), (false, false));
        assert_eq!(flags("5/15 2 1 * 1"), (false, false));
        assert_eq!(flags("0 */2 1 * 1"), (false, true));
        assert_eq!(flags("*/5 2 1 * 1"), (false, true));
    }
}
