//! What is true at this moment, measured by whoever asks for the text.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::{DateTime, Utc};
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::{Atomic, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::register::{Labels, PREFIX};
use crate::publish::{Format, Shelf, feed_path};
use crate::store::Outlook;

type Levels = Family<Labels, Gauge<f64, AtomicU64>>;

/// A look round. What could not be had is absent, and then it is absent in the text.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    pub now: DateTime<Utc>,
    pub version: &'static str,
    /// What the store says, when it answers.
    pub outlook: Option<Outlook>,
    /// How many stand in each queue, by its name.
    pub queues: Vec<(&'static str, usize)>,
    pub store_bytes: Option<u64>,
    pub wal_bytes: Option<u64>,
    pub shelf: Arc<Shelf>,
    /// Whether `/readyz` says so.
    pub is_ready: bool,
    pub process: Process,
}

/// The process, as the system sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Process {
    pub started: DateTime<Utc>,
    /// On a processor so far.
    pub worked: Option<Duration>,
    pub resident_bytes: Option<u64>,
    pub virtual_bytes: Option<u64>,
    pub threads: Option<u64>,
    pub open_files: Option<u64>,
    pub most_files: Option<u64>,
}

impl Moment {
    pub(super) fn write(&self, text: &mut String) -> fmt::Result {
        let mut ours = Registry::with_prefix(PREFIX);
        let build = vec![("version", self.version)];
        ours.register("build", "What was built", Info::new(build));
        self.of_sources(&mut ours);
        self.of_store(&mut ours);
        self.of_shelf(&mut ours);
        encode_registry(text, &ours)?;
        let mut process = Registry::with_prefix("process");
        self.process.write(&mut process);
        encode_registry(text, &process)
    }

    fn of_sources(&self, registry: &mut Registry) {
        let outlook = self.outlook.as_ref();
        let sources = level(registry, "sources", "Sources in feeds.toml", None);
        set(&sources, outlook.map(|outlook| outlook.sources));
        let failing = level(
            registry,
            "sources_failing",
            "Sources whose last visit failed",
            None,
        );
        set(&failing, outlook.map(|outlook| outlook.failing));
        let overdue = level(
            registry,
            "oldest_due",
            "How long the source has waited that was due first and may be visited",
            Some(Unit::Seconds),
        );
        let waits = outlook.map(|outlook| match outlook.oldest_due {
            Some(due) => seconds(self.now - due),
            None => 0.0,
        });
        put(&overdue, vec![], waits);
        let queues = level(registry, "queue_length", "What stands in each queue", None);
        let due = outlook.map(|outlook| ("due", outlook.due));
        let wanted = outlook.map(|outlook| ("pages-wanted", outlook.pages_due));
        let counted = self
            .queues
            .iter()
            .map(|(name, length)| (*name, *length as u64));
        for (name, length) in counted.chain(due).chain(wanted) {
            put(&queues, vec![("queue", name.into())], Some(length as f64));
        }
    }

    fn of_store(&self, registry: &mut Registry) {
        let outlook = self.outlook.as_ref();
        let up = level(registry, "store_up", "Whether the store answers", None);
        set(&up, Some(u64::from(outlook.is_some())));
        let entries = level(registry, "store_entries", "Entries in the store", None);
        set(&entries, outlook.map(|outlook| outlook.entries));
        let stories = level(registry, "store_stories", "Stories in the store", None);
        set(&stories, outlook.map(|outlook| outlook.stories));
        let bytes = Some(Unit::Bytes);
        let size = level(registry, "store_size", "The store's file", bytes.clone());
        set(&size, self.store_bytes);
        let wal = level(registry, "store_wal_size", "The log beside it", bytes);
        set(&wal, self.wal_bytes);
    }

    fn of_shelf(&self, registry: &mut Registry) {
        let ready = level(registry, "ready", "Whether feeds can be served", None);
        set(&ready, Some(u64::from(self.is_ready)));
        let sizes = level(
            registry,
            "shelf_size",
            "Finished documents, uncompressed",
            Some(Unit::Bytes),
        );
        let all = level(
            registry,
            "shelf_memory",
            "Finished documents in all their codings",
            Some(Unit::Bytes),
        );
        let mut sum = 0;
        for feed in self.shelf.feeds() {
            for format in Format::ALL {
                let Some(document) = self.shelf.get(&feed_path(&feed.id, format)) else {
                    continue;
                };
                let labels = vec![
                    ("feed", feed.id.clone().into()),
                    ("format", name(format).into()),
                ];
                let size = document.identity().body.len();
                put(&sizes, labels, Some(size as f64));
                sum += document
                    .variants()
                    .map(|form| form.body.len())
                    .sum::<usize>();
            }
        }
        set(&all, Some(sum as u64));
    }
}

impl Process {
    /// By the names that all Prometheus clients use.
    fn write(&self, registry: &mut Registry) {
        let bytes = || Some(Unit::Bytes);
        let started = level(
            registry,
            "start_time",
            "When the process began, since 1970",
            Some(Unit::Seconds),
        );
        let began = self.started.timestamp_millis() as f64 / 1000.0;
        put(&started, vec![], Some(began));
        let worked: Counter<f64, AtomicU64> = Counter::default();
        Atomic::inc_by(worked.inner(), self.worked.map_or(0.0, |w| w.as_secs_f64()));
        let help = "Time on a processor";
        registry.register_with_unit("cpu", help, Unit::Seconds, worked);
        let resident = level(
            registry,
            "resident_memory",
            "Memory that is resident",
            bytes(),
        );
        set(&resident, self.resident_bytes);
        let whole = level(registry, "virtual_memory", "Memory that is mapped", bytes());
        set(&whole, self.virtual_bytes);
        let threads = level(registry, "threads", "Threads", None);
        set(&threads, self.threads);
        let open = level(registry, "open_fds", "Open file descriptors", None);
        set(&open, self.open_files);
        let most = level(registry, "max_fds", "Most that may be open", None);
        set(&most, self.most_files);
    }
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Rss => "rss",
        Format::Atom => "atom",
        Format::Json => "json",
        Format::Page => "page",
    }
}

fn seconds(time: chrono::TimeDelta) -> f64 {
    time.to_std().map_or(0.0, |time| time.as_secs_f64())
}

fn level(registry: &mut Registry, name: &str, help: &str, unit: Option<Unit>) -> Levels {
    let levels = Levels::default();
    match unit {
        Some(unit) => registry.register_with_unit(name, help, unit, levels.clone()),
        None => registry.register(name, help, levels.clone()),
    }
    levels
}

fn set(levels: &Levels, value: Option<u64>) {
    put(levels, vec![], value.map(|value| value as f64));
}

fn put(levels: &Levels, labels: Labels, value: Option<f64>) {
    if let Some(value) = value {
        levels.get_or_create(&labels).set(value);
    }
}
