//! Zones as prose writes them: `+0530`, `GMT+5:30`, `IST`, `Asia/Kolkata`.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::tokens::{Token, starts};
use super::words;
use super::zones::{self, Zone};

/// The longest IANA name has 32 bytes (`America/Argentina/ComodRivadavia`); more is no name.
const LONGEST_NAME: usize = 40;

/// The zone that the tokens begin with, and how many they are.
pub(super) fn read(tokens: &[Token<'_>]) -> Option<(Zone, usize)> {
    numeric(tokens).or_else(|| named(tokens))
}

/// `+05:30`, `-0800`, `+09`, `-5:00`: glued to the sign; a single digit only with minutes behind it.
fn numeric(tokens: &[Token<'_>]) -> Option<(Zone, usize)> {
    let (zone, used) = signed(tokens)?;
    let wide = used >= 4 || tokens.get(1).is_some_and(|token| token.width() >= 2);
    wide.then_some((zone, used))
}

fn signed(tokens: &[Token<'_>]) -> Option<(Zone, usize)> {
    let sign = tokens.first()?;
    if !sign.is('+') && !sign.is('-') {
        return None;
    }
    let token = tokens.get(1).filter(|token| !token.spaced)?;
    let value = token.number()?;
    let minutes = tokens
        .get(3)
        .filter(|token| !token.spaced && token.width() == 2)
        .and_then(Token::number);
    match (token.width(), minutes) {
        (1 | 2, Some(minutes))
            if tokens
                .get(2)
                .is_some_and(|token| token.is(':') && !token.spaced) =>
        {
            let seconds = tokens.get(4).is_some_and(|token| token.is(':'))
                && tokens
                    .get(5)
                    .is_some_and(|token| !token.spaced && token.text == "00");
            let used = if seconds { 6 } else { 4 };
            Some((zones::offset(sign.is('+'), value, minutes)?, used))
        }
        (1 | 2, _) => Some((zones::offset(sign.is('+'), value, 0)?, 2)),
        (3 | 4, _) => Some((zones::offset(sign.is('+'), value / 100, value % 100)?, 2)),
        _ => None,
    }
}

/// A zone that begins with a word.
///
/// A number behind `GMT` or `UTC` counts ahead when positive; in the IANA name `Etc/GMT+5` it counts behind (T5).
pub(super) fn named(tokens: &[Token<'_>]) -> Option<(Zone, usize)> {
    let word = tokens.first()?.word()?;
    if let Some(found) = place(tokens)
        .or_else(|| posix(tokens))
        .or_else(|| spelled(tokens))
    {
        return Some(found);
    }
    if word == "z" {
        return Some((zones::letter(word)?, 1));
    }
    let last = tokens.len() == 1;
    let Some(zone) = zones::short(word) else {
        let military = last && word.len() == 1 && !words::is_joint(word);
        return if military {
            Some((zones::letter(word)?, 1))
        } else {
            None
        };
    };
    if zone.is_greenwich()
        && let Some((offset, used)) = signed(tokens.get(1..)?)
    {
        let offset = if offset == Zone::Unknown {
            Zone::Offset(0)
        } else {
            offset
        };
        return Some((offset, used + 1));
    }
    // "at" is Atlantic Time only where nothing follows that it could join.
    (word != "at" || last).then_some((zone, 1))
}

/// `EST5EDT` and its three kin, which are IANA names too.
fn posix(tokens: &[Token<'_>]) -> Option<(Zone, usize)> {
    let [winter, hours, summer, ..] = tokens else {
        return None;
    };
    if hours.spaced || summer.spaced {
        return None;
    }
    let zone = match (winter.text, hours.text, summer.text) {
        ("est", "5", "edt") => Tz::EST5EDT,
        ("cst", "6", "cdt") => Tz::CST6CDT,
        ("mst", "7", "mdt") => Tz::MST7MDT,
        ("pst", "8", "pdt") => Tz::PST8PDT,
        _ => return None,
    };
    Some((Zone::Place(zone), 3))
}

/// A zone spelled out: `Eastern Time`, `India Standard Time`.
fn spelled(tokens: &[Token<'_>]) -> Option<(Zone, usize)> {
    let places = zones::PLACES
        .iter()
        .find_map(|(phrase, zone)| Some((Zone::Place(*zone), starts(tokens, phrase)?)));
    places.or_else(|| {
        zones::SPELLED
            .iter()
            .find_map(|(phrase, name)| Some((zones::short(name)?, starts(tokens, phrase)?)))
    })
}

/// An IANA name, in any case.
fn place(tokens: &[Token<'_>]) -> Option<(Zone, usize)> {
    if !tokens.get(1)?.is('/') || tokens.get(2)?.word().is_none() {
        return None;
    }
    let part = |token: &&Token<'_>| {
        !token.spaced
            && (token.word().is_some()
                || token.number().is_some()
                || ['/', '_', '-', '+'].iter().any(|sign| token.is(*sign)))
    };
    let used = 1 + tokens.get(1..)?.iter().take_while(part).count();
    let name: String = tokens.get(..used)?.iter().map(|token| token.text).collect();
    if name.len() > LONGEST_NAME {
        return None;
    }
    let zone: Tz = TZ_VARIANTS
        .iter()
        .copied()
        .find(|zone| zone.name().eq_ignore_ascii_case(&name))?;
    Some((Zone::Place(zone), used))
}
