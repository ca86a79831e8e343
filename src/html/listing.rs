//! A page that lists articles, as a list: by the operator's selectors, or by what repeats on it.

use dom_query::{Document, Matcher, NodeRef};
use url::Url;

use super::claims::{first, named_base, nodes, opened, root_language, text};
use super::feeds::has_rel;
use super::measure::{FEW_NODES, short_text};
use super::record::{LONGEST_TITLE, facts, headline, is_generic, touches_heading, written};
use super::repeated::repeated;
use super::selector::pick_within;
use crate::link;
use crate::source::Pick;

/// Articles of one page. The longest archives on one page have some thousands.
pub const MAX_LISTED: usize = 5_000;

/// Hubs of one page: publishers name one or two.
const MAX_NAMED: usize = 8;

/// One article as a page lists it. Texts are plain, addresses absolute; that of the article is as it may be published (L2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub url: String,
    pub title: Option<String>,
    /// Texts that may be its date, as written, the surest first.
    pub dates: Vec<String>,
    pub summary: Option<String>,
    pub image: Option<String>,
}

/// A page as a list. In document order, each address once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// What the page calls itself.
    pub title: Option<String>,
    /// As written.
    pub language: Option<String>,
    /// Hubs that its head names, and its own address as it gives it there; absolute (W1).
    pub hubs: Vec<String>,
    pub self_url: Option<String>,
    pub items: Vec<Listed>,
    /// Elements that `item` matched and that hold no link.
    pub without_link: usize,
    /// More than [`MAX_LISTED`] were there.
    pub cut: bool,
}

/// Why a page gave no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unlisted {
    /// A selector matches nothing, or in no item: its key in feeds.toml, and itself.
    NoMatch(&'static str, String),
    /// No links repeat that read like headlines.
    NothingRepeats,
    /// Too deep or too large for a tree (F43).
    TooDeep,
}

/// Reads a page as a list of articles. `url` is its final address (F44).
///
/// With `pick.item`, every element it matches is an article, on whatever site it lies: the operator said so. Without it the page is searched for
/// links of its own site that repeat. Does not read dates, and follows nothing.
pub fn listing(html: &str, url: &Url, pick: &Pick) -> Result<Listing, Unlisted> {
    let document = opened(html).ok_or(Unlisted::TooDeep)?;
    let named_base = named_base(&document, Some(url));
    let base = named_base.as_ref().unwrap_or(url);
    let mut listing = match &pick.item {
        Some(item) => picked(&document, item, pick, base)?,
        None => found(&document, base, url)?,
    };
    listing.title = first(&document, "head title").as_ref().and_then(text);
    listing.language = root_language(&document);
    listing.hubs = named(&document, "hub", base);
    listing.self_url = named(&document, "self", base).into_iter().next();
    Ok(listing)
}

/// Where links of a relation lead that stand in the head: in the body they may be a reader's comment (W1).
fn named(document: &Document, rel: &str, base: &Url) -> Vec<String> {
    nodes(document, "head link[rel][href]")
        .iter()
        .filter(|link| has_rel(link, rel))
        .filter_map(|link| link::as_written(&link.attr("href")?, Some(base)))
        .take(MAX_NAMED)
        .collect()
}

fn found(document: &Document, base: &Url, here: &Url) -> Result<Listing, Unlisted> {
    let body = document.body().unwrap_or_else(|| document.root());
    let found = repeated(&body, base, here);
    if found.is_empty() {
        return Err(Unlisted::NothingRepeats);
    }
    let items = found.into_iter().map(|found| Listed {
        url: link::publishable(&found.url).into(),
        title: Some(found.title),
        dates: found.facts.dates,
        summary: found.facts.summary,
        image: found.facts.image,
    });
    Ok(Listing {
        items: items.collect(),
        ..Listing::default()
    })
}

/// The operator's selectors, read once.
struct Within<'p> {
    link: Option<(Matcher, &'p str)>,
    title: Option<(Matcher, &'p str)>,
    date: Option<(Matcher, &'p str)>,
}

fn picked(document: &Document, item: &str, wanted: &Pick, base: &Url) -> Result<Listing, Unlisted> {
    let within = Within {
        link: read(&wanted.link),
        title: read(&wanted.title),
        date: read(&wanted.date),
    };
    let items = nodes(document, item);
    if items.is_empty() {
        return Err(Unlisted::NoMatch("item", item.to_owned()));
    }
    let mut listing = Listing {
        cut: items.len() > MAX_LISTED,
        ..Listing::default()
    };
    let (mut titled, mut dated) = (false, false);
    let mut seen = std::collections::HashSet::new();
    for node in items.iter().take(MAX_LISTED) {
        let Some(listed) = one(node, &within, base, (&mut titled, &mut dated)) else {
            listing.without_link += 1;
            continue;
        };
        if seen.insert(listed.url.clone()) {
            listing.items.push(listed);
        }
    }
    let missed = |key, selector: &Option<(Matcher, &str)>| {
        let text = selector.as_ref().map(|(_, text)| (*text).to_owned());
        Unlisted::NoMatch(key, text.unwrap_or_else(|| "a[href]".into()))
    };
    if listing.items.is_empty() {
        return Err(missed("link", &within.link));
    }
    if within.title.is_some() && !titled {
        return Err(missed("title", &within.title));
    }
    if within.date.is_some() && !dated {
        return Err(missed("date", &within.date));
    }
    Ok(listing)
}

fn read(selector: &Option<String>) -> Option<(Matcher, &str)> {
    let text = selector.as_deref()?;
    // Selectors were checked with the configuration; one that is none matches nothing and is told as such.
    let matcher = Matcher::new(text)
        .or_else(|_| Matcher::new(":not(*)"))
        .ok()?;
    Some((matcher, text))
}

/// One item; `None` when no link to anywhere is in it. Says whether `title` and `date` matched.
fn one(
    node: &NodeRef<'_>,
    within: &Within<'_>,
    base: &Url,
    (titled, dated): (&mut bool, &mut bool),
) -> Option<Listed> {
    let (link, url) = match &within.link {
        Some((matcher, _)) => linked(&pick_within(node, matcher, FEW_NODES)?, base)?,
        None => likeliest(node, base)?,
    };
    let named = within
        .title
        .as_ref()
        .and_then(|(matcher, _)| pick_within(node, matcher, FEW_NODES));
    *titled |= named.is_some();
    let named = named.and_then(|named| Some((short_text(&named, LONGEST_TITLE, "")?, named.id)));
    let told = named.or_else(|| headline(&link).filter(|(text, _)| !is_generic(text)));
    let facts = facts(node, told.as_ref().map(|(_, id)| *id), base);
    let mut dates = facts.dates;
    if let Some((matcher, _)) = &within.date {
        let found = pick_within(node, matcher, FEW_NODES);
        *dated |= found.is_some();
        // What the operator points at is the date, and nothing else is.
        dates = found
            .map(|found| written(&found, LONGEST_TITLE))
            .unwrap_or_default();
    }
    Some(Listed {
        url: url.into(),
        title: told.map(|(text, _)| text).or(facts.heading),
        dates,
        summary: facts.summary,
        image: facts.image,
    })
}

/// The link an element is or holds, and where it leads.
fn linked<'a>(node: &NodeRef<'a>, base: &Url) -> Option<(NodeRef<'a>, Url)> {
    let inside = std::iter::once(*node).chain(node.descendants_it().take(FEW_NODES));
    let mut links = inside.filter_map(|node| {
        let mut url = link::resolve(&node.attr("href")?, Some(base))?;
        url.set_fragment(None);
        Some((node, link::publishable(&url)))
    });
    links.next()
}

/// Without `link`: the link of the heading, else the first that has a headline, else the first.
fn likeliest<'a>(item: &NodeRef<'a>, base: &Url) -> Option<(NodeRef<'a>, Url)> {
    let inside = || std::iter::once(*item).chain(item.descendants_it().take(FEW_NODES));
    let links = || inside().filter(|node| node.has_name("a") && node.has_attr("href"));
    let heading = links().find(|link| touches_heading(link));
    let telling =
        || links().find(|link| headline(link).is_some_and(|(text, _)| !is_generic(&text)));
    linked(&heading.or_else(telling).or_else(|| links().next())?, base)
}
