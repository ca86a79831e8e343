//! The words around a place in a text, cut to a length people read.

/// Longest claim or quote kept, in characters: two long sentences.
const LONGEST: usize = 400;

/// How far around a place its sentence is looked for, in bytes. A sentence that is longer is cut anyway; without a bound, a page that is one line with a
/// thousand links would be read a thousand times.
const WINDOW: usize = 2 * LONGEST;

/// White space folded, cut at a word when too long.
pub(super) fn short(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().count() <= LONGEST {
        return folded;
    }
    let cut: String = folded.chars().take(LONGEST - 1).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(&cut))
}

/// The sentence that holds the byte at `at`, within its line.
pub(super) fn around(text: &str, at: usize) -> &str {
    let from = text.floor_char_boundary(at.saturating_sub(WINDOW));
    let to = text.ceil_char_boundary(at.saturating_add(WINDOW).min(text.len()));
    let (Some(before), Some(after)) = (text.get(from..at), text.get(at..to)) else {
        return "";
    };
    let line_start = from + before.rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = at + after.find('\n').unwrap_or(after.len());
    let start = ends(text.get(line_start..at).unwrap_or_default())
        .last()
        .map_or(line_start, |end| line_start + end);
    let end = ends(text.get(at..line_end).unwrap_or_default())
        .next()
        .map_or(line_end, |end| at + end);
    text.get(start..end).unwrap_or_default().trim()
}

/// Byte offsets just after each sentence: a full stop followed by space and something that can begin a sentence.
fn ends(line: &str) -> impl Iterator<Item = usize> + '_ {
    line.char_indices().filter_map(move |(at, c)| {
        let end = at + c.len_utf8();
        let rest = line.get(end..)?;
        match c {
            '。' | '！' | '？' => Some(end),
            '.' | '!' | '?' | '…' | '।' => {
                let rest = rest.trim_start_matches(['"', '”', '’', '\'', ')', '»']);
                let next = rest.trim_start().chars().next()?;
                let begins = rest.starts_with(' ')
                    && (next.is_uppercase()
                        || next.is_numeric()
                        || !next.is_alphanumeric()
                        || !next.is_lowercase());
                (begins && !is_abbreviation(line.get(..at)?)).then_some(end)
            }
            _ => None,
        }
    })
}

/// `Mr`, `St`, initials: a full stop after them ends nothing.
fn is_abbreviation(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let short = [
        "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Sr", "Jr", "Gen", "Col", "Lt", "Sen", "Rep", "No",
        "vs", "approx", "Inc", "Ltd", "Co",
    ];
    short.contains(&word)
        || (word.chars().count() == 1 && word.chars().all(char::is_uppercase))
        || (word.contains('.') && word.chars().count() <= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_around_a_place_is_found() {
        let text = "First one. Mr. Pal of the U.N. said so here. Third?\nNext line.";
        let at = text.find("here").unwrap();
        assert_eq!(around(text, at), "Mr. Pal of the U.N. said so here.");
        assert_eq!(around(text, 0), "First one.");
        assert_eq!(around(text, text.len()), "Next line.");
        assert_eq!(around("é", 1), "");
    }

    #[test]
    fn a_line_without_an_end_is_looked_at_only_around_the_place() {
        let line = "word ".repeat(50_000);
        let found = around(&line, 100_000);
        assert!(found.len() <= 2 * WINDOW && !found.is_empty());
    }

    #[test]
    fn long_words_are_cut_between_words() {
        let long = "word ".repeat(200);
        assert!(short(&long).chars().count() <= LONGEST && short(&long).ends_with("word…"));
        assert_eq!(short(" a \n b "), "a b");
    }
}
