//! Connections: how they are opened, what they are set to, how long they wait for others, and which file they are of.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

use super::StoreError;

/// How long a statement waits for another process that is writing. A commit takes milliseconds; one that takes this long is a stuck
/// disk.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Between two tries where SQLite itself does not wait: a few times what making a store takes.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// Prepared statements kept: there are some sixty verbs.
const STATEMENTS: usize = 96;

/// Device and inode.
pub(super) fn identity(path: &Path) -> Option<(u64, u64)> {
    path.metadata().ok().map(|facts| (facts.dev(), facts.ino()))
}

/// Opens a file that is there: one that has just been removed is not made again, empty.
pub(super) fn open_to_write(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
}

pub(super) fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    connection_settings(conn)?;
    // WAL lets readers read while one writes; NORMAL loses no commit when the process dies, and at a power cut at most the last ones, whole.
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "NORMAL")
}

pub(super) fn connection_settings(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_WAIT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")
}

/// Tries again while another process is in the way. Statements wait by themselves; the switch to WAL, at which processes meet that begin a store at
/// once, does not.
pub(super) fn patiently(work: impl Fn() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
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
pub(super) fn readable(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// A store that can be opened but not written is told now, not at the first visit.
pub(super) fn writable(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN IMMEDIATE; ROLLBACK")
}

/// SQLite opens for reading what it may not write, and says so only when asked: even `BEGIN IMMEDIATE` succeeds. Asked before the first look into the file,
/// which would leave a -shm beside it that nobody may write either.
pub(super) fn refuse_read_only(conn: &Connection) -> Result<(), StoreError> {
    match conn.is_readonly(MAIN_DB)? {
        true => Err(StoreError::Protected),
        false => Ok(()),
    }
}
