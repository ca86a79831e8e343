//! The store → documents: same store, same configuration, same `now` give the same bytes (S1).

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::config::{Config, Server};
use crate::curate::{Choice, Edition, Feed, choose};
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
    store.transaction(|store| {
        let ever = store.feeds_ever()?;
        let withdrawn: Vec<String> = ever
            .into_iter()
            .filter(|id| !config.feeds.iter().any(|feed| feed.id == *id))
            .collect();
        store.end_editions(&withdrawn, now)?;
        let mut changes = Shelved::new();
        let mut editions = Vec::with_capacity(config.feeds.len());
        let mut awaited = Vec::new();
        for feed in &config.feeds {
            let known = before.editions.iter().find(|edition| edition.feed == *feed);
            let is_wanted = only.is_none_or(|only| only.contains(&feed.id));
            if let (false, Some(known)) = (is_wanted, known) {
                editions.push(known.clone());
                changes.extend(documents_of(&before.shelf, &feed.id));
                continue;
            }
            let sources = sources_of(config, feed);
            if !store.any_read(&sources)? {
                awaited.push(feed.id.as_str());
                continue;
            }
            // A feed of its own each: one on which headwater fails keeps what it has, and costs the others nothing.
            match store.attempt(|store| published(store, feed, &sources, site, now)) {
                Ok((edition, Some(documents))) => {
                    changes.extend(documents);
                    editions.push(edition);
                }
                Ok((edition, None)) => {
                    changes.extend(documents_of(&before.shelf, &feed.id));
                    editions.push(edition);
                }
                Err(error) if error.is_of_the_store() => return Err(error),
                Err(error) => {
                    tracing::error!(feed = %feed.id, %error, "this feed could not be composed; what is published of it stays");
                    changes.extend(documents_of(&before.shelf, &feed.id));
                    editions.extend(known.cloned());
                    awaited.push(feed.id.as_str());
                }
            }
        }
        match render_index(&editions, site) {
            Ok(index) => changes.push((
                INDEX_PATH.to_string(),
                Some(Arc::new(dated(store, INDEX_PATH, index, now)?)),
            )),
            Err(error) => tracing::error!(%error, "the list of feeds could not be composed"),
        }
        let shelf = Arc::new(
            Shelf::new(site, config.feeds.clone(), &withdrawn)
                .with(changes)
                .awaiting(awaited),
        );
        Ok(Composed { shelf, editions })
    })
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

/// One feed's edition, shortened to what is remembered of it, and its documents; without them when it cannot be rendered, which is told.
fn published(
    store: &Store,
    feed: &Feed,
    sources: &[String],
    site: &Site,
    now: DateTime<Utc>,
) -> Result<(Edition, Option<Shelved>), StoreError> {
    let mut edition = edition(store, feed, sources, now)?;
    let documents = match render(&edition, site) {
        Ok(rendered) => {
            let mut documents = Shelved::new();
            for (path, document) in rendered.into_documents(site) {
                let document = dated(store, &path, document, now)?;
                documents.push((path, Some(Arc::new(document))));
            }
            Some(documents)
        }
        Err(error) => {
            tracing::error!(feed = %feed.id, %error, "this feed could not be composed");
            None
        }
    };
    edition.stories.truncate(REMEMBERED);
    Ok((edition, documents))
}

/// Chooses a feed's stories and loads them whole.
fn edition(
    store: &Store,
    feed: &Feed,
    sources: &[String],
    now: DateTime<Utc>,
) -> Result<Edition, StoreError> {
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
    store.record_edition(&feed.id, &chosen, now)?;
    Ok(Edition {
        feed: feed.clone(),
        since,
        stories,
    })
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
