//! The tables, and how older stores become newer ones. A migration that was released is never edited; a new one is added.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use super::StoreError;

/// SQLite's `application_id` of a headwater store ("hwtr"), so that another program's file is not taken for one.
const APPLICATION_ID: i32 = 0x6877_7472;

/// Times are milliseconds since 1970 in UTC. `story`, `entry` are row keys; `key` and `raw_id` are the names the world knows.
const FIRST: &str = r"
CREATE TABLE sources (
    id            TEXT PRIMARY KEY,
    active        INTEGER NOT NULL DEFAULT 1,   -- listed in feeds.toml
    name          TEXT,                         -- what the operator calls it
    address       TEXT NOT NULL,                -- as shown to people
    title         TEXT, page TEXT, feed_id TEXT, rights TEXT, language TEXT, ttl INTEGER,   -- what it says of itself
    news          INTEGER,                      -- when it last brought something new
    asked         BLOB, validated_url TEXT, etag BLOB, last_modified BLOB, body BLOB,
    visited       INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0,
    gone_since    INTEGER,
    retry_at      INTEGER,
    due           INTEGER NOT NULL DEFAULT 0,   -- 0 with `retired`: never again; NULL is not used, so that the index finds it
    due_because   TEXT NOT NULL DEFAULT 'startup',
    retired       INTEGER NOT NULL DEFAULT 0,   -- gone for good, never due again
    leased_until  INTEGER NOT NULL DEFAULT 0,
    leased_by     TEXT
) STRICT;
CREATE INDEX sources_due ON sources (due) WHERE active = 1 AND retired = 0;

CREATE TABLE documents (
    source TEXT NOT NULL REFERENCES sources (id),
    path   TEXT NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (source, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE visits (
    id       INTEGER PRIMARY KEY,
    source   TEXT NOT NULL REFERENCES sources (id),
    at       INTEGER NOT NULL,
    took     INTEGER NOT NULL,
    outcome  TEXT NOT NULL,        -- unchanged, fresh, gone, or a failure's code
    status   INTEGER,
    bytes    INTEGER,
    added    INTEGER NOT NULL DEFAULT 0,
    changed  INTEGER NOT NULL DEFAULT 0,
    message  TEXT,
    oddities TEXT
) STRICT;
CREATE INDEX visits_of ON visits (source, at);

CREATE TABLE stories (
    id             INTEGER PRIMARY KEY,
    key            TEXT NOT NULL UNIQUE,
    public_id      TEXT NOT NULL UNIQUE,
    representative INTEGER REFERENCES entries (id),
    published      INTEGER NOT NULL,
    updated        INTEGER NOT NULL,
    born           INTEGER NOT NULL
) STRICT;
CREATE INDEX stories_published ON stories (published);

CREATE TABLE entries (
    id              INTEGER PRIMARY KEY,
    source          TEXT NOT NULL REFERENCES sources (id),
    raw_id          TEXT NOT NULL,
    story           INTEGER NOT NULL REFERENCES stories (id),
    title           TEXT, alternate_title TEXT, url TEXT, canonical TEXT, language TEXT, rights TEXT,
    published       INTEGER, published_how TEXT,
    updated         INTEGER, updated_how TEXT,
    summary         TEXT, content TEXT, base TEXT, image TEXT, comments TEXT,
    more            TEXT NOT NULL,      -- JSON: authors, categories, enclosures, origin, relations
    hash            BLOB NOT NULL,      -- of everything said
    first_seen      INTEGER NOT NULL,
    last_seen       INTEGER NOT NULL,
    UNIQUE (source, raw_id)
) STRICT;
CREATE INDEX entries_of_story ON entries (story);

CREATE TABLE revisions (
    id       INTEGER PRIMARY KEY,
    entry    INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    replaced INTEGER NOT NULL,
    title    TEXT, url TEXT, published INTEGER, updated INTEGER, summary TEXT, content TEXT
) STRICT;
CREATE INDEX revisions_of ON revisions (entry);

CREATE TABLE verdicts (
    entry      INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    rule       TEXT NOT NULL,
    key        TEXT, tokens INTEGER, kin_source TEXT, kin_id TEXT,
    rules      INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

CREATE TABLE fingerprints (      -- derived
    entry  INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    text   BLOB,
    tokens INTEGER NOT NULL,
    title  INTEGER NOT NULL,
    rules  INTEGER NOT NULL
) STRICT;
CREATE INDEX fingerprints_text ON fingerprints (text) WHERE text IS NOT NULL;

CREATE TABLE addresses (         -- derived
    key   TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    PRIMARY KEY (key, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX addresses_of ON addresses (entry);

CREATE TABLE source_links (      -- derived
    entry      INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    place      INTEGER NOT NULL,
    url        TEXT, key TEXT,
    name       TEXT NOT NULL, kind TEXT NOT NULL, reach TEXT, claim TEXT,
    confidence REAL NOT NULL, rule TEXT NOT NULL, quote TEXT NOT NULL, at INTEGER NOT NULL,
    rules      INTEGER NOT NULL,
    PRIMARY KEY (entry, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_links_key ON source_links (key) WHERE key IS NOT NULL;

CREATE TABLE feeds (
    id    TEXT PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE publications (
    feed  TEXT NOT NULL REFERENCES feeds (id),
    story INTEGER NOT NULL REFERENCES stories (id),
    since INTEGER NOT NULL,
    until INTEGER,               -- when it left the edition
    PRIMARY KEY (feed, story)
) STRICT, WITHOUT ROWID;
CREATE INDEX publications_of ON publications (story);

CREATE TABLE renditions (
    path    TEXT PRIMARY KEY,
    digest  BLOB NOT NULL,
    changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// What asking politely over weeks needs: what feeds ask for, servers that are to be left alone, sources that share an address or have moved, what was
/// withdrawn, and documents on which a parser failed.
const SECOND: &str = r"
ALTER TABLE sources ADD COLUMN asks TEXT;                  -- JSON: skipHours, skipDays, sy:* as last said
ALTER TABLE sources ADD COLUMN server TEXT;                -- of the address that is asked
ALTER TABLE sources ADD COLUMN via TEXT;                   -- of the address that answered last
ALTER TABLE sources ADD COLUMN follows TEXT;               -- the source that asks for it, having the same address
ALTER TABLE sources ADD COLUMN moved_to TEXT;              -- asked in place of `address`
ALTER TABLE sources ADD COLUMN moved_at INTEGER;
ALTER TABLE sources ADD COLUMN new_url TEXT;               -- where the feed itself says it lives now
ALTER TABLE sources ADD COLUMN evidence_to TEXT;           -- evidence that it has moved: where to, since when, told in how many visits
ALTER TABLE sources ADD COLUMN evidence_since INTEGER;
ALTER TABLE sources ADD COLUMN evidence_visits INTEGER;
ALTER TABLE sources ADD COLUMN evidence_trial INTEGER;     -- to be asked there next, to see whether it is the same feed
ALTER TABLE sources ADD COLUMN purge_since INTEGER;        -- when a complete document first left most entries out

ALTER TABLE entries ADD COLUMN withdrawn INTEGER;          -- when its source took it back
ALTER TABLE entries ADD COLUMN withdrawn_how TEXT;         -- absent, deleted
CREATE INDEX entries_withdrawn ON entries (source) WHERE withdrawn IS NOT NULL;

CREATE TABLE servers (
    server     TEXT PRIMARY KEY,
    held_until INTEGER NOT NULL     -- Retry-After
) STRICT, WITHOUT ROWID;

CREATE TABLE specimens (
    source       TEXT PRIMARY KEY REFERENCES sources (id),
    at           INTEGER NOT NULL,
    said         TEXT NOT NULL,
    address      TEXT NOT NULL,
    content_type TEXT,
    size         INTEGER NOT NULL,
    packed       BLOB
) STRICT;
";

/// What is passed on of a source (P6), and the languages of entries that declare none.
const CARRIED: &str = r"
ALTER TABLE sources ADD COLUMN more TEXT;   -- JSON: authors, categories

CREATE TABLE languages (         -- derived
    entry INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    tag   TEXT,                  -- NULL: looked at, and not told
    sure  REAL,
    rules INTEGER NOT NULL
) STRICT;
";

/// The sitemaps that a source which is an index of them follows.
const PARTS: &str = r"
CREATE TABLE parts (
    source TEXT NOT NULL REFERENCES sources (id),
    place  INTEGER NOT NULL,
    url    TEXT NOT NULL,
    lastmod TEXT, read TEXT,                    -- as the index wrote it: now, and when this one was last read
    body   BLOB, etag BLOB, last_modified BLOB,
    PRIMARY KEY (source, place)
) STRICT, WITHOUT ROWID;
";

/// The pages of entries whose source is read in full: which are wanted, and what they said.
const FULL: &str = r"
CREATE TABLE pages (
    entry        INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    url          TEXT NOT NULL,                -- as asked for, without credentials
    server       TEXT NOT NULL,                -- of that address
    via          TEXT,                         -- of the address that answered last
    newness      INTEGER NOT NULL,             -- the entry's own time: the newest are asked for first
    due          INTEGER,                      -- NULL: not to be asked for any more
    tries        INTEGER NOT NULL DEFAULT 0,   -- counted when claimed, so that a page that kills the process is not asked for for ever
    again        INTEGER NOT NULL DEFAULT 0,   -- how often it was wanted anew because the feed's text was rewritten
    leased_until INTEGER NOT NULL DEFAULT 0,
    leased_by    TEXT,
    asked        INTEGER,                      -- when last
    outcome      TEXT,                         -- read, robots, or a failure's code
    message      TEXT,
    had          INTEGER,                      -- when what follows was read
    found        TEXT,                         -- at which address, after redirects
    title TEXT, canonical TEXT, language TEXT, published INTEGER, published_how TEXT,
    summary TEXT, content TEXT, image TEXT, more TEXT, oddities TEXT,
    rule         TEXT,                         -- which chose between its text and the feed's
    about        INTEGER                       -- whether it is the page of that article
) STRICT;
CREATE INDEX pages_due ON pages (due) WHERE due IS NOT NULL;
CREATE INDEX pages_via ON pages (via) WHERE via IS NOT NULL;
";

/// What is claimed is counted by server whenever more is.
const LEASES: &str = "CREATE INDEX sources_leased ON sources (leased_until, server);";

fn steps() -> [M<'static>; 6] {
    [
        M::up(FIRST),
        M::up(SECOND),
        M::up(CARRIED),
        M::up(PARTS),
        M::up(FULL),
        M::up(LEASES),
    ]
}

/// Refuses what is no store of ours, or of a newer version. Reads only, so that what is refused is left as it was.
pub(super) fn recognise(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let path_text = || path.display().to_string();
    let found = version(conn)?;
    let known = steps().len();
    if found > known {
        return Err(StoreError::Newer {
            path: path_text(),
            found,
            known,
        });
    }
    // In this order: another process that is making the store just now marks it first.
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let application: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if tables > 0 && application != APPLICATION_ID {
        return Err(StoreError::NotAStore { path: path_text() });
    }
    Ok(())
}

/// Brings a recognised store up to date.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    // So that of two processes that begin at once, one waits for the other and then finds it done.
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    match Migrations::new(steps().into()).to_latest(conn) {
        Err(error) if version(conn)? != steps().len() => Err(StoreError::Sql(format!(
            "bringing the store up to date failed: {error}"
        ))),
        Ok(()) | Err(_) => Ok(()),
    }
}

pub(super) fn require_current(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let (found, known, path) = (version(conn)?, steps().len(), path.display().to_string());
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => Err(StoreError::Newer { path, found, known }),
        std::cmp::Ordering::Less => Err(StoreError::Older { path, found, known }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

fn version(conn: &Connection) -> Result<usize, StoreError> {
    let found: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(found).unwrap_or(0))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A store as the first release made it, on disk or in memory.
    pub fn first_release(conn: &mut Connection) {
        conn.pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        Migrations::new(vec![M::up(FIRST)]).to_latest(conn).unwrap();
    }

    #[test]
    fn a_store_of_the_first_version_is_brought_up_to_date_with_what_it_holds() {
        let mut conn = Connection::open_in_memory().unwrap();
        Migrations::new(vec![M::up(FIRST)])
            .to_latest(&mut conn)
            .unwrap();
        conn.execute_batch(
            "INSERT INTO sources (id, address) VALUES ('a', 'https://a.example/feed');
             INSERT INTO stories (key, public_id, published, updated, born) VALUES ('k', 'p', 1, 1, 1);
             INSERT INTO entries (source, raw_id, story, more, hash, first_seen, last_seen) VALUES ('a', '1', 1, '{}', x'00', 1, 1);",
        )
        .unwrap();
        migrate(&mut conn).unwrap();
        let kept: (Option<String>, i64) = conn
            .query_row(
                "SELECT src.more, count(*) FROM sources src JOIN entries e ON e.source = src.id LEFT JOIN languages l ON l.entry = e.id",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!(kept, (None, 1));
        assert_eq!(version(&conn).unwrap(), steps().len());
    }
}
