//! The command line: one file a command; the only room that prints, and the one that turns errors into words and exit codes.

mod check;
mod explain;
mod inspect;
mod inspect_shape;
mod log;
mod out;
mod refresh;
mod run;
mod status;
mod stories;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, Config};
use crate::store::{Store, StoreError};

/// How a command ended (design: 0 done, 1 something asked for failed, 2 wrong usage or configuration).
#[derive(Debug)]
pub(super) enum Ended {
    Done,
    /// It has been told already.
    Failed,
    /// To be told on standard error.
    Error(String),
    /// Wrong usage or configuration, to be told on standard error.
    Wrong(String),
}

impl<E: std::error::Error> From<E> for Ended {
    fn from(error: E) -> Self {
        Ended::Error(error.to_string())
    }
}

/// A feed daemon that ingests articles, folds copies into stories, traces every story to its sources, and republishes curated feeds.
#[derive(Parser)]
#[command(name = "headwater", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    everywhere: Everywhere,
    #[command(subcommand)]
    command: Option<Command>,
}

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
    config: PathBuf,
    /// Say only what was asked for, and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Log what is done in detail
    #[arg(long, short, global = true)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Visit sources on schedule and serve the feeds (the default)
    Run,
    /// Visit what is due once, and end: for cron and timers
    Refresh(refresh::Options),
    /// Check the configuration
    Check(check::Options),
    /// Show what headwater makes of one document; stores nothing
    Inspect(inspect::Options),
    /// How each source is: last visit, next visit and why, failures
    Status(status::Options),
    /// The stories in the store, with the reason each entry is in its story
    Stories(stories::Options),
    /// Why a story is there, why it is not, or why it was never seen
    Explain(explain::Options),
}

/// Runs the program and says how it ended.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Printing fails only when nobody reads; the exit code still tells.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let everywhere = cli.everywhere;
    let command = cli.command.unwrap_or(Command::Run);
    log::begin(&everywhere, matches!(command, Command::Run));
    let ended = match command {
        Command::Run => run::run(&everywhere),
        Command::Refresh(options) => refresh::run(&everywhere, &options),
        Command::Check(options) => check::run(&everywhere, &options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Status(options) => status::run(&everywhere, &options),
        Command::Stories(options) => stories::run(&everywhere, &options),
        Command::Explain(options) => explain::run(&everywhere, &options),
    };
    match ended.unwrap_or_else(|ended| ended) {
        Ended::Done => ExitCode::SUCCESS,
        Ended::Failed => ExitCode::from(1),
        Ended::Error(words) => {
            out::complain(&words);
            ExitCode::from(1)
        }
        Ended::Wrong(words) => {
            out::complain(&words);
            ExitCode::from(2)
        }
    }
}

/// The configuration, or all its faults as an error of usage.
fn configuration(everywhere: &Everywhere) -> Result<Config, Ended> {
    config::load(&everywhere.config)
        .map_err(|faults| Ended::Wrong(faults.render(out::complaints_in_colour())))
}

/// The store for reading. Missing is no error for those who would only list what is in it.
fn store_to_read(config: &Config) -> Result<Option<Store>, Ended> {
    match Store::open_read_only(&config.store.path) {
        Ok(store) => Ok(Some(store)),
        Err(StoreError::Missing { .. }) => Ok(None),
        // A store of an older version is brought up to date by opening it for writing, as the daemon would.
        Err(StoreError::Older { .. }) => Ok(Some(Store::open(&config.store.path)?)),
        Err(error) => Err(error.into()),
    }
}

/// The async threads of commands that visit or serve.
fn runtime() -> Result<tokio::runtime::Runtime, Ended> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Ended::Error(format!("could not start: {error}")))
}
