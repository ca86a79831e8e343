//! What following sources' own rhythms comes to, as `status` shows it.

use std::time::Duration;

use serde::Serialize;

use crate::schedule::{Forecast, show};
use crate::store::SourceFacts;

/// What is to be expected of a source on `auto` for a week from its last visit.
#[derive(Serialize)]
pub(super) struct RhythmSheet {
    entries_a_day: f64,
    visits_a_day: f64,
    /// How long an entry waits for a visit, on average.
    expected_delay_seconds: u64,
    /// The share of entries that come at their usual times, 0 to 1.
    regularity: f64,
    /// The share of requests that `min_interval` would allow and that are not made, 0 to 1.
    requests_saved: f64,
}

pub(super) fn rhythm_sheet(rhythm: &Forecast) -> RhythmSheet {
    RhythmSheet {
        entries_a_day: to_hundredths(rhythm.entries_a_day),
        visits_a_day: to_hundredths(rhythm.visits_a_day),
        expected_delay_seconds: rhythm.delay.as_secs(),
        regularity: to_hundredths(rhythm.regularity),
        requests_saved: to_hundredths(rhythm.saved),
    }
}

fn to_hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// In a cell of a table.
pub(super) fn rhythm_in_short(rhythm: &Forecast) -> String {
    format!(
        "{:.1} visits a day, entries wait {}, {:.0} % saved",
        rhythm.visits_a_day,
        minutes(rhythm.delay),
        rhythm.saved * 100.0
    )
}

/// What the operator should know of when a source is visited, beyond the next time.
pub(super) fn timing_in_words(source: &SourceFacts) -> String {
    let mut text = String::new();
    if let Some(rhythm) = &source.rhythm {
        text.push_str(&format!(
            "  by its rhythm: {:.1} entries a day expected, {:.0} % of them at their usual times\n  {:.1} visits a day, by which an entry waits {} on average; {:.0} % fewer requests than min_interval allows\n",
            rhythm.entries_a_day,
            rhythm.regularity * 100.0,
            rhythm.visits_a_day,
            minutes(rhythm.delay),
            rhythm.saved * 100.0
        ));
    }
    if source.coalesced > 0 {
        text.push_str(&format!(
            "  {} slots of its schedule had no visit of their own: they came while it was due or being visited, or while nothing ran\n",
            source.coalesced
        ));
    }
    text
}

/// A length of time without its seconds.
fn minutes(length: Duration) -> String {
    show(Duration::from_secs((length.as_secs() + 30) / 60 * 60)).replace("0s", "no time")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecast() -> Forecast {
        Forecast {
            entries_a_day: 11.4,
            visits_a_day: 4.286,
            delay: Duration::from_secs(1_399),
            regularity: 0.953,
            saved: 0.8214,
        }
    }

    #[test]
    fn f49_a_rhythm_is_said_in_words_and_figures() {
        let source = SourceFacts {
            rhythm: Some(forecast()),
            coalesced: 3,
            ..SourceFacts::default()
        };
        let words = timing_in_words(&source);
        for part in [
            "11.4 entries a day expected, 95 % of them",
            "4.3 visits a day, by which an entry waits 23m on average; 82 % fewer",
            "3 slots of its schedule",
        ] {
            assert!(words.contains(part), "{words}");
        }
        assert_eq!(
            rhythm_in_short(&forecast()),
            "4.3 visits a day, entries wait 23m, 82 % saved"
        );
        assert_eq!(rhythm_sheet(&forecast()).visits_a_day, 4.29);
        assert_eq!(timing_in_words(&SourceFacts::default()), "");
    }
}
