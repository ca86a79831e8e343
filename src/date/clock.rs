//! Times of day as prose writes them.

use super::civil::Clock;
use super::tokens::Token;
use super::words::{self, Half, Mark};
use super::zone_text;

/// The time of day that the tokens begin with, and how many they are.
///
/// `dated` tells that the date came before, when `16.10` and `1610 GMT` can be nothing but a time.
pub(super) fn read(tokens: &[Token<'_>], dated: bool) -> Option<(Clock, usize)> {
    if let Some((half, used)) = half(tokens)
        && let Some((clock, more)) = tokens.get(used..).and_then(|rest| face(rest, dated))
    {
        return Some((half.apply(clock)?, used + more));
    }
    let (clock, used) = face(tokens, dated)?;
    match tokens.get(used..).and_then(half) {
        Some((half, more)) => Some((half.apply(clock)?, used + more)),
        None => Some((clock, used)),
    }
}

/// `pm`, `p.m.`, `p. m.`, `오후`, `下午`; a closing full stop is left to be skipped.
fn half(tokens: &[Token<'_>]) -> Option<(Half, usize)> {
    let first = tokens.first()?.word()?;
    if let Some(half) = Half::of(first) {
        return Some((half, 1));
    }
    // `3:04p`; with a space before it the letter would be a military zone (T4).
    match first {
        "a" if glued(tokens) => return Some((Half::Before, 1)),
        "p" if glued(tokens) => return Some((Half::After, 1)),
        _ => {}
    }
    let dot = usize::from(tokens.get(1)?.is('.'));
    let half = match (first, tokens.get(1 + dot)?.word()?) {
        ("a", "m") | ("π", "μ") => Half::Before,
        ("p", "m") | ("μ", "μ") => Half::After,
        _ => return None,
    };
    Some((half, 2 + dot))
}

/// Whether the letter that the tokens begin with ends a time: it hangs on the digit before it, and no `.m.` is to come.
fn glued(tokens: &[Token<'_>]) -> bool {
    let more = tokens
        .get(1)
        .is_some_and(|next| next.is('.') || next.word() == Some("m"));
    !more && tokens.first().is_some_and(|letter| !letter.spaced)
}

fn face(tokens: &[Token<'_>], dated: bool) -> Option<(Clock, usize)> {
    let first = tokens.first()?;
    if dated && first.word() == Some("noon") {
        return Some((Clock::new(12, 0, None)?, 1));
    }
    let hour = first.number()?;
    let next = tokens.get(1)?;
    if first.width() == 4 && is_hundreds(next, tokens, dated) {
        return Some((Clock::new(hour / 100, hour % 100, None)?, 1));
    }
    if first.width() > 2 {
        return None;
    }
    if next.is(':') {
        return coloned(hour, tokens);
    }
    if next.word().and_then(Mark::of) == Some(Mark::Hour) {
        return marked(hour, tokens);
    }
    if next.is('.') && !next.spaced {
        return dotted(hour, tokens, dated);
    }
    if (1..=12).contains(&hour) && half(tokens.get(1..)?).is_some() {
        return Some((Clock::new(hour, 0, None)?, 1));
    }
    None
}

/// Whether four digits are hours and minutes: `1610 GMT`, `1610 hrs`, with the year before or to come.
fn is_hundreds(next: &Token<'_>, tokens: &[Token<'_>], dated: bool) -> bool {
    let is_year = |token: &Token<'_>| token.width() == 4 && token.number().is_some();
    if !dated && !tokens.iter().skip(2).any(is_year) {
        return false;
    }
    let hours = next
        .word()
        .is_some_and(|word| matches!(word, "hrs" | "hours" | "h" | "uhr"));
    hours || tokens.get(1..).and_then(zone_text::named).is_some()
}

/// A number of two digits without space before it.
fn two_digits(token: Option<&Token<'_>>) -> Option<u32> {
    let token = token.filter(|token| token.width() == 2 && !token.spaced)?;
    token.number()
}

/// `21:40`, `21:40:08`, `21:40:08.123`; minutes and seconds of one digit, `21:4:8`, only where both are there.
fn coloned(hour: u32, tokens: &[Token<'_>]) -> Option<(Clock, usize)> {
    let part = |at: usize| {
        let token = tokens.get(at).filter(|token| !token.spaced)?;
        token.number().filter(|_| token.width() <= 2)
    };
    let second = part(4).filter(|_| tokens.get(3).is_some_and(|token| token.is(':')));
    let Some(second) = second else {
        let minute = two_digits(tokens.get(2))?;
        return Some((Clock::new(hour, minute, None)?, 3));
    };
    let clock = Clock::new(hour, part(2)?, Some(second))?;
    let fraction = tokens
        .get(5)
        .is_some_and(|token| (token.is('.') || token.is(',')) && !token.spaced)
        && tokens
            .get(6)
            .is_some_and(|token| token.number().is_some() && !token.spaced);
    Some((clock, if fraction { 7 } else { 5 }))
}

/// `21h`, `21h40`, `21 h 40`, `21h 40min`, `21 Uhr`, `21시 40분 15초`.
fn marked(hour: u32, tokens: &[Token<'_>]) -> Option<(Clock, usize)> {
    let bare = || Some((Clock::new(hour, 0, None)?, 2));
    let Some(minute) = tokens.get(2).filter(|token| token.width() <= 2) else {
        return bare();
    };
    let Some(value) = minute.number() else {
        return bare();
    };
    let is = |at: usize, mark: Mark| {
        tokens.get(at).and_then(Token::word).and_then(Mark::of) == Some(mark)
    };
    if !is(3, Mark::Minute) {
        let loose = tokens.get(1).is_some_and(|mark| mark.spaced);
        let day = tokens
            .get(3)
            .and_then(Token::word)
            .is_some_and(|word| words::month(word).is_some() || words::is_ordinal(word));
        let belongs = minute.width() == 2 && !day && (loose || !minute.spaced);
        return if belongs {
            Some((Clock::new(hour, value, None)?, 3))
        } else {
            bare()
        };
    }
    match tokens
        .get(4)
        .filter(|token| token.width() <= 2)
        .and_then(Token::number)
    {
        Some(second) if is(5, Mark::Second) => Some((Clock::new(hour, value, Some(second))?, 6)),
        _ => Some((Clock::new(hour, value, None)?, 4)),
    }
}

/// `16.10`, and `16.10.30` behind a date: only where no date can be meant.
fn dotted(hour: u32, tokens: &[Token<'_>], dated: bool) -> Option<(Clock, usize)> {
    let minute = two_digits(tokens.get(2))?;
    let glued = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|token| token.is('.') && !token.spaced)
    };
    if glued(3)
        && tokens
            .get(4)
            .is_some_and(|token| token.number().is_some() && !token.spaced)
    {
        let second = two_digits(tokens.get(4)).filter(|_| dated)?;
        return Some((Clock::new(hour, minute, Some(second))?, 5));
    }
    let after = tokens.get(3..).unwrap_or_default();
    let hours = after
        .first()
        .and_then(Token::word)
        .is_some_and(|word| Mark::of(word) == Some(Mark::Hour));
    if dated || hours || half(after).is_some() || zone_text::named(after).is_some() {
        return Some((Clock::new(hour, minute, None)?, 3));
    }
    None
}
