//! What a start tag opens, and what it closes before (HTML standard, 13.2.6).

use super::elements::{
    breaks_out_of_foreign, closes_paragraph, is_heading, is_raw_text, is_table_part, is_void,
};
use super::open::{Beyond, Entry, Open};
use super::token::Tag;

impl Open {
    /// Answers whether the element is one of HTML, not of SVG or MathML.
    pub(super) fn start(&mut self, tag: &Tag<'_>) -> Result<bool, Beyond> {
        let name = tag.name.as_str();
        if matches!(name, "annotation-xml" | "frameset" | "selectedcontent") {
            return Err(Beyond);
        }
        if let Some(top) = self.stack.last().filter(|top| top.foreign) {
            let math = matches!(name, "mglyph" | "malignmark");
            if name == "font" || math {
                return Err(Beyond);
            }
            if breaks_out_of_foreign(name) {
                let keep = self.stack.iter().rposition(|e| !e.foreign || e.is_barrier);
                self.cut(keep.map_or(0, |at| at + 1));
            } else if !top.integration {
                if !tag.self_closing {
                    self.push(tag, true);
                }
                return Ok(false);
            }
        }
        self.start_html(tag).map(|()| true)
    }

    fn start_html(&mut self, tag: &Tag<'_>) -> Result<(), Beyond> {
        let name = tag.name.as_str();
        match name {
            "html" | "head" | "body" => return Ok(()),
            "svg" | "math" => {
                if !tag.self_closing {
                    self.push(tag, true);
                }
                return Ok(());
            }
            "plaintext" => self.plaintext = true,
            "form" => return self.start_form(tag),
            "table" => {
                if let Some(at) = self.between_cells() {
                    self.cut(at);
                }
            }
            "li" => self.close_item(&["li"]),
            "dd" | "dt" => self.close_item(&["dd", "dt"]),
            "button" => self.cut_in_scope("button", &[]),
            "input" => self.cut_in_scope("select", &[]),
            "select" => {
                if let Some(at) = self.in_scope(|e| e.is("select"), &[]) {
                    self.cut(at);
                    return Ok(());
                }
            }
            "template" if self.between_cells().is_some() => return Err(Beyond),
            "a" | "nobr" => {
                // A link hidden by a table or a list of options is torn out of the middle.
                let marker = self
                    .stack
                    .iter()
                    .rposition(|e| e.is_marker)
                    .map_or(0, |at| at + 1);
                let barrier = self
                    .stack
                    .iter()
                    .rposition(|e| e.is_barrier)
                    .map_or(0, |at| at + 1);
                let mut hidden = self.stack.get(marker..barrier).unwrap_or_default().iter();
                if hidden.any(|e| !e.foreign && e.name == name)
                    || barrier > marker && self.mark() < self.waiting.len()
                {
                    return Err(Beyond);
                }
                self.end_formatting(name);
            }
            "option" | "optgroup" | "rb" | "rp" | "rt" | "rtc" => self.close_implied(name)?,
            _ if is_table_part(name) => return self.start_table_part(name),
            _ => {}
        }
        if closes_paragraph(name) {
            self.cut_in_scope("p", &["button"]);
        }
        if name == "hr" && self.in_scope(|e| e.is("select"), &[]).is_some() {
            self.pop_implied("")?;
        }
        if is_heading(name) {
            self.close_heading()?;
        }
        if !is_void(name) && !is_raw_text(name) {
            self.push(tag, false);
        }
        Ok(())
    }

    /// A form in a form is ignored, and one between cells holds nothing.
    fn start_form(&mut self, tag: &Tag<'_>) -> Result<(), Beyond> {
        let in_template = self.stack.iter().any(|e| e.is("template"));
        if self.form != 0 && !in_template {
            return Ok(());
        }
        let between = self.between_cells().is_some();
        if between && in_template {
            return Ok(());
        }
        if !between {
            self.cut_in_scope("p", &["button"]);
            self.push(tag, false);
        }
        if !in_template {
            self.forms += 1;
            self.form = self.forms;
            if let Some(top) = self.stack.last_mut().filter(|_| !between) {
                top.form = self.forms;
            }
        }
        Ok(())
    }

    fn start_table_part(&mut self, name: &str) -> Result<(), Beyond> {
        let Some((table, true)) = self.table() else {
            // Outside a table it is ignored; in a bare template what it does depends on what came before.
            return if self.table().is_some() {
                Err(Beyond)
            } else {
                Ok(())
            };
        };
        let last = |open: &Self, names: &[&str]| {
            let inside = open.stack.iter().enumerate().skip(table + 1).rev();
            inside
                .into_iter()
                .find(|(_, e)| names.iter().any(|n| e.is(n)))
                .map(|(at, _)| at)
        };
        const SECTIONS: &[&str] = &["tbody", "tfoot", "thead"];
        let (section, row) = (last(self, SECTIONS), last(self, &["tr"]));
        match name {
            "col" => {}
            "colgroup" => self.cut(table + 1),
            "td" | "th" | "tr" => {
                let keep = if name == "tr" {
                    section
                } else {
                    row.or(section)
                };
                self.cut(keep.unwrap_or(table) + 1);
                if section.is_none() {
                    self.push_name("tbody", false);
                }
                if name != "tr" && row.is_none() {
                    self.push_name("tr", false);
                }
                self.push_name(name, false);
            }
            _ => {
                self.cut(table + 1);
                self.push_name(name, false);
            }
        }
        Ok(())
    }

    /// A heading directly in a heading closes it.
    fn close_heading(&mut self) -> Result<(), Beyond> {
        let Some(at) = self.stack.iter().rposition(|e| !e.ghost) else {
            return Ok(());
        };
        if !self
            .stack
            .get(at)
            .is_some_and(|e| !e.foreign && is_heading(&e.name))
        {
            return Ok(());
        }
        if at + 1 < self.stack.len() || self.mark() < self.waiting.len() {
            return Err(Beyond);
        }
        self.cut(at);
        Ok(())
    }

    /// An item closes the one before it, unless a block stands between.
    fn close_item(&mut self, names: &[&str]) {
        for at in (0..self.stack.len()).rev() {
            let Some(entry) = self.stack.get(at) else {
                return;
            };
            if names.iter().any(|name| entry.is(name)) {
                return self.cut(at);
            }
            if entry.is_block && !matches!(entry.name.as_str(), "address" | "div" | "p") {
                return;
            }
        }
    }

    fn close_implied(&mut self, name: &str) -> Result<(), Beyond> {
        let owner = if matches!(name, "option" | "optgroup") {
            "select"
        } else {
            "ruby"
        };
        let named = |e: &Entry| !e.foreign && e.name == owner;
        let Some(at) = self.in_scope(named, &[]) else {
            // Outside a list of options, one closes only the one directly before it.
            let under = self.stack.iter().rposition(|e| !e.ghost);
            let Some(at) = under.filter(|at| {
                owner == "select" && self.stack.get(*at).is_some_and(|e| e.is("option"))
            }) else {
                return Ok(());
            };
            if at + 1 < self.stack.len() || self.mark() < self.waiting.len() {
                return Err(Beyond);
            }
            self.cut(at);
            return Ok(());
        };
        if self.stack.get(at).is_some_and(|e| e.ghost) {
            return Err(Beyond);
        }
        self.pop_implied(match name {
            "option" => "optgroup",
            "rp" | "rt" => "rtc",
            _ => "",
        })
    }
}
