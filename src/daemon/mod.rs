//! One run, one shutdown: tick → ingest → settle → compose, and HTTP beside it.
//!
//! The clock is read here and handed down. One thread keeps the store and writes; visits run on the async threads, parsing on blocking ones; HTTP reads the
//! shelf, which is swapped whole.

mod callbacks;
mod desk;
mod files;
mod fulltext;
mod harvest;
mod keeper;
mod pages;
mod push;
mod reading;
mod reload;
mod rounds;
mod run;
mod visits;

pub use fulltext::fetch_pages;
pub use reading::StatusJson;
pub use rounds::{Wanted, refresh};
pub use run::{RunError, run};
pub use visits::Clock;
