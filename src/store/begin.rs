//! Making a store, so that there is a whole one or none: it is built beside its place and put there in one step. Whatever kills the process meanwhile leaves
//! at most a draft, which the next one builds anew.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::connection::prepare;
use super::{StoreError, schema};

/// Makes a store where nothing is. Of several processes that begin at once one makes it, and the others wait.
///
/// Errors when it cannot be made, and when an empty file lies there: no store of ours is ever empty, so that was one, and to begin anew in its place would
/// hide what happened.
pub(super) fn make(path: &Path) -> Result<(), StoreError> {
    if let Ok(facts) = path.metadata() {
        return match facts.is_file() && facts.len() == 0 {
            true => Err(StoreError::Empty {
                path: path.display().to_string(),
            }),
            false => Ok(()),
        };
    }
    let cannot = |error: io::Error| StoreError::Open {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let draft = beside(path, ".new");
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .open(&draft)
        .map_err(cannot)?;
    // Where there are no locks, two that begin in the same instant both build, and the second to put it there finds that it is.
    let _ = lock.lock();
    // Whoever held the lock has made it.
    if !path.exists() {
        build(&draft, &lock).map_err(|error| match error {
            StoreError::Sql(reason) => StoreError::Open {
                path: path.display().to_string(),
                reason,
            },
            error => error,
        })?;
        match put(&draft, path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(cannot(error)),
            Ok(()) | Err(_) => {}
        }
    }
    // In its place by now, or not needed.
    let _ = fs::remove_file(&draft);
    Ok(())
}

fn build(draft: &Path, lock: &File) -> Result<(), StoreError> {
    for ending in ["-journal", "-wal", "-shm"] {
        // Of one who was killed while building; mostly there are none.
        let _ = fs::remove_file(beside(draft, ending));
    }
    lock.set_len(0)
        .map_err(|error| StoreError::Disk(error.to_string()))?;
    let mut conn = Connection::open(draft)?;
    prepare(&conn)?;
    schema::migrate(&mut conn)?;
    conn.close().map_err(|(_, error)| error.into())
}

/// Gives the draft its name, unless something has it by now.
pub(super) fn put(draft: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(draft, path) {
        // Some file systems have no links.
        Err(error) if error.kind() != ErrorKind::AlreadyExists && !path.exists() => {
            fs::rename(draft, path)
        }
        ended => ended,
    }
}

/// A path with something added to its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(ending);
    name.into()
}
