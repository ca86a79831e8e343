//! What the parser holds open while it reads, as far as it can be known without building anything.
//! Elements whose state is uncertain become ghosts: counted, but never matched again.

use super::elements::{
    is_formatting, is_implied_end, is_integration_point, is_marker, is_scope, is_special,
};
use super::token::Tag;

/// Bytes of markup that the parser may add by opening formatting elements again.
const MAX_REGROWTH: usize = 4_000_000;
/// What one element opened again costs beyond its text.
pub(super) const NODE_COST: usize = 64;

/// The parser would go where this measure does not follow.
pub(super) struct Beyond;

pub(super) struct Entry {
    pub(super) name: String,
    /// Length of the tag as written.
    pub(super) bytes: usize,
    pub(super) foreign: bool,
    /// Foreign, but holding HTML.
    pub(super) integration: bool,
    /// Still counted, but perhaps no longer open: never matched.
    pub(super) ghost: bool,
    /// How many elements waited to be opened again when this was opened.
    pub(super) waiting: usize,
    pub(super) form: u32,
    // What its name makes of it in HTML, decided once: each end tag looks at all that is open.
    pub(super) is_block: bool,
    pub(super) is_barrier: bool,
    pub(super) is_marker: bool,
    pub(super) is_inline_formatting: bool,
}

impl Entry {
    pub(super) fn is(&self, name: &str) -> bool {
        !self.foreign && !self.ghost && self.name == name
    }
}

#[derive(Default)]
pub(super) struct Open {
    pub(super) stack: Vec<Entry>,
    /// Formatting elements that a block cut off: the parser opens them again before the next text.
    pub(super) waiting: Vec<Entry>,
    pub(super) waiting_bytes: usize,
    pub(super) regrowth: usize,
    pub(super) form: u32,
    pub(super) forms: u32,
    pub(super) plaintext: bool,
    /// What the parser would open again is no longer known.
    pub(super) lost: bool,
    pub(super) limit: usize,
}

impl Open {
    pub(super) fn too_much(&self) -> bool {
        self.lost
            || self.stack.len() + self.waiting.len() > self.limit
            || self.regrowth > MAX_REGROWTH
    }

    pub(super) fn in_foreign(&self) -> bool {
        self.stack.last().is_some_and(|top| top.foreign)
    }

    pub(super) fn push(&mut self, tag: &Tag<'_>, foreign: bool) {
        self.push_name(&tag.name, foreign);
        if let Some(top) = self.stack.last_mut() {
            top.bytes = tag.written.len();
        }
    }

    pub(super) fn push_name(&mut self, name: &str, foreign: bool) {
        // The innermost root decides the language: an element called `math` in SVG is SVG.
        let root = self
            .stack
            .iter()
            .rev()
            .take_while(|e| e.foreign && !e.integration)
            .last();
        let root = root.map_or(name, |e| e.name.as_str());
        let integration = foreign && is_integration_point(root, name);
        let (waiting, form) = (self.waiting.len(), 0);
        self.stack.push(Entry {
            name: name.to_owned(),
            bytes: 0,
            foreign,
            integration,
            ghost: false,
            waiting,
            form,
            is_block: !foreign && is_special(name),
            is_barrier: integration || (!foreign && is_scope(name)),
            is_marker: !foreign && is_marker(name),
            is_inline_formatting: !foreign && is_formatting(name),
        });
    }

    /// The parser pops everything from `at` on. Formatting elements among it wait to be opened again.
    pub(super) fn cut(&mut self, at: usize) {
        self.cut_by(at, false);
    }

    /// As `cut`; `own` says that the end tag of what stands at `at` asks for it.
    pub(super) fn cut_by(&mut self, at: usize, own: bool) {
        let mut kept = Vec::new();
        let mut markers = 0;
        while self.stack.len() > at {
            let Some(entry) = self.stack.pop() else { break };
            if entry.is_marker {
                // The parser clears up to one marker only, and only for an end that asks for it.
                markers += 1;
                let own_end = own && self.stack.len() == at
                    || matches!(entry.name.as_str(), "caption" | "td" | "th");
                self.lost |= markers > 1 || !own_end;
                kept.clear();
                while self.waiting.len() > entry.waiting {
                    self.waiting
                        .pop()
                        .inspect(|gone| self.waiting_bytes -= gone.bytes);
                }
            } else if entry.is_inline_formatting {
                kept.push(entry);
            }
        }
        for entry in kept.into_iter().rev() {
            self.waiting_bytes += entry.bytes;
            self.waiting.push(entry);
        }
        self.regrowth += self.waiting_bytes + NODE_COST * self.waiting.len();
    }

    /// Only what waits since the innermost marker can be opened again or closed here.
    pub(super) fn mark(&self) -> usize {
        let marker = self.stack.iter().rev().find(|e| e.is_marker);
        marker.map_or(0, |e| e.waiting).min(self.waiting.len())
    }

    /// The innermost open element of this name that no barrier hides.
    pub(super) fn in_scope(
        &self,
        wanted: impl Fn(&Entry) -> bool,
        also_barrier: &[&str],
    ) -> Option<usize> {
        for (at, entry) in self.stack.iter().enumerate().rev() {
            if wanted(entry) {
                return Some(at);
            }
            if entry.is_barrier || (!entry.foreign && also_barrier.contains(&entry.name.as_str())) {
                return None;
            }
        }
        None
    }

    pub(super) fn cut_in_scope(&mut self, name: &str, also_barrier: &[&str]) {
        if let Some(at) = self.in_scope(|e| e.is(name), also_barrier) {
            self.cut(at);
        }
    }

    /// Where the table or template begins that holds what comes next, and whether it is a table.
    pub(super) fn table(&self) -> Option<(usize, bool)> {
        let is_root = |e: &Entry| !e.foreign && matches!(e.name.as_str(), "table" | "template");
        let at = self.stack.iter().rposition(is_root)?;
        Some((at, self.stack.get(at).is_some_and(|e| e.name == "table")))
    }

    /// In a table but in none of its cells, where the parser moves content out in front of the table.
    pub(super) fn between_cells(&self) -> Option<usize> {
        let at = self.stack.iter().rposition(|e| {
            !e.foreign
                && matches!(
                    e.name.as_str(),
                    "table" | "template" | "td" | "th" | "caption"
                )
        })?;
        self.stack.get(at).filter(|e| e.name == "table").map(|_| at)
    }

    pub(super) fn pop_implied(&mut self, except: &str) -> Result<(), Beyond> {
        while let Some(top) = self.stack.last() {
            if top.ghost {
                return Err(Beyond);
            }
            if top.foreign || !is_implied_end(&top.name) || top.name == except {
                break;
            }
            // What waits may already stand open above it.
            if self.mark() < self.waiting.len() {
                return Err(Beyond);
            }
            self.cut(self.stack.len() - 1);
        }
        Ok(())
    }
}
