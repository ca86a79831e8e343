//! One entry's way in: studied, judged, given a story, and a voice in it.

use chrono::{DateTime, TimeDelta, Utc};

use super::study::{Studied, study};
use super::wanted::{revised, wish};
use crate::dedupe::{self, Judgement, SETTLING, Voice, judge, speaks_better};
use crate::enrich;
use crate::ingest::{Dated, Entry, Oddity};
use crate::language;
use crate::link;
use crate::store::{EntryKey, PageWish, Store, StoreError, StoryKey};

/// Clocks of publishers run fast by minutes; a date further in the future than this is not believed (T10).
const SKEW: TimeDelta = TimeDelta::minutes(15);

/// The entries of one arrival on their way in.
pub(super) struct Intake<'a> {
    pub store: &'a Store,
    pub source: &'a str,
    pub now: DateTime<Utc>,
    /// Whether the pages of its entries are fetched.
    pub full_text: bool,
    pub oddities: Vec<Oddity>,
    /// The rules of the verdicts.
    pub verdicts: Vec<&'static str>,
    /// Pages of the new entries, in the order of the document.
    pub wishes: Vec<PageWish>,
}

impl Intake<'_> {
    /// Adds a new entry: studied, judged by its kin, given a story. Returns the story.
    pub fn add(&mut self, entry: &Entry, at: &str) -> Result<StoryKey, StoreError> {
        let studied = study(entry, at);
        self.oddities.extend(studied.oddities.iter().cloned());
        let store = self.store;
        let Judgement { story, reason } = judge(
            &studied.print,
            &store.kin_by_address(&studied.print, None)?,
            &store.kin_by_text(&studied.print, None)?,
        );
        let joined = match &story {
            Some(id) => store.story_key(id)?,
            None => None,
        };
        let story = match joined {
            Some(story) => story,
            None => self.found(entry)?,
        };
        let key = store.add_entry(self.source, entry, story, self.now)?;
        self.verdicts.push(reason.rule());
        store.record_verdict(key, &reason, dedupe::RULES, self.now)?;
        keep_study(store, key, &studied)?;
        self.let_speak(key, story, entry, studied.print.tokens)?;
        if self.full_text {
            self.wishes.extend(wish(key, entry, self.own_time(entry)));
        }
        Ok(story)
    }

    /// When an entry was published, as far as it can be believed; now, when it cannot.
    fn own_time(&self, entry: &Entry) -> DateTime<Utc> {
        believed(entry.published, self.now)
            .or_else(|| believed(entry.updated, self.now))
            .unwrap_or(self.now)
    }

    /// Lets the entry speak for its story if nobody does, or if it speaks better than who does.
    fn let_speak(
        &self,
        key: EntryKey,
        story: StoryKey,
        entry: &Entry,
        tokens: u32,
    ) -> Result<(), StoreError> {
        let store = self.store;
        let Some(present) = store.speaker(story)? else {
            return store.set_representative(story, key);
        };
        let own_time = believed(entry.published, self.now);
        let newcomer = Voice {
            tokens,
            at_home: at_home(store, self.source, entry.url.as_deref())?,
            published: own_time,
        };
        let before = Voice {
            tokens: present.tokens,
            at_home: at_home(store, &present.source, present.url.as_deref())?,
            published: believed(present.published, self.now),
        };
        let is_settling = self.now - present.born <= SETTLING;
        if !speaks_better(&before, &newcomer, is_settling) {
            return Ok(());
        }
        store.set_representative(story, key)?;
        match own_time {
            // Readers have hardly seen it: it is dated by who speaks now, and did not change.
            Some(earlier) if is_settling => store.date_back(story, earlier),
            _ => store.touch_story(story, self.now),
        }
    }

    /// Founds a story on the entry's own time; on the moment it was first seen when it has none that can be believed (T10, T11).
    fn found(&self, entry: &Entry) -> Result<StoryKey, StoreError> {
        let published = self.own_time(entry);
        let updated = believed(entry.updated, self.now)
            .filter(|at| *at > published)
            .unwrap_or(published);
        self.store
            .found_story(self.source, &entry.id, published, updated, self.now)
    }

    /// A source says something else under the same identity. The entry stays in its story; `updated` moves when the text or the title did (P5, P23), and
    /// `published` never (T12).
    pub fn revise(
        &mut self,
        key: EntryKey,
        story: StoryKey,
        entry: &Entry,
        before: &Entry,
        at: &str,
    ) -> Result<(), StoreError> {
        let studied = study(entry, at);
        self.oddities.extend(studied.oddities.iter().cloned());
        self.store.revise_entry(key, entry, before, self.now)?;
        // Not the fingerprint that is stored: older rules may have made it, and would call every text changed.
        let former = study(before, at);
        if former.print.text != studied.print.text || before.title != entry.title {
            let declared = believed(entry.updated, self.now)
                .filter(|at| before.updated.is_none_or(|was| was.shown() < *at));
            self.store
                .touch_story(story, declared.unwrap_or(self.now))?;
        }
        let anew = wish(key, entry, self.own_time(entry)).filter(|_| self.full_text);
        match revised(self.store, key, entry, before, anew, self.now)? {
            Some(whole) => keep_study(self.store, key, &study(&whole, at)),
            None => keep_study(self.store, key, &studied),
        }
    }
}

/// Whether an article lives on its source's own site. One without an address lives nowhere else.
fn at_home(store: &Store, source: &str, url: Option<&str>) -> Result<bool, StoreError> {
    let Some(url) = url.and_then(|url| link::resolve(url, None)) else {
        return Ok(true);
    };
    let home = store
        .home(source)?
        .and_then(|home| link::resolve(&home, None));
    Ok(home.is_none_or(|home| link::registrable(&home) == link::registrable(&url)))
}

/// Puts what was derived of an entry in the place of what was derived of it before.
pub(super) fn keep_study(
    store: &Store,
    entry: EntryKey,
    studied: &Studied,
) -> Result<(), StoreError> {
    store.record_fingerprint(entry, &studied.print, dedupe::RULES)?;
    store.record_links(entry, &studied.links, enrich::RULES)?;
    store.record_language(entry, studied.language, language::RULES)
}

/// The instant to publish an entry at, unless what it said lies too far in the future to be believed (T10) or is a clock's zero (T11).
///
/// Of a day that has begun and whose noon is still to come, the present moment: it is the same day (T9).
fn believed(dated: Option<Dated>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let stamp = dated?.stamp;
    let credible = stamp.said() <= now + SKEW && !stamp.is_zero();
    credible.then(|| stamp.shown().min(stamp.said().max(now)))
}
