//! A copy of the store while it is in use: all that was committed when it began and nothing half-done, in one file that is there whole or not at all.
//!
//! `VACUUM INTO` copies what one read transaction sees. SQLite's other way, the backup API, begins anew whenever somebody else writes, and beside a busy daemon
//! might never end.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::begin::{beside, put};
use super::connection::{connection_settings, identity, readable};
use super::{Store, StoreError, schema};

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    pub bytes: u64,
    pub entries: u64,
    pub stories: u64,
}

/// Why there is no backup. Whatever it was, the store is untouched, and so is what lay at the path before.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(
        "{path} is there already and was left as it is. Name another file, or give --force to put the backup in its place"
    )]
    Exists { path: String },
    #[error(
        "{path} is the store itself, and was left as it is. Name another file, best on another disk"
    )]
    Itself { path: String },
    #[error("another backup to {path} is being made just now, and goes on; this one was not begun")]
    Running { path: String },
    #[error(
        "the backup {path} could not be written: {reason}. Nothing of it was kept, and the store is untouched. Free some space, or name a file in another folder"
    )]
    Write { path: String, reason: String },
    #[error(
        "the copy of the store is not whole: {reason}. It was not kept, and the store is untouched, but damaged: `headwater doctor --deep` says where. Keep the backups there are"
    )]
    Unsound { reason: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Copies the store at `from` to the file `to`, which only its owner may read. Waits for nobody, and nobody waits for it. A store of an older version is
    /// copied as it is, so that there is a way back from an upgrade.
    ///
    /// The copy is written beside `to`, read once from end to end and put in place in one step; a file that is there is replaced only with `replace`.
    pub fn back_up(from: &Path, to: &Path, replace: bool) -> Result<Backup, BackupError> {
        let path = || to.display().to_string();
        if identity(from).is_some() && identity(from) == identity(to) {
            return Err(BackupError::Itself { path: path() });
        }
        if !replace && to.symlink_metadata().is_ok() {
            return Err(BackupError::Exists { path: path() });
        }
        let conn = open_any_version(from)?;
        let written = |reason: String| BackupError::Write {
            path: path(),
            reason,
        };
        let draft = Draft::begin(to)?;
        let copied = conn.execute("VACUUM INTO ?1", [draft.path.to_string_lossy()]);
        copied.map_err(|error| blame(error, &written))?;
        drop(conn);
        let counted = counted(&draft.path).map_err(|error| BackupError::Unsound {
            reason: error.to_string(),
        })?;
        let placed = draft.place(to, replace);
        placed.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists { path: path() },
            _ => written(error.to_string()),
        })?;
        Ok(counted)
    }
}

fn open_any_version(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.display().to_string(),
        });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|conn| {
        connection_settings(&conn)?;
        readable(&conn)?;
        Ok(conn)
    });
    let conn = opened.map_err(|error| StoreError::opening(path, error))?;
    schema::recognise(&conn, path)?;
    Ok(conn)
}

/// Whose fault a failed copy is: what could not be read is the store's, what could not be written the copy's.
fn blame(error: rusqlite::Error, written: &dyn Fn(String) -> BackupError) -> BackupError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => BackupError::Unsound {
            reason: error.to_string(),
        },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked.into(),
        Some(ErrorCode::DiskFull) => written("the disk is full".into()),
        _ => written(StoreError::from(error).to_string()),
    }
}

/// Reads the copy from end to end.
fn counted(draft: &Path) -> Result<Backup, StoreError> {
    let store = Store {
        conn: open_any_version(draft)?,
        file: None,
    };
    store.check()?;
    let count = |table: &str| -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = store.conn.query_row(&sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    let facts = draft.metadata();
    Ok(Backup {
        bytes: facts.map_or(0, |facts| facts.len()),
        entries: count("entries")?,
        stories: count("stories")?,
    })
}

/// A copy that is being written. Gone when dropped before it was put in place.
struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    /// Begins one beside `to`. What one who was killed has left there is written over.
    fn begin(to: &Path) -> Result<Draft, BackupError> {
        let path = beside(to, ".part");
        let cannot = |error: io::Error| BackupError::Write {
            path: to.display().to_string(),
            reason: error.to_string(),
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(cannot)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(BackupError::Running {
                path: to.display().to_string(),
            });
        }
        let draft = Draft { path, file };
        let emptied = draft.file.set_len(0).and_then(|()| {
            let own = Permissions::from_mode(0o600);
            draft.file.set_permissions(own)
        });
        emptied.map_err(cannot)?;
        Ok(draft)
    }

    /// Gives it its name, on disk and not only in memory.
    fn place(self, to: &Path, replace: bool) -> io::Result<()> {
        self.file.sync_all()?;
        if replace {
            fs::rename(&self.path, to)?;
        } else {
            // Never replaces, whoever came in between.
            put(&self.path, to)?;
        }
        let folder = to
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename there is none.
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(beside(&self.path, "-journal"));
    }
}
