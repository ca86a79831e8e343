//! What can go wrong with the store, in an operator's words.

use std::path::Path;

use rusqlite::ErrorCode;

/// Every message says what is wrong, what was kept and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "the store {path} cannot be opened: {reason}. Check that the folder exists and that this user may write there, or run this as the user the store belongs to"
    )]
    Open { path: String, reason: String },
    #[error("there is no store at {path} yet; `headwater refresh` or `headwater run` makes it")]
    Missing { path: String },
    #[error(
        "the store {path} may not be written by this user; nothing was changed. Check the permissions of the file and its folder (reading needs them too: SQLite keeps files beside it), or run this as the user it belongs to"
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
        "the store is being written by another process and stayed locked for 10 s; nothing was changed, and it is tried again"
    )]
    Locked,
    #[error(
        "the disk is full; nothing of this change was kept, what was stored before is safe. Free some space"
    )]
    Full,
    #[error(
        "the store is damaged: {0}. Stop headwater, restore a backup, or run `sqlite3 STORE .recover`"
    )]
    Damaged(String),
    #[error("the store could not be read or written: {0}")]
    Sql(String),
    #[error("the store holds something this version cannot read: {0}")]
    Content(String),
}

impl StoreError {
    pub(super) fn opening(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.display().to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                StoreError::NotAStore { path }
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { path }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
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
