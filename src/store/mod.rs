//! SQLite: what was said, what was judged, what was published. The only room that knows SQL.
//!
//! Ground state (sources, visits, entries, revisions, verdicts, publications) is the truth. Derived state (fingerprints, addresses, source links) carries
//! the version of the rules that made it and can be made again. Verbs speak of the domain; no SQL and no rusqlite type leaves the room.

mod editions;
mod entries;
mod error;
mod holds;
mod kept;
mod keys;
mod links;
mod moves;
mod outlook;
mod page_texts;
mod pages;
mod parts;
mod report;
mod schema;
mod shapes;
mod sources;
mod specimens;
mod stories;
mod withdrawn;

use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use entries::Put;
pub use error::StoreError;
pub use kept::Kept;
pub use keys::{EntryKey, StoryKey};
pub use moves::{Evidence, Moves};
pub use outlook::Outlook;
pub use page_texts::{PageFacts, PageRecord, PageTotals};
pub use pages::{PageClaim, PageWish};
pub use report::{EntryFacts, Publication, SourceFacts, StoryFacts, Totals, VisitFacts};
pub use sources::{Claim, Listed, Ration, VisitRecord};
pub use stories::Speaker;
pub use withdrawn::Withdrawal;

/// How long a statement waits for another process that is writing. A commit takes milliseconds; one that takes this long is a stuck
/// disk.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Between two tries where SQLite itself does not wait: a few times what making a store takes.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// Prepared statements kept: there are some sixty verbs.
const STATEMENTS: usize = 96;

/// One connection to the store. Verbs take `&self`, so that they can be called inside [`Store::transaction`]; SQLite serialises writers.
pub struct Store {
    conn: Connection,
}

impl Store {
    /// Opens the store for reading and writing, creating and migrating it as needed.
    ///
    /// Errors when the file cannot be opened or written, is no store, or comes from a newer headwater; nothing is changed then.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut conn = Connection::open(path).map_err(|error| StoreError::opening(path, error))?;
        let readable = connection_settings(&conn).and_then(|()| readable(&conn));
        readable.map_err(|error| StoreError::opening(path, error))?;
        schema::recognise(&conn, path)?;
        let prepared = patiently(|| prepare(&conn)).and_then(|()| writable(&conn));
        prepared.map_err(|error| StoreError::opening(path, error))?;
        schema::migrate(&mut conn)?;
        Ok(Store { conn })
    }

    /// Opens an existing store for reading only. Does not create or migrate.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing {
                path: path.display().to_string(),
            });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)
            .map_err(|error| StoreError::opening(path, error))?;
        let readable = connection_settings(&conn).and_then(|()| readable(&conn));
        readable.map_err(|error| StoreError::opening(path, error))?;
        schema::require_current(&conn, path)?;
        Ok(Store { conn })
    }

    /// A store that lives in memory: the real thing for tests and `inspect`.
    pub fn in_memory() -> Result<Self, StoreError> {
        let path = Path::new(":memory:");
        let mut conn =
            Connection::open_in_memory().map_err(|error| StoreError::opening(path, error))?;
        let prepared = connection_settings(&conn).and_then(|()| prepare(&conn));
        prepared.map_err(|error| StoreError::opening(path, error))?;
        schema::migrate(&mut conn)?;
        Ok(Store { conn })
    }

    /// Runs `work` as one transaction: all of it is committed, or nothing (F4).
    pub fn transaction<T>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        match work(self) {
            Ok(value) => match self.conn.execute_batch("COMMIT") {
                Ok(()) => Ok(value),
                Err(error) => {
                    self.roll_back("ROLLBACK");
                    Err(error.into())
                }
            },
            Err(error) => {
                self.roll_back("ROLLBACK");
                Err(error)
            }
        }
    }

    /// Runs `work` inside the present transaction so that its failure undoes it alone: one bad arrival does not cost the others their commit.
    pub fn attempt<T>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.conn.execute_batch("SAVEPOINT attempt")?;
        let result = work(self);
        if result.is_err() {
            self.roll_back("ROLLBACK TO attempt");
        }
        // After a failure that ended the whole transaction (disk full) there is no savepoint to release.
        if !self.conn.is_autocommit() {
            self.conn.execute_batch("RELEASE attempt")?;
        }
        result
    }

    /// Undoing can only fail when SQLite has already undone it.
    fn roll_back(&self, statement: &str) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch(statement)
        {
            tracing::error!(%error, statement, "the store could not undo a failed change; it will on the next open");
        }
    }

    /// A number that moves when another connection changed the store.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        Ok(self
            .conn
            .pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Whether the store answers at all, for `/readyz`.
    pub fn answers(&self) -> bool {
        self.conn
            .query_row("SELECT 1 FROM sources LIMIT 1", [], |_| Ok(()))
            .map_or_else(
                |error| matches!(error, rusqlite::Error::QueryReturnedNoRows),
                |()| true,
            )
    }
}

fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    connection_settings(conn)?;
    // WAL lets readers read while one writes; NORMAL loses no commit when the process dies, and at a power cut at most the last ones, whole.
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "NORMAL")
}

fn connection_settings(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_WAIT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")
}

/// Tries again while another process is in the way. Statements wait by themselves; the switch to WAL, at which processes meet that begin a store at
/// once, does not.
fn patiently(work: impl Fn() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let mut waited = Duration::ZERO;
    loop {
        match work() {
            Err(error) if is_busy(&error) && waited < BUSY_WAIT => thread::sleep(BUSY_PAUSE),
            ended => return ended,
        }
        waited += BUSY_PAUSE;
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// SQLite opens any file; what it is shows at the first look into it.
fn readable(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// A store that can be opened but not written is told now, not at the first visit.
fn writable(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN IMMEDIATE; ROLLBACK")
}

#[cfg(test)]
mod tests;
