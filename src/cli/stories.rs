//! `headwater stories`: what is in the store, entry by entry, with the reasons.

use clap::Args;
use serde::Serialize;

use super::ended::Ended;
use super::open::{Everywhere, configuration, store_to_read};
use super::out;
use crate::config::Config;
use crate::curate::Feed;
use crate::date;
use crate::dedupe::Reason;
use crate::pipeline::sources_of;
use crate::store::{EntryFacts, StoryFacts};

#[derive(Args)]
pub(super) struct Options {
    /// Only stories that this feed may draw from
    #[arg(long, value_name = "FEED")]
    feed: Option<String>,
    /// Print machine-readable JSON: every story, unpaged
    #[arg(long)]
    json: bool,
}

/// Most stories listed for people; `--json` has them all.
const LISTED: usize = 200;

#[derive(Serialize)]
struct Shape {
    stories: Vec<StoryShape>,
}

/// One story, as `stories --json` and `explain --json` print it.
#[derive(Serialize)]
pub(super) struct StoryShape {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    published: String,
    entries: Vec<EntryShape>,
    /// Stories with one base text but new material.
    versions: Vec<String>,
    /// Stories about the same event.
    coverage: Vec<String>,
}

#[derive(Serialize)]
struct EntryShape {
    source: String,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    first_seen: String,
    representative: bool,
    revisions: u64,
    /// When its source took it back, and how: `absent` or `deleted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<WithdrawnShape>,
    reason: ReasonShape,
}

#[derive(Serialize)]
struct WithdrawnShape {
    at: String,
    how: &'static str,
}

#[derive(Serialize)]
struct ReasonShape {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<MatchedShape>,
    rules: u32,
}

#[derive(Serialize)]
struct MatchedShape {
    source: String,
    id: String,
}

pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let config = configuration(everywhere)?;
    let sources = match &options.feed {
        Some(id) => Some(sources_of(&config, feed_named(&config, id)?)),
        None => None,
    };
    let stories = match store_to_read(&config)? {
        Some(store) => store.stories(sources.as_deref())?,
        None => Vec::new(),
    };
    if options.json {
        out::emit_json(&Shape {
            stories: stories.iter().map(shape).collect(),
        })
    } else {
        out::emit(&in_words(&stories))
    }
}

/// The feed of this id, or an error of usage that names those there are.
pub(super) fn feed_named<'a>(config: &'a Config, id: &str) -> Result<&'a Feed, Ended> {
    config
        .feeds
        .iter()
        .find(|known| known.id == id)
        .ok_or_else(|| {
            let known: Vec<&str> = config.feeds.iter().map(|feed| feed.id.as_str()).collect();
            let (file, known) = (config.path.display(), known.join(", "));
            Ended::Wrong(format!(
                "there is no feed {id:?} in {file}; there are: {known}"
            ))
        })
}

pub(super) fn shape(story: &StoryFacts) -> StoryShape {
    StoryShape {
        id: story.id.to_string(),
        title: story.title.clone(),
        published: date::rfc3339(story.published),
        entries: story.entries.iter().map(entry_shape).collect(),
        versions: Vec::new(),
        coverage: Vec::new(),
    }
}

fn entry_shape(entry: &EntryFacts) -> EntryShape {
    EntryShape {
        source: entry.source.clone(),
        id: entry.id.clone(),
        title: entry.title.clone(),
        url: entry.url.clone(),
        first_seen: date::rfc3339(entry.first_seen),
        representative: entry.is_representative,
        revisions: entry.revisions,
        withdrawn: entry.withdrawn.map(|(at, how)| WithdrawnShape {
            at: date::rfc3339(at),
            how: how.as_str(),
        }),
        reason: reason_shape(&entry.reason, entry.rules),
    }
}

fn reason_shape(reason: &Reason, rules: u32) -> ReasonShape {
    let (key, tokens, kin) = match reason {
        Reason::Founder => (None, None, None),
        Reason::Address { key, kin } => (Some(key.clone()), None, Some(kin)),
        Reason::Text { tokens, kin } => (None, Some(*tokens), Some(kin)),
    };
    ReasonShape {
        rule: reason.rule(),
        key,
        tokens,
        matched: kin.map(|kin| MatchedShape {
            source: kin.source.clone(),
            id: kin.id.clone(),
        }),
        rules,
    }
}

fn in_words(stories: &[StoryFacts]) -> String {
    if stories.is_empty() {
        return "no stories yet; `headwater refresh` brings some".into();
    }
    let mut text = String::new();
    for story in stories.iter().take(LISTED) {
        let title = out::tame(story.title.as_deref().unwrap_or("(no title)"));
        text.push_str(&format!(
            "{}  {}  {}\n",
            story.published.format("%Y-%m-%d %H:%M"),
            short_id(&story.id.to_string()),
            out::bold(&title)
        ));
        for entry in &story.entries {
            let speaks = if entry.is_representative { "" } else { "also " };
            text.push_str(&format!(
                "                  {speaks}{}: {}\n",
                entry.source,
                out::tame(entry.url.as_deref().unwrap_or(&entry.id))
            ));
        }
    }
    if stories.len() > LISTED {
        text.push_str(&format!(
            "… and {} older; --json prints them all\n",
            stories.len() - LISTED
        ));
    }
    text
}

/// The beginning of an id, enough to name a story by.
pub(super) fn short_id(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
