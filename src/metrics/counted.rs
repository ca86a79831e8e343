//! The counters, and who tells them what.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::{encode_eof, encode_registry};

use super::moment::Moment;
use super::register::{Kept, count};
use super::words::{Answered, Contained, Ended, Reloaded};
use crate::pipeline::{PageTally, PushTally, Tally};

/// Content type of [`Metrics::text`] (OpenMetrics 1.0 §4).
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The counters of one daemon. Cloning gives another handle on the same ones.
#[derive(Clone)]
pub struct Metrics {
    kept: Arc<Kept>,
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
        self.took_in((tally.added, tally.changed), &tally.verdicts);
        self.odd(&tally.oddities);
    }

    /// Counts a delivery of a hub that was settled.
    pub fn pushed(&self, tally: &PushTally) {
        count(&self.kept.pushes, &[("outcome", tally.outcome)], 1);
        self.took_in((tally.added, tally.changed), &tally.verdicts);
        self.odd(&tally.oddities);
    }

    fn took_in(&self, (added, changed): (usize, usize), verdicts: &[&'static str]) {
        let kept = &self.kept;
        count(&kept.entries, &[("change", "added")], added as u64);
        count(&kept.entries, &[("change", "changed")], changed as u64);
        for rule in verdicts {
            count(&kept.verdicts, &[("rule", rule)], 1);
        }
    }

    fn odd(&self, codes: &[&'static str]) {
        for code in codes {
            count(&self.kept.oddities, &[("code", code)], 1);
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
    fn what_a_hub_sent_is_counted_as_a_delivery_and_its_entries_like_any() {
        let metrics = Metrics::default();
        metrics.pushed(&PushTally {
            source: "paper".into(),
            ended: chrono::DateTime::UNIX_EPOCH,
            outcome: "fresh",
            added: 2,
            changed: 1,
            oddities: vec!["no-date"],
            verdicts: vec!["founder", "same-text"],
            failure: None,
        });
        let text = metrics.text(&Moment::default());
        for line in [
            "headwater_pushes_total{outcome=\"fresh\"} 1",
            "headwater_visits_total{outcome=\"fresh\"} 0",
            "headwater_entries_total{change=\"added\"} 2",
            "headwater_entries_total{change=\"changed\"} 1",
            "headwater_verdicts_total{rule=\"same-text\"} 1",
            "headwater_oddities_total{code=\"no-date\"} 1",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
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
