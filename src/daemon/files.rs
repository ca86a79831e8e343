//! Files on disk, looked at now and then: a source whose files changed is due at once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::ingest::matching_files;
use crate::schedule::has_passed;
use crate::source::Place;

/// How often files are looked at. Their names and sizes are read, not what they hold.
const EVERY: Duration = Duration::from_secs(4);

/// How the files of each source look, by its id.
type Looks = HashMap<String, u64>;

/// What the files of each source looked like the last time.
#[derive(Default)]
pub(super) struct Files {
    looked: Option<DateTime<Utc>>,
    /// A look under way. It is not waited for: a disk may take its time, and a network's disk for ever.
    looking: Option<JoinHandle<Looks>>,
    seen: Looks,
}

impl Files {
    /// Sources whose files look otherwise than the last time, when a look has ended and there are some. The first look finds nothing: at a start
    /// files are read anyway. Begins the next look when it is time.
    pub async fn changed(&mut self, config: &Config) -> Option<Vec<String>> {
        match self.looking.take() {
            Some(looking) if looking.is_finished() => {
                self.looked = Some(Utc::now());
                Some(self.compare(looking.await.ok()?)).filter(|changed| !changed.is_empty())
            }
            Some(looking) => {
                self.looking = Some(looking);
                None
            }
            None => {
                self.begin(config);
                None
            }
        }
    }

    fn begin(&mut self, config: &Config) {
        let now = Utc::now();
        let is_time = |looked| has_passed(looked, EVERY, now);
        if !self.looked.is_none_or(is_time) {
            return;
        }
        let listening = config.sources.iter().map(|listening| &listening.source);
        let patterns: Vec<(String, String)> = listening
            .filter_map(|source| match &source.place {
                Place::Files { pattern, .. } => Some((source.id.clone(), pattern.clone())),
                Place::Url(_) | Place::Page { .. } | Place::Sitemap(_) => None,
            })
            .collect();
        let look = move |(source, pattern): (String, String)| (source, looks(&pattern));
        self.looking = Some(tokio::task::spawn_blocking(move || {
            patterns.into_iter().map(look).collect()
        }));
    }

    fn compare(&mut self, seen: Looks) -> Vec<String> {
        let is_other =
            |source: &String, now: u64| self.seen.get(source).is_some_and(|before| *before != now);
        let mut changed: Vec<String> = seen
            .iter()
            .filter(|(source, now)| is_other(source, **now))
            .map(|(source, _)| source.clone())
            .collect();
        changed.sort();
        self.seen = seen;
        changed
    }
}

/// A number that is another one when a file came, went, grew or was written.
fn looks(pattern: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    for path in matching_files(pattern).unwrap_or_default().files {
        path.hash(&mut hash);
        if let Ok(facts) = path.metadata() {
            facts.len().hash(&mut hash);
            let written = facts
                .modified()
                .ok()
                .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            written.hash(&mut hash);
        }
    }
    hash.finish()
}
