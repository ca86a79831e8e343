//! Foreign markup made safe and legible: sanitised HTML, the plain text a person reads, and what a page says of itself.
//!
//! Everything here takes markup as hostile. It is measured before a DOM is made of it (`too_deep`), and every function
//! answers: what cannot be read as a tree is read as text. Nothing here fetches, and `content` of a `Page` is the one
//! HTML that leaves this room unsanitised.

mod address;
mod claims;
mod clean;
mod closing;
mod content;
mod depth;
mod elements;
mod flow;
mod jsonld;
mod layout;
mod open;
mod opening;
mod page;
mod text;
mod token;
pub use clean::clean;
pub use depth::{MAX_DEPTH, too_deep};
pub use flow::flow;
pub use layout::{Anchor, Flow, Heading, Quote};
pub use page::{FeedLink, Page, page};
pub use text::{escape, legal, looks_like_html, named_character, plain};
