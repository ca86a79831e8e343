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
/// A feed that cannot be rendered keeps its last good documents (S14); that is told in the log, and is a fault of headwater. Errors when the store cannot
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
        let mut changes: Vec<(String, Option<Arc<Document>>)> = Vec::new();
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
            let mut edition = edition(store, feed, &sources, now)?;
            match render(&edition, site) {
                Ok(rendered) => {
                    for (path, document) in rendered.into_documents(site) {
                        changes.push((
                            path.clone(),
                            Some(Arc::new(dated(store, &path, document, now)?)),
                        ));
                    }
                }
                Err(error) => {
                    tracing::error!(feed = %feed.id, %error, "this feed could not be composed");
                    changes.extend(documents_of(&before.shelf, &feed.id));
                }
            }
            edition.stories.truncate(REMEMBERED);
            editions.push(edition);
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

fn documents_of(shelf: &Shelf, feed: &str) -> Vec<(String, Option<Arc<Document>>)> {
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
