//! Lines of prose that say when a text was published or updated (T13).

use super::grammar;
use super::labels::{self, Label};
use super::relative;
use super::stamp::{Hints, Precision, Stamp};
use super::tokens::Token;
use super::words::holds;

/// The most tokens a name beside a date may have; longer ones are sentences.
const LONGEST_NAME: usize = 12;

/// Signs behind a date that a short name or place may follow.
const NAME_MARKS: &[char] = &['|', '•', '·'];

/// The same where a label has made clear what the line is.
const LABELLED_NAME_MARKS: &[char] = &['|', '•', '·', '/', '-'];

/// The most tokens of a name that only a mark sets off, the mark included; more may be a headline.
const LONGEST_PLACE: usize = 5;

/// What a line says about its text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Byline {
    pub published: Option<Stamp>,
    pub updated: Option<Stamp>,
}

/// What the tokens of a line say, when date and label, or date and name, are all of it.
pub(super) fn read(tokens: &[Token<'_>], hints: &Hints<'_>) -> Option<Byline> {
    if let Some(byline) = labelled(tokens, hints) {
        return Some(byline);
    }
    // A lone number is a count or a heading, and "today" alone is prose.
    let published = if tokens.len() > 1 && tokens.iter().any(|token| token.number().is_some()) {
        date(tokens, NAME_MARKS, hints).or_else(|| after_name(tokens, hints))?
    } else {
        relative::read(tokens, hints)?
    };
    Some(Byline {
        published: Some(published),
        updated: None,
    })
}

/// A line of labels, each with a date behind it, and perhaps a name in front.
pub(super) fn labelled(tokens: &[Token<'_>], hints: &Hints<'_>) -> Option<Byline> {
    let mut labels: Vec<(Label, usize, usize)> = Vec::new();
    let mut at = 0;
    // The first label stands behind a name at most, which spares whole paragraphs the search.
    while at < tokens.len() && (!labels.is_empty() || at <= LONGEST_NAME) {
        match labels::read(tokens.get(at..)?) {
            Some((label, used)) => {
                labels.push((label, at, at + used));
                at += used;
            }
            None => at += 1,
        }
    }
    let (_, first, _) = *labels.first()?;
    if !is_lead(tokens.get(..first)?) {
        return None;
    }
    let mut byline = Byline::default();
    for (index, (label, _, from)) in labels.iter().enumerate() {
        let to = labels
            .get(index + 1)
            .map_or(tokens.len(), |(_, start, _)| *start);
        let stamp = date(tokens.get(*from..to)?, LABELLED_NAME_MARKS, hints)?;
        match label {
            Label::Published => byline.published = byline.published.or(Some(stamp)),
            Label::Updated => byline.updated = Some(stamp),
        }
    }
    Some(byline)
}

/// Whether nothing or a short name with a separator stands before the first label.
fn is_lead(tokens: &[Token<'_>]) -> bool {
    let Some(last) = tokens.last() else {
        return true;
    };
    is_separator(last) && is_name(tokens)
}

fn is_separator(token: &Token<'_>) -> bool {
    ['|', '•', '·', '-', ';', '/', ',']
        .iter()
        .any(|sign| token.is(*sign))
}

/// Few words, without figures and without signs that names do not have.
fn is_name(tokens: &[Token<'_>]) -> bool {
    let fits = |token: &Token<'_>| {
        token.word().is_some()
            || is_separator(token)
            || ['.', '&', '\'', ':'].iter().any(|sign| token.is(*sign))
    };
    tokens.len() <= LONGEST_NAME && tokens.iter().all(fits)
}

/// `By Jane Doe, 3 November 2025`: the date is all that follows one of the separators.
fn after_name(tokens: &[Token<'_>], hints: &Hints<'_>) -> Option<Stamp> {
    if !is_by(tokens.first()?) {
        return None;
    }
    let ends =
        (2..tokens.len().min(LONGEST_NAME)).filter(|at| tokens.get(*at).is_some_and(is_separator));
    ends.filter(|at| tokens.get(..*at).is_some_and(is_name))
        .find_map(|at| date(tokens.get(at + 1..)?, NAME_MARKS, hints))
}

fn is_by(token: &Token<'_>) -> bool {
    token
        .word()
        .is_some_and(|word| holds("by von par por door 来源 來源", word))
}

/// The date that the tokens are, perhaps with a reading time behind it, or a name behind `by` or one of the marks.
///
/// Anything coarser than a day is none: a line with a year or a month is more often something else.
fn date(tokens: &[Token<'_>], marks: &[char], hints: &Hints<'_>) -> Option<Stamp> {
    let whole = without_reading_time(tokens);
    let found = stamp(whole, hints)
        .or_else(|| stamp(before_by(whole)?, hints))
        .or_else(|| stamp(before_mark(whole, marks)?, hints))?;
    (found.precision >= Precision::Day).then_some(found)
}

fn stamp(tokens: &[Token<'_>], hints: &Hints<'_>) -> Option<Stamp> {
    let tokens = without_idle(tokens);
    let absolute = grammar::read(tokens, hints).and_then(|civil| civil.stamp(hints));
    absolute.or_else(|| relative::read(tokens, hints))
}

/// The tokens without `5 min read` at their end.
fn without_reading_time<'a, 'b>(tokens: &'a [Token<'b>]) -> &'a [Token<'b>] {
    match tokens {
        [front @ .., _, unit, read]
            if read.word() == Some("read")
                && unit
                    .word()
                    .is_some_and(|word| holds("min mins minute minutes", word)) =>
        {
            front
        }
        _ => tokens,
    }
}

/// What stands before `by PIB Delhi`.
fn before_by<'a, 'b>(tokens: &'a [Token<'b>]) -> Option<&'a [Token<'b>]> {
    let (front, name) = tokens.split_at_checked(tokens.iter().rposition(is_by)?)?;
    let named = name.iter().skip(1).any(|token| token.word().is_some());
    (named && is_name(name)).then_some(front)
}

/// What stands before the last mark, when a short name follows it: `… IST - New Delhi`.
fn before_mark<'a, 'b>(tokens: &'a [Token<'b>], marks: &[char]) -> Option<&'a [Token<'b>]> {
    let is_mark = |token: &Token<'_>| marks.iter().any(|sign| token.is(*sign));
    let (front, name) = tokens.split_at_checked(tokens.iter().rposition(is_mark)?)?;
    // A dash within a word parts nothing.
    let apart = name.get(1)?.spaced || !name.first()?.is('-');
    (apart && name.len() <= LONGEST_PLACE && is_name(name)).then_some(front)
}

/// The tokens without separators and "and" at either end.
fn without_idle<'a, 'b>(tokens: &'a [Token<'b>]) -> &'a [Token<'b>] {
    let idle = |token: &Token<'_>| {
        is_separator(token)
            || token.is(':')
            || token.is('.')
            || token.word().is_some_and(|word| holds("and und et y", word))
    };
    let mut rest = tokens;
    while let [first, after @ ..] = rest
        && idle(first)
    {
        rest = after;
    }
    while let [front @ .., last] = rest
        && idle(last)
    {
        rest = front;
    }
    rest
}
