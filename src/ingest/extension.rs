//! How much of other people's vocabularies is kept of one entry (P18).

use super::entry::Extension;

/// Deepest nesting that is kept. `media:group` needs three levels, `podcast:alternateEnclosure` too; and what is stored is JSON, whose reader ends at 128.
const MAX_DEPTH: usize = 8;

/// Most elements kept of one entry. Videos come with a hundred renditions, episodes with some dozens of persons and splits.
const MAX_ELEMENTS: usize = 500;

/// Longest text, names and attributes of all of them together, in bytes: a description of an hour's episode with its chapters is a tenth of it.
const LONGEST: usize = 128 * 1024;

/// Cuts what is too deep, too many or too long; what stands first is kept. True when something was cut.
pub(super) fn bound(extensions: &mut Vec<Extension>) -> bool {
    let mut room = Room {
        elements: MAX_ELEMENTS,
        bytes: LONGEST,
        cut: false,
    };
    room.keep(extensions, MAX_DEPTH);
    room.cut
}

/// What may still be kept.
struct Room {
    elements: usize,
    bytes: usize,
    cut: bool,
}

impl Room {
    fn keep(&mut self, extensions: &mut Vec<Extension>, depth: usize) {
        let mut kept = 0;
        for extension in extensions.iter_mut() {
            let size = size(extension);
            if depth == 0 || self.elements == 0 || size > self.bytes {
                break;
            }
            self.elements -= 1;
            self.bytes -= size;
            self.keep(&mut extension.children, depth - 1);
            kept += 1;
        }
        self.cut |= kept < extensions.len();
        extensions.truncate(kept);
    }
}

/// The bytes of an element without its children.
fn size(extension: &Extension) -> usize {
    let attributes = extension.attributes.iter();
    let attributes: usize = attributes
        .map(|(name, value)| name.len() + value.len())
        .sum();
    extension.namespace.len() + extension.name.len() + extension.text.len() + attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, children: Vec<Extension>) -> Extension {
        Extension {
            name: name.into(),
            children,
            ..Extension::default()
        }
    }

    fn depth(extensions: &[Extension]) -> usize {
        let below = extensions
            .iter()
            .map(|extension| depth(&extension.children));
        below.max().map_or(0, |below| below + 1)
    }

    #[test]
    fn p18_what_is_ordinary_is_kept_whole() {
        let mut group = vec![named(
            "group",
            vec![named("content", vec![named("thumbnail", vec![])])],
        )];
        let whole = group.clone();
        assert!(!bound(&mut group));
        assert_eq!(group, whole);
    }

    #[test]
    fn p18_depth_number_and_length_are_bounded() {
        let mut deep = vec![named("a", vec![])];
        for _ in 0..100 {
            deep = vec![named("a", deep)];
        }
        assert!(bound(&mut deep));
        assert_eq!(depth(&deep), MAX_DEPTH);

        let mut many = vec![named("a", vec![]); MAX_ELEMENTS + 1];
        assert!(bound(&mut many));
        assert_eq!(many.len(), MAX_ELEMENTS);

        let mut long = vec![named("a", vec![]), named("b", vec![])];
        long[1].text = "x".repeat(LONGEST);
        assert!(bound(&mut long));
        assert_eq!(long.len(), 1);
    }
}
