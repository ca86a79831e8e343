//! What is remembered of the sitemaps of an index, between visits.

use rusqlite::params;

use super::{Store, StoreError};
use crate::ingest::{PartMemory, Validators};

impl Store {
    pub(super) fn parts(&self, source: &str) -> Result<Vec<PartMemory>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT url, lastmod, read, body, etag, last_modified FROM parts WHERE source = ?1 ORDER BY place",
        )?;
        let rows = find.query_map([source], |row| {
            Ok(PartMemory {
                url: row.get(0)?,
                lastmod: row.get(1)?,
                read: row.get(2)?,
                body: row.get(3)?,
                validators: Validators {
                    etag: row.get(4)?,
                    last_modified: row.get(5)?,
                },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Remembers these and no others, in the transaction of the entries that came from them (F4).
    pub(super) fn remember_parts(
        &self,
        source: &str,
        parts: &[PartMemory],
    ) -> Result<(), StoreError> {
        if self.parts(source)? == parts {
            return Ok(());
        }
        self.conn
            .prepare_cached("DELETE FROM parts WHERE source = ?1")?
            .execute([source])?;
        let mut put = self.conn.prepare_cached(
            "INSERT OR REPLACE INTO parts (source, place, url, lastmod, read, body, etag, last_modified) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for (place, part) in parts.iter().enumerate() {
            let Validators {
                etag,
                last_modified,
            } = &part.validators;
            put.execute(params![
                source,
                place as i64,
                part.url,
                part.lastmod,
                part.read,
                part.body,
                etag,
                last_modified
            ])?;
        }
        Ok(())
    }
}
