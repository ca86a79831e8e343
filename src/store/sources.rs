//! Sources as the store knows them: claimed for a visit, remembered after it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

use super::shapes::{instant, millis, oddities_to_json};
use super::{Store, StoreError};
use crate::ingest::{Channel, Memory, Oddity, Validators};

/// Most visits kept of one source: two months of hourly ones.
const VISITS_KEPT: i64 = 1500;

/// A source that this process may visit now: nobody else will until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub source: String,
    pub kept: Kept,
}

/// A source as feeds.toml has it, for [`Store::sync_sources`].
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub id: String,
    /// What the operator calls it.
    pub name: Option<String>,
    /// Its address as shown to people: without credentials (F38).
    pub address: String,
    /// When a source that is new here is due first, and why.
    pub first_due: DateTime<Utc>,
    pub because: &'static str,
}

/// What is remembered of a source between visits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    pub memory: Memory,
    /// Visits that failed in a row.
    pub failures: u32,
    /// The first 410 of an unbroken run (F25).
    pub gone_since: Option<DateTime<Utc>>,
    /// Minutes: the feed's `ttl` as it was said last, which holds after a 304 and after an error as well (F11).
    pub ttl: Option<u32>,
}

/// What a finished visit leaves behind, but for its entries.
#[derive(Clone, Debug)]
pub struct VisitRecord<'a> {
    pub source: &'a str,
    pub at: DateTime<Utc>,
    pub took: Duration,
    /// `fresh`, `unchanged`, `gone` or a failure's code.
    pub outcome: &'a str,
    pub status: Option<u16>,
    pub bytes: Option<u64>,
    pub added: usize,
    pub changed: usize,
    pub message: Option<String>,
    pub oddities: &'a [Oddity],
    /// The new memory; `None` keeps the old one (a failure brings none, F4).
    pub memory: Option<&'a Memory>,
    pub failures: u32,
    pub gone_since: Option<DateTime<Utc>>,
    pub retry_at: Option<DateTime<Utc>>,
    /// `None`: never again (F25).
    pub due: Option<(DateTime<Utc>, &'static str)>,
}

impl Store {
    /// Makes the store know exactly the configured sources as active; the others keep what they brought and are left alone. A source whose address
    /// changed is due anew, and what the old address said (410, Retry-After) is forgotten.
    pub fn sync_sources(&self, sources: &[Listed]) -> Result<(), StoreError> {
        self.conn
            .execute("UPDATE sources SET active = 0 WHERE active = 1", [])?;
        let mut put = self.conn.prepare_cached(
            "INSERT INTO sources (id, name, address, due, due_because) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET active = 1, name = excluded.name,
                 retired = CASE WHEN address = excluded.address THEN retired ELSE 0 END,
                 due = CASE WHEN address = excluded.address THEN due ELSE excluded.due END,
                 due_because = CASE WHEN address = excluded.address THEN due_because ELSE excluded.due_because END,
                 failures = CASE WHEN address = excluded.address THEN failures ELSE 0 END,
                 gone_since = CASE WHEN address = excluded.address THEN gone_since END,
                 retry_at = CASE WHEN address = excluded.address THEN retry_at END,
                 address = excluded.address",
        )?;
        for source in sources {
            put.execute(params![
                source.id,
                source.name,
                source.address,
                millis(source.first_due),
                source.because
            ])?;
        }
        Ok(())
    }

    /// Claims up to `limit` sources that are due, the longest overdue first, until `lease`. What another process holds is passed over.
    pub fn claim_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: Duration,
        owner: &str,
    ) -> Result<Vec<Claim>, StoreError> {
        let mut claim = self.conn.prepare_cached(
            "UPDATE sources SET leased_until = ?2, leased_by = ?3
             WHERE id IN (SELECT id FROM sources WHERE active = 1 AND retired = 0 AND due <= ?1 AND leased_until <= ?1 ORDER BY due, id LIMIT ?4)
             RETURNING id, due",
        )?;
        let until =
            millis(now).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 4));
        let rows = claim.query_map(
            params![
                millis(now),
                until,
                owner,
                i64::try_from(limit).unwrap_or(i64::MAX)
            ],
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)),
        )?;
        let mut claimed = rows.collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        claimed
            .into_iter()
            .map(|(source, _)| {
                Ok(Claim {
                    kept: self.kept(&source)?,
                    source,
                })
            })
            .collect()
    }

    /// Claims one source though it be not due. `None` when another process holds it, or when its server asked to be left alone until later (F14).
    pub fn claim(
        &self,
        source: &str,
        now: DateTime<Utc>,
        lease: Duration,
        owner: &str,
    ) -> Result<Option<Claim>, StoreError> {
        let until =
            millis(now).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 4));
        let claimed = self.conn.prepare_cached(
            "UPDATE sources SET leased_until = ?2, leased_by = ?3 WHERE id = ?4 AND active = 1 AND leased_until <= ?1 AND coalesce(retry_at, 0) <= ?1",
        )?.execute(params![millis(now), until, owner, source])?;
        if claimed == 0 {
            Ok(None)
        } else {
            Ok(Some(Claim {
                kept: self.kept(source)?,
                source: source.to_string(),
            }))
        }
    }

    /// Holds on to everything this owner has claimed, until `lease` from now.
    pub fn renew(
        &self,
        now: DateTime<Utc>,
        lease: Duration,
        owner: &str,
    ) -> Result<(), StoreError> {
        let until =
            millis(now).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 4));
        self.conn
            .prepare_cached(
                "UPDATE sources SET leased_until = ?1 WHERE leased_by = ?2 AND leased_until < ?1",
            )?
            .execute(params![until, owner])?;
        Ok(())
    }

    /// Gives everything back that this owner has claimed: its visits were abandoned.
    pub fn release_all(&self, owner: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE sources SET leased_until = 0, leased_by = NULL WHERE leased_by = ?1",
            )?
            .execute([owner])?;
        Ok(())
    }

    /// Until when a source's server asked to be left alone (F14), if that is still to come.
    pub fn left_alone_until(
        &self,
        source: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT retry_at FROM sources WHERE id = ?1 AND retry_at > ?2")?;
        let found: Option<i64> = find
            .query_row(params![source, millis(now)], |row| row.get(0))
            .optional()?;
        Ok(found.map(instant))
    }

    /// Gives a claim back without a visit.
    pub fn release(&self, source: &str, owner: &str) -> Result<(), StoreError> {
        self.conn.prepare_cached("UPDATE sources SET leased_until = 0, leased_by = NULL WHERE id = ?1 AND leased_by = ?2")?.execute(params![source, owner])?;
        Ok(())
    }

    /// The earliest instant at which some source becomes due or its lease ends.
    pub fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let next: Option<i64> = self
            .conn
            .prepare_cached(
                "SELECT min(max(due, leased_until)) FROM sources WHERE active = 1 AND retired = 0",
            )?
            .query_row([], |row| row.get(0))?;
        Ok(next.map(instant))
    }

    /// Sources that were visited before and are overdue, with when they were due and why.
    pub fn overdue(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, DateTime<Utc>, String)>, StoreError> {
        let mut find = self.conn.prepare_cached("SELECT id, due, due_because FROM sources WHERE active = 1 AND retired = 0 AND due < ?1 AND visited IS NOT NULL ORDER BY id")?;
        let rows = find.query_map([millis(now)], |row| {
            Ok((row.get(0)?, instant(row.get(1)?), row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Makes a source due at `now`, if it is not due sooner.
    pub fn make_due(
        &self,
        source: &str,
        now: DateTime<Utc>,
        because: &str,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE sources SET due = ?2, due_because = ?3 WHERE id = ?1 AND due > ?2",
            )?
            .execute(params![source, millis(now), because])?;
        Ok(())
    }

    /// Moves a source's next visit to a later instant; never to an earlier one.
    pub fn postpone(
        &self,
        source: &str,
        due: DateTime<Utc>,
        because: &str,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE sources SET due = ?2, due_because = ?3 WHERE id = ?1 AND due < ?2",
            )?
            .execute(params![source, millis(due), because])?;
        Ok(())
    }

    /// What is remembered of a source; nothing of an unknown one.
    pub fn kept(&self, source: &str) -> Result<Kept, StoreError> {
        let mut find = self.conn.prepare_cached("SELECT asked, validated_url, etag, last_modified, body, failures, gone_since, ttl FROM sources WHERE id = ?1")?;
        let Some(mut kept) = find.query_row([source], kept).optional()? else {
            return Ok(Kept::default());
        };
        let mut documents = self
            .conn
            .prepare_cached("SELECT path, hash FROM documents WHERE source = ?1 ORDER BY path")?;
        let rows = documents.query_map([source], |row| Ok((row.get(0)?, row.get(1)?)))?;
        kept.memory.documents = rows.collect::<Result<_, _>>()?;
        kept.memory.parts = self.parts(source)?;
        Ok(kept)
    }

    /// Records a visit and what it changes about the source, and ends the claim. In the transaction of the visit's entries (F4).
    pub fn record_visit(&self, visit: &VisitRecord<'_>) -> Result<(), StoreError> {
        let oddities = oddities_to_json(visit.oddities)?;
        let took = i64::try_from(visit.took.as_millis()).unwrap_or(i64::MAX);
        let bytes = visit.bytes.and_then(|bytes| i64::try_from(bytes).ok());
        self.conn.prepare_cached(
            "INSERT INTO visits (source, at, took, outcome, status, bytes, added, changed, message, oddities) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?.execute(params![visit.source, millis(visit.at), took, visit.outcome, visit.status, bytes, visit.added as i64, visit.changed as i64, visit.message, oddities])?;
        self.conn.prepare_cached(
            "DELETE FROM visits WHERE source = ?1 AND at < (SELECT at FROM visits WHERE source = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)",
        )?.execute(params![visit.source, VISITS_KEPT])?;
        let (due, because) = visit
            .due
            .map_or((0, "gone"), |(at, because)| (millis(at), because));
        self.conn.prepare_cached(
            "UPDATE sources SET visited = ?2, failures = ?3, gone_since = ?4, retry_at = ?5, due = ?6, due_because = ?7, retired = ?8,
                 news = CASE WHEN ?9 THEN ?2 ELSE news END, leased_until = 0, leased_by = NULL WHERE id = ?1",
        )?.execute(params![
            visit.source, millis(visit.at), visit.failures, visit.gone_since.map(millis), visit.retry_at.map(millis), due, because, visit.due.is_none(),
            visit.added + visit.changed > 0
        ])?;
        if let Some(memory) = visit.memory {
            self.remember(visit.source, memory)?;
        }
        Ok(())
    }

    fn remember(&self, source: &str, memory: &Memory) -> Result<(), StoreError> {
        self.conn.prepare_cached("UPDATE sources SET asked = ?2, validated_url = ?3, etag = ?4, last_modified = ?5, body = ?6 WHERE id = ?1")?.execute(
            params![source, memory.asked, memory.validated_url, memory.validators.etag, memory.validators.last_modified, memory.body],
        )?;
        let mut held = self
            .conn
            .prepare_cached("SELECT path, hash FROM documents WHERE source = ?1 ORDER BY path")?;
        let held: Vec<(String, [u8; 32])> = held
            .query_map([source], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        if held != memory.documents {
            self.conn
                .prepare_cached("DELETE FROM documents WHERE source = ?1")?
                .execute([source])?;
            let mut put = self.conn.prepare_cached(
                "INSERT OR REPLACE INTO documents (source, path, hash) VALUES (?1, ?2, ?3)",
            )?;
            for (path, hash) in &memory.documents {
                put.execute(params![source, path, hash])?;
            }
        }
        self.remember_parts(source, &memory.parts)
    }

    /// A source's home on the web: the page it names, else its own address.
    pub fn home(&self, source: &str) -> Result<Option<String>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT coalesce(page, address) FROM sources WHERE id = ?1")?;
        Ok(find.query_row([source], |row| row.get(0)).optional()?)
    }

    /// Keeps what a source says of itself. What it no longer says is kept as it was said last; a `ttl` that is gone asks for nothing any more.
    pub fn record_channel(&self, source: &str, channel: &Channel) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE sources SET title = coalesce(?2, title), page = coalesce(?3, page), feed_id = coalesce(?4, feed_id), rights = coalesce(?5, rights),
                     language = coalesce(?6, language), ttl = ?7 WHERE id = ?1",
            )?
            .execute(params![source, channel.title, channel.link, channel.id, channel.rights, channel.language, channel.ttl])?;
        Ok(())
    }
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        memory: Memory {
            asked: row.get(0)?,
            validated_url: row.get(1)?,
            validators: Validators {
                etag: row.get(2)?,
                last_modified: row.get(3)?,
            },
            body: row.get(4)?,
            ..Memory::default()
        },
        failures: row.get(5)?,
        gone_since: row.get::<_, Option<i64>>(6)?.map(instant),
        ttl: row.get(7)?,
    })
}
