//! Which articles' pages are wanted: those of new entries, and at most once more those whose feed wrote another text.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::ingest::{Entry, Oddity, is_rewritten, page_of};
use crate::link;
use crate::store::{EntryKey, PageWish, Store, StoreError};

/// Most pages wanted of one visit, the newest: as many as a feed publishes when its operator says nothing. The first visit to a source with an archive
/// of thousands is no reason to copy it.
pub const WANTED: usize = 50;

/// How often the page of one entry is wanted anew. A live blog that is rewritten every hour would otherwise be fetched every hour.
const ANEW: u32 = 1;

/// The page of an entry that is to be fetched, when it has one.
pub(super) fn wish(key: EntryKey, entry: &Entry, newness: DateTime<Utc>) -> Option<PageWish> {
    let url = page_of(entry).ok()?;
    Some(PageWish {
        entry: key,
        server: link::server(&url)?,
        url: url.into(),
        newness,
    })
}

/// Wants the pages of a visit's new entries: the newest [`WANTED`]; of those left out an oddity tells.
pub(super) fn want(
    store: &Store,
    mut wishes: Vec<PageWish>,
    now: DateTime<Utc>,
    oddities: &mut Vec<Oddity>,
) -> Result<(), StoreError> {
    wishes.sort_by_key(|wish| Reverse(wish.newness));
    let over = wishes.len().saturating_sub(WANTED);
    if over > 0 {
        let message = format!(
            "{over} new entries are older than the newest {WANTED}, and keep the text their feed gave"
        );
        oddities.push(Oddity::new("full-text-left-out", "document", message));
    }
    wishes.truncate(WANTED);
    wishes
        .iter()
        .try_for_each(|wish| store.want_page(wish, now))
}

/// What a revised entry is read as, when its page was ever read: that page is judged anew beside what the feed says now. It is wanted once more, by
/// `anew`, when the feed wrote another text or gives another address, and only if it was ever wanted.
pub(super) fn revised(
    store: &Store,
    key: EntryKey,
    entry: &Entry,
    before: &Entry,
    anew: Option<PageWish>,
    now: DateTime<Utc>,
) -> Result<Option<Entry>, StoreError> {
    let is_elsewhere = page_of(before).ok() != page_of(entry).ok();
    if let Some(wish) = anew
        && (is_elsewhere || is_rewritten(before, entry))
    {
        store.want_page_anew(&wish, ANEW, now)?;
    }
    let Some((text, _)) = store.page_text(key)? else {
        return Ok(None);
    };
    let judged = text.judge(entry);
    store.judge_page(key, judged)?;
    Ok(Some(text.complete(entry, judged)))
}
