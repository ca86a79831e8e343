//! How long news takes from its origin to the shelf.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ingest::{Arrival, Visit};
use crate::metrics::Metrics;

/// How old a document may call itself that is news now. What is older was not waited for: it is a first visit, or a server that dates at random.
const LATELY: TimeDelta = TimeDelta::hours(24);

/// Visits and deliveries remembered until their news is published. Feeds that cannot be composed for long must not fill memory.
const MOST: usize = 4096;

/// Visits and deliveries whose news is settled and not on the shelf yet: when each ended, and when its document changed.
#[derive(Debug, Default)]
pub(super) struct News {
    waiting: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
}

impl News {
    /// Notes a visit that brought news.
    pub fn add(&mut self, visit: &Visit) {
        let took = TimeDelta::from_std(visit.took).unwrap_or_default();
        let ended = visit.at.checked_add_signed(took).unwrap_or(visit.at);
        self.note(ended, changed(visit, ended));
    }

    /// Notes news that a hub sent, and that was read by then. When it changed at its origin nobody said.
    pub fn add_pushed(&mut self, ended: DateTime<Utc>) {
        self.note(ended, None);
    }

    fn note(&mut self, ended: DateTime<Utc>, changed: Option<DateTime<Utc>>) {
        if self.waiting.len() < MOST {
            self.waiting.push((ended, changed));
        }
    }

    /// It is on the shelf.
    pub fn published(&mut self, now: DateTime<Utc>, metrics: &Metrics) {
        for (ended, changed) in self.waiting.drain(..) {
            let since = |at: DateTime<Utc>| (now - at).to_std().unwrap_or_default();
            metrics.published(since(ended), changed.map(since));
        }
    }
}

/// When the document changed, as its server dates it (RFC 9110 §8.8.2), when that can be.
fn changed(visit: &Visit, ended: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Arrival::Fresh(fresh) = &visit.arrival else {
        return None;
    };
    let said = fresh.memory.validators.last_modified.as_deref()?;
    let said = std::str::from_utf8(said).ok()?;
    let at: DateTime<Utc> = httpdate::parse_http_date(said).ok()?.into();
    (at <= ended && ended - at <= LATELY).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{Fresh, Memory, Validators};
    use crate::metrics::Moment;
    use std::time::Duration;

    fn visit(last_modified: &str) -> Visit {
        let memory = Memory {
            validators: Validators {
                etag: None,
                last_modified: Some(last_modified.into()),
            },
            ..Memory::default()
        };
        Visit {
            source: "a".into(),
            at: "2025-11-09T16:10:00Z".parse().unwrap(),
            took: Duration::from_secs(2),
            answer: None,
            arrival: Arrival::Fresh(Box::new(Fresh {
                memory,
                ..Fresh::default()
            })),
        }
    }

    #[test]
    fn the_age_of_news_is_told_where_its_server_dates_it_credibly() {
        let (metrics, mut news) = (Metrics::default(), News::default());
        for said in [
            "Sun, 09 Nov 2025 16:09:58 GMT",
            "Sat, 01 Nov 2025 16:10:00 GMT",
            "Sun, 09 Nov 2025 17:00:00 GMT",
            "yesterday",
        ] {
            news.add(&visit(said));
        }
        news.published("2025-11-09T16:10:03Z".parse().unwrap(), &metrics);
        news.published("2025-11-09T16:10:09Z".parse().unwrap(), &metrics);
        let text = metrics.text(&Moment::default());
        for line in [
            "headwater_visit_to_shelf_seconds_sum 4.0",
            "headwater_visit_to_shelf_seconds_count 4",
            "headwater_origin_to_shelf_seconds_sum 5.0",
            "headwater_origin_to_shelf_seconds_count 1",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}
