//! `headwater doctor`: what is wrong, where, and what to do about it. Changes nothing.

mod fault;
mod file;
mod listening;
mod remedies;
mod stored;

use chrono::Utc;
use clap::Args;
use serde::Serialize;

use self::fault::Fault;
use super::ended::Ended;
use super::open::Everywhere;
use super::out;
use crate::config::{self, Config};

#[derive(Args)]
pub(super) struct Options {
    /// Hold every index of the store against its table too, which takes many times as long
    #[arg(long)]
    deep: bool,
    /// Print machine-readable JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape {
    ok: bool,
    faults: Vec<Fault>,
}

/// Exit code 1 when anything is wrong.
pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let faults = match config::load(&everywhere.config) {
        Ok(config) => examine(&config, options.deep),
        // Where the store is, and who listens where, nobody knows then.
        Err(faults) => faults.iter().map(of_the_file).collect(),
    };
    let ok = faults.is_empty();
    if options.json {
        out::emit_json(&Shape { ok, faults })?;
    } else if !ok {
        out::emit(&in_words(&faults))?;
    } else if !everywhere.quiet {
        out::emit("nothing is wrong")?;
    }
    Ok(if ok { Ended::Done } else { Ended::Failed })
}

fn examine(config: &Config, deep: bool) -> Vec<Fault> {
    let now = Utc::now();
    let mut faults = file::permissions(config);
    faults.extend(file::sizes(config));
    faults.extend(stored::faults(config, deep, now));
    faults.extend(listening::faults(config));
    faults
}

fn of_the_file(fault: &config::Fault) -> Fault {
    let remedy = fault.help.clone();
    Fault::new(
        "config",
        format!("line {}, column {}", fault.line, fault.column),
        fault.message.clone(),
        remedy.unwrap_or_else(|| "`headwater check` shows the line; nothing else was looked at until the file is right".into()),
    )
}

fn in_words(faults: &[Fault]) -> String {
    let mut text = String::new();
    for fault in faults {
        text.push_str(&format!(
            "{}  {}\n  {}\n  do: {}\n",
            out::bold(fault.name),
            out::tame(&fault.place),
            out::tame(&fault.what),
            out::tame(&fault.remedy)
        ));
    }
    let count = match faults.len() {
        1 => "one fault".to_string(),
        more => format!("{more} faults"),
    };
    text + &count
}
