//! Visiting a source: one polite question, answered as an [`Arrival`].

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use url::Url;

use super::aside::aside;
use super::entry::Reading;
use super::feed::{CUT_OFF, UNFINISHED};
use super::fetch::{Ask, Body, Failed, Fetch, Got, Room, Seeks};
use super::files::visit_files;
use super::follow::follow;
use super::read::{Document, Expect, read};
use super::specimen::Specimen;
use super::visit::{Answer, Arrival, Failure, Fresh, Memory, Unreadable, Validators, address_hash};
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
        subscribers: 0,
        seeks: Seeks::Feed,
    };
    let mut got = fetch.fetch(&ask(validators)).await;
    if let Ok(Got {
        answer,
        body: Body::NotModified | Body::Delta(_),
        ..
    }) = &got
        && memory
            .validated_url
            .as_deref()
            .is_some_and(|issuer| issuer != answer.url)
    {
        // F7: a 304, or news only, from elsewhere says nothing about what we hold: ask once more, unconditionally.
        let first = answer.clone();
        got = fetch.fetch(&ask(Validators::default())).await;
        got = got.map_err(|failed| Failed {
            answer: failed.answer.or(Some(first)),
            ..failed
        });
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

/// Whether the memory is of what the source asks for now (F7).
pub(super) fn is_of(memory: &Memory, source: &Source) -> bool {
    source
        .place
        .url()
        .is_some_and(|url| memory.asked == Some(asked_hash(source, url)))
}

/// What is asked, and for what: other selectors make other entries of the same bytes, which are then no old news.
fn asked_hash(source: &Source, url: &Url) -> [u8; 32] {
    match &source.place {
        Place::Page { pick, .. } => Sha256::digest(format!("{url}\n{pick:?}")).into(),
        Place::Sitemap(_) => Sha256::digest(format!("{url}\nsitemap")).into(),
        Place::Url(_) | Place::Files { .. } => address_hash(url),
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
    let is_delta = matches!(got.body, Body::Delta(_));
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
        Body::Bytes(bytes) | Body::Delta(bytes) => Arc::new(bytes),
    };
    let hash: [u8; 32] = Sha256::digest(bytes.as_slice()).into();
    let next = Memory {
        validators: got.validators,
        validated_url: Some(got.answer.url.clone()),
        asked: Some(asked_hash(source, &url)),
        // A delta is not the document: whatever comes next whole is read (F28).
        body: Some(hash).filter(|_| !is_delta),
        ..Memory::default()
    };
    if conditional && memory.body == Some(hash) {
        // F8: the same bytes are no news, whatever the validators say; the new validators are kept.
        return Arrival::Unchanged { memory: next };
    }
    let taken = Taken {
        _room: got.room,
        bytes,
        at: got.answer.url,
        content_type: got.content_type,
    };
    match reading(taken, source, now).await {
        Ok(reading) => {
            let is_cut = reading
                .oddities
                .iter()
                .any(|odd| [CUT_OFF, UNFINISHED].contains(&odd.code));
            let memory = if is_cut {
                before_the_cut(memory, asked_hash(source, &url))
            } else {
                next
            };
            Arrival::Fresh(Box::new(Fresh {
                channel: reading.channel,
                entries: reading.entries,
                oddities: reading.oddities,
                memory,
                is_delta,
            }))
        }
        Err(failure) => Arrival::Failed(failure),
    }
}

/// What is remembered after a document that ends in its middle: the pair that was held before, for with this one's the next 304 would hide the rest (F27,
/// F4); and no hash, so that the same bytes are never taken for a sound document.
fn before_the_cut(memory: Memory, asked: [u8; 32]) -> Memory {
    let held = if memory.asked == Some(asked) {
        memory
    } else {
        Memory::default()
    };
    Memory {
        asked: Some(asked),
        body: None,
        ..held
    }
}

/// A document as it came.
#[derive(Clone)]
struct Taken {
    _room: Room,
    bytes: Arc<Vec<u8>>,
    at: String,
    content_type: Option<String>,
}

/// Reads a document off the async threads. A document on which a parser panics goes along with the failure.
async fn reading(taken: Taken, source: &Source, now: DateTime<Utc>) -> Result<Reading, Failure> {
    let kept = taken.clone();
    let (zone, place) = (source.zone, source.place.clone());
    let read = aside(move || {
        let here = Url::parse(&taken.at).ok();
        let document = Document {
            bytes: &taken.bytes,
            name: &taken.at,
            url: here.as_ref(),
            content_type: taken.content_type.as_deref(),
            zone,
            now,
        };
        read(&document, Expect::of(&place))
    });
    match read.await {
        Ok(Ok(reading)) => Ok(reading),
        Ok(Err(Unreadable::Panicked(said))) => {
            let specimen = Specimen::of(&kept.bytes, said, kept.at, kept.content_type);
            Err(Failure::Parser(Box::new(specimen)))
        }
        Ok(Err(unreadable)) => Err(unreadable.into()),
        Err(lost) => Err(lost),
    }
}
