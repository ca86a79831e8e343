//! Being told instead of asking: the decisions of a WebSub subscriber (W1–W7).
//!
//! Pure: no clock, no network, no store, no randomness. What a source announces, whether it is subscribed to, what the hub is asked and when, what it is
//! answered, whether a delivery is the hub's, and how far push is trusted are functions of values. This room is the only door to the crates that sign.

mod announced;
mod mode;
mod obstacle;
mod pace;
mod signature;
mod subscription;
mod trust;
mod verification;

pub use announced::{Announced, announced};
pub use mode::Mode;
pub use obstacle::{Obstacle, acceptable, possible};
pub use pace::Pace;
pub use signature::is_signed;
pub use subscription::{Decision, Keys, PATH, State, Subscription, Wanted, decide};
pub use trust::{Evidence, SAFETY};
pub use verification::{Replied, Verification};
