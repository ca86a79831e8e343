//! When a source is visited, as push has its word in it; and the record of what hubs bring.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::shapes::{instant, millis, oddities_to_json};
use super::{Store, StoreError};
use crate::ingest::Oddity;

/// When a source is due, and what bears upon it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The last poll.
    pub visited: Option<DateTime<Utc>>,
    pub due: DateTime<Utc>,
    pub because: String,
    /// Before which nothing may make it due (F11, F14).
    pub earliest: DateTime<Utc>,
}

/// What a delivery leaves behind, but for its entries. The memory of polling is not touched (F4, F7).
#[derive(Clone, Debug)]
pub struct PushRecord<'a> {
    pub source: &'a str,
    pub at: DateTime<Utc>,
    pub took: Duration,
    /// `fresh`, `unchanged`, `pinged` or a failure's code.
    pub outcome: &'a str,
    pub bytes: u64,
    pub added: usize,
    pub changed: usize,
    pub message: Option<String>,
    pub oddities: &'a [Oddity],
}

impl Store {
    /// Keeps before when no ping makes a source due. Only for sources that announce a hub; others are not pinged.
    pub fn record_earliest(&self, source: &str, earliest: DateTime<Utc>) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE hubs SET earliest = ?2 WHERE source = ?1")?
            .execute(params![source, millis(earliest)])?;
        Ok(())
    }

    /// When a source is due; `None` when it is not listed, or gone for good.
    pub fn plan(&self, source: &str) -> Result<Option<Plan>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT s.visited, s.due, s.due_because, coalesce(h.earliest, 0) FROM sources s LEFT JOIN hubs h ON h.source = s.id
             WHERE s.id = ?1 AND s.active = 1 AND s.retired = 0",
        )?;
        let found = find.query_row([source], |row| {
            Ok(Plan {
                visited: row.get::<_, Option<i64>>(0)?.map(instant),
                due: instant(row.get(1)?),
                because: row.get(2)?,
                earliest: instant(row.get(3)?),
            })
        });
        Ok(found.optional()?)
    }

    /// Listed sources that have the address of this one and leave the asking to it.
    pub fn followers(&self, source: &str) -> Result<Vec<String>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM sources WHERE active = 1 AND follows = ?1 ORDER BY rowid",
        )?;
        let rows = find.query_map([source], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records what a hub brought. In the transaction of its entries.
    pub fn record_push(&self, push: &PushRecord<'_>) -> Result<(), StoreError> {
        let oddities = oddities_to_json(push.oddities)?;
        let took = i64::try_from(push.took.as_millis()).unwrap_or(i64::MAX);
        let bytes = i64::try_from(push.bytes).unwrap_or(i64::MAX);
        self.conn
            .prepare_cached(
                "INSERT INTO visits (source, at, took, outcome, bytes, added, changed, message, oddities, pushed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)",
            )?
            .execute(params![
                push.source,
                millis(push.at),
                took,
                push.outcome,
                bytes,
                push.added as i64,
                push.changed as i64,
                push.message,
                oddities
            ])?;
        self.forget_old_visits(push.source)?;
        if push.added + push.changed > 0 {
            self.conn
                .prepare_cached("UPDATE sources SET news = ?2 WHERE id = ?1")?
                .execute(params![push.source, millis(push.at)])?;
        }
        Ok(())
    }
}
