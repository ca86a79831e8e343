//! Visits on which headwater itself failed: contained, and counted here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::shapes::instant;
use super::{Store, StoreError};

/// What headwater made of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Panics {
    /// Among the visits that are remembered.
    pub count: u64,
    /// When the last one was, and what it said.
    pub last: Option<(DateTime<Utc>, String)>,
}

impl Store {
    /// Panics by source; sources without any are not in it.
    pub(super) fn panics(&self) -> Result<BTreeMap<String, Panics>, StoreError> {
        // With max(), SQLite takes the other columns from the row that has it.
        let mut find = self.conn.prepare_cached(
            "SELECT source, count(*), max(at), coalesce(message, '') FROM visits WHERE outcome = 'panicked' GROUP BY source",
        )?;
        let rows = find.query_map([], |row| {
            let panics = Panics {
                count: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
                last: Some((instant(row.get(2)?), row.get(3)?)),
            };
            Ok((row.get(0)?, panics))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
