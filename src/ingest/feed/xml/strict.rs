//! One pass over a document without keeping any of it: to find out whether it is well-formed, or for what lies flat in it.

use std::borrow::Cow;

use super::build::MAX_DEPTH;
use super::lexer::{Lexer, Token};
use super::mends::Mends;
use super::references::References;

/// What a document is made of.
pub enum Event<'a> {
    /// Name and raw attributes as written.
    Start(&'a str, &'a [(&'a str, &'a str)]),
    /// References resolved.
    Text(Cow<'a, str>),
    /// Name as written.
    End(&'a str),
}

/// Shows every tag and text to `visit`, whether or not they fit together, and returns what had to be mended in reading them.
pub fn each(text: &str, mut visit: impl FnMut(Event<'_>)) -> Mends {
    let mut lexer = Lexer::new(text);
    let mut references = References::default();
    while let Some(token) = lexer.next() {
        match token {
            Token::Start { name, is_empty } => {
                visit(Event::Start(name, &lexer.attributes));
                if is_empty {
                    visit(Event::End(name));
                }
            }
            Token::End(name) => visit(Event::End(name)),
            Token::Text(raw) => visit(Event::Text(references.said(raw, false, &mut lexer.mends))),
            Token::Literal(raw) => visit(Event::Text(references.said(raw, true, &mut lexer.mends))),
        }
    }
    lexer.mends
}

/// Whether nothing had to be mended and `visit` agreed to every event. Stops at the first thing that is not so.
pub fn is_strict(text: &str, mut visit: impl FnMut(Event<'_>) -> bool) -> bool {
    let mut lexer = Lexer::new(text);
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
                        visit(Event::End(name))
                    })
            }
            Token::End(name) => {
                let matches = open.pop() == Some(name);
                is_over = open.is_empty();
                matches && visit(Event::End(name))
            }
            Token::Text(raw) if open.is_empty() => raw.trim().is_empty(),
            Token::Text(raw) => visit(Event::Text(references.said(raw, false, &mut lexer.mends))),
            Token::Literal(raw) => visit(Event::Text(references.said(raw, true, &mut lexer.mends))),
        };
        if !goes_on || !lexer.mends.is_empty() {
            return false;
        }
    }
    is_over && lexer.mends.is_empty()
}
