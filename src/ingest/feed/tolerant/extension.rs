//! Elements of podcast and media namespaces, kept whole (P18).

use super::super::xml::{Element, Ns};
use crate::ingest::entry::Extension;
use crate::link;

/// Most extension elements of one entry or channel, children included. Long chapter lists have some hundreds.
pub const MAX_EXTENSIONS: usize = 500;

/// Deepest nesting of an extension. Media RSS uses three levels.
const DEEPEST: usize = 6;

/// Longest text and attribute value of an extension that is kept, in bytes; the text of an entry stands elsewhere.
const LONGEST_VALUE: usize = 16_384;

/// Attributes that hold an address.
const ADDRESSES: [&str; 6] = ["url", "href", "src", "img", "uri", "feedurl"];

/// The extensions of an entry, or of a channel.
pub fn extensions(holder: Element<'_, '_>, wanted: &[Ns]) -> Vec<Extension> {
    let mut room = MAX_EXTENSIONS;
    holder
        .children()
        .filter(|child| wanted.contains(&child.ns()))
        .map_while(|child| kept(child, DEEPEST, &mut room))
        .collect()
}

fn kept(element: Element<'_, '_>, deepest: usize, room: &mut usize) -> Option<Extension> {
    *room = room.checked_sub(1)?;
    let attributes = element
        .all_attributes()
        .filter(|(ns, ..)| *ns == Ns::None)
        .map(|(_, lower, (_, name), value)| {
            let resolved = ADDRESSES
                .contains(&lower)
                .then(|| link::resolve(value, element.base()))
                .flatten();
            let value = resolved.map_or_else(|| shortened(value), String::from);
            (name.to_string(), value)
        });
    let children = element
        .children()
        .filter(|child| deepest > 0 && child.ns() == element.ns());
    Some(Extension {
        namespace: element.ns().uri().to_string(),
        name: element.written().to_string(),
        attributes: attributes.collect(),
        text: shortened(element.filled().as_deref().unwrap_or_default()),
        children: children
            .map_while(|child| kept(child, deepest - 1, room))
            .collect(),
    })
}

fn shortened(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST_VALUE.min(text.len()));
    text.get(..end).unwrap_or_default().to_string()
}
