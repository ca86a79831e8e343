//! One polite question for an article's page (F32): robots.txt first, and what comes back read as one article.

use chrono::{DateTime, Utc};
use url::Url;

use super::aside::aside;
use super::entry::Kind;
use super::fetch::{Ask, Body, Failed, Fetch, Got, Seeks, names_private};
use super::fulltext::PageText;
use super::read::{Document, Expect, read};
use super::robots::{Permission, Robots};
use super::visit::{Answer, Failure, Unreadable, Validators};
use crate::source::{Manners, Source, without_userinfo};

/// Largest page taken, in bytes, where `max_bytes` does not say less. Pages of articles stay under one megabyte but for pictures written into them; a tree
/// takes many times the room of its page.
const LARGEST: u64 = 4_000_000;

/// What asking for a page came to.
#[derive(Debug)]
pub enum PageArrival {
    Read(Box<PageText>),
    /// A rule of the site's robots.txt forbids it (F39). No failure: nobody subscribed to the page.
    Forbidden,
    /// It could not be learnt whether it may be fetched; why. Nothing was fetched.
    Unsure(String),
    Failed(Failure),
}

/// Asks for the page of an entry of `source`, in the source's manners. `url` is the page as `page_of` gives it.
///
/// When the page was found at another address, that one's rules hold as well. The answer is there when the page itself was answered, well or badly.
pub async fn visit_page<F: Fetch>(
    source: &Source,
    url: &Url,
    fetch: &F,
    robots: &Robots,
    now: DateTime<Utc>,
) -> (PageArrival, Option<Answer>) {
    let manners = Manners {
        max_bytes: source.manners.max_bytes.min(LARGEST),
        ..source.manners.clone()
    };
    // Told here already, so that it is the page that is refused and not a robots.txt that could not be had (F37).
    if names_private(url) && !manners.allow_private_addresses {
        let failure = Failure::PrivateAddress(url.host_str().unwrap_or_default().to_string());
        return (PageArrival::Failed(failure), None);
    }
    if let Some(refusal) = refusal(robots, fetch, url, &manners, now).await {
        return (refusal, None);
    }
    let asked = Ask {
        url: addressed(source, url),
        validators: Validators::default(),
        manners: manners.clone(),
        feed_id: source.id.clone(),
        subscribers: 0,
        seeks: Seeks::Page,
    };
    let got = match fetch.fetch(&asked).await {
        Ok(got) => got,
        Err(Failed { failure, answer }) => return (PageArrival::Failed(failure), answer),
    };
    let answer = Some(got.answer.clone());
    let found = Url::parse(&got.answer.url).unwrap_or_else(|_| without_userinfo(url));
    if found != *url
        && let Some(refusal) = refusal(robots, fetch, &found, &manners, now).await
    {
        return (refusal, answer);
    }
    let zone = source.zone;
    let arrival = match aside(move || text_of(got, &found, zone, now)).await {
        Ok(Ok(text)) => PageArrival::Read(Box::new(text)),
        Ok(Err(failure)) | Err(failure) => PageArrival::Failed(failure),
    };
    (arrival, answer)
}

async fn refusal<F: Fetch>(
    robots: &Robots,
    fetch: &F,
    url: &Url,
    manners: &Manners,
    now: DateTime<Utc>,
) -> Option<PageArrival> {
    match robots.permitted(fetch, url, manners, now).await {
        Permission::Allowed => None,
        Permission::Disallowed => Some(PageArrival::Forbidden),
        Permission::Unknown(why) => Some(PageArrival::Unsure(why)),
    }
}

/// F38: what the operator gave for the source's origin is for all of it, and for no other.
fn addressed(source: &Source, url: &Url) -> Url {
    let mut url = without_userinfo(url);
    if let Some(own) = source
        .place
        .url()
        .filter(|own| own.origin() == url.origin())
    {
        // Both fail only for URLs that cannot have credentials; these are http(s) with a host.
        let _ = url.set_username(own.username());
        let _ = url.set_password(own.password());
    }
    url
}

fn text_of(
    got: Got,
    found: &Url,
    zone: chrono_tz::Tz,
    now: DateTime<Utc>,
) -> Result<PageText, Failure> {
    let (Body::Bytes(bytes) | Body::Delta(bytes)) = got.body else {
        return Err(Failure::Unasked304);
    };
    let document = Document {
        bytes: &bytes,
        // Not its address: pages about files are called `README.md` and are HTML all the same.
        name: "page",
        url: Some(found),
        content_type: got.content_type.as_deref(),
        zone,
        now,
    };
    let reading = match read(&document, Expect::Anything) {
        // A page without a body is a page without a text: it will be the same the next time.
        Err(Unreadable::Empty) => return Ok(empty(found)),
        read => read?,
    };
    if reading.kind != Kind::Html {
        return Err(Failure::NotAPage(reading.kind.as_str().into()));
    }
    let said = reading.entries.into_iter().next().unwrap_or_default();
    let mut oddities = reading.oddities;
    // A page need not say when its article is from: most feeds do.
    oddities.retain(|oddity| oddity.code != "no-date");
    Ok(PageText {
        url: found.as_str().to_string(),
        said,
        oddities,
    })
}

fn empty(found: &Url) -> PageText {
    PageText {
        url: found.as_str().to_string(),
        ..PageText::default()
    }
}
