//! What the daemon counts of itself, for Prometheus and whoever else reads OpenMetrics. The only room that knows the format.
//!
//! A [`Metrics`] is a value: whoever does something is given one and tells it. There is no global recorder, so that two daemons in one process, as tests
//! have them, count apart. What is true of a moment and not counted (queues, sizes, the process) is handed in as a [`Moment`] when it is asked for.
//!
//! Labels are names of ours or ids of feeds, and nothing that a stranger sends: no address, no id of a story. So their number is bounded.

mod counted;
mod moment;
mod register;
mod words;

pub use counted::{CONTENT_TYPE, Metrics};
pub use moment::{Moment, Process};
pub use words::{Answered, Contained, Ended, Reloaded};
