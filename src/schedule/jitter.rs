//! A delay for each source, so that sources that share a slot do not all start at once, here or elsewhere (F18, C12).

use std::time::Duration;

/// What chance adds to a delay: nothing at 0, its whole slice at `u64::MAX`. Drawn where the clock is read, and an argument everywhere else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chance(pub u64);

impl Chance {
    /// Nothing is left to chance: for what is decided between visits, where the source's own place in the window is enough.
    pub const NONE: Chance = Chance(0);
}

/// The part of a window that is left to chance: a quarter. The rest keeps a source at its own place in it.
const SLICE: u32 = 4;

/// A delay from nothing to `window`, both included, in whole milliseconds. Three quarters of the window hold a part that is always the same for the same
/// source and window, on every machine and in every build (FNV-1a, 64 bits); the last one holds what chance adds, so that all who listen to one source under
/// one name do not meet there at the same instant. It only ever lengthens a wait.
pub fn jitter(source_id: &str, window: Duration, chance: Chance) -> Duration {
    let slice = window / SLICE;
    let places = millis(window.saturating_sub(slice)).saturating_add(1);
    let stable = Duration::from_millis(fnv1a(source_id.as_bytes()) % places);
    let drawn = u128::from(millis(slice)) * u128::from(chance.0) / u128::from(u64::MAX);
    stable.saturating_add(Duration::from_millis(u64::try_from(drawn).unwrap_or(0)))
}

fn millis(window: Duration) -> u64 {
    u64::try_from(window.as_millis()).unwrap_or(u64::MAX)
}

/// Fowler, Noll and Vo's hash, variant 1a. The standard library's hashers promise no stability.
fn fnv1a(bytes: &[u8]) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes.iter().fold(BASIS, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c12_the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn c12_stays_in_the_window_and_spreads() {
        let window = Duration::from_secs(60);
        let mut buckets = [0usize; 5];
        for number in 0..600 {
            let id = format!("source-{number}");
            let own = jitter(&id, window, Chance(0));
            assert!(jitter(&id, window, Chance(u64::MAX)) <= window);
            buckets[(own.as_secs() / 9).min(4) as usize] += 1;
        }
        assert!(
            buckets.iter().all(|count| (60..=180).contains(count)),
            "{buckets:?}"
        );
    }

    #[test]
    fn f18_a_stable_part_and_a_slice_of_chance() {
        let delay = |chance| jitter("any", Duration::from_secs(60), Chance(chance));
        assert_eq!(delay(0), delay(0));
        assert!(delay(0) <= Duration::from_secs(45));
        assert_eq!(delay(u64::MAX) - delay(0), Duration::from_secs(15));
        let half = delay(u64::MAX / 2) - delay(0);
        assert!((7_490..=7_510).contains(&half.as_millis()), "{half:?}");
    }

    #[test]
    fn c12_windows_at_the_limits() {
        for chance in [Chance(0), Chance(u64::MAX)] {
            assert_eq!(jitter("any", Duration::ZERO, chance), Duration::ZERO);
            assert!(jitter("any", Duration::MAX, chance) <= Duration::MAX);
        }
    }
}
