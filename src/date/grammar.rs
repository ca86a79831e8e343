//! One grammar for the dates of all languages: every token must have a part to play, each part may be played once.

use chrono::Days;

use super::civil::{self, Calendar, Civil, Clock};
use super::clock;
use super::numeric::{self, Numeric};
use super::stamp::Hints;
use super::tokens::Token;
use super::words::{self, Mark};
use super::zone_text;
use super::zones::Zone;

/// What the tokens say when together they are one date and nothing else.
pub(super) fn read(tokens: &[Token<'_>], hints: &Hints<'_>) -> Option<Civil> {
    let mut found = Found {
        croatian: hints.speaks("hr"),
        ..Found::default()
    };
    let mut rest = tokens;
    while !rest.is_empty() {
        let used = found.step(rest)?;
        // A step uses one token at the least, so that the loop ends.
        rest = rest.get(used.max(1)..)?;
    }
    let date = found.date(hints)?;
    Some(Civil {
        date,
        clock: found.clock,
        zone: found.zone,
    })
}

/// The parts found so far.
#[derive(Debug, Default)]
struct Found {
    /// The text is Croatian, where `listopad` is October; to Poles and Czechs it is November.
    croatian: bool,
    numeric: Option<Numeric>,
    /// Year (with its digits), month and day as East Asian marks name them.
    marked: (Option<(u32, usize)>, Option<u32>, Option<u32>),
    month: Option<Named>,
    /// Numbers without a mark, with their digits, around a named month.
    loose: Vec<(u32, usize)>,
    days_ago: Option<u64>,
    /// The word for it is a weekday too: `ma` is Monday, or today.
    days_doubtful: bool,
    clock: Option<Clock>,
    zone: Option<Zone>,
}

/// A month by name.
#[derive(Clone, Copy, Debug)]
struct Named {
    month: u32,
    /// How many loose numbers came before it.
    after: usize,
    /// The word is a weekday too: `mar.` is Tuesday or March.
    doubtful: bool,
    thai: bool,
}

impl Found {
    /// Gives the first tokens their part. Returns how many were used; `None` when there is no part for them.
    fn step(&mut self, rest: &[Token<'_>]) -> Option<usize> {
        let first = rest.first()?;
        if first.number().is_some() {
            self.number(rest)
        } else if let Some(word) = first.word() {
            self.word(word, rest)
        } else {
            self.sign(first, rest)
        }
    }

    /// Whether the date is complete, so that more numbers must be a time.
    fn dated(&self) -> bool {
        let marked = self.marked.2.is_some();
        let named = self.month.is_some() && self.loose.len() >= 2;
        let relative = self.days_ago.is_some() && !self.days_doubtful;
        self.numeric.is_some() || marked || named || relative
    }

    fn number(&mut self, rest: &[Token<'_>]) -> Option<usize> {
        let first = rest.first()?;
        let value = first.number()?;
        let doubtful = self.month.is_none_or(|named| named.doubtful);
        if !self.dated()
            && doubtful
            && self.loose.is_empty()
            && let Some((numeric, used)) = numeric::read(rest)
        {
            self.numeric = Some(numeric);
            return Some(used);
        }
        if let Some(mark) = rest.get(1).and_then(Token::word).and_then(Mark::of)
            && self.mark(first, mark)
        {
            return Some(2);
        }
        if self.clock.is_none()
            && let Some((clock, used)) = clock::read(rest, self.dated())
        {
            self.clock = Some(clock);
            return Some(used);
        }
        if first.text == "0000" && self.clock.is_some() && self.dated() {
            // `+0000` without its sign.
            self.add_zone(Zone::Offset(0))?;
            return Some(1);
        }
        if first.width() > 4 || self.loose.len() == 2 {
            return None;
        }
        self.loose.push((value, first.width()));
        let ordinal = rest
            .get(1)
            .is_some_and(|next| !next.spaced && next.word().is_some_and(words::is_ordinal));
        Some(if ordinal { 2 } else { 1 })
    }

    /// Takes a number as the year, month or day that its mark names, once each.
    fn mark(&mut self, number: &Token<'_>, mark: Mark) -> bool {
        let Some(value) = number.number() else {
            return false;
        };
        match mark {
            Mark::Year if self.marked.0.is_none() => self.marked.0 = Some((value, number.width())),
            Mark::Month if self.marked.1.is_none() => self.marked.1 = Some(value),
            Mark::Day if self.marked.2.is_none() => self.marked.2 = Some(value),
            _ => return false,
        }
        true
    }

    fn word(&mut self, word: &str, rest: &[Token<'_>]) -> Option<usize> {
        if self.clock.is_none()
            && let Some((clock, used)) = clock::read(rest, self.dated())
        {
            self.clock = Some(clock);
            return Some(used);
        }
        if word == "z" && self.zone.is_some_and(Zone::is_numeric) {
            // `+01:00Z`: the letter is decoration where the offset was written out.
            return Some(1);
        }
        if (self.clock.is_some() || self.dated())
            && let Some((zone, used)) = zone_text::named(rest)
        {
            self.add_zone(zone)?;
            return Some(used);
        }
        if word == "em" && self.clock.is_some() && rest.len() == 1 {
            // Portuguese for "on", but nothing follows: Swedish for "p.m.", and the clock was read without it.
            return None;
        }
        if let Some((month, used)) = self.month_of(word, rest) {
            // Arabic papers name it twice: `تشرين الثاني/نوفمبر`.
            let again = self.month.is_some_and(|named| named.month == month);
            if again || self.month.is_none_or(|named| named.doubtful) {
                let after = self.month.filter(|_| again).map(|named| named.after);
                self.month = Some(Named {
                    month,
                    after: after.unwrap_or(self.loose.len()),
                    doubtful: words::is_weekday(word),
                    thai: words::is_thai(word),
                });
                return Some(used);
            }
        }
        if let Some(used) = self.era(word, rest) {
            return Some(used);
        }
        if let Some(days) = words::days_ago(word)
            && self.days_ago.is_none()
        {
            self.days_ago = Some(days);
            self.days_doubtful = words::is_weekday(word);
            return Some(1);
        }
        (words::is_weekday(word) || words::is_joint(word)).then_some(1)
    }

    /// The month that the tokens begin to name, and how many they are.
    fn month_of(&self, word: &str, rest: &[Token<'_>]) -> Option<(u32, usize)> {
        let next = rest.get(1);
        if words::is_month_mark(word)
            && let Some(number) = next
                .filter(|next| next.width() <= 2)
                .and_then(Token::number)
        {
            return Some((number, 2));
        }
        if let Some(second) = next.and_then(Token::word)
            && let Some(month) = words::month_in_words(word, second)
        {
            return Some((month, 2));
        }
        match words::month(word)? {
            11 if self.croatian && word.starts_with("listopad") => Some((10, 1)),
            month => Some((month, 1)),
        }
    }

    /// A year of an era: `令和7年`, `平成元年`, `民國114年`.
    fn era(&mut self, word: &str, rest: &[Token<'_>]) -> Option<usize> {
        let before = words::era(word)?;
        let count = rest.get(1)?;
        let count = match count.word() {
            Some("元") => 1,
            _ => count.number().filter(|_| count.width() <= 3)?,
        };
        let marked = rest.get(2)?.word().and_then(Mark::of) == Some(Mark::Year);
        if !marked || self.marked.0.is_some() {
            return None;
        }
        self.marked.0 = Some((before + count, 4));
        Some(3)
    }

    fn sign(&mut self, sign: &Token<'_>, rest: &[Token<'_>]) -> Option<usize> {
        if self.clock.is_some()
            && let Some((zone, used)) = zone_text::read(rest)
        {
            self.add_zone(zone)?;
            return Some(used);
        }
        let signed = || rest.get(1).is_some_and(|next| next.is('+') || next.is('-'));
        if sign.is(':')
            && ((self.dated() && self.clock.is_none()) || (self.clock.is_some() && signed()))
        {
            // `02/Jan/2006:15:04:05`, `15:04:05:-0700`.
            return Some(1);
        }
        if sign.is('(') {
            return self.parenthesis(rest, ')');
        }
        if sign.is('[') {
            return self.parenthesis(rest, ']');
        }
        [',', '.', '|', '•', '·', '-', '/', ';', '@', '\'']
            .iter()
            .any(|joint| sign.is(*joint))
            .then_some(1)
    }

    /// `(GMT+05:30, IST, India)`, `(Central European Time)` behind an offset, `(Sunday)`, `(local time)`,
    /// `(21:40)`, and RFC 9557's `[Asia/Kolkata]`.
    fn parenthesis(&mut self, rest: &[Token<'_>], close: char) -> Option<usize> {
        let end = rest.iter().position(|token| token.is(close))?;
        let mut inner = rest.get(1..end)?;
        let plain = |token: &Token<'_>| {
            token
                .word()
                .is_some_and(|word| words::is_weekday(word) || words::is_joint(word))
                || token.is('.')
        };
        if self.clock.is_none()
            && let Some((clock, used)) = clock::read(inner, self.dated())
        {
            self.clock = Some(clock);
            inner = inner.get(used..)?;
        }
        if inner.iter().all(plain) {
            return Some(end + 1);
        }
        while let Some(first) = inner.first() {
            let used = match zone_text::read(inner) {
                Some((zone, used)) => {
                    self.add_zone(zone)?;
                    used
                }
                None if first.word().is_some()
                    || [',', '.', '/', '-', ';'].iter().any(|sign| first.is(*sign)) =>
                {
                    1
                }
                None => return None,
            };
            inner = inner.get(used..)?;
        }
        // Words that name no zone may only explain one that is known.
        self.zone.is_some().then_some(end + 1)
    }

    /// Keeps the better of two zones: a number wins over a name, the first name over the second (T3).
    fn add_zone(&mut self, zone: Zone) -> Option<()> {
        match self.zone {
            Some(known) if known.is_numeric() && zone.is_numeric() && known != zone => return None,
            Some(known) if known.is_numeric() || !zone.is_numeric() => {}
            _ => self.zone = Some(zone),
        }
        Some(())
    }

    /// The one date these parts make.
    fn date(&self, hints: &Hints<'_>) -> Option<Calendar> {
        let marked = self.marked != (None, None, None);
        let month = self.month.filter(|named| {
            !named.doubtful || !(self.numeric.is_some() || marked || self.days_ago.is_some())
        });
        let dated = self.numeric.is_some() || marked || month.is_some();
        let days_ago = self.days_ago.filter(|_| !(self.days_doubtful && dated));
        match (self.numeric, month, days_ago) {
            (Some(numeric), None, None) if !marked && self.loose.is_empty() => {
                numeric.resolve(hints)
            }
            (None, Some(named), None) if !marked => self.around(named),
            (None, None, Some(days)) if !marked && self.loose.is_empty() => Some(Calendar::of(
                hints.today()?.checked_sub_days(Days::new(days))?,
            )),
            (None, None, None) if self.loose.is_empty() => {
                let (value, digits) = self.marked.0?;
                Some(Calendar {
                    year: civil::year(value, digits)?,
                    month: self.marked.1,
                    day: self.marked.2,
                })
            }
            _ => None,
        }
    }

    /// Day and year around a named month; a month and a day without a year are no date.
    fn around(&self, named: Named) -> Option<Calendar> {
        let month = named.month;
        let of_thais = |year: i32| {
            let buddhist = named.thai && (2400..2700).contains(&year);
            if buddhist { year - 543 } else { year }
        };
        let (day, (year, digits)) = match *self.loose.as_slice() {
            [(value, 4)] => {
                return Some(Calendar {
                    year: of_thais(civil::year(value, 4)?),
                    month: Some(month),
                    day: None,
                });
            }
            [(year, 4), (day, 1 | 2)] if named.after > 0 => (day, (year, 4)),
            [(day, 1 | 2), (year, digits)] if named.after < 2 && digits > 1 => {
                (day, (year, digits))
            }
            _ => return None,
        };
        // A Thai year of two digits could be of either count.
        let whole = !named.thai || digits == 4;
        let year = civil::year(year, digits).filter(|_| whole)?;
        Some(Calendar::day(of_thais(year), month, day))
    }
}

#[cfg(test)]
mod tests {
    use crate::date::{Hints, parse, rfc3339};

    /// What each text says, by hand; `None` where nothing may be read.
    #[track_caller]
    fn all(cases: &[(&str, Option<&str>)]) {
        for (text, wanted) in cases {
            let said = parse(text, &Hints::default()).map(|stamp| rfc3339(stamp.said()));
            assert_eq!(said.as_deref(), *wanted, "{text}");
        }
    }

    #[test]
    fn t1_t2_shapes_as_programs_write_them() {
        all(&[
            (
                "Mon, January 2, 2006, 3:04 PM PST",
                Some("2006-01-02T23:04:00Z"),
            ),
            (
                "Mon, January 2 2006 15:04:05 -0700",
                Some("2006-01-02T22:04:05Z"),
            ),
            (
                "Mon, January 02, 2006, 15:04:05 EST",
                Some("2006-01-02T20:04:05Z"),
            ),
            ("Mon, Jan 2, 2006 15:04 EST", Some("2006-01-02T20:04:00Z")),
            (
                "Mon, Jan 02,2006 15:04:05 EST",
                Some("2006-01-02T20:04:05Z"),
            ),
            ("Mon Jan 02, 2006 3:04 pm", Some("2006-01-02T15:04:00Z")),
            ("Mon, 2006-01-02 15:04", Some("2006-01-02T15:04:00Z")),
            (
                "Monday, January 2, 2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon,02 January 2006 14:04:05 EST",
                Some("2006-01-02T19:04:05Z"),
            ),
            (
                "Mon, 2 January 2006, 15:04 -0700",
                Some("2006-01-02T22:04:00Z"),
            ),
            ("Mon, 2 Jan 2006 15:4:5 GMT", Some("2006-01-02T15:04:05Z")),
            ("Mon, 2 Jan 2006 5:4:5 GMT", Some("2006-01-02T05:04:05Z")),
            ("Mon, 02 Jan 2006 15:04 EST", Some("2006-01-02T20:04:00Z")),
            ("Mon, 02 Jan 2006 15:04:05 UT", Some("2006-01-02T15:04:05Z")),
            (
                "Mon, 02 Jan 2006 15:04:05 EST-05:00",
                Some("2006-01-02T20:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 EST -05:00",
                Some("2006-01-02T20:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 --0700",
                Some("2006-01-02T22:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 03:04:05 PM EST",
                Some("2006-01-02T20:04:05Z"),
            ),
            ("Mon, 02 Jan 2006 15:04:05GMT", Some("2006-01-02T15:04:05Z")),
            (
                "Mon, 02 Jan 2006 15:04:05+0100",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon 02 Jan 2006 15:04:05 -07:00",
                Some("2006-01-02T22:04:05Z"),
            ),
            (
                "Monday, 2. January 2006 - 15:04",
                Some("2006-01-02T15:04:00Z"),
            ),
            ("2006-01-02 at 15:04:05", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02T15:04:05:-0700", Some("2006-01-02T22:04:05Z")),
            ("2006-01-02T15:04:05-07:00:00", Some("2006-01-02T22:04:05Z")),
            ("2006-01-02T15:04:05 -0700", Some("2006-01-02T22:04:05Z")),
            ("2006-01-02 15:04:05Z", Some("2006-01-02T15:04:05Z")),
            ("2006-1-2 15:04:05", Some("2006-01-02T15:04:05Z")),
            ("January 02, 2006 03:04 PM", Some("2006-01-02T15:04:00Z")),
            ("Jan 2, 2006 3:04:05 PM EST", Some("2006-01-02T20:04:05Z")),
            ("02 Jan 2006 15:04 UT", Some("2006-01-02T15:04:00Z")),
            ("02-Jan-2006 15:04:05 EST", Some("2006-01-02T20:04:05Z")),
            ("2.1.2006 15:04:05", Some("2006-01-02T15:04:05Z")),
            ("2006.01.02", Some("2006-01-02T00:00:00Z")),
            ("2006.01.02 15:04", Some("2006-01-02T15:04:00Z")),
            ("2006. 1. 2.", Some("2006-01-02T00:00:00Z")),
            ("2006. 1. 2. 15:04", Some("2006-01-02T15:04:00Z")),
            ("20060102T150405Z", Some("2006-01-02T15:04:05Z")),
            ("20060102T150405", Some("2006-01-02T15:04:05Z")),
            ("20060102T1504", Some("2006-01-02T15:04:00Z")),
            ("20060102150405", Some("2006-01-02T15:04:05Z")),
            ("20060102150405Z", Some("2006-01-02T15:04:05Z")),
            ("20060102T150405.123Z", Some("2006-01-02T15:04:05Z")),
            ("20060102T150405+0100", Some("2006-01-02T14:04:05Z")),
            ("20060102 150405", Some("2006-01-02T15:04:05Z")),
            ("20060102 15:04:05", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02T15:04:05Z+00:00", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02T15:04:05+00:00Z", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02T15:04:05+01:00Z", Some("2006-01-02T14:04:05Z")),
            ("2006-01-02T15:04:05.000000Z", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02T15:04:05,123Z", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02 15:04:05 UTC", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02 15:04:05 GMT", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02T15:04:05 UTC", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02T15:04:05UTC", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02T15:04:05GMT+1", Some("2006-01-02T14:04:05Z")),
            ("2006-01-02 15:04:05 PST", Some("2006-01-02T23:04:05Z")),
            (
                "2006-01-02 15:04:05 America/New_York",
                Some("2006-01-02T20:04:05Z"),
            ),
            (
                "2006-01-02T15:04:05[Europe/Berlin]",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "2006-01-02 15:04:05 +0100 CET",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "2006-01-02 15:04:05.999999999 -0700 MST",
                Some("2006-01-02T22:04:05Z"),
            ),
            ("2006-01-02 00:00:00.0", Some("2006-01-02T00:00:00Z")),
            (
                "Mon, 02 Jan 2006 15:04:05.123 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 +0000 (UTC)",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 GMT+0000 (Coordinated Universal Time)",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 +0100 (CET)",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 (GMT+1)",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 +1:00",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 +100",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 GMT+1",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 GMT +0100",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 UTC+01:00",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 0000",
                Some("2006-01-02T15:04:05Z"),
            ),
            ("Mon, 02 Jan 2006 15:04:05 Z", Some("2006-01-02T15:04:05Z")),
            (
                "Mon, 02 Jan 2006 15:04:05 GMT GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 +0000 +0000",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 EST EST",
                Some("2006-01-02T20:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 EST5EDT",
                Some("2006-01-02T20:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 Eastern Standard Time",
                Some("2006-01-02T20:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15:04:05 Eastern Time",
                Some("2006-01-02T20:04:05Z"),
            ),
            (
                "Mon, 02 Jul 2006 15:04:05 Pacific Daylight Time",
                Some("2006-07-02T22:04:05Z"),
            ),
            (
                "Mon, 02 Jan 2006 15.04.05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon, 02. Jan 2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon, 02 Jan, 2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon , 02 Jan 2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon., 02 Jan 2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon - 02 Jan 2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon; 02 Jan 2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (", 02 Jan 2006 15:04:05 GMT", Some("2006-01-02T15:04:05Z")),
            ("Mon, 02 Jan 06 15:04:05 GMT", Some("2006-01-02T15:04:05Z")),
            ("Mon, 02 Jan 106 15:04:05 GMT", Some("2006-01-02T15:04:05Z")),
            ("Mon, 02-Jan-06 15:04:05 GMT", Some("2006-01-02T15:04:05Z")),
            (
                "Monday, 02-Jan-06 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            (
                "Mon, 02/Jan/2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            ("02/Jan/2006:15:04:05 +0100", Some("2006-01-02T14:04:05Z")),
            ("Mon Jan  2 15:04:05 2006", Some("2006-01-02T15:04:05Z")),
            ("Mon Jan 2 15:04:05 EST 2006", Some("2006-01-02T20:04:05Z")),
            ("Mon  2 Jan 15:04:05 GMT 2006", Some("2006-01-02T15:04:05Z")),
            (
                "Mon Jan 02 15:04:05 -0700 2006",
                Some("2006-01-02T22:04:05Z"),
            ),
            (
                "Mon Jan 2 2006 15:04:05 GMT+0100",
                Some("2006-01-02T14:04:05Z"),
            ),
            (
                "Mon Jan  2 03:04:05 PM EST 2006",
                Some("2006-01-02T20:04:05Z"),
            ),
            (
                "Monday, January 02, 2006 3:04:05 PM",
                Some("2006-01-02T15:04:05Z"),
            ),
            ("2006/01/02", Some("2006-01-02T00:00:00Z")),
            ("2006/01/02 15:04:05", Some("2006-01-02T15:04:05Z")),
            ("2006/01/02 15:04:05 +0900", Some("2006-01-02T06:04:05Z")),
            ("2006/01/02T15:04:05Z", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02 03:04:05 PM", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02 3:04 PM", Some("2006-01-02T15:04:00Z")),
            ("2006-01-02T03:04:05PM", Some("2006-01-02T15:04:05Z")),
            ("2006-01-02, 15:04", Some("2006-01-02T15:04:00Z")),
            ("2006-01-02 - 15:04", Some("2006-01-02T15:04:00Z")),
            ("2006-01-02 | 15:04", Some("2006-01-02T15:04:00Z")),
            ("2006-01-02 15h04", Some("2006-01-02T15:04:00Z")),
            ("2006-01-02T15:04:05.123+0100", Some("2006-01-02T14:04:05Z")),
            ("2006-01-02T15:04:05+01", Some("2006-01-02T14:04:05Z")),
            ("2006-01-02T15:04:05+1:00", Some("2006-01-02T14:04:05Z")),
            ("2006-01-02T15:04+01:00", Some("2006-01-02T14:04:00Z")),
            ("2006-01-02T15Z", Some("2006-01-02T15:00:00Z")),
            ("2006-01-02T24:00:00Z", Some("2006-01-03T00:00:00Z")),
            ("2006-01-02T15:04:60Z", Some("2006-01-02T15:04:59Z")),
            ("2006-01-02Z", Some("2006-01-02T00:00:00Z")),
            ("2006-01-02+01:00", Some("2006-01-01T23:00:00Z")),
            ("2006-01-02T", Some("2006-01-02T00:00:00Z")),
            ("2006-01-02T00:00:00", Some("2006-01-02T00:00:00Z")),
            ("2006-002", Some("2006-01-02T00:00:00Z")),
            ("2006-002T15:04:05Z", Some("2006-01-02T15:04:05Z")),
            ("2006002", Some("2006-01-02T00:00:00Z")),
            ("2006-W01-1", Some("2006-01-02T00:00:00Z")),
            ("2006-W01-1T15:04Z", Some("2006-01-02T15:04:00Z")),
            ("1136214245", Some("2006-01-02T15:04:05Z")),
            ("1136214245000", Some("2006-01-02T15:04:05Z")),
            ("1136214245.123", Some("2006-01-02T15:04:05Z")),
            ("@1136214245", Some("2006-01-02T15:04:05Z")),
            ("1136214245000000", Some("2006-01-02T15:04:05Z")),
            ("/Date(1136214245000)/", Some("2006-01-02T15:04:05Z")),
            ("/Date(1136214245000+0100)/", Some("2006-01-02T15:04:05Z")),
            ("\"2006-01-02T15:04:05Z\"", Some("2006-01-02T15:04:05Z")),
            ("'2006-01-02'", Some("2006-01-02T00:00:00Z")),
            ("[2006-01-02]", Some("2006-01-02T00:00:00Z")),
            ("(2006-01-02)", Some("2006-01-02T00:00:00Z")),
            ("<2006-01-02 Mon>", Some("2006-01-02T00:00:00Z")),
            ("2006-01-02 Mon 15:04", Some("2006-01-02T15:04:00Z")),
            ("2nd January 2006", Some("2006-01-02T00:00:00Z")),
            ("the 2nd of January, 2006", Some("2006-01-02T00:00:00Z")),
            ("January 2nd, 2006 at 3pm", Some("2006-01-02T15:00:00Z")),
            (
                "Monday 2nd January 2006 3.04pm",
                Some("2006-01-02T15:04:00Z"),
            ),
            ("2 Jan '06", Some("2006-01-02T00:00:00Z")),
            ("Jan 2 '06 15:04", Some("2006-01-02T15:04:00Z")),
            ("3:04 pm, 2 January 2006", Some("2006-01-02T15:04:00Z")),
            ("3:04 p.m. EST Jan. 2, 2006", Some("2006-01-02T20:04:00Z")),
            ("15:04, 2 Jan 2006 (UTC)", Some("2006-01-02T15:04:00Z")),
            ("15:04 2.1.2006", Some("2006-01-02T15:04:00Z")),
            ("2 January 2006, noon", Some("2006-01-02T12:00:00Z")),
            ("2 January 2006 12 noon", Some("2006-01-02T12:00:00Z")),
            ("2 Jan 2006 12:04 a.m.", Some("2006-01-02T00:04:00Z")),
            ("2 Jan 2006 12:04 p.m.", Some("2006-01-02T12:04:00Z")),
            ("2 Jan 2006 00:04 AM", Some("2006-01-02T00:04:00Z")),
            ("2 Jan 2006 15:04 PM", Some("2006-01-02T15:04:00Z")),
            ("2 Jan 2006 3:04p", Some("2006-01-02T15:04:00Z")),
            ("2 Jan 2006 3.04 P.M. IST", Some("2006-01-02T09:34:00Z")),
            ("2 Jan 2006 1504Z", Some("2006-01-02T15:04:00Z")),
            ("2 Jan 2006 1504 UTC", Some("2006-01-02T15:04:00Z")),
            ("2 Jan 2006 1504hrs", Some("2006-01-02T15:04:00Z")),
            ("2 Jan 2006 15:04hrs", Some("2006-01-02T15:04:00Z")),
            (
                "Date: Mon, 02 Jan 2006 15:04:05 GMT",
                Some("2006-01-02T15:04:05Z"),
            ),
            ("2006년 1월 2일 15:04:05", Some("2006-01-02T06:04:05Z")),
            ("2006-01-02 오후 3:04:05", Some("2006-01-02T06:04:05Z")),
            (
                "Mon, 02 Jan 2006 24:00:00 GMT",
                Some("2006-01-03T00:00:00Z"),
            ),
            (
                "Thu, 01 Jan 1970 00:00:00 GMT",
                Some("1970-01-01T00:00:00Z"),
            ),
        ]);
    }

    #[test]
    fn t7_t11_what_is_no_date_stays_none() {
        all(&[
            ("Mon, 02 Jan 2006 15:04:05 +-0700", None),
            ("2006-01-02 15:04:05.999 +0000 UTC m=+0.001", None),
            ("Mon, 02 Jan 2006 15:04:05 0100", None),
            ("2006-01-02TZ", None),
            ("new Date(1136214245000)", None),
            ("2 January 2006 midnight", None),
            ("Mon, 02 Jan 2006 15 -0700", None),
            ("Updated January 2, 2006", None),
            ("Saturday, February 30, 2006", None),
            ("Mon, 31 Apr 2006 10:00 GMT", None),
            ("2006-02-29", None),
            ("2006-13-02", None),
            ("2006-00-02", None),
            ("0000-00-00", None),
            ("Mon, 02 Jan 2006 24:30:00 GMT", None),
            ("Mon, 02 Jan 2006 15:60:00 GMT", None),
            ("null", None),
            ("N/A", None),
            ("Invalid Date", None),
            ("Invalid date", None),
            ("NaN", None),
            ("-1", None),
            ("0", None),
            ("-62135596800", None),
            ("Jan 2 15:04:05", None),
            ("15:04:05", None),
        ]);
    }
}
