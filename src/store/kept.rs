//! What is remembered of a source between visits.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

use super::moves::{Evidence, Moves};
use super::shapes::{MoreOfChannel, asks_from_json, asks_to_json, instant};
use super::{Store, StoreError};
use crate::ingest::{Asks, Channel, Memory, Validators};

/// What earlier visits left behind that the next one, or the time of it, depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    pub memory: Memory,
    /// Visits that failed in a row.
    pub failures: u32,
    /// The first 410 of an unbroken run (F25).
    pub gone_since: Option<DateTime<Utc>>,
    /// Minutes: the feed's `ttl` as it was said last, which holds after a 304 and after an error as well (F11).
    pub ttl: Option<u32>,
    /// What else it asked of those who poll it, as it was said last (F16, F17).
    pub asks: Asks,
    /// Whether it lives where feeds.toml says (F22).
    pub moves: Moves,
    /// The source that asks for it (F19).
    pub follows: Option<String>,
    /// When a complete document first left out most of what it had said (F46).
    pub purge_since: Option<DateTime<Utc>>,
}

/// The columns that `kept` reads, in its order.
const COLUMNS: &str = "asked, validated_url, etag, last_modified, body, failures, gone_since, ttl, asks, purge_since, \
    moved_to, moved_at, new_url, evidence_to, evidence_since, evidence_visits, evidence_trial, follows";

impl Store {
    /// What is remembered of a source; nothing of an unknown one.
    pub fn kept(&self, source: &str) -> Result<Kept, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sources WHERE id = ?1");
        let mut find = self.conn.prepare_cached(&sql)?;
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

    /// Puts another memory in the place of what was remembered. In the transaction of the entries it belongs to (F4).
    pub(super) fn remember(&self, source: &str, memory: &Memory) -> Result<(), StoreError> {
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

    /// Keeps what a source says of itself. What it no longer says is kept as it was said last; what it no longer *asks* (`ttl`, skipped hours and days, the
    /// update period) it asks no more.
    pub fn record_channel(&self, source: &str, channel: &Channel) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE sources SET title = coalesce(?2, title), page = coalesce(?3, page), feed_id = coalesce(?4, feed_id), rights = coalesce(?5, rights),
                     language = coalesce(?6, language), ttl = ?7, asks = ?8, more = ?9 WHERE id = ?1",
            )?
            .execute(params![
                source, channel.title, channel.link, channel.id, channel.rights, channel.language, channel.ttl, asks_to_json(&channel.asks)?,
                serde_json::to_string(&MoreOfChannel::of(channel))?
            ])?;
        Ok(())
    }
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let moment = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(instant));
    let evidence = match row.get::<_, Option<String>>(13)? {
        Some(to) => Some(Evidence {
            to,
            since: moment(14)?.unwrap_or_default(),
            visits: row.get::<_, Option<u32>>(15)?.unwrap_or_default(),
            on_trial: row.get::<_, Option<bool>>(16)?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Kept {
        memory: Memory {
            asked: row.get(0)?,
            validated_url: row.get(1)?,
            validators: Validators {
                etag: row.get(2)?,
                last_modified: row.get(3)?,
            },
            body: row.get(4)?,
            documents: Vec::new(),
            parts: Vec::new(),
        },
        failures: row.get(5)?,
        gone_since: moment(6)?,
        ttl: row.get(7)?,
        asks: asks_from_json(row.get(8)?),
        follows: row.get(17)?,
        purge_since: moment(9)?,
        moves: Moves {
            moved_to: row.get(10)?,
            moved_at: moment(11)?,
            new_url: row.get(12)?,
            evidence,
        },
    })
}
