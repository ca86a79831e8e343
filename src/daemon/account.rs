//! What is told of the work that was done: counted, and in the log, each thing once.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::news::News;
use super::restraint::Failing;
use crate::ingest::{Arrival, Failure, PageArrival, Rule, Visit};
use crate::metrics::{Contained, Ended, Metrics};
use crate::pipeline::{FetchedPage, PageTally, PushTally, Tally};

/// The outcome of what a fault of ours ended.
const PANICKED: &str = "panicked";

/// Who tells of it.
pub(super) struct Account {
    metrics: Metrics,
    failing: Failing,
    /// What was settled and is not published yet.
    news: News,
}

impl Account {
    pub fn new(metrics: Metrics) -> Self {
        Account {
            metrics,
            failing: Failing::default(),
            news: News::default(),
        }
    }

    /// Forgets sources that are no longer listed.
    pub fn keep_only(&mut self, listed: &HashSet<&str>) {
        self.failing.keep_only(listed);
    }

    /// Arrivals were stored, or could not be.
    pub fn committed<T, E>(&self, settled: &Result<T, E>, arrivals: usize, took: Duration) {
        self.metrics.committed(ended(settled), arrivals, took);
    }

    /// What visits came to.
    pub fn visited(&mut self, visits: &[Visit], tallies: &[Tally], now: DateTime<Utc>) {
        for tally in tallies {
            self.metrics.visited(tally);
            self.tell(tally, now);
            let Some(visit) = visits.iter().find(|visit| visit.source == tally.source) else {
                continue;
            };
            if tally.outcome == PANICKED {
                let is_its_own = matches!(
                    visit.arrival,
                    Arrival::Failed(Failure::Panicked(_) | Failure::Parser(_))
                );
                self.metrics.panicked(match is_its_own {
                    true => Contained::Visit,
                    false => Contained::Keeper,
                });
            }
            if tally.added + tally.changed > 0 {
                self.news.add(visit);
            }
        }
    }

    /// One line for what an operator should know: news, a failure that is not known yet, a recovery. The rest is for those who want to see everything.
    fn tell(&mut self, tally: &Tally, now: DateTime<Utc>) {
        let source = &tally.source;
        if let Some(failure) = &tally.failure {
            if self.failing.fails(source, tally.outcome, now) {
                tracing::warn!(%source, outcome = tally.outcome, "{failure}; what was stored is kept");
            } else {
                tracing::debug!(%source, outcome = tally.outcome, "{failure}; what was stored is kept");
            }
            return;
        }
        let is_back = self.failing.is_well(source);
        let (outcome, added, changed) = (tally.outcome, tally.added, tally.changed);
        let oddities = tally.oddities.len();
        if is_back {
            tracing::info!(%source, outcome, added, changed, oddities, "visited; it is well again");
        } else if added + changed > 0 || outcome == "gone" {
            tracing::info!(%source, outcome, added, changed, oddities, "visited");
        } else {
            tracing::debug!(%source, outcome, added, changed, oddities, "visited");
        }
    }

    /// What articles' pages came to.
    pub fn asked(&self, pages: &[FetchedPage], tallies: &[PageTally]) {
        for page in pages {
            if let PageArrival::Failed(Failure::Panicked(_)) = page.arrival {
                self.metrics.panicked(Contained::Page);
            }
        }
        for page in tallies {
            self.metrics.page(page);
            let rule = page.rule.map(Rule::as_str);
            tracing::info!(source = %page.source, url = %page.url, outcome = page.outcome, rule, message = page.message, "page asked for");
        }
    }

    /// What deliveries of hubs came to. Their number is the hubs' to say, so what brought nothing is for those who want to see everything.
    pub fn pushed(&mut self, tallies: &[PushTally]) {
        for push in tallies {
            self.metrics.pushed(push);
            let (source, outcome) = (&push.source, push.outcome);
            let (added, changed) = (push.added, push.changed);
            if outcome == PANICKED {
                self.metrics.panicked(Contained::Visit);
            }
            if let Some(failure) = &push.failure {
                tracing::warn!(%source, outcome, "what its hub sent cannot be used, and the source is asked for it: {failure}");
            } else if added + changed > 0 {
                tracing::info!(%source, outcome, added, changed, "pushed");
                self.news.add_pushed(push.ended);
            } else {
                tracing::debug!(%source, outcome, "pushed");
            }
        }
    }

    /// Feeds were composed, or could not be.
    pub fn composed<T, E>(&self, composed: &Result<T, E>, feeds: usize, took: Duration) {
        self.metrics.composed(ended(composed), feeds, took);
    }

    /// What was settled is on the shelf now.
    pub fn published(&mut self, now: DateTime<Utc>) {
        self.news.published(now, &self.metrics);
    }

    /// Nothing is published here.
    pub fn forget_news(&mut self) {
        self.news = News::default();
    }

    /// Tells in one line of the sources that begin to fail and were too many to be told one by one.
    pub fn sum_up(&mut self, now: DateTime<Utc>) {
        if let Some(sum) = self.failing.sum(now) {
            tracing::warn!("{sum}");
        }
    }
}

fn ended<T, E>(result: &Result<T, E>) -> Ended {
    match result {
        Ok(_) => Ended::Done,
        Err(_) => Ended::Failed,
    }
}
