//! One polite question to the web.
//!
//! [`Fetch`] is the seam through which tests script the world; [`Web`] is the world. This is the only room that names reqwest and rustls. It reads no
//! clock: its time limits run on the runtime's timer, and dates in headers are passed on as they came.

mod address;
mod body;
mod client;
mod headers;
mod hosts;
mod places;
mod question;
mod redirect;
mod submit;
mod trouble;
mod unpack;
mod web;

pub use address::names_private;
pub use body::unpacked;
pub use hosts::Standing;
pub use places::{MOST_ASIDE, Room};
pub use question::{Ask, Body, Failed, Fetch, Got, Seeks};
pub use submit::{Declined, Form, Submit};
pub use web::Web;

#[cfg(test)]
pub(in crate::ingest) mod origin;
