//! Elements of podcast and media namespaces, kept whole (P18).

use super::super::xml::{Element, Ns};
use crate::ingest::entry::{Extension, Oddity};
use crate::link;

/// Deepest nesting that is kept. `media:group` needs three levels, `podcast:alternateEnclosure` too; and what is stored is JSON, whose reader ends at 128.
const MAX_DEPTH: usize = 8;

/// Most elements kept of one entry or channel. Videos come with a hundred renditions, episodes with some dozens of persons and splits.
const MAX_ELEMENTS: usize = 500;

/// Longest text, names and attributes of all of them together, in bytes: a description of an hour's episode with its chapters is a tenth of it.
const LONGEST: usize = 128 * 1024;

/// Attributes that hold an address.
const ADDRESSES: [&str; 6] = ["url", "href", "src", "img", "uri", "feedurl"];

/// The elements of these namespaces in an entry or a channel. What is too deep, too many or too long is cut and told; what stands first is kept.
pub fn extensions(
    holder: Element<'_, '_>,
    wanted: &[Ns],
    place: &str,
    oddities: &mut Vec<Oddity>,
) -> Vec<Extension> {
    let mut room = Room {
        wanted,
        elements: MAX_ELEMENTS,
        bytes: LONGEST,
        is_cut: false,
    };
    let kept = room.inside(holder, MAX_DEPTH);
    if room.is_cut {
        let message =
            "it has more itunes, podcast or media elements than are kept; the first were taken";
        oddities.push(Oddity::new("entry-shortened", place, message));
    }
    kept
}

/// What may still be kept.
struct Room<'w> {
    wanted: &'w [Ns],
    elements: usize,
    bytes: usize,
    is_cut: bool,
}

impl Room<'_> {
    fn inside(&mut self, holder: Element<'_, '_>, depth: usize) -> Vec<Extension> {
        let wanted = self.wanted;
        let mut kept = Vec::new();
        for child in holder
            .children()
            .filter(|child| wanted.contains(&child.ns()))
        {
            let Some(extension) = self.take(child, depth) else {
                self.is_cut = true;
                break;
            };
            kept.push(extension);
        }
        kept
    }

    fn take(&mut self, element: Element<'_, '_>, depth: usize) -> Option<Extension> {
        let depth = depth.checked_sub(1)?;
        self.elements = self.elements.checked_sub(1)?;
        let text = element.filled().unwrap_or_default();
        let namespace = element.ns().uri();
        let name = element.written();
        self.charge(namespace.len() + name.len() + text.len())?;
        let mut attributes = Vec::new();
        for (ns, lower, (_, name), value) in element.all_attributes() {
            if ns != Ns::None {
                continue;
            }
            let resolved = ADDRESSES
                .contains(&lower)
                .then(|| link::as_written(value, element.base()))
                .flatten();
            let value = resolved.unwrap_or_else(|| value.to_string());
            self.charge(name.len() + value.len())?;
            attributes.push((name.to_string(), value));
        }
        Some(Extension {
            namespace: namespace.to_string(),
            name: name.to_string(),
            attributes,
            text: text.into_owned(),
            children: self.inside(element, depth),
        })
    }

    fn charge(&mut self, bytes: usize) -> Option<()> {
        self.bytes = self.bytes.checked_sub(bytes)?;
        Some(())
    }
}
