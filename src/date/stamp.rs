//! The values this room hands out.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;

/// An instant read from text, with how much of it was really said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    /// The instant. Never finer than a second. When the text gave no time of day: 12:00 in the zone (T9).
    pub at: DateTime<Utc>,
    /// The finest part the text gave.
    pub precision: Precision,
    /// What decided the zone (T3).
    pub zone_rule: ZoneRule,
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
        const DAY_FIRST: [&str; 11] = [
            "de", "fr", "es", "it", "pt", "nl", "el", "ru", "pl", "tr", "hi",
        ];
        const ENGLISH_DAY_FIRST: [&str; 6] = ["GB", "IN", "AU", "IE", "NZ", "SG"];
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
