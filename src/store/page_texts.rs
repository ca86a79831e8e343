//! What the pages of entries said, and which rule chose between that and the text of the feed.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::entries::{COLUMNS, entry_at};
use super::keys::{EntryKey, StoryKey};
use super::shapes::{More, dated, how, instant, millis, oddities_from_json, oddities_to_json};
use super::{Store, StoreError};
use crate::ingest::{Entry, Judged, PageText, Rule};

/// What became of one question for a page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRecord<'a> {
    pub entry: EntryKey,
    pub at: DateTime<Utc>,
    /// `read`, `robots`, or a failure's code.
    pub outcome: &'a str,
    pub message: Option<String>,
    /// The server that answered, when one did.
    pub via: Option<String>,
    /// When it is asked for again; `None`: no more.
    pub due: Option<DateTime<Utc>>,
}

/// How it stands with the pages of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageTotals {
    /// To be fetched yet, those that failed and are tried again included.
    pub wanted: u64,
    /// Read, and chosen in place of the feed's text.
    pub taken: u64,
    /// Read, and the feed's own text was kept.
    pub kept_own: u64,
    /// Forbidden by robots.txt.
    pub forbidden: u64,
    /// Given up after a failure.
    pub failed: u64,
    /// Why pages failed, given up or not, the most frequent first: code and number.
    pub reasons: Vec<(String, u64)>,
}

/// One entry's page, for `explain`.
#[derive(Clone, Debug, PartialEq)]
pub struct PageFacts {
    pub url: String,
    pub tries: u32,
    pub asked: Option<DateTime<Utc>>,
    pub outcome: Option<String>,
    pub message: Option<String>,
    /// When it is asked for next.
    pub due: Option<DateTime<Utc>>,
    /// When its text was read, and where it was found.
    pub had: Option<(DateTime<Utc>, String)>,
    pub judged: Option<Judged>,
    /// (code, place, message)
    pub oddities: Vec<(String, String, String)>,
}

impl Store {
    /// The entry as its source said it, with its source and story. `None` when it was dropped.
    pub fn entry(&self, key: EntryKey) -> Result<Option<(Entry, String, StoryKey)>, StoreError> {
        let sql = format!("SELECT e.source, e.story, {COLUMNS} FROM entries e WHERE e.id = ?1");
        let mut find = self.conn.prepare_cached(&sql)?;
        let found = find.query_row([key.0], |row| {
            Ok((row.get(0)?, StoryKey(row.get(1)?), entry_at(row, 2)?))
        });
        Ok(match found.optional()? {
            Some((source, story, entry)) => Some((entry?, source, story)),
            None => None,
        })
    }

    /// Keeps what became of a question for a page, and ends the claim.
    pub fn record_page(&self, record: &PageRecord<'_>) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE pages SET asked = ?2, outcome = ?3, message = ?4, via = coalesce(?5, via), due = ?6, leased_until = 0, leased_by = NULL WHERE entry = ?1",
            )?
            .execute(params![
                record.entry.0,
                millis(record.at),
                record.outcome,
                record.message,
                record.via,
                record.due.map(millis)
            ])?;
        Ok(())
    }

    /// Keeps what a page said, in place of what it said before. How it is judged is kept by [`Store::judge_page`].
    pub fn record_page_text(
        &self,
        entry: EntryKey,
        text: &PageText,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let said = &text.said;
        self.conn
            .prepare_cached(
                "UPDATE pages SET had = ?2, found = ?3, title = ?4, canonical = ?5, language = ?6, published = ?7, published_how = ?8, summary = ?9, content = ?10,
                     image = ?11, more = ?12, oddities = ?13 WHERE entry = ?1",
            )?
            .execute(params![
                entry.0,
                millis(now),
                text.url,
                said.title,
                said.canonical,
                said.language,
                said.published.map(|dated| millis(dated.said())),
                said.published.as_ref().map(how),
                said.summary,
                said.content,
                said.image,
                serde_json::to_string(&More::of(said))?,
                oddities_to_json(&text.oddities)?
            ])?;
        Ok(())
    }

    /// Keeps the judgement on what a page said.
    pub fn judge_page(&self, entry: EntryKey, judged: Judged) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE pages SET rule = ?2, about = ?3 WHERE entry = ?1")?
            .execute(params![entry.0, judged.rule.as_str(), judged.is_about])?;
        Ok(())
    }

    /// What the page of an entry said and how that was judged, if it was ever read. Without its oddities.
    pub fn page_text(&self, entry: EntryKey) -> Result<Option<(PageText, Judged)>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT found, title, canonical, language, published, published_how, summary, content, image, more, rule, about
             FROM pages WHERE entry = ?1 AND had IS NOT NULL",
        )?;
        let found = find.query_row([entry.0], |row| {
            let said = Entry {
                title: row.get(1)?,
                canonical: row.get(2)?,
                language: row.get(3)?,
                published: dated(row.get(4)?, row.get(5)?),
                summary: row.get(6)?,
                content: row.get(7)?,
                image: row.get(8)?,
                ..Entry::default()
            };
            let more: Option<String> = row.get(9)?;
            Ok((row.get(0)?, said, more, judged(row.get(10)?, row.get(11)?)))
        });
        let Some((url, mut said, more, Some(judged))) = found.optional()? else {
            return Ok(None);
        };
        if let Some(more) = more {
            serde_json::from_str::<More>(&more)?.fill(&mut said);
        }
        let text = PageText {
            url,
            said,
            oddities: Vec::new(),
        };
        Ok(Some((text, judged)))
    }

    /// An entry as later floors read it: with what its page said, as far as that was judged to be better.
    pub fn with_page(&self, key: EntryKey, entry: Entry) -> Result<Entry, StoreError> {
        Ok(match self.page_text(key)? {
            Some((text, judged)) => text.complete(&entry, judged),
            None => entry,
        })
    }

    pub(super) fn page_totals(&self, source: &str) -> Result<PageTotals, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT count(*) FILTER (WHERE p.due IS NOT NULL), count(*) FILTER (WHERE p.had IS NOT NULL AND p.rule = 'fuller'),
                 count(*) FILTER (WHERE p.had IS NOT NULL AND p.rule <> 'fuller'), count(*) FILTER (WHERE p.due IS NULL AND p.outcome = 'robots'),
                 count(*) FILTER (WHERE p.due IS NULL AND p.had IS NULL AND p.outcome NOT IN ('read', 'robots'))
             FROM entries e JOIN pages p ON p.entry = e.id WHERE e.source = ?1",
        )?;
        let count = |row: &rusqlite::Row<'_>, at| -> rusqlite::Result<u64> {
            Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0))
        };
        let totals = find.query_row([source], |row| {
            Ok(PageTotals {
                wanted: count(row, 0)?,
                taken: count(row, 1)?,
                kept_own: count(row, 2)?,
                forbidden: count(row, 3)?,
                failed: count(row, 4)?,
                reasons: Vec::new(),
            })
        })?;
        let mut find = self.conn.prepare_cached(
            "SELECT p.outcome, count(*) FROM entries e JOIN pages p ON p.entry = e.id
             WHERE e.source = ?1 AND p.outcome NOT IN ('read', 'robots') GROUP BY p.outcome ORDER BY 2 DESC, 1",
        )?;
        let rows = find.query_map([source], |row| Ok((row.get(0)?, count(row, 1)?)))?;
        Ok(PageTotals {
            reasons: rows.collect::<Result<_, _>>()?,
            ..totals
        })
    }

    /// How it stands with the page of an entry; `None` when it was never wanted.
    pub fn page_facts(&self, source: &str, id: &str) -> Result<Option<PageFacts>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT p.url, p.tries, p.asked, p.outcome, p.message, p.due, p.had, p.found, p.rule, p.about, p.oddities
             FROM pages p JOIN entries e ON e.id = p.entry WHERE e.source = ?1 AND e.raw_id = ?2",
        )?;
        let facts = find.query_row(params![source, id], |row| {
            let moment = |at: Option<i64>| at.map(instant);
            let found: Option<String> = row.get(7)?;
            Ok(PageFacts {
                url: row.get(0)?,
                tries: row.get(1)?,
                asked: moment(row.get(2)?),
                outcome: row.get(3)?,
                message: row.get(4)?,
                due: moment(row.get(5)?),
                had: moment(row.get(6)?).zip(found),
                judged: judged(row.get(8)?, row.get(9)?),
                oddities: oddities_from_json(row.get(10)?),
            })
        });
        Ok(facts.optional()?)
    }
}

/// A judgement from its two columns. A rule of another version chooses nothing.
fn judged(rule: Option<String>, about: Option<bool>) -> Option<Judged> {
    Some(Judged {
        rule: Rule::parse(&rule?).unwrap_or(Rule::NoGain),
        is_about: about.unwrap_or_default(),
    })
}
