//! What is wrong with the files: who may read and write them, how large they are, and how much room there is.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};
use rustix::process::getuid;

use super::fault::Fault;
use crate::config::Config;

/// A log larger than this is not what SQLite leaves behind by itself: somebody reads for hours, or nobody ever closed the store.
const LARGEST_WAL: u64 = 64 << 20;

/// Room that is left for others, whatever the store needs.
const LEAST_FREE: u64 = 64 << 20;

const OTHERS_READ: u32 = 0o004;
const OTHERS_WRITE: u32 = 0o002;

/// Who may read what holds secrets, and write what must not be written.
pub(super) fn permissions(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let is_secret = config.sources.iter().any(|listening| {
        let url = listening.source.place.url();
        url.is_some_and(|url| !url.username().is_empty() || url.password().is_some())
    });
    let store = &config.store.path;
    for (path, readable, writable) in [
        (&config.path, "feeds-toml-readable", "feeds-toml-writable"),
        (store, "store-readable", "store-writable"),
    ] {
        let Ok(facts) = path.metadata() else { continue };
        let place = path.display().to_string();
        if is_secret && facts.mode() & OTHERS_READ != 0 {
            let what = "every account of this machine may read it, and there are credentials in feeds.toml; what they open is in the store";
            let remedy = format!("chmod o-r {place}");
            faults.push(Fault::new(readable, place.clone(), what, remedy));
        }
        if facts.mode() & OTHERS_WRITE != 0 {
            let what = "every account of this machine may write it";
            let remedy = format!("chmod o-w {place}");
            faults.push(Fault::new(writable, place, what, remedy));
        }
    }
    faults.extend(protected(store));
    faults
}

/// A store that its own account cannot write. Others, root among them, are not asked: they would answer for themselves.
fn protected(store: &Path) -> Option<Fault> {
    let facts = store.metadata().ok()?;
    if facts.uid() != getuid().as_raw() {
        return None;
    }
    let folder = folder_of(store);
    let locked = [store, folder.as_path()]
        .into_iter()
        .find(|path| access(*path, Access::WRITE_OK).is_err() || is_closed(path))?;
    Some(Fault::new(
        "store-read-only",
        locked.display().to_string(),
        "the account that owns the store may not write here, and SQLite needs the file and its folder",
        format!(
            "chmod u+w {}; or see how the disk is mounted",
            locked.display()
        ),
    ))
}

/// Whether its owner has taken the right to write away. Root may write all the same, and is told all the same.
fn is_closed(path: &Path) -> bool {
    let owner_writes = |facts: std::fs::Metadata| facts.mode() & 0o200 != 0;
    path.metadata().is_ok_and(|facts| !owner_writes(facts))
}

/// A log that has grown, and a disk that is nearly full.
pub(super) fn sizes(config: &Config) -> Vec<Fault> {
    let store = &config.store.path;
    let mut faults = Vec::new();
    let mut wal = store.as_os_str().to_os_string();
    wal.push("-wal");
    let wal = PathBuf::from(wal);
    let logged = wal.metadata().map_or(0, |facts| facts.len());
    if logged > LARGEST_WAL {
        faults.push(Fault::new(
            "wal-huge",
            wal.display().to_string(),
            format!("it has {} MB, and is folded into the store at four as a rule: some process has been reading for long, or was killed in the middle of much", logged >> 20),
            "see who has the store open (`fuser`); restart headwater, which folds it in",
        ));
    }
    let size = store.metadata().map_or(0, |facts| facts.len());
    if let Ok(disk) = statvfs(folder_of(store)) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        faults.extend(short_of_room(free, size, store));
    }
    faults
}

/// There should be room for the store once more: an upgrade or a backup may need it, and its log.
fn short_of_room(free: u64, size: u64, store: &Path) -> Option<Fault> {
    (free < size.max(LEAST_FREE)).then(|| {
        Fault::new(
            "disk-low",
            folder_of(store).display().to_string(),
            format!("{} MB are free, and the store has {} MB", free >> 20, size >> 20),
            "free some space, or move the store to a larger disk; when it is full, visits are held and feeds stay as they are",
        )
    })
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_needs_room_for_the_store_once_more() {
        let store = Path::new("/srv/news/headwater.db");
        let name = |free: u64, size: u64| {
            short_of_room(free << 20, size << 20, store).map(|fault| fault.name)
        };
        assert_eq!(name(63, 1), Some("disk-low"));
        assert_eq!(name(65, 1), None);
        assert_eq!(name(500, 501), Some("disk-low"));
        let said = short_of_room(1 << 20, 2 << 20, store).unwrap();
        assert!(said.what.contains("1 MB are free") && said.place == "/srv/news");
    }
}
