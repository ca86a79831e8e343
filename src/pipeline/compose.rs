//! The store → documents: same store, same configuration, same `now` give the same bytes (S1).

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::config::{Config, Server};
use crate::curate::{Choice, Edition, Feed, choose};
use crate::dedupe::StoryId;
use crate::publish::{Document, Format, INDEX_PATH, Shelf, Site, feed_path, render, render_index};
use crate::store::{Store, StoreError};

/// How many candidates are weighed for each place in a feed: enough that `per_source` finds others, few enough that composing does not depend on the
/// size of the store.
const WEIGHED_PER_PLACE: usize = 8;

/// How many stories of an edition are remembered for the page that lists the feeds.
const REMEMBERED: usize = 12;

/// Documents by their paths, for [`Shelf::with`].
type Shelved = Vec<(String, Option<Arc<Document>>)>;

/// Everything that is published now.
#[derive(Clone, Debug, Default)]
pub struct Composed {
    pub shelf: Arc<Shelf>,
    /// The head of every edition, for the index.
    editions: Vec<Edition>,
}

/// How the published documents call themselves and each other.
pub fn site(server: &Server) -> Site {
    Site {
        address: server.public_url.clone(),
        generator: concat!("headwater/", env!("CARGO_PKG_VERSION")).to_string(),
    }
}

/// Composes `only` these feeds — all of them when it is `None` — and records what they publish. The other documents are taken from `before`.
///
/// Hundreds of feeds are read and rendered for a minute. All that time other processes may write, and only the record of it, at the end, is written by this
/// one. What they write meanwhile shows in the feeds that are read after it; the daemon sees that they wrote, and composes again.
///
/// A feed that cannot be rendered keeps its last good documents (S14), and so does one on which headwater panics; that is told in the log, and is a fault of
/// headwater. Errors when the store cannot
/// be read or written; nothing is changed then.
pub fn compose(
    store: &Store,
    config: &Config,
    site: &Site,
    before: &Composed,
    only: Option<&BTreeSet<String>>,
    now: DateTime<Utc>,
) -> Result<Composed, StoreError> {
    let ever = store.feeds_ever()?.into_iter();
    let withdrawn: Vec<String> = ever
        .filter(|id| !config.feeds.iter().any(|feed| feed.id == *id))
        .collect();
    let mut drafts = Vec::with_capacity(config.feeds.len());
    for feed in &config.feeds {
        let is_wanted = only.is_none_or(|only| only.contains(&feed.id));
        let draft = match before.edition(feed).filter(|_| !is_wanted) {
            Some(known) => Draft::Known(known.clone()),
            None => draft(store, feed, &sources_of(config, feed), site, now)?,
        };
        drafts.push((feed, draft));
    }
    store.transaction(|store| {
        store.end_editions(&withdrawn, now)?;
        let mut shelving = Shelving::default();
        for (feed, draft) in drafts {
            shelving.take(store, before, feed, draft, now)?;
        }
        match render_index(&shelving.editions, site) {
            Ok(index) => shelving.changes.push((
                INDEX_PATH.to_string(),
                Some(Arc::new(dated(store, INDEX_PATH, index, now)?)),
            )),
            Err(error) => tracing::error!(%error, "the list of feeds could not be composed"),
        }
        let shelf = Arc::new(
            Shelf::new(site, config.feeds.clone(), &withdrawn)
                .with(shelving.changes)
                .awaiting(shelving.awaited),
        );
        Ok(Composed {
            shelf,
            editions: shelving.editions,
        })
    })
}

impl Composed {
    /// The head of this feed's edition, if it was composed as the feed is now.
    fn edition(&self, feed: &Feed) -> Option<&Edition> {
        self.editions.iter().find(|edition| edition.feed == *feed)
    }
}

/// What becomes of one feed, before any of it is recorded.
enum Draft {
    /// It stays as it is.
    Known(Edition),
    /// None of its sources was read yet.
    Awaited,
    /// It could not be made, which was told.
    Failed,
    Made(Box<Made>),
}

/// A feed, read and rendered.
struct Made {
    /// Shortened to what is remembered of it.
    edition: Edition,
    chosen: Vec<StoryId>,
    /// None when it cannot be rendered, which was told.
    documents: Option<Vec<(String, Document)>>,
}

/// Reads and renders one feed, as of one moment. A feed of its own each: one on which headwater fails keeps what it has, and costs the others nothing.
fn draft(
    store: &Store,
    feed: &Feed,
    sources: &[String],
    site: &Site,
    now: DateTime<Utc>,
) -> Result<Draft, StoreError> {
    if !store.any_read(sources)? {
        return Ok(Draft::Awaited);
    }
    match store.attempt(|store| made(store, feed, sources, site, now)) {
        Ok(made) => Ok(Draft::Made(Box::new(made))),
        Err(error) if error.is_of_the_store() => Err(error),
        Err(error) => {
            tell(feed, &error);
            Ok(Draft::Failed)
        }
    }
}

fn tell(feed: &Feed, error: &StoreError) {
    tracing::error!(feed = %feed.id, %error, "this feed could not be composed; what is published of it stays");
}

/// What comes onto the shelf.
#[derive(Default)]
struct Shelving<'a> {
    changes: Shelved,
    editions: Vec<Edition>,
    awaited: Vec<&'a str>,
}

impl<'a> Shelving<'a> {
    /// Records what a feed publishes now, and takes its documents.
    fn take(
        &mut self,
        store: &Store,
        before: &Composed,
        feed: &'a Feed,
        draft: Draft,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let known = match draft {
            Draft::Awaited => {
                self.awaited.push(&feed.id);
                return Ok(());
            }
            Draft::Known(edition) => Some(edition),
            Draft::Failed => self.failed(before, feed),
            Draft::Made(made) => match store.attempt(|store| recorded(store, *made, now)) {
                Ok((edition, Some(documents))) => {
                    self.changes.extend(documents);
                    self.editions.push(edition);
                    return Ok(());
                }
                Ok((edition, None)) => Some(edition),
                Err(error) if error.is_of_the_store() => return Err(error),
                Err(error) => {
                    tell(feed, &error);
                    self.failed(before, feed)
                }
            },
        };
        self.changes.extend(documents_of(&before.shelf, &feed.id));
        self.editions.extend(known);
        Ok(())
    }

    fn failed(&mut self, before: &Composed, feed: &'a Feed) -> Option<Edition> {
        self.awaited.push(&feed.id);
        before.edition(feed).cloned()
    }
}

/// Ids of the sources a feed draws from, in the order of feeds.toml.
pub fn sources_of(config: &Config, feed: &Feed) -> Vec<String> {
    let sources = config.sources.iter().map(|listening| &listening.source);
    sources
        .filter(|source| feed.draws_from(&source.id, &source.tags))
        .map(|source| source.id.clone())
        .collect()
}

/// What becomes of each story that could be in a feed, in order. Stories behind more than eight times `limit` others are not weighed.
pub fn weigh(store: &Store, feed: &Feed, sources: &[String]) -> Result<Vec<Choice>, StoreError> {
    let most = feed.limit.saturating_mul(WEIGHED_PER_PLACE);
    Ok(choose(feed, store.candidates(sources, most)?))
}

/// One feed's edition and its documents.
fn made(
    store: &Store,
    feed: &Feed,
    sources: &[String],
    site: &Site,
    now: DateTime<Utc>,
) -> Result<Made, StoreError> {
    let (chosen, mut edition) = edition(store, feed, sources, now)?;
    let documents = match render(&edition, site) {
        Ok(rendered) => Some(rendered.into_documents(site).into_iter().collect()),
        Err(error) => {
            tracing::error!(feed = %feed.id, %error, "this feed could not be composed");
            None
        }
    };
    edition.stories.truncate(REMEMBERED);
    Ok(Made {
        edition,
        chosen,
        documents,
    })
}

/// Records what a feed publishes, and dates its documents.
fn recorded(
    store: &Store,
    made: Made,
    now: DateTime<Utc>,
) -> Result<(Edition, Option<Shelved>), StoreError> {
    store.record_edition(&made.edition.feed.id, &made.chosen, now)?;
    let Some(documents) = made.documents else {
        return Ok((made.edition, None));
    };
    let mut shelved = Shelved::new();
    for (path, document) in documents {
        let document = dated(store, &path, document, now)?;
        shelved.push((path, Some(Arc::new(document))));
    }
    Ok((made.edition, Some(shelved)))
}

/// Chooses a feed's stories and loads them whole.
fn edition(
    store: &Store,
    feed: &Feed,
    sources: &[String],
    now: DateTime<Utc>,
) -> Result<(Vec<StoryId>, Edition), StoreError> {
    let chosen: Vec<_> = weigh(store, feed, sources)?
        .into_iter()
        .filter(|choice| choice.fate.is_in())
        .map(|choice| choice.story)
        .collect();
    let mut stories = Vec::with_capacity(chosen.len());
    for id in &chosen {
        stories.extend(store.cited_story(id, sources)?);
    }
    let since = store.feed_since(&feed.id, now)?;
    let edition = Edition {
        feed: feed.clone(),
        since,
        stories,
    };
    Ok((chosen, edition))
}

/// The document with the instant at which its bytes last changed (S13).
fn dated(
    store: &Store,
    path: &str,
    document: Document,
    now: DateTime<Utc>,
) -> Result<Document, StoreError> {
    let changed = store.rendition_changed(path, &document.digest(), now)?;
    Ok(document.with_last_modified(changed))
}

fn documents_of(shelf: &Shelf, feed: &str) -> Shelved {
    Format::ALL
        .into_iter()
        .map(|format| feed_path(feed, format))
        .filter_map(|path| {
            shelf
                .get(&path)
                .map(|document| (path.clone(), Some(Arc::clone(document))))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::config;
    use crate::ingest::{Arrival, Entry, Fresh, Visit};
    use crate::pipeline::{listed, settle};
    use crate::schedule::Chance;

    #[test]
    fn while_feeds_are_read_and_rendered_others_may_write() {
        let text = r#"
            [server]
            listen = "127.0.0.1:8080"
            public_url = "http://127.0.0.1:8080"
            [[source]]
            id = "a"
            url = "https://a.example/feed"
            [[feed]]
            id = "all"
            title = "All"
            from = ["*"]
        "#;
        let config = config::parse(text, Path::new("/nowhere/feeds.toml")).unwrap();
        let now = DateTime::from_timestamp(1_760_000_000, 0).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let (store, other) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
        store.sync_sources(&listed(&config, now)).unwrap();
        let entry = Entry {
            id: "1".into(),
            title: Some("One".into()),
            ..Entry::default()
        };
        let visit = Visit {
            source: "a".into(),
            at: now,
            took: Duration::ZERO,
            answer: None,
            arrival: Arrival::Fresh(Box::new(Fresh {
                entries: vec![entry],
                ..Fresh::default()
            })),
        };
        settle(&store, &config, &[visit], now, Chance::NONE).unwrap();
        let (feed, sources) = (&config.feeds[0], ["a".to_string()]);
        let site = site(config.server.as_ref().unwrap());
        // Were anything written here, this would wait in vain for the other to end.
        let drafted = other.transaction(|_| draft(&store, feed, &sources, &site, now));
        let Draft::Made(made) = drafted.unwrap() else {
            panic!("it is there to be made");
        };
        assert_eq!(made.chosen.len(), 1);
        other.transaction(|_| Ok(())).unwrap();
    }
}
