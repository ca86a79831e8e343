//! The store at a glance, for whoever watches the daemon: cheap enough to be asked every few seconds.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::holds::HELD;
use super::shapes::{instant, millis};
use super::{Store, StoreError};

/// How things stand at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Listed in feeds.toml.
    pub sources: u64,
    /// Of these, those whose last visit failed.
    pub failing: u64,
    /// Sources that could be visited now and that nobody visits yet.
    pub due: u64,
    /// When the first of them was due.
    pub oldest_due: Option<DateTime<Utc>>,
    /// When the next one is due that is not yet; `None` when none will be.
    pub next_due: Option<DateTime<Utc>>,
    /// Articles' pages that could be asked for now.
    pub pages_due: u64,
    pub entries: u64,
    pub stories: u64,
}

impl Store {
    /// Looks round. Reads indexes only, but for the list of sources, and changes nothing.
    pub fn outlook(&self, now: DateTime<Utc>) -> Result<Outlook, StoreError> {
        let now = millis(now);
        let count = |value: i64| u64::try_from(value).unwrap_or_default();
        let mut outlook = self
            .conn
            .prepare_cached(&format!(
                "SELECT count(*), coalesce(sum(failures > 0), 0), coalesce(sum(free AND due <= ?1), 0), min(CASE WHEN free AND due <= ?1 THEN due END),
                     min(CASE WHEN due > ?1 AND retired = 0 AND follows IS NULL THEN due END)
                 FROM (SELECT failures, due, retired, follows, retired = 0 AND follows IS NULL AND leased_until <= ?1 AND (due > ?1 OR {HELD} <= ?1) AS free
                       FROM sources s WHERE active = 1)"
            ))?
            .query_row([now], |row| {
                Ok(Outlook {
                    sources: count(row.get(0)?),
                    failing: count(row.get(1)?),
                    due: count(row.get(2)?),
                    oldest_due: row.get::<_, Option<i64>>(3)?.map(instant),
                    next_due: row.get::<_, Option<i64>>(4)?.map(instant),
                    ..Outlook::default()
                })
            })?;
        let (pages, entries, stories) = self
            .conn
            .prepare_cached(
                "SELECT (SELECT count(*) FROM pages WHERE due <= ?1 AND leased_until <= ?1), (SELECT count(*) FROM entries), (SELECT count(*) FROM stories)",
            )?
            .query_row(params![now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        (outlook.pages_due, outlook.entries, outlook.stories) =
            (count(pages), count(entries), count(stories));
        Ok(outlook)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Listed, Ration};
    use chrono::TimeDelta;
    use std::time::Duration;

    #[test]
    fn what_is_due_failing_and_next_is_seen_and_what_is_claimed_is_not_due() {
        let store = Store::in_memory().unwrap();
        let now = DateTime::from_timestamp(1_760_000_000, 0).unwrap();
        let listed = |id: &str, minutes: i64| Listed {
            id: id.into(),
            name: None,
            address: format!("https://{id}.example/"),
            server: Some(id.into()),
            follows: (id == "shadow").then(|| "first".into()),
            first_due: now + TimeDelta::minutes(minutes),
            because: "startup",
        };
        let sources = [
            listed("first", -9),
            listed("second", -5),
            listed("later", 7),
            listed("shadow", -20),
        ];
        store.sync_sources(&sources).unwrap();
        let outlook = store.outlook(now).unwrap();
        assert_eq!((outlook.sources, outlook.due, outlook.failing), (4, 2, 0));
        assert_eq!(outlook.oldest_due, Some(now - TimeDelta::minutes(9)));
        assert_eq!(outlook.next_due, Some(now + TimeDelta::minutes(7)));
        let one = Ration {
            claims: 1,
            per_server: 1,
        };
        let lease = Duration::from_secs(60);
        store.claim_due(now, one, lease, "me").unwrap();
        let outlook = store.outlook(now).unwrap();
        assert_eq!(outlook.due, 1);
        assert_eq!(outlook.oldest_due, Some(now - TimeDelta::minutes(5)));
    }
}
