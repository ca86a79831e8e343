//! XML as it is found in the wild: one pass, nothing refused, everything that was mended counted (F42, F43).
//!
//! A lexer of its own and no crate: readers of XML give up on what this folder is for (a `<` in running text, a quote that never closes, an attribute
//! without one). No entity is ever expanded but HTML's own, nothing is fetched, and time and memory are linear in the text.

mod build;
mod cursor;
mod lexer;
mod markup;
mod mends;
mod names;
mod references;
mod strict;
mod tree;

pub use build::parse;
pub use cursor::{Element, Node};
pub use markup::{inner_html, inner_xml_as_html};
pub use mends::{CUT_OFF, UNFINISHED};
pub use names::Ns;
pub use strict::{Event, each, is_strict};
pub use tree::Tree;
