//! What is due, given now.
//!
//! Pure: no clock, no network, no store. A [`Schedule`] says when visiting is *allowed*; [`next_due`] takes the
//! latest of that and of everything the source asked for, and names the rule that decided (C13, F11–F18, F49).
//! This room is the only door to the `cron` crate, which parses the five fields and holds their sets. The calendar
//! walk, the day rule and the clock changes are ours, because that crate gets them wrong for our purpose (C2–C8).

mod asked;
mod because;
mod civil;
mod clock;
mod due;
mod duration;
mod error;
mod fields;
mod jitter;
mod rhythm;
#[cfg(test)]
mod tests;
mod timetable;

pub use asked::{Asked, MAX_ASKED, freshness, retry_after, update_period};
pub use because::Because;
pub use clock::{Step, has_passed, put_back_by, put_right, step};
pub use due::{Due, Outcome, catch_up, earliest, held, next_due, pinged, resumed, safety};
pub use duration::{DurationError, MAX_DURATION, parse_duration, show};
pub use error::{Field, ScheduleError};
pub use jitter::{Chance, jitter};
pub use rhythm::{Forecast, Past, REMEMBERED, Rhythm, Sighting};
pub use timetable::Schedule;
