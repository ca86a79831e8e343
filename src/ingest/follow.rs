//! An index of sitemaps: which of its sitemaps are read, and when again.

use std::cmp::Reverse;
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use url::Url;

use super::aside::aside;
use super::entry::{Channel, Oddity, Reading};
use super::fetch::{Ask, Body, Failed, Fetch, Got, Seeks};
use super::read::{Document, Expect, read};
use super::sitemap::newest;
use super::visit::{Answer, Arrival, Failure, Fresh, Memory, PartMemory, Validators};
use crate::date::{self, Hints};
use crate::link;
use crate::source::Source;

/// Sitemaps of an index that are followed. News stands in the newest few; the hundreds behind them are an archive, which a visit has no business to copy.
const FOLLOWED: usize = 8;

/// Completes a visit to an index with its sitemaps: the newest [`FOLLOWED`] by `lastmod` (those without one after them, in the order of the index), on the
/// index's own site, each conditionally and only when its `lastmod` moved; one without `lastmod` on every visit. An arrival that is no index is
/// returned as it came.
///
/// A sitemap that cannot be had is an oddity while another was ever read, and tried again by the next visit. One that asks for patience (429, 503) ends
/// the visit, and its answer is the visit's, so that the wait it asks for is kept (F14). An index in an index is not followed, so that nothing goes in circles.
pub async fn follow<F: Fetch>(
    source: &Source,
    before: Vec<PartMemory>,
    (arrival, answer): (Arrival, Option<Answer>),
    fetch: &F,
    now: DateTime<Utc>,
) -> (Arrival, Option<Answer>) {
    let mut round = match arrival {
        Arrival::Fresh(fresh) if !fresh.channel.parts.is_empty() => {
            Round::begin(*fresh, before, source)
        }
        Arrival::Unchanged { memory } if !before.is_empty() => Round::again(memory, before),
        other => return (other, answer),
    };
    let mut answer = answer;
    for at in 0..round.parts.len() {
        let Some(part) = round.parts.get(at).filter(|part| part.is_due()).cloned() else {
            continue;
        };
        let Some(ask) = question(source, &part) else {
            continue;
        };
        match fetch.fetch(&ask).await {
            Ok(got) => round.take(at, source, got, now).await,
            Err(Failed {
                failure,
                answer: said,
            }) => {
                let throttled = failure.is_throttling();
                round.miss(&part.url, failure);
                if throttled {
                    answer = said.or(answer);
                    break;
                }
            }
        }
    }
    (round.end(), answer)
}

impl PartMemory {
    fn is_due(&self) -> bool {
        self.body.is_none() || self.lastmod.is_none() || self.lastmod != self.read
    }
}

/// One visit to the sitemaps of an index.
struct Round {
    fresh: Fresh,
    parts: Vec<PartMemory>,
    /// The index itself said something new.
    news: bool,
    failure: Option<Failure>,
}

impl Round {
    fn begin(mut fresh: Fresh, before: Vec<PartMemory>, source: &Source) -> Round {
        let parts = chosen(&mut fresh, before, source);
        Round {
            fresh,
            parts,
            news: true,
            failure: None,
        }
    }

    fn again(memory: Memory, parts: Vec<PartMemory>) -> Round {
        Round {
            fresh: Fresh {
                memory,
                ..Fresh::default()
            },
            parts,
            news: false,
            failure: None,
        }
    }

    fn miss(&mut self, url: &str, failure: Failure) {
        self.fresh
            .oddities
            .push(Oddity::new("sitemap-missed", url, failure.to_string()));
        self.failure = Some(failure);
    }

    async fn take(&mut self, at: usize, source: &Source, got: Got, now: DateTime<Utc>) {
        let Some(part) = self.parts.get(at).cloned() else {
            return;
        };
        let mut next = PartMemory {
            read: part.lastmod.clone(),
            ..part.clone()
        };
        // F7: validators are good for the address that issued them.
        let own = Url::parse(&part.url).is_ok_and(|url| url.as_str() == got.answer.url);
        let validators = if own {
            got.validators
        } else {
            Validators::default()
        };
        let bytes = match got.body {
            Body::NotModified if !own => {
                // F7: a 304 from elsewhere says nothing about what we hold; it is asked for without conditions next time.
                next.validators = Validators::default();
                next.read = part.read;
                self.keep(at, next);
                return;
            }
            Body::NotModified => {
                next.validators.etag = validators.etag.or(next.validators.etag);
                next.validators.last_modified =
                    validators.last_modified.or(next.validators.last_modified);
                self.keep(at, next);
                return;
            }
            Body::Bytes(bytes) | Body::Delta(bytes) => bytes,
        };
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        next.validators = validators;
        if part.body == Some(hash) {
            // F8: the same bytes are no news.
            self.keep(at, next);
            return;
        }
        next.body = Some(hash);
        let (url, zone, content_type) = (got.answer.url, source.zone, got.content_type);
        let reading = aside(move || {
            let _room = got.room;
            let here = Url::parse(&url).ok();
            let document = Document {
                bytes: &bytes,
                name: &url,
                url: here.as_ref(),
                content_type: content_type.as_deref(),
                zone,
                now,
            };
            read(&document, Expect::Sitemap)
        });
        match reading.await {
            Ok(Ok(reading)) => {
                self.bring(&part.url, reading);
                self.keep(at, next);
            }
            Ok(Err(unreadable)) => self.miss(&part.url, unreadable.into()),
            Err(lost) => self.miss(&part.url, lost),
        }
    }

    fn keep(&mut self, at: usize, memory: PartMemory) {
        if let Some(part) = self.parts.get_mut(at) {
            *part = memory;
        }
    }

    fn bring(&mut self, url: &str, reading: Reading) {
        let told = reading.oddities.into_iter().map(|oddity| Oddity {
            at: format!("{url}: {}", oddity.at),
            ..oddity
        });
        self.fresh.oddities.extend(told);
        if !reading.channel.parts.is_empty() {
            let message = "it is an index in an index, which the protocol does not allow; it was not followed";
            self.fresh
                .oddities
                .push(Oddity::new("sitemap-nested", url, message));
        }
        let title = self.fresh.channel.title.take();
        self.fresh.channel.title = title.or(reading.channel.title);
        self.fresh.entries.extend(reading.entries);
    }

    fn end(mut self) -> Arrival {
        let never = self.parts.iter().all(|part| part.body.is_none());
        if let Some(failure) = self.failure.take().filter(|_| never) {
            return Arrival::Failed(failure);
        }
        let mut seen = HashSet::new();
        self.fresh
            .entries
            .retain(|entry| seen.insert(entry.id.clone()));
        let over = newest(&mut self.fresh.entries);
        if over > 0 {
            let message = format!("{over} entries are older than the newest that were taken");
            self.fresh
                .oddities
                .push(Oddity::new("too-many-entries", "document", message));
        }
        self.fresh.memory.parts = self.parts;
        let quiet = self.fresh.entries.is_empty() && self.fresh.oddities.is_empty();
        if quiet && !self.news {
            return Arrival::Unchanged {
                memory: self.fresh.memory,
            };
        }
        Arrival::Fresh(Box::new(self.fresh))
    }
}

/// The sitemaps to follow, with what is remembered of each; what is left out is told.
fn chosen(fresh: &mut Fresh, before: Vec<PartMemory>, source: &Source) -> Vec<PartMemory> {
    let home = source.place.url().and_then(link::registrable);
    let Channel { parts, .. } = &mut fresh.channel;
    let mut seen = HashSet::new();
    let mut near: Vec<_> = std::mem::take(parts)
        .into_iter()
        .filter(|part| seen.insert(part.url.clone()))
        .collect();
    let all = near.len();
    near.retain(|part| {
        Url::parse(&part.url)
            .ok()
            .and_then(|url| link::registrable(&url))
            == home
    });
    let elsewhere = all - near.len();
    let at = |lastmod: &Option<String>| {
        let stamp = date::parse(lastmod.as_deref()?, &Hints::default())?;
        Some(stamp.said())
    };
    near.sort_by_key(|part| Reverse(at(&part.lastmod)));
    let over = near.len().saturating_sub(FOLLOWED);
    let told = [
        (
            elsewhere,
            "sitemap-elsewhere",
            "sitemaps lie on other sites and are not followed",
        ),
        (
            over,
            "sitemaps-left-out",
            "sitemaps are older than the newest few that are followed",
        ),
    ];
    for (count, code, what) in told.into_iter().filter(|(count, ..)| *count > 0) {
        fresh
            .oddities
            .push(Oddity::new(code, "document", format!("{count} {what}")));
    }
    near.truncate(FOLLOWED);
    let remembered = |url: &str| before.iter().find(|part| part.url == url).cloned();
    near.into_iter()
        .map(|part| PartMemory {
            lastmod: part.lastmod,
            ..remembered(&part.url).unwrap_or(PartMemory {
                url: part.url,
                ..PartMemory::default()
            })
        })
        .collect()
}

fn question(source: &Source, part: &PartMemory) -> Option<Ask> {
    let mut url = Url::parse(&part.url).ok()?;
    // F38: what the operator gave for this origin is for all of it, and for no other.
    if let Some(index) = source
        .place
        .url()
        .filter(|index| index.origin() == url.origin())
    {
        let _ = url.set_username(index.username());
        let _ = url.set_password(index.password());
    }
    Some(Ask {
        url,
        validators: part.validators.clone(),
        manners: source.manners.clone(),
        feed_id: source.id.clone(),
        subscribers: 0,
        seeks: Seeks::Feed,
    })
}
