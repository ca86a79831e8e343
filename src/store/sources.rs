//! Sources as the store knows them: claimed for a visit, remembered after it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::holds::HELD;
use super::kept::Kept;
use super::shapes::{instant, millis, oddities_to_json};
use super::{Store, StoreError};
use crate::ingest::{Memory, Oddity};

/// Most visits kept of one source: two months of hourly ones.
const VISITS_KEPT: i64 = 1500;

/// A source that this process may visit now: nobody else will until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub source: String,
    pub kept: Kept,
    /// Sources with the same address, claimed along with it: one request serves them all (F19).
    pub followers: Vec<(String, Kept)>,
}

/// How many sources may be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ration {
    pub claims: usize,
    /// At one server, those that are claimed already included: more would only wait for their turns there (F19), and keep others from theirs.
    pub per_server: usize,
}

/// A source as feeds.toml has it, for [`Store::sync_sources`].
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub id: String,
    /// What the operator calls it.
    pub name: Option<String>,
    /// Its address as shown to people: without credentials (F38).
    pub address: String,
    /// Which server the address is at, for what servers ask of everyone (F14).
    pub server: Option<String>,
    /// An earlier source with the very same address: that one asks for both (F19).
    pub follows: Option<String>,
    /// When a source that is new here is due first, and why.
    pub first_due: DateTime<Utc>,
    pub because: &'static str,
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
    /// The server that answered last, when one did.
    pub via: Option<String>,
    /// `None`: never again (F25).
    pub due: Option<(DateTime<Utc>, &'static str)>,
}

impl Store {
    /// Makes the store know exactly the configured sources as active; the others keep what they brought and are left alone. A source whose address
    /// changed is due anew, and what the old address said (410, Retry-After, where it has moved) is forgotten.
    pub fn sync_sources(&self, sources: &[Listed]) -> Result<(), StoreError> {
        self.conn
            .execute("UPDATE sources SET active = 0 WHERE active = 1", [])?;
        let mut put = self.conn.prepare_cached(
            "INSERT INTO sources (id, name, address, due, due_because, server, follows) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET active = 1, name = excluded.name, follows = excluded.follows,
                 server = CASE WHEN moved_to IS NULL THEN excluded.server ELSE server END",
        )?;
        let mut elsewhere = self.conn.prepare_cached(
            "UPDATE sources SET address = ?2, due = ?3, due_because = ?4, server = ?5, via = NULL, retired = 0, failures = 0, gone_since = NULL, retry_at = NULL,
                 moved_to = NULL, moved_at = NULL, new_url = NULL, evidence_to = NULL, evidence_since = NULL, evidence_visits = NULL, evidence_trial = NULL,
                 purge_since = NULL WHERE id = ?1 AND address <> ?2",
        )?;
        for source in sources {
            let due = millis(source.first_due);
            put.execute(params![
                source.id,
                source.name,
                source.address,
                due,
                source.because,
                source.server,
                source.follows
            ])?;
            elsewhere.execute(params![
                source.id,
                source.address,
                due,
                source.because,
                source.server
            ])?;
        }
        Ok(())
    }

    /// Claims sources that are due until `lease`, the longest overdue first. Passed over is what another process holds, and what is at a server that asked
    /// to be left alone (F14) or has its ration already.
    pub fn claim_due(
        &self,
        now: DateTime<Utc>,
        ration: Ration,
        lease: Duration,
        owner: &str,
    ) -> Result<Vec<Claim>, StoreError> {
        let due = "retired = 0 AND follows IS NULL AND due <= ?1 AND ?6 IS NULL";
        self.claim_where(due, None, now, ration, lease, owner)
    }

    /// Claims sources though they be not due; of a source that follows another, the other. What is claimed leaves `wanted`, and so does what cannot be:
    /// another process holds it, or its server asked to be left alone until later (F14). What remains is past the ration for now.
    pub fn claim_wanted(
        &self,
        wanted: &mut Vec<String>,
        now: DateTime<Utc>,
        ration: Ration,
        lease: Duration,
        owner: &str,
    ) -> Result<Vec<Claim>, StoreError> {
        let list = serde_json::to_string(wanted)?;
        let claims = self.claim_where(
            &wanted_and_free("?6"),
            Some(&list),
            now,
            ration,
            lease,
            owner,
        )?;
        let mut find = self.conn.prepare_cached(&format!(
            "SELECT id FROM sources s WHERE active = 1 AND leased_until <= ?1 AND {HELD} <= ?1 AND {}",
            wanted_and_free("?2")
        ))?;
        let rows = find.query_map(params![millis(now), list], |row| row.get(0))?;
        *wanted = rows.collect::<Result<_, _>>()?;
        Ok(claims)
    }

    /// Claims by a condition on `sources`, in which ?1 is `now` and ?6 is `list`.
    fn claim_where(
        &self,
        condition: &str,
        list: Option<&str>,
        now: DateTime<Utc>,
        ration: Ration,
        lease: Duration,
        owner: &str,
    ) -> Result<Vec<Claim>, StoreError> {
        let count = |most: usize| i64::try_from(most).unwrap_or(i64::MAX);
        let mut claim = self.conn.prepare_cached(&format!(
            "WITH busy AS (SELECT server, count(*) AS held FROM sources WHERE leased_until > ?1 GROUP BY server),
                  free AS (SELECT s.id, s.due, coalesce(busy.held, 0) + row_number() OVER (PARTITION BY coalesce(s.server, s.id) ORDER BY s.due, s.id) AS place
                           FROM sources s LEFT JOIN busy ON busy.server = s.server
                           WHERE active = 1 AND leased_until <= ?1 AND {HELD} <= ?1 AND {condition})
             UPDATE sources SET leased_until = ?2, leased_by = ?3 WHERE id IN (SELECT id FROM free WHERE place <= ?5 ORDER BY due, id LIMIT ?4) RETURNING id, due",
        ))?;
        let rows = claim.query_map(
            params![
                millis(now),
                until(now, lease),
                owner,
                count(ration.claims),
                count(ration.per_server),
                list
            ],
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)),
        )?;
        let mut claimed = rows.collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        claimed
            .into_iter()
            .map(|(source, _)| self.claimed(source))
            .collect()
    }

    fn claimed(&self, source: String) -> Result<Claim, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM sources WHERE active = 1 AND follows = ?1 ORDER BY rowid",
        )?;
        let followers: Vec<String> = find
            .query_map([&source], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let followers = followers
            .into_iter()
            .map(|id| Ok((id.clone(), self.kept(&id)?)));
        Ok(Claim {
            kept: self.kept(&source)?,
            followers: followers.collect::<Result<_, StoreError>>()?,
            source,
        })
    }

    /// Holds on to everything this owner has claimed, until `lease` from now.
    pub fn renew(
        &self,
        now: DateTime<Utc>,
        lease: Duration,
        owner: &str,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE sources SET leased_until = ?1 WHERE leased_by = ?2 AND leased_until < ?1",
            )?
            .execute(params![until(now, lease), owner])?;
        self.renew_pages(until(now, lease), owner)
    }

    /// Gives everything back that this owner has claimed: its visits were abandoned.
    pub fn release_all(&self, owner: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE sources SET leased_until = 0, leased_by = NULL WHERE leased_by = ?1",
            )?
            .execute([owner])?;
        self.release_pages(owner)
    }

    /// Gives a claim back without a visit.
    pub fn release(&self, source: &str, owner: &str) -> Result<(), StoreError> {
        self.conn.prepare_cached("UPDATE sources SET leased_until = 0, leased_by = NULL WHERE id = ?1 AND leased_by = ?2")?.execute(params![source, owner])?;
        Ok(())
    }

    /// Ends a claim without a visit, whoever holds it: the visit was turned back on its way (F14).
    pub fn end_claim(&self, source: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE sources SET leased_until = 0, leased_by = NULL WHERE id = ?1")?
            .execute([source])?;
        Ok(())
    }

    /// The earliest instant after `now` at which some source may be claimed that may not be now: it is due, its lease has ended, and its server is no
    /// longer to be left alone.
    pub fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        // Apart, so that the index finds the first of what is to come, however many there are.
        let next: Option<i64> = self
            .conn
            .prepare_cached(&format!(
                "SELECT min(at) FROM (
                     SELECT min(due) AS at FROM sources WHERE active = 1 AND retired = 0 AND follows IS NULL AND due > ?1
                     UNION ALL SELECT max(leased_until, {HELD}) FROM sources s WHERE active = 1 AND retired = 0 AND follows IS NULL AND due <= ?1)
                 WHERE at > ?1",
            ))?
            .query_row([millis(now)], |row| row.get(0))?;
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
                 news = CASE WHEN ?9 THEN ?2 ELSE news END, via = coalesce(?10, via), leased_until = 0, leased_by = NULL WHERE id = ?1",
        )?.execute(params![
            visit.source, millis(visit.at), visit.failures, visit.gone_since.map(millis), visit.retry_at.map(millis), due, because, visit.due.is_none(),
            visit.added + visit.changed > 0, visit.via
        ])?;
        if let Some(memory) = visit.memory {
            self.remember(visit.source, memory)?;
        }
        Ok(())
    }
}

/// Those of a list, each by the source it follows if it follows one, that did not themselves ask to be left alone until later.
fn wanted_and_free(list: &str) -> String {
    format!(
        "coalesce(retry_at, 0) <= ?1 AND s.id IN (SELECT coalesce(follows, id) FROM sources WHERE id IN (SELECT value FROM json_each({list})))"
    )
}

pub(super) fn until(now: DateTime<Utc>, lease: Duration) -> i64 {
    millis(now).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 4))
}
