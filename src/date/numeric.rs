//! Dates of numbers alone, and which of them is the day (T8).

use chrono::NaiveDate;

use super::civil::{self, Calendar};
use super::stamp::Hints;
use super::tokens::Token;

/// A date of numbers whose order may still be open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Numeric {
    Known(Calendar),
    /// Day and month in unknown order, and the year.
    Open {
        first: u32,
        second: u32,
        year: i32,
        dotted: bool,
    },
    /// Three numbers of at most two digits.
    Short([u32; 3]),
}

/// The numeric date that the tokens begin with, and how many they are.
pub(super) fn read(tokens: &[Token<'_>]) -> Option<(Numeric, usize)> {
    let first = tokens.first()?;
    let separator = ['-', '/', '.']
        .into_iter()
        .find(|sign| tokens.get(1).is_some_and(|token| token.is(*sign)))?;
    let second = tokens.get(2)?;
    let (one, two) = (first.number()?, second.number()?);
    let again = tokens.get(3).is_some_and(|token| token.is(separator));
    match tokens.get(4).filter(|_| again) {
        Some(third) if third.number().is_some() => {
            Some((triple(first, second, third, separator)?, 5))
        }
        _ if separator == '.' => None,
        _ => match (first.width(), second.width()) {
            (4, 1 | 2) => Some((month(one, two)?, 3)),
            (1 | 2, 4) => Some((month(two, one)?, 3)),
            _ => None,
        },
    }
}

fn month(year: u32, month: u32) -> Option<Numeric> {
    Some(Numeric::Known(Calendar {
        year: civil::year(year, 4)?,
        month: Some(month),
        day: None,
    }))
}

/// Three numbers of two digits: in the order the hints tell, else in the only one that makes a date which is not yet to come.
fn short([one, two, three]: [u32; 3], hints: &Hints<'_>) -> Option<Calendar> {
    const YEAR_FIRST: [&str; 4] = ["zh", "ja", "ko", "hu"];
    let of = |(year, month, day)| Some(Calendar::day(civil::year(year, 2)?, month, day));
    let orders = [(three, two, one), (three, one, two), (one, two, three)];
    let year_first = YEAR_FIRST.iter().any(|code| hints.speaks(code));
    match hints.order() {
        None if year_first => return of((one, two, three)),
        Some(true) => return of((three, two, one)),
        Some(false) => return of((three, one, two)),
        None => {}
    }
    let tomorrow = hints.today().and_then(|today| today.succ_opt());
    let credible = |date: &Calendar| {
        let (month, day) = (date.month.unwrap_or(1), date.day.unwrap_or(1));
        NaiveDate::from_ymd_opt(date.year, month, day)
            .is_some_and(|day| tomorrow.is_none_or(|tomorrow| day <= tomorrow))
    };
    let mut dates = orders.into_iter().filter_map(of).filter(credible);
    let first = dates.next()?;
    dates.all(|other| other == first).then_some(first)
}

fn triple(
    first: &Token<'_>,
    second: &Token<'_>,
    third: &Token<'_>,
    separator: char,
) -> Option<Numeric> {
    let (one, two, three) = (first.number()?, second.number()?, third.number()?);
    match (first.width(), second.width(), third.width()) {
        (4, 1..=3, 1 | 2) => Some(Numeric::Known(Calendar::day(
            civil::year(one, 4)?,
            two,
            three,
        ))),
        (1 | 2, 1 | 2, 4) => Some(Numeric::Open {
            first: one,
            second: two,
            year: civil::year(three, 4)?,
            dotted: separator == '.',
        }),
        (1 | 2, 1 | 2, 2) | (2, 1 | 2, 1) => Some(Numeric::Short([one, two, three])),
        _ => None,
    }
}

impl Numeric {
    /// The date meant. `None` when its order stays open: it is decided for a source, never for an item (T8).
    ///
    /// Dots are day first, for nobody who puts the month first writes them. A year of two digits needs a hint, or leaves one reading only.
    pub fn resolve(self, hints: &Hints<'_>) -> Option<Calendar> {
        match self {
            Self::Known(date) => Some(date),
            Self::Open {
                first,
                second,
                year,
                dotted,
            } => {
                let day_first = first > 12
                    || first == second
                    || (second <= 12 && hints.order().or(dotted.then_some(true))?);
                Some(if day_first {
                    Calendar::day(year, second, first)
                } else {
                    Calendar::day(year, first, second)
                })
            }
            Self::Short(parts) => short(parts, hints),
        }
    }

    /// Whether it proves that days come first or that months do.
    fn evidence(self) -> Option<bool> {
        match self {
            Self::Open {
                first: 13..=31,
                second: 1..=12,
                ..
            } => Some(true),
            Self::Open {
                first: 1..=12,
                second: 13..=31,
                ..
            } => Some(false),
            // Nobody writes the day between year and month.
            Self::Short([1..=12, 13..=31, _]) => Some(false),
            Self::Short([13..=31, 1..=12, 0 | 32..]) => Some(true),
            _ => None,
        }
    }
}

/// What the numeric dates among these tokens prove, the first that proves anything.
pub(super) fn evidence(tokens: &[Token<'_>]) -> Option<bool> {
    let mut rest = tokens;
    while !rest.is_empty() {
        let used = match read(rest) {
            Some((numeric, used)) => match numeric.evidence() {
                Some(proof) => return Some(proof),
                None => used,
            },
            None => 1,
        };
        rest = rest.get(used..)?;
    }
    None
}
