//! What operators and editors ask the store: counts, sources, stories, reasons.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

use super::holds::HELD;
use super::moves::Moves;
use super::page_texts::PageTotals;
use super::panics::Panics;
use super::past::forecast_from_json;
use super::shapes::{instant, oddities_from_json};
use super::subscriptions::Announcement;
use super::withdrawn::{Withdrawal, withdrawn};
use super::{Store, StoreError};
use crate::dedupe::{EntryRef, Reason, StoryId};
use crate::ingest::Asks;
use crate::push::Subscription;
use crate::schedule::{Because, Forecast};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Listed in feeds.toml.
    pub sources: u64,
    pub entries: u64,
    pub stories: u64,
}

/// One source for `status`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceFacts {
    pub id: String,
    pub name: String,
    pub address: String,
    pub entries: u64,
    pub failures: u32,
    /// `None`: gone for good.
    pub next_due: Option<DateTime<Utc>>,
    pub due_because: String,
    /// The source that asks for this one too, both having the same address (F19).
    pub follows: Option<String>,
    /// What the feed asks of those who poll it.
    pub ttl: Option<u32>,
    pub asks: Asks,
    /// Slots of its schedule that had no visit of their own, since it is known (C11).
    pub coalesced: u64,
    /// What following its rhythm comes to, where it is visited so.
    pub rhythm: Option<Forecast>,
    /// Until when its server is to be left alone (F14); may have passed.
    pub held_until: Option<DateTime<Utc>>,
    pub moves: Moves,
    /// The source that has the address to which this one is moving (F23).
    pub merge_with: Option<String>,
    /// Entries it has taken back (F46).
    pub withdrawn: u64,
    /// Of the pages of its entries, where it is read in full.
    pub pages: PageTotals,
    /// Visits on which headwater itself failed.
    pub panics: Panics,
    /// When the document came on which a parser failed, if one is kept.
    pub specimen: Option<DateTime<Utc>>,
    /// What it announces of hubs, if anything.
    pub announced: Option<Announcement>,
    /// Its subscription, if there is one.
    pub subscription: Option<Subscription>,
    pub last: Option<VisitFacts>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct VisitFacts {
    pub at: DateTime<Utc>,
    pub took: Duration,
    pub outcome: String,
    pub status: Option<u16>,
    pub bytes: Option<u64>,
    pub added: u64,
    pub changed: u64,
    pub message: Option<String>,
    /// Whether a hub brought it.
    pub pushed: bool,
    /// (code, place, message)
    pub oddities: Vec<(String, String, String)>,
}

/// One story with all its entries, for `stories` and `explain`.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryFacts {
    pub id: StoryId,
    pub public_id: String,
    pub title: Option<String>,
    pub published: DateTime<Utc>,
    pub entries: Vec<EntryFacts>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EntryFacts {
    pub source: String,
    pub id: String,
    pub title: Option<String>,
    pub url: Option<String>,
    pub first_seen: DateTime<Utc>,
    pub revisions: u64,
    pub is_representative: bool,
    /// When its source took it back, and how (F46).
    pub withdrawn: Option<(DateTime<Utc>, Withdrawal)>,
    /// Why it is in its story.
    pub reason: Reason,
    /// Version of the rules that said so.
    pub rules: u32,
}

/// A story's time in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub feed: String,
    pub since: DateTime<Utc>,
    /// `None`: it is there now.
    pub until: Option<DateTime<Utc>>,
}

impl Store {
    pub fn totals(&self) -> Result<Totals, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM sources WHERE active = 1), (SELECT count(*) FROM entries), (SELECT count(*) FROM stories)";
        Ok(self.conn.query_row(sql, [], |row| {
            Ok(Totals {
                sources: count(row, 0)?,
                entries: count(row, 1)?,
                stories: count(row, 2)?,
            })
        })?)
    }

    /// Every configured source, by id. One that follows another is due when the other is.
    pub fn source_facts(&self) -> Result<Vec<SourceFacts>, StoreError> {
        // All of it as of one moment, though another connection writes meanwhile.
        let _moment = match self.conn.is_autocommit() {
            true => Some(self.conn.unchecked_transaction()?),
            false => None,
        };
        let mut find = self.conn.prepare(&format!(
            "SELECT s.id, coalesce(s.name, s.title, s.id), s.address, (SELECT count(*) FROM entries e WHERE e.source = s.id), s.failures,
                 coalesce(l.retired, s.retired), coalesce(l.due, s.due), coalesce(l.due_because, s.due_because), s.follows, {HELD},
                 (SELECT count(*) FROM entries e WHERE e.source = s.id AND e.withdrawn IS NOT NULL), (SELECT p.at FROM specimens p WHERE p.source = s.id),
                 s.coalesced, CASE WHEN s.follows IS NULL THEN s.rhythm ELSE l.rhythm END, v.at, v.took, v.outcome, v.status, v.bytes, v.added, v.changed, v.message, v.oddities, v.pushed
             FROM sources s LEFT JOIN sources l ON l.id = s.follows
             LEFT JOIN visits v ON v.id = (SELECT l.id FROM visits l WHERE l.source = s.id ORDER BY l.at DESC, l.id DESC LIMIT 1)
             WHERE s.active = 1 ORDER BY s.id",
        ))?;
        let rows = find.query_map([], |row| {
            let retired: bool = row.get(5)?;
            let (due, held): (i64, i64) = (row.get(6)?, row.get(9)?);
            Ok(SourceFacts {
                id: row.get(0)?,
                name: row.get(1)?,
                address: row.get(2)?,
                entries: count(row, 3)?,
                failures: row.get(4)?,
                next_due: (!retired).then_some(instant(due.max(held))),
                due_because: match held > due {
                    true => Because::HostHeld.as_str().to_string(),
                    false => row.get(7)?,
                },
                follows: row.get(8)?,
                held_until: Some(held).filter(|held| *held > 0).map(instant),
                withdrawn: count(row, 10)?,
                specimen: row.get::<_, Option<i64>>(11)?.map(instant),
                coalesced: count(row, 12)?,
                rhythm: row
                    .get::<_, Option<String>>(13)?
                    .and_then(|json| forecast_from_json(&json)),
                last: match row.get::<_, Option<i64>>(14)? {
                    Some(_) => Some(visit(row, 14)?),
                    None => None,
                },
                ..SourceFacts::default()
            })
        })?;
        let mut facts: Vec<SourceFacts> = rows.collect::<Result<_, _>>()?;
        let mut panics = self.panics()?;
        for source in &mut facts {
            source.panics = panics.remove(&source.id).unwrap_or_default();
            let kept = self.kept(&source.id)?;
            (source.ttl, source.asks) = (kept.ttl, kept.asks);
            if let Some(evidence) = &kept.moves.evidence {
                source.merge_with = self.source_at(&evidence.to, &source.id)?;
            }
            source.moves = kept.moves;
            source.pages = self.page_totals(&source.id)?;
            source.announced = self.announcement(&source.id)?;
            source.subscription = self.subscription_of(&source.id)?;
        }
        Ok(facts)
    }

    /// Every story that one of `sources` carries, newest first; all stories when `sources` is `None`.
    pub fn stories(&self, sources: Option<&[String]>) -> Result<Vec<StoryFacts>, StoreError> {
        let filter = sources.map(serde_json::to_string).transpose()?;
        self.story_facts("WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM entries o WHERE o.story = s.id AND o.source IN (SELECT value FROM json_each(?1)))", filter)
    }

    /// The story of this id, or of an id that begins so and no other does.
    pub fn story_by_id(&self, beginning: &str) -> Result<Option<StoryFacts>, StoreError> {
        let mut found = self.story_facts(
            "WHERE s.key >= ?1 AND s.key < ?1 || 'g'",
            Some(beginning.to_string()),
        )?;
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// Stories of the entries that bear this canonical key, this address, this raw id or this published id.
    pub fn stories_about(
        &self,
        address: &str,
        key: Option<&str>,
    ) -> Result<Vec<StoryFacts>, StoreError> {
        let mut ids = self.conn.prepare_cached(
            "SELECT story FROM entries WHERE url = ?1 OR raw_id = ?1 UNION SELECT e.story FROM addresses a JOIN entries e ON e.id = a.entry WHERE a.key = ?2
             UNION SELECT id FROM stories WHERE public_id = ?1",
        )?;
        let stories: Vec<i64> = ids
            .query_map(params![address, key], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        self.story_facts(
            "WHERE s.id IN (SELECT value FROM json_each(?1))",
            Some(serde_json::to_string(&stories)?),
        )
    }

    /// Stories whose entries cite this canonical key.
    pub fn stories_citing(&self, key: &str) -> Result<Vec<StoryFacts>, StoreError> {
        self.story_facts("WHERE s.id IN (SELECT e.story FROM source_links l JOIN entries e ON e.id = l.entry WHERE l.key = ?1)", Some(key.to_string()))
    }

    /// In which feeds a story is or was.
    pub fn publications_of(&self, story: &StoryId) -> Result<Vec<Publication>, StoreError> {
        let mut find = self.conn.prepare_cached("SELECT p.feed, p.since, p.until FROM publications p JOIN stories s ON s.id = p.story WHERE s.key = ?1 ORDER BY p.feed")?;
        let rows = find.query_map([story.as_str()], |row| {
            Ok(Publication {
                feed: row.get(0)?,
                since: instant(row.get(1)?),
                until: row.get::<_, Option<i64>>(2)?.map(instant),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a source of this id was ever visited, and how the last visit ended.
    pub fn last_visit(&self, source: &str) -> Result<Option<VisitFacts>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT at, took, outcome, status, bytes, added, changed, message, oddities, pushed FROM visits WHERE source = ?1 ORDER BY at DESC, id DESC LIMIT 1",
        )?;
        Ok(find.query_row([source], |row| visit(row, 0)).optional()?)
    }

    fn story_facts(
        &self,
        filter: &str,
        argument: Option<String>,
    ) -> Result<Vec<StoryFacts>, StoreError> {
        let sql = format!(
            "SELECT s.key, s.public_id, s.published, e.source, e.raw_id, e.title, e.url, e.first_seen, e.id = s.representative,
                 (SELECT count(*) FROM revisions r WHERE r.entry = e.id), v.rule, v.key, v.tokens, v.kin_source, v.kin_id, v.rules, e.withdrawn, e.withdrawn_how
             FROM stories s JOIN entries e ON e.story = s.id LEFT JOIN verdicts v ON v.entry = e.id {filter} ORDER BY s.published DESC, s.key, e.id = s.representative DESC, e.id"
        );
        let mut find = self.conn.prepare(&sql)?;
        let mut rows = find.query([argument])?;
        let mut stories: Vec<StoryFacts> = Vec::new();
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            if stories.last().is_none_or(|story| story.id.as_str() != key) {
                let (id, public_id, published) = (
                    StoryId::from(key.as_str()),
                    row.get(1)?,
                    instant(row.get(2)?),
                );
                stories.push(StoryFacts {
                    id,
                    public_id,
                    title: None,
                    published,
                    entries: Vec::new(),
                });
            }
            let entry = entry_facts(row)?;
            if let Some(story) = stories.last_mut() {
                if entry.is_representative || story.title.is_none() {
                    story.title.clone_from(&entry.title);
                }
                story.entries.push(entry);
            }
        }
        Ok(stories)
    }
}

fn entry_facts(row: &Row<'_>) -> rusqlite::Result<EntryFacts> {
    Ok(EntryFacts {
        source: row.get(3)?,
        id: row.get(4)?,
        title: row.get(5)?,
        url: row.get(6)?,
        first_seen: instant(row.get(7)?),
        is_representative: row.get::<_, Option<bool>>(8)?.unwrap_or(false),
        revisions: count(row, 9)?,
        withdrawn: withdrawn(row.get(16)?, row.get(17)?),
        reason: reason(row)?,
        rules: row.get::<_, Option<u32>>(15)?.unwrap_or_default(),
    })
}

/// The verdict as it was kept, told apart by what it names rather than by its rule: an entry is matched by an address, by a text, or by nothing.
fn reason(row: &Row<'_>) -> rusqlite::Result<Reason> {
    let kin: (Option<String>, Option<String>) = (row.get(13)?, row.get(14)?);
    let Some(kin) = kin.0.zip(kin.1).map(|(source, id)| EntryRef { source, id }) else {
        return Ok(Reason::Founder);
    };
    Ok(match row.get(11)? {
        Some(key) => Reason::Address { key, kin },
        None => Reason::Text {
            tokens: row.get::<_, Option<u32>>(12)?.unwrap_or_default(),
            kin,
        },
    })
}

/// A visit from the columns at, took, outcome, status, bytes, added, changed, message, oddities, pushed, the first of which is column `from`.
fn visit(row: &Row<'_>, from: usize) -> rusqlite::Result<VisitFacts> {
    let bytes: Option<i64> = row.get(from + 4)?;
    Ok(VisitFacts {
        at: instant(row.get(from)?),
        took: millis_to_duration(row.get(from + 1)?),
        outcome: row.get(from + 2)?,
        status: row.get(from + 3)?,
        bytes: bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        added: count(row, from + 5)?,
        changed: count(row, from + 6)?,
        message: row.get(from + 7)?,
        oddities: oddities_from_json(row.get(from + 8)?),
        pushed: row.get(from + 9)?,
    })
}

fn millis_to_duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}
