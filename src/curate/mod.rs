//! Cited stories → editions: which stories a feed publishes now, in which order, and why.

mod edition;
mod feed;

pub use edition::{Choice, Edition, Fate, choose};
pub use feed::{Feed, Order, Selector};
