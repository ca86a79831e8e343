//! SQLite: what was said, what was judged, what was published. The only room that knows SQL.
//!
//! Ground state (sources, visits, entries, revisions, verdicts, publications) is the truth. Derived state (fingerprints, addresses, source links) carries
//! the version of the rules that made it and can be made again. Verbs speak of the domain; no SQL and no rusqlite type leaves the room.

mod backup;
mod begin;
mod connection;
mod editions;
mod entries;
mod error;
mod examine;
mod holds;
mod kept;
mod keys;
mod links;
mod moves;
mod outlook;
mod page_texts;
mod pages;
mod panics;
mod parts;
mod past;
mod plans;
mod report;
mod schema;
mod shapes;
mod sources;
mod specimens;
mod stories;
mod subscriptions;
mod withdrawn;

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use connection::{
    connection_settings, identity, open_to_write, patiently, prepare, readable, refuse_read_only,
    writable,
};

pub use backup::{Backup, BackupError};
pub use entries::Put;
pub use error::StoreError;
pub use examine::Ailment;
pub use kept::Kept;
pub use keys::{EntryKey, StoryKey};
pub use moves::{Evidence, Moves};
pub use outlook::Outlook;
pub use page_texts::{PageFacts, PageRecord, PageTotals};
pub use pages::{PageClaim, PageWish};
pub use panics::Panics;
pub use plans::{Plan, PushRecord};
pub use report::{EntryFacts, Publication, SourceFacts, StoryFacts, Totals, VisitFacts};
pub use sources::{Claim, Listed, Ration, VisitRecord};
pub use stories::Speaker;
pub use subscriptions::Announcement;
pub use withdrawn::Withdrawal;

/// One connection to the store. Verbs take `&self`, so that they can be called inside [`Store::transaction`]; SQLite serialises writers.
pub struct Store {
    conn: Connection,
    /// The file it is; `None` in memory.
    file: Option<StoreFile>,
}

/// A file as it was when it was opened, to be told from another that took its path.
struct StoreFile {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl StoreFile {
    fn at(path: &Path) -> Self {
        StoreFile {
            path: path.to_path_buf(),
            identity: identity(path),
        }
    }
}

impl Store {
    /// Opens the store for reading and writing, making it when there is none and bringing an older one up to date.
    ///
    /// Errors when the file cannot be opened or written, is no store, is empty, or comes from a newer headwater; nothing is changed then.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        begin::make(path)?;
        Store::open_made(path).map_err(|error| error.at(path))
    }

    fn open_made(path: &Path) -> Result<Self, StoreError> {
        let mut conn = open_to_write(path).map_err(|error| StoreError::opening(path, error))?;
        refuse_read_only(&conn)?;
        let readable = connection_settings(&conn).and_then(|()| readable(&conn));
        readable.map_err(|error| StoreError::opening(path, error))?;
        schema::recognise(&conn, path)?;
        let prepared = patiently(|| prepare(&conn)).and_then(|()| writable(&conn));
        prepared.map_err(|error| StoreError::opening(path, error))?;
        schema::migrate(&mut conn)?;
        let file = Some(StoreFile::at(path));
        Ok(Store { conn, file })
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
        schema::recognise(&conn, path)?;
        schema::require_current(&conn, path)?;
        let file = Some(StoreFile::at(path));
        Ok(Store { conn, file })
    }

    /// A store that lives in memory: the real thing for tests and `inspect`.
    pub fn in_memory() -> Result<Self, StoreError> {
        let path = Path::new(":memory:");
        let mut conn =
            Connection::open_in_memory().map_err(|error| StoreError::opening(path, error))?;
        let prepared = connection_settings(&conn).and_then(|()| prepare(&conn));
        prepared.map_err(|error| StoreError::opening(path, error))?;
        schema::migrate(&mut conn)?;
        Ok(Store { conn, file: None })
    }

    /// Runs `work` as one transaction: all of it is committed, or nothing (F4). A panic undoes it too, and goes on.
    pub fn transaction<T>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let _undone_unless_committed = Transaction(self);
        let value = work(self)?;
        self.conn.execute_batch("COMMIT")?;
        Ok(value)
    }

    /// Runs `work` inside the present transaction, or in one of its own, so that its failure undoes it alone: one bad arrival does not cost the others their commit. A panic is
    /// such a failure, and ends here (`StoreError::Panicked`).
    pub fn attempt<T>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.conn.execute_batch("SAVEPOINT attempt")?;
        // What the panic left half-done is in the database, and undone below.
        let worked = panic::catch_unwind(AssertUnwindSafe(|| work(self)));
        let result = worked.unwrap_or_else(|cause| Err(StoreError::Panicked(words_of(&*cause))));
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

    /// Errors when another file, or none, lies where this one was opened, for what is written now would be lost with it; and when a newer headwater has
    /// changed the store meanwhile.
    pub fn still_ours(&self) -> Result<(), StoreError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        if identity(&file.path) != file.identity {
            return Err(StoreError::Away {
                path: file.path.display().to_string(),
            });
        }
        schema::refuse_newer(&self.conn, &file.path)
    }

    /// Reads all of the store once and says whether it is whole. Does not hold indexes against their tables, which takes many times as long; `doctor
    /// --deep` does.
    pub fn check(&self) -> Result<(), StoreError> {
        let said: String = self
            .conn
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        match said.as_str() {
            "ok" => Ok(()),
            _ => Err(StoreError::Damaged(said)),
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

/// A transaction that is undone when it is dropped before its commit.
struct Transaction<'a>(&'a Store);

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        self.0.roll_back("ROLLBACK");
    }
}

/// What a panic said.
fn words_of(cause: &(dyn Any + Send)) -> String {
    let words = cause.downcast_ref::<&str>().map(ToString::to_string);
    let words = words.or_else(|| cause.downcast_ref::<String>().cloned());
    words.unwrap_or_else(|| "it did not say why".into())
}

#[cfg(test)]
mod tests;
