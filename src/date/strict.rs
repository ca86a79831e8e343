//! The shapes that standards fix, read byte by byte without allocating: RFC 3339 and ISO 8601 at every precision, counts
//! since 1970, RFC 822 and its successors. Whatever strays from them is left to the grammar.

use chrono::{DateTime, Datelike, NaiveDate, Weekday};

use super::civil::{self, Calendar, Civil, Clock};
use super::stamp::{Hints, Precision, Stamp, ZoneRule};
use super::words;
use super::zones::{self, Zone};

/// The years in which a bare run of digits is believed to be a date; others are more likely a count or a code.
const BELIEVED_YEARS: std::ops::RangeInclusive<i32> = 1900..=2099;

/// The stamp when the whole text, white space around it aside, has one of the strict shapes.
pub(super) fn read(text: &str, hints: &Hints<'_>) -> Option<Stamp> {
    let text = text.trim_ascii();
    if !text.is_ascii() {
        return None;
    }
    match text.as_bytes().first()? {
        b'0'..=b'9' => count(text)
            .or_else(|| iso(text)?.stamp(hints))
            .or_else(|| mail(text)?.stamp(hints)),
        b'-' => truncated(text)?.stamp(hints),
        b'@' => count(text.get(1..)?),
        b'/' => counted(text),
        _ => mail(text)?.stamp(hints),
    }
}

/// What is still to be read.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    fn done(&self) -> bool {
        self.rest.is_empty()
    }

    fn eat(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    fn spaces(&mut self) -> bool {
        self.take(|byte| byte.is_ascii_whitespace());
        !self.rest.is_empty()
    }

    /// The longest run of such bytes, perhaps none. The text is ASCII, so that every cut falls on a boundary.
    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self
            .rest
            .bytes()
            .position(|byte| !wanted(byte))
            .unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        run
    }

    fn digits(&mut self) -> &'a str {
        self.take(|byte| byte.is_ascii_digit())
    }

    fn letters(&mut self) -> &'a str {
        self.take(|byte| byte.is_ascii_alphabetic())
    }

    /// A number of exactly one of these widths.
    fn number(&mut self, widths: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let run = self.digits();
        if widths.contains(&run.len()) {
            run.parse().ok()
        } else {
            None
        }
    }
}

fn part(digits: &str, range: std::ops::Range<usize>) -> Option<u32> {
    digits.get(range)?.parse().ok()
}

/// Seconds (9 or 10 digits, perhaps with a fraction), milliseconds (12 or 13) or microseconds (15 or 16) since 1970. A calendar written without
/// any mark (12 digits) wins where both could be meant.
fn count(text: &str) -> Option<Stamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |run: &str| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let seconds = match whole.len() {
        9 | 10 => whole.parse::<i64>().ok()?,
        12 if compact(whole).is_some() => return None,
        12 | 13 if whole.len() == text.len() => whole.parse::<i64>().ok()? / 1_000,
        15 | 16 if whole.len() == text.len() => whole.parse::<i64>().ok()? / 1_000_000,
        _ => return None,
    };
    let at =
        DateTime::from_timestamp(seconds, 0).filter(|at| BELIEVED_YEARS.contains(&at.year()))?;
    Some(Stamp::exact(at, Precision::Second, ZoneRule::Epoch))
}

/// `/Date(1709618828000)/`, as .NET writes JSON. An offset behind the count is for show: the count is in UTC.
fn counted(text: &str) -> Option<Stamp> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let digits = inner.split(['+', '-']).next()?;
    count(digits)
}

/// `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`.
fn compact(digits: &str) -> Option<Civil> {
    if !matches!(digits.len(), 12 | 14) {
        return None;
    }
    let date = unmarked_date(digits.get(..8)?)?;
    let clock = Clock::new(
        part(digits, 8..10)?,
        part(digits, 10..12)?,
        part(digits, 12..14),
    )?;
    Some(Civil {
        date,
        clock: Some(clock),
        zone: None,
    })
}

/// `YYYYMMDD`, `YYYYDDD`, `YYYY`, `0YDDD`, or six digits where only one of `YYMMDD` and `YYYYMM` is possible.
fn unmarked_date(digits: &str) -> Option<Calendar> {
    let year = i32::try_from(part(digits, 0..4)?).ok()?;
    let believed = BELIEVED_YEARS.contains(&year);
    match digits.len() {
        4 if believed => Some(Calendar {
            year,
            month: None,
            day: None,
        }),
        // A count begins with no zero; of other years five digits could be one.
        5 if digits.starts_with('0') => {
            NaiveDate::from_yo_opt(civil::year(part(digits, 0..2)?, 2)?, part(digits, 2..5)?)
                .map(Calendar::of)
        }
        6 => {
            let month = part(digits, 4..6).filter(|month| believed && (1..=12).contains(month));
            let short = NaiveDate::from_ymd_opt(
                civil::year(part(digits, 0..2)?, 2)?,
                part(digits, 2..4)?,
                part(digits, 4..6)?,
            );
            match (month, short) {
                (Some(month), None) => Some(Calendar {
                    year,
                    month: Some(month),
                    day: None,
                }),
                (None, Some(day)) => Some(Calendar::of(day)),
                _ => None,
            }
        }
        7 if believed => NaiveDate::from_yo_opt(year, part(digits, 4..7)?).map(Calendar::of),
        8 if believed => NaiveDate::from_ymd_opt(year, part(digits, 4..6)?, part(digits, 6..8)?)
            .map(Calendar::of),
        _ => None,
    }
}

/// ISO 8601:1988's `-YYMM` and `-YY-MM`, which old feeds hold.
fn truncated(text: &str) -> Option<Civil> {
    let digits = text.strip_prefix('-')?;
    let (short, month) = match digits.len() {
        4 => (part(digits, 0..2)?, part(digits, 2..4)?),
        5 => (
            part(digits, 0..2)?,
            digits.get(2..)?.strip_prefix('-')?.parse().ok()?,
        ),
        _ => return None,
    };
    let date = Calendar {
        year: civil::year(short, 2)?,
        month: Some(month),
        day: None,
    };
    Some(Civil {
        date,
        clock: None,
        zone: None,
    })
}

/// RFC 3339, W3CDTF and ISO 8601, extended or basic, calendar, ordinal or week; a space serves for the `T`.
fn iso(text: &str) -> Option<Civil> {
    let mut cursor = Cursor { rest: text };
    if let Some(mut civil) = compact(cursor.digits()) {
        if cursor.spaces() {
            civil.zone = Some(zone(&mut cursor)?);
        }
        return cursor.done().then_some(civil);
    }
    let mut cursor = Cursor { rest: text };
    let date = iso_date(&mut cursor)?;
    let mut civil = Civil {
        date,
        clock: None,
        zone: None,
    };
    if cursor.done() {
        return Some(civil);
    }
    if civil.date.day.is_some()
        && cursor.rest.len() == "+05:30".len()
        && cursor.rest.starts_with(['+', '-'])
    {
        // XML Schema's date with an offset.
        civil.zone = Some(offset(&mut cursor)?);
        return cursor.done().then_some(civil);
    }
    let marked = cursor.eat('T').or_else(|| cursor.eat('t')).is_some();
    if !marked && !cursor.peek()?.is_ascii_whitespace() {
        return None;
    }
    cursor.spaces();
    // Behind a date without marks a time has none either.
    let basic = text.bytes().take(8).all(|byte| byte.is_ascii_digit());
    civil.clock = Some(iso_clock(&mut cursor, marked || basic)?);
    if cursor.spaces() {
        civil.zone = Some(zone(&mut cursor)?);
    }
    cursor.done().then_some(civil)
}

/// An offset, or a single letter.
fn zone(cursor: &mut Cursor<'_>) -> Option<Zone> {
    match cursor.peek()? {
        b'+' | b'-' => offset(cursor),
        _ => zones::letter(cursor.letters()),
    }
}

fn iso_date(cursor: &mut Cursor<'_>) -> Option<Calendar> {
    let digits = cursor.digits();
    let whole = matches!(cursor.peek(), None | Some(b'T' | b't' | b' '));
    if digits.len() != 4 || whole {
        return unmarked_date(digits);
    }
    let year = civil::year(digits.parse().ok()?, 4)?;
    let dashed = cursor.eat('-').is_some();
    if cursor.eat('W').is_some() {
        let run = cursor.digits();
        let (week, day) = if dashed {
            (run, cursor.eat('-').map(|()| cursor.digits())?)
        } else {
            (run.get(..2)?, run.get(2..)?)
        };
        if week.len() != 2 || day.len() != 1 {
            return None;
        }
        let weekday = Weekday::try_from(day.parse::<u8>().ok()?.checked_sub(1)?).ok()?;
        return NaiveDate::from_isoywd_opt(year, week.parse().ok()?, weekday).map(Calendar::of);
    }
    let run = if dashed { cursor.digits() } else { return None };
    match run.len() {
        3 if cursor.peek() != Some(b'-') => {
            NaiveDate::from_yo_opt(year, run.parse().ok()?).map(Calendar::of)
        }
        2 if cursor.eat('-').is_some() => Some(Calendar::day(
            year,
            run.parse().ok()?,
            cursor.number(2..=2)?,
        )),
        2 => Some(Calendar {
            year,
            month: run.parse().ok(),
            day: None,
        }),
        _ => None,
    }
}

/// `HH:MM`, `HH:MM:SS.f`, and behind a `T` also `HH`, `HHMM` and `HHMMSS`.
fn iso_clock(cursor: &mut Cursor<'_>, marked: bool) -> Option<Clock> {
    let run = cursor.digits();
    let clock = match run.len() {
        1 | 2 if cursor.eat(':').is_some() => {
            let minute = cursor.number(2..=2)?;
            let second = if cursor.eat(':').is_some() {
                Some(cursor.number(2..=2)?)
            } else {
                None
            };
            Clock::new(run.parse().ok()?, minute, second)?
        }
        2 if marked => Clock::new(run.parse().ok()?, 0, None)?,
        4 | 6 if marked => Clock::new(part(run, 0..2)?, part(run, 2..4)?, part(run, 4..6))?,
        _ => return None,
    };
    if clock.second.is_some()
        && cursor.eat('.').or_else(|| cursor.eat(',')).is_some()
        && cursor.digits().is_empty()
    {
        return None;
    }
    Some(clock)
}

/// `±HH`, `±HHMM` or `±HH:MM`.
fn offset(cursor: &mut Cursor<'_>) -> Option<Zone> {
    let ahead = cursor.eat('+').is_some();
    if !ahead {
        cursor.eat('-')?;
    }
    let run = cursor.digits();
    match run.len() {
        2 if cursor.eat(':').is_some() => {
            zones::offset(ahead, run.parse().ok()?, cursor.number(2..=2)?)
        }
        2 => zones::offset(ahead, run.parse().ok()?, 0),
        4 => zones::offset(ahead, part(run, 0..2)?, part(run, 2..4)?),
        _ => None,
    }
}

/// RFC 822, 850, 1036, 1123, 2822 and 5322 with English names, the weekday unread (T7).
///
/// An abbreviation nobody knows leaves the offset unknown, as RFC 5322 §4.3 asks.
fn mail(text: &str) -> Option<Civil> {
    let mut cursor = Cursor { rest: text };
    let weekday = cursor.letters();
    if !weekday.is_empty() {
        if !words::is_english_weekday(weekday) {
            return None;
        }
        let _ = cursor.eat('.');
        let _ = cursor.eat(',');
        cursor.spaces();
    }
    let day = cursor.number(1..=2)?;
    separated(&mut cursor)?;
    let month = words::english_month(cursor.letters())?;
    let _ = cursor.eat('.');
    let _ = cursor.eat(',');
    separated(&mut cursor)?;
    let digits = cursor.digits();
    let date = Calendar::day(civil::year(digits.parse().ok()?, digits.len())?, month, day);
    let mut civil = Civil {
        date,
        clock: None,
        zone: None,
    };
    if cursor.spaces() {
        civil.clock = Some(iso_clock(&mut cursor, false)?);
    }
    let apart = cursor.peek().is_some_and(|byte| byte.is_ascii_whitespace());
    if cursor.spaces() {
        civil.zone = Some(match cursor.peek()? {
            b'+' | b'-' => offset(&mut cursor)?,
            // `3:04p` is no military zone.
            b'a' | b'A' | b'p' | b'P' if !apart => return None,
            _ => named(cursor.letters())?,
        });
    }
    cursor.done().then_some(civil)
}

/// White space or one dash.
fn separated(cursor: &mut Cursor<'_>) -> Option<()> {
    match cursor.peek()? {
        b'-' => cursor.eat('-'),
        byte if byte.is_ascii_whitespace() => cursor.spaces().then_some(()),
        _ => None,
    }
}

fn named(name: &str) -> Option<Zone> {
    match name.len() {
        1 => zones::letter(name),
        // A meridiem belongs to the clock and is for the grammar to read.
        2 if name.eq_ignore_ascii_case("am") || name.eq_ignore_ascii_case("pm") => None,
        2..=5 => zones::short(name).or_else(|| {
            name.bytes()
                .all(|byte| byte.is_ascii_uppercase())
                .then_some(Zone::Unknown)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::rfc3339;

    fn read_utc(text: &str) -> Option<String> {
        read(text, &Hints::default()).map(|stamp| rfc3339(stamp.shown()))
    }

    #[track_caller]
    fn reads(text: &str, wanted: &str) {
        assert_eq!(read_utc(text).as_deref(), Some(wanted), "{text}");
    }

    #[test]
    fn t1_rfc3339_at_every_precision() {
        reads("2024-03-05T06:07:08Z", "2024-03-05T06:07:08Z");
        reads("2024-03-05T06:07:08.987654+02:00", "2024-03-05T04:07:08Z");
        reads("2024-03-05 06:07:08.5", "2024-03-05T06:07:08Z");
        reads("2024-03-05T06:07-0330", "2024-03-05T09:37:00Z");
        reads("2024-03-05t06:07z", "2024-03-05T06:07:00Z");
        reads("2024-03-05", "2024-03-05T12:00:00Z");
        reads("2024-03-05-02:00", "2024-03-05T14:00:00Z");
        reads("2024-03", "2024-03-01T12:00:00Z");
        reads("2024", "2024-01-01T12:00:00Z");
    }

    #[test]
    fn t1_iso_basic_ordinal_week_and_truncated() {
        reads("20240305T060708Z", "2024-03-05T06:07:08Z");
        reads("20240305", "2024-03-05T12:00:00Z");
        reads("20240305060708", "2024-03-05T06:07:08Z");
        reads("202403050607", "2024-03-05T06:07:00Z");
        reads("2024-065", "2024-03-05T12:00:00Z");
        reads("2024065", "2024-03-05T12:00:00Z");
        reads("2024-W10-2", "2024-03-05T12:00:00Z");
        reads("2024W102", "2024-03-05T12:00:00Z");
        reads("991231", "1999-12-31T12:00:00Z");
        reads("202411", "2024-11-01T12:00:00Z");
        reads("-9912", "1999-12-01T12:00:00Z");
        reads("-99-12", "1999-12-01T12:00:00Z");
        assert_eq!(read_utc("200312"), None);
    }

    #[test]
    fn t1_epoch_seconds_and_milliseconds() {
        reads("1709618828", "2024-03-05T06:07:08Z");
        reads("1709618828.25", "2024-03-05T06:07:08Z");
        reads("1709618828123", "2024-03-05T06:07:08Z");
        reads("946684800", "2000-01-01T00:00:00Z");
        for text in [
            "17096188281",
            "9781234567897",
            "12345",
            "1",
            "17096188281234567890",
            "1709618828123.5",
        ] {
            assert_eq!(read_utc(text), None, "{text}");
        }
        assert_eq!(
            read("1709618828", &Hints::default()).map(|stamp| stamp.zone_rule),
            Some(ZoneRule::Epoch)
        );
    }

    #[test]
    fn t1_mail_dates_of_every_generation() {
        reads("Tue, 05 Mar 2024 06:07:08 GMT", "2024-03-05T06:07:08Z");
        reads("Tuesday, 05-Mar-24 06:07:08 GMT", "2024-03-05T06:07:08Z");
        reads("5 March 2024 6:07 +05:30", "2024-03-05T00:37:00Z");
        reads("Tue,5 Mar 2024 06:07:08  PDT", "2024-03-05T13:07:08Z");
        reads("Tue, 05 Sept 2023", "2023-09-05T12:00:00Z");
    }

    #[test]
    fn t4_unknown_zones_are_utc_and_say_so() {
        for text in [
            "5 Mar 2024 06:07 -0000",
            "5 Mar 2024 06:07 A",
            "5 Mar 2024 06:07 QQQ",
            "2024-03-05T06:07:00-00:00",
            "2024-03-05T06:07Q",
        ] {
            let stamp = read(text, &Hints::default()).expect(text);
            assert_eq!(
                (rfc3339(stamp.shown()).as_str(), stamp.zone_rule),
                ("2024-03-05T06:07:00Z", ZoneRule::UnknownOffset),
                "{text}"
            );
        }
    }

    #[test]
    fn t7_edges_of_the_day_and_the_calendar() {
        reads("2024-02-29T24:00:00Z", "2024-03-01T00:00:00Z");
        reads("2024-02-29T23:59:60Z", "2024-02-29T23:59:59Z");
        reads("Mon, 05 Mar 2024 06:07:08 GMT", "2024-03-05T06:07:08Z");
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-366-1",
            "2023-366",
            "2024-03-05T24:01Z",
            "2024-03-05T06:60Z",
            "31 Apr 2024",
            "0000-01-01",
        ] {
            assert_eq!(read_utc(text), None, "{text}");
        }
    }

    #[test]
    fn lookalikes_are_refused() {
        for text in [
            "",
            "-",
            "2024-",
            "2024-03-05T",
            "2024-03-05Tx",
            "2024-03-05T06:07:08.Z",
            "2024-03-05 6",
            "2024-03-05T06:07:08+1:00",
            "1234",
            "240312-",
            "W",
        ] {
            assert_eq!(read_utc(text), None, "{text}");
        }
    }
}
