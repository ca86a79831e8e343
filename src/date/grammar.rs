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
    let mut found = Found::default();
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
    numeric: Option<Numeric>,
    /// Year (with its digits), month and day as East Asian marks name them.
    marked: (Option<(u32, usize)>, Option<u32>, Option<u32>),
    month: Option<Named>,
    /// Numbers without a mark, with their digits, around a named month.
    loose: Vec<(u32, usize)>,
    days_ago: Option<u64>,
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
        self.numeric.is_some() || marked || named || self.days_ago.is_some()
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
        if let Some(month) = words::month(word)
            && self.month.is_none_or(|named| named.doubtful)
        {
            self.month = Some(Named {
                month,
                after: self.loose.len(),
                doubtful: words::is_weekday(word),
            });
            return Some(1);
        }
        if let Some(days) = words::days_ago(word)
            && self.days_ago.is_none()
        {
            self.days_ago = Some(days);
            return Some(1);
        }
        (words::is_weekday(word) || words::is_joint(word)).then_some(1)
    }

    fn sign(&mut self, sign: &Token<'_>, rest: &[Token<'_>]) -> Option<usize> {
        if self.clock.is_some()
            && let Some((zone, used)) = zone_text::read(rest)
        {
            self.add_zone(zone)?;
            return Some(used);
        }
        let signed = || {
            rest.get(1)
                .is_some_and(|next| next.is('+') || next.is('-'))
        };
        if sign.is(':') && ((self.dated() && self.clock.is_none()) || (self.clock.is_some() && signed())) {
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
        match (self.numeric, month, self.days_ago) {
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
        let (day, (year, digits)) = match *self.loose.as_slice() {
            [(value, 4)] => {
                return Some(Calendar {
                    year: civil::year(value, 4)?,
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
        Some(Calendar::day(civil::year(year, digits)?, month, day))
    }
}
