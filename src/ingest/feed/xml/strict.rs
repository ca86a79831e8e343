//! One pass over a document that finds out whether it is well-formed, without keeping any of it.

use std::borrow::Cow;

use super::build::{MAX_ATTRIBUTES, MAX_DEPTH};
use super::lexer::{Lexer, Token};
use super::references::{References, legal, undoubled};

/// What a strict document is made of.
pub enum Event<'a> {
    /// Name and raw attributes as written.
    Start(&'a str, &'a [(&'a str, &'a str)]),
    /// References resolved.
    Text(Cow<'a, str>),
    End,
}

/// Whether nothing had to be mended and `visit` agreed to every event. Stops at the first thing that is not so.
pub fn is_strict(text: &str, mut visit: impl FnMut(Event<'_>) -> bool) -> bool {
    let mut lexer = Lexer::new(text, MAX_ATTRIBUTES);
    let mut references = References::default();
    let mut open: Vec<&str> = Vec::new();
    let mut is_over = false;
    while let Some(token) = lexer.next() {
        let goes_on = match token {
            Token::Start { name, is_empty } => {
                let is_first = !is_over && open.len() < MAX_DEPTH;
                if !is_empty {
                    open.push(name);
                }
                is_first
                    && visit(Event::Start(name, &lexer.attributes))
                    && (!is_empty || {
                        is_over = open.is_empty();
                        visit(Event::End)
                    })
            }
            Token::End(name) => {
                let matches = open.pop() == Some(name);
                is_over = open.is_empty();
                matches && visit(Event::End)
            }
            Token::Text(raw) if open.is_empty() => raw.trim().is_empty(),
            Token::Text(raw) => {
                let text = references.resolved(raw, &mut lexer.mends);
                visit(Event::Text(undoubled(text, &mut lexer.mends)))
            }
            Token::Literal(raw) => {
                let text = legal(raw, &mut lexer.mends);
                visit(Event::Text(undoubled(text, &mut lexer.mends)))
            }
        };
        if !goes_on || !lexer.mends.is_empty() {
            return false;
        }
    }
    is_over && lexer.mends.is_empty()
}
