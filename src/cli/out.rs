//! Printing: to people on a terminal, plainly elsewhere.

use std::io::{self, ErrorKind, IsTerminal, Write};

use super::ended::Ended;

/// Prints what was asked for, and the end of its last line. A reader that has gone (`| head`) is no error.
pub(super) fn emit(text: &str) -> Result<Ended, Ended> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    emit_all(&[text.as_bytes(), end.as_bytes()])
}

/// Prints these bytes and no other.
pub(super) fn emit_bytes(bytes: &[u8]) -> Result<Ended, Ended> {
    emit_all(&[bytes])
}

fn emit_all(parts: &[&[u8]]) -> Result<Ended, Ended> {
    let mut out = io::stdout().lock();
    let mut parts = parts.iter();
    let written = parts.try_for_each(|part| out.write_all(part));
    let written = written.and_then(|()| out.flush());
    match written {
        Ok(()) => Ok(Ended::Done),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Ended::Done),
        Err(error) => Err(Ended::Error(format!(
            "the output could not be written: {error}"
        ))),
    }
}

/// Prints a value as JSON, for machines.
pub(super) fn emit_json(value: &impl serde::Serialize) -> Result<Ended, Ended> {
    emit(&serde_json::to_string_pretty(value)?)
}

/// Says something on standard error. When nobody reads that either, there is nobody to tell.
pub(super) fn complain(text: &str) {
    if !text.is_empty() {
        let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
    }
}

fn wants_colour(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

pub(super) fn complaints_in_colour() -> bool {
    wants_colour(io::stderr().is_terminal())
}

/// Bold on a terminal, plain elsewhere.
pub(super) fn bold(text: &str) -> String {
    if wants_colour(io::stdout().is_terminal()) {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    } else {
        text.to_string()
    }
}

/// Text of strangers, fit for a terminal: no control characters that could drive it.
pub(super) fn tame(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}
