//! Entries: put once, revised when a source says something else.

use chrono::{DateTime, Duration, Utc};
use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::keys::{EntryKey, StoryKey};
use super::shapes::{More, dated, how, instant, millis};
use super::{Store, StoreError};
use crate::ingest::Entry;

/// What is known of an entry that a source says again.
#[derive(Clone, Debug, PartialEq)]
pub enum Put {
    /// Never heard of.
    Unknown,
    /// Said before, word for word.
    Same(EntryKey),
    /// Said before, otherwise: a revision.
    Changed {
        entry: EntryKey,
        story: StoryKey,
        before: Box<Entry>,
    },
}

/// `last_seen` moves at most this often: it only has to tell a month from a year (`keep`), and every move is a write.
const SEEN_STEP: Duration = Duration::days(1);

/// The columns of an entry, in the order that `entry` reads them.
pub(super) const COLUMNS: &str = "e.raw_id, e.title, e.alternate_title, e.url, e.canonical, e.language, e.rights, e.published, e.published_how, \
    e.updated, e.updated_how, e.summary, e.content, e.base, e.image, e.comments, e.more";

impl Store {
    /// Looks an entry up by its identity (source, raw id), octet by octet (F45), and notes that it was seen.
    pub fn look_up(
        &self,
        source: &str,
        entry: &Entry,
        now: DateTime<Utc>,
    ) -> Result<Put, StoreError> {
        let sql = format!(
            "SELECT e.id, e.hash, e.story, e.last_seen, {COLUMNS} FROM entries e WHERE e.source = ?1 AND e.raw_id = ?2"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let found = find.query_row(params![source, entry.id], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, [u8; 32]>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
                entry_at(row, 4)?,
            ))
        });
        let Some((key, hash, story, last_seen, before)) = found.optional()? else {
            return Ok(Put::Unknown);
        };
        if instant(last_seen) + SEEN_STEP <= now {
            self.conn
                .prepare_cached("UPDATE entries SET last_seen = ?2 WHERE id = ?1")?
                .execute(params![key, millis(now)])?;
        }
        let entry_key = EntryKey(key);
        if hash == said(entry)? {
            Ok(Put::Same(entry_key))
        } else {
            Ok(Put::Changed {
                entry: entry_key,
                story: StoryKey(story),
                before: Box::new(before?),
            })
        }
    }

    /// Adds an entry to a story.
    pub fn add_entry(
        &self,
        source: &str,
        entry: &Entry,
        story: StoryKey,
        now: DateTime<Utc>,
    ) -> Result<EntryKey, StoreError> {
        self.conn.prepare_cached(
            "INSERT INTO entries (source, raw_id, story, title, alternate_title, url, canonical, language, rights, published, published_how, updated, updated_how,
                 summary, content, base, image, comments, more, hash, first_seen, last_seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?21)",
        )?.execute(params![
            source, entry.id, story.0, entry.title, entry.alternate_title, entry.url, entry.canonical, entry.language, entry.rights,
            entry.published.map(|dated| millis(dated.said())), entry.published.as_ref().map(how),
            entry.updated.map(|dated| millis(dated.said())), entry.updated.as_ref().map(how),
            entry.summary, entry.content, entry.base, entry.image, entry.comments, more(entry)?, said(entry)?, millis(now)
        ])?;
        Ok(EntryKey(self.conn.last_insert_rowid()))
    }

    /// Puts what a source says now in the place of what it said `before`, which is kept as a revision.
    pub fn revise_entry(
        &self,
        key: EntryKey,
        entry: &Entry,
        before: &Entry,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.conn.prepare_cached(
            "INSERT INTO revisions (entry, replaced, title, url, published, updated, summary, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?.execute(params![
            key.0, millis(now), before.title, before.url, before.published.map(|dated| millis(dated.said())), before.updated.map(|dated| millis(dated.said())),
            before.summary, before.content
        ])?;
        self.conn.prepare_cached(
            "UPDATE entries SET title = ?2, alternate_title = ?3, url = ?4, canonical = ?5, language = ?6, rights = ?7, published = ?8, published_how = ?9,
                 updated = ?10, updated_how = ?11, summary = ?12, content = ?13, base = ?14, image = ?15, comments = ?16, more = ?17, hash = ?18, last_seen = ?19
             WHERE id = ?1",
        )?.execute(params![
            key.0, entry.title, entry.alternate_title, entry.url, entry.canonical, entry.language, entry.rights,
            entry.published.map(|dated| millis(dated.said())), entry.published.as_ref().map(how),
            entry.updated.map(|dated| millis(dated.said())), entry.updated.as_ref().map(how),
            entry.summary, entry.content, entry.base, entry.image, entry.comments, more(entry)?, said(entry)?, millis(now)
        ])?;
        Ok(())
    }

    /// Drops entries no source has shown since `before` whose stories are in no edition, and stories left without entries. Returns how many entries went.
    pub fn prune(&self, before: DateTime<Utc>) -> Result<usize, StoreError> {
        let stale = "SELECT e.id FROM entries e WHERE e.last_seen < ?1 AND NOT EXISTS (SELECT 1 FROM publications p WHERE p.story = e.story AND p.until IS NULL)
                     AND NOT EXISTS (SELECT 1 FROM entries o WHERE o.story = e.story AND o.last_seen >= ?1)";
        self.conn.execute(
            &format!("UPDATE stories SET representative = NULL WHERE representative IN ({stale})"),
            [millis(before)],
        )?;
        let gone = self.conn.execute(
            &format!("DELETE FROM entries WHERE id IN ({stale})"),
            [millis(before)],
        )?;
        if gone > 0 {
            let orphans = "SELECT id FROM stories s WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.story = s.id)";
            self.conn.execute(
                &format!("DELETE FROM publications WHERE story IN ({orphans})"),
                [],
            )?;
            self.conn
                .execute(&format!("DELETE FROM stories WHERE id IN ({orphans})"), [])?;
        }
        Ok(gone)
    }
}

fn more(entry: &Entry) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&More::of(entry))?)
}

/// Hash of everything a source says in an entry; the base its links resolve against is no saying of its own.
fn said(entry: &Entry) -> Result<[u8; 32], StoreError> {
    let mut hash = Sha256::new();
    let texts = [
        &entry.title,
        &entry.alternate_title,
        &entry.url,
        &entry.canonical,
        &entry.language,
        &entry.rights,
        &entry.summary,
        &entry.content,
        &entry.image,
        &entry.comments,
    ];
    for text in texts {
        hash.update([u8::from(text.is_some())]);
        hash.update(text.as_deref().unwrap_or_default());
        hash.update([0]);
    }
    for date in [entry.published, entry.updated] {
        hash.update(
            date.map_or(i64::MIN, |dated| millis(dated.said()))
                .to_le_bytes(),
        );
    }
    hash.update(more(entry)?);
    Ok(hash.finalize().into())
}

/// Reads an entry from the columns of [`COLUMNS`], the first of which is column `from`.
pub(super) fn entry_at(row: &Row<'_>, from: usize) -> rusqlite::Result<Result<Entry, StoreError>> {
    let mut entry = Entry {
        id: row.get(from)?,
        title: row.get(from + 1)?,
        alternate_title: row.get(from + 2)?,
        url: row.get(from + 3)?,
        canonical: row.get(from + 4)?,
        language: row.get(from + 5)?,
        rights: row.get(from + 6)?,
        published: dated(row.get(from + 7)?, row.get(from + 8)?),
        updated: dated(row.get(from + 9)?, row.get(from + 10)?),
        summary: row.get(from + 11)?,
        content: row.get(from + 12)?,
        base: row.get(from + 13)?,
        image: row.get(from + 14)?,
        comments: row.get(from + 15)?,
        ..Entry::default()
    };
    let more: String = row.get(from + 16)?;
    Ok(match serde_json::from_str::<More>(&more) {
        Ok(more) => {
            more.fill(&mut entry);
            Ok(entry)
        }
        Err(error) => Err(error.into()),
    })
}
