//! A stable delay for each source, so that sources that share a slot do not all start at once (F18, C12).

use std::time::Duration;

/// A delay from nothing to `window`, both included, in whole milliseconds: always the same for the same source and
/// window, on every machine and in every build (FNV-1a, 64 bits). It only ever lengthens a wait. It is no secret
/// and no random number.
pub fn jitter(source_id: &str, window: Duration) -> Duration {
    let choices = u64::try_from(window.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    Duration::from_millis(fnv1a(source_id.as_bytes()) % choices)
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
        let mut buckets = [0usize; 6];
        for number in 0..600 {
            let delay = jitter(&format!("source-{number}"), window);
            assert!(delay <= window);
            buckets[(delay.as_secs() / 10).min(5) as usize] += 1;
        }
        assert!(
            buckets.iter().all(|count| (50..=150).contains(count)),
            "{buckets:?}"
        );
    }

    #[test]
    fn c12_windows_at_the_limits() {
        assert_eq!(jitter("any", Duration::ZERO), Duration::ZERO);
        assert!(jitter("any", Duration::MAX) <= Duration::MAX);
    }
}
