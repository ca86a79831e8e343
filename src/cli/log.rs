//! Logs go to standard error, one line an event: text for people, JSON for machines, and for the journal as it likes it.

use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::MetadataExt;

use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::open::{Everywhere, LogFormat};
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
    let is_journal = goes_to_journal();
    let to_terminal = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // Told to nobody when it cannot be written: whoever listened has gone, and the daemon goes on.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(to_terminal && !is_journal)
        .with_target(false)
        .log_internal_errors(false);
    let begun = match (everywhere.log_format, is_journal) {
        (LogFormat::Json, _) => log.json().with_writer(io::stderr).try_init(),
        // The journal has time and level of its own.
        (LogFormat::Text, true) => log
            .without_time()
            .with_level(false)
            .with_writer(Journal)
            .try_init(),
        (LogFormat::Text, false) => log.with_writer(io::stderr).try_init(),
    };
    if begun.is_err() {
        out::complain("logging was begun already");
    }
}

/// Whether standard error is the very stream that the service manager connected to the journal (systemd.exec(5), `JOURNAL_STREAM`), and was not
/// redirected since.
fn goes_to_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else {
        return false;
    };
    // The link leads to the open file itself, whatever it is.
    std::fs::metadata("/proc/self/fd/2")
        .is_ok_and(|facts| is_that(&stream, facts.dev(), facts.ino()))
}

fn is_that(stream: &str, device: u64, number: u64) -> bool {
    stream
        .split_once(':')
        .is_some_and(|(dev, ino)| dev.parse() == Ok(device) && ino.parse() == Ok(number))
}

/// Writes each line with its priority before it (sd-daemon(3)), also within an event of several lines: each is a record of its own there.
struct Journal;

struct Record {
    priority: u8,
}

impl<'a> MakeWriter<'a> for Journal {
    type Writer = Record;

    fn make_writer(&'a self) -> Record {
        Record { priority: 6 }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Record {
        let priority = match *about.level() {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            _ => 7,
        };
        Record { priority }
    }
}

impl Write for Record {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        io::stderr()
            .lock()
            .write_all(&prefixed(self.priority, event))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn prefixed(priority: u8, event: &[u8]) -> Vec<u8> {
    let lines = event.split_inclusive(|byte| *byte == b'\n');
    lines
        .flat_map(|line| [format!("<{priority}>").as_bytes(), line].concat())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_priority() {
        assert_eq!(prefixed(3, b"one\n two\n"), b"<3>one\n<3> two\n");
        assert_eq!(prefixed(6, b"one"), b"<6>one");
    }

    #[test]
    fn the_journal_is_known_by_device_and_number() {
        assert!(is_that("9:1234", 9, 1234));
        for other in ["9:1235", "8:1234", "9", "", ":", "9:1234:5", "x:y"] {
            assert!(!is_that(other, 9, 1234), "{other}");
        }
    }
}
