//! How often one subscription may be delivered to.

use chrono::{DateTime, TimeDelta, Utc};

/// Deliveries of one subscription in a minute. The busiest wire services publish a few a minute, and a hub that catches up is told to wait, not lost.
const A_MINUTE: u32 = 60;

/// Deliveries counted in the present minute.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    began: Option<DateTime<Utc>>,
    count: u32,
}

impl Pace {
    /// Counts one more.
    ///
    /// # Errors
    /// The seconds after which the next is taken, when there were too many.
    pub fn take(&mut self, now: DateTime<Utc>) -> Result<(), u32> {
        let minute = TimeDelta::minutes(1);
        let began = match self.began {
            // A clock that was set back begins anew as well.
            Some(began) if now >= began && now - began < minute => began,
            _ => {
                self.count = 0;
                now
            }
        };
        self.began = Some(began);
        if self.count >= A_MINUTE {
            let left = (began + minute - now).num_seconds().clamp(0, 59);
            return Err(u32::try_from(left).unwrap_or(0) + 1);
        }
        self.count += 1;
        Ok(())
    }

    /// Whether forgetting it would let nobody in early.
    pub fn is_at_rest(&self, now: DateTime<Utc>) -> bool {
        self.began
            .is_none_or(|began| now < began || now - began >= TimeDelta::minutes(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w6_a_flood_is_told_when_to_come_back() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let after = |seconds| now + TimeDelta::seconds(seconds);
        let mut pace = Pace::default();
        for _ in 0..A_MINUTE {
            assert_eq!(pace.take(now), Ok(()));
        }
        assert_eq!(pace.take(now), Err(60));
        assert_eq!(pace.take(after(50)), Err(11));
        assert!(!pace.is_at_rest(after(50)) && pace.is_at_rest(after(60)));
        assert_eq!(pace.take(after(60)), Ok(()));
        assert_eq!(pace.take(after(-60)), Ok(()), "the clock was set back");
    }
}
