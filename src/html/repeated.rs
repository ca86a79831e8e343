//! Finds the articles a page lists without being told where they stand: links that repeat in the same structure and read
//! like headlines.
//!
//! Links are grouped by the tags and classes around them. Each link's *record* is the largest element that holds no other
//! link of its group, and records that share a parent are one list. A list is taken for what its records say on average:
//! headings, long link texts, dates, summaries, addresses with a slug. So a menu, a tag cloud or a row of page numbers
//! falls out though it repeats best of all. No word of the page's language is needed, but for "read more" and its kin.

use std::collections::{BTreeMap, HashMap, HashSet};

use dom_query::{NodeId, NodeRef};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::margins::beside;
use super::measure::next;
use super::record::{Facts, facts, headline, is_generic, touches_heading};
use super::weight::{address, has_year, words};
use crate::link;

/// Links that are looked at. Front pages have some hundreds.
const MAX_LINKS: usize = 5_000;
/// How far around a link its record may reach; cards are five or six elements deep.
const CLIMB: usize = 10;
/// Elements around a link that tell its group.
const SHAPE: usize = 4;
/// Articles that make a list. Two alike may be chance.
const FEWEST: usize = 3;
/// Words before a link in its paragraph that make it part of a sentence. A place and a date before a headline are fewer.
const RUNNING: usize = 4;
/// Siblings before a link that are looked at for them; a paragraph may be one line of thousands.
const NEAR: usize = 16;
/// What the records of a list must weigh on average to be taken in any case, in tenths.
const SURE: i64 = 45;
/// … and when nothing on the page weighs more.
const LIKELY: i64 = 30;
/// What one link must weigh that is set like no other: a heading, a headline's length and one sign more.
const LEAD: i64 = 70;

/// What a browser shows without an article around it.
const FILES: &[&str] = &[
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".mp3", ".mp4", ".zip", ".ics", ".vcf",
    ".rss", ".atom", ".xml", ".css", ".js",
];

/// An article that was found, in terms of the tree.
pub(super) struct Found {
    pub url: Url,
    pub title: String,
    pub facts: Facts,
    /// Where its link stands among all links.
    at: usize,
    weight: i64,
}

struct Candidate<'a> {
    node: NodeRef<'a>,
    url: Url,
    key: String,
    title: Option<(String, NodeId)>,
    heading: bool,
    at: usize,
}

/// The articles that `body` lists, in document order, each address once; empty when nothing repeats. Only links to the
/// site of `here`, the page's own address, count.
pub(super) fn repeated(body: &NodeRef<'_>, base: &Url, here: &Url) -> Vec<Found> {
    let candidates = candidates(body, base, here);
    let alone_of_all = alone(&candidates);
    let mut groups: BTreeMap<u64, Vec<Candidate<'_>>> = BTreeMap::new();
    for candidate in candidates {
        let shape = shape(&candidate);
        groups.entry(shape).or_default().push(candidate);
    }
    let mut lists: Vec<(i64, Vec<Found>)> = Vec::new();
    let mut leads: Vec<Found> = Vec::new();
    for group in groups.into_values() {
        let targets: HashSet<&str> = group.iter().map(|one| one.key.as_str()).collect();
        if targets.len() >= FEWEST {
            let alone = alone(&group);
            lists.extend(weighed(group, &alone, base, here));
        } else {
            let heads = group.into_iter().filter(|one| one.heading);
            leads.extend(heads.filter_map(|one| {
                let record = record(&one.node, &alone_of_all);
                judged(one, &record, base, here)
            }));
        }
    }
    let sure = lists.iter().any(|(mean, _)| *mean >= SURE);
    let least = if sure { SURE } else { LIKELY };
    let taken = lists.into_iter().filter(|(mean, _)| *mean >= least);
    // The stories that lead a front page are set like no other; they count where there is a list that is one.
    let leads = leads.into_iter().filter(|lead| sure && lead.weight >= LEAD);
    once_each(taken.flat_map(|(_, list)| list).chain(leads))
}

/// Each article once, under the best of its headlines; none when that makes no list.
fn once_each(found: impl Iterator<Item = Found>) -> Vec<Found> {
    let mut best: HashMap<String, Found> = HashMap::new();
    for found in found {
        let Some(key) = link::key(found.url.as_str()) else {
            continue;
        };
        let known = best.remove(&key);
        let at = known
            .as_ref()
            .map_or(found.at, |known| known.at.min(found.at));
        let better = match known {
            Some(known)
                if known.weight > found.weight
                    || known.weight == found.weight && known.at < found.at =>
            {
                known
            }
            _ => found,
        };
        best.insert(key, Found { at, ..better });
    }
    let mut articles: Vec<Found> = best.into_values().collect();
    articles.sort_by_key(|found| found.at);
    if articles.len() < FEWEST {
        articles.clear();
    }
    articles
}

/// Links of the same site that do not stand in what is beside the articles.
fn candidates<'a>(body: &NodeRef<'a>, base: &Url, here: &Url) -> Vec<Candidate<'a>> {
    let beside = beside(body);
    let site = link::registrable(here);
    let own = link::key(here.as_str());
    let mut found = Vec::new();
    let mut at = Some(*body);
    while let Some(node) = at.filter(|_| found.len() < MAX_LINKS) {
        let skipped = beside.contains(&node.id);
        if !skipped
            && node.has_name("a")
            && let Some((url, key)) = target(&node, base)
            && link::registrable(&url) == site
            && own.as_ref() != Some(&key)
            && !is_inline(&node)
        {
            found.push(Candidate {
                title: headline(&node),
                heading: touches_heading(&node),
                at: found.len(),
                node,
                url,
                key,
            });
        }
        at = next(&node, body, !skipped);
    }
    found
}

/// Whether a link stands in running text: words of its paragraph come before it.
fn is_inline(link: &NodeRef<'_>) -> bool {
    let (mut node, mut words) = (*link, 0);
    for _ in 0..SHAPE {
        let (mut before, mut looked) = (node.prev_sibling(), 0);
        while let Some(sibling) = before.filter(|_| words < RUNNING && looked < NEAR) {
            if sibling.is_text() {
                words += sibling.text().split_whitespace().take(RUNNING).count();
            }
            looked += 1;
            before = sibling.prev_sibling();
        }
        let Some(around) = node.parent() else {
            return false;
        };
        if around.has_name("p") {
            return words >= RUNNING;
        }
        node = around;
    }
    false
}

fn target(node: &NodeRef<'_>, base: &Url) -> Option<(Url, String)> {
    let mut url = link::resolve(&node.attr("href")?, Some(base))?;
    url.set_fragment(None);
    let rel = node.attr("rel").unwrap_or_default().to_ascii_lowercase();
    let turns = rel.split_ascii_whitespace().any(|word| {
        matches!(
            word,
            "tag" | "next" | "prev" | "author" | "category" | "alternate"
        )
    });
    let path = url.path().to_ascii_lowercase();
    let file = FILES.iter().any(|ending| path.ends_with(ending));
    if turns || file || link::is_front(&url) {
        return None;
    }
    let key = link::key(url.as_str())?;
    Some((url, key))
}

/// Tags around a link, and what its own class and its parent's say of what it is rather than of which it is.
fn shape(candidate: &Candidate<'_>) -> u64 {
    let mut told = String::from(if candidate.heading { "h" } else { "-" });
    let around = std::iter::once(candidate.node).chain(candidate.node.ancestors_it(Some(SHAPE)));
    for (level, node) in around.enumerate() {
        told.push('/');
        told.push_str(&node.node_name().unwrap_or_default());
        if level < 2 {
            let class = node.attr("class").unwrap_or_default();
            let mut words: Vec<&str> = class
                .split_ascii_whitespace()
                .filter(|word| !word.contains(|c: char| c.is_ascii_digit()) && !is_varying(word))
                .take(8)
                .collect();
            words.sort_unstable();
            told.extend(words.into_iter().flat_map(|word| [".", word]));
        }
    }
    xxh3_64(told.as_bytes())
}

/// Words that tell one row from the next.
fn is_varying(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    [
        "first", "last", "odd", "even", "active", "current", "category", "tag", "visited", "has-",
    ]
    .iter()
    .any(|mark| word.starts_with(mark) || word.ends_with(mark))
}

/// The elements around links that hold links to one article only.
fn alone(links: &[Candidate<'_>]) -> HashSet<NodeId> {
    let mut shared: HashMap<NodeId, (&str, bool)> = HashMap::new();
    for one in links {
        for node in std::iter::once(one.node).chain(one.node.ancestors_it(Some(CLIMB))) {
            let (key, many) = shared.entry(node.id).or_insert((&one.key, false));
            *many |= *key != one.key;
        }
    }
    let alone = shared.into_iter().filter(|(_, (_, many))| !many);
    alone.map(|(id, _)| id).collect()
}

/// One group's lists with what they weigh on average.
fn weighed(
    group: Vec<Candidate<'_>>,
    alone: &HashSet<NodeId>,
    base: &Url,
    here: &Url,
) -> Vec<(i64, Vec<Found>)> {
    let mut lists: BTreeMap<u64, Vec<Found>> = BTreeMap::new();
    let mut read: HashSet<NodeId> = HashSet::new();
    let mut place: HashMap<NodeId, u64> = HashMap::new();
    for one in group {
        let record = record(&one.node, alone);
        // A picture and a headline of one record lead to the same article.
        if !read.insert(record.id) && one.title.is_none() {
            continue;
        }
        let Some(found) = judged(one, &record, base, here) else {
            continue;
        };
        let number = place.len() as u64;
        let list = record
            .parent()
            .map_or(u64::MAX, |parent| *place.entry(parent.id).or_insert(number));
        lists.entry(list).or_default().push(found);
    }
    lists
        .into_values()
        .map(|list| {
            let sum: i64 = list.iter().map(|found| found.weight).sum();
            (sum / i64::try_from(list.len().max(1)).unwrap_or(1), list)
        })
        .collect()
}

/// The largest element around a link that holds no other link of its group.
fn record<'a>(link: &NodeRef<'a>, alone: &HashSet<NodeId>) -> NodeRef<'a> {
    let mut record = *link;
    for around in link.ancestors_it(Some(CLIMB)) {
        let page = ["body", "main", "html"]
            .iter()
            .any(|name| around.has_name(name));
        if page || !alone.contains(&around.id) {
            break;
        }
        record = around;
    }
    record
}

fn judged<'a>(one: Candidate<'a>, record: &NodeRef<'a>, base: &Url, here: &Url) -> Option<Found> {
    let facts = facts(record, one.title.as_ref().map(|(_, id)| *id), base);
    let told = one
        .title
        .map(|(text, _)| text)
        .filter(|text| !is_generic(text));
    let from_heading = told.is_none() && facts.heading.is_some();
    let title = told.or_else(|| facts.heading.clone())?;
    let heading = one.heading || from_heading || facts.heading.as_ref() == Some(&title);
    let weight = 30 * i64::from(heading)
        + 10 * words(&title)
        + 20 * i64::from(facts.marked_date)
        + 10 * i64::from(!facts.marked_date && facts.dates.iter().any(|text| has_year(text)))
        + 10 * i64::from(facts.summary.is_some())
        + 10 * address(&one.url, here);
    Some(Found {
        url: one.url,
        title,
        facts,
        at: one.at,
        weight,
    })
}
