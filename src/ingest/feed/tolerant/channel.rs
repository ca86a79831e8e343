//! What a document says of itself.

use chrono::Weekday;

use super::super::xml::{Element, Ns};
use super::extension::extensions;
use super::item::{categories, rights, title};
use super::links::{self, attribute_address};
use super::media;
use super::people;
use super::texts::line;
use super::times::Times;
use crate::ingest::entry::{Asks, Channel, Oddity, Person};

/// What channels keep whole.
const KEPT: [Ns; 2] = [Ns::Itunes, Ns::Podcast];

/// Most withdrawn ids of one document: as many as it may have entries.
const MOST_DELETED: usize = 5_000;

/// Most hubs of one feed.
const MOST_HUBS: usize = 10;

/// The elements that hold what a feed says of itself: the channel, and the root around it.
pub struct Holders<'a, 't> {
    pub channel: Element<'a, 't>,
    pub root: Element<'a, 't>,
}

impl<'a, 't> Holders<'a, 't> {
    fn first<T>(&self, read: impl Fn(Element<'a, 't>) -> Option<T>) -> Option<T> {
        read(self.channel).or_else(|| {
            (self.root.place() != self.channel.place())
                .then(|| read(self.root))
                .flatten()
        })
    }

    fn child(&self, ns: fn(Ns) -> bool, name: &str) -> Option<String> {
        self.first(|holder| {
            holder
                .children()
                .filter(|child| ns(child.ns()) && child.name() == name)
                .find_map(line)
        })
    }

    /// The document's language (its dates may depend on it).
    pub fn language(&self) -> Option<String> {
        self.child(Ns::is_core, "language")
            .or_else(|| self.child(|ns| matches!(ns, Ns::Dc | Ns::DcTerms), "language"))
            .or_else(|| self.first(|holder| holder.language().map(ToString::to_string)))
    }
}

pub fn channel(
    holders: &Holders<'_, '_>,
    language: Option<String>,
    times: &Times<'_>,
    oddities: &mut Vec<Oddity>,
) -> Channel {
    let core = Ns::is_core;
    let subtitle = ["subtitle", "description", "tagline", "abstract"]
        .into_iter()
        .find_map(|name| holders.child(core, name))
        .or_else(|| holders.child(|ns| ns == Ns::Dc, "description"))
        .or_else(|| holders.child(|ns| ns == Ns::Itunes, "summary"))
        .or_else(|| holders.child(|ns| ns == Ns::Itunes, "subtitle"));
    let id = holders.first(|holder| {
        let own = holder
            .children()
            .filter(|child| child.is("id") || child.is("guid"));
        let about = holder
            .attribute_in(Ns::Rdf, "about")
            .filter(|about| !about.trim().is_empty());
        own.filter_map(Element::filled)
            .map(|id| id.into_owned())
            .next()
            .or_else(|| about.map(ToString::to_string))
    });
    Channel {
        id,
        title: holders.first(title),
        subtitle,
        link: holders
            .first(links::page)
            .or_else(|| holders.first(links::front)),
        language,
        updated: holders.first(|holder| times.instant(times.updated(holder, ""))),
        published: holders.first(|holder| times.instant(times.published(holder, ""))),
        authors: authors(holders),
        rights: holders.first(rights),
        categories: categories(holders.channel),
        generator: holders.child(core, "generator").or_else(|| agent(holders)),
        image: image(holders),
        ttl: holders
            .child(core, "ttl")
            .and_then(|ttl| ttl.trim().parse().ok()),
        asks: asks(holders),
        self_url: holders.first(|holder| links::related(holder, "self")),
        hubs: hubs(holders),
        new_url: holders.first(|holder| {
            holder
                .children()
                .filter(|child| child.ns() == Ns::Itunes && child.name() == "new-feed-url")
                .find_map(links::address)
        }),
        complete: holders
            .first(|holder| {
                holder
                    .children()
                    .find(|child| child.ns() == Ns::History && child.name() == "complete")
            })
            .is_some(),
        deleted: deleted(holders),
        parts: Vec::new(),
        extensions: extensions(holders.channel, &KEPT, "extensions", oddities),
    }
}

/// The feed's own authors; for a podcast its owner at last.
fn authors(holders: &Holders<'_, '_>) -> Vec<Person> {
    let mut people = people::authors(holders.channel);
    if people.is_empty() {
        for child in holders.channel.children() {
            let is_owner = child.ns() == Ns::Itunes && child.name() == "owner";
            if is_owner || child.is("webmaster") {
                people::add(&mut people, people::person(child));
            }
        }
    }
    people
}

fn image(holders: &Holders<'_, '_>) -> Option<String> {
    let own =
        |name: &'static str| holders.first(|holder| holder.named(name).find_map(media::image));
    let podcast = || {
        holders.first(|holder| {
            holder
                .children()
                .filter(|child| {
                    child.ns() == Ns::Itunes && matches!(child.name(), "image" | "link")
                })
                .find_map(|child| {
                    attribute_address(child, "href").or_else(|| attribute_address(child, "url"))
                })
        })
    };
    own("image")
        .or_else(podcast)
        .or_else(|| own("logo"))
        .or_else(|| own("icon"))
}

/// RSS 1.0 names its generator by address alone.
fn agent(holders: &Holders<'_, '_>) -> Option<String> {
    let agents = |holder: Element<'_, '_>| {
        holder
            .children()
            .filter(|child| child.ns() == Ns::Admin && child.name() == "generatoragent")
            .find_map(|child| {
                child
                    .attribute_in(Ns::Rdf, "resource")
                    .map(ToString::to_string)
            })
    };
    holders.first(agents)
}

/// `skipHours`, `skipDays` and `sy:`, as written (F16, F17).
fn asks(holders: &Holders<'_, '_>) -> Asks {
    let syndication = |name: &'static str| holders.child(|ns| ns == Ns::Syndication, name);
    Asks {
        skip_hours: listed(holders, "skiphours", "hour", |text| {
            text.parse().ok().filter(|hour| *hour <= 24)
        }),
        skip_days: listed(holders, "skipdays", "day", |text| {
            text.parse::<Weekday>().ok()
        }),
        update_period: syndication("updateperiod"),
        update_frequency: syndication("updatefrequency"),
    }
}

fn listed<T: PartialEq>(
    holders: &Holders<'_, '_>,
    list: &str,
    item: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for holder in [holders.channel, holders.root] {
        for element in holder.named(list).flat_map(|list| list.named(item)) {
            let found = element.filled().and_then(|text| read(&text));
            if let Some(found) = found.filter(|found| !all.contains(found)) {
                all.push(found);
            }
        }
    }
    all
}

/// Every hub, once (W1).
fn hubs(holders: &Holders<'_, '_>) -> Vec<String> {
    let mut hubs = Vec::new();
    for holder in [holders.channel, holders.root] {
        for url in
            links::all_related(holder, "hub").filter_map(|link| attribute_address(link, "href"))
        {
            if hubs.len() < MOST_HUBS && !hubs.contains(&url) {
                hubs.push(url);
            }
        }
    }
    hubs
}

/// Ids that were withdrawn (F46, RFC 6721 §3).
fn deleted(holders: &Holders<'_, '_>) -> Vec<String> {
    holders
        .channel
        .children()
        .filter(|child| child.ns() == Ns::Tombstones && child.name() == "deleted-entry")
        .filter_map(|child| child.attribute("ref"))
        .map(|id| id.trim().to_string())
        .filter(|id| !id.is_empty())
        .take(MOST_DELETED)
        .collect()
}
