//! What commands open: the configuration, the store, the async threads.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ended::Ended;
use super::out;
use crate::config::{self, Config};
use crate::store::{Store, StoreError};

/// What every command takes.
#[derive(Args)]
pub(super) struct Everywhere {
    /// The configuration
    #[arg(
        long,
        short,
        global = true,
        value_name = "FILE",
        default_value = "feeds.toml",
        env = "HEADWATER_CONFIG"
    )]
    pub config: PathBuf,
    /// Say only what was asked for, and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log what is done in detail
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// How the log is written
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value_t,
        env = "HEADWATER_LOG_FORMAT"
    )]
    pub log_format: LogFormat,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Lines for people; in colour on a terminal, as records of the journal where that listens
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// The configuration, or all its faults as an error of usage.
pub(super) fn configuration(everywhere: &Everywhere) -> Result<Config, Ended> {
    config::load(&everywhere.config)
        .map_err(|faults| Ended::Wrong(faults.render(out::complaints_in_colour())))
}

/// The store for reading. Missing is no error for those who would only list what is in it.
pub(super) fn store_to_read(config: &Config) -> Result<Option<Store>, Ended> {
    match Store::open_read_only(&config.store.path) {
        Ok(store) => Ok(Some(store)),
        Err(StoreError::Missing { .. }) => Ok(None),
        // A store of an older version is brought up to date by opening it for writing, as the daemon would.
        Err(StoreError::Older { .. }) => Ok(Some(Store::open(&config.store.path)?)),
        Err(error) => Err(error.into()),
    }
}

/// Open files and connections wanted: those of readers, of visits under way and aside, and of the store. The usual soft limit of 1024 is for programs that
/// use `select`, which this one does not.
const FILES: u64 = 16_384;

/// The async threads of commands that visit or serve.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Ended> {
    match rlimit::increase_nofile_limit(FILES) {
        Ok(allowed) if allowed >= FILES => {}
        Ok(allowed) => tracing::debug!(allowed, wanted = FILES, "open files are limited"),
        Err(error) => tracing::debug!(%error, "the limit on open files could not be raised"),
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Ended::Error(format!("could not start: {error}")))
}
