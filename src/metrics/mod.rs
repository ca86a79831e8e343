//! What the daemon counts of itself, for Prometheus and whoever else reads OpenMetrics. The only room that knows the format.
//!
//! A [`Metrics`] is a value: whoever does something is given one and tells it. There is no global recorder, so that two daemons in one process, as tests
//! have them, count apart. What is true of a moment and not counted (queues, sizes, the process) is handed in as a [`Moment`] when it is asked for.
//!
//! Labels are names of ours or ids of feeds, and nothing that a stranger sends: no address, no id of a story. So their number is bounded.

mod moment;
mod register;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use moment::{Moment, Process};

use crate::pipeline::{PageTally, Tally};

/// Content type of [`Metrics::text`] (OpenMetrics 1.0 §4).
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels = Vec<(&'static str, Cow<'static, str>)>;
type Counts = Family<Labels, Counter>;

/// The counters of one daemon. Cloning gives another handle on the same ones.
#[derive(Clone)]
pub struct Metrics {
    kept: Arc<Kept>,
}

struct Kept {
    registry: Registry,
    visits: Counts,
    visit_seconds: Histogram,
    visit_bytes: Counter,
    entries: Counts,
    verdicts: Counts,
    oddities: Counts,
    pages: Counts,
    texts: Counts,
    commits: Counts,
    commit_seconds: Histogram,
    commit_arrivals: Histogram,
    compositions: Counts,
    composition_seconds: Histogram,
    feeds_composed: Counter,
    settled_lag: Histogram,
    origin_lag: Histogram,
    reloads: Counts,
    panics: Counts,
    requests: Counts,
}

/// Where a panic was contained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contained {
    /// While a source was visited or its document read.
    Visit,
    /// While an article's page was had or read.
    Page,
    /// On the thread that keeps the store.
    Keeper,
}

/// How an attempt at the store ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Done,
    Failed,
}

/// What became of a changed feeds.toml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reloaded {
    Taken,
    /// It is wrong; the one in force stays.
    Refused,
    /// The store did not answer; it is tried again.
    Postponed,
}

/// One HTTP answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// `public` or `admin`.
    pub listener: &'static str,
    /// The kind of address: `feed`, `index`, `story`, `health`, `status`, `metrics` or `other`.
    pub route: &'static str,
    pub status: u16,
    /// The content coding of the body; `none` when it has none.
    pub coding: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            kept: Arc::new(Kept::registered()),
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Counts a visit that was settled.
    pub fn visited(&self, tally: &Tally) {
        let kept = &self.kept;
        count(&kept.visits, &[("outcome", tally.outcome)], 1);
        kept.visit_seconds.observe(tally.took.as_secs_f64());
        kept.visit_bytes.inc_by(tally.bytes);
        count(&kept.entries, &[("change", "added")], tally.added as u64);
        count(
            &kept.entries,
            &[("change", "changed")],
            tally.changed as u64,
        );
        for rule in &tally.verdicts {
            count(&kept.verdicts, &[("rule", rule)], 1);
        }
        for code in &tally.oddities {
            count(&kept.oddities, &[("code", code)], 1);
        }
    }

    /// Counts an article's page that was settled.
    pub fn page(&self, tally: &PageTally) {
        count(&self.kept.pages, &[("outcome", tally.outcome)], 1);
        if let Some(rule) = tally.rule {
            count(&self.kept.texts, &[("rule", rule.as_str())], 1);
        }
    }

    /// Counts an attempt to store arrivals.
    pub fn committed(&self, ended: Ended, arrivals: usize, took: Duration) {
        count(&self.kept.commits, &[("outcome", ended.as_str())], 1);
        self.kept.commit_seconds.observe(took.as_secs_f64());
        if ended == Ended::Done {
            self.kept.commit_arrivals.observe(arrivals as f64);
        }
    }

    /// Counts an attempt to compose feeds.
    pub fn composed(&self, ended: Ended, feeds: usize, took: Duration) {
        count(&self.kept.compositions, &[("outcome", ended.as_str())], 1);
        self.kept.composition_seconds.observe(took.as_secs_f64());
        if ended == Ended::Done {
            self.kept.feeds_composed.inc_by(feeds as u64);
        }
    }

    /// Notes how long news took to the shelf: from the end of the visit that brought it, and, where its server dates the document, from then.
    pub fn published(&self, since_visit: Duration, since_change: Option<Duration>) {
        self.kept.settled_lag.observe(since_visit.as_secs_f64());
        if let Some(since) = since_change {
            self.kept.origin_lag.observe(since.as_secs_f64());
        }
    }

    pub fn reloaded(&self, reloaded: Reloaded) {
        count(&self.kept.reloads, &[("outcome", reloaded.as_str())], 1);
    }

    pub fn panicked(&self, contained: Contained) {
        count(&self.kept.panics, &[("where", contained.as_str())], 1);
    }

    pub fn answered(&self, answered: &Answered) {
        let labels = vec![
            ("listener", answered.listener.into()),
            ("route", answered.route.into()),
            ("status", answered.status.to_string().into()),
            ("coding", answered.coding.into()),
        ];
        self.kept.requests.get_or_create(&labels).inc();
    }

    /// Everything as text. Empty when it could not be written, which only memory could prevent.
    pub fn text(&self, moment: &Moment) -> String {
        let mut text = String::new();
        let written = encode_registry(&mut text, &self.kept.registry)
            .and_then(|()| moment.write(&mut text))
            .and_then(|()| encode_eof(&mut text));
        written.map_or_else(|_| String::new(), |()| text)
    }
}

fn count(counts: &Counts, labels: &[(&'static str, &'static str)], by: u64) {
    let labels: Labels = labels.iter().map(|(k, v)| (*k, (*v).into())).collect();
    counts.get_or_create(&labels).inc_by(by);
}

impl Contained {
    const ALL: [Contained; 3] = [Contained::Visit, Contained::Page, Contained::Keeper];

    fn as_str(self) -> &'static str {
        match self {
            Contained::Visit => "visit",
            Contained::Page => "page",
            Contained::Keeper => "keeper",
        }
    }
}

impl Ended {
    const ALL: [Ended; 2] = [Ended::Done, Ended::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Ended::Done => "done",
            Ended::Failed => "failed",
        }
    }
}

impl Reloaded {
    const ALL: [Reloaded; 3] = [Reloaded::Taken, Reloaded::Refused, Reloaded::Postponed];

    fn as_str(self) -> &'static str {
        match self {
            Reloaded::Taken => "taken",
            Reloaded::Refused => "refused",
            Reloaded::Postponed => "postponed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_daemons_in_one_process_count_apart() {
        let (one, other) = (Metrics::default(), Metrics::default());
        one.clone().panicked(Contained::Visit);
        let line = "headwater_panics_total{where=\"visit\"} ";
        let moment = Moment::default();
        assert!(one.text(&moment).contains(&format!("{line}1\n")));
        assert!(other.text(&moment).contains(&format!("{line}0\n")));
    }

    #[test]
    fn answers_are_counted_by_kind_and_never_by_address() {
        let metrics = Metrics::default();
        let answered = Answered {
            listener: "public",
            route: "feed",
            status: 200,
            coding: "br",
        };
        metrics.answered(&answered);
        metrics.answered(&answered);
        let text = metrics.text(&Moment::default());
        assert!(text.contains(
            "headwater_http_requests_total{listener=\"public\",route=\"feed\",status=\"200\",coding=\"br\"} 2\n"
        ));
    }

    #[test]
    fn a_group_that_was_not_stored_has_no_size() {
        let metrics = Metrics::default();
        metrics.committed(Ended::Failed, 9, Duration::from_millis(3));
        metrics.committed(Ended::Done, 2, Duration::from_millis(3));
        let text = metrics.text(&Moment::default());
        for line in [
            "headwater_commits_total{outcome=\"failed\"} 1",
            "headwater_commit_arrivals_sum 2.0",
            "headwater_commit_arrivals_count 1",
            "headwater_commit_duration_seconds_count 2",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
