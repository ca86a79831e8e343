//! `headwater backup`: a whole copy of the store, while it is in use.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::ended::Ended;
use super::open::{Everywhere, configuration};
use super::out;
use crate::store::Store;

#[derive(Args)]
pub(super) struct Options {
    /// Where the copy goes; best on another disk
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    /// Print machine-readable JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape {
    file: String,
    bytes: u64,
    entries: u64,
    stories: u64,
}

pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let config = configuration(everywhere)?;
    let made = Store::back_up(&config.store.path, &options.file, options.force)?;
    let file = options.file.display().to_string();
    if options.json {
        return out::emit_json(&Shape {
            file,
            bytes: made.bytes,
            entries: made.entries,
            stories: made.stories,
        });
    }
    if everywhere.quiet {
        return Ok(Ended::Done);
    }
    out::emit(&format!(
        "{file}: {} entries in {} stories, {} kB, read once and found whole\nTo restore: stop headwater, move {} away with its -wal and -shm, and put this file in its place",
        made.entries,
        made.stories,
        made.bytes.div_ceil(1000),
        config.store.path.display()
    ))
}
