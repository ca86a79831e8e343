//! Sources that are not feeds, and finding feeds: against an origin on loopback, into the store.

mod add;
mod layouts;
mod pages;
mod sitemaps;
