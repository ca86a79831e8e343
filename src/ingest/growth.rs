//! How much larger than its document a reading may become. What a feed says once (its authors, its language, the base of its addresses) each of its entries has
//! for its own, and a document of a megabyte could be read into gigabytes.

use super::entry::{Entry, Extension, Oddity, Person};

/// What entries may be longer than twice their document, in bytes, all of them together: three thousand for each of the most there can be, where honest ones
/// inherit some hundred.
const HEADROOM: usize = 16 << 20;

/// What may still be taken.
pub(super) struct Growth {
    left: usize,
}

impl Growth {
    pub fn of(document: &str) -> Self {
        Growth {
            left: document.len() * 2 + HEADROOM,
        }
    }

    /// Counts what an entry holds. The oddity says that it is too much: neither it nor what follows is to be taken.
    pub fn add(&mut self, entry: &Entry) -> Result<(), Oddity> {
        match self.left.checked_sub(size(entry)) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Oddity::new(
                "too-much-inherited",
                "document",
                "its entries come to more than twice the document by what they inherit of it; the first were taken",
            )),
        }
    }
}

/// The bytes of an entry's texts.
fn size(entry: &Entry) -> usize {
    let texts = [
        Some(&entry.id),
        entry.title.as_ref(),
        entry.alternate_title.as_ref(),
        entry.url.as_ref(),
        entry.canonical.as_ref(),
        entry.language.as_ref(),
        entry.rights.as_ref(),
        entry.summary.as_ref(),
        entry.content.as_ref(),
        entry.base.as_ref(),
        entry.image.as_ref(),
        entry.comments.as_ref(),
    ];
    let enclosures = entry
        .enclosures
        .iter()
        .flat_map(|enclosure| [Some(&enclosure.url), enclosure.mime.as_ref()]);
    let relations = entry
        .relations
        .iter()
        .flat_map(|relation| [Some(&relation.url), relation.title.as_ref()]);
    let categories = entry.categories.iter().map(Some);
    let texts = texts.into_iter().chain(enclosures).chain(relations);
    let texts = texts.chain(categories).flatten().map(String::len);
    let extensions = entry.extensions.iter().map(of_extension);
    texts.chain(extensions).sum::<usize>() + of_people(&entry.authors)
}

fn of_people(people: &[Person]) -> usize {
    let texts = people
        .iter()
        .flat_map(|person| [&person.name, &person.email, &person.url]);
    texts.flatten().map(String::len).sum()
}

/// Their nesting is bounded where they are read.
fn of_extension(extension: &Extension) -> usize {
    let attributes = extension.attributes.iter();
    let attributes = attributes.map(|(name, value)| name.len() + value.len());
    let children = extension.children.iter().map(of_extension);
    extension.name.len() + extension.text.len() + attributes.chain(children).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f43_what_entries_inherit_is_counted_and_bounded() {
        let entry = Entry {
            id: "i".repeat(1 << 10),
            authors: vec![Person::named("a".repeat(1 << 20))],
            ..Entry::default()
        };
        let mut growth = Growth::of("<feed/>");
        let taken = (0..100).take_while(|_| growth.add(&entry).is_ok()).count();
        assert_eq!(taken, 15);
        assert!(Growth::of(&" ".repeat(1 << 20)).add(&entry).is_ok());
    }
}
