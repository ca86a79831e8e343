//! Reading a tree: elements, their attributes, children and texts.

use std::borrow::Cow;

use url::Url;

use super::names::Ns;
use super::tree::{Inner, Shape, Tree, What};

/// An element of a tree, by place. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Element<'a, 't> {
    tree: &'a Tree<'t>,
    at: usize,
    shape: Shape,
}

/// What may stand in an element.
#[derive(Clone, Copy)]
pub enum Node<'a, 't> {
    Element(Element<'a, 't>),
    /// References resolved.
    Text(&'a str),
    /// From CDATA.
    Literal(&'a str),
}

impl<'t> Tree<'t> {
    /// The first element.
    pub fn root(&self) -> Option<Element<'_, 't>> {
        self.elements().next()
    }

    /// Every element, in document order.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_, 't>> {
        (0..self.nodes.len()).filter_map(|at| self.element(at))
    }

    fn element(&self, at: usize) -> Option<Element<'_, 't>> {
        match self.nodes.get(at)?.what {
            What::Element(shape) => Some(Element {
                tree: self,
                at,
                shape,
            }),
            _ => None,
        }
    }

    fn node(&self, at: usize) -> Option<Node<'_, 't>> {
        Some(match &self.nodes.get(at)?.what {
            What::Text(text) => Node::Text(text),
            What::Literal(text) => Node::Literal(text),
            What::Element(_) => Node::Element(self.element(at)?),
        })
    }
}

impl<'a, 't> Element<'a, 't> {
    pub fn ns(self) -> Ns {
        self.shape.ns
    }

    /// The local name in lower case: `pubdate`, since so many write it so.
    pub fn name(self) -> &'a str {
        self.tree
            .names
            .get(self.shape.name)
            .map_or("", |name| &name.lower)
    }

    /// The local name as written.
    pub fn written(self) -> &'a str {
        self.tree
            .names
            .get(self.shape.name)
            .map_or("", |name| name.local)
    }

    /// Whether it is RSS's or Atom's own element of this name.
    pub fn is(self, name: &str) -> bool {
        self.shape.ns.is_core() && self.name() == name
    }

    /// Its number in the document; greater is later.
    pub fn place(self) -> usize {
        self.at
    }

    /// One past the number of the last node in it.
    pub fn end(self) -> usize {
        self.tree
            .nodes
            .get(self.at)
            .map_or(self.at + 1, |node| node.end as usize)
    }

    /// The value of an attribute without prefix, by its name in lower case. Empty ones count as there.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        self.attribute_in(Ns::None, name)
    }

    pub fn attribute_in(self, ns: Ns, name: &str) -> Option<&'a str> {
        self.all_attributes()
            .find(|(own, lower, _, _)| *own == ns && *lower == name)
            .map(|(_, _, _, value)| value)
    }

    /// Namespace, name in lower case, name as written with its prefix, value.
    pub fn all_attributes(
        self,
    ) -> impl Iterator<Item = (Ns, &'a str, (&'a str, &'a str), &'a str)> {
        let first = self.shape.first_attribute as usize;
        let range = first..first + usize::from(self.shape.attributes);
        let attributes = self.tree.attributes.get(range).unwrap_or_default();
        attributes.iter().filter_map(|attribute| {
            let name = self.tree.names.get(attribute.name)?;
            Some((
                attribute.ns,
                &*name.lower,
                (name.prefix, name.local),
                &*attribute.value,
            ))
        })
    }

    /// What relative addresses in it are relative to.
    pub fn base(self) -> Option<&'a Url> {
        self.tree.bases.get(usize::from(self.shape.base))?.as_ref()
    }

    /// Whether it and another resolve addresses alike.
    pub fn shares_base(self, other: Self) -> bool {
        self.shape.base == other.shape.base
    }

    /// The nearest `xml:lang`, unless it is empty.
    pub fn language(self) -> Option<&'a str> {
        let tag = self.tree.languages.get(usize::from(self.shape.language))?;
        (!tag.is_empty()).then_some(*tag)
    }

    /// Its child nodes.
    pub fn nodes(self) -> impl Iterator<Item = Node<'a, 't>> {
        let (tree, end) = (self.tree, self.end());
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let here = at;
            at = tree
                .nodes
                .get(at)
                .map_or(end, |Inner { end, .. }| *end as usize);
            tree.node(here)
        })
    }

    /// Its child elements.
    pub fn children(self) -> impl Iterator<Item = Element<'a, 't>> {
        self.nodes().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// Its child elements of one name, in RSS's and Atom's own namespaces.
    pub fn named(self, name: &str) -> impl Iterator<Item = Element<'a, 't>> {
        self.children().filter(move |child| child.is(name))
    }

    /// Every element below it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Element<'a, 't>> {
        (self.at + 1..self.end()).filter_map(move |at| self.tree.element(at))
    }

    /// Every node below it, in document order.
    pub fn below(self) -> impl Iterator<Item = Node<'a, 't>> {
        (self.at + 1..self.end()).filter_map(move |at| self.tree.node(at))
    }

    /// Its own text, as it is: that of elements in it is not part of it.
    pub fn own_text(self) -> Cow<'a, str> {
        let mut texts = self.nodes().filter_map(|node| match node {
            Node::Text(text) | Node::Literal(text) => Some(text),
            Node::Element(_) => None,
        });
        let first = texts.next().unwrap_or_default();
        let mut all = Cow::Borrowed(first);
        for text in texts {
            all.to_mut().push_str(text);
        }
        all
    }

    /// Its own text without white space around it, when there is any.
    pub fn filled(self) -> Option<Cow<'a, str>> {
        let text = match self.own_text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_string()),
        };
        (!text.is_empty()).then_some(text)
    }
}
