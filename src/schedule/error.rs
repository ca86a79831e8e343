//! What can be wrong with a schedule, said to the operator who wrote it.

use std::fmt;
use std::ops::Range;

use super::duration::DurationError;

/// One of the five fields of a cron line, in the order they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Minute,
    Hour,
    DayOfMonth,
    Month,
    Weekday,
}

impl Field {
    pub(super) const ALL: [Field; 5] = [
        Field::Minute,
        Field::Hour,
        Field::DayOfMonth,
        Field::Month,
        Field::Weekday,
    ];

    /// The smallest and the largest value that `*` stands for.
    pub(super) fn limits(self) -> (u32, u32) {
        match self {
            Field::Minute => (0, 59),
            Field::Hour => (0, 23),
            Field::DayOfMonth => (1, 31),
            Field::Month => (1, 12),
            Field::Weekday => (0, 6),
        }
    }

    /// The largest number an operator may write: a weekday 7 is Sunday once more.
    pub(super) fn last(self) -> u32 {
        match self {
            Field::Weekday => 7,
            _ => self.limits().1,
        }
    }

    /// The values an operator may write, in words.
    fn allowed(self) -> &'static str {
        match self {
            Field::Minute => "0 to 59",
            Field::Hour => "0 to 23",
            Field::DayOfMonth => "1 to 31",
            Field::Month => "1 to 12 or jan to dec",
            Field::Weekday => "0 to 7 (0 and 7 are Sunday) or sun to sat",
        }
    }

    /// What to write for a step that does not fit the field.
    fn longer(self) -> &'static str {
        match self {
            Field::Minute | Field::Hour => "; for a longer interval write \"every 90m\"",
            Field::DayOfMonth | Field::Month | Field::Weekday => "",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Field::Minute => "minute",
            Field::Hour => "hour",
            Field::DayOfMonth => "day of month",
            Field::Month => "month",
            Field::Weekday => "weekday",
        })
    }
}

/// Why a text is not a schedule. Each message says what is wrong and what to write instead; `span` is the range of
/// bytes in the text that is to blame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    #[error(
        "no schedule given: write five fields such as \"7 * * * *\", or \"@hourly\", or \"every 90m\", or \"auto\""
    )]
    Empty,
    #[error("a schedule of {bytes} bytes is longer than the limit of {limit}")]
    TooLong { bytes: usize, limit: usize },
    #[error(
        "@reboot is no time: write how often, such as \"@daily\"; what was missed while stopped is caught up at start anyway"
    )]
    Reboot { span: Range<usize> },
    #[error(
        "unknown word \"{word}\": use @yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly"
    )]
    UnknownAlias { word: String, span: Range<usize> },
    #[error(
        "found {found} where a schedule has five fields (minute, hour, day of month, month, weekday){hint}"
    )]
    FieldCount {
        found: usize,
        hint: &'static str,
        span: Range<usize>,
    },
    #[error("{field}: \"{item}\" is not understood: use {}, alone, as a range \"a-b\", with a step \"*/n\", or as a list \"a,b\"", .field.allowed())]
    NotUnderstood {
        field: Field,
        item: String,
        span: Range<usize>,
    },
    #[error("{field}: {value} is out of range: use {}", .field.allowed())]
    OutOfRange {
        field: Field,
        value: String,
        span: Range<usize>,
    },
    #[error("{field}: the range \"{range}\" runs backwards: write \"{instead}\"")]
    Backwards {
        field: Field,
        range: String,
        instead: String,
        span: Range<usize>,
    },
    #[error("{field}: a step of {step} is out of range: steps go from 1 to {max}{}", .field.longer())]
    Step {
        field: Field,
        step: String,
        max: u32,
        span: Range<usize>,
    },
    #[error("this schedule never fires: no month it names has such a day")]
    NeverFires { span: Range<usize> },
    #[error("the interval after \"every\" is wrong: {reason}")]
    Interval {
        reason: DurationError,
        span: Range<usize>,
    },
    #[error("the interval after \"every\" is too short: the shortest is 1m")]
    IntervalTooShort { span: Range<usize> },
    #[error("the interval after \"every\" is too long: the longest is 366d")]
    IntervalTooLong { span: Range<usize> },
    #[error("the schedule was refused: {reason}")]
    Refused { reason: String, span: Range<usize> },
}

impl ScheduleError {
    /// The range of bytes in the schedule's text that is to blame, always on character boundaries; `None` where the
    /// whole text is.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Empty | Self::TooLong { .. } => None,
            Self::Reboot { span }
            | Self::UnknownAlias { span, .. }
            | Self::FieldCount { span, .. }
            | Self::NotUnderstood { span, .. }
            | Self::OutOfRange { span, .. }
            | Self::Backwards { span, .. }
            | Self::Step { span, .. }
            | Self::NeverFires { span }
            | Self::Interval { span, .. }
            | Self::IntervalTooShort { span }
            | Self::IntervalTooLong { span }
            | Self::Refused { span, .. } => Some(span.clone()),
        }
    }
}
