//! Tokens → tree: which element is closed by what, and what every name means.

use std::collections::HashMap;

use url::Url;

use super::lexer::{Lexer, Token};
use super::mends::{Mend, Mends};
use super::names::Ns;
use super::references::References;
use super::tree::{Attribute, Inner, Names, Role, Shape, Tree, What};
use crate::link;

/// Deepest nesting of XML elements that is kept. Feeds use about ten levels, XHTML bodies some dozens.
pub const MAX_DEPTH: usize = 256;

/// Most elements and texts that are kept of one document: 50 bytes of memory each, and what 20 MB of honest XHTML holds.
pub const MAX_NODES: usize = 500_000;

/// Most attributes that are kept of one document, for memory's sake.
const ALL_ATTRIBUTES: usize = 1_000_000;

/// Most prefixes in force at one place: every name is looked up among them.
const PREFIXES: usize = 128;

/// Most bases and languages that one document sets; later ones are taken for their parent's.
const SCOPES: usize = 1_000;

/// Most URIs nobody knows that are told apart.
const FOREIGN: usize = 1_000;

/// Reads a document as a tree, whatever it looks like. `base` is where it came from.
pub fn parse<'t>(text: &'t str, base: Option<&Url>) -> Tree<'t> {
    let mut builder = Builder::new(base);
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next() {
        if builder.tree.nodes.len() >= MAX_NODES {
            lexer.mends.note(Mend::TooManyNodes);
            break;
        }
        match token {
            Token::Text(raw) => builder.text(raw, false, &mut lexer.mends),
            Token::Literal(raw) => builder.text(raw, true, &mut lexer.mends),
            Token::Start { name, is_empty } => builder.start(name, is_empty, &mut lexer),
            Token::End(name) => builder.end(name, &mut lexer),
        }
    }
    builder.finish(&mut lexer);
    let mut tree = builder.tree;
    tree.mends = lexer.mends;
    tree
}

struct Builder<'t> {
    tree: Tree<'t>,
    open: Vec<Open>,
    /// How often each (folded) name is open, so that a stray end tag costs nothing.
    counts: Vec<u32>,
    /// Elements open below the deepest level that is kept.
    dropped: usize,
    prefixes: Vec<(&'t str, Ns)>,
    foreign: HashMap<&'t str, u16>,
    /// The unknown namespace that the root of the feed is in: its elements are the feed's all the same.
    adopted: Option<Ns>,
    has_root: bool,
    references: References,
}

struct Open {
    node: usize,
    folded: u32,
    role: Role,
    prefixes: usize,
}

impl<'t> Builder<'t> {
    fn new(base: Option<&Url>) -> Self {
        Self {
            tree: Tree {
                nodes: Vec::new(),
                attributes: Vec::new(),
                names: Names::default(),
                bases: vec![base.cloned()],
                languages: vec![""],
                mends: Default::default(),
                is_early: false,
                is_cut: false,
            },
            open: Vec::new(),
            counts: Vec::new(),
            dropped: 0,
            prefixes: Vec::new(),
            foreign: HashMap::new(),
            adopted: None,
            has_root: false,
            references: References::default(),
        }
    }

    fn text(&mut self, raw: &'t str, is_literal: bool, mends: &mut Mends) {
        let text = self.references.said(raw, is_literal, mends);
        if text.is_empty() {
            return;
        }
        let end = self.tree.nodes.len() as u32 + 1;
        let what = if is_literal {
            What::Literal(text)
        } else {
            What::Text(text)
        };
        self.tree.nodes.push(Inner { end, what });
    }

    fn start(&mut self, written: &'t str, is_empty: bool, lexer: &mut Lexer<'t>) {
        let name = self.tree.names.number(written);
        let role = self
            .tree
            .names
            .get(name)
            .map_or(Role::Other, |name| name.role);
        self.make_room(role, lexer);
        if self.open.len() >= MAX_DEPTH {
            lexer.mends.note(Mend::TooDeep);
            self.dropped += usize::from(!is_empty);
            return;
        }
        let prefixes = self.prefixes.len();
        self.declare(lexer);
        let (parent_base, parent_language) = self.parent_scopes();
        let mut shape = Shape {
            name,
            ns: self.namespace(name, lexer),
            first_attribute: self.tree.attributes.len() as u32,
            attributes: 0,
            base: parent_base,
            language: parent_language,
        };
        self.attributes(&mut shape, lexer);
        let node = self.tree.nodes.len();
        self.tree.nodes.push(Inner {
            end: node as u32 + 1,
            what: What::Element(shape),
        });
        if is_empty || (role == Role::Void && matches!(shape.ns, Ns::None | Ns::Rss | Ns::Xhtml)) {
            self.prefixes.truncate(prefixes);
            return;
        }
        let folded = self.tree.names.folded(name);
        *self.count(folded) += 1;
        self.open.push(Open {
            node,
            folded,
            role,
            prefixes,
        });
    }

    fn parent_scopes(&self) -> (u16, u16) {
        let parent = self
            .open
            .last()
            .and_then(|open| self.tree.nodes.get(open.node));
        match parent.map(|node| &node.what) {
            Some(What::Element(shape)) => (shape.base, shape.language),
            _ => (0, 0),
        }
    }

    fn count(&mut self, folded: u32) -> &mut u32 {
        let at = folded as usize;
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        // invariant: the vector was just made long enough.
        &mut self.counts[at]
    }

    /// Closes what cannot contain the element that begins: an item in an item, a field in a title.
    fn make_room(&mut self, role: Role, lexer: &mut Lexer<'t>) {
        if !role.is_field() {
            return;
        }
        while self.open.last().is_some_and(|open| open.role == Role::Leaf) {
            lexer.mends.note(Mend::UnclosedTags);
            self.close();
        }
        if !matches!(role, Role::Item | Role::Entry) {
            return;
        }
        let Some(same) = self.open.iter().rposition(|open| open.role == role) else {
            return;
        };
        // An entry may hold another by design (`source` documents, extensions); an item never does.
        if role == Role::Item || same + 1 == self.open.len() {
            while self.open.len() > same {
                lexer.mends.note(Mend::UnclosedTags);
                self.close();
            }
        }
    }

    fn end(&mut self, written: &'t str, lexer: &mut Lexer<'t>) {
        if self.dropped > 0 {
            self.dropped -= 1;
            return;
        }
        let folded = self.tree.names.known(written);
        let Some(folded) = folded.filter(|folded| *self.count(*folded) > 0) else {
            lexer.mends.note(Mend::CrossedTags);
            return;
        };
        if self.open.last().is_some_and(|open| open.folded != folded) {
            lexer.mends.note(Mend::CrossedTags);
        }
        while let Some(folded_here) = self.open.last().map(|open| open.folded) {
            self.close();
            if folded_here == folded {
                return;
            }
        }
    }

    /// Closes the innermost element.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else {
            return;
        };
        let end = self.tree.nodes.len() as u32;
        if let Some(node) = self.tree.nodes.get_mut(open.node) {
            node.end = end;
        }
        let count = self.count(open.folded);
        *count = count.saturating_sub(1);
        self.prefixes.truncate(open.prefixes);
    }

    fn finish(&mut self, lexer: &mut Lexer<'t>) {
        self.tree.is_cut = !self.open.is_empty();
        let in_entry = |open: &Open| matches!(open.role, Role::Item | Role::Entry);
        if self.open.iter().any(in_entry) {
            lexer.mends.note(Mend::CutOff);
        } else if self.tree.is_cut {
            lexer.mends.note(Mend::Unfinished);
        }
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// Takes the `xmlns` attributes of the tag at hand.
    fn declare(&mut self, lexer: &mut Lexer<'t>) {
        for at in 0..lexer.attributes.len() {
            let Some((name, value)) = lexer.attributes.get(at).copied() else {
                continue;
            };
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => rest.trim_start_matches(':'),
                _ => continue,
            };
            if self.prefixes.len() >= PREFIXES {
                lexer.mends.note(Mend::TooManyAttributes);
                continue;
            }
            self.tree.is_early |= value.contains("netscape.com/rdf/simple/0.9");
            let ns = self.known(value);
            self.prefixes.push((prefix, ns));
        }
    }

    fn known(&mut self, uri: &'t str) -> Ns {
        if let Some(ns) = Ns::of(uri) {
            return ns;
        }
        let next = self.foreign.len().min(FOREIGN) as u16;
        Ns::Other(match self.foreign.get(uri) {
            Some(known) => *known,
            None if self.foreign.len() < FOREIGN => *self.foreign.entry(uri).or_insert(next),
            None => next,
        })
    }

    fn in_force(&self, prefix: &str) -> Option<Ns> {
        let found = self
            .prefixes
            .iter()
            .rev()
            .find(|(known, _)| *known == prefix);
        found.map(|(_, ns)| *ns)
    }

    /// What an element's name is in.
    fn namespace(&mut self, name: u32, lexer: &mut Lexer<'t>) -> Ns {
        let Some(name) = self.tree.names.get(name) else {
            return Ns::None;
        };
        let found = match (self.in_force(name.prefix), name.prefix) {
            (Some(ns), _) => ns,
            (None, "") => Ns::None,
            (None, prefix) => {
                if prefix != "xml" {
                    lexer.mends.note(Mend::UndeclaredPrefix);
                }
                Ns::usual(prefix).unwrap_or(Ns::Other(FOREIGN as u16))
            }
        };
        let is_root = !std::mem::replace(&mut self.has_root, true);
        if is_root
            && matches!(found, Ns::Other(_))
            && matches!(&*name.lower, "rss" | "feed" | "channel" | "rdf")
        {
            self.adopted = Some(found);
        }
        match found {
            _ if self.adopted == Some(found) => Ns::Rss,
            other => other,
        }
    }

    /// Keeps the tag's attributes that are not declarations, with the scopes they set.
    fn attributes(&mut self, shape: &mut Shape, lexer: &mut Lexer<'t>) {
        let raw = std::mem::take(&mut lexer.attributes);
        for (written, value) in raw.iter().copied() {
            if written == "xmlns" || written.starts_with("xmlns:") {
                continue;
            }
            let name = self.tree.names.number(written);
            let first = shape.first_attribute as usize;
            let own = self.tree.attributes.get(first..).unwrap_or_default();
            if own.iter().any(|attribute| attribute.name == name) {
                lexer.mends.note(Mend::BrokenAttribute);
                continue;
            }
            if self.tree.attributes.len() >= ALL_ATTRIBUTES {
                lexer.mends.note(Mend::TooManyAttributes);
                break;
            }
            let prefix = self.tree.names.get(name).map_or("", |name| name.prefix);
            let ns = match prefix {
                "" => Ns::None,
                "xml" => Ns::Xml,
                prefix => self
                    .in_force(prefix)
                    .or_else(|| Ns::usual(prefix))
                    .unwrap_or(Ns::Other(FOREIGN as u16)),
            };
            let text = self.references.said(value, false, &mut lexer.mends);
            self.scope(written, value, &text, shape);
            self.tree.attributes.push(Attribute {
                name,
                ns,
                value: text,
            });
            shape.attributes += 1;
        }
        lexer.attributes = raw;
    }

    /// `xml:base` and `xml:lang` hold for what is inside.
    fn scope(&mut self, written: &str, raw: &'t str, value: &str, shape: &mut Shape) {
        if written == "xml:base" && self.tree.bases.len() < SCOPES {
            let outer = self
                .tree
                .bases
                .get(usize::from(shape.base))
                .cloned()
                .flatten();
            // An address that cannot be one changes nothing.
            if let Some(base) = link::resolve(value, outer.as_ref()) {
                shape.base = self.tree.bases.len() as u16;
                self.tree.bases.push(Some(base));
            }
        }
        if written == "xml:lang" && self.tree.languages.len() < SCOPES {
            shape.language = match self
                .tree
                .languages
                .iter()
                .rposition(|known| *known == raw.trim())
            {
                Some(known) => known as u16,
                None => {
                    self.tree.languages.push(raw.trim());
                    self.tree.languages.len() as u16 - 1
                }
            };
        }
    }
}
