//! Servers that asked to be left alone (F14).

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::shapes::{instant, millis};
use super::{Store, StoreError};

/// Until when the server of the source `s` is to be left alone, whether it is where the source is asked or where redirects led last time.
pub(super) const HELD: &str =
    "coalesce((SELECT max(h.held_until) FROM servers h WHERE h.server IN (s.server, s.via)), 0)";

impl Store {
    /// Leaves a server alone until then, all its sources with it. Never shortens what it asked for before. What has passed is forgotten.
    pub fn hold(
        &self,
        server: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM servers WHERE held_until <= ?1")?
            .execute([millis(now)])?;
        self.conn
            .prepare_cached(
                "INSERT INTO servers (server, held_until) VALUES (?1, ?2) ON CONFLICT (server) DO UPDATE SET held_until = max(held_until, excluded.held_until)",
            )?
            .execute(params![server, millis(until)])?;
        Ok(())
    }

    /// Listed sources at a server that are due before then.
    pub fn due_at_server(
        &self,
        server: &str,
        before: DateTime<Utc>,
    ) -> Result<Vec<String>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM sources WHERE active = 1 AND retired = 0 AND ?1 IN (server, via) AND due < ?2 ORDER BY id",
        )?;
        let rows = find.query_map(params![server, millis(before)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Until when a source is to be left alone because its server said so, to it or to another (F14); `None` when it may be asked.
    pub fn left_alone_until(
        &self,
        source: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut find = self.conn.prepare_cached(&format!(
            "SELECT max(coalesce(retry_at, 0), {HELD}) FROM sources s WHERE id = (SELECT coalesce(follows, id) FROM sources WHERE id = ?1)"
        ))?;
        let found: Option<i64> = find.query_row([source], |row| row.get(0)).optional()?;
        Ok(found.map(instant).filter(|until| *until > now))
    }
}
