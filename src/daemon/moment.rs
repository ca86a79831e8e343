//! The daemon at this moment, for its metrics: queues, sizes on disk, the process.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::keeper::Outlived;
use crate::ingest::fetch::Web;
use crate::metrics::{Moment, Process};
use crate::publish::Shelf;
use crate::store::Outlook;

/// Ticks in which Linux counts time on the processor, a second (`USER_HZ`): the same on every machine it runs on today.
const TICKS: u64 = 100;

/// What the loop has under way, told by it and read by others.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    pub visits: AtomicUsize,
    pub pages: AtomicUsize,
}

/// Where to look.
#[derive(Clone)]
pub(super) struct Lookout {
    pub started: DateTime<Utc>,
    pub store: PathBuf,
    pub shelf: watch::Receiver<Arc<Shelf>>,
    pub ending: watch::Receiver<bool>,
    pub web: Arc<Web>,
    pub keeper: Outlived,
    pub under_way: Arc<UnderWay>,
}

impl Lookout {
    /// Looks. Reads a few small files; to be called where waiting is allowed.
    pub fn look(&self, now: DateTime<Utc>, outlook: Option<Outlook>) -> Moment {
        let shelf = self.shelf.borrow().clone();
        let web = self.web.standing();
        let size = |path: &Path| fs::metadata(path).ok().map(|facts| facts.len());
        let mut wal = self.store.clone().into_os_string();
        wal.push("-wal");
        Moment {
            now,
            version: env!("CARGO_PKG_VERSION"),
            is_ready: shelf.is_composed() && !*self.ending.borrow() && outlook.is_some(),
            outlook,
            queues: vec![
                ("visits", self.under_way.visits.load(Ordering::Relaxed)),
                ("pages", self.under_way.pages.load(Ordering::Relaxed)),
                ("turn", web.in_line),
                ("aside", web.aside),
                ("keeper", self.keeper.queue()),
            ],
            store_bytes: size(&self.store),
            // A log that is not there is empty.
            wal_bytes: Some(size(Path::new(&wal)).unwrap_or(0)),
            shelf,
            process: process(self.started),
        }
    }
}

/// What Linux says of this process; elsewhere only when it began.
fn process(started: DateTime<Utc>) -> Process {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let kilobytes = |name| field(&status, name).and_then(|size| size.checked_mul(1024));
    Process {
        started,
        worked: worked(&stat),
        resident_bytes: kilobytes("VmRSS:"),
        virtual_bytes: kilobytes("VmSize:"),
        threads: field(&status, "Threads:"),
        // Less the one that lists them.
        open_files: fs::read_dir("/proc/self/fd")
            .ok()
            .map(|open| (open.count() as u64).saturating_sub(1)),
        most_files: field(&limits, "Max open files"),
    }
}

/// The first number in the line that begins so.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// proc_pid_stat(5): utime and stime, the twelfth and thirteenth behind the name, which may hold anything.
fn worked(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    let all = ticks()?.checked_add(ticks()?)?;
    Some(Duration::from_millis(all.checked_mul(1000 / TICKS)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_of_a_process_is_read_whatever_it_is_called() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 100 0 3 0 150 25 0 0 20 0 9 0 777 1 2";
        assert_eq!(worked(stat), Some(Duration::from_millis(1750)));
        assert_eq!(worked("42 (x"), None);
        let status = "Name:\tx\nVmRSS:\t   1024 kB\nThreads:\t7\n";
        assert_eq!(field(status, "VmRSS:"), Some(1024));
        assert_eq!(field(status, "Threads:"), Some(7));
        assert_eq!(field(status, "VmSize:"), None);
        let limits = "Max open files            1024                 4096                 files";
        assert_eq!(field(limits, "Max open files"), Some(1024));
    }
}
