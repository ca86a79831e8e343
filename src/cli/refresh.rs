//! `headwater refresh`: one round and out.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use clap::Args;
use serde::Serialize;

use super::ended::Ended;
use super::open::{Everywhere, configuration, runtime};
use super::out;
use crate::config::Config;
use crate::daemon::{Wanted, fetch_pages, refresh};
use crate::date;
use crate::ingest::Rule;
use crate::ingest::fetch::Web;
use crate::pipeline::{PageTally, Tally};
use crate::store::{Store, StoreError};

/// How long a round waits for what becomes due meanwhile: as long as jitter can put a visit off, and far longer than most visits take.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Args)]
pub(super) struct Options {
    /// Visit these sources though they be not due
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// Visit every source though it be not due, but none whose server asked to be left alone
    #[arg(long)]
    now: bool,
    /// Ask for everything again, not only for what is new, and at the address in feeds.toml though the source has moved
    #[arg(long)]
    force: bool,
    /// Print machine-readable JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape {
    visits: Vec<VisitShape>,
    /// Articles' pages that were asked for, where sources are read in full.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pages: Vec<PageShape>,
}

#[derive(Serialize)]
struct PageShape {
    source: String,
    url: String,
    outcome: &'static str,
    /// The rule that chose between its text and the feed's.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
struct VisitShape {
    source: String,
    outcome: &'static str,
    added: usize,
    changed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_due: Option<String>,
}

/// Exit code 1 when a source that was named could not be visited; the failures of others are data, told here and in `status`.
pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let config = configuration(everywhere)?;
    all_known(&config, options)?;
    let store = Store::open(&config.store.path)?;
    let wanted = Wanted {
        sources: options.sources.clone(),
        now: options.now,
        force: options.force,
        patience: PATIENCE,
    };
    let tells = !everywhere.quiet && !options.json;
    let progress = |tally: &Tally| {
        if tells {
            out::complain(&line(tally));
        }
    };
    let web = Arc::new(Web::new(config.concurrency));
    let ended = runtime()?.block_on(async {
        let fetch = Arc::clone(&web);
        let visits = refresh(
            &store,
            &config,
            &wanted,
            fetch,
            Arc::new(Utc::now),
            progress,
        )
        .await?;
        let clock = Arc::new(Utc::now);
        let pages = fetch_pages(&store, &config, &wanted, web, clock, |_| {}).await?;
        Ok::<_, StoreError>((visits, pages))
    });
    let (tallies, pages) = ended.map_err(|error| {
        let path = config.store.path.display();
        Ended::Error(format!("{path}: {error}"))
    })?;
    let failed = tallies
        .iter()
        .filter(|tally| tally.failure.is_some())
        .count();
    for id in &options.sources {
        if !tallies.iter().any(|tally| tally.source == *id) {
            out::complain(&passed_over(&store, id)?);
        }
    }
    if options.json {
        out::emit_json(&Shape {
            visits: tallies.iter().map(shape).collect(),
            pages: pages.iter().map(page_shape).collect(),
        })?;
    } else if !everywhere.quiet {
        let text = summary(&tallies, failed, options) + &of_pages(&pages);
        out::emit(&text)?;
    }
    let missed = options.sources.iter().any(|id| {
        !tallies
            .iter()
            .any(|tally| tally.source == *id && tally.failure.is_none())
    });
    Ok(if missed { Ended::Failed } else { Ended::Done })
}

/// Errors when a source is named that is not in feeds.toml.
fn all_known(config: &Config, options: &Options) -> Result<(), Ended> {
    if let Some(unknown) = options
        .sources
        .iter()
        .find(|id| config.source(id).is_none())
    {
        let known: Vec<&str> = config
            .sources
            .iter()
            .map(|listening| listening.source.id.as_str())
            .collect();
        return Err(Ended::Wrong(format!(
            "there is no source {unknown:?} in {}; there are: {}",
            config.path.display(),
            known.join(", ")
        )));
    }
    Ok(())
}

fn line(tally: &Tally) -> String {
    match &tally.failure {
        Some(failure) => format!("{:<16} {}", tally.source, out::tame(failure)),
        None if tally.added + tally.changed > 0 => format!(
            "{:<16} {} new, {} changed",
            tally.source, tally.added, tally.changed
        ),
        None => format!("{:<16} nothing new", tally.source),
    }
}

/// Why a source was not visited though it was named: only a Retry-After and another process can keep us from it.
fn passed_over(store: &Store, id: &str) -> Result<String, Ended> {
    let asked = store.left_alone_until(id, Utc::now())?;
    Ok(match asked {
        Some(until) => format!(
            "{id:<16} not visited: its server asked not to be asked again before {}",
            date::rfc3339(until)
        ),
        None => format!("{id:<16} not visited: another process is visiting it"),
    })
}

fn summary(tallies: &[Tally], failed: usize, options: &Options) -> String {
    let added: usize = tallies.iter().map(|tally| tally.added).sum();
    let changed: usize = tallies.iter().map(|tally| tally.changed).sum();
    match tallies.len() {
        0 if options.now || !options.sources.is_empty() => {
            "nothing was visited; `headwater status` says when each source is due and why".into()
        }
        0 => "no source is due; `headwater status` says when each is, `--now` visits them all the same".into(),
        visits => format!("{visits} visits: {added} new entries, {changed} changed, {failed} sources failed"),
    }
}

/// What came of the pages, when any were asked for.
fn of_pages(pages: &[PageTally]) -> String {
    if pages.is_empty() {
        return String::new();
    }
    let read = pages.iter().filter_map(|page| page.rule);
    let (taken, kept): (Vec<Rule>, Vec<Rule>) = read.partition(|rule| rule.is_chosen());
    format!(
        "\n{} pages: {} whole texts, {} no better than the feed's, {} not had",
        pages.len(),
        taken.len(),
        kept.len(),
        pages.len() - taken.len() - kept.len()
    )
}

fn page_shape(page: &PageTally) -> PageShape {
    PageShape {
        source: page.source.clone(),
        url: page.url.clone(),
        outcome: page.outcome,
        rule: page.rule.map(Rule::as_str),
        message: page.message.clone(),
    }
}

fn shape(tally: &Tally) -> VisitShape {
    VisitShape {
        source: tally.source.clone(),
        outcome: tally.outcome,
        added: tally.added,
        changed: tally.changed,
        failure: tally.failure.clone(),
        next_due: tally.next.map(|due| date::rfc3339(due.at)),
    }
}
