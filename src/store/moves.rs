//! Sources that have moved, or seem to be moving (F22). What counts as evidence, and what is enough of it, is for `pipeline` to say.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::shapes::millis;
use super::{Store, StoreError};

/// Whether a source lives where feeds.toml says. All addresses are without credentials (F38).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moves {
    /// Asked in place of the address in feeds.toml, which is kept.
    pub moved_to: Option<String>,
    pub moved_at: Option<DateTime<Utc>>,
    /// Where the feed itself says it lives now (F24), as it was said last.
    pub new_url: Option<String>,
    /// That it has moved on from where it is asked now.
    pub evidence: Option<Evidence>,
}

/// What points to another address, again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub to: String,
    /// The visit that told it first.
    pub since: DateTime<Utc>,
    /// How many have told it, one after the other.
    pub visits: u32,
    /// Whether the next visit asks there, to see whether it is the same feed.
    pub on_trial: bool,
}

impl Store {
    /// Keeps what is known of a source's moves. `server` is the one that it is asked at from now on.
    pub fn record_moves(
        &self,
        source: &str,
        moves: &Moves,
        server: Option<&str>,
    ) -> Result<(), StoreError> {
        let evidence = moves.evidence.as_ref();
        self.conn
            .prepare_cached(
                "UPDATE sources SET moved_to = ?2, moved_at = ?3, new_url = ?4, evidence_to = ?5, evidence_since = ?6, evidence_visits = ?7, evidence_trial = ?8,
                     server = coalesce(?9, server) WHERE id = ?1",
            )?
            .execute(params![
                source,
                moves.moved_to,
                moves.moved_at.map(millis),
                moves.new_url,
                evidence.map(|evidence| &evidence.to),
                evidence.map(|evidence| millis(evidence.since)),
                evidence.map(|evidence| evidence.visits),
                evidence.map(|evidence| evidence.on_trial),
                server
            ])?;
        Ok(())
    }

    /// The listed source, other than `except`, that has this address or has moved there (F23).
    pub fn source_at(&self, address: &str, except: &str) -> Result<Option<String>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM sources WHERE active = 1 AND id <> ?2 AND follows IS NOT ?2 AND (address = ?1 OR moved_to = ?1) ORDER BY id LIMIT 1",
        )?;
        Ok(find
            .query_row([address, except], |row| row.get(0))
            .optional()?)
    }

    /// Whether a source has said one of these ids before.
    pub fn knows_any<'a>(
        &self,
        source: &str,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<bool, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM entries WHERE source = ?1 AND raw_id = ?2)",
        )?;
        for id in ids {
            if find.query_row([source, id], |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
