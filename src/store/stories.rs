//! Stories: founded, joined, spoken for; and the fingerprints by which kin are found.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::keys::{EntryKey, StoryKey};
use super::shapes::{dated, instant, millis};
use super::{Store, StoreError};
use crate::dedupe::{EntryRef, Fingerprint, Kin, Reason, StoryId, minted_public_id, public_id};
use crate::ingest::Dated;
use crate::language::Guess;

/// The entry that speaks for a story, as far as it matters for keeping it.
#[derive(Clone, Debug, PartialEq)]
pub struct Speaker {
    pub tokens: u32,
    pub source: String,
    pub url: Option<String>,
    /// Its own time.
    pub published: Option<Dated>,
    /// When the story was founded.
    pub born: DateTime<Utc>,
}

/// Most kin looked at for one address or text: beyond, an address is a front and a text is boilerplate, and the judge has seen enough to know.
const KIN_LIMIT: i64 = 64;

impl Store {
    /// Entries that claim one of these addresses, first seen first. Not `except` itself.
    pub fn kin_by_address(
        &self,
        print: &Fingerprint,
        except: Option<EntryKey>,
    ) -> Result<Vec<Kin>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT e.source, e.raw_id, s.key, f.title FROM addresses a JOIN entries e ON e.id = a.entry JOIN stories s ON s.id = e.story
             JOIN fingerprints f ON f.entry = e.id WHERE a.key = ?1 AND e.id <> ?2 ORDER BY e.id LIMIT ?3",
        )?;
        let mut kin = Vec::new();
        for key in &print.addresses {
            let rows = find.query_map(
                params![key, except.map_or(-1, |entry| entry.0), KIN_LIMIT],
                |row| read_kin(row, Some(key.clone())),
            )?;
            for row in rows {
                kin.push(row?);
            }
        }
        Ok(kin)
    }

    /// Entries with the same cleaned text, first seen first. Not `except` itself.
    pub fn kin_by_text(
        &self,
        print: &Fingerprint,
        except: Option<EntryKey>,
    ) -> Result<Vec<Kin>, StoreError> {
        let Some(text) = print.text else {
            return Ok(Vec::new());
        };
        let mut find = self.conn.prepare_cached(
            "SELECT e.source, e.raw_id, s.key, f.title FROM fingerprints f JOIN entries e ON e.id = f.entry JOIN stories s ON s.id = e.story
             WHERE f.text = ?1 AND e.id <> ?2 ORDER BY e.id LIMIT ?3",
        )?;
        let rows = find.query_map(
            params![text, except.map_or(-1, |entry| entry.0), KIN_LIMIT],
            |row| read_kin(row, None),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Founds the story of an entry. The public id is the upstream one unless another story bears it already (P4).
    pub fn found_story(
        &self,
        source: &str,
        raw_id: &str,
        published: DateTime<Utc>,
        updated: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<StoryKey, StoreError> {
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO stories (key, public_id, published, updated, born) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )?;
        let key = StoryId::founded_by(source, raw_id);
        for public in [public_id(source, raw_id), minted_public_id(source, raw_id)] {
            if insert.execute(params![
                key.as_str(),
                public,
                millis(published),
                millis(updated),
                millis(now)
            ])? == 1
            {
                return Ok(StoryKey(self.conn.last_insert_rowid()));
            }
        }
        // The same entry founded it before and was dropped since: the story is taken up again under its old name.
        let known = self.story_key(&key)?;
        known.ok_or_else(|| {
            StoreError::Content(format!("story {key} could neither be made nor found"))
        })
    }

    pub fn story_key(&self, id: &StoryId) -> Result<Option<StoryKey>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT id FROM stories WHERE key = ?1")?;
        Ok(find
            .query_row([id.as_str()], |row| row.get(0))
            .optional()?
            .map(StoryKey))
    }

    /// Keeps why an entry is in its story.
    pub fn record_verdict(
        &self,
        entry: EntryKey,
        reason: &Reason,
        rules: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (key, tokens, kin) = match reason {
            Reason::Founder => (None, None, None),
            Reason::Address { key, kin } => (Some(key), None, Some(kin)),
            Reason::Text { tokens, kin } => (None, Some(*tokens), Some(kin)),
        };
        self.conn.prepare_cached(
            "INSERT OR REPLACE INTO verdicts (entry, rule, key, tokens, kin_source, kin_id, rules, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?.execute(params![entry.0, reason.rule(), key, tokens, kin.map(|kin| &kin.source), kin.map(|kin| &kin.id), rules, millis(now)])?;
        Ok(())
    }

    /// Keeps what an entry is recognised by, in place of what was kept before.
    pub fn record_fingerprint(
        &self,
        entry: EntryKey,
        print: &Fingerprint,
        rules: u32,
    ) -> Result<(), StoreError> {
        self.conn.prepare_cached("INSERT OR REPLACE INTO fingerprints (entry, text, tokens, title, rules) VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            entry.0, print.text, print.tokens, print.title as i64, rules
        ])?;
        self.conn
            .prepare_cached("DELETE FROM addresses WHERE entry = ?1")?
            .execute([entry.0])?;
        let mut put = self
            .conn
            .prepare_cached("INSERT INTO addresses (key, entry) VALUES (?1, ?2)")?;
        for key in &print.addresses {
            put.execute(params![key, entry.0])?;
        }
        Ok(())
    }

    /// Keeps which language an entry's text shows, in place of what was kept before; that none was told is kept too.
    pub fn record_language(
        &self,
        entry: EntryKey,
        guess: Option<Guess>,
        rules: u32,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO languages (entry, tag, sure, rules) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![entry.0, guess.map(|guess| guess.tag), guess.map(|guess| guess.sure), rules])?;
        Ok(())
    }

    /// The entry that speaks for a story.
    pub fn speaker(&self, story: StoryKey) -> Result<Option<Speaker>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT f.tokens, e.source, e.url, e.published, e.published_how, s.born FROM stories s JOIN entries e ON e.id = s.representative
             JOIN fingerprints f ON f.entry = e.id WHERE s.id = ?1",
        )?;
        let found = find.query_row([story.0], |row| {
            Ok(Speaker {
                tokens: row.get(0)?,
                source: row.get(1)?,
                url: row.get(2)?,
                published: dated(row.get(3)?, row.get(4)?),
                born: instant(row.get(5)?),
            })
        });
        Ok(found.optional()?)
    }

    /// Dates a story back: a source is known now that had it earlier. Never forward. What was never updated still was not.
    pub fn date_back(&self, story: StoryKey, published: DateTime<Utc>) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE stories SET published = min(published, ?2), updated = CASE WHEN updated = published THEN min(updated, ?2) ELSE updated END WHERE id = ?1",
            )?
            .execute(params![story.0, millis(published)])?;
        Ok(())
    }

    /// Lets an entry speak for the story.
    pub fn set_representative(&self, story: StoryKey, entry: EntryKey) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE stories SET representative = ?2 WHERE id = ?1")?
            .execute(params![story.0, entry.0])?;
        Ok(())
    }

    /// Moves the story's `updated` forward, never back (P5).
    pub fn touch_story(&self, story: StoryKey, updated: DateTime<Utc>) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE stories SET updated = max(updated, ?2) WHERE id = ?1")?
            .execute(params![story.0, millis(updated)])?;
        Ok(())
    }

    /// Ids of the sources that carry a story.
    pub fn carriers(&self, story: StoryKey) -> Result<Vec<String>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT DISTINCT source FROM entries WHERE story = ?1 ORDER BY source",
        )?;
        let rows = find.query_map([story.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn read_kin(row: &rusqlite::Row<'_>, address: Option<String>) -> rusqlite::Result<Kin> {
    Ok(Kin {
        entry: EntryRef {
            source: row.get(0)?,
            id: row.get(1)?,
        },
        story: StoryId::from(row.get::<_, String>(2)?.as_str()),
        title: row.get::<_, i64>(3)? as u64,
        address,
    })
}
