//! Files on disk, looked at now and then: a source whose files changed is due at once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, UNIX_EPOCH};

use chrono::{DateTime, Utc};

use crate::config::Config;
use crate::ingest::matching_files;
use crate::schedule::has_passed;
use crate::source::Place;

/// How often files are looked at. Their names and sizes are read, not what they hold.
const EVERY: Duration = Duration::from_secs(4);

/// What the files of each source looked like the last time.
#[derive(Default)]
pub(super) struct Files {
    looked: Option<DateTime<Utc>>,
    seen: HashMap<String, u64>,
}

impl Files {
    /// Sources whose files look otherwise than the last time, when it is time to look and there are some. The first look finds nothing: at a start
    /// files are read anyway.
    pub async fn changed(&mut self, config: &Config) -> Option<Vec<String>> {
        let now = Utc::now();
        let is_time = |looked| has_passed(looked, EVERY, now);
        if !self.looked.is_none_or(is_time) {
            return None;
        }
        self.looked = Some(now);
        let patterns: Vec<(String, String)> = config
            .sources
            .iter()
            .filter_map(|listening| match &listening.source.place {
                Place::Files { pattern, .. } => {
                    Some((listening.source.id.clone(), pattern.clone()))
                }
                Place::Url(_) | Place::Page { .. } | Place::Sitemap(_) => None,
            })
            .collect();
        let look = move || -> HashMap<String, u64> {
            patterns
                .into_iter()
                .map(|(source, pattern)| (source, looks(&pattern)))
                .collect()
        };
        let seen = tokio::task::spawn_blocking(look).await.ok()?;
        let is_other =
            |source: &String, now: u64| self.seen.get(source).is_some_and(|before| *before != now);
        let mut changed: Vec<String> = seen
            .iter()
            .filter(|(source, now)| is_other(source, **now))
            .map(|(source, _)| source.clone())
            .collect();
        changed.sort();
        self.seen = seen;
        (!changed.is_empty()).then_some(changed)
    }
}

/// A number that is another one when a file came, went, grew or was written.
fn looks(pattern: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    for path in matching_files(pattern).unwrap_or_default() {
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
