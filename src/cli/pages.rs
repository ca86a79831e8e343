//! How it stands with whole texts, for `status` and `explain`.

use serde::Serialize;

use super::out;
use crate::config::Config;
use crate::date::rfc3339;
use crate::ingest::{Entry, page_of};
use crate::pipeline::WANTED;
use crate::store::{EntryFacts, PageTotals, Store, StoreError};

/// Something odd, as it was stored.
#[derive(Clone, Serialize)]
pub(super) struct OdditySheet {
    pub code: String,
    pub at: String,
    pub message: String,
}

/// The pages of one source.
#[derive(Serialize)]
pub(super) struct PagesSheet {
    /// To be fetched yet.
    wanted: u64,
    /// Whole texts that stand in place of the feed's.
    taken: u64,
    /// Read, and no better than the feed's text.
    kept_own: u64,
    forbidden_by_robots: u64,
    failed: u64,
    /// Code of a failure and how many pages had it last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<(String, u64)>,
}

/// The page of one entry.
#[derive(Clone, Serialize)]
pub(super) struct PageSheet {
    source: String,
    entry: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    tries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_due: Option<String>,
    /// Where its text was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    chosen: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// Why it is so, for people.
    reason: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    oddities: Vec<OdditySheet>,
}

/// `None` when no page of the source was ever wanted.
pub(super) fn pages_sheet(totals: &PageTotals) -> Option<PagesSheet> {
    (*totals != PageTotals::default()).then(|| PagesSheet {
        wanted: totals.wanted,
        taken: totals.taken,
        kept_own: totals.kept_own,
        forbidden_by_robots: totals.forbidden,
        failed: totals.failed,
        reasons: totals.reasons.clone(),
    })
}

/// One line; nothing when no page of the source was ever wanted.
pub(super) fn pages_in_words(totals: &PageTotals) -> String {
    let Some(sheet) = pages_sheet(totals) else {
        return String::new();
    };
    let reasons: Vec<String> = sheet
        .reasons
        .iter()
        .map(|(code, count)| format!("{count} {code}"))
        .collect();
    let reasons = match reasons.as_slice() {
        [] => String::new(),
        reasons => format!(" ({})", out::tame(&reasons.join(", "))),
    };
    format!(
        "  pages: {} whole texts, {} no better than the feed's, {} wanted, {} forbidden by robots.txt, {} failed{reasons}\n",
        sheet.taken, sheet.kept_own, sheet.wanted, sheet.forbidden_by_robots, sheet.failed
    )
}

/// What became of the page of an entry; `None` where it is no question, its source not being read in full.
pub(super) fn page_sheet(
    store: &Store,
    config: &Config,
    entry: &EntryFacts,
) -> Result<Option<PageSheet>, StoreError> {
    let mut sheet = PageSheet {
        source: entry.source.clone(),
        entry: entry.id.clone(),
        url: None,
        tries: 0,
        asked: None,
        outcome: None,
        next_due: None,
        found: None,
        chosen: false,
        rule: None,
        reason: String::new(),
        oddities: Vec::new(),
    };
    let Some(facts) = store.page_facts(&entry.source, &entry.id)? else {
        let is_full = config
            .source(&entry.source)
            .is_some_and(|listening| listening.source.full_text);
        sheet.reason = match page_of(&of_its_address(entry)) {
            Err(why) => why.sentence().to_string(),
            Ok(_) => format!(
                "it was there before full_text was, or older than the newest {WANTED} of its visit"
            ),
        };
        return Ok(is_full.then_some(sheet));
    };
    sheet.reason = match (facts.judged, &facts.message) {
        (Some(judged), None) => judged.rule.sentence().to_string(),
        (Some(judged), Some(message)) => {
            format!("{}; asked once more: {message}", judged.rule.sentence())
        }
        (None, Some(message)) => message.clone(),
        (None, None) => "its turn has not come yet".to_string(),
    };
    sheet.url = Some(facts.url);
    sheet.tries = facts.tries;
    sheet.asked = facts.asked.map(rfc3339);
    sheet.outcome = facts.outcome;
    sheet.next_due = facts.due.map(rfc3339);
    sheet.found = facts.had.map(|(_, found)| found);
    sheet.chosen = facts.judged.is_some_and(|judged| judged.rule.is_chosen());
    sheet.rule = facts.judged.map(|judged| judged.rule.as_str());
    let oddity = |(code, at, message)| OdditySheet { code, at, message };
    sheet.oddities = facts.oddities.into_iter().map(oddity).collect();
    Ok(Some(sheet))
}

fn of_its_address(entry: &EntryFacts) -> Entry {
    Entry {
        url: entry.url.clone(),
        ..Entry::default()
    }
}

pub(super) fn page_in_words(page: &PageSheet) -> String {
    let text = match (page.chosen, &page.rule) {
        (true, _) => "its page's text is read",
        (false, Some(_)) => "the feed's text is read, and not its page's",
        (false, None) => "the feed's text is read",
    };
    let mut line = format!("    {text}: {}\n", out::tame(&page.reason));
    if let Some(asked) = &page.asked {
        let found = page.found.as_deref().or(page.url.as_deref());
        line.push_str(&format!(
            "      asked {asked}, {}\n",
            out::tame(found.unwrap_or_default())
        ));
    }
    if let Some(due) = &page.next_due {
        line.push_str(&format!("      asked for not before {due}\n"));
    }
    for oddity in &page.oddities {
        line.push_str(&format!(
            "      oddity {}: {}\n",
            oddity.code,
            out::tame(&oddity.message)
        ));
    }
    line
}
