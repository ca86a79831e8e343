//! Whether the text extracted from a page should stand in place of the one a feed gave.

use std::collections::HashSet;

/// Words of a feed's text up to which it may be a summary in words of its own, of which an article repeats fewer.
const SUMMARY: usize = 60;
/// Per cent of the distinct words of a feed's text that an extraction must have.
const KEPT: usize = 80;
/// The same for a summary.
const KEPT_OF_SUMMARY: usize = 45;
/// Words an extraction must have beyond the feed's own, and per cent of them: less is not worth another version.
const MORE: usize = 20;
const MORE_PERCENT: usize = 125;
/// Words of the shortest extraction that counts where the feed gave nothing.
const LEAST: usize = 25;
/// Words below which a text that asks for something is a wall and no article that mentions one.
const WALL: usize = 150;

/// How walls ask, in lower case.
#[rustfmt::skip]
const WALLS: &[&str] = &[
    "accept all cookies", "accept cookies", "already a subscriber", "already have an account", "are you a robot", "become a member to",
    "checking your browser", "consent to the use of cookies", "continue reading with", "create a free account", "create an account to",
    "disable your ad blocker", "enable cookies", "enable javascript", "javascript is disabled", "only for subscribers", "register to continue",
    "sign in to continue", "sign in to read", "start your free trial", "subscribe to continue", "subscribe to keep reading", "subscribe to read",
    "subscribers only", "this content is for", "to continue reading", "unlock this article", "unusual traffic", "verify you are human",
    "we use cookies", "you have reached your limit", "your browser is not supported", "cookies akzeptieren", "jetzt abonnieren und weiterlesen",
    "jetzt weiterlesen", "mit abo weiterlesen", "nur für abonnenten", "registrieren sie sich", "um weiterzulesen", "verwenden cookies",
    "contenido exclusivo para suscriptores", "suscríbete para seguir", "utilizamos cookies", "article réservé aux abonnés", "pour lire la suite",
    "réservé à nos abonnés", "conteúdo exclusivo para assinantes", "per continuare a leggere", "contenuto riservato agli abbonati",
];

/// Whether an extraction is better than the text a feed gave. `extracted` is plain text, as `flow` lays it out, `found` its words
/// and `said` those of the feed's text.
///
/// It is when all of this holds: it is no wall (a short text that asks to subscribe, to accept or to prove something);
/// it has most of the words the feed said, so that it is the same article; and it is clearly longer. What a feed says
/// itself is otherwise kept: an extraction that lost a part of it, or adds a line, is no gain. Without a text from the
/// feed anything of a few sentences that is no wall is better.
pub(super) fn is_better(extracted: &str, found: &[String], said: &[String]) -> bool {
    if is_wall(extracted, found.len()) {
        return false;
    }
    if said.is_empty() {
        return found.len() >= LEAST;
    }
    let longer = found.len() >= said.len() + MORE && found.len() * 100 >= said.len() * MORE_PERCENT;
    let needed = if said.len() <= SUMMARY {
        KEPT_OF_SUMMARY
    } else {
        KEPT
    };
    longer && shared(said, found) >= needed
}

fn is_wall(text: &str, words: usize) -> bool {
    if words >= WALL {
        return false;
    }
    let lower = text.to_lowercase();
    WALLS.iter().any(|phrase| lower.contains(phrase))
}

/// Per cent of the distinct words of `these` that are among `those`; of no words, none.
pub(super) fn shared(these: &[String], those: &[String]) -> usize {
    let known: HashSet<&String> = those.iter().collect();
    let distinct: HashSet<&String> = these.iter().collect();
    let kept = distinct.iter().filter(|word| known.contains(*word)).count();
    kept * 100 / distinct.len().max(1)
}

/// Words in lower case; in scripts without blanks between words, characters.
pub(super) fn words(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !c.is_alphanumeric());
    let mut words = Vec::new();
    for run in runs.filter(|run| !run.is_empty()) {
        if run.chars().any(is_unspaced) {
            words.extend(run.chars().map(String::from));
        } else {
            words.push(run.to_lowercase());
        }
    }
    words
}

/// Thai and Lao, kana, Chinese characters, Hangul.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_better(extracted: &str, feed_text: &str) -> bool {
        super::is_better(extracted, &words(extracted), &words(feed_text))
    }

    const LEAD: &str = "The board of the river met on Monday and raised the dam by two metres, it said in a letter.";

    fn article() -> String {
        format!(
            "{LEAD} {}",
            "Farmers below the weir had asked for more water since spring. ".repeat(20)
        )
    }

    #[test]
    fn a_longer_text_that_has_what_the_feed_said_is_better() {
        assert!(is_better(&article(), LEAD));
        assert!(is_better(&article(), &format!("{LEAD} Read more…")));
        assert!(is_better(&article(), ""));
    }

    #[test]
    fn the_same_or_a_shorter_text_is_not() {
        assert!(!is_better(&article(), &article()));
        assert!(!is_better(LEAD, &article()));
        assert!(!is_better(&format!("{LEAD} One more line."), LEAD));
        assert!(!is_better("Too short.", ""));
    }

    #[test]
    fn a_text_that_misses_what_the_feed_said_is_worse() {
        let other = "Tonight's concert in the old mill begins at eight and tickets cost nine pounds at its door. ".repeat(20);
        assert!(!is_better(&other, LEAD));
        let half = "The council of the town agreed on a new bridge over the canal after years of dispute with owners of barges, \
            while pupils of both schools painted its pillars in colours chosen by a vote among residents of every quarter. "
            .repeat(2);
        assert!(!is_better(&article(), &format!("{LEAD} {half}")));
    }

    #[test]
    fn walls_are_worse_and_articles_about_walls_are_not() {
        let wall = format!(
            "{LEAD} Subscribe to continue reading. {}",
            "Plans start at two pounds a week. ".repeat(6)
        );
        assert!(!is_better(&wall, LEAD));
        assert!(!is_better("We use cookies. ".repeat(20).as_str(), ""));
        let about = format!("{} Many sites ask you to accept cookies.", article());
        assert!(is_better(&about, LEAD));
    }

    #[test]
    fn scripts_without_blanks_are_counted_by_character() {
        let said = "董事会周一开会，决定把大坝加高两米。";
        assert!(is_better(
            &format!("{said}{}", "下游的农民从春天起就要求更多的水。".repeat(6)),
            said
        ));
        assert!(!is_better(said, said));
    }

    #[test]
    fn f43_hostile_texts_are_judged_in_time() {
        let long = "a ".repeat(500_000);
        assert!(!is_better(&long, &long));
        assert!(!is_better("", "\u{0}"));
    }
}
