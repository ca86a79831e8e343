//! What serving needs beyond the shelf: whoever holds the store provides it.

use std::future::Future;
use std::pin::Pin;

use crate::publish::Document;

/// Something that will be known later. It must not hold up the thread it is polled on: ask the store on a thread of its own.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What became of the wish for a story's page.
#[derive(Clone, Debug, PartialEq)]
pub enum StoryPage {
    Found(Document),
    /// No such story.
    Absent,
    /// The store does not answer, or the page could not be made; whoever found out has logged it.
    Unavailable,
}

/// Stories as pages, made when asked for.
pub trait Stories: Send + Sync {
    /// The page of a story. `id` comes from outside; it is short and made of ASCII letters, digits, `-` and `_`, nothing else is promised.
    fn page(&self, id: &str) -> Later<StoryPage>;

    /// Whether the store answers, for `/readyz`.
    fn answers(&self) -> Later<bool>;
}
