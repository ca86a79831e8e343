//! The store looked over for faults, for `doctor`. Reads only.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::types::ToSql;

use super::shapes::millis;
use super::{Store, StoreError};

/// How many places of one fault are told: enough to look at.
const PLACES: usize = 3;

/// Most lines SQLite is asked for about one damaged file.
const LINES: usize = 100;

/// A clock that differs from the one that made a visit by less is no fault.
const SKEW: TimeDelta = TimeDelta::minutes(2);

/// Leases are a minute long and renewed; one that ends later than this was made by a clock that went ahead.
const LONGEST_LEASE: TimeDelta = TimeDelta::minutes(10);

/// A source that is so long overdue though others were visited since is stuck: no turn at a host takes as long.
const STUCK: TimeDelta = TimeDelta::hours(1);

/// With nothing visited for so long nothing visits: a timer that runs once a day is the slowest anybody has.
const NOBODY: TimeDelta = TimeDelta::hours(25);

/// A source that has failed for so long does not come back by itself.
const FAILING: TimeDelta = TimeDelta::days(14);

/// Failures in a row below which a source is not failing but seldom visited.
const FAILURES: u32 = 3;

/// Panics older than this were told often enough.
const RECENT: TimeDelta = TimeDelta::days(7);

/// Something that is wrong in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ailment {
    /// Stable, kebab-case.
    pub name: &'static str,
    /// How many rows or sources have it.
    pub count: u64,
    /// Some of them, for people.
    pub places: Vec<String>,
}

/// Name, and a question whose rows are the places. `:now` and others are bound where they are named.
type Question = (&'static str, &'static str);

#[rustfmt::skip]
const QUESTIONS: &[Question] = &[
    ("entry-twice",
     "SELECT source || ' ' || raw_id FROM entries NOT INDEXED GROUP BY source, raw_id HAVING count(*) > 1"),
    ("public-id-twice",
     "SELECT public_id FROM stories NOT INDEXED GROUP BY public_id HAVING count(*) > 1"),
    ("entry-without-verdict",
     "SELECT source || ' ' || raw_id FROM entries e WHERE NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.entry = e.id)"),
    ("entry-without-fingerprint",
     "SELECT source || ' ' || raw_id FROM entries e WHERE NOT EXISTS (SELECT 1 FROM fingerprints f WHERE f.entry = e.id)"),
    ("story-without-entries",
     "SELECT public_id FROM stories s WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.story = s.id)"),
    ("story-without-speaker",
     "SELECT public_id FROM stories s WHERE EXISTS (SELECT 1 FROM entries e WHERE e.story = s.id)
      AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = s.representative AND e.story = s.id)"),
    ("leader-missing",
     "SELECT id FROM sources s WHERE active = 1 AND follows IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM sources l WHERE l.id = s.follows AND l.active = 1)"),
    ("publication-of-gone-feed",
     "SELECT DISTINCT feed FROM publications WHERE until IS NULL AND feed NOT IN (SELECT value FROM json_each(:feeds))"),
    ("lease-too-long",
     "SELECT 'source ' || id FROM sources WHERE leased_until > :longest_lease
      UNION ALL SELECT 'page ' || url FROM pages WHERE due IS NOT NULL AND leased_until > :longest_lease"),
    ("source-stuck",
     "SELECT id FROM sources s WHERE active = 1 AND retired = 0 AND follows IS NULL AND leased_until < :now AND due < :stuck
      AND NOT EXISTS (SELECT 1 FROM servers h WHERE h.server IN (s.server, s.via) AND h.held_until > :stuck)
      AND (SELECT max(visited) FROM sources) - due > :stuck_for"),
    ("nobody-visits",
     "SELECT 'the last visit was ' || coalesce(datetime(max(visited) / 1000, 'unixepoch') || ' UTC', 'never') FROM sources
      WHERE active = 1 HAVING min(CASE WHEN retired = 0 AND follows IS NULL THEN due END) < :nobody AND coalesce(max(visited), 0) < :nobody"),
    ("visit-in-the-future",
     "SELECT source || ' at ' || datetime(max(at) / 1000, 'unixepoch') || ' UTC' FROM visits WHERE at > :soon GROUP BY source"),
    ("source-failing",
     "SELECT s.id || ', ' || s.failures || ' times in a row' FROM sources s WHERE active = 1 AND retired = 0 AND failures >= :failures
      AND coalesce((SELECT max(at) FROM visits v WHERE v.source = s.id AND v.outcome IN ('fresh', 'unchanged')),
                   (SELECT min(at) FROM visits v WHERE v.source = s.id)) < :failing"),
    ("visit-panicked",
     "SELECT source || ': ' || coalesce(message, '') FROM visits v WHERE outcome = 'panicked' AND at > :recent
      AND NOT EXISTS (SELECT 1 FROM specimens k WHERE k.source = v.source)"),
    ("document-kept",
     "SELECT k.source || ', ' || k.said FROM specimens k JOIN sources s ON s.id = k.source WHERE s.active = 1"),
];

impl Store {
    /// Everything that is wrong in the store, by the configured feeds and at this time. With `deep` every index is held against its table, which takes many
    /// times as long.
    ///
    /// A store that is damaged is not asked further: its answers mean nothing.
    pub fn examine(
        &self,
        feeds: &[String],
        deep: bool,
        now: DateTime<Utc>,
    ) -> Result<Vec<Ailment>, StoreError> {
        let damage = self.damage(deep)?;
        if damage.count > 0 {
            return Ok(vec![damage]);
        }
        let mut found = vec![self.dangling()?];
        for (name, sql) in QUESTIONS {
            found.push(self.ailment(name, sql, feeds, now)?);
        }
        found.retain(|ailment| ailment.count > 0);
        Ok(found)
    }

    /// Who holds leases now, and how many.
    pub fn lease_holders(&self, now: DateTime<Utc>) -> Result<Vec<(String, u64)>, StoreError> {
        let mut find = self.conn.prepare(
            "SELECT leased_by, count(*) FROM (SELECT leased_by FROM sources WHERE leased_until > ?1
             UNION ALL SELECT leased_by FROM pages WHERE due IS NOT NULL AND leased_until > ?1) WHERE leased_by IS NOT NULL GROUP BY leased_by ORDER BY leased_by",
        )?;
        let rows = find.query_map([millis(now)], |row| {
            let count: i64 = row.get(1)?;
            Ok((row.get(0)?, u64::try_from(count).unwrap_or(0)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What SQLite finds wrong with the file.
    fn damage(&self, deep: bool) -> Result<Ailment, StoreError> {
        let check = if deep {
            "integrity_check"
        } else {
            "quick_check"
        };
        let mut find = self.conn.prepare(&format!("PRAGMA {check}({LINES})"))?;
        let mut rows = find.query([])?;
        let mut lines = Vec::new();
        loop {
            match rows.next() {
                Ok(Some(row)) => lines.push(row.get::<_, String>(0)?),
                Ok(None) => break,
                // So damaged that it cannot even be checked.
                Err(error) => match StoreError::from(error) {
                    StoreError::Damaged(said) => {
                        lines.push(said);
                        break;
                    }
                    other => return Err(other),
                },
            }
        }
        lines.retain(|line| line != "ok");
        Ok(told("store-damaged", lines))
    }

    /// Rows that point at rows which are not there, of every table.
    fn dangling(&self) -> Result<Ailment, StoreError> {
        let mut find = self.conn.prepare(
            "SELECT \"table\" || ' without its ' || parent || ', ' || count(*) || ' rows', count(*) FROM pragma_foreign_key_check GROUP BY \"table\", parent",
        )?;
        let rows = find.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        });
        let mut count = 0;
        let mut places = Vec::new();
        for row in rows? {
            let (place, rows) = row?;
            count += u64::try_from(rows).unwrap_or(0);
            places.push(place);
        }
        Ok(Ailment {
            count,
            ..told("dangling-reference", places)
        })
    }

    fn ailment(
        &self,
        name: &'static str,
        sql: &str,
        feeds: &[String],
        now: DateTime<Utc>,
    ) -> Result<Ailment, StoreError> {
        let at = |step: TimeDelta| millis(now.checked_add_signed(step).unwrap_or(now));
        let feeds = serde_json::to_string(feeds)?;
        let known: [(&str, &dyn ToSql); 10] = [
            (":now", &at(TimeDelta::zero())),
            (":feeds", &feeds),
            (":longest_lease", &at(LONGEST_LEASE)),
            (":stuck", &at(-STUCK)),
            (":stuck_for", &STUCK.num_milliseconds()),
            (":nobody", &at(-NOBODY)),
            (":soon", &at(SKEW)),
            (":failures", &FAILURES),
            (":failing", &at(-FAILING)),
            (":recent", &at(-RECENT)),
        ];
        let mut find = self.conn.prepare(sql)?;
        let mut named = Vec::new();
        for (name, value) in known {
            if find.parameter_index(name)?.is_some() {
                named.push((name, value));
            }
        }
        let rows = find.query_map(named.as_slice(), |row| row.get(0))?;
        Ok(told(name, rows.collect::<Result<_, _>>()?))
    }
}

fn told(name: &'static str, mut places: Vec<String>) -> Ailment {
    let count = places.len() as u64;
    places.truncate(PLACES);
    Ailment {
        name,
        count,
        places,
    }
}
