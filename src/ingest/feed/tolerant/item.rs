//! One `item` or `entry` → an entry, whatever mixture of vocabularies it is written in.

use xxhash_rust::xxh3::xxh3_128;

use super::super::identity::made_up_id;
use super::super::words::folded;
use super::super::xml::{Element, Node, Ns, inner_xml_as_html};
use super::extension::extensions;
use super::links::{self, attribute_address};
use super::media;
use super::people;
use super::texts::{MOST_WRITTEN, Said, line, said};
use super::times::Times;
use crate::html;
use crate::ingest::entry::{Entry, Oddity, Origin, Person};
use crate::link;

/// Whether a namespace is one that an element is looked for in.
type Home = fn(Ns) -> bool;

/// What entries keep whole.
const KEPT: [Ns; 3] = [Ns::Itunes, Ns::Podcast, Ns::Media];

/// Most categories of an entry, or of a channel.
const MOST_CATEGORIES: usize = 500;

/// What an entry takes from the document it stands in.
pub struct Surroundings<'a, 'h> {
    pub times: &'a Times<'h>,
    pub language: Option<&'a str>,
    /// The authors of an Atom feed: those of entries that name none (RFC 4287 §4.2.1).
    pub authors: &'a [Person],
}

/// Reads one entry. `None`, with an oddity, when it says nothing at all.
pub fn entry(
    item: Element<'_, '_>,
    at: usize,
    around: &Surroundings<'_, '_>,
    oddities: &mut Vec<Oddity>,
) -> Option<Entry> {
    let place = format!("entries[{at}]");
    let source = item.named("source").next();
    let guid = guid(item);
    let mut entry = Entry {
        title: title(item),
        url: page(item, guid),
        canonical: original(item),
        authors: authors(item, source, around.authors),
        language: best(item, &[(dublin, "language"), (core, "language")], line)
            .or_else(|| item.language().or(around.language).map(ToString::to_string)),
        rights: rights(item),
        published: around.times.published(item, &place),
        updated: around.times.updated(item, &place),
        categories: categories(item),
        enclosures: media::enclosures(item),
        image: media::picture(item),
        comments: links::comments(item),
        origin: source.and_then(|source| origin(source, around.times, &place)),
        relations: links::relations(item),
        extensions: extensions(item, &KEPT, &format!("{place}.extensions"), oddities),
        ..Entry::default()
    };
    bodies(item, &mut entry);
    let id = guid
        .and_then(Element::filled)
        .map(|id| id.into_owned())
        .or_else(|| {
            item.attribute_in(Ns::Rdf, "about")
                .map(str::trim)
                .map(ToString::to_string)
        })
        .filter(|id| !id.is_empty())
        .or_else(|| made_up_id(&entry))
        .or_else(|| hash(item));
    let Some(id) = id else {
        let message = "there is nothing in it, and it was dropped";
        oddities.push(Oddity::new("entry-without-identity", place, message));
        return None;
    };
    entry.id = id;
    Some(entry)
}

/// RSS's `guid` or Atom's `id`: the first that says something.
fn guid<'a, 't>(item: Element<'a, 't>) -> Option<Element<'a, 't>> {
    item.children()
        .filter(|child| child.is("guid") || child.is("id"))
        .find(|child| child.filled().is_some())
}

/// A name for an entry that gives itself none, from everything in it.
fn hash(item: Element<'_, '_>) -> Option<String> {
    let mut said: String = item
        .all_attributes()
        .map(|(_, _, _, value)| value)
        .collect();
    for node in item.below() {
        match node {
            Node::Text(text) | Node::Literal(text) => said.push_str(text.trim()),
            Node::Element(element) => {
                said.push('<');
                said.push_str(element.name());
                element
                    .all_attributes()
                    .for_each(|(_, _, _, value)| said.push_str(value));
            }
        }
    }
    (!said.is_empty()).then(|| format!("headwater:{:032x}", xxh3_128(said.as_bytes())))
}

/// The first of some children that says something, by its place in the list of wanted ones.
fn best<T>(
    holder: Element<'_, '_>,
    wanted: &[(Home, &str)],
    read: impl Fn(Element<'_, '_>) -> Option<T>,
) -> Option<T> {
    wanted.iter().find_map(|(is_home, name)| {
        holder
            .children()
            .filter(|child| is_home(child.ns()) && child.name() == *name)
            .find_map(&read)
    })
}

fn core(ns: Ns) -> bool {
    ns.is_core()
}

fn dublin(ns: Ns) -> bool {
    matches!(ns, Ns::Dc | Ns::DcTerms)
}

fn itunes(ns: Ns) -> bool {
    ns == Ns::Itunes
}

pub fn title(holder: Element<'_, '_>) -> Option<String> {
    let own = best(
        holder,
        &[(core, "title"), (dublin, "title"), (itunes, "title")],
        line,
    );
    own.or_else(|| {
        media::media(holder)
            .filter(|element| element.name() == "title")
            .find_map(line)
    })
}

pub fn rights(holder: Element<'_, '_>) -> Option<String> {
    best(
        holder,
        &[(core, "rights"), (core, "copyright"), (dublin, "rights")],
        line,
    )
}

/// The article's page: its link, else a guid that is one, else the address RDF knows it by.
fn page(item: Element<'_, '_>, guid: Option<Element<'_, '_>>) -> Option<String> {
    links::page(item)
        .or_else(|| guid.and_then(links::permanent))
        .or_else(|| {
            let about = item.attribute_in(Ns::Rdf, "about")?;
            link::as_written(about, None)
        })
        .or_else(|| {
            item.named("content")
                .filter(|content| {
                    content
                        .attribute("type")
                        .is_none_or(|mime| mime.contains("html"))
                })
                .find_map(|content| attribute_address(content, "src"))
        })
}

/// The page's own address where the link goes through somebody who counts clicks.
fn original(item: Element<'_, '_>) -> Option<String> {
    item.children()
        .filter(|child| {
            matches!(child.ns(), Ns::FeedBurner | Ns::Pheedo) && child.name() == "origlink"
        })
        .find_map(links::address)
}

/// The entry's own authors, else those of the document it came from, else the feed's.
fn authors(item: Element<'_, '_>, source: Option<Element<'_, '_>>, feed: &[Person]) -> Vec<Person> {
    let own = people::authors(item);
    if !own.is_empty() {
        return own;
    }
    let of_source = source.map(people::authors).unwrap_or_default();
    match source.is_some_and(|source| source.children().next().is_some()) {
        true => of_source,
        false => feed.to_vec(),
    }
}

/// Where the entry came from: `atom:source` with its metadata, or RSS's `source` with an address and a name.
fn origin(source: Element<'_, '_>, times: &Times<'_>, place: &str) -> Option<Origin> {
    let origin = if source.children().next().is_some() {
        Origin {
            id: source
                .named("id")
                .find_map(Element::filled)
                .map(|id| id.into_owned()),
            title: title(source),
            url: links::related(source, "self"),
            page: links::front(source),
            updated: times.instant(times.updated(source, place)),
            authors: people::authors(source),
            rights: rights(source),
            categories: categories(source),
        }
    } else {
        Origin {
            id: None,
            title: line(source),
            url: attribute_address(source, "url").or_else(|| attribute_address(source, "href")),
            ..Origin::default()
        }
    };
    (origin != Origin::default()).then_some(origin)
}

/// Every name an entry or feed is filed under, each once.
pub fn categories(holder: Element<'_, '_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |name: Option<&str>| {
        let folded = name.map(folded);
        if let Some(name) = folded.filter(|name| !name.is_empty())
            && all.len() < MOST_CATEGORIES
            && !all.contains(&name)
        {
            all.push(name);
        }
    };
    for child in holder.children() {
        match (child.ns(), child.name()) {
            (ns, "category") if ns.is_core() => match child
                .attribute("term")
                .filter(|term| !term.trim().is_empty())
            {
                Some(term) => add(Some(term)),
                None => add(line(child).as_deref().or(child.attribute("label"))),
            },
            (Ns::Dc | Ns::DcTerms, "subject") => add(line(child).as_deref()),
            (Ns::Itunes, "category") => {
                add(child.attribute("text"));
                child
                    .children()
                    .filter(|inner| inner.ns() == Ns::Itunes)
                    .for_each(|inner| add(inner.attribute("text")));
            }
            // Some wrap their categories in one element more.
            (ns, "categories") if ns.is_core() => child
                .named("category")
                .for_each(|inner| add(line(inner).as_deref())),
            (ns, "tags" | "keywords") if ns.is_core() || ns == Ns::Itunes => {
                child.own_text().split(',').for_each(|word| add(Some(word)));
            }
            _ => {}
        }
    }
    for element in media::media(holder) {
        match element.name() {
            "category" => add(line(element).as_deref().or(element.attribute("label"))),
            "keywords" => element
                .own_text()
                .split(',')
                .for_each(|word| add(Some(word))),
            _ => {}
        }
    }
    all
}

/// What is said of an entry, shortly and at length.
fn bodies(item: Element<'_, '_>, entry: &mut Entry) {
    let summaries = |name: &'static str| item.named(name).find_map(spoken);
    let mut short: Vec<(Element<'_, '_>, Said)> = ["description", "summary"]
        .into_iter()
        .filter_map(summaries)
        .collect();
    // Who says both means the second as the whole text.
    short.sort_by_key(|(element, _)| element.place());
    let mut short = short.into_iter();
    let summary = short.next().or_else(|| fallback(item));
    let content = full(item).or_else(|| short.next());
    let base = content
        .as_ref()
        .or(summary.as_ref())
        .map(|(element, _)| *element);
    entry.base = base
        .unwrap_or(item)
        .base()
        .map(|url| url.to_string())
        .or_else(|| entry.url.clone());
    entry.content = content.as_ref().and_then(|(_, said)| said.markup());
    entry.summary = summary.and_then(|(element, said)| {
        let markup = said.markup()?;
        match base {
            // An entry has one base; whose is another, is made absolute where it stands.
            Some(base) if !base.shares_base(element) => {
                Some(html::with_frames_as_links(&markup, element.base()))
            }
            _ => Some(markup),
        }
    });
}

fn spoken<'a, 't>(element: Element<'a, 't>) -> Option<(Element<'a, 't>, Said)> {
    let said = said(element).filter(|said| !said.body.trim().is_empty())?;
    Some((element, said))
}

/// The whole text: what is called so, longest first where an entry holds several.
fn full<'a, 't>(item: Element<'a, 't>) -> Option<(Element<'a, 't>, Said)> {
    let is_full = |child: &Element<'_, '_>| match (child.ns(), child.name()) {
        (Ns::Content, "encoded") | (Ns::Xhtml, "body" | "div") => true,
        (ns, "content" | "fullitem" | "content:encoded" | "body") => ns.is_core(),
        _ => false,
    };
    item.children().filter(is_full).find_map(|child| {
        if child.ns() == Ns::Xhtml || child.is("body") {
            let body = inner_xml_as_html(child, MOST_WRITTEN);
            let said = Said {
                body,
                is_html: true,
                is_literal: false,
            };
            return Some((child, said)).filter(|(_, said)| !said.body.trim().is_empty());
        }
        spoken(child)
    })
}

/// What other vocabularies say instead of a summary.
fn fallback<'a, 't>(item: Element<'a, 't>) -> Option<(Element<'a, 't>, Said)> {
    let wanted: [(Home, &str); 6] = [
        (core, "abstract"),
        (core, "tagline"),
        (dublin, "description"),
        (dublin, "abstract"),
        (itunes, "summary"),
        (itunes, "subtitle"),
    ];
    let own = wanted.iter().find_map(|(is_home, name)| {
        item.children()
            .filter(|child| is_home(child.ns()) && child.name() == *name)
            .find_map(spoken)
    });
    own.or_else(|| {
        media::media(item)
            .filter(|element| element.name() == "description")
            .find_map(spoken)
    })
}
