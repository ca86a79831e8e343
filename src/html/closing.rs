//! What an end tag closes (HTML standard, 13.2.6).

use super::elements::{closes_by_name, is_formatting, is_heading, is_table_part};
use super::open::{Beyond, Entry, NODE_COST, Open};

/// The standard moves a formatting element past at most so many blocks for one end tag.
const ADOPTION_LIMIT: usize = 7;

impl Open {
    pub(super) fn end(&mut self, name: &str) -> Result<(), Beyond> {
        if self.in_foreign() {
            if matches!(name, "br" | "p") {
                let keep = self.stack.iter().rposition(|e| !e.foreign || e.is_barrier);
                self.cut(keep.map_or(0, |at| at + 1));
            } else {
                let found = self
                    .stack
                    .iter()
                    .rposition(|e| !e.foreign || e.name == name);
                if let Some(at) = found.filter(|at| self.stack.get(*at).is_some_and(|e| e.foreign))
                {
                    // What was cut off inside may stand open again, and keep this from closing.
                    let mut inside = self.stack.iter().skip(at).filter(|e| e.integration);
                    if inside.any(|e| self.waiting.len() > e.waiting) {
                        return Err(Beyond);
                    }
                    self.cut(at);
                    return Ok(());
                }
                if is_formatting(name) {
                    return Err(Beyond);
                }
            }
        }
        self.end_html(name)
    }

    fn end_html(&mut self, name: &str) -> Result<(), Beyond> {
        match name {
            "html" | "head" | "body" | "br" | "col" | "colgroup" => {}
            "p" => self.cut_in_scope("p", &["button"]),
            "li" => self.cut_in_scope("li", &["ol", "ul"]),
            "form" => return self.end_form(),
            "template" => {
                if let Some(at) = self.stack.iter().rposition(|e| e.is("template")) {
                    self.cut_by(at, true);
                }
            }
            "table" => {
                if let Some((at, true)) = self.table() {
                    self.cut(at);
                }
            }
            "dd" | "dt" => self.cut_in_scope(name, &[]),
            "applet" | "marquee" | "object" => {
                if let Some(at) = self.in_scope(|e| e.is(name), &[]) {
                    self.cut_by(at, true);
                }
            }
            _ if closes_by_name(name) => {
                let found = self.in_scope(|e| !e.foreign && e.name == name, &[]);
                if let Some(at) = found {
                    if self.stack.get(at).is_some_and(|e| e.ghost) {
                        return Err(Beyond);
                    }
                    self.cut(at);
                }
            }
            _ if is_heading(name) => {
                if let Some(at) = self.in_scope(|e| !e.foreign && is_heading(&e.name), &[]) {
                    self.cut(at);
                }
            }
            _ if is_table_part(name) => {
                let Some((table, true)) = self.table() else {
                    return Ok(());
                };
                if let Some(at) = self
                    .stack
                    .iter()
                    .rposition(|e| e.is(name))
                    .filter(|at| *at > table)
                {
                    self.cut(at);
                }
            }
            _ if is_formatting(name) => self.end_formatting(name),
            _ => self.end_ordinary(name),
        }
        Ok(())
    }

    fn end_form(&mut self) -> Result<(), Beyond> {
        if self.stack.iter().any(|e| e.is("template")) {
            self.cut_in_scope("form", &[]);
            return Ok(());
        }
        let form = std::mem::take(&mut self.form);
        if form == 0 || self.in_scope(|e| e.form == form, &[]).is_none() {
            return Ok(());
        }
        self.pop_implied("")?;
        let Some(at) = self.in_scope(|e| e.form == form, &[]) else {
            return Ok(());
        };
        if at + 1 == self.stack.len() {
            self.cut(at);
        } else if let Some(entry) = self.stack.get_mut(at) {
            // No longer open, but what is open inside still stands in it: counted under no name.
            entry.name.clear();
            entry.ghost = true;
        }
        Ok(())
    }

    /// "Any other end tag": closes its element unless a block stands between.
    fn end_ordinary(&mut self, name: &str) {
        for at in (0..self.stack.len()).rev() {
            let Some(entry) = self.stack.get(at) else {
                return;
            };
            if entry.is(name) {
                return self.cut(at);
            }
            if entry.name == name && !entry.foreign {
                // It may have closed all above it, or nothing.
                let block = self.stack.iter().rposition(|e: &Entry| e.is_block);
                return self.ghosts(block.map_or(0, |at| at + 1), |_| true);
            }
            if entry.is_block {
                return;
            }
        }
    }

    /// The end tag of a formatting element: the standard's "adoption agency". Exact where elements nest,
    /// ghosts of all that it may have moved or closed where they do not.
    pub(super) fn end_formatting(&mut self, name: &str) {
        if !self
            .stack
            .iter()
            .chain(&self.waiting)
            .any(|e| e.name == name && !e.foreign)
        {
            return;
        }
        let mut blocks = 0;
        let mut from = 0;
        let mut found = None;
        for (at, entry) in self.stack.iter().enumerate().rev() {
            if found.is_none() && entry.is(name) {
                found = Some((at, blocks));
            }
            if entry.is_barrier {
                from = at + 1;
                break;
            }
            blocks += usize::from(entry.is_block);
        }
        let hidden = self
            .stack
            .get(from.wrapping_sub(1))
            .is_some_and(|e| !e.is_marker);
        let mark = self.mark();
        let waits = self
            .waiting
            .iter()
            .rposition(|e| e.name == name)
            .filter(|at| *at >= mark);
        if let Some(at) = waits.filter(|_| !hidden && blocks <= ADOPTION_LIMIT) {
            self.waiting_bytes -= self.waiting.remove(at).bytes;
            return self.ghosts(from, |e| !e.is_inline_formatting);
        }
        match found {
            Some((at, 0)) if waits.is_none() => {
                self.stack.remove(at);
                self.ghosts(at, |e| !e.is_inline_formatting);
            }
            _ => {
                let moved = self
                    .stack
                    .iter()
                    .skip(from)
                    .filter(|e| e.is_inline_formatting);
                self.regrowth +=
                    (ADOPTION_LIMIT + 1) * moved.map(|e| e.bytes + NODE_COST).sum::<usize>();
                self.ghosts(from, |_| true);
            }
        }
    }

    fn ghosts(&mut self, from: usize, which: impl Fn(&Entry) -> bool) {
        for entry in self
            .stack
            .iter_mut()
            .skip(from)
            .filter(|e| !e.foreign && !e.is_block)
        {
            entry.ghost = entry.ghost || which(entry);
        }
    }
}
