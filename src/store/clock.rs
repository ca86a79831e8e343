//! What was written while the clock was wrong: a machine that wakes in another year keeps its appointments for then.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;

use super::shapes::millis;
use super::{Store, StoreError};

/// How far ahead of us the store may have been written. Clocks are set right by seconds; leases last a minute.
const AHEAD: TimeDelta = TimeDelta::minutes(10);

/// A page waits a day for another try at most, and a server's `Retry-After` is believed for a month: what waits longer was written by a clock that went
/// ahead.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(32);

impl Store {
    /// Undoes what a clock that went ahead has put off: sources that were visited in the future are due now, leases that nobody can have given end, and
    /// waits that servers asked for become as long as they can have been meant. Returns how many changes that were. What was said then keeps its dates.
    pub fn set_right(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let (now, ahead, wait) = (millis(now), millis(now + AHEAD), millis(now + LONGEST_WAIT));
        // Looked for first, so that a store where all is well is not written to.
        let mut find = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM sources WHERE visited > ?1 OR leased_until > ?1) OR EXISTS (SELECT 1 FROM servers WHERE held_until > ?2)
                 OR EXISTS (SELECT 1 FROM pages WHERE due IS NOT NULL AND (leased_until > ?1 OR due > ?2))",
        )?;
        if !find.query_row(params![ahead, wait], |row| row.get(0))? {
            return Ok(0);
        }
        self.transaction(|store| {
            let write = |sql: &str, limit| store.conn.execute(sql, params![now, limit]);
            let sources = write(
                "UPDATE sources SET due = CASE WHEN visited > ?2 THEN ?1 ELSE due END, due_because = CASE WHEN visited > ?2 THEN 'startup' ELSE due_because END,
                     visited = min(visited, ?1),
                     leased_by = CASE WHEN leased_until > ?2 THEN NULL ELSE leased_by END, leased_until = CASE WHEN leased_until > ?2 THEN 0 ELSE leased_until END
                 WHERE visited > ?2 OR leased_until > ?2",
                ahead,
            )?;
            let pages = write(
                "UPDATE pages SET leased_until = 0, leased_by = NULL, due = min(due, ?1) WHERE due IS NOT NULL AND leased_until > ?2",
                ahead,
            )? + write("UPDATE pages SET due = ?1 WHERE due > ?2", wait)?;
            // What a server asked for is kept as far as it may have been meant: it may be now that the clock is wrong.
            let asked = "UPDATE sources SET retry_at = max(?1, ?2) WHERE retry_at > ?2";
            let held = "UPDATE servers SET held_until = max(?1, ?2) WHERE held_until > ?2";
            Ok(sources + pages + write(asked, wait)? + write(held, wait)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::Ration;
    use crate::store::{Listed, VisitRecord};

    fn listed(id: &str, now: DateTime<Utc>) -> Listed {
        Listed {
            id: id.into(),
            name: None,
            address: format!("https://{id}.example/feed"),
            server: Some(format!("{id}.example")),
            follows: None,
            first_due: now,
            because: "startup",
        }
    }

    fn visited(store: &Store, source: &str, now: DateTime<Utc>) {
        let visit = VisitRecord {
            source,
            at: now,
            took: Duration::ZERO,
            outcome: "fresh",
            status: Some(200),
            bytes: None,
            added: 0,
            changed: 0,
            message: None,
            oddities: &[],
            memory: None,
            failures: 0,
            gone_since: None,
            retry_at: None,
            via: None,
            due: Some((now + TimeDelta::hours(1), "schedule")),
        };
        store.record_visit(&visit).unwrap();
    }

    #[test]
    fn f9_f14_what_a_clock_ahead_put_off_is_due_and_what_servers_asked_is_kept() {
        let lease = Duration::from_secs(60);
        let now = DateTime::from_timestamp(1_760_000_000, 0).unwrap();
        let ahead = now + TimeDelta::days(3_650);
        let store = Store::in_memory().unwrap();
        let sources = ["a", "b", "c", "d"].map(|id| listed(id, now));
        store.sync_sources(&sources).unwrap();
        visited(&store, "a", ahead);
        visited(&store, "b", now);
        assert!(store.claim("c", ahead, lease, "lost").unwrap().is_some());
        store.hold("d.example", ahead, now).unwrap();
        assert!(store.set_right(now).unwrap() > 0);
        let claims = store.claim_due(now, Ration::of(9), lease, "one").unwrap();
        let due: Vec<&str> = claims.iter().map(|claim| claim.source.as_str()).collect();
        assert_eq!(due, ["a", "c"]);
        let held = store.left_alone_until("d", now).unwrap();
        assert_eq!(held, Some(now + LONGEST_WAIT));
        // Nothing more to do, and nothing is taken from whoever holds a claim now.
        assert_eq!(store.set_right(now).unwrap(), 0);
        assert!(store.claim("a", now, lease, "two").unwrap().is_none());
    }
}
