//! The command line: one file a command; the only room that prints, and the one that turns errors into words and exit codes.

mod abreast;
mod add;
mod backup;
mod check;
mod doctor;
mod ended;
mod explain;
mod inspect;
mod inspect_shape;
mod log;
mod moment;
mod open;
mod out;
mod pages;
mod panics;
mod push;
mod refresh;
mod rhythm;
mod run;
mod status;
mod stories;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::ended::Ended;
use self::open::Everywhere;

/// A feed daemon that ingests articles, folds copies into stories, traces every story to its sources, and republishes curated feeds.
#[derive(Parser)]
#[command(name = "headwater", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    everywhere: Everywhere,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Visit sources on schedule and serve the feeds (the default)
    Run,
    /// Visit what is due now or within a minute, and end: for cron and timers
    Refresh(refresh::Options),
    /// Find the feed behind an address and put it into feeds.toml
    Add(add::Options),
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
    /// Copy the store into one file, while it is in use
    Backup(backup::Options),
    /// Look for what is wrong: store, files, clock, ports, sources
    Doctor(doctor::Options),
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
        Command::Add(options) => add::run(&everywhere, &options),
        Command::Check(options) => check::run(&everywhere, &options),
        Command::Inspect(options) => inspect::run(&everywhere, &options),
        Command::Status(options) => status::run(&everywhere, &options),
        Command::Stories(options) => stories::run(&everywhere, &options),
        Command::Explain(options) => explain::run(&everywhere, &options),
        Command::Backup(options) => backup::run(&everywhere, &options),
        Command::Doctor(options) => doctor::run(&everywhere, &options),
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
