//! Pages → the store: what the pages of entries said, and which text later floors read.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::intake::keep_study;
use super::record::{TURNED_BACK, hold_server, retry_at, server_of};
use super::study::study;
use crate::config::Config;
use crate::ingest::{Answer, Failure, PageArrival, PageText, Rule};
use crate::schedule::Chance;
use crate::source::Source;
use crate::store::{PageClaim, PageRecord, Store, StoreError};

/// When a page that could not be had is asked for again, after each try. What the third does not mend nothing does, and by then the article is old.
const AGAIN: [TimeDelta; 3] = [
    TimeDelta::minutes(30),
    TimeDelta::hours(4),
    TimeDelta::hours(24),
];

/// How often a page is asked for at most: once, and again after each of [`AGAIN`].
pub const TRIES: u32 = AGAIN.len() as u32 + 1;

/// A page that was asked for.
#[derive(Clone, Debug)]
pub struct FetchedPage {
    pub claim: PageClaim,
    pub at: DateTime<Utc>,
    /// What the server said last, of the page or of whether it may be fetched, when it was asked and answered.
    pub answer: Option<Answer>,
    pub arrival: PageArrival,
}

/// What one page came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageTally {
    pub source: String,
    pub url: String,
    /// `read`, `robots` or a failure's code.
    pub outcome: &'static str,
    /// The rule that chose a text, when it was read.
    pub rule: Option<Rule>,
    /// Why it was not read, for people.
    pub message: Option<String>,
}

/// What settling pages came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PagesSettled {
    /// Feeds whose stories are read otherwise now: those to compose again.
    pub feeds: BTreeSet<String>,
    /// Those that were asked for, in the order given, each with those of other sources that its answer served.
    pub pages: Vec<PageTally>,
}

/// Brings pages in. Those that come together share one commit; each is an attempt of its own.
///
/// An entry whose page is judged better is read by it from then on: it is studied again, and its fingerprint and source links are replaced. It stays in its
/// story under its id, and neither `published` nor `updated` moves: the publisher said nothing new (P23).
///
/// Errors only when the store as a whole cannot be written; nothing of these pages is kept then, and they can be settled again.
pub fn settle_pages(
    store: &Store,
    config: &Config,
    pages: &[FetchedPage],
    now: DateTime<Utc>,
    chance: Chance,
) -> Result<PagesSettled, StoreError> {
    store.transaction(|store| {
        let mut settled = PagesSettled::default();
        let mut all = Vec::new();
        for page in pages {
            all.push(Cow::Borrowed(page));
            all.extend(alike(store, config, page, now)?.into_iter().map(Cow::Owned));
        }
        for page in all.iter().map(Cow::as_ref) {
            let kept = store.attempt(|store| settle_one(store, config, page, now));
            let (tally, feeds) = match kept {
                Ok(Some(kept)) => kept,
                Ok(None) => continue,
                Err(error) if error.is_of_the_store() => return Err(error),
                Err(error) => {
                    let failure = Failure::Panicked(format!("it could not be stored: {error}"));
                    let failed =
                        store.attempt(|store| missed(store, page, Miss::of(&failure), now));
                    (failed?, BTreeSet::new())
                }
            };
            hold_server(store, config, page.answer.as_ref(), now, chance)?;
            settled.feeds.extend(feeds);
            settled.pages.push(tally);
        }
        Ok(settled)
    })
}

/// What a page said, for those sources that are the same feed read in the same manners and want that page of the same entry: it is not asked for once more.
/// What cannot be had is each source's own.
fn alike(
    store: &Store,
    config: &Config,
    page: &FetchedPage,
    now: DateTime<Utc>,
) -> Result<Vec<FetchedPage>, StoreError> {
    let PageArrival::Read(_) = &page.arrival else {
        return Ok(Vec::new());
    };
    let Some(own) = config.source(&page.claim.source).map(|own| &own.source) else {
        return Ok(Vec::new());
    };
    // The place holds the credentials by which a page was shown, and the zone reads its dates.
    let is_alike = |other: &&Source| {
        other.id != own.id
            && other.full_text
            && (&other.place, &other.manners, other.zone) == (&own.place, &own.manners, own.zone)
    };
    let sources = config.sources.iter().map(|listening| &listening.source);
    let ids: Vec<String> = sources
        .filter(is_alike)
        .map(|other| other.id.clone())
        .collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let claims = store.pages_alike(page.claim.entry, &ids, now)?.into_iter();
    Ok(claims
        .map(|claim| FetchedPage {
            claim,
            ..page.clone()
        })
        .collect())
}

/// `None` when there is nothing to tell: the entry is gone, or nobody was asked.
fn settle_one(
    store: &Store,
    config: &Config,
    page: &FetchedPage,
    now: DateTime<Utc>,
) -> Result<Option<(PageTally, BTreeSet<String>)>, StoreError> {
    let key = page.claim.entry;
    let told = |tally| Ok(Some((tally, BTreeSet::new())));
    match &page.arrival {
        PageArrival::Read(text) => read(store, config, page, text),
        // On the way there nobody was asked: it was no try.
        PageArrival::Failed(Failure::Held(_)) if page.answer.is_none() => {
            store.release_page(key, now + TURNED_BACK)?;
            Ok(None)
        }
        PageArrival::Failed(failure) => told(missed(store, page, Miss::of(failure), now)?),
        PageArrival::Unsure(why) => {
            let miss = Miss {
                outcome: "robots-unknown",
                message: why.clone(),
                is_final: false,
                is_trouble: true,
                from: 1,
            };
            told(missed(store, page, miss, now)?)
        }
        PageArrival::Forbidden => {
            let message = "the site's robots.txt forbids it";
            recorded(store, page, "robots", Some(message.into()), None)?;
            told(tally(page, "robots", None, Some(message.into())))
        }
    }
}

fn read(
    store: &Store,
    config: &Config,
    page: &FetchedPage,
    text: &PageText,
) -> Result<Option<(PageTally, BTreeSet<String>)>, StoreError> {
    let key = page.claim.entry;
    let Some((entry, _, story)) = store.entry(key)? else {
        return Ok(None);
    };
    let before = store.with_page(key, entry.clone())?;
    let judged = text.judge(&entry);
    let whole = text.complete(&entry, judged);
    let mut text = text.clone();
    let mut feeds = BTreeSet::new();
    if whole != before {
        let studied = study(&whole, "page");
        text.oddities.extend(studied.oddities.iter().cloned());
        keep_study(store, key, &studied)?;
        for source in store.carriers(story)? {
            feeds.extend(config.feeds_of(&source).map(|feed| feed.id.clone()));
        }
    }
    store.record_page_text(key, &text, page.at)?;
    store.judge_page(key, judged)?;
    recorded(store, page, "read", None, None)?;
    Ok(Some((tally(page, "read", Some(judged.rule), None), feeds)))
}

/// Why a page was not had, and what follows from it.
struct Miss {
    outcome: &'static str,
    message: String,
    /// Asking again would bring the same.
    is_final: bool,
    /// It is the server that is in trouble, and not the page: the others there wait too.
    is_trouble: bool,
    /// The step of [`AGAIN`] it begins with.
    from: usize,
}

impl Miss {
    fn of(failure: &Failure) -> Miss {
        use Failure::{
            BadRedirect, Connect, Expansion, NotAPage, Panicked, Parser, PrivateAddress,
            RedirectLoop, Status, Timeout, TooLarge, Unreadable,
        };
        // 404 is tried again: feeds are often out before the page is.
        let is_final = matches!(
            failure,
            PrivateAddress(_)
                | TooLarge(_)
                | Expansion(_)
                | BadRedirect(_)
                | RedirectLoop(_)
                | NotAPage(_)
                | Unreadable(_)
                | Parser(_)
                | Panicked(_)
        ) || matches!(failure, Status(status @ 400..=499) if !matches!(status, 404 | 408 | 425 | 429));
        let is_trouble = matches!(failure, Connect(_) | Timeout(_) | Status(429 | 500..=599));
        Miss {
            outcome: failure.code(),
            message: failure.to_string(),
            is_final,
            is_trouble,
            from: usize::from(failure.is_throttling()),
        }
    }
}

fn missed(
    store: &Store,
    page: &FetchedPage,
    miss: Miss,
    now: DateTime<Utc>,
) -> Result<PageTally, StoreError> {
    let key = page.claim.entry;
    let tries = store.page_tries(key)?.map_or(TRIES, |(tries, _)| tries);
    let asked = page
        .answer
        .as_ref()
        .and_then(|answer| retry_at(answer, now));
    let step = usize::try_from(tries)
        .unwrap_or(usize::MAX)
        .saturating_sub(1);
    let pause = AGAIN
        .get(step)
        .and_then(|pause| AGAIN.get(miss.from).map(|least| (*pause).max(*least)));
    let next = pause
        .and_then(|pause| now.checked_add_signed(pause))
        .map(|next| asked.map_or(next, |asked| next.max(asked)));
    let due = next.filter(|_| !miss.is_final);
    recorded(store, page, miss.outcome, Some(miss.message.clone()), due)?;
    if miss.is_trouble {
        let wait = next
            .or(asked)
            .or_else(|| now.checked_add_signed(*AGAIN.first()?));
        if let Some(wait) = wait {
            store.put_off_pages_beside(key, wait)?;
        }
    }
    Ok(tally(page, miss.outcome, None, Some(miss.message)))
}

fn recorded(
    store: &Store,
    page: &FetchedPage,
    outcome: &str,
    message: Option<String>,
    due: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    store.record_page(&PageRecord {
        entry: page.claim.entry,
        at: page.at,
        outcome,
        message,
        via: page.answer.as_ref().and_then(server_of),
        due,
    })
}

fn tally(
    page: &FetchedPage,
    outcome: &'static str,
    rule: Option<Rule>,
    message: Option<String>,
) -> PageTally {
    PageTally {
        source: page.claim.source.clone(),
        url: page.claim.url.clone(),
        outcome,
        rule,
        message,
    }
}
