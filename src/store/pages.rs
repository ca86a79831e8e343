//! The pages of entries that are to be fetched for their text: wanted, claimed, given back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

use super::keys::EntryKey;
use super::shapes::millis;
use super::sources::until;
use super::{Store, StoreError};

/// A page that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct PageWish {
    pub entry: EntryKey,
    /// http or https, without credentials.
    pub url: String,
    pub server: String,
    /// The entry's own time: the newest are asked for first.
    pub newness: DateTime<Utc>,
}

/// A page that this process may ask for now: nobody else will until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct PageClaim {
    pub entry: EntryKey,
    /// The source of the entry.
    pub source: String,
    pub url: String,
}

/// What keeps a page from being asked for at ?1: another's lease on it or on another page of its server, so that one page at a time is fetched there, and a
/// server that asked to be left alone (F14), be it the page's own or the one to which pages of that server led.
///
/// What holds servers is joined from their few rows on: `CROSS JOIN` is SQLite's word for an order of tables that it keeps to.
const FREE: &str = "p.due <= ?1 AND p.leased_until <= ?1 AND e.withdrawn IS NULL AND e.source IN (SELECT value FROM json_each(?2))
     AND p.server NOT IN (SELECT o.server FROM pages o WHERE o.due IS NOT NULL AND o.leased_until > ?1)
     AND p.server NOT IN (SELECT server FROM servers WHERE held_until > ?1)
     AND p.server NOT IN (SELECT o.server FROM servers h CROSS JOIN pages o ON o.via = h.server WHERE h.held_until > ?1)";

impl Store {
    /// Wants the page of an entry, from `now` on. One that was ever wanted is not wanted again.
    pub fn want_page(&self, wish: &PageWish, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO pages (entry, url, server, newness, due) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![wish.entry.0, wish.url, wish.server, millis(wish.newness), millis(now)])?;
        Ok(())
    }

    /// Wants a page anew that was wanted before, at the address it has now, unless that was done `most` times already. What it said stays until it says
    /// something else. False when it is not wanted.
    pub fn want_page_anew(
        &self,
        wish: &PageWish,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE pages SET url = ?2, server = ?3, newness = ?4, due = ?5, tries = 0, again = again + 1, leased_until = 0, leased_by = NULL
                 WHERE entry = ?1 AND again < ?6",
            )?
            .execute(params![wish.entry.0, wish.url, wish.server, millis(wish.newness), millis(now), most])?;
        Ok(changed > 0)
    }

    /// Claims up to `limit` pages of entries of these sources, the newest first, one a server, until `lease`. Counts as a try of each; one that was tried
    /// `most` times and never recorded is given up: whoever asked for it died of it each time.
    pub fn claim_pages(
        &self,
        sources: &[String],
        now: DateTime<Utc>,
        (limit, most): (usize, u32),
        lease: Duration,
        owner: &str,
    ) -> Result<Vec<PageClaim>, StoreError> {
        // Looked for first, so that a store with nothing to fetch is not written to.
        if limit == 0 || self.free_pages(sources, now, limit)?.is_empty() {
            return Ok(Vec::new());
        }
        self.transaction(|store| {
            store
                .conn
                .prepare_cached(
                    "UPDATE pages SET due = NULL, outcome = 'lost', message = 'headwater ended while it was being read, each time' WHERE due <= ?1 AND leased_until <= ?1 AND tries >= ?2",
                )?
                .execute(params![millis(now), most])?;
            let claims = store.free_pages(sources, now, limit)?;
            let mut claim = store.conn.prepare_cached(
                "UPDATE pages SET leased_until = ?2, leased_by = ?3, tries = tries + 1 WHERE entry = ?1",
            )?;
            for page in &claims {
                claim.execute(params![page.entry.0, until(now, lease), owner])?;
            }
            Ok(claims)
        })
    }

    fn free_pages(
        &self,
        sources: &[String],
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<PageClaim>, StoreError> {
        let mut find = self.conn.prepare_cached(&free_pages_sql())?;
        let rows = find.query_map(
            params![
                millis(now),
                serde_json::to_string(sources)?,
                i64::try_from(limit).unwrap_or(i64::MAX)
            ],
            claim,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Unclaimed wanted pages at the address of this one, of the entry that these sources know by the same id.
    pub fn pages_alike(
        &self,
        entry: EntryKey,
        sources: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<PageClaim>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT o.entry, e.source, o.url FROM pages p JOIN entries own ON own.id = p.entry JOIN entries e ON e.raw_id = own.raw_id JOIN pages o ON o.entry = e.id
             WHERE p.entry = ?1 AND o.entry <> p.entry AND o.url = p.url AND o.due IS NOT NULL AND o.leased_until <= ?2
               AND e.withdrawn IS NULL AND e.source IN (SELECT value FROM json_each(?3)) ORDER BY o.entry",
        )?;
        let params = params![entry.0, millis(now), serde_json::to_string(sources)?];
        let rows = find.query_map(params, claim)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Holds on to the pages this owner has claimed.
    pub(super) fn renew_pages(&self, until: i64, owner: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE pages SET leased_until = ?1 WHERE due IS NOT NULL AND leased_by = ?2 AND leased_until < ?1",
            )?
            .execute(params![until, owner])?;
        Ok(())
    }

    /// Gives back the pages this owner has claimed: they were not asked for, or nobody heard the answer. That was no try.
    pub(super) fn release_pages(&self, owner: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE pages SET leased_until = 0, leased_by = NULL, tries = max(tries - 1, 0) WHERE due IS NOT NULL AND leased_by = ?1",
            )?
            .execute([owner])?;
        Ok(())
    }

    /// Gives one claim back, not to be made again before then. That was no try.
    pub fn release_page(&self, entry: EntryKey, due: DateTime<Utc>) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE pages SET leased_until = 0, leased_by = NULL, tries = max(tries - 1, 0), due = max(due, ?2) WHERE entry = ?1 AND due IS NOT NULL",
            )?
            .execute(params![entry.0, millis(due)])?;
        Ok(())
    }

    /// Puts off all pages at the server of this one: it is in trouble, and each of them would only ask it once more.
    pub fn put_off_pages_beside(
        &self,
        entry: EntryKey,
        due: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE pages SET due = max(due, ?2) WHERE due IS NOT NULL AND server = (SELECT server FROM pages WHERE entry = ?1)",
            )?
            .execute(params![entry.0, millis(due)])?;
        Ok(())
    }

    /// How often a page was claimed since it was wanted, and whether it is wanted still; `None` when it never was.
    pub fn page_tries(&self, entry: EntryKey) -> Result<Option<(u32, bool)>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT tries, due IS NOT NULL FROM pages WHERE entry = ?1")?;
        let mut rows = find.query([entry.0])?;
        Ok(match rows.next()? {
            Some(row) => Some((row.get(0)?, row.get(1)?)),
            None => None,
        })
    }
}

/// From what is due to its entries, never from all that these sources ever said: this is asked at every turn of the daemon's loop.
fn free_pages_sql() -> String {
    format!(
        "SELECT entry, source, url FROM (
             SELECT p.entry, e.source, p.url, p.newness, row_number() OVER (PARTITION BY p.server ORDER BY p.newness DESC, p.entry) AS nth
             FROM pages p CROSS JOIN entries e ON e.id = p.entry WHERE {FREE})
         WHERE nth = 1 ORDER BY newness DESC, entry LIMIT ?3"
    )
}

fn claim(row: &Row<'_>) -> rusqlite::Result<PageClaim> {
    Ok(PageClaim {
        entry: EntryKey(row.get(0)?),
        source: row.get(1)?,
        url: row.get(2)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_looked_for_among_what_is_due_however_much_is_stored() {
        let store = Store::in_memory().unwrap();
        let mut find = store
            .conn
            .prepare(&format!("EXPLAIN QUERY PLAN {}", free_pages_sql()))
            .unwrap();
        let steps: Vec<String> = find
            .query_map(params![0, "[]", 8], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let plan = steps.join("\n");
        for step in [
            "SEARCH p USING INDEX pages_due",
            "SEARCH e USING INTEGER PRIMARY KEY",
            "SEARCH o USING INDEX pages_via",
        ] {
            assert!(plan.contains(step), "{step} is not in\n{plan}");
        }
    }
}
