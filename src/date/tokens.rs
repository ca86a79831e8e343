//! Text folded to plain small letters and European digits, and cut into numbers, words and signs.

use unicode_normalization::UnicodeNormalization;

use super::words;

/// The most tokens a line may have; a byline has a dozen or two.
const MOST_TOKENS: usize = 80;

/// The most digits a number may have; longer runs belong to no date.
const MOST_DIGITS: usize = 9;

/// A piece of folded text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// Whether white space stands before it.
    pub spaced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Number(u32),
    Word,
    Sign(char),
}

impl<'a> Token<'a> {
    pub fn number(&self) -> Option<u32> {
        match self.kind {
            Kind::Number(value) => Some(value),
            _ => None,
        }
    }

    pub fn word(&self) -> Option<&'a str> {
        (self.kind == Kind::Word).then_some(self.text)
    }

    pub fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// How many digits the number was written with.
    pub fn width(&self) -> usize {
        self.text.len()
    }
}

/// Folds text (T13): compatibility forms, accents off, small letters, all decimal digits European, all dashes one dash,
/// invisible marks gone. The result can be longer than the text by a small factor, never by more.
pub(super) fn fold(text: &str) -> String {
    let bare = text
        .nfkd()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}' | '\u{93c}'));
    bare.nfkc()
        .flat_map(char::to_lowercase)
        .filter_map(fold_char)
        .collect()
}

fn fold_char(c: char) -> Option<char> {
    match c {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{300}'..='\u{36f}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '’' | '‘' | 'ʼ' | '`' => Some('\''),
        '・' | '∙' | '●' | '⋅' => Some('·'),
        'ς' => Some('σ'),
        'أ' | 'إ' | 'آ' => Some('ا'),
        'ى' | 'ی' => Some('ي'),
        'ک' => Some('ك'),
        '、' | '،' => Some(','),
        '।' | '。' => Some('.'),
        c if c.is_whitespace() => Some(' '),
        c => Some(digit(c).unwrap_or(c)),
    }
}

/// Where the ten digits of the scripts begin that newspapers write numbers in: Arabic, Persian, Devanagari, Bengali, Gurmukhi, Gujarati, Odia,
/// Tamil, Telugu, Kannada, Malayalam, Thai, Lao, Burmese, Khmer.
const ZEROS: [u32; 15] = [
    0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0,
    0x1040, 0x17e0,
];

/// The European form of such a digit.
fn digit(c: char) -> Option<char> {
    let value = |zero: &u32| u32::from(c).checked_sub(*zero).filter(|value| *value < 10);
    char::from_digit(ZEROS.iter().find_map(value)?, 10)
}

/// Cuts folded text into tokens. `None` when it has too many of them or a number too long for any date.
pub(super) fn cut(folded: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = folded;
    let mut spaced = false;
    while let Some(first) = rest.chars().next() {
        let (length, kind) = if first == ' ' {
            spaced = true;
            rest = rest.trim_start_matches(' ');
            continue;
        } else if first.is_ascii_digit() {
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            if length > MOST_DIGITS {
                return None;
            }
            (length, Kind::Number(rest.get(..length)?.parse().ok()?))
        } else if let Some(word) = unspaced(rest) {
            (word.len(), Kind::Word)
        } else if is_letter(first) {
            let length = rest
                .char_indices()
                .find(|(_, c)| !is_letter(*c) || is_unspaced(*c) != is_unspaced(first))
                .map_or(rest.len(), |(at, _)| at);
            (length, Kind::Word)
        } else {
            (first.len_utf8(), Kind::Sign(first))
        };
        let (text, after) = rest.split_at_checked(length)?;
        tokens.push(Token { kind, text, spaced });
        if tokens.len() > MOST_TOKENS {
            return None;
        }
        rest = after;
        spaced = false;
    }
    Some(tokens)
}

/// How many tokens the phrase takes up at the beginning.
pub(super) fn starts(tokens: &[Token<'_>], phrase: &str) -> Option<usize> {
    let mut used = 0;
    let mut rest = phrase;
    while !rest.is_empty() {
        rest = rest.strip_prefix(tokens.get(used)?.text)?.trim_start();
        used += 1;
    }
    Some(used)
}

/// Whether there is a word in Korean letters, which are written in one zone only.
pub(super) fn is_korean(tokens: &[Token<'_>]) -> bool {
    tokens.iter().any(|token| {
        token
            .text
            .starts_with(|c| matches!(c, '\u{ac00}'..='\u{d7a3}'))
    })
}

/// Letters and the marks that Indic scripts set on them.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c)
}

/// Chinese, Japanese and Korean letters, whose words need no space between them.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The longest known word without spaces around it that the text begins with.
fn unspaced(text: &str) -> Option<&'static str> {
    if !text.starts_with(is_unspaced) {
        return None;
    }
    words::UNSPACED
        .split_ascii_whitespace()
        .filter(|word| text.starts_with(word))
        .max_by_key(|word| word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let folded = fold(text);
        cut(&folded)
            .map(|tokens| tokens.iter().map(|token| token.text.to_string()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn t13_forms_accents_and_digits_are_folded() {
        assert_eq!(fold("９\u{a0}FÉVR．２０２５"), "9 fevr.2025");
        assert_eq!(fold("٠٩ – ۱۱ – २०२५"), "09 - 11 - 2025");
        assert_eq!(fold("\u{200f}Μάρτιος\u{200b}"), "μαρτιοσ");
        assert_eq!(fold("Şubat İ"), "subat i");
        assert_eq!(fold("फ़रवरी"), fold("फरवरी"));
    }

    #[test]
    fn words_numbers_and_signs_are_cut() {
        assert_eq!(texts("9:40pm, 1er"), ["9", ":", "40", "pm", ",", "1", "er"]);
        assert_eq!(
            texts("2025年11月9日星期日"),
            ["2025", "年", "11", "月", "9", "日", "星期日"]
        );
        assert_eq!(
            texts("9일 일요일 오후11시"),
            ["9", "일", "일요일", "오후", "11", "시"]
        );
        assert_eq!(texts("नवंबर 9"), ["नवंबर", "9"]);
    }

    #[test]
    fn floods_are_refused() {
        assert_eq!(cut(&"1 ".repeat(MOST_TOKENS + 1)), None);
        assert_eq!(cut(&"1".repeat(MOST_DIGITS + 1)), None);
    }
}
