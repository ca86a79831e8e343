//! A document as a compact tree: nodes in document order, each knowing where its subtree ends.

use std::borrow::Cow;
use std::collections::HashMap;

use url::Url;

use super::mends::Mends;
use super::names::Ns;

/// Most different names that are told apart in one document: feeds use fifty, and each costs some memory.
pub const MAX_NAMES: usize = 20_000;

/// A whole document. Nodes lie in document order, so a subtree is a range.
pub struct Tree<'t> {
    pub(super) nodes: Vec<Inner<'t>>,
    pub(super) attributes: Vec<Attribute<'t>>,
    pub(super) names: Names<'t>,
    /// The bases that `xml:base` sets; the first is the document's own.
    pub(super) bases: Vec<Option<Url>>,
    /// Those that `xml:lang` sets; the first is none.
    pub(super) languages: Vec<&'t str>,
    pub mends: Mends,
    /// It uses a namespace of RSS 0.90.
    pub is_early: bool,
    /// It ends before its root does.
    pub is_cut: bool,
}

pub(super) struct Inner<'t> {
    /// One past the last node of its subtree.
    pub end: u32,
    pub what: What<'t>,
}

pub(super) enum What<'t> {
    Text(Cow<'t, str>),
    /// From CDATA, where references are not resolved and markup is surely meant.
    Literal(Cow<'t, str>),
    Element(Shape),
}

#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub name: u32,
    pub ns: Ns,
    pub first_attribute: u32,
    pub attributes: u16,
    pub base: u16,
    pub language: u16,
}

pub(super) struct Attribute<'t> {
    pub name: u32,
    pub ns: Ns,
    pub value: Cow<'t, str>,
}

/// A qualified name that occurs in the document.
pub(super) struct Name<'t> {
    pub prefix: &'t str,
    /// As written.
    pub local: &'t str,
    /// In lower case: what it is compared by.
    pub lower: Cow<'t, str>,
    /// The name that differs from it by case at most and was there first.
    pub folded: u32,
    pub role: Role,
}

/// What the name means for mending, when it is in a feed's own vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Item,
    Entry,
    /// Holds text only, so that another field in it means it was never closed.
    Leaf,
    Field,
    /// Empty in HTML, and often not closed.
    Void,
    Other,
}

impl Role {
    fn of(prefix: &str, lower: &str) -> Self {
        if !prefix.is_empty() {
            return Self::Other;
        }
        match lower {
            "item" => Self::Item,
            "entry" => Self::Entry,
            "title" | "link" | "guid" | "pubdate" | "comments" | "category" | "id"
            | "published" | "updated" | "issued" | "modified" | "created" | "lastbuilddate"
            | "ttl" | "language" | "copyright" | "managingeditor" | "webmaster" | "docs"
            | "generator" | "enclosure" => Self::Leaf,
            "description" | "summary" | "content" | "author" | "source" | "image" | "channel"
            | "textinput" | "cloud" | "skiphours" | "skipdays" => Self::Field,
            "br" | "hr" | "img" | "wbr" | "input" | "area" | "col" => Self::Void,
            _ => Self::Other,
        }
    }

    /// Whether an element of this role cannot stand in a leaf.
    pub fn is_field(self) -> bool {
        matches!(self, Self::Item | Self::Entry | Self::Leaf | Self::Field)
    }
}

#[derive(Default)]
pub(super) struct Names<'t> {
    list: Vec<Name<'t>>,
    known: HashMap<&'t str, u32>,
    folds: HashMap<String, u32>,
}

impl<'t> Names<'t> {
    pub fn get(&self, at: u32) -> Option<&Name<'t>> {
        self.list.get(at as usize)
    }

    /// The number of a name; the nameless one when there are too many.
    pub fn number(&mut self, written: &'t str) -> u32 {
        if let Some(known) = self.known.get(written) {
            return *known;
        }
        let written = if self.list.len() < MAX_NAMES {
            written
        } else {
            ""
        };
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        let lower = if local.chars().any(char::is_uppercase) {
            Cow::Owned(local.to_lowercase())
        } else {
            Cow::Borrowed(local)
        };
        let number = self.list.len() as u32;
        let folded = *self
            .folds
            .entry(format!("{prefix}:{lower}"))
            .or_insert(number);
        let role = Role::of(prefix, &lower);
        if self.list.len() > MAX_NAMES {
            return self.folds.get(":").copied().unwrap_or(0);
        }
        self.list.push(Name {
            prefix,
            local,
            lower,
            folded,
            role,
        });
        self.known.insert(written, number);
        number
    }

    /// The number that an end tag's name is matched by; none when no element has it.
    pub fn known(&self, written: &str) -> Option<u32> {
        if let Some(known) = self.known.get(written) {
            return Some(self.folded(*known));
        }
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        self.folds
            .get(&format!("{prefix}:{}", local.to_lowercase()))
            .copied()
    }

    pub fn folded(&self, at: u32) -> u32 {
        self.get(at).map_or(at, |name| name.folded)
    }
}
