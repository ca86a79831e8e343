//! One run, one shutdown: tick → ingest → settle → compose, and HTTP beside it.
//!
//! The clock is read here and handed down. One thread keeps the store and writes; visits run on the async threads, parsing on blocking ones; HTTP reads the
//! shelf, which is swapped whole.

mod account;
mod callbacks;
mod chance;
mod desk;
mod drain;
mod error;
mod files;
mod fulltext;
mod harvest;
mod keeper;
mod listeners;
mod memory;
mod moment;
mod news;
mod pages;
mod pulse;
mod push;
mod reading;
mod reload;
mod restraint;
mod rounds;
mod run;
mod signals;
mod supervisor;
mod trouble;
mod turn;
mod visits;

pub use error::RunError;
pub use fulltext::fetch_pages;
pub use reading::StatusJson;
pub use rounds::{Wanted, refresh};
pub use run::run;
pub use visits::Clock;
