//! Lengths of time as operators write them: `30s`, `90m`, `1h30m`, `400d`, `2w`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// The longest duration accepted: a hundred years. Anything longer is a slip, and below it no later arithmetic on
/// dates can overflow.
pub const MAX_DURATION: Duration = Duration::from_secs(36_500 * 86_400);

/// How many characters of a wrong text a message repeats: a line on a terminal has to hold the rest as well.
const MAX_QUOTED: usize = 20;

/// Units, longest first, in seconds.
const UNITS: [(&str, u64); 5] = [
    ("w", 604_800),
    ("d", 86_400),
    ("h", 3_600),
    ("m", 60),
    ("s", 1),
];

/// Why a text is not a duration. The messages say what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    #[error("no duration given: write a number and a unit, such as \"30s\", \"90m\" or \"1h30m\"")]
    Empty,
    #[error(
        "expected a whole number before \"{found}\": write a number and a unit, such as \"90m\" or \"1h30m\" (no fractions, no sign)"
    )]
    NoNumber { found: String },
    #[error("{number} has no unit: write {number}s, {number}m, {number}h, {number}d or {number}w")]
    NoUnit { number: String },
    #[error(
        "unknown unit \"{unit}\": use s, m, h, d or w (m is minutes; months and years have no fixed length)"
    )]
    UnknownUnit { unit: String },
    #[error("\"{unit}\" is out of order: write each unit once, the longest first, as in \"1h30m\"")]
    Order { unit: String },
    #[error("too long: the longest duration is 36500d, a hundred years")]
    TooLong,
}

/// Read a duration: whole numbers, each with one of the units s, m, h, d, w, the longest unit first and each at most
/// once. Blanks between the parts are allowed. `0s` is a duration. Days are always 24 hours.
///
/// Does not read fractions, signs, months, years, ISO 8601 or a bare number. Fails with a [`DurationError`], also
/// for anything above [`MAX_DURATION`].
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let mut rest = text.trim_ascii();
    if rest.is_empty() {
        return Err(DurationError::Empty);
    }
    let mut total = 0u64;
    let mut allowed = UNITS.as_slice();
    while !rest.is_empty() {
        let (number, after) = split_where(rest, |c| !c.is_ascii_digit());
        let (unit, after) = split_where(after.trim_ascii_start(), |c| !c.is_alphabetic());
        if number.is_empty() {
            return Err(DurationError::NoNumber {
                found: start_of(rest),
            });
        }
        if unit.is_empty() && after.is_empty() {
            return Err(DurationError::NoUnit {
                number: start_of(number),
            });
        }
        if unit.is_empty() {
            return Err(DurationError::NoNumber {
                found: start_of(after),
            });
        }
        let Some((_, seconds)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(DurationError::UnknownUnit {
                unit: start_of(unit),
            });
        };
        let Some(place) = allowed.iter().position(|(name, _)| *name == unit) else {
            return Err(DurationError::Order {
                unit: start_of(unit),
            });
        };
        allowed = allowed.get(place + 1..).unwrap_or_default();
        total = number
            .parse::<u64>()
            .ok()
            .and_then(|count| count.checked_mul(*seconds))
            .and_then(|part| total.checked_add(part))
            .filter(|sum| *sum <= MAX_DURATION.as_secs())
            .ok_or(DurationError::TooLong)?;
        rest = after.trim_ascii_start();
    }
    Ok(Duration::from_secs(total))
}

/// Write a duration in days, hours, minutes and seconds, zero parts left out: `1h30m`, `31d`, `0s`. Fractions of a
/// second are dropped. [`parse_duration`] reads the result back.
pub fn show(duration: Duration) -> String {
    let mut left = duration.as_secs();
    let mut shown = String::new();
    // Weeks are left out on purpose: "31d" says more to people than "4w3d".
    for (unit, seconds) in UNITS.iter().skip(1) {
        let count = left / seconds;
        left %= seconds;
        if count > 0 {
            shown.push_str(&count.to_string());
            shown.push_str(unit);
        }
    }
    if shown.is_empty() {
        "0s".to_owned()
    } else {
        shown
    }
}

/// `at` and then `by`; the end of the calendar where that would overflow.
pub(super) fn later(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| at.checked_add_signed(by))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Enough of a text to recognise it by in a message.
fn start_of(text: &str) -> String {
    text.chars().take(MAX_QUOTED).collect()
}

/// Split before the first character for which `stop` holds.
fn split_where(text: &str, stop: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(stop).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_operators_write() {
        for (text, seconds) in [
            ("0s", 0),
            ("30s", 30),
            ("90m", 5_400),
            ("1h", 3_600),
            ("1h30m", 5_400),
            (" 1h 30m ", 5_400),
            ("2 h", 7_200),
            ("400d", 400 * 86_400),
            ("2w", 14 * 86_400),
            ("1w2d3h4m5s", 604_800 + 2 * 86_400 + 3 * 3_600 + 4 * 60 + 5),
            ("36500d", 36_500 * 86_400),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_with_a_reason() {
        use DurationError::*;
        for (text, error) in [
            ("", Empty),
            ("  ", Empty),
            ("h", NoNumber { found: "h".into() }),
            (
                "-1h",
                NoNumber {
                    found: "-1h".into(),
                },
            ),
            (
                "1.5h",
                NoNumber {
                    found: ".5h".into(),
                },
            ),
            (
                "90",
                NoUnit {
                    number: "90".into(),
                },
            ),
            (
                "1h30",
                NoUnit {
                    number: "30".into(),
                },
            ),
            (
                "2 weeks",
                UnknownUnit {
                    unit: "weeks".into(),
                },
            ),
            ("1M", UnknownUnit { unit: "M".into() }),
            ("5µ", UnknownUnit { unit: "µ".into() }),
            ("30m1h", Order { unit: "h".into() }),
            ("1h1h", Order { unit: "h".into() }),
            ("36501d", TooLong),
            ("99999999999999999999s", TooLong),
            ("18446744073709551615w", TooLong),
        ] {
            assert_eq!(parse_duration(text), Err(error), "{text}");
        }
    }

    #[test]
    fn shows_and_reads_back() {
        for (seconds, shown) in [
            (0, "0s"),
            (59, "59s"),
            (5_400, "1h30m"),
            (31 * 86_400, "31d"),
            (90_061, "1d1h1m1s"),
        ] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(show(duration), shown);
            assert_eq!(parse_duration(shown), Ok(duration));
        }
        assert_eq!(show(Duration::from_millis(1_999)), "1s");
    }

    #[test]
    fn later_stops_at_the_end_of_the_calendar() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert_eq!(later(now, Duration::from_secs(5)).timestamp(), 5);
        assert_eq!(later(now, Duration::MAX), DateTime::<Utc>::MAX_UTC);
    }
}
