//! How far push is trusted (W7).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How long a source that is pushed goes without being polled (W7). Six hours: a hub that falls silent costs a quarter of a day, and an hourly source is
/// asked four times a day instead of twenty-four.
pub const SAFETY: Duration = Duration::from_secs(6 * 3_600);

/// A delivery so soon after a poll that overtook it was under way: hubs fetch and fan out within minutes.
const OVERTAKEN: TimeDelta = TimeDelta::minutes(10);

/// Deliveries that restore a trust that was lost: one may be an accident.
const PROOFS: u32 = 3;

/// What is known of how well one subscription works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The first delivery that was authentic.
    pub first_delivery: Option<DateTime<Utc>>,
    pub last_delivery: Option<DateTime<Utc>>,
    /// Authentic ones, in all.
    pub deliveries: u64,
    /// Ignored for want of a right signature, in all.
    pub refused: u64,
    /// When a poll found news that push had not brought, if that is not made up for.
    pub missed: Option<DateTime<Utc>>,
    /// Deliveries since then.
    pub proofs: u32,
    /// When the source was made due because of a delivery: what the next poll brings is push's work.
    pub pinged: Option<DateTime<Utc>>,
    /// Deliveries that were acknowledged and are not settled yet.
    pub owed: u32,
}

impl Evidence {
    /// Whether deliveries may stand in for polls: one came, and none was missed since.
    pub fn is_good(&self) -> bool {
        self.first_delivery.is_some() && self.missed.is_none()
    }

    /// An authentic delivery came.
    pub fn delivered(&mut self, now: DateTime<Utc>) {
        self.first_delivery.get_or_insert(now);
        self.last_delivery = Some(now);
        self.deliveries = self.deliveries.saturating_add(1);
        let Some(missed) = self.missed else { return };
        self.proofs = self.proofs.saturating_add(1);
        let was_overtaken = self.proofs == 1 && now - missed <= OVERTAKEN;
        if was_overtaken || self.proofs >= PROOFS {
            (self.missed, self.proofs) = (None, 0);
        }
    }

    /// A poll went well and found so many entries that were not known. Whether that cost push its trust.
    pub fn polled(&mut self, now: DateTime<Utc>, added: usize) -> bool {
        let was_pinged = self.pinged.take().is_some();
        // What was acknowledged and waits to be settled was brought.
        let is_miss = added > 0 && !was_pinged && self.owed == 0 && self.first_delivery.is_some();
        let was_good = self.is_good();
        if is_miss {
            (self.missed, self.proofs) = (Some(now), 0);
        }
        is_miss && was_good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + minutes * 60, 0).unwrap()
    }

    #[test]
    fn w7_push_is_trusted_from_the_first_delivery_on() {
        let mut evidence = Evidence::default();
        assert!(!evidence.is_good());
        assert!(!evidence.polled(at(0), 3), "nothing was trusted yet");
        assert!(!evidence.is_good() && evidence.missed.is_none());
        evidence.delivered(at(1));
        assert!(evidence.is_good());
        assert!(!evidence.polled(at(2), 0));
        assert!(evidence.is_good());
    }

    #[test]
    fn w7_what_a_poll_finds_and_push_did_not_bring_costs_the_trust() {
        let mut evidence = Evidence::default();
        evidence.delivered(at(0));
        assert!(evidence.polled(at(400), 1));
        assert!(!evidence.is_good());
        for late in [500, 501] {
            evidence.delivered(at(late));
            assert!(!evidence.is_good(), "it takes {PROOFS}");
        }
        assert!(!evidence.polled(at(502), 1), "it was lost already");
        for late in [600, 700, 800] {
            evidence.delivered(at(late));
        }
        assert!(evidence.is_good());
    }

    #[test]
    fn w7_a_delivery_that_was_only_overtaken_was_not_missed() {
        let mut evidence = Evidence::default();
        evidence.delivered(at(0));
        evidence.polled(at(400), 1);
        evidence.delivered(at(403));
        assert!(evidence.is_good());
    }

    #[test]
    fn w7_what_a_ping_made_due_or_is_being_settled_was_not_missed() {
        let mut evidence = Evidence::default();
        evidence.delivered(at(0));
        evidence.pinged = Some(at(1));
        assert!(!evidence.polled(at(2), 5));
        assert!(evidence.is_good() && evidence.pinged.is_none());
        evidence.owed = 1;
        assert!(!evidence.polled(at(3), 5));
        assert!(evidence.is_good());
    }
}
