//! Which of its entries speaks for a story.

use chrono::{DateTime, TimeDelta, Utc};

/// How long after its birth a story is still settling. Sources that carry it are often visited in one round, in an order that says nothing; until the
/// round is over the best of its entries speaks, and only then is the speaker held to.
pub const SETTLING: TimeDelta = TimeDelta::minutes(10);

/// How much longer a text must be to speak in place of the one that does.
const LONGER: f64 = 1.3;

/// An entry, as far as it matters for speaking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voice {
    pub tokens: u32,
    /// It lives on its source's own site, or on disk alone: an original rather than a pointer to somebody else's.
    pub at_home: bool,
    /// Its own time.
    pub published: Option<DateTime<Utc>>,
}

/// Whether a newcomer should speak for the story in place of the present speaker.
///
/// A text longer by a third does. One at home speaks for one that is not, unless it says much less. Between equals the earlier one speaks, while the
/// story is settling: afterwards the speaker is sticky, so that readers do not see a story change its face.
pub fn speaks_better(present: &Voice, newcomer: &Voice, is_settling: bool) -> bool {
    let is_longer = |one: &Voice, other: &Voice| {
        f64::from(one.tokens) >= f64::from(other.tokens.max(1)) * LONGER
    };
    if is_longer(newcomer, present) {
        return true;
    }
    if is_longer(present, newcomer) || newcomer.at_home != present.at_home {
        return newcomer.at_home && !present.at_home && !is_longer(present, newcomer);
    }
    let is_earlier = newcomer
        .published
        .is_some_and(|at| present.published.is_none_or(|before| at < before));
    is_settling && is_earlier
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(tokens: u32, at_home: bool, minute: i64) -> Voice {
        let published = DateTime::from_timestamp(1_760_000_000 + minute * 60, 0);
        Voice {
            tokens,
            at_home,
            published,
        }
    }

    #[test]
    fn a_text_longer_by_a_third_speaks_at_any_time() {
        let present = voice(100, true, 0);
        assert!(speaks_better(&present, &voice(130, false, 9), false));
        assert!(!speaks_better(&present, &voice(129, true, 9), false));
        assert!(speaks_better(&voice(0, true, 0), &voice(2, true, 0), false));
    }

    #[test]
    fn an_original_speaks_for_a_pointer_to_it_unless_it_says_much_less() {
        let pointer = voice(100, false, 0);
        assert!(speaks_better(&pointer, &voice(90, true, 9), false));
        assert!(!speaks_better(&pointer, &voice(70, true, 9), false));
        assert!(!speaks_better(
            &voice(100, true, 9),
            &voice(100, false, 0),
            true
        ));
    }

    #[test]
    fn between_equals_the_earlier_speaks_while_the_story_settles_and_nobody_new_after() {
        let present = voice(100, true, 5);
        assert!(speaks_better(&present, &voice(100, true, 1), true));
        assert!(!speaks_better(&present, &voice(100, true, 9), true));
        assert!(!speaks_better(&present, &voice(100, true, 1), false));
        let undated = Voice {
            published: None,
            ..present
        };
        assert!(
            speaks_better(&undated, &present, true) && !speaks_better(&present, &undated, true)
        );
    }
}
