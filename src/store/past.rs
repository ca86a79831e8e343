//! When a source was read and what it brought, for whoever follows its rhythm; and what following it comes to.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::shapes::{dated, instant, millis};
use super::{Store, StoreError};
use crate::schedule::{Forecast, Past, Sighting};

/// Most entries a rhythm is learned from, the latest: a month of one that says something every twenty minutes.
const SIGHTINGS: i64 = 2_000;

/// A lease is a minute from when it was last renewed: one that ends later was taken when the clock was wrong.
const LONGEST_LEASE: TimeDelta = TimeDelta::hours(1);

#[derive(Serialize, Deserialize)]
struct ForecastShape {
    entries_a_day: f64,
    visits_a_day: f64,
    delay_seconds: u64,
    regularity: f64,
    saved: f64,
}

pub(super) fn forecast_to_json(forecast: &Forecast) -> Result<String, serde_json::Error> {
    serde_json::to_string(&ForecastShape {
        entries_a_day: forecast.entries_a_day,
        visits_a_day: forecast.visits_a_day,
        delay_seconds: forecast.delay.as_secs(),
        regularity: forecast.regularity,
        saved: forecast.saved,
    })
}

/// What was forecast; nothing of a text that is not ours.
pub(super) fn forecast_from_json(json: &str) -> Option<Forecast> {
    let shape: ForecastShape = serde_json::from_str(json).ok()?;
    Some(Forecast {
        entries_a_day: shape.entries_a_day,
        visits_a_day: shape.visits_a_day,
        delay: Duration::from_secs(shape.delay_seconds),
        regularity: shape.regularity,
        saved: shape.saved,
    })
}

impl Store {
    /// What is known since then of when a source spoke and was listened to: visits that read it or learned that nothing was new, and its entries as first
    /// seen and as dated, by themselves or else by their last change.
    pub fn past(&self, source: &str, since: DateTime<Utc>) -> Result<Past, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT at FROM visits WHERE source = ?1 AND at >= ?2 AND outcome IN ('fresh', 'unchanged') ORDER BY at",
        )?;
        let looks = find.query_map(params![source, millis(since)], |row| {
            Ok(instant(row.get(0)?))
        })?;
        let looks = looks.collect::<Result<_, _>>()?;
        let mut find = self.conn.prepare_cached(
            "SELECT first_seen, published, published_how, updated, updated_how FROM entries WHERE source = ?1 AND first_seen >= ?2
             ORDER BY first_seen DESC, id DESC LIMIT ?3",
        )?;
        let sightings = find.query_map(params![source, millis(since), SIGHTINGS], |row| {
            let published = dated(row.get(1)?, row.get(2)?);
            let dated = match published {
                Some(dated) => Some(dated),
                None => dated(row.get(3)?, row.get(4)?),
            };
            Ok(Sighting {
                seen: instant(row.get(0)?),
                dated: dated.map(|dated| (dated.said(), dated.stamp.precision)),
            })
        })?;
        Ok(Past {
            looks,
            sightings: sightings.collect::<Result<_, _>>()?,
        })
    }

    /// When a source is due, as it was set last; `None` of one that is not known.
    pub fn due(&self, source: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT due FROM sources WHERE id = ?1")?;
        let mut found = find.query_map([source], |row| Ok(instant(row.get(0)?)))?;
        Ok(found.next().transpose()?)
    }

    /// Counts slots of a source's schedule that get no visit of their own (C11).
    pub fn coalesce(&self, source: &str, slots: u32) -> Result<(), StoreError> {
        if slots > 0 {
            self.conn
                .prepare_cached("UPDATE sources SET coalesced = coalesced + ?2 WHERE id = ?1")?
                .execute(params![source, slots])?;
        }
        Ok(())
    }

    /// Keeps what following a source's rhythm comes to; nothing of a source that has another schedule.
    pub fn record_rhythm(
        &self,
        source: &str,
        forecast: Option<&Forecast>,
    ) -> Result<(), StoreError> {
        let rhythm = forecast.map(forecast_to_json).transpose()?;
        self.conn
            .prepare_cached("UPDATE sources SET rhythm = ?2 WHERE id = ?1 AND rhythm IS NOT ?2")?
            .execute(params![source, rhythm])?;
        Ok(())
    }

    /// When any listed source was visited last; `None` before the first visit.
    pub fn visited_last(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT max(visited) FROM sources WHERE active = 1")?;
        let last: Option<i64> = find.query_row([], |row| row.get(0))?;
        Ok(last.map(instant))
    }

    /// Listed sources that were visited after `now`, which only a clock can have done that was put back since; with when they are due and why.
    pub fn visited_after(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, DateTime<Utc>, String)>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id, due, due_because FROM sources WHERE active = 1 AND retired = 0 AND visited > ?1 ORDER BY id",
        )?;
        let rows = find.query_map([millis(now)], |row| {
            Ok((row.get(0)?, instant(row.get(1)?), row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sets a source's next visit, earlier or later.
    pub fn set_due(
        &self,
        source: &str,
        due: DateTime<Utc>,
        because: &str,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE sources SET due = ?2, due_because = ?3 WHERE id = ?1")?
            .execute(params![source, millis(due), because])?;
        Ok(())
    }

    /// Moves every wait that was set when the clock was wrong back `by` as much as the clock was: of sources visited after `now` what their server asked and what is
    /// to be confirmed, of servers and pages all that lies ahead. Leases that no process can hold end. When sources are due is for
    /// [`set_due`](Store::set_due); what was visited, seen and published stays as it was written.
    pub fn put_back(&self, by: TimeDelta, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (by, now_millis) = (by.num_milliseconds(), millis(now));
        let lease = millis(now + LONGEST_LEASE);
        let back = |column: &str| {
            format!("{column} = CASE WHEN {column} > ?2 THEN {column} - ?1 ELSE {column} END")
        };
        let columns = [
            "retry_at",
            "gone_since",
            "purge_since",
            "evidence_since",
            "moved_at",
        ]
        .map(back)
        .join(", ");
        // `visited` last, so that all of a row is judged by what it was.
        self.conn.execute(
            &format!("UPDATE sources SET {columns}, visited = visited - ?1 WHERE visited > ?2"),
            params![by, now_millis],
        )?;
        let ends = "leased_until = 0, leased_by = NULL WHERE leased_until > ?1";
        for table in ["sources", "pages"] {
            self.conn
                .execute(&format!("UPDATE {table} SET {ends}"), [lease])?;
        }
        self.conn.execute(
            "UPDATE servers SET held_until = held_until - ?1 WHERE held_until > ?2",
            params![by, now_millis],
        )?;
        self.conn.execute(
            "UPDATE pages SET due = due - ?1, asked = asked - ?1 WHERE asked > ?2 AND due IS NOT NULL",
            params![by, now_millis],
        )?;
        Ok(())
    }
}
