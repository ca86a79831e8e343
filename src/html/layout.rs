//! Lays HTML out as plain text: what is a line, what a block, and where marked elements begin and end.

use std::ops::Range;

use dom_query::NodeRef;
use url::Url;

use super::address::absolute_web;
use super::elements::{is_block, is_heading};
use super::text::legal;

/// Text as laid out, and what stands where. All ranges are byte ranges into `text`, on character boundaries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flow {
    /// Blocks are parted by a blank line, `<br>` is a newline, list items begin with `• `, cells are joined by ` | `.
    pub text: String,
    /// In document order.
    pub anchors: Vec<Anchor>,
    /// In order of their ends: an inner quotation comes before the outer one.
    pub quotes: Vec<Quote>,
    pub headings: Vec<Heading>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Absolute, http or https.
    pub href: String,
    /// Always `text[at]`; empty for a link around an image.
    pub label: String,
    pub at: Range<usize>,
    pub in_quote: bool,
    pub in_table: bool,
    pub in_list: bool,
    /// Tokens of `rel`, in lower case.
    pub rel: Vec<String>,
}

/// A `blockquote` or `q`. The marks around a `q` are outside `at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub at: Range<usize>,
    /// Its `cite` attribute when that is an http(s) address, absolute.
    pub cite: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    pub at: Range<usize>,
    /// 1 to 6.
    pub level: u8,
}

/// White space owed before the next visible character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Block,
}

/// What stands before the next visible character, after the gap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Prefix {
    #[default]
    None,
    Bullet,
    Cell,
}

/// An open element whose place in the text is asked for. It begins at its first visible character.
struct Mark {
    kind: Kind,
    start: Option<usize>,
}

enum Kind {
    /// Its place in `Flow::anchors`, held from the start so that they stand in document order.
    Anchor(usize),
    Quote(Option<String>),
    Heading(u8),
}

/// Lays out nodes as they are entered and left, in document order.
#[derive(Default)]
pub(super) struct Layout<'a> {
    base: Option<&'a Url>,
    pub(super) flow: Flow,
    gap: Gap,
    prefix: Prefix,
    after_break: bool,
    marks: Vec<Mark>,
    /// How many of `marks`, from the end, have no start yet.
    unstarted: usize,
    quotes: usize,
    tables: usize,
    lists: usize,
    pre: usize,
    /// White space of a `pre`, held back until something visible follows.
    held: String,
    /// For every open row, whether it has a cell.
    rows: Vec<bool>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(base: Option<&'a Url>) -> Self {
        Self {
            base,
            ..Self::default()
        }
    }

    fn owe(&mut self, gap: Gap) {
        if self.prefix == Prefix::None {
            self.gap = self.gap.max(gap);
        }
        if gap > Gap::Space {
            self.held.clear();
        }
    }

    /// Writes what is owed, and begins the marks that waited for something visible.
    fn settle(&mut self) {
        let text = &mut self.flow.text;
        if !text.is_empty() {
            match (self.prefix, self.gap) {
                (Prefix::Cell, _) => text.push_str(" | "),
                (_, Gap::None) => {}
                (_, Gap::Space) => text.push(' '),
                (_, Gap::Line) => text.push('\n'),
                (_, Gap::Block) => text.push_str("\n\n"),
            }
        }
        if self.prefix == Prefix::Bullet {
            text.push_str("• ");
        }
        text.push_str(&self.held);
        self.held.clear();
        (self.gap, self.prefix, self.after_break) = (Gap::None, Prefix::None, false);
        let at = text.len();
        let first = self.marks.len().saturating_sub(self.unstarted);
        for mark in self.marks.iter_mut().skip(first) {
            mark.start = Some(at);
        }
        self.unstarted = 0;
    }

    pub(super) fn text(&mut self, text: &str) {
        for c in legal(text).chars() {
            match c {
                '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
                c if c.is_whitespace() && self.pre > 0 && self.gap == Gap::None => {
                    // Spaces at the end of a line say nothing.
                    if c == '\n' {
                        let kept = self.held.trim_end_matches(' ').len();
                        self.held.truncate(kept);
                    }
                    if c != '\r' {
                        self.held.push(if c == '\n' { c } else { ' ' });
                    }
                }
                c if c.is_whitespace() && self.pre > 0 => {
                    // At the start of a block only the indent of its first line counts.
                    if c == '\n' {
                        self.held.clear()
                    } else {
                        self.held.push(' ')
                    }
                }
                // The mark that opens a quotation stands close.
                c if c.is_whitespace()
                    && self.gap == Gap::None
                    && self.flow.text.ends_with('“') => {}
                c if c.is_whitespace() => self.owe(Gap::Space),
                c => {
                    if self.gap != Gap::None
                        || self.prefix != Prefix::None
                        || self.unstarted > 0
                        || !self.held.is_empty()
                    {
                        self.settle();
                    }
                    self.flow.text.push(c);
                }
            }
        }
    }

    pub(super) fn enter(&mut self, node: &NodeRef<'_>) {
        let Some(name) = node.node_name() else { return };
        match &*name {
            "br" => {
                let gap = if self.after_break {
                    Gap::Block
                } else {
                    Gap::Line
                };
                self.owe(gap);
                self.after_break = true;
            }
            "a" => self.enter_anchor(node),
            "q" => {
                self.text("“");
                self.enter_quote(node);
            }
            "blockquote" => {
                self.owe(Gap::Block);
                self.enter_quote(node);
            }
            "ul" | "ol" | "dl" | "menu" | "dir" => {
                self.owe(if self.lists > 0 {
                    Gap::Line
                } else {
                    Gap::Block
                });
                self.lists += 1;
            }
            "li" => {
                self.owe(Gap::Line);
                if self.prefix == Prefix::None && self.lists > 0 && self.follows("li", node) {
                    self.gap = Gap::Line;
                }
                self.prefix = Prefix::Bullet;
            }
            "dt" | "dd" | "thead" | "tbody" | "tfoot" => self.owe(Gap::Line),
            "table" => {
                self.owe(Gap::Block);
                self.tables += 1;
            }
            "tr" => {
                self.prefix = Prefix::None;
                self.owe(Gap::Line);
                self.rows.push(false);
            }
            "td" | "th" => {
                let first = !self
                    .rows
                    .last_mut()
                    .is_some_and(|cell| std::mem::replace(cell, true));
                if !first && !self.flow.text.is_empty() {
                    self.prefix = Prefix::Cell;
                    self.held.clear();
                }
            }
            "pre" | "listing" | "xmp" => {
                self.owe(Gap::Block);
                self.pre += 1;
            }
            name if is_heading(name) => {
                self.owe(Gap::Block);
                let level = name.as_bytes().get(1).map_or(6, |b| b.saturating_sub(b'0'));
                self.open(Kind::Heading(level));
            }
            name if is_block(name) => self.owe(Gap::Block),
            _ => {}
        }
    }

    /// Whether an element of this name stands before the node, among its brothers.
    fn follows(&self, name: &str, node: &NodeRef<'_>) -> bool {
        node.prev_element_sibling()
            .and_then(|before| before.node_name())
            .is_some_and(|n| &*n == name)
    }

    pub(super) fn leave(&mut self, node: &NodeRef<'_>) {
        let Some(name) = node.node_name() else { return };
        match &*name {
            "br" | "hr" => {}
            "a" => self.leave_anchor(node),
            "q" => {
                self.quotes -= 1;
                self.close();
                if self.gap == Gap::Space {
                    self.gap = Gap::None;
                }
                self.text("”");
            }
            "blockquote" => {
                self.quotes -= 1;
                self.close();
                self.owe(Gap::Block);
            }
            "ul" | "ol" | "dl" | "menu" | "dir" => {
                self.lists -= 1;
                self.owe(if self.lists > 0 {
                    Gap::Line
                } else {
                    Gap::Block
                });
            }
            "li" | "tr" => {
                if &*name == "tr" {
                    self.rows.pop();
                }
                self.prefix = Prefix::None;
                self.owe(Gap::Line);
            }
            "dt" | "dd" | "thead" | "tbody" | "tfoot" => self.owe(Gap::Line),
            "td" | "th" => {}
            "table" => {
                self.tables -= 1;
                self.owe(Gap::Block);
            }
            "pre" | "listing" | "xmp" => {
                self.pre -= 1;
                self.owe(Gap::Block);
            }
            name if is_heading(name) => {
                self.close();
                self.owe(Gap::Block);
            }
            name if is_block(name) => self.owe(Gap::Block),
            _ => {}
        }
    }

    fn open(&mut self, kind: Kind) {
        self.marks.push(Mark { kind, start: None });
        self.unstarted += 1;
    }

    /// Ends the innermost mark. Elements nest, so it is the right one.
    fn close(&mut self) {
        let Some(mark) = self.marks.pop() else { return };
        let end = self.flow.text.len();
        let at = match mark.start {
            Some(start) => start..end,
            None => {
                self.unstarted = self.unstarted.saturating_sub(1);
                end..end
            }
        };
        match mark.kind {
            Kind::Anchor(index) => {
                if let Some(anchor) = self.flow.anchors.get_mut(index) {
                    anchor.label = self
                        .flow
                        .text
                        .get(at.clone())
                        .unwrap_or_default()
                        .to_owned();
                    anchor.at = at;
                }
            }
            Kind::Quote(cite) if !at.is_empty() => self.flow.quotes.push(Quote { at, cite }),
            Kind::Heading(level) if !at.is_empty() => {
                self.flow.headings.push(Heading { at, level })
            }
            Kind::Quote(_) | Kind::Heading(_) => {}
        }
    }

    fn enter_quote(&mut self, node: &NodeRef<'_>) {
        self.quotes += 1;
        let cite = node
            .attr("cite")
            .and_then(|cite| absolute_web(&cite, self.base));
        self.open(Kind::Quote(cite));
    }

    fn href(&self, node: &NodeRef<'_>) -> Option<String> {
        absolute_web(&node.attr("href")?, self.base)
    }

    fn enter_anchor(&mut self, node: &NodeRef<'_>) {
        let Some(href) = self.href(node) else { return };
        let rel = node.attr("rel").map(|rel| {
            rel.split_ascii_whitespace()
                .map(str::to_ascii_lowercase)
                .collect()
        });
        self.flow.anchors.push(Anchor {
            href,
            label: String::new(),
            at: 0..0,
            in_quote: self.quotes > 0,
            in_table: self.tables > 0,
            in_list: self.lists > 0,
            rel: rel.unwrap_or_default(),
        });
        self.open(Kind::Anchor(self.flow.anchors.len() - 1));
    }

    fn leave_anchor(&mut self, node: &NodeRef<'_>) {
        if self.href(node).is_some() {
            self.close();
        }
    }
}
