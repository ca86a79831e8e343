//! What must never be lost again, read off the store as the dead left it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::world::{World, version_of};

/// One entry as it is stored, with what readers know its story by.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    text: Option<String>,
    public_id: String,
    published: i64,
    updated: i64,
}

#[derive(Debug, Default)]
pub struct Book {
    /// The version that the validator of each source is of.
    pub validators: BTreeMap<String, usize>,
    pub entries: BTreeMap<(String, String), Line>,
    visits: i64,
}

impl Book {
    pub fn read(store: &Connection) -> Book {
        let mut book = Book::default();
        each(
            store,
            "SELECT id, etag FROM sources WHERE etag IS NOT NULL",
            |row| {
                let etag: Vec<u8> = row.get(1)?;
                let etag = String::from_utf8(etag).expect("ours");
                book.validators.insert(row.get(0)?, version_of(&etag));
                Ok(())
            },
        );
        let mut twice = BTreeSet::new();
        each(
            store,
            "SELECT e.source, e.raw_id, coalesce(e.content, e.summary), s.public_id, s.published, s.updated FROM entries e NOT INDEXED JOIN stories s ON s.id = e.story",
            |row| {
                let entry = (row.get(0)?, row.get(1)?);
                let line = Line {
                    text: row.get(2)?,
                    public_id: row.get(3)?,
                    published: row.get(4)?,
                    updated: row.get(5)?,
                };
                if book.entries.insert(entry.clone(), line).is_some() {
                    twice.insert(entry);
                }
                Ok(())
            },
        );
        assert!(twice.is_empty(), "entries twice: {twice:?}");
        book.visits = one(store, "SELECT count(*) FROM visits");
        book
    }

    /// F4: where a validator is, what it stands for is too, in those words and no older ones.
    pub fn is_whole(&self, world: &World) {
        for (source, version) in &self.validators {
            let (ids, edited) = world.shown(source, *version);
            for id in ids {
                let entry = (source.clone(), id);
                let there = self.entries.contains_key(&entry);
                assert!(there, "{entry:?} of version {version} is not there");
            }
            if let Some(words) = edited {
                let line = &self.entries[&(source.clone(), format!("{source}-edited"))];
                let text = line.text.as_deref().unwrap_or_default();
                assert!(text.contains(&words), "{source}: {words:?} is not {text:?}");
            }
        }
    }

    /// Nothing that was there before is gone or goes by another name, and what did not change bears the same dates.
    pub fn is_kept_in(&self, after: &Book) {
        assert!(after.visits >= self.visits, "visits are forgotten");
        for (source, version) in &self.validators {
            assert!(after.validators[source] >= *version, "{source} went back");
        }
        for (entry, line) in &self.entries {
            let Some(now) = after.entries.get(entry) else {
                panic!("{entry:?} is gone");
            };
            assert_eq!(now.public_id, line.public_id, "{entry:?}");
            assert_eq!(now.published, line.published, "{entry:?}");
            if now.text == line.text {
                assert_eq!(now.updated, line.updated, "{entry:?} did not change");
            }
        }
    }
}

/// Everything SQLite and the schema promise, and what the tables say of each other.
pub fn check_integrity(store: &Connection) {
    let said: String = store
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("checked");
    assert_eq!(said, "ok");
    let mut dangling = store.prepare("PRAGMA foreign_key_check").expect("checked");
    let dangling = dangling.exists([]).expect("checked");
    assert!(!dangling, "a row points at nothing");
    for (what, count) in [
        (
            "entries without a verdict",
            "SELECT count(*) FROM entries WHERE id NOT IN (SELECT entry FROM verdicts)",
        ),
        (
            "entries without a fingerprint",
            "SELECT count(*) FROM entries WHERE id NOT IN (SELECT entry FROM fingerprints)",
        ),
        (
            "stories for which nobody speaks",
            "SELECT count(*) FROM stories WHERE representative IS NULL",
        ),
        (
            "stories without entries",
            "SELECT count(*) FROM stories WHERE id NOT IN (SELECT story FROM entries)",
        ),
        (
            "sources whose visits brought another number of entries than there are",
            "SELECT count(*) FROM sources s WHERE (SELECT count(*) FROM entries e WHERE e.source = s.id)
             <> (SELECT coalesce(sum(v.added), 0) FROM visits v WHERE v.source = s.id)",
        ),
    ] {
        assert_eq!(one(store, count), 0, "{what}");
    }
}

pub fn one(store: &Connection, sql: &str) -> i64 {
    store
        .query_row(sql, [], |row| row.get(0))
        .expect("a number")
}

fn each(
    store: &Connection,
    sql: &str,
    mut with: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) {
    let mut find = store.prepare(sql).expect("a question");
    let mut rows = find.query([]).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        with(row).expect("columns");
    }
}
