//! Dates of a document: read in two passes, so that its clear dates decide how its unclear ones are meant (T8).

use std::cell::RefCell;

use chrono::{DateTime, Utc};

use super::super::xml::{Element, Ns, Tree};
use crate::date::{self, Hints};
use crate::ingest::entry::{Dated, Oddity};

/// Most unreadable dates told about one document: the first few say it all.
const TOLD: usize = 20;

/// Most dates that are looked at to find out which way round a document writes them.
const SAMPLES: usize = 1_000;

/// Where published dates are looked for, best first. `dc:date` says only that it is one.
const PUBLISHED: [(Home, &str); 9] = [
    (Home::Core, "pubdate"),
    (Home::Core, "published"),
    (Home::Core, "issued"),
    (Home::Terms, "issued"),
    (Home::Terms, "available"),
    (Home::Core, "created"),
    (Home::Terms, "created"),
    (Home::Dc, "date"),
    (Home::Core, "date"),
];

/// Where dates of the last change are looked for, best first.
const UPDATED: [(Home, &str); 6] = [
    (Home::Core, "updated"),
    (Home::Core, "modified"),
    (Home::Terms, "modified"),
    (Home::Dc, "date"),
    (Home::Core, "lastbuilddate"),
    (Home::Core, "date"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    Core,
    Dc,
    Terms,
}

fn home(ns: Ns) -> Option<Home> {
    match ns {
        Ns::Dc => Some(Home::Dc),
        Ns::DcTerms => Some(Home::Terms),
        ns if ns.is_core() => Some(Home::Core),
        _ => None,
    }
}

/// Whether an element is one of those that dates are read from.
fn is_date(element: Element<'_, '_>) -> bool {
    home(element.ns()).is_some_and(|home| {
        PUBLISHED.contains(&(home, element.name())) || UPDATED.contains(&(home, element.name()))
    })
}

/// Reads dates, and remembers those it could not read.
pub struct Times<'h> {
    hints: Hints<'h>,
    unreadable: RefCell<Vec<Oddity>>,
}

impl<'h> Times<'h> {
    /// The first pass: which way round the document writes all-numeric dates, as its clear ones show.
    pub fn of(tree: &Tree<'_>, hints: Hints<'h>) -> Self {
        let found: Vec<_> = tree
            .elements()
            .filter(|element| is_date(*element))
            .filter_map(Element::filled)
            .filter(|text| date::LONGEST_TEXT >= text.len() && could_be_exchanged(text))
            .take(SAMPLES)
            .collect();
        let samples: Vec<&str> = found.iter().map(AsRef::as_ref).collect();
        Self::reading(&samples, hints)
    }

    /// The same for dates that were found elsewhere.
    pub fn reading(samples: &[&str], hints: Hints<'h>) -> Self {
        let day_first = hints
            .day_first
            .or_else(|| date::day_first(samples.iter().copied()));
        Self {
            hints: Hints { day_first, ..hints },
            unreadable: RefCell::default(),
        }
    }

    pub fn published(&self, holder: Element<'_, '_>, place: &str) -> Option<Dated> {
        self.first(holder, &PUBLISHED, place, "published")
    }

    pub fn updated(&self, holder: Element<'_, '_>, place: &str) -> Option<Dated> {
        self.first(holder, &UPDATED, place, "updated").or_else(|| {
            // Channel Definition Format.
            self.read(holder.attribute("lastmod")?, place, "updated")
        })
    }

    /// The best of a holder's dates that can be read.
    fn first(
        &self,
        holder: Element<'_, '_>,
        wanted: &[(Home, &str)],
        place: &str,
        field: &str,
    ) -> Option<Dated> {
        let mut found: Vec<(usize, Element<'_, '_>)> = holder
            .children()
            .filter_map(|child| {
                let home = home(child.ns())?;
                let rank = wanted
                    .iter()
                    .position(|known| *known == (home, child.name()))?;
                Some((rank, child))
            })
            .collect();
        found.sort_by_key(|(rank, _)| *rank);
        found
            .into_iter()
            .find_map(|(_, element)| self.read(&element.filled()?, place, field))
    }

    /// What a text says.
    pub fn read(&self, text: &str, place: &str, field: &str) -> Option<Dated> {
        let stamp = date::parse(text, &self.hints);
        if stamp.is_none() {
            let mut unreadable = self.unreadable.borrow_mut();
            if unreadable.len() < TOLD {
                let shown: String = text.trim().chars().take(80).collect();
                let message = format!("{shown:?} is not a date headwater can read");
                let at = match place {
                    "" => field.to_string(),
                    place => format!("{place}.{field}"),
                };
                unreadable.push(Oddity::new("date-unreadable", at, message));
            }
        }
        stamp.map(|stamp| Dated {
            stamp,
            from: "feed",
        })
    }

    pub fn instant(&self, dated: Option<Dated>) -> Option<DateTime<Utc>> {
        dated.map(|dated| dated.said())
    }

    pub fn oddities(self) -> Vec<Oddity> {
        self.unreadable.into_inner()
    }
}

/// `02/03/2025` and its like: the only dates that prove anything, and rare, so the others need no reading twice.
pub fn could_be_exchanged(text: &str) -> bool {
    text.bytes()
        .zip(text.bytes().skip(1))
        .any(|(digit, sign)| digit.is_ascii_digit() && matches!(sign, b'/' | b'.' | b'-'))
}
