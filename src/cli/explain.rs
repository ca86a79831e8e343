//! `headwater explain`: every step from fetch to edition, for one address or story.

use clap::Args;
use serde::Serialize;
use url::Url;

use super::ended::Ended;
use super::inspect_shape::{LinkSheet, link_sheet};
use super::open::{Everywhere, configuration, store_to_read};
use super::out;
use super::pages::{PageSheet, page_in_words, page_sheet};
use super::stories::{StoryShape, feed_named, shape, short_id};
use crate::config::Config;
use crate::curate::Feed;
use crate::date::rfc3339;
use crate::enrich::CitedStory;
use crate::link;
use crate::pipeline::{sources_of, weigh};
use crate::store::{EntryFacts, Store, StoryFacts};

#[derive(Args)]
pub(super) struct Options {
    /// The address of an article, a story's id (its beginning is enough), or an id its source gave it
    #[arg(value_name = "URL|ID")]
    what: String,
    /// Only what became of it in this feed
    #[arg(long, value_name = "FEED")]
    feed: Option<String>,
    /// Print machine-readable JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape<'a> {
    asked: &'a str,
    found: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stories: Vec<Explained<'a>>,
    /// Why it was never seen, as far as can be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    /// Stories that cite it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cited_by: Vec<String>,
}

#[derive(Serialize)]
struct Explained<'a> {
    story: StoryShape,
    public_id: &'a str,
    source_links: Vec<LinkSheet<'a>>,
    /// What became of the pages of its entries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    full_text: Vec<PageSheet>,
    feeds: Vec<FeedShape>,
}

#[derive(Serialize)]
struct FeedShape {
    id: String,
    #[serde(rename = "in")]
    is_in: bool,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

/// A story with what is needed to explain it.
struct Case {
    facts: StoryFacts,
    cited: CitedStory,
    /// For each entry, where its source is read in full or was.
    pages: Vec<Option<PageSheet>>,
    feeds: Vec<FeedShape>,
}

pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let config = configuration(everywhere)?;
    if let Some(feed) = &options.feed {
        feed_named(&config, feed)?;
    }
    let store = store_to_read(&config)?;
    let cases = match &store {
        Some(store) => cases(store, &config, options)?,
        None => Vec::new(),
    };
    let citing = match (&store, link::key(&options.what)) {
        (Some(store), Some(key)) => store.stories_citing(&key)?,
        _ => Vec::new(),
    };
    let reasons = if cases.is_empty() {
        why_unknown(store.as_ref(), &config, &options.what)?
    } else {
        Vec::new()
    };
    if options.json {
        let explained = |case| explained(case);
        let shape = Shape {
            asked: &options.what,
            found: !cases.is_empty(),
            stories: cases.iter().map(explained).collect(),
            reasons,
            cited_by: citing.iter().map(|story| story.id.to_string()).collect(),
        };
        return out::emit_json(&shape);
    }
    let mut text: String = cases.iter().map(in_words).collect();
    for reason in &reasons {
        text.push_str(&format!("{}\n", out::tame(reason)));
    }
    for story in &citing {
        text.push_str(&format!(
            "cited by {}  {}\n",
            short_id(story.id.as_str()),
            out::tame(story.title.as_deref().unwrap_or("(no title)"))
        ));
    }
    out::emit(&text)
}

fn cases(store: &Store, config: &Config, options: &Options) -> Result<Vec<Case>, Ended> {
    let what = options.what.trim();
    let mut found = store.stories_about(what, link::key(what).as_deref())?;
    let is_id = what.len() >= 4 && what.chars().all(|c| c.is_ascii_hexdigit());
    if found.is_empty() && is_id {
        found.extend(store.story_by_id(&what.to_ascii_lowercase())?);
    }
    let mut cases = Vec::new();
    for facts in found {
        let Some(cited) = store.cited_story(&facts.id, &[])? else {
            continue;
        };
        let feeds = config.feeds.iter().filter(|feed| {
            options
                .feed
                .as_ref()
                .is_none_or(|wanted| *wanted == feed.id)
        });
        let feeds = feeds
            .map(|feed| placed(store, config, feed, &facts))
            .collect::<Result<_, _>>()?;
        let pages = facts.entries.iter();
        let pages = pages
            .map(|entry| page_sheet(store, config, entry))
            .collect::<Result<_, _>>()?;
        cases.push(Case {
            facts,
            cited,
            pages,
            feeds,
        });
    }
    Ok(cases)
}

/// What becomes of a story in a feed, weighed as composing weighs it.
fn placed(
    store: &Store,
    config: &Config,
    feed: &Feed,
    story: &StoryFacts,
) -> Result<FeedShape, Ended> {
    let sources = sources_of(config, feed);
    let publications = store.publications_of(&story.id)?;
    let since = publications
        .into_iter()
        .find(|told| told.feed == feed.id && told.until.is_none())
        .map(|told| rfc3339(told.since));
    let told = |is_in, reason: String| FeedShape {
        id: feed.id.clone(),
        is_in,
        reason,
        since: since.clone(),
    };
    if !story
        .entries
        .iter()
        .any(|entry| sources.contains(&entry.source))
    {
        return Ok(told(
            false,
            "none of its sources is one that this feed draws from".into(),
        ));
    }
    let stands = |entry: &EntryFacts| sources.contains(&entry.source) && entry.withdrawn.is_none();
    if !story.entries.iter().any(stands) {
        let reason = "left out: the sources that this feed draws from have withdrawn it";
        return Ok(told(false, reason.into()));
    }
    let choices = weigh(store, feed, &sources)?;
    Ok(
        match choices.into_iter().find(|choice| choice.story == story.id) {
            Some(choice) => told(choice.fate.is_in(), choice.fate.sentence()),
            None => told(
                false,
                "left out: too many newer stories stand before it".into(),
            ),
        },
    )
}

/// The closest reason why an address was never seen.
fn why_unknown(store: Option<&Store>, config: &Config, what: &str) -> Result<Vec<String>, Ended> {
    let mut reasons = vec![format!("nothing in the store has the address or id {what}")];
    let Some(store) = store else {
        reasons.push("nothing was visited yet: `headwater refresh` begins".into());
        return Ok(reasons);
    };
    let Some(host) = link::resolve(what, None).and_then(|url| link::registrable(&url)) else {
        return Ok(reasons);
    };
    let is_near = |url: &Url| link::registrable(url).is_some_and(|site| site == host);
    for listening in &config.sources {
        let source = &listening.source;
        if !source.place.url().is_some_and(is_near) {
            continue;
        }
        reasons.push(match store.last_visit(&source.id)? {
            None => format!(
                "source {} is on the same site and was not visited yet",
                source.id
            ),
            Some(visit) => match visit.message {
                Some(message) => format!(
                    "source {} is on the same site; its last visit, {}, failed: {message}",
                    source.id,
                    rfc3339(visit.at)
                ),
                None => format!(
                    "source {} is on the same site; its last visit, {}, did not list it",
                    source.id,
                    rfc3339(visit.at)
                ),
            },
        });
    }
    if reasons.len() == 1 {
        reasons.push(format!(
            "no source in {} is on {host}",
            config.path.display()
        ));
    }
    Ok(reasons)
}

fn explained(case: &Case) -> Explained<'_> {
    let feeds = case.feeds.iter().map(|feed| FeedShape {
        id: feed.id.clone(),
        is_in: feed.is_in,
        reason: feed.reason.clone(),
        since: feed.since.clone(),
    });
    Explained {
        story: shape(&case.facts),
        public_id: &case.facts.public_id,
        source_links: case.cited.links.iter().map(link_sheet).collect(),
        full_text: case.pages.iter().flatten().cloned().collect(),
        feeds: feeds.collect(),
    }
}

fn in_words(case: &Case) -> String {
    let facts = &case.facts;
    let mut text = format!(
        "{}  {}\n",
        short_id(facts.id.as_str()),
        out::bold(&out::tame(facts.title.as_deref().unwrap_or("(no title)")))
    );
    text.push_str(&format!(
        "  published {} under the id {}\n",
        rfc3339(facts.published),
        out::tame(&facts.public_id)
    ));
    for (entry, page) in facts.entries.iter().zip(&case.pages) {
        text.push_str(&entry_in_words(entry));
        text.push_str(&page.as_ref().map(page_in_words).unwrap_or_default());
    }
    text.push_str(&format!("  stands on {} sources\n", case.cited.links.len()));
    for link in &case.cited.links {
        let caution = link
            .reach
            .and_then(|reach| reach.caution())
            .map(|caution| format!(" ({caution})"))
            .unwrap_or_default();
        let place = link.url.as_deref().unwrap_or("no address");
        text.push_str(&format!(
            "    {} {}, {place}{caution}\n      by rule {}: “{}”\n",
            link.kind.as_str(),
            out::tame(&link.name),
            link.evidence.rule,
            out::tame(&link.evidence.quote)
        ));
    }
    for feed in &case.feeds {
        let since = feed
            .since
            .as_ref()
            .map(|since| format!(", published there since {since}"))
            .unwrap_or_default();
        text.push_str(&format!("  feed {}: {}{since}\n", feed.id, feed.reason));
    }
    text
}

fn entry_in_words(entry: &EntryFacts) -> String {
    let role = if entry.is_representative {
        "speaks for the story"
    } else {
        "is folded into it"
    };
    let revised = if entry.revisions > 0 {
        format!(", revised {} times", entry.revisions)
    } else {
        String::new()
    };
    let withdrawn = entry.withdrawn.map_or_else(String::new, |(at, how)| {
        format!("    withdrawn {}: {}\n", rfc3339(at), how.sentence())
    });
    format!(
        "  entry {} from {} {role}; first seen {}{revised}\n    {}\n{withdrawn}",
        out::tame(&entry.id),
        entry.source,
        rfc3339(entry.first_seen),
        out::tame(&entry.reason.sentence())
    )
}
