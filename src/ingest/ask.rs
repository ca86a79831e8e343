//! Visiting a source: one polite question, answered as an [`Arrival`].

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use url::Url;

use super::fetch::{Ask, Body, Failed, Fetch, Got};
use super::files::visit_files;
use super::follow::follow;
use super::read::{Document, Expect, read};
use super::visit::{Answer, Arrival, Failure, Fresh, Memory, Unreadable, Validators};
use crate::source::{Place, Source};

/// How conditional a visit is (F10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Ask only for what is new.
    Conditional,
    /// Ask for everything again, and read it though it be the same.
    Everything,
}

/// Visits a source. Never fails: what goes wrong is a `Failed` arrival. Files and parsing run off the async threads.
pub async fn visit<F: Fetch>(
    source: &Source,
    memory: Memory,
    force: Force,
    fetch: &F,
    now: DateTime<Utc>,
) -> (Arrival, Option<Answer>) {
    match source.place.clone() {
        Place::Files { root, pattern } => {
            let source = source.clone();
            let memory = if force == Force::Everything {
                Memory::default()
            } else {
                memory
            };
            let task = tokio::task::spawn_blocking(move || {
                visit_files(&source, &root, &pattern, &memory, now)
            });
            (
                task.await
                    .unwrap_or_else(|lost| Arrival::Failed(Failure::Panicked(lost.to_string()))),
                None,
            )
        }
        Place::Url(url) | Place::Page { url, .. } => {
            visit_url(source, url, memory, force, fetch, now).await
        }
        Place::Sitemap(url) => {
            let before =
                if force == Force::Conditional && memory.asked == Some(asked_hash(source, &url)) {
                    memory.parts.clone()
                } else {
                    Vec::new()
                };
            let visited = visit_url(source, url, memory, force, fetch, now).await;
            follow(source, before, visited, fetch, now).await
        }
    }
}

async fn visit_url<F: Fetch>(
    source: &Source,
    url: Url,
    memory: Memory,
    force: Force,
    fetch: &F,
    now: DateTime<Utc>,
) -> (Arrival, Option<Answer>) {
    // F7: validators are good for the address that issued them only; a changed address in feeds.toml drops them.
    let same_address = memory.asked == Some(asked_hash(source, &url));
    let conditional = force == Force::Conditional && same_address;
    let validators = if conditional {
        memory.validators.clone()
    } else {
        Validators::default()
    };
    let ask = |validators| Ask {
        url: url.clone(),
        validators,
        manners: source.manners.clone(),
        feed_id: source.id.clone(),
    };
    let mut got = fetch.fetch(&ask(validators)).await;
    if let Ok(Got {
        answer,
        body: Body::NotModified,
        ..
    }) = &got
        && memory
            .validated_url
            .as_deref()
            .is_some_and(|issuer| issuer != answer.url)
    {
        // F7: a 304 from elsewhere says nothing about what we hold: ask once more, unconditionally.
        got = fetch.fetch(&ask(Validators::default())).await;
    }
    match got {
        Ok(got) => {
            let answer = got.answer.clone();
            (
                arrival(source, url, memory, conditional, got, now).await,
                Some(answer),
            )
        }
        Err(Failed {
            failure: Failure::Status(410),
            answer,
        }) => (Arrival::Gone, answer),
        Err(Failed { failure, answer }) => (Arrival::Failed(failure), answer),
    }
}

/// What is asked, and for what: other selectors make other entries of the same bytes, which are then no old news.
fn asked_hash(source: &Source, url: &Url) -> [u8; 32] {
    match &source.place {
        Place::Page { pick, .. } => Sha256::digest(format!("{url}\n{pick:?}")).into(),
        Place::Sitemap(_) => Sha256::digest(format!("{url}\nsitemap")).into(),
        Place::Url(_) | Place::Files { .. } => Sha256::digest(url.as_str()).into(),
    }
}

async fn arrival(
    source: &Source,
    url: Url,
    memory: Memory,
    conditional: bool,
    got: Got,
    now: DateTime<Utc>,
) -> Arrival {
    let bytes = match got.body {
        Body::NotModified => {
            // F6: a 304 refreshes what validators it carries, and keeps the others.
            let validators = Validators {
                etag: got.validators.etag.or(memory.validators.etag),
                last_modified: got
                    .validators
                    .last_modified
                    .or(memory.validators.last_modified),
            };
            return Arrival::Unchanged {
                memory: Memory {
                    validators,
                    ..memory
                },
            };
        }
        Body::Bytes(bytes) => bytes,
    };
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    let next = Memory {
        validators: got.validators,
        validated_url: Some(got.answer.url.clone()),
        asked: Some(asked_hash(source, &url)),
        body: Some(hash),
        ..Memory::default()
    };
    if conditional && memory.body == Some(hash) {
        // F8: the same bytes are no news, whatever the validators say; the new validators are kept.
        return Arrival::Unchanged { memory: next };
    }
    let (zone, place) = (source.zone, source.place.clone());
    let at = got.answer.url;
    let content_type = got.content_type;
    let reading = tokio::task::spawn_blocking(move || {
        let here = Url::parse(&at).ok();
        let document = Document {
            bytes: &bytes,
            name: &at,
            url: here.as_ref(),
            content_type: content_type.as_deref(),
            zone,
            now,
        };
        read(&document, Expect::of(&place))
    });
    match reading.await {
        Ok(Ok(reading)) => Arrival::Fresh(Box::new(Fresh {
            channel: reading.channel,
            entries: reading.entries,
            oddities: reading.oddities,
            memory: next,
        })),
        Ok(Err(Unreadable::Panicked(said))) => Arrival::Failed(Failure::Panicked(said)),
        Ok(Err(unreadable)) => Arrival::Failed(unreadable.into()),
        Err(lost) => Arrival::Failed(Failure::Panicked(lost.to_string())),
    }
}
