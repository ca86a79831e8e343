//! Dates in addresses: `/2025/11/09/ferry`, `/2025-11-09-ferry`, `/20251109/ferry`.

use super::civil::{Calendar, Civil};
use super::stamp::{Hints, Stamp};

/// The longest path, in bytes, in which a date is looked for.
const LONGEST_PATH: usize = 2_000;

/// The years in which figures in an address are believed to be a date: since there has been a web.
const BELIEVED_YEARS: std::ops::RangeInclusive<i32> = 1990..=2099;

/// The day that the path of an article's address names, the last and least of what dates it (T11).
///
/// Only whole days count: a month alone is more often an archive or an issue. Where two days are named, the first is taken.
pub fn in_address(path: &str, hints: &Hints<'_>) -> Option<Stamp> {
    let path = Some(path).filter(|path| path.len() <= LONGEST_PATH)?;
    let parts: Vec<&str> = path.split('/').collect();
    let date = (0..parts.len()).find_map(|at| {
        let here = parts.get(at..)?;
        spread(here).or_else(|| leading(here.first()?))
    })?;
    let day = Civil {
        date,
        clock: None,
        zone: None,
    };
    day.stamp(hints)
}

/// `2025/11/09`, the month perhaps by its English name, with something behind it.
fn spread(parts: &[&str]) -> Option<Calendar> {
    let [year, month, day, ..] = parts else {
        return None;
    };
    let month = number(month, 1..=2).or_else(|| super::words::english_month(month))?;
    believed(number(year, 4..=4)?, month, number(day, 1..=2)?)
}

/// `2025-11-09` and `20251109`, alone or in front of a dash.
fn leading(part: &str) -> Option<Calendar> {
    let digits = |from: usize, to: usize| number(part.get(from..to)?, 1..=4);
    let ends = |at: usize| {
        part.get(at..)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
    };
    let dashed = part.get(4..5) == Some("-") && part.get(7..8) == Some("-");
    if dashed && ends(10) {
        return believed(digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    }
    if ends(8) {
        return believed(digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    }
    None
}

fn number(text: &str, widths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let fits = widths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

fn believed(year: u32, month: u32, day: u32) -> Option<Calendar> {
    let year = i32::try_from(year)
        .ok()
        .filter(|year| BELIEVED_YEARS.contains(year))?;
    chrono::NaiveDate::from_ymd_opt(year, month, day).map(Calendar::of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::{Precision, rfc3339};

    #[test]
    fn t11_days_in_addresses() {
        let read = |path: &str| in_address(path, &Hints::default());
        for path in [
            "/2025/11/09/ferry",
            "/news/2025/11/9/",
            "/2025/nov/09/ferry",
            "/2025/November/09/ferry.html",
            "/blog/2025-11-09-ferry",
            "/2025-11-09/ferry",
            "/a/20251109/ferry",
            "/20251109_ferry.html",
        ] {
            let stamp = read(path).expect(path);
            assert_eq!(rfc3339(stamp.said()), "2025-11-09T00:00:00Z", "{path}");
            assert_eq!(stamp.precision, Precision::Day);
        }
        for path in [
            "/",
            "",
            "/2025/11/ferry",
            "/2025/13/09/ferry",
            "/2025/02/30/ferry",
            "/1234/11/09/ferry",
            "/ferry-2025-11-09",
            "/12345678/ferry",
            "/202511091/ferry",
            "/2025-11-091",
            "/é2025-11-09",
            "/20é51109",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
        assert_eq!(read(&"/2025/11/09".repeat(1_000)), None);
    }
}
