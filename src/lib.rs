//! headwater: a feed daemon for people who publish a curated news feed and have to stand behind it.
//!
//! It ingests article sources, dedupes what they say into stories, enriches every story with the sources it stands on, curates stories into editions, and
//! publishes each edition as RSS, Atom and JSON Feed. The floors of the house, ground floor first; each imports only those above it in this list.

pub mod source;

pub mod link;

pub mod html;

pub mod language;

pub mod date;

pub mod ingest;

pub mod schedule;

pub mod push;

pub mod dedupe;

pub mod enrich;

pub mod store;

pub mod curate;

pub mod publish;

pub mod config;

pub mod pipeline;

pub mod metrics;

pub mod serve;

pub mod daemon;

pub mod cli;
