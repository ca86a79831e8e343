//! Logs go to standard error, one line an event.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use super::open::Everywhere;
use super::out;

/// Begins logging. `HEADWATER_LOG` takes a filter as `tracing` has them (`debug`, `headwater::ingest=trace`); it wins over the flags.
pub(super) fn begin(everywhere: &Everywhere, is_daemon: bool) {
    let level = match (everywhere.quiet, everywhere.verbose, is_daemon) {
        (true, _, _) => "error",
        (_, true, _) => "headwater=debug",
        (_, _, true) => "headwater=info",
        _ => "headwater=error",
    };
    let filter = EnvFilter::try_from_env("HEADWATER_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let to_terminal = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let begun = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(to_terminal)
        .with_target(false)
        .try_init();
    if begun.is_err() {
        out::complain("logging was begun already");
    }
}
