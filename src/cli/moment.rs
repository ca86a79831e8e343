//! Instants for people.

use chrono::{DateTime, Utc};

/// An instant as people say it: `5 min ago`, `in 2 h`.
pub(super) fn moment(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (at - now).num_seconds();
    let size = seconds.unsigned_abs();
    let amount = match size {
        0..=59 => {
            return if seconds <= 0 {
                "now".into()
            } else {
                format!("in {size} s")
            };
        }
        60..=3599 => format!("{} min", size / 60),
        3600..=172_799 => format!("{} h", size / 3600),
        _ => format!("{} d", size / 86_400),
    };
    if seconds < 0 {
        format!("{amount} ago")
    } else {
        format!("in {amount}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_as_people_say_them() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let at = |seconds| moment(now + chrono::TimeDelta::seconds(seconds), now);
        assert_eq!(
            [at(0), at(-10), at(30), at(-300), at(7200), at(-400_000)],
            ["now", "now", "in 30 s", "5 min ago", "in 2 h", "4 d ago"]
        );
    }
}
