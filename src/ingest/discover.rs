//! What can be listened to behind an address (D1, D2). Only when an operator subscribes, never while polling.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::aside::aside;
use super::entry::{Kind, Reading};
use super::fetch::{Ask, Body, Fetch, Got, Seeks};
use super::read::{Document, Expect, read};
use super::visit::{Failure, Unreadable, Validators};
use super::weblink::links;
use crate::html::{self, FeedLink};
use crate::link;
use crate::source::{Manners, Pick};

/// Where feeds are when no page says so, the likeliest first (D2). Each costs the publisher a request.
const GUESSES: [&str; 6] = [
    "/feed",
    "/rss.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.xml",
    "/feed.json",
];

/// Feeds of one page that are told.
const MAX_OFFERS: usize = 50;

/// Something that can be listened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub url: Url,
    /// What the page calls it, or it itself.
    pub title: Option<String>,
    /// How it was found: `itself`, `link header`, `link element`, `link text`, `guess`, or `repeated links`.
    pub how: &'static str,
    pub way: Way,
}

/// As what it is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Feed,
    Sitemap,
    /// There is no feed, but the page lists articles.
    Page,
}

impl Way {
    /// Its key in feeds.toml.
    pub fn key(self) -> &'static str {
        match self {
            Way::Feed => "url",
            Way::Sitemap => "sitemap",
            Way::Page => "page",
        }
    }
}

/// Looks at an address, and offers what can be listened to, the first being the likeliest; nothing when there is nothing. A document that was read on
/// the way is handed over with its offer, so that nobody asks for it again.
///
/// One request; at most six more (D2), and only where the page names no feed.
pub async fn discover<F: Fetch>(
    address: &Url,
    manners: &Manners,
    fetch: &F,
    now: DateTime<Utc>,
) -> Result<Vec<(Offer, Option<Reading>)>, Failure> {
    let (got, at) = ask(address, manners, fetch).await?;
    let mut found = on_page(got.clone(), address.clone(), at.clone(), now).await;
    if !found.is_empty() {
        for (offer, _) in &mut found {
            admit(&mut offer.url, address);
        }
        return Ok(found);
    }
    for guess in GUESSES {
        let Ok(mut url) = at.join(guess) else {
            continue;
        };
        admit(&mut url, address);
        if let Ok(reading) = look(&url, Way::Feed, manners, fetch, now).await {
            let offer = Offer {
                title: reading.channel.title.clone(),
                url,
                how: "guess",
                way: Way::Feed,
            };
            return Ok(vec![(offer, Some(reading))]);
        }
    }
    let pick = Pick::default();
    let listed = parsed(got, at, now, move |document| {
        read(document, Expect::Page(&pick))
    })
    .await;
    let Ok(listed) = listed else {
        return Ok(Vec::new());
    };
    let offer = Offer {
        url: address.clone(),
        title: listed.channel.title.clone(),
        how: "repeated links",
        way: Way::Page,
    };
    Ok(vec![(offer, Some(listed))])
}

/// Gives an address the credentials that the operator wrote into another one of the same origin; those of other origins get none (F38).
fn admit(url: &mut Url, address: &Url) {
    if url.origin() == address.origin() && url.username().is_empty() {
        // Both fail only for URLs that cannot have credentials in the first place.
        let _ = url.set_username(address.username());
        let _ = url.set_password(address.password());
    }
}

/// Asks for what is offered and reads it as such: whether it is what the page says.
pub async fn look<F: Fetch>(
    url: &Url,
    way: Way,
    manners: &Manners,
    fetch: &F,
    now: DateTime<Utc>,
) -> Result<Reading, Failure> {
    let (got, at) = ask(url, manners, fetch).await?;
    let read = parsed(got, at, now, move |document| match way {
        Way::Feed => read(document, Expect::Feed),
        Way::Sitemap => read(document, Expect::Sitemap),
        Way::Page => read(document, Expect::Page(&Pick::default())),
    });
    Ok(read.await?)
}

/// The whole answer and where it came from.
async fn ask<F: Fetch>(url: &Url, manners: &Manners, fetch: &F) -> Result<(Got, Url), Failure> {
    let question = Ask {
        url: url.clone(),
        validators: Validators::default(),
        manners: manners.clone(),
        feed_id: "add".into(),
        subscribers: 0,
        seeks: Seeks::Feed,
    };
    let got = fetch
        .fetch(&question)
        .await
        .map_err(|failed| failed.failure)?;
    let at = Url::parse(&got.answer.url).unwrap_or_else(|_| url.clone());
    Ok((got, at))
}

/// Off the async threads.
async fn parsed<T, R>(got: Got, at: Url, now: DateTime<Utc>, reading: R) -> Result<T, Unreadable>
where
    T: Send + 'static,
    R: FnOnce(&Document<'_>) -> Result<T, Unreadable> + Send + 'static,
{
    let task = aside(move || {
        let bytes = match &got.body {
            Body::Bytes(bytes) | Body::Delta(bytes) => bytes.as_slice(),
            Body::NotModified => &[],
        };
        reading(&Document {
            bytes,
            name: at.as_str(),
            url: Some(&at),
            content_type: got.content_type.as_deref(),
            zone: Tz::UTC,
            now,
        })
    });
    task.await
        .unwrap_or_else(|lost| Err(Unreadable::Panicked(lost.to_string())))
}

/// What the document is, or what it names.
async fn on_page(
    got: Got,
    address: Url,
    at: Url,
    now: DateTime<Utc>,
) -> Vec<(Offer, Option<Reading>)> {
    let header = got.links.clone();
    let here = at.clone();
    let is_text = got
        .content_type
        .as_deref()
        .is_some_and(|mime| mime.starts_with("text/plain"));
    let found = parsed(got, at, now, move |document| {
        let itself = match read(document, Expect::Anything) {
            Ok(reading) if reading.kind.is_feed() => Some(reading),
            Ok(reading) if reading.kind == Kind::Text && is_text => {
                read(document, Expect::Sitemap).ok()
            }
            _ => None,
        };
        if let Some(reading) = itself {
            let way = if reading.kind == Kind::Sitemap {
                Way::Sitemap
            } else {
                Way::Feed
            };
            let title = reading.channel.title.clone();
            let offer = Offer {
                url: address,
                title,
                how: "itself",
                way,
            };
            return Ok(vec![(offer, Some(reading))]);
        }
        let markup = super::decode::decode(document.bytes, document.content_type);
        let mut offers = named(&header, &markup.text, &here);
        if offers.is_empty() {
            let plain = html::feed_anchors(&markup.text, &here);
            offers = plain
                .into_iter()
                .filter_map(|feed| offer(feed, "link text"))
                .collect();
        }
        Ok(offers.into_iter().map(|offer| (offer, None)).collect())
    });
    found.await.unwrap_or_default()
}

/// D1: `Link` fields, then `<link>`s in the order of the document, each address once. A plain `application/json` counts only where nothing says
/// that it is a feed in JSON.
fn named(fields: &[String], markup: &str, here: &Url) -> Vec<Offer> {
    let headers = links(fields)
        .into_iter()
        .filter(|link| link.has_rel("alternate"));
    let headers = headers.filter_map(|link| {
        html::is_feed_type(&link.mime).then_some(())?;
        let url = link::resolve(&link.target, Some(here))?.into();
        let feed = FeedLink {
            url,
            mime: link.mime,
            title: link.title,
        };
        (!html::is_api(&feed)).then_some((feed, "link header"))
    });
    let elements = html::page(markup, Some(here)).feeds.into_iter();
    let all: Vec<_> = headers
        .chain(elements.map(|feed| (feed, "link element")))
        .collect();
    let declared = all
        .iter()
        .any(|(feed, _)| feed.mime == "application/feed+json");
    let mut seen = HashSet::new();
    all.into_iter()
        .filter(|(feed, _)| !declared || feed.mime != "application/json")
        .filter(|(feed, _)| seen.insert(feed.url.clone()))
        .filter_map(|(feed, how)| offer(feed, how))
        .take(MAX_OFFERS)
        .collect()
}

fn offer(feed: FeedLink, how: &'static str) -> Option<Offer> {
    let url = link::resolve(&feed.url, None)?;
    Some(Offer {
        url,
        title: feed.title,
        how,
        way: Way::Feed,
    })
}
