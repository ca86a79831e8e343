//! `[[source]]`: who is listened to, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use super::fetch::{self, Defaults};
use super::keys::SOURCE;
use super::ledger::{Ledger, Note, Wrong, quoted};
use super::section::Section;
use super::tree::Tree;
use super::value;
use crate::schedule::Schedule;
use crate::source::{Manners, Pick, Place, Source};

/// Most sources in one file. One process on one SQLite file is not built for more.
const MAX_SOURCES: usize = 10_000;

/// Most tags of one source.
const MAX_TAGS: usize = 32;

/// A source, and when it may be visited.
#[derive(Clone, Debug, PartialEq)]
pub struct Listening {
    pub source: Source,
    pub schedule: Schedule,
    /// Whether hubs may push it, where it announces one. Whether they can is for [`Config::can_be_pushed`](super::Config::can_be_pushed) to say.
    pub push: bool,
}

/// The names that `from` may use, those of faulty sources included: one fault is enough.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub ids: BTreeMap<&'a str, Range<usize>>,
    pub tags: BTreeSet<&'a str>,
}

/// Reads every `[[source]]`. Those with faults are left out of the list, not out of the names.
pub(super) fn sources<'a>(
    tree: &'a Tree<'a>,
    root: &Path,
    manners: &Manners,
    ledger: &mut Ledger,
) -> (Vec<Listening>, Names<'a>) {
    let mut defaults = Defaults::open(tree, ledger);
    let mut names = Names::default();
    let mut sources = Vec::new();
    for section in tree.sections(&SOURCE, MAX_SOURCES, ledger) {
        let id = id(&section, &mut names, ledger);
        let tags = tags(&section, &mut names, ledger);
        let name = section.read("name", ledger, value::line);
        let place = place(&section, root, ledger);
        let (zone, schedule) = defaults.times(&section, ledger);
        let full_text = section.truth("full_text", ledger);
        let push = section.truth("push", ledger).unwrap_or(defaults.push);
        let manners = fetch::manners(&section, manners, ledger);
        if let (Some(id), Some(place), Some(schedule)) = (id, place, schedule) {
            // What lies on disk is whole as it is, unless the operator says so of that very source.
            let full_text = full_text.unwrap_or(defaults.full_text && place.is_remote());
            sources.push(Listening {
                source: Source {
                    id,
                    name,
                    place,
                    tags,
                    zone,
                    full_text,
                    manners,
                },
                schedule,
                push,
            });
        }
    }
    (sources, names)
}

fn id<'a>(section: &Section<'a>, names: &mut Names<'a>, ledger: &mut Ledger) -> Option<String> {
    section.require("id", ledger);
    let text = section.text("id", ledger)?;
    if let Some(first) = names.ids.get(text.value) {
        let message = format!("two sources have the id {}", quoted(text.value));
        ledger.note(Note::new(&text.span, message).earlier(first, "the other one"));
    } else {
        names.ids.insert(text.value, text.span.clone());
    }
    text.read("id", ledger, value::id)
}

fn tags<'a>(section: &Section<'a>, names: &mut Names<'a>, ledger: &mut Ledger) -> Vec<String> {
    let mut tags = Vec::new();
    for text in section.texts("tags", MAX_TAGS, ledger) {
        names.tags.insert(text.value);
        tags.extend(text.read("tags", ledger, value::tag));
    }
    tags
}

/// The keys that say where a source is: it has one of them.
const PLACES: [&str; 4] = ["url", "page", "sitemap", "files"];

/// The keys that say what on a page is an article.
const PICKS: [&str; 4] = ["item", "link", "title", "date"];

fn place(section: &Section, root: &Path, ledger: &mut Ledger) -> Option<Place> {
    let url = section.address("url", ledger, value::web_address);
    let page = section.address("page", ledger, value::web_address);
    let sitemap = section.address("sitemap", ledger, value::web_address);
    let pattern = section.read("files", ledger, value::pattern);
    let pick = pick(section, ledger);
    let mut given = PLACES.into_iter().filter(|key| section.has(key));
    let Some(first) = given.next() else {
        let help = "give it url = \"https://…\" for a feed on the web, page for a web page that lists articles, sitemap for a sitemap, or files = \"…\" for files on disk".to_string();
        let message = "this [[source]] has none of `url`, `page`, `sitemap` and `files`";
        ledger.note(Note::new(&section.span, message).help(Some(help)));
        return None;
    };
    if let Some(second) = given.next() {
        let message = format!("a source with both `{first}` and `{second}`");
        let help = "make two sources of it, or leave one of them out".to_string();
        ledger.note(
            Note::new(&section.span_of(second), message)
                .earlier(&section.span_of(first), "the other place")
                .help(Some(help)),
        );
        return None;
    }
    match first {
        "url" => url.map(Place::Url),
        "page" => Some(Place::Page {
            url: page?,
            pick: pick?,
        }),
        "sitemap" => sitemap.map(Place::Sitemap),
        _ => files(pattern?, root, section, ledger),
    }
}

/// The selectors of a page; `None` when they are faulty. Without a page, or without `item`, they mean nothing.
fn pick(section: &Section, ledger: &mut Ledger) -> Option<Pick> {
    let mut sound = true;
    let mut read = |key: &str, ledger: &mut Ledger| {
        let selector = section.read(key, ledger, value::selector);
        sound &= selector.is_some() || !section.has(key);
        selector
    };
    let pick = Pick {
        item: read("item", ledger),
        link: read("link", ledger),
        title: read("title", ledger),
        date: read("date", ledger),
    };
    for key in PICKS.into_iter().filter(|key| section.has(key)) {
        let (message, help) = if !section.has("page") {
            (
                format!("`{key}` is for pages, and this source has no `page`"),
                "leave it out, or write page instead of the other place",
            )
        } else if !section.has("item") {
            (
                format!("`{key}` is looked for in every `item`, and there is none"),
                "give item too: a selector for the element around one article",
            )
        } else {
            continue;
        };
        sound = false;
        ledger.note(Note::new(&section.span_of(key), message).help(Some(help.into())));
    }
    sound.then_some(pick)
}

/// The pattern made absolute; what is special to a pattern in the name of the folder itself is taken literally.
fn files(pattern: &str, root: &Path, section: &Section, ledger: &mut Ledger) -> Option<Place> {
    let whole = if Path::new(pattern).is_absolute() {
        pattern.to_string()
    } else if let Some(folder) = root.to_str() {
        let folder = glob::Pattern::escape(folder.trim_end_matches('/'));
        format!("{folder}/{}", pattern.trim_start_matches("./"))
    } else {
        let wrong = Wrong::new(
            "the folder of this file has a name that is not UTF-8, so no pattern can be put behind it",
        );
        ledger.wrong(
            "files",
            &section.span_of("files"),
            pattern,
            wrong.help("move the file to a folder with an ordinary name"),
        );
        return None;
    };
    Some(Place::Files {
        root: root.to_path_buf(),
        pattern: whole,
    })
}
