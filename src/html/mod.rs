//! Foreign markup made safe and legible: sanitised HTML, the plain text a person reads, and what a page says of itself.
//!
//! Everything here takes markup as hostile. It is measured before a DOM is made of it (`too_deep`), and every function
//! answers: what cannot be read as a tree is read as text. Nothing here fetches; `content` of a `Page` is the
//! only HTML that leaves this room unsanitised.

mod address;
mod beside;
mod byline;
mod claims;
mod clean;
mod closing;
mod content;
mod dated;
mod depth;
mod elements;
mod extract;
mod feeds;
mod flow;
mod jsonld;
mod layout;
mod listing;
mod margins;
mod measure;
mod open;
mod opening;
mod page;
mod phrases;
mod prune;
mod record;
mod repeated;
mod selector;
mod text;
mod token;
mod trim;
mod weight;
pub use clean::{clean, with_frames_as_links};
pub use depth::{MAX_DEPTH, too_deep};
pub use feeds::{FeedLink, MAX_FEEDS, feed_anchors, feed_links, is_api, is_feed_type};
pub use flow::flow;
pub use layout::{Anchor, Flow, Heading, Quote};
pub use listing::{Listed, Listing, MAX_LISTED, Unlisted, listing};
pub use page::{Page, page};
pub use selector::selector_fault;
pub use text::{escape, legal, looks_like_html, named_character, plain};
