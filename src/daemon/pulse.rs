//! Whether the loop and the keeper's thread really turn, for the watchdog.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the loop may need for one turn. While the store is sick it asks a handful of questions in vain, five seconds each.
pub(super) const LOOP_PATIENCE: Duration = Duration::from_secs(60);

/// How long the keeper may need for one piece of work: dropping a year of entries, or composing hundreds of feeds on a slow disk. A store that is locked or
/// full answers within ten seconds, and waiting to try it again is rest.
pub(super) const KEEPER_PATIENCE: Duration = Duration::from_secs(180);

/// When somebody began with what he is at.
#[derive(Debug)]
pub(super) struct Pulse {
    patience: Duration,
    since: Mutex<Option<Instant>>,
}

impl Pulse {
    /// At rest.
    pub fn new(patience: Duration) -> Self {
        Pulse {
            patience,
            since: Mutex::new(None),
        }
    }

    /// A new piece of work begins.
    pub fn works(&self, now: Instant) {
        self.set(Some(now));
    }

    /// Nothing is to be done, until somebody rings.
    pub fn rests(&self) {
        self.set(None);
    }

    /// Whether the present piece of work takes no longer than such work may.
    pub fn turns(&self, now: Instant) -> bool {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_none_or(|since| now.saturating_duration_since(since) <= self.patience)
    }

    fn set(&self, since: Option<Instant>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_rests_is_well_and_who_is_long_at_one_thing_hangs() {
        let pulse = Pulse::new(Duration::from_secs(60));
        let began = Instant::now();
        let after = |seconds| began + Duration::from_secs(seconds);
        assert!(pulse.turns(after(86_400)), "at rest for a day");
        pulse.works(began);
        assert!(pulse.turns(after(60)));
        assert!(!pulse.turns(after(61)));
        pulse.works(after(61));
        assert!(pulse.turns(after(62)), "the next piece of work");
        pulse.rests();
        assert!(pulse.turns(after(1000)));
    }
}
