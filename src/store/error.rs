//! What can go wrong with the store, in an operator's words.

use std::path::Path;

use rusqlite::ErrorCode;

/// Every message says what is wrong, what was kept and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "the store {path} cannot be opened: {reason}; nothing was changed. Check that the folder exists and that this user may write there, or run this as the user the store belongs to"
    )]
    Open { path: String, reason: String },
    #[error("there is no store at {path} yet; `headwater refresh` or `headwater run` makes it")]
    Missing { path: String },
    #[error(
        "the store {path} may not be written by this user; nothing was changed. Check the permissions of the file, of its -wal and -shm, and of its folder (reading needs them too), or run this as the user it belongs to"
    )]
    ReadOnly { path: String },
    #[error(
        "{path} is not a headwater store, or is damaged; nothing was changed. Restore a backup, or move the file away to begin a new one"
    )]
    NotAStore { path: String },
    #[error(
        "the store {path} was written by a newer headwater (schema {found}, this one knows {known}); nothing was changed. Use that version"
    )]
    Newer {
        path: String,
        found: usize,
        known: usize,
    },
    #[error(
        "the store {path} is of an older version (schema {found} of {known}); `headwater run` or `refresh` brings it up to date"
    )]
    Older {
        path: String,
        found: usize,
        known: usize,
    },
    #[error(
        "the store {path} is an empty file, which no store ever is: what it held is gone, and nothing was changed. Restore a backup, or remove the file to begin a new store"
    )]
    Empty { path: String },
    #[error(
        "the store {path} is no longer the file that was opened: it was moved, replaced or removed; nothing more is written to it. Move it back, or restart headwater to go on with what lies there now"
    )]
    Away { path: String },
    #[error(
        "the store stayed locked for 10 s by another process that writes; nothing was changed. Look who holds it (`fuser` names the process); a running headwater tries again by itself"
    )]
    Locked,
    #[error(
        "the disk is full; nothing of this change was kept, what was stored before is safe. Free some space; a running headwater tries again by itself"
    )]
    Full,
    #[error(
        "the disk failed under the store ({0}); nothing of this change was kept, what was stored before is as safe as the disk. Look at the system's log, at quotas and limits on file sizes; a running headwater tries again by itself"
    )]
    Disk(String),
    #[error(
        "the store has become read-only; nothing of this change was kept. Look at the permissions of file and folder, and how the disk is mounted; a running headwater tries again by itself"
    )]
    Protected,
    #[error(
        "the store is damaged: {0}. Nothing of this change was kept. Stop headwater, move the store away with its -wal and -shm, and put a backup in its place; without one, `sqlite3 STORE .recover` saves what can be read"
    )]
    Damaged(String),
    #[error(
        "the store could not be read or written: {0}. Nothing of this change was kept; `headwater doctor` looks for the cause"
    )]
    Sql(String),
    #[error(
        "the store holds something this version cannot read: {0}. It was left as it is; `headwater doctor --deep` looks for the cause"
    )]
    Content(String),
    /// A panic inside [`super::Store::attempt`]: a fault of ours, whose changes were undone.
    #[error("a fault of headwater's own, please report it: {0}")]
    Panicked(String),
}

impl StoreError {
    /// Whether the store as a whole is in trouble, and not only what was to be put into it: another change would fare no better.
    pub fn is_of_the_store(&self) -> bool {
        match self {
            StoreError::Sql(_) | StoreError::Content(_) | StoreError::Panicked(_) => false,
            StoreError::Open { .. }
            | StoreError::Missing { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::NotAStore { .. }
            | StoreError::Newer { .. }
            | StoreError::Older { .. }
            | StoreError::Empty { .. }
            | StoreError::Away { .. }
            | StoreError::Locked
            | StoreError::Full
            | StoreError::Disk(_)
            | StoreError::Protected
            | StoreError::Damaged(_) => true,
        }
    }

    /// The same of a store that is being opened: with its path, and for whoever waits at the terminal.
    pub(super) fn at(self, path: &Path) -> StoreError {
        let path = path.display().to_string();
        match self {
            StoreError::Protected => StoreError::ReadOnly { path },
            StoreError::Disk(reason) => StoreError::Open { path, reason },
            StoreError::Damaged(reason) if !reason.starts_with(&path) => {
                StoreError::Damaged(format!("{path}: {reason}"))
            }
            other => other,
        }
    }

    pub(super) fn opening(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.display().to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => StoreError::NotAStore { path },
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged(format!("{path}: {error}")),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { path }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::CannotOpen) => StoreError::Open {
                // The file itself says it more plainly; where it can be read, it is what SQLite puts beside it.
                reason: match std::fs::File::open(&path) {
                    Ok(_) => "SQLite cannot make its -wal and -shm files beside it".into(),
                    Err(error) => error.to_string(),
                },
                path,
            },
            _ => StoreError::Open {
                path,
                reason: error.to_string(),
            },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::ReadOnly) => StoreError::Protected,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                StoreError::Disk(with_code(&error))
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged(error.to_string())
            }
            _ => StoreError::Sql(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Content(error.to_string())
    }
}

/// "disk I/O error" alone says nothing; SQLite's extended code says whether it was reading, writing or locking.
fn with_code(error: &rusqlite::Error) -> String {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code.map_or_else(|| error.to_string(), |code| format!("{error}, code {code}"))
}
