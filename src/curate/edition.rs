//! Choosing: candidates in, picks and reasons out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::feed::{Feed, Order};
use crate::dedupe::StoryId;
use crate::enrich::{Candidate, CitedStory};

/// What a feed publishes now, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Edition {
    pub feed: Feed,
    /// When this feed was first published; the `updated` of an edition without stories (P5: never the build time).
    pub since: DateTime<Utc>,
    pub stories: Vec<CitedStory>,
}

impl Edition {
    /// The instant of the newest change among its stories: data, not build time (P5).
    pub fn updated(&self) -> DateTime<Utc> {
        self.stories
            .iter()
            .map(|story| story.updated)
            .max()
            .unwrap_or(self.since)
    }
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub story: StoryId,
    pub fate: Fate,
}

/// Why a story is in the edition or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In, at this place, counted from 1.
    In { place: usize },
    /// The source already has as many items as `per_source` allows.
    SourceFull { source: String, allowed: usize },
    /// Newer stories filled the feed.
    Beyond { limit: usize },
}

impl Fate {
    pub fn is_in(&self) -> bool {
        matches!(self, Fate::In { .. })
    }

    /// One sentence for `explain`.
    pub fn sentence(&self) -> String {
        match self {
            Fate::In { place } => format!("in the edition, at place {place}"),
            Fate::SourceFull { source, allowed } => {
                format!("left out: {source} already has the {allowed} items that per_source allows")
            }
            Fate::Beyond { limit } => {
                format!("left out: the feed's limit of {limit} was filled by newer stories")
            }
        }
    }
}

/// Decides about every candidate, in the order of the feed. Ties are broken by story id, so that the same store gives the same bytes (S1).
pub fn choose(feed: &Feed, mut candidates: Vec<Candidate>) -> Vec<Choice> {
    match feed.order {
        Order::Published => candidates.sort_by(|a, b| {
            b.published
                .cmp(&a.published)
                .then_with(|| a.story.cmp(&b.story))
        }),
    }
    let mut taken = 0;
    let mut per_source: HashMap<String, usize> = HashMap::new();
    candidates
        .into_iter()
        .map(|candidate| {
            let of_source = per_source.entry(candidate.source.clone()).or_default();
            let fate = match feed.per_source {
                Some(allowed) if *of_source >= allowed => Fate::SourceFull {
                    source: candidate.source,
                    allowed,
                },
                _ if taken >= feed.limit => Fate::Beyond { limit: feed.limit },
                _ => {
                    *of_source += 1;
                    taken += 1;
                    Fate::In { place: taken }
                }
            };
            Choice {
                story: candidate.story,
                fate,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curate::Selector;

    fn feed(limit: usize, per_source: Option<usize>) -> Feed {
        Feed {
            id: "world".into(),
            title: "World".into(),
            description: None,
            language: None,
            from: vec![Selector::All],
            order: Order::Published,
            limit,
            per_source,
            formerly: vec![],
        }
    }

    fn candidate(story: &str, source: &str, minute: i64) -> Candidate {
        let published = DateTime::from_timestamp(1_760_000_000 + minute * 60, 0).unwrap();
        Candidate {
            story: StoryId::from(story),
            source: source.into(),
            published,
        }
    }

    fn fates(feed: &Feed, candidates: Vec<Candidate>) -> Vec<(String, bool)> {
        choose(feed, candidates)
            .into_iter()
            .map(|choice| (choice.story.to_string(), choice.fate.is_in()))
            .collect()
    }

    #[test]
    fn s1_newest_first_and_ties_by_id() {
        let chosen = fates(
            &feed(2, None),
            vec![
                candidate("b", "x", 1),
                candidate("a", "x", 1),
                candidate("c", "x", 9),
            ],
        );
        assert_eq!(
            chosen,
            [("c".into(), true), ("a".into(), true), ("b".into(), false)]
        );
    }

    #[test]
    fn no_source_floods_an_edition() {
        let flood = vec![
            candidate("a", "loud", 9),
            candidate("b", "loud", 8),
            candidate("c", "quiet", 7),
        ];
        assert_eq!(
            fates(&feed(2, Some(1)), flood),
            [("a".into(), true), ("b".into(), false), ("c".into(), true)]
        );
    }
}
