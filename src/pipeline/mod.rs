//! The two halves: [`settle`] brings arrivals in, [`compose`] turns the store into documents.
//!
//! Both are functions of the store, the configuration and `now`; neither touches the network or a clock. Whatever is derived of an entry on the way is
//! made by [`study`], which `inspect` calls as well, so that what it shows is what would be stored.

mod compose;
mod fulltext;
mod intake;
mod missed;
mod moves;
mod pushed;
mod record;
mod rhythm;
mod settle;
mod study;
mod subscribe;
mod wanted;
mod withdraw;

pub use compose::{Composed, compose, site, sources_of, weigh};
pub use fulltext::{FetchedPage, PageTally, PagesSettled, TRIES, settle_pages};
pub use missed::{catch_up, put_right};
pub use moves::at_its_place;
pub use pushed::{Delivery, PushTally, PushesSettled, settle_deliveries};
pub use record::Tally;
pub use settle::{Settled, listed, settle};
pub use study::{Studied, study};
pub use subscribe::{
    HubAsk, claim_asks, count_refused, make_up, owe, reconcile, record_declined, verify,
};
pub use wanted::WANTED;

#[cfg(test)]
mod tests;
