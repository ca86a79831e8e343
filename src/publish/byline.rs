//! Who wrote something, made fit to print.

use crate::ingest::Person;

use super::fit;

/// An author.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Byline {
    pub name: String,
    pub email: Option<String>,
    pub url: Option<String>,
}

impl Byline {
    pub(super) fn of(person: &Person) -> Option<Self> {
        let email = person.email.as_deref().and_then(fit::line).filter(|email| {
            email
                .split_once('@')
                .is_some_and(|(who, at)| !who.is_empty() && !at.is_empty())
        });
        let url = person.url.as_deref().and_then(fit::web);
        let name = person
            .name
            .as_deref()
            .and_then(fit::line)
            .or_else(|| email.clone())
            .or_else(|| url.clone())?;
        Some(Byline { name, email, url })
    }
}
