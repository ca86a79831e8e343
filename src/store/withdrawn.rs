//! Entries that their source has taken back (F46). They are kept; no edition shows them.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::keys::StoryKey;
use super::shapes::{instant, millis};
use super::{Store, StoreError};

/// How a source took an entry back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// Left out of a document that says it is complete (`fh:complete`, RFC 5005 §2).
    Absent,
    /// Named as deleted (`at:deleted-entry`, RFC 6721).
    Deleted,
}

impl Withdrawal {
    /// Stable: it is stored and printed as JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Withdrawal::Absent => "absent",
            Withdrawal::Deleted => "deleted",
        }
    }

    pub(super) fn parse(name: &str) -> Withdrawal {
        match name {
            "deleted" => Withdrawal::Deleted,
            _ => Withdrawal::Absent,
        }
    }

    /// For people, without a full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            Withdrawal::Absent => "its source lists everything it still stands by, and left it out",
            Withdrawal::Deleted => "its source says that it was deleted",
        }
    }
}

impl Store {
    /// The ids a source stands by and leaves out of `said`, and how many it stands by in all.
    pub fn left_out(&self, source: &str, said: &[&str]) -> Result<(Vec<String>, u64), StoreError> {
        let said = serde_json::to_string(said)?;
        let mut find = self.conn.prepare_cached(
            "SELECT raw_id FROM entries WHERE source = ?1 AND withdrawn IS NULL AND raw_id NOT IN (SELECT value FROM json_each(?2)) ORDER BY id",
        )?;
        let rows = find.query_map(params![source, said], |row| row.get(0))?;
        let absent: Vec<String> = rows.collect::<Result<_, _>>()?;
        let all: i64 = self
            .conn
            .prepare_cached("SELECT count(*) FROM entries WHERE source = ?1 AND withdrawn IS NULL")?
            .query_row([source], |row| row.get(0))?;
        Ok((absent, u64::try_from(all).unwrap_or(0)))
    }

    /// Marks entries as taken back; those that are already stay as they are. Returns the stories they are in.
    pub fn withdraw<'a>(
        &self,
        source: &str,
        ids: impl Iterator<Item = &'a str>,
        how: Withdrawal,
        now: DateTime<Utc>,
    ) -> Result<Vec<StoryKey>, StoreError> {
        let mut mark = self.conn.prepare_cached(
            "UPDATE entries SET withdrawn = ?3, withdrawn_how = ?4 WHERE source = ?1 AND raw_id = ?2 AND withdrawn IS NULL RETURNING story",
        )?;
        let mut stories = Vec::new();
        for id in ids {
            let rows = mark.query_map(params![source, id, millis(now), how.as_str()], |row| {
                row.get(0)
            })?;
            for story in rows {
                stories.push(StoryKey(story?));
            }
        }
        Ok(stories)
    }

    /// Entries that are said again are taken back no longer. Returns the stories they are in.
    pub fn reinstate(&self, source: &str, said: &[&str]) -> Result<Vec<StoryKey>, StoreError> {
        let mut mark = self.conn.prepare_cached(
            "UPDATE entries SET withdrawn = NULL, withdrawn_how = NULL WHERE source = ?1 AND withdrawn IS NOT NULL
             AND raw_id IN (SELECT value FROM json_each(?2)) RETURNING story",
        )?;
        let rows = mark.query_map(params![source, serde_json::to_string(said)?], |row| {
            row.get(0).map(StoryKey)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps when a complete document first left out most of what a source had said; `None` when it no longer does.
    pub fn record_purge(
        &self,
        source: &str,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE sources SET purge_since = ?2 WHERE id = ?1")?
            .execute(params![source, since.map(millis)])?;
        Ok(())
    }
}

/// When and how an entry was taken back, from its two columns.
pub(super) fn withdrawn(
    at: Option<i64>,
    how: Option<String>,
) -> Option<(DateTime<Utc>, Withdrawal)> {
    Some((instant(at?), Withdrawal::parse(&how.unwrap_or_default())))
}
