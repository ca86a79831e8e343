//! The counters by name, with what each means. docs/metrics.md tells the same at more length.

use std::borrow::Cow;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::words::{Contained, Ended, Reloaded};

pub(super) type Labels = Vec<(&'static str, Cow<'static, str>)>;
pub(super) type Counts = Family<Labels, Counter>;

/// Before every name.
pub(super) const PREFIX: &str = "headwater";

/// From a 304 on the same continent to the 30 s that a visit may take, and beyond: waiting for one's turn counts.
const VISITS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];

/// Work at the store: from a commit in memory to a disk that is stuck.
const WORK: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Arrivals in one commit, up to the most there are.
const GROUPS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// From the end of a visit to the shelf: within a second, when all is well.
const SETTLED: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// From the origin's change to the shelf: seconds with a push, a schedule's length with polling.
const FRESH: [f64; 9] = [
    1.0, 2.0, 10.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0,
];

/// Everything that is counted.
pub(super) struct Kept {
    pub registry: Registry,
    pub visits: Counts,
    pub visit_seconds: Histogram,
    pub visit_bytes: Counter,
    pub pushes: Counts,
    pub entries: Counts,
    pub verdicts: Counts,
    pub oddities: Counts,
    pub pages: Counts,
    pub texts: Counts,
    pub commits: Counts,
    pub commit_seconds: Histogram,
    pub commit_arrivals: Histogram,
    pub compositions: Counts,
    pub composition_seconds: Histogram,
    pub feeds_composed: Counter,
    pub settled_lag: Histogram,
    pub origin_lag: Histogram,
    pub reloads: Counts,
    pub panics: Counts,
    pub requests: Counts,
}

impl Kept {
    pub(super) fn registered() -> Kept {
        let mut registry = Registry::with_prefix(PREFIX);
        let of = &mut registry;
        let kept = Kept {
            visits: counts(of, "visits", "Visits to sources, by outcome"),
            visit_seconds: seconds(of, "visit_duration", "Visits from claim to end", &VISITS),
            visit_bytes: bytes(of, "visit_received", "Bodies of answers, as sent"),
            pushes: counts(of, "pushes", "Deliveries of hubs, by outcome"),
            entries: counts(of, "entries", "Entries that were added or changed"),
            verdicts: counts(
                of,
                "verdicts",
                "Entries given to a story, by the rule that gave them; a founder is a new story",
            ),
            oddities: counts(
                of,
                "oddities",
                "Faults of documents that were read all the same",
            ),
            pages: counts(
                of,
                "pages",
                "Pages of articles that were asked for, by outcome",
            ),
            texts: counts(
                of,
                "page_texts",
                "Pages that were read, by the rule that chose a text",
            ),
            commits: counts(of, "commits", "Attempts to store arrivals"),
            commit_seconds: seconds(of, "commit_duration", "Attempts to store arrivals", &WORK),
            commit_arrivals: sized(
                of,
                "commit_arrivals",
                "Visits, pages and deliveries in one commit",
            ),
            compositions: counts(of, "compositions", "Attempts to compose what is stale"),
            composition_seconds: seconds(
                of,
                "composition_duration",
                "Attempts to compose what is stale",
                &WORK,
            ),
            feeds_composed: total(of, "feeds_composed", "Feeds composed"),
            settled_lag: seconds(
                of,
                "visit_to_shelf",
                "News from the end of its visit, or from its delivery, to the shelf",
                &SETTLED,
            ),
            origin_lag: seconds(
                of,
                "origin_to_shelf",
                "News from the Last-Modified of its document to the shelf",
                &FRESH,
            ),
            reloads: counts(of, "reloads", "Changes of the configuration, by outcome"),
            panics: counts(
                of,
                "panics",
                "Panics that were contained; please report them",
            ),
            requests: counts(of, "http_requests", "Answers given"),
            registry: Registry::default(),
        };
        kept.begin();
        Kept { registry, ..kept }
    }

    /// Shows at nought what has not happened yet, so that its first time is seen as a change.
    fn begin(&self) {
        for outcome in ["fresh", "unchanged", "gone"] {
            count(&self.visits, &[("outcome", outcome)], 0);
        }
        for outcome in ["fresh", "unchanged", "pinged"] {
            count(&self.pushes, &[("outcome", outcome)], 0);
        }
        for rule in ["founder", "same-address", "same-text"] {
            count(&self.verdicts, &[("rule", rule)], 0);
        }
        for contained in Contained::ALL {
            count(&self.panics, &[("where", contained.as_str())], 0);
        }
        for reloaded in Reloaded::ALL {
            count(&self.reloads, &[("outcome", reloaded.as_str())], 0);
        }
        for ended in Ended::ALL {
            count(&self.commits, &[("outcome", ended.as_str())], 0);
            count(&self.compositions, &[("outcome", ended.as_str())], 0);
        }
        for outcome in ["read", "robots"] {
            count(&self.pages, &[("outcome", outcome)], 0);
        }
        for rule in ["fuller", "empty", "elsewhere", "shorter", "no-gain"] {
            count(&self.texts, &[("rule", rule)], 0);
        }
        for change in ["added", "changed"] {
            count(&self.entries, &[("change", change)], 0);
        }
    }
}

/// Counts under these labels.
pub(super) fn count(counts: &Counts, labels: &[(&'static str, &'static str)], by: u64) {
    let labels: Labels = labels.iter().map(|(k, v)| (*k, (*v).into())).collect();
    counts.get_or_create(&labels).inc_by(by);
}

fn counts(registry: &mut Registry, name: &str, help: &str) -> Counts {
    let counts = Counts::default();
    registry.register(name, help, counts.clone());
    counts
}

fn total(registry: &mut Registry, name: &str, help: &str) -> Counter {
    let counter = Counter::default();
    registry.register(name, help, counter.clone());
    counter
}

fn bytes(registry: &mut Registry, name: &str, help: &str) -> Counter {
    let counter = Counter::default();
    registry.register_with_unit(name, help, Unit::Bytes, counter.clone());
    counter
}

fn seconds(registry: &mut Registry, name: &str, help: &str, bounds: &[f64]) -> Histogram {
    let histogram = Histogram::new(bounds.iter().copied());
    registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
    histogram
}

fn sized(registry: &mut Registry, name: &str, help: &str) -> Histogram {
    let histogram = Histogram::new(GROUPS);
    registry.register(name, help, histogram.clone());
    histogram
}
