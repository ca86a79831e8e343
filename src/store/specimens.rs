//! Documents on which a parser failed, one a source, until it reads well again.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::shapes::{instant, millis};
use super::{Store, StoreError};
use crate::ingest::Specimen;

impl Store {
    /// Keeps the document, in place of an earlier one.
    pub fn keep_specimen(
        &self,
        source: &str,
        specimen: &Specimen,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let size = i64::try_from(specimen.size).unwrap_or(i64::MAX);
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO specimens (source, at, said, address, content_type, size, packed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                source, millis(now), specimen.said, specimen.address, specimen.content_type, size, specimen.packed
            ])?;
        Ok(())
    }

    /// The document kept of a source, and when it came.
    pub fn specimen(&self, source: &str) -> Result<Option<(DateTime<Utc>, Specimen)>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT at, said, address, content_type, size, packed FROM specimens WHERE source = ?1",
        )?;
        let found = find.query_row([source], |row| {
            let specimen = Specimen {
                said: row.get(1)?,
                address: row.get(2)?,
                content_type: row.get(3)?,
                size: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
                packed: row.get(5)?,
            };
            Ok((instant(row.get(0)?), specimen))
        });
        Ok(found.optional()?)
    }

    /// Drops what is kept of a source.
    pub fn drop_specimen(&self, source: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM specimens WHERE source = ?1")?
            .execute([source])?;
        Ok(())
    }
}
