//! Text → tokens that two copies of one article share.

use unicode_normalization::UnicodeNormalization;

/// Most tokens that are compared: past a long book chapter, more text tells no more.
const MAX_TOKENS: usize = 50_000;

/// The cleaned tokens of an article's text: NFKC, lower case, alphanumeric runs with inner apostrophes; Han, Kana and Hangul one token a character.
pub fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut run = String::new();
    for c in cleaned(text).nfkc().flat_map(char::to_lowercase) {
        if out.len() >= MAX_TOKENS {
            return out;
        }
        match c {
            '\u{ad}' => {}
            '\'' | '’' | 'ʼ' if !run.is_empty() => run.push('\''),
            c if stands_alone(c) => {
                flush(&mut run, &mut out);
                out.push(c.to_string());
            }
            c if c.is_alphanumeric() || is_mark(c) => run.push(c),
            _ => flush(&mut run, &mut out),
        }
    }
    flush(&mut run, &mut out);
    out
}

fn flush(run: &mut String, out: &mut Vec<String>) {
    let token = run.trim_matches('\'');
    if !token.is_empty() {
        out.push(token.to_string());
    }
    run.clear();
}

/// Scripts written without spaces.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

/// Vowel signs and the like, which belong to their word in Indic and Arabic scripts.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{951}'..='\u{957}' | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

/// Endings that syndication adds and that say nothing of the article.
const TAILS: [&str; 6] = [
    "Read more",
    "Continue reading",
    "[…]",
    "[...]",
    "Read the full story",
    "Read the full article",
];

/// The text without the dateline at its head (`CITY (Agency) –`) and what syndication hangs on its end.
fn cleaned(text: &str) -> &str {
    let text = without_dateline(text.trim());
    let mut text = text;
    loop {
        let last_line_at = text.rfind('\n').map_or(0, |at| at + 1);
        let last = text.get(last_line_at..).unwrap_or_default().trim();
        let is_tail = last.starts_with("The post ") && last.contains(" appeared first on ")
            || (last.starts_with("(Reporting by ") && last.ends_with(')'))
            || (last.starts_with('©') && last.len() < 120);
        if is_tail && last_line_at > 0 {
            text = text.get(..last_line_at).unwrap_or_default().trim_end();
            continue;
        }
        match TAILS.iter().find_map(|tail| text.strip_suffix(tail)) {
            Some(shorter) => text = shorter.trim_end(),
            None => return text,
        }
    }
}

/// Longest dateline, in bytes.
const LONGEST_DATELINE: usize = 80;

fn without_dateline(text: &str) -> &str {
    let head_end = (0..=LONGEST_DATELINE.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    let head = text.get(..head_end).unwrap_or_default();
    let Some(close) = head.find(") ") else {
        return text;
    };
    let before = head.get(..close).unwrap_or_default();
    let Some((city, agency)) = before.split_once(" (") else {
        return text;
    };
    let is_city = !city.is_empty()
        && city.chars().all(|c| {
            c.is_uppercase() || c.is_whitespace() || matches!(c, ',' | '.' | '-' | '/' | '’' | '\'')
        });
    let rest = text.get(close + 2..).unwrap_or_default();
    let dashed = ["– ", "— ", "- "]
        .iter()
        .find_map(|dash| rest.strip_prefix(dash));
    match dashed {
        Some(rest) if is_city && agency.len() < 40 => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_and_typography_do_not_matter() {
        assert_eq!(
            tokens("The “Ferry’s” late—again!"),
            ["the", "ferry's", "late", "again"]
        );
        assert_eq!(
            tokens("The \"Ferry's\" late - again"),
            tokens("The “Ferry’s” late—again!")
        );
        assert_eq!(tokens("ﬁne soft\u{ad}hyphen"), ["fine", "softhyphen"]);
    }

    #[test]
    fn scripts_without_spaces_give_a_token_a_character_and_marks_stay_with_words() {
        assert_eq!(tokens("天気がいい"), ["天", "気", "が", "い", "い"]);
        assert_eq!(tokens("झील की आवाज़"), ["झील", "की", "आवाज\u{93c}"]);
    }

    #[test]
    fn datelines_and_syndication_tails_fall_away() {
        let plain = tokens("The map was found on Friday.");
        assert_eq!(
            tokens("PORT ELLERY (Tarn Wire) – The map was found on Friday."),
            plain
        );
        assert_eq!(
            tokens("The map was found on Friday.\n\nThe post The map appeared first on Tarn Wire."),
            plain
        );
        assert_eq!(tokens("The map was found on Friday. […]"), plain);
        assert_ne!(
            tokens("Ellery (a town) – The map was found on Friday."),
            plain
        );
    }
}
