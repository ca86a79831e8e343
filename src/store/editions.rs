//! What feeds draw from, and the record of what they published.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

use super::entries::{COLUMNS, entry_at};
use super::keys::EntryKey;
use super::shapes::{MoreOfChannel, instant, millis};
use super::{Store, StoreError};
use crate::dedupe::StoryId;
use crate::enrich::{Candidate, Carrier, CitedStory};

/// The columns of a carrier: its source, and the entry's own page.
const CARRIER: &str = "src.id, coalesce(src.name, src.title, src.id), src.feed_id, coalesce(src.moved_to, src.address), src.page, src.rights, src.news, e.url, src.more";

/// Entries up to which a feed's stories are looked for from its sources' own entries: a twentieth of a second at most. With more of them the newest
/// stories of the whole store are gone through instead, which takes no longer until there are enough, among a million.
const FEW_ENTRIES: i64 = 5_000;

/// Who speaks for the story `s` in a feed that draws from the sources ?1; none when nothing in it is theirs.
const SPEAKER: &str = "(SELECT e.source FROM entries e WHERE e.story = s.id AND e.withdrawn IS NULL AND e.source IN (SELECT value FROM json_each(?1))
     ORDER BY e.id = s.representative DESC, e.id LIMIT 1) AS speaker";

/// Most other carriers told of one story.
const ALSO_LIMIT: i64 = 100;

impl Store {
    /// The newest stories that any of these sources carries, newest first, ties by id. Entries that were taken back carry nothing (F46). No story is
    /// founded on a date that is still to come (T10), so one in the future tells of a clock that was put back since, and is the newest all the same.
    ///
    /// The speaker of a story in a feed is its representative when that is from one of the feed's sources, else the first entry that is.
    pub fn candidates(
        &self,
        sources: &[String],
        limit: usize,
    ) -> Result<Vec<Candidate>, StoreError> {
        let sources = serde_json::to_string(sources)?;
        let few = self.are_few(&sources)?;
        self.candidates_among(&sources, few, limit)
    }

    /// The same, from the entries of these sources when they are `few`, or from the newest of all stories: it is only quicker one way or the other.
    pub(super) fn candidates_among(
        &self,
        sources: &str,
        few: bool,
        limit: usize,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut find = self.conn.prepare_cached(&candidates_sql(few))?;
        let rows = find.query_map(
            params![sources, i64::try_from(limit).unwrap_or(i64::MAX)],
            |row| {
                Ok(Candidate {
                    story: StoryId::from(row.get::<_, String>(0)?.as_str()),
                    source: row.get(1)?,
                    published: instant(row.get(2)?),
                })
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether these sources have said so little that it is quicker to look at all of it than for the newest: of a quiet source, or of many that have fallen
    /// silent, the newest stories may lie behind a million others.
    fn are_few(&self, sources: &str) -> Result<bool, StoreError> {
        let mut count = self.conn.prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM entries WHERE source IN (SELECT value FROM json_each(?1)) LIMIT ?2)",
        )?;
        let found: i64 = count.query_row(params![sources, FEW_ENTRIES + 1], |row| row.get(0))?;
        Ok(found <= FEW_ENTRIES)
    }

    /// A story with its speaker, its other carriers and its source links. `within` names the sources that may speak for it; all may when it is empty. An
    /// entry that was taken back speaks only when all were.
    pub fn cited_story(
        &self,
        id: &StoryId,
        within: &[String],
    ) -> Result<Option<CitedStory>, StoreError> {
        let within = serde_json::to_string(within)?;
        let sql = format!(
            "SELECT s.public_id, s.published, s.updated, s.id, e.id, l.tag, {CARRIER}, {COLUMNS}
             FROM stories s JOIN entries e ON e.story = s.id JOIN sources src ON src.id = e.source
                  LEFT JOIN languages l ON l.entry = e.id
             WHERE s.key = ?1 AND (?2 = '[]' OR e.source IN (SELECT value FROM json_each(?2)))
             ORDER BY e.withdrawn IS NOT NULL, e.id = s.representative DESC, e.id LIMIT 1"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let found = find.query_row(params![id.as_str(), within], |row| {
            let story: (String, i64, i64, i64, i64) = (
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            );
            Ok((story, row.get(5)?, carrier(row, 6)?, entry_at(row, 15)?))
        });
        let Some(((public_id, published, updated, story, entry_key), detected, carrier, entry)) =
            found.optional()?
        else {
            return Ok(None);
        };
        Ok(Some(CitedStory {
            id: id.clone(),
            public_id,
            published: instant(published),
            updated: instant(updated),
            entry: self.with_page(EntryKey(entry_key), entry?)?,
            detected,
            carrier,
            also: self.also(story, entry_key)?,
            links: self.links(EntryKey(entry_key))?,
        }))
    }

    fn also(&self, story: i64, speaker: i64) -> Result<Vec<Carrier>, StoreError> {
        let sql = format!(
            "SELECT {CARRIER} FROM entries e JOIN sources src ON src.id = e.source WHERE e.story = ?1 AND e.id <> ?2 AND e.withdrawn IS NULL ORDER BY e.id LIMIT ?3"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map(params![story, speaker, ALSO_LIMIT], |row| carrier(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether any of these sources was ever read, however little it held.
    pub fn any_read(&self, sources: &[String]) -> Result<bool, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM json_each(?1) j JOIN visits v ON v.source = j.value WHERE v.outcome IN ('fresh', 'unchanged'))",
        )?;
        Ok(find.query_row([serde_json::to_string(sources)?], |row| row.get(0))?)
    }

    /// When a feed was first published: now, if it never was, which [`record_edition`](Store::record_edition) records.
    pub fn feed_since(&self, feed: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT since FROM feeds WHERE id = ?1")?;
        let since: Option<i64> = find.query_row([feed], |row| row.get(0)).optional()?;
        Ok(instant(since.unwrap_or(millis(now))))
    }

    /// Ids of all feeds that were ever published.
    pub fn feeds_ever(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut find = self.conn.prepare_cached("SELECT id FROM feeds")?;
        let rows = find.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records which stories a feed publishes now: those that came in and those that left. Writes nothing when nothing moved.
    pub fn record_edition(
        &self,
        feed: &str,
        stories: &[StoryId],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO feeds (id, since) VALUES (?1, ?2)")?
            .execute(params![feed, millis(now)])?;
        let wanted =
            serde_json::to_string(&stories.iter().map(StoryId::as_str).collect::<Vec<_>>())?;
        self.conn
            .prepare_cached(
                "UPDATE publications SET until = ?3 WHERE feed = ?1 AND until IS NULL
             AND story NOT IN (SELECT s.id FROM json_each(?2) j JOIN stories s ON s.key = j.value)",
            )?
            .execute(params![feed, wanted, millis(now)])?;
        self.conn.prepare_cached(
            "INSERT INTO publications (feed, story, since) SELECT ?1, s.id, ?3 FROM json_each(?2) j JOIN stories s ON s.key = j.value WHERE true
             ON CONFLICT (feed, story) DO UPDATE SET until = NULL WHERE until IS NOT NULL",
        )?.execute(params![feed, wanted, millis(now)])?;
        Ok(())
    }

    /// Ends what these feeds published: they are gone, and what they held is held by them no more. Writes nothing when they had ended.
    pub fn end_editions(&self, feeds: &[String], now: DateTime<Utc>) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE publications SET until = ?2 WHERE until IS NULL AND feed IN (SELECT value FROM json_each(?1))",
            )?
            .execute(params![serde_json::to_string(feeds)?, millis(now)])?;
        Ok(())
    }

    /// When the bytes of a document last changed: now, if they differ from the last ones (S13).
    pub fn rendition_changed(
        &self,
        path: &str,
        digest: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT changed FROM renditions WHERE path = ?1 AND digest = ?2")?;
        if let Some(changed) = find
            .query_row(params![path, digest], |row| row.get(0))
            .optional()?
        {
            return Ok(instant(changed));
        }
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO renditions (path, digest, changed) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![path, digest, millis(now)])?;
        Ok(instant(millis(now)))
    }
}

fn candidates_sql(few: bool) -> String {
    let from = match few {
        // `+` keeps SQLite from going through all stories in their order all the same.
        true => {
            "stories s WHERE s.id IN (SELECT story FROM entries WHERE source IN (SELECT value FROM json_each(?1))) AND speaker IS NOT NULL ORDER BY +s.published"
        }
        false => "stories s WHERE speaker IS NOT NULL ORDER BY s.published",
    };
    format!("SELECT s.key, {SPEAKER}, s.published FROM {from} DESC, s.key LIMIT ?2")
}

fn carrier(row: &Row<'_>, from: usize) -> rusqlite::Result<Carrier> {
    let address: String = row.get(from + 3)?;
    let is_web = address.starts_with("http://") || address.starts_with("https://");
    let (authors, categories) = MoreOfChannel::read(row.get(from + 8)?);
    Ok(Carrier {
        authors,
        categories,
        source: row.get(from)?,
        name: row.get(from + 1)?,
        feed_id: row.get(from + 2)?,
        feed_url: is_web.then_some(address),
        page: row.get(from + 4)?,
        rights: row.get(from + 5)?,
        updated: row.get::<_, Option<i64>>(from + 6)?.map(instant),
        url: row.get(from + 7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_of_quiet_sources_are_looked_for_among_what_those_said() {
        let store = Store::in_memory().unwrap();
        let plan = |few| {
            let sql = format!("EXPLAIN QUERY PLAN {}", candidates_sql(few));
            let mut find = store.conn.prepare(&sql).unwrap();
            let steps: Vec<String> = find
                .query_map(params!["[]", 9], |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            steps.join("\n")
        };
        let (few, many) = (plan(true), plan(false));
        assert!(few.contains("SEARCH s USING INTEGER PRIMARY KEY"), "{few}");
        assert!(!few.contains("SCAN s"), "{few}");
        assert!(
            many.contains("SCAN s USING INDEX stories_published"),
            "{many}"
        );
    }
}
