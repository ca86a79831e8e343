//! `headwater status`: how each source is.

use chrono::Utc;
use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::ended::Ended;
use super::moment::moment;
use super::open::{Everywhere, configuration, store_to_read};
use super::out;
use super::pages::{OdditySheet, PagesSheet, pages_in_words, pages_sheet};
use super::panics::{PanicsSheet, panics_in_words, panics_sheet};
use super::push::{PushSheet, push_in_a_word, push_in_words, push_sheet};
use super::rhythm::{RhythmSheet, rhythm_in_short, rhythm_sheet, timing_in_words};
use crate::date;
use crate::ingest::Asks;
use crate::schedule::Because;
use crate::store::{SourceFacts, Store, StoreError, Totals};

#[derive(Args)]
pub(super) struct Options {
    /// Only this source, in full
    #[arg(value_name = "SOURCE")]
    source: Option<String>,
    /// Print machine-readable JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape {
    totals: TotalsShape,
    sources: Vec<SourceShape>,
}

#[derive(Serialize)]
struct TotalsShape {
    sources: u64,
    entries: u64,
    stories: u64,
}

#[derive(Serialize)]
struct SourceShape {
    id: String,
    name: String,
    address: String,
    entries: u64,
    failures: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_visit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_due: Option<String>,
    /// The rule that set `next_due` (F49).
    due_because: String,
    /// What following its rhythm comes to, where its schedule is `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    rhythm: Option<RhythmSheet>,
    /// Slots of its schedule that had no visit of their own (C11).
    #[serde(skip_serializing_if = "is_zero")]
    coalesced: u64,
    /// What the feed asks of those who poll it (F11, F16, F17).
    #[serde(skip_serializing_if = "Option::is_none")]
    asks: Option<AsksShape>,
    /// Until when its server is to be left alone (F14).
    #[serde(skip_serializing_if = "Option::is_none")]
    held_until: Option<String>,
    /// The source that asks for this one too (F19).
    #[serde(skip_serializing_if = "Option::is_none")]
    follows: Option<String>,
    /// Asked in place of `address` (F22).
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moving: Option<MovingShape>,
    #[serde(skip_serializing_if = "is_zero")]
    withdrawn: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_text: Option<PagesSheet>,
    /// Visits on which headwater itself failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    panics: Option<PanicsSheet>,
    /// When the document came that `inspect --kept` shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_document: Option<String>,
    /// Whether a hub brought what came last.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pushed: bool,
    /// The hub it names, and the subscription there.
    #[serde(skip_serializing_if = "Option::is_none")]
    push: Option<PushSheet>,
    oddities: Vec<OdditySheet>,
}

#[derive(Serialize)]
struct AsksShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skip_hours: Vec<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skip_days: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_frequency: Option<String>,
}

/// Evidence that a source has moved (F22).
#[derive(Serialize)]
struct MovingShape {
    to: String,
    since: String,
    visits: u32,
    /// The source that is there already: one of the two is enough (F23).
    #[serde(skip_serializing_if = "Option::is_none")]
    merge_with: Option<String>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let config = configuration(everywhere)?;
    let Some(store) = store_to_read(&config)? else {
        if options.json {
            return out::emit_json(&Shape {
                totals: totals(Totals::default()),
                sources: vec![],
            });
        }
        return out::emit("nothing was visited yet; `headwater refresh` or `headwater run` begins");
    };
    let mut facts = store.source_facts()?;
    if let Some(id) = &options.source {
        facts.retain(|source| source.id == *id);
        if facts.is_empty() {
            return Err(Ended::Wrong(format!(
                "the store knows no source {id:?}; `headwater status` lists them"
            )));
        }
    }
    match (options.json, options.source.is_some()) {
        (true, _) => out::emit_json(&shape(store.totals()?, &facts)),
        (false, true) => out::emit(&facts.iter().map(in_full).collect::<String>()),
        (false, false) => out::emit(&table(store.totals()?, facts)),
    }
}

/// What `status --json` prints, for the admin listener.
pub(super) fn json(store: &Store) -> Result<String, StoreError> {
    Ok(serde_json::to_string_pretty(&shape(
        store.totals()?,
        &store.source_facts()?,
    ))?)
}

fn totals(totals: Totals) -> TotalsShape {
    TotalsShape {
        sources: totals.sources,
        entries: totals.entries,
        stories: totals.stories,
    }
}

fn shape(counts: Totals, facts: &[SourceFacts]) -> Shape {
    let source = |source: &SourceFacts| {
        let last = source.last.as_ref();
        SourceShape {
            id: source.id.clone(),
            name: source.name.clone(),
            address: source.address.clone(),
            entries: source.entries,
            failures: source.failures,
            last_visit: last.map(|visit| date::rfc3339(visit.at)),
            outcome: last.map(|visit| visit.outcome.clone()),
            http_status: last.and_then(|visit| visit.status),
            message: last.and_then(|visit| visit.message.clone()),
            took_ms: last.and_then(|visit| u64::try_from(visit.took.as_millis()).ok()),
            next_due: source.next_due.map(date::rfc3339),
            due_because: source.due_because.clone(),
            rhythm: source.rhythm.as_ref().map(rhythm_sheet),
            coalesced: source.coalesced,
            asks: asks(source),
            held_until: source.held_until.map(date::rfc3339),
            follows: source.follows.clone(),
            moved_to: source.moves.moved_to.clone(),
            moved_at: source.moves.moved_at.map(date::rfc3339),
            moving: moving(source),
            withdrawn: source.withdrawn,
            full_text: pages_sheet(&source.pages),
            panics: panics_sheet(&source.panics),
            kept_document: source.specimen.map(date::rfc3339),
            pushed: last.is_some_and(|visit| visit.pushed),
            push: push_sheet(source),
            oddities: last
                .iter()
                .flat_map(|visit| &visit.oddities)
                .cloned()
                .map(|(code, at, message)| OdditySheet { code, at, message })
                .collect(),
        }
    };
    Shape {
        totals: totals(counts),
        sources: facts.iter().map(source).collect(),
    }
}

fn asks(source: &SourceFacts) -> Option<AsksShape> {
    let asks = &source.asks;
    (source.ttl.is_some() || *asks != Asks::default()).then(|| AsksShape {
        ttl_minutes: source.ttl,
        skip_hours: asks.skip_hours.clone(),
        skip_days: asks.skip_days.iter().map(ToString::to_string).collect(),
        update_period: asks.update_period.clone(),
        update_frequency: asks.update_frequency.clone(),
    })
}

fn moving(source: &SourceFacts) -> Option<MovingShape> {
    let evidence = source.moves.evidence.as_ref()?;
    Some(MovingShape {
        to: evidence.to.clone(),
        since: date::rfc3339(evidence.since),
        visits: evidence.visits,
        merge_with: source.merge_with.clone(),
    })
}

/// What the operator should know of a source, and do about it.
fn of_its_address(source: &SourceFacts) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(to) = &source.moves.moved_to {
        lines.push(format!(
            "moved permanently to {to}, where it is asked now; put that in feeds.toml (`refresh {} --force` asks the old address again)",
            source.id
        ));
    }
    if let Some(other) = &source.merge_with {
        lines.push(format!(
            "moving to the address of source {other}: one of the two is enough, and this one stays where it is"
        ));
    } else if let Some(evidence) = &source.moves.evidence {
        lines.push(format!(
            "seems to be moving to {}: {} visits say so, the first on {}",
            evidence.to,
            evidence.visits,
            date::rfc3339(evidence.since)
        ));
    }
    if let Some(leader) = &source.follows {
        lines.push(format!(
            "has the address of source {leader}, whose visits serve both"
        ));
    }
    lines.extend(panics_in_words(&source.panics));
    if source.specimen.is_some() {
        lines.push(format!(
            "a parser failed on its document, which is kept: `headwater inspect --kept {} --raw` prints it, for a bug report",
            source.id
        ));
    }
    lines
}

/// One line a source, the worst first, and below what there is to do.
fn table(totals: Totals, mut facts: Vec<SourceFacts>) -> String {
    facts.sort_by(|a, b| b.failures.cmp(&a.failures).then_with(|| a.id.cmp(&b.id)));
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    // Most sources name no hub; where none does, there is nothing to say.
    let hubs = facts.iter().any(|source| source.announced.is_some());
    let mut header = vec![
        "source",
        "entries",
        "last visit",
        "outcome",
        "next",
        "because",
    ];
    header.extend(hubs.then_some("push"));
    table.set_header(header);
    let now = Utc::now();
    for source in &facts {
        let last = source.last.as_ref();
        let outcome = match last {
            None => "not visited yet".to_string(),
            Some(visit) => {
                visit
                    .message
                    .clone()
                    .unwrap_or_else(|| match (visit.added, visit.changed) {
                        (0, 0) => "nothing new".into(),
                        (added, 0) => format!("{added} new"),
                        (added, changed) => format!("{added} new, {changed} changed"),
                    })
            }
        };
        let mut row = vec![
            source.id.clone(),
            source.entries.to_string(),
            last.map(|visit| moment(visit.at, now)).unwrap_or_default(),
            out::tame(&outcome),
            source
                .next_due
                .map_or("never".into(), |due| moment(due, now)),
            match &source.rhythm {
                Some(rhythm) => format!("{}; {}", source.due_because, rhythm_in_short(rhythm)),
                None => source.due_because.clone(),
            },
        ];
        row.extend(hubs.then(|| push_in_a_word(source, now)));
        table.add_row(row);
    }
    let mut text = format!(
        "{} sources, {} entries, {} stories\n\n{table}\n",
        totals.sources, totals.entries, totals.stories
    );
    for source in &facts {
        for line in of_its_address(source) {
            text.push_str(&format!("\n{}: {}", source.id, out::tame(&line)));
        }
    }
    text
}

fn in_full(source: &SourceFacts) -> String {
    let mut text = format!(
        "{}  {}\n  {}\n  {} entries, {} failures in a row\n",
        out::bold(&source.id),
        out::tame(&source.name),
        out::tame(&source.address),
        source.entries,
        source.failures
    );
    for line in of_its_address(source) {
        text.push_str(&format!("  {}\n", out::tame(&line)));
    }
    if source.withdrawn > 0 {
        text.push_str(&format!("  {} entries withdrawn\n", source.withdrawn));
    }
    text.push_str(&pages_in_words(&source.pages));
    text.push_str(&push_in_words(source));
    match &source.last {
        None => text.push_str("  not visited yet\n"),
        Some(visit) => {
            let status = visit
                .status
                .map(|status| format!(", HTTP {status}"))
                .unwrap_or_default();
            text.push_str(&format!(
                "  {} {}: {}{status}, {} new, {} changed, {} ms\n",
                match visit.pushed {
                    true => "last told by its hub",
                    false => "last visit",
                },
                date::rfc3339(visit.at),
                visit.outcome,
                visit.added,
                visit.changed,
                visit.took.as_millis()
            ));
            if let Some(message) = &visit.message {
                text.push_str(&format!("  {}\n", out::tame(message)));
            }
            for (code, at, message) in &visit.oddities {
                text.push_str(&format!(
                    "  oddity {code} at {}: {}\n",
                    out::tame(at),
                    out::tame(message)
                ));
            }
        }
    }
    text.push_str(&timing_in_words(source));
    let why = Because::parse(&source.due_because).map_or("", Because::sentence);
    match source.next_due {
        Some(due) => text.push_str(&format!("  next visit {}: {why}\n", date::rfc3339(due))),
        None => text.push_str("  never visited again: the publisher said twice that it is gone; remove the source or change its address\n"),
    }
    text
}
