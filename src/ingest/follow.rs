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
use crate::source::{Source, with_userinfo_of};

/// Sitemaps of an index that are followed. News stands in the newest few; the hundreds behind them are an archive, which a visit has no business to copy.
const FOLLOWED: usize = 8;

/// Completes a visit to an index with its sitemaps: the newest [`FOLLOWED`] by `lastmod` (those without one after them, in the order of the index), on the
/// index's own site, each conditionally and only when its `lastmod` moved; one without `lastmod` on every visit. An arrival that is no index is
/// returned as it came.
///
/// A sitemap that cannot be had is an oddity while another was ever read, and tried again by the next visit. One that asks for patience (429, 503) ends
/// the visit, and its answer is the visit's, so that the wait it asks for is kept (F14); so does an answer of that kind to another source of the server. An index in an index is not followed, so that nothing goes in circles.
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
                // One that was turned back on its way there was turned back by an answer to somebody else.
                let is_over = failure.is_throttling() || matches!(failure, Failure::Held(_));
                round.miss(&part.url, failure);
                if is_over {
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
            Body::NotModified => {
                if own {
                    let held = part.validators;
                    next.validators.etag = validators.etag.or(held.etag);
                    next.validators.last_modified = validators.last_modified.or(held.last_modified);
                } else {
                    // F7: a 304 from elsewhere says nothing about what we hold; it is asked for without conditions next time.
                    next.validators = Validators::default();
                    next.read = part.read;
                }
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
        if self.fresh.channel.title.is_none() {
            self.fresh.channel.title = reading.channel.title;
        }
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
    near.sort_by_cached_key(|part| Reverse(at(&part.lastmod)));
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
    let url = Url::parse(&part.url).ok()?;
    Some(Ask {
        url: with_userinfo_of(source.place.url()?, &url),
        validators: part.validators.clone(),
        manners: source.manners.clone(),
        feed_id: source.id.clone(),
        subscribers: 0,
        seeks: Seeks::Feed,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::ingest::entry::Part;
    use crate::source::{Manners, Place};

    /// A server at which every visit is turned back on its way, and what it was to be asked.
    #[derive(Default)]
    struct Held(Mutex<Vec<String>>);

    impl Fetch for Held {
        async fn fetch(&self, ask: &Ask) -> Result<Got, Failed> {
            self.0.lock().unwrap().push(ask.url.to_string());
            Err(Failed {
                failure: Failure::Held("a.example".into()),
                answer: None,
            })
        }
    }

    #[tokio::test]
    async fn f14_who_is_turned_back_at_one_sitemap_does_not_try_the_next() {
        let source = Source {
            id: "paper".into(),
            name: None,
            place: Place::Sitemap(Url::parse("https://a.example/index.xml").unwrap()),
            tags: vec![],
            zone: chrono_tz::Tz::UTC,
            full_text: false,
            manners: Manners::default(),
        };
        let part = |n: u32| Part {
            url: format!("https://a.example/{n}.xml"),
            lastmod: None,
        };
        let mut fresh = Fresh::default();
        fresh.channel.parts = (0..3).map(part).collect();
        let (fetch, arrival) = (Held::default(), Arrival::Fresh(Box::new(fresh)));
        let visited = (arrival, None);
        let (arrival, _) = follow(&source, vec![], visited, &fetch, DateTime::default()).await;
        assert!(matches!(arrival, Arrival::Failed(Failure::Held(_))));
        assert_eq!(*fetch.0.lock().unwrap(), ["https://a.example/0.xml"]);
    }
}
