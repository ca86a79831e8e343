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
    /// Sources whose files changed, until somebody has made them due.
    changed: Vec<String>,
}

impl Files {
    /// Sources whose files look otherwise than before, again and again until they are [`told`](Files::told): the store may be busy just now. The first
    /// look finds nothing: at a start files are read anyway. Begins the next look when it is time.
    pub async fn changed(&mut self, config: &Config) -> &[String] {
        match self.looking.take() {
            Some(looking) if looking.is_finished() => {
                self.looked = Some(Utc::now());
                if let Ok(seen) = looking.await {
                    self.compare(seen);
                }
            }
            Some(looking) => self.looking = Some(looking),
            None => self.begin(config),
        }
        &self.changed
    }

    /// Those that changed have been made due.
    pub fn told(&mut self) {
        self.changed.clear();
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

    fn compare(&mut self, seen: Looks) {
        let is_other =
            |source: &String, now: u64| self.seen.get(source).is_some_and(|before| *before != now);
        let changed = seen
            .iter()
            .filter(|(source, now)| is_other(source, **now))
            .map(|(source, _)| source.clone());
        self.changed.extend(changed);
        self.changed.sort();
        self.changed.dedup();
        self.seen = seen;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_told_until_it_is_heard() {
        let mut files = Files::default();
        let look = |a: u64, b: u64| Looks::from([("a".into(), a), ("b".into(), b)]);
        files.compare(look(1, 1));
        assert!(files.changed.is_empty(), "the first look");
        files.compare(look(1, 2));
        files.compare(look(1, 3));
        files.compare(look(2, 3));
        assert_eq!(files.changed, ["a", "b"]);
        files.told();
        files.compare(look(2, 3));
        assert!(files.changed.is_empty());
    }
}
