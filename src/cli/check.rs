//! `headwater check`: is the configuration right, and what does it mean.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::ended::Ended;
use super::open::Everywhere;
use super::out;
use crate::config::{self, Config, Listening};
use crate::date;
use crate::pipeline::sources_of;
use crate::push::Obstacle;
use crate::schedule::Schedule;

#[derive(Args)]
pub(super) struct Options {
    /// Print machine-readable JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape {
    file: String,
    ok: bool,
    sources: Vec<SourceShape>,
    feeds: Vec<FeedShape>,
    faults: Vec<FaultShape>,
}

#[derive(Serialize)]
struct SourceShape {
    id: String,
    address: String,
    schedule: String,
    timezone: String,
    /// Whether the pages of its articles are fetched.
    full_text: bool,
    /// Whether its hub, if it names one, can push it.
    push: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_why_not: Option<&'static str>,
    next: Vec<String>,
}

#[derive(Serialize)]
struct FeedShape {
    id: String,
    title: String,
    sources: Vec<String>,
}

#[derive(Serialize)]
struct FaultShape {
    line: usize,
    column: usize,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let file = everywhere.config.display().to_string();
    match config::load(&everywhere.config) {
        Ok(config) if options.json => out::emit_json(&shape(file, &config)),
        Ok(_) if everywhere.quiet => Ok(Ended::Done),
        Ok(config) => out::emit(&in_words(&file, &config)),
        Err(faults) if options.json => {
            let fault = |fault: &config::Fault| FaultShape {
                line: fault.line,
                column: fault.column,
                message: fault.message.clone(),
                help: fault.help.clone(),
            };
            let faults = faults.iter().map(fault).collect();
            out::emit_json(&Shape {
                file,
                ok: false,
                sources: vec![],
                feeds: vec![],
                faults,
            })?;
            Err(Ended::Wrong(String::new()))
        }
        Err(faults) => Err(Ended::Wrong(faults.render(out::complaints_in_colour()))),
    }
}

fn shape(file: String, config: &Config) -> Shape {
    let now = Utc::now();
    let source = |listening: &config::Listening| SourceShape {
        id: listening.source.id.clone(),
        address: listening.source.place.shown(),
        schedule: listening.schedule.text().to_string(),
        timezone: listening.schedule.zone().name().to_string(),
        full_text: listening.source.full_text,
        push: config.can_be_pushed(listening).is_ok(),
        push_why_not: config.can_be_pushed(listening).err().map(Obstacle::as_str),
        next: next(&listening.schedule, now)
            .into_iter()
            .map(date::rfc3339)
            .collect(),
    };
    let feed = |feed: &crate::curate::Feed| FeedShape {
        id: feed.id.clone(),
        title: feed.title.clone(),
        sources: sources_of(config, feed),
    };
    Shape {
        file,
        ok: true,
        sources: config.sources.iter().map(source).collect(),
        feeds: config.feeds.iter().map(feed).collect(),
        faults: vec![],
    }
}

/// The next five slots; none where they are learned, which `check` reads no store for.
fn next(schedule: &Schedule, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    match schedule.is_auto() {
        true => Vec::new(),
        false => schedule.next_five(now),
    }
}

/// The next five slots of every different schedule on the clock it goes by (C9): `Tue 28 Oct 02:07 +0200`. An interval has none: it counts from the last
/// visit, as `auto` does, of which `status` says what was learned.
fn slots_in_words(config: &Config, now: DateTime<Utc>) -> String {
    let mut text = String::new();
    let mut shown: BTreeSet<(&str, &str)> = BTreeSet::new();
    for Listening { schedule, .. } in &config.sources {
        let (written, zone) = (schedule.text(), schedule.zone());
        if !schedule.has_slots() || !shown.insert((written, zone.name())) {
            continue;
        }
        let on_its_clock = |at: &DateTime<Utc>| {
            let local = at.with_timezone(&zone);
            local.format("%a %d %b %H:%M %z").to_string()
        };
        let slots: Vec<String> = next(schedule, now).iter().map(on_its_clock).collect();
        text.push_str(&format!(
            "  next   {written:<14} ({})  {}\n",
            zone.name(),
            slots.join(", ")
        ));
    }
    text
}

/// Whether hubs can send news here, where feeds name them; nothing where no source is on the web, or nothing is served.
fn push_in_words(config: &Config) -> String {
    if config.server.is_none() {
        return String::new();
    }
    let sources = config.sources.iter();
    let found: Vec<_> = sources
        .map(|listening| config.can_be_pushed(listening))
        .filter(|can| !matches!(can, Err(Obstacle::NoTopic | Obstacle::Off)))
        .collect();
    let can = found.iter().filter(|can| can.is_ok()).count();
    let why_not = found.iter().find_map(|can| can.err());
    match (can, why_not) {
        (0, None) => String::new(),
        (0, Some(why)) => format!("  push  not possible: {}\n", why.sentence()),
        (can, None) => format!("  push  possible for {can} sources, where they name a hub\n"),
        (can, Some(why)) => format!(
            "  push  possible for {can} sources, where they name a hub; for {} not: {}\n",
            found.len() - can,
            why.sentence()
        ),
    }
}

fn in_words(file: &str, config: &Config) -> String {
    let mut text = format!(
        "{file} is right: {} sources, {} feeds\n",
        config.sources.len(),
        config.feeds.len()
    );
    for listening in &config.sources {
        let source = &listening.source;
        let full_text = match source.full_text {
            true => ", in full",
            false => "",
        };
        let push = match config.can_be_pushed(listening) {
            Err(Obstacle::Off) => ", never pushed",
            _ => "",
        };
        text.push_str(&format!(
            "  source {:<14} {:<14} ({})  {}{full_text}{push}\n",
            source.id,
            listening.schedule.text(),
            listening.schedule.zone().name(),
            source.place.shown()
        ));
    }
    for feed in &config.feeds {
        text.push_str(&format!(
            "  feed   {:<14} from {}\n",
            feed.id,
            sources_of(config, feed).join(", ")
        ));
    }
    text.push_str(&push_in_words(config));
    text.push_str(&slots_in_words(config, Utc::now()));
    if config.server.is_none() {
        text.push_str("  nothing is served: there is no [server]\n");
    }
    text
}
