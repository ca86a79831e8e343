//! What sources announce of hubs, and the subscriptions there (W1–W7).

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

use super::shapes::{instant, millis};
use super::{Store, StoreError};
use crate::link;
use crate::push::{Announced, Evidence, Obstacle, State, Subscription};

/// What a source announced last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub source: String,
    /// The source's address at that time, without credentials.
    pub address: String,
    pub announced: Announced,
    /// Why it is not subscribed to, as far as it was weighed.
    pub obstacle: Option<Obstacle>,
}

const ANNOUNCEMENT: &str = "h.source, h.address, h.hub, h.topic, h.obstacle";

/// The columns that `subscription` reads, in its order.
const COLUMNS: &str = "token, secret, source, hub, topic, callback, state, due, asked, tries, lease_until, problem, first_delivery, last_delivery, \
    deliveries, refused, missed, proofs, pinged, owed, ended";

impl Store {
    /// Keeps what a source announces now; `None` when it announces nothing any more. What is new about it waits to be weighed.
    pub fn record_announced(
        &self,
        source: &str,
        address: &str,
        announced: Option<&Announced>,
    ) -> Result<(), StoreError> {
        let Some(Announced { hub, topic }) = announced else {
            // What it no longer announces is not wanted any more, which is found out like all that has changed.
            self.conn
                .prepare_cached(
                    "UPDATE hubs SET address = '', weighed = 0 WHERE source = ?1 AND address <> ''",
                )?
                .execute([source])?;
            return Ok(());
        };
        self.conn
            .prepare_cached(
                "INSERT INTO hubs (source, address, hub, topic) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (source) DO UPDATE
                     SET address = excluded.address, hub = excluded.hub, topic = excluded.topic, weighed = 0
                     WHERE address <> excluded.address OR hub <> excluded.hub OR topic <> excluded.topic",
            )?
            .execute(params![source, address, hub, topic])?;
        Ok(())
    }

    pub fn announcement(&self, source: &str) -> Result<Option<Announcement>, StoreError> {
        let mut find = self.conn.prepare_cached(&format!(
            "SELECT {ANNOUNCEMENT} FROM hubs h WHERE h.source = ?1 AND h.address <> ''"
        ))?;
        Ok(find.query_row([source], announcement).optional()?)
    }

    /// What listed sources announce that ask for themselves, by source: all of it, or only what was not weighed yet.
    pub fn announcements(&self, all: bool) -> Result<Vec<Announcement>, StoreError> {
        let mut find = self.conn.prepare_cached(&format!(
            "SELECT {ANNOUNCEMENT} FROM hubs h JOIN sources s ON s.id = h.source
             WHERE (?1 OR h.weighed = 0) AND s.active = 1 AND s.follows IS NULL AND s.retired = 0 ORDER BY h.source",
        ))?;
        let rows = find.query_map([all], announcement)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that what a source announces was weighed, and what was in the way.
    pub fn record_weighed(
        &self,
        source: &str,
        obstacle: Option<Obstacle>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE hubs SET weighed = 1, obstacle = ?2 WHERE source = ?1")?
            .execute(params![source, obstacle.map(Obstacle::as_str)])?;
        Ok(())
    }

    /// Puts a subscription in the place of what was kept under its token.
    pub fn keep_subscription(&self, sub: &Subscription) -> Result<(), StoreError> {
        let server = link::resolve(&sub.hub, None).and_then(|hub| link::server(&hub));
        let evidence = &sub.evidence;
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.conn
            .prepare_cached(&format!(
                "INSERT OR REPLACE INTO subscriptions ({COLUMNS}, server)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
            ))?
            .execute(params![
                sub.token,
                sub.secret,
                sub.source,
                sub.hub,
                sub.topic,
                sub.callback,
                sub.state.as_str(),
                millis(sub.due),
                sub.asked.map(millis),
                sub.tries,
                sub.lease_until.map(millis),
                sub.problem,
                evidence.first_delivery.map(millis),
                evidence.last_delivery.map(millis),
                count(evidence.deliveries),
                count(evidence.refused),
                evidence.missed.map(millis),
                evidence.proofs,
                evidence.pinged.map(millis),
                evidence.owed,
                sub.ended.map(millis),
                server
            ])?;
        Ok(())
    }

    pub fn subscription(&self, token: &str) -> Result<Option<Subscription>, StoreError> {
        self.subscriptions("token = ?1", [token])
            .map(|mut found| found.pop())
    }

    /// The subscription of a source that is wanted; of a source that follows another, the other's.
    pub fn subscription_of(&self, source: &str) -> Result<Option<Subscription>, StoreError> {
        let wanted = "source = (SELECT coalesce(follows, id) FROM sources WHERE id = ?1) AND state IN ('pending', 'active', 'denied') ORDER BY due";
        self.subscriptions(wanted, [source])
            .map(|mut found| found.pop())
    }

    /// Every subscription of a source that is not over.
    pub fn held_subscriptions(&self, source: &str) -> Result<Vec<Subscription>, StoreError> {
        self.subscriptions("source = ?1 AND state <> 'over' ORDER BY token", [source])
    }

    /// Every subscription that is wanted, whether its source is still listed or not.
    pub fn wanted_subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        self.subscriptions(
            "state IN ('pending', 'active', 'denied') ORDER BY token",
            [],
        )
    }

    /// Subscriptions whose hub is to be asked now, the longest overdue first, but for hubs at servers that asked to be left alone (F14).
    pub fn due_subscriptions(
        &self,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Subscription>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let due = "state <> 'over' AND due <= ?1 AND coalesce((SELECT h.held_until FROM servers h WHERE h.server = subscriptions.server), 0) <= ?1 \
                   ORDER BY due, token LIMIT ?2";
        self.subscriptions(due, params![millis(now), limit])
    }

    /// Subscriptions whose lease has run out.
    pub fn lapsed_subscriptions(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<Subscription>, StoreError> {
        let lapsed = "state = 'active' AND coalesce(lease_until, 0) <= ?1 ORDER BY token";
        self.subscriptions(lapsed, [millis(now)])
    }

    /// Subscriptions of which deliveries were acknowledged and not settled.
    pub fn owing_subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        self.subscriptions("owed > 0 ORDER BY token", [])
    }

    /// Subscriptions that are over.
    pub fn past_subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        self.subscriptions("state = 'over' ORDER BY token", [])
    }

    pub fn forget_subscription(&self, token: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("DELETE FROM subscriptions WHERE token = ?1")?
            .execute([token])?;
        Ok(())
    }

    fn subscriptions(
        &self,
        filter: &str,
        arguments: impl rusqlite::Params,
    ) -> Result<Vec<Subscription>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM subscriptions WHERE {filter}");
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map(arguments, subscription)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn announcement(row: &Row<'_>) -> rusqlite::Result<Announcement> {
    Ok(Announcement {
        source: row.get(0)?,
        address: row.get(1)?,
        announced: Announced {
            hub: row.get(2)?,
            topic: row.get(3)?,
        },
        obstacle: row
            .get::<_, Option<String>>(4)?
            .and_then(|code| Obstacle::parse(&code)),
    })
}

fn subscription(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    let moment = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(instant));
    let count = |column| {
        Ok::<_, rusqlite::Error>(u64::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
    };
    let state: String = row.get(6)?;
    Ok(Subscription {
        token: row.get(0)?,
        secret: row.get(1)?,
        source: row.get(2)?,
        hub: row.get(3)?,
        topic: row.get(4)?,
        callback: row.get(5)?,
        // A word that is not ours promises nothing.
        state: State::parse(&state).unwrap_or(State::Over),
        due: instant(row.get(7)?),
        asked: moment(8)?,
        tries: row.get(9)?,
        lease_until: moment(10)?,
        problem: row.get(11)?,
        evidence: Evidence {
            first_delivery: moment(12)?,
            last_delivery: moment(13)?,
            deliveries: count(14)?,
            refused: count(15)?,
            missed: moment(16)?,
            proofs: row.get(17)?,
            pinged: moment(18)?,
            owed: row.get(19)?,
        },
        ended: moment(20)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Listed;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + seconds, 0).unwrap()
    }

    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        let listed = |id: &str, follows: Option<&str>| Listed {
            id: id.into(),
            name: None,
            address: "https://a.example/feed".into(),
            server: None,
            follows: follows.map(str::to_owned),
            first_due: at(0),
            because: "startup",
        };
        store
            .sync_sources(&[listed("a", None), listed("b", Some("a"))])
            .unwrap();
        store
    }

    fn announced(hub: &str) -> Announced {
        Announced {
            hub: hub.into(),
            topic: "https://a.example/feed".into(),
        }
    }

    fn full() -> Subscription {
        Subscription {
            token: "t".into(),
            secret: "s".into(),
            source: "a".into(),
            hub: "https://hub.example/x".into(),
            topic: "https://a.example/feed".into(),
            callback: "https://news.example/websub/t".into(),
            state: State::Active,
            due: at(5),
            asked: Some(at(1)),
            tries: 2,
            lease_until: Some(at(100)),
            problem: Some("p".into()),
            evidence: Evidence {
                first_delivery: Some(at(2)),
                last_delivery: Some(at(3)),
                deliveries: 4,
                refused: 5,
                missed: Some(at(6)),
                proofs: 7,
                pinged: Some(at(8)),
                owed: 9,
            },
            ended: None,
        }
    }

    #[test]
    fn w3_a_subscription_reads_back_as_it_was_kept() {
        let store = store();
        let mut sub = full();
        store.keep_subscription(&sub).unwrap();
        assert_eq!(store.subscription("t").unwrap(), Some(sub.clone()));
        assert_eq!(store.subscription("u").unwrap(), None);
        for source in ["a", "b"] {
            assert_eq!(store.subscription_of(source).unwrap(), Some(sub.clone()));
        }
        sub.state = State::Ending;
        store.keep_subscription(&sub).unwrap();
        assert_eq!(store.subscription_of("a").unwrap(), None);
        assert_eq!(store.held_subscriptions("a").unwrap(), [sub]);
        store.forget_subscription("t").unwrap();
        assert_eq!(store.subscription("t").unwrap(), None);
    }

    #[test]
    fn w5_what_is_due_lapsed_or_owed_is_found_and_hubs_that_ask_for_patience_get_it() {
        let store = store();
        store.keep_subscription(&full()).unwrap();
        let due = |now, limit| store.due_subscriptions(now, limit).unwrap().len();
        assert_eq!((due(at(4), 9), due(at(5), 9), due(at(5), 0)), (0, 1, 0));
        store.hold("hub.example", at(50), at(0)).unwrap();
        assert_eq!((due(at(49), 9), due(at(50), 9)), (0, 1));
        let lapsed = |now| store.lapsed_subscriptions(now).unwrap().len();
        assert_eq!((lapsed(at(99)), lapsed(at(100))), (0, 1));
        assert_eq!(store.owing_subscriptions().unwrap().len(), 1);
    }

    #[test]
    fn w1_what_is_announced_is_weighed_when_it_changes() {
        let store = store();
        let fresh = |all| store.announcements(all).unwrap().len();
        let tell = |source: &str, what: Option<&str>| {
            let what = what.map(announced);
            store
                .record_announced(source, "https://a.example/feed", what.as_ref())
                .unwrap();
        };
        tell("a", Some("https://hub.example/"));
        tell("b", Some("https://hub.example/"));
        assert_eq!(fresh(false), 1, "b has nobody ask for it");
        store.record_weighed("a", Some(Obstacle::Off)).unwrap();
        tell("a", Some("https://hub.example/"));
        assert_eq!((fresh(false), fresh(true)), (0, 1));
        let kept = store.announcement("a").unwrap().unwrap();
        assert_eq!(kept.obstacle, Some(Obstacle::Off));
        tell("a", Some("https://new.example/"));
        assert_eq!(fresh(false), 1);
        store.record_weighed("a", None).unwrap();
        tell("a", None);
        assert_eq!((fresh(false), store.announcement("a").unwrap()), (1, None));
        store.record_weighed("a", None).unwrap();
        tell("a", None);
        assert_eq!(fresh(false), 0, "silence is no news");
    }
}
