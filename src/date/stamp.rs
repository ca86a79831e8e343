//! The values this room hands out.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// An instant read from text, with how much of it was really said.
///
/// A text without a time of day says a whole day, month or year. [`Stamp::said`] is where that begins; [`Stamp::shown`] is where readers are
/// shown it (T9). For anything finer the two are one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    said: DateTime<Utc>,
    shown: DateTime<Utc>,
    /// The finest part the text gave.
    pub precision: Precision,
    /// What decided the zone (T3).
    pub zone_rule: ZoneRule,
}

/// The furthest that `shown` may lie behind `said`: noon of a day into which an hour was put twice.
const LONGEST_MORNING: TimeDelta = TimeDelta::hours(14);

impl Stamp {
    /// A stamp of a text that gave the instant itself.
    pub fn exact(at: DateTime<Utc>, precision: Precision, zone_rule: ZoneRule) -> Self {
        Self::spanning(at, at, precision, zone_rule)
    }

    /// A stamp of a whole day, month or year that begins at `said` in its zone. `shown` is noon of its first day; an instant that can be no noon
    /// of it is taken for `said`, as is every `shown` of a finer precision.
    pub fn spanning(
        said: DateTime<Utc>,
        shown: DateTime<Utc>,
        precision: Precision,
        zone_rule: ZoneRule,
    ) -> Self {
        let coarse = precision <= Precision::Day;
        let fits = coarse && shown >= said && shown - said <= LONGEST_MORNING;
        Self {
            said,
            shown: if fits { shown } else { said },
            precision,
            zone_rule,
        }
    }

    /// The instant as the text said it, never finer than a second: the first of the day, month or year in its zone when it gave no more.
    pub fn said(&self) -> DateTime<Utc> {
        self.said
    }

    /// The instant to publish and to sort by: 12:00 in the zone of the source, on the first day of what was said, when there was no time of day.
    /// Noon is the same day for nearly every reader on earth, midnight the day before for half of them (T9).
    pub fn shown(&self) -> DateTime<Utc> {
        self.shown
    }

    /// Whether this is how programs write that there is no date: the zero of a clock, and nobody's date of publication (T11). It is kept as said
    /// and nothing is sorted by it.
    ///
    /// The zeros are those of .NET and Go (year 1), Windows (1601), OLE and Excel (1899 and 1900), the old Macintosh (1904) and Unix (1970);
    /// all but the first only at the stroke of midnight.
    pub fn is_zero(&self) -> bool {
        const ZEROS: [(i32, u32, u32); 6] = [
            (1601, 1, 1),
            (1899, 12, 30),
            (1899, 12, 31),
            (1900, 1, 1),
            (1904, 1, 1),
            (1970, 1, 1),
        ];
        let day = self.said.date_naive();
        let midnight = self.said.time() == NaiveTime::MIN;
        let zero = || {
            ZEROS
                .iter()
                .any(|(year, month, of)| NaiveDate::from_ymd_opt(*year, *month, *of) == Some(day))
        };
        self.precision >= Precision::Day && (self.said.year() <= 1 || (midnight && zero()))
    }
}

/// The finest part of a timestamp that the text gave, coarsest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    Year,
    Month,
    Day,
    Minute,
    Second,
}

impl Precision {
    const ALL: [Self; 5] = [
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Minute,
        Self::Second,
    ];

    /// The name used in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }

    /// The inverse of [`Precision::as_str`]; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// What decided the zone of a timestamp (T3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneRule {
    /// A numeric offset or `Z` in the text.
    Offset,
    /// A zone named in the text with one meaning, or one the hints decide.
    Abbreviation,
    /// An abbreviation with several meanings that no hint decides: the commonest in news was taken.
    Ambiguous,
    /// No zone in the text: that of the hints, or Korea's for a date in Korean when the hints say UTC.
    Default,
    /// `-0000`, a military letter or an unknown abbreviation: taken as UTC, local zone unknown (T4).
    UnknownOffset,
    /// A count of seconds or milliseconds since 1970, which has no zone.
    Epoch,
}

impl ZoneRule {
    const ALL: [Self; 6] = [
        Self::Offset,
        Self::Abbreviation,
        Self::Ambiguous,
        Self::Default,
        Self::UnknownOffset,
        Self::Epoch,
    ];

    /// The name used in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offset => "offset",
            Self::Abbreviation => "abbreviation",
            Self::Ambiguous => "ambiguous",
            Self::Default => "default",
            Self::UnknownOffset => "unknown-offset",
            Self::Epoch => "epoch",
        }
    }

    /// The inverse of [`ZoneRule::as_str`]; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// What is known about the source of a timestamp, for what the text leaves open.
#[derive(Clone, Copy, Debug)]
pub struct Hints<'a> {
    /// The zone of the source. UTC stands for "not configured".
    pub zone: Tz,
    /// A BCP 47 tag such as `de` or `en-IN`.
    pub language: Option<&'a str>,
    /// Whether `02/03/2025` means 2 March here (T8).
    pub day_first: Option<bool>,
    /// The instant the text was fetched, for `2 hours ago` and `yesterday`. Without it these are unreadable.
    pub now: Option<DateTime<Utc>>,
}

impl Default for Hints<'_> {
    fn default() -> Self {
        Self {
            zone: Tz::UTC,
            language: None,
            day_first: None,
            now: None,
        }
    }
}

impl Hints<'_> {
    /// The day of the fetch in the zone of the source. Years without four digits, whose days chrono may be unable to name, have none.
    pub(super) fn today(&self) -> Option<NaiveDate> {
        let now = self.now.filter(|now| (1..=9999).contains(&now.year()))?;
        Some(now.with_timezone(&self.zone).date_naive())
    }

    /// Whether the language tag begins with this language, as `de-AT` begins with German.
    pub(super) fn speaks(&self, code: &str) -> bool {
        self.language
            .and_then(|tag| tag.split(['-', '_']).next())
            .is_some_and(|first| first.eq_ignore_ascii_case(code))
    }

    /// Whether the language tag names this country, as `en-IN` names India.
    pub(super) fn lives_in(&self, country: &str) -> bool {
        self.language.is_some_and(|tag| {
            tag.split(['-', '_'])
                .skip(1)
                .any(|part| part.eq_ignore_ascii_case(country))
        })
    }

    /// Whether all-numeric dates put the day first: as configured, else by language (T8). Plain `en` decides nothing.
    pub(super) fn order(&self) -> Option<bool> {
        const DAY_FIRST: [&str; 42] = [
            "de", "fr", "es", "it", "pt", "nl", "el", "ru", "pl", "tr", "hi", "uk", "be", "bg",
            "sr", "hr", "sl", "cs", "sk", "ro", "ca", "gl", "da", "nb", "nn", "no", "fi", "et",
            "lv", "is", "ga", "id", "ms", "vi", "th", "bn", "mr", "ta", "te", "gu", "he", "ar",
        ];
        const ENGLISH_DAY_FIRST: [&str; 17] = [
            "GB", "IN", "AU", "IE", "NZ", "SG", "PK", "BD", "LK", "MT", "NG", "GH", "KE", "UG",
            "TZ", "JM", "HK",
        ];
        if self.day_first.is_some() {
            return self.day_first;
        }
        if self.lives_in("US") {
            return self.speaks("en").then_some(false);
        }
        let by_language = !self.lives_in("CA") && DAY_FIRST.iter().any(|code| self.speaks(code));
        let by_country = self.speaks("en")
            && ENGLISH_DAY_FIRST
                .iter()
                .any(|country| self.lives_in(country));
        (by_language || by_country).then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn t9_what_can_be_no_noon_of_the_day_is_not_shown() {
        let spanning = |hours: i64, precision| {
            let shown = at(0) + TimeDelta::hours(hours);
            Stamp::spanning(at(0), shown, precision, ZoneRule::Default).shown()
        };
        assert_eq!(spanning(12, Precision::Day), at(12 * 3600));
        assert_eq!(spanning(12, Precision::Year), at(12 * 3600));
        for (hours, precision) in [
            (12, Precision::Minute),
            (12, Precision::Second),
            (-1, Precision::Day),
            (15, Precision::Day),
        ] {
            assert_eq!(spanning(hours, precision), at(0));
        }
    }

    #[test]
    fn t11_zeros_of_clocks_are_known() {
        let zero = |text: &str| parse(text, &Hints::default()).expect(text).is_zero();
        for text in [
            "Mon, 01 Jan 0001 00:00:00 +0000",
            "0001-01-01",
            "0001-01-01T00:00:00-05:00",
            "1970-01-01T00:00:00Z",
            "Thu, 01 Jan 1970 01:00:00 +0100",
            "1970-01-01",
            "1899-12-30T00:00:00",
            "1601-01-01T00:00:00Z",
        ] {
            assert!(zero(text), "{text}");
        }
        for text in [
            "1970-01-01T09:30:00Z",
            "1970",
            "1900",
            "1850-03-04",
            "2000-01-01",
        ] {
            assert!(!zero(text), "{text}");
        }
    }
}
