//! Authors, in all the ways they are written.

use super::super::xml::{Element, Ns};
use super::texts::line;
use crate::ingest::entry::Person;
use crate::link;

/// Most authors that are kept of one entry or feed: papers of large experiments have thousands, and nobody reads them here.
const MOST: usize = 100;

/// A person as Atom writes them (RFC 4287 §3.2), or as a line of text.
pub fn person(element: Element<'_, '_>) -> Option<Person> {
    if element.children().next().is_none() {
        return written(&line(element)?);
    }
    let mut person = Person::default();
    for child in element.children() {
        match child.name() {
            "name" if person.name.is_none() => person.name = line(child),
            "email" if person.email.is_none() => {
                person.email = line(child).map(|email| bare_address(&email).to_string())
            }
            "uri" | "url" | "homepage" if person.url.is_none() => {
                person.url = child.filled().map(|uri| {
                    link::resolve(&uri, child.base()).map_or_else(|| uri.to_string(), String::from)
                })
            }
            _ => {}
        }
    }
    if person.is_empty() {
        return written(&line(element)?);
    }
    Some(person)
}

fn bare_address(email: &str) -> &str {
    email.trim().trim_start_matches("mailto:")
}

/// `name@host (Name)`, `Name (name@host)`, `Name <name@host>`, an address, a name.
pub fn written(text: &str) -> Option<Person> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let pair = |open: char, close: char| {
        let inner = text.strip_suffix(close)?;
        let (before, inside) = inner.split_once(open)?;
        Some((before.trim(), inside.trim()))
    };
    for (before, inside) in [pair('(', ')'), pair('<', '>')].into_iter().flatten() {
        let (name, email) = match (is_address(before), is_address(inside)) {
            (true, _) => (inside, before),
            (false, true) => (before, inside),
            _ => continue,
        };
        return Some(Person {
            name: Some(name.to_string()).filter(|name| !name.is_empty()),
            email: Some(bare_address(email).to_string()),
            url: None,
        });
    }
    if is_address(text) {
        return Some(Person {
            email: Some(bare_address(text).to_string()),
            ..Person::default()
        });
    }
    // `name@host Name`, which the specification's example invites.
    if let Some((first, rest)) = text.split_once(' ').filter(|(first, _)| is_address(first)) {
        return Some(Person {
            name: Some(rest.trim_matches([' ', '(', ')']).to_string()),
            email: Some(bare_address(first).to_string()),
            url: None,
        });
    }
    Some(Person::named(text))
}

fn is_address(text: &str) -> bool {
    let text = bare_address(text);
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    !local.is_empty()
        && host.trim_matches('.').contains('.')
        && !host.starts_with('.')
        && host.chars().all(is_host)
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ','))
}

/// Adds a person unless they are known already by name or address.
pub fn add(people: &mut Vec<Person>, person: Option<Person>) {
    let Some(person) = person.filter(|_| people.len() < MOST) else {
        return;
    };
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let known = people.iter_mut().find(|known| {
        same(&known.name, &person.name)
            || (same(&known.email, &person.email)
                && (known.name.is_none() || person.name.is_none()))
    });
    match known {
        Some(known) => {
            known.name = known.name.take().or(person.name);
            known.email = known.email.take().or(person.email);
            known.url = known.url.take().or(person.url);
        }
        None => people.push(person),
    }
}

/// The authors that an entry or a feed names itself. Podcast authors stand in when there are no others.
pub fn authors(holder: Element<'_, '_>) -> Vec<Person> {
    let mut people = Vec::new();
    for child in holder.children() {
        match (child.ns(), child.name()) {
            (ns, "author") if ns.is_core() => add(&mut people, person(child)),
            (Ns::Dc | Ns::DcTerms, "creator" | "author") => add(&mut people, person(child)),
            _ => {}
        }
    }
    if people.is_empty() {
        for child in holder.children() {
            match (child.ns(), child.name()) {
                (Ns::Itunes, "author") => add(&mut people, person(child)),
                (ns, "managingeditor") if ns.is_core() => add(&mut people, person(child)),
                _ => {}
            }
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_written_in_many_ways() {
        let cases = [
            (
                "jane@paper.example (Jane Doe)",
                Some("Jane Doe"),
                Some("jane@paper.example"),
            ),
            (
                "Jane Doe (jane@paper.example)",
                Some("Jane Doe"),
                Some("jane@paper.example"),
            ),
            (
                "Jane Doe <jane@paper.example>",
                Some("Jane Doe"),
                Some("jane@paper.example"),
            ),
            ("jane@paper.example", None, Some("jane@paper.example")),
            (
                "jane@paper.example Jane Doe",
                Some("Jane Doe"),
                Some("jane@paper.example"),
            ),
            ("Jane Doe (Reuters)", Some("Jane Doe (Reuters)"), None),
            (
                "foo@paper.example（山田）",
                Some("foo@paper.example（山田）"),
                None,
            ),
            ("@jane", Some("@jane"), None),
        ];
        for (text, name, email) in cases {
            let person = written(text).unwrap();
            assert_eq!(
                (person.name.as_deref(), person.email.as_deref()),
                (name, email),
                "{text}"
            );
        }
        assert_eq!(written("  "), None);
    }
}
