//! `[[feed]]`: what is published, and what it is drawn from.

use std::collections::BTreeMap;
use std::ops::Range;

use super::keys::FEED;
use super::ledger::{Ledger, Note, Wrong, quoted};
use super::section::{Section, Text};
use super::sources::Names;
use super::tree::Tree;
use super::value;
use crate::curate::{Feed, Order, Selector};

/// Most feeds in one file. Every one is kept in memory in each of its forms.
const MAX_FEEDS: usize = 1_000;

/// Most words in one `from`; beyond that a tag says it better.
const MAX_FROM: usize = 200;

/// Most former ids of one feed.
const MAX_FORMERLY: usize = 50;

/// Items in a feed if nothing is said.
const LIMIT: usize = 50;

/// Most items in a feed: readers fetch all of it every time.
const MAX_LIMIT: usize = 500;

/// Reads every `[[feed]]`. Those with faults are left out.
pub(super) fn feeds(tree: &Tree, names: &Names, ledger: &mut Ledger) -> Vec<Feed> {
    let sections = tree.sections(&FEED, MAX_FEEDS, ledger);
    let mut taken = BTreeMap::new();
    let ids: Vec<_> = sections
        .iter()
        .map(|section| id(section, &mut taken, ledger))
        .collect();
    let mut feeds = Vec::new();
    for (section, id) in sections.iter().zip(ids) {
        section.require("title", ledger);
        let feed = Feed {
            id: id.unwrap_or_default(),
            title: section
                .read("title", ledger, value::line)
                .unwrap_or_default(),
            description: section.read("description", ledger, value::prose),
            language: section.read("language", ledger, value::language),
            from: from(section, names, ledger),
            order: order(section, ledger),
            limit: section
                .whole("limit", 1..=MAX_LIMIT, ledger)
                .unwrap_or(LIMIT),
            per_source: section.whole("per_source", 1..=MAX_LIMIT, ledger),
            formerly: formerly(section, &mut taken, ledger),
        };
        feeds.push(feed);
    }
    feeds
}

/// A name that a feed has or had, by which no other can go.
struct Taken {
    span: Range<usize>,
    former: bool,
}

fn id<'a>(
    section: &Section<'a>,
    taken: &mut BTreeMap<&'a str, Taken>,
    ledger: &mut Ledger,
) -> Option<String> {
    section.require("id", ledger);
    let text = section.text("id", ledger)?;
    if let Some(first) = taken.get(text.value) {
        let message = format!("two feeds have the id {}", quoted(text.value));
        ledger.note(Note::new(&text.span, message).earlier(&first.span, "the other one"));
    } else {
        taken.insert(
            text.value,
            Taken {
                span: text.span.clone(),
                former: false,
            },
        );
    }
    text.read("id", ledger, value::feed_id)
}

/// Every id is taken by now, so that a former one clashes with a feed further down too.
fn formerly<'a>(
    section: &Section<'a>,
    taken: &mut BTreeMap<&'a str, Taken>,
    ledger: &mut Ledger,
) -> Vec<String> {
    let mut former = Vec::new();
    for text in section.texts("formerly", MAX_FORMERLY, ledger) {
        match taken.get(text.value) {
            Some(first) => {
                let message = match first.former {
                    true => format!("`formerly`: {} is given twice", quoted(text.value)),
                    false => format!("`formerly`: {} is the id of a feed", quoted(text.value)),
                };
                let help =
                    "a former id redirects to one feed, and no feed may bear it now".to_string();
                ledger.note(
                    Note::new(&text.span, message)
                        .earlier(&first.span, "here")
                        .help(Some(help)),
                );
            }
            None => {
                taken.insert(
                    text.value,
                    Taken {
                        span: text.span.clone(),
                        former: true,
                    },
                );
            }
        }
        former.extend(text.read("formerly", ledger, value::feed_id));
    }
    former
}

fn order(section: &Section, ledger: &mut Ledger) -> Order {
    let order = section.read("order", ledger, |text| match text {
        "published" => Ok(Order::Published),
        "coverage" => Err(
            Wrong::new("this version of headwater does not know \"coverage\" yet")
                .help("write \"published\""),
        ),
        _ => Err(Wrong::new(format!("no order {}", quoted(text)))
            .help("write \"published\": the newest first")),
    });
    order.unwrap_or_default()
}

fn from(section: &Section, names: &Names, ledger: &mut Ledger) -> Vec<Selector> {
    section.require("from", ledger);
    let texts = section.texts("from", MAX_FROM, ledger);
    if section.is_empty_list("from") {
        let help = "name sources, tags as \"tag:world\", or \"*\" for every source".to_string();
        ledger.note(
            Note::new(&section.span_of("from"), "this feed draws from nothing").help(Some(help)),
        );
    }
    texts
        .iter()
        .filter_map(|text| selector(text, names, ledger))
        .collect()
}

fn selector(text: &Text, names: &Names, ledger: &mut Ledger) -> Option<Selector> {
    let word = text.value;
    if word == "*" {
        if names.ids.is_empty() {
            let help = "add a [[source]]".to_string();
            ledger.note(
                Note::new(
                    &text.span,
                    "this feed draws from nothing: there are no sources",
                )
                .help(Some(help))
                .leaning(),
            );
        }
        return Some(Selector::All);
    }
    let (message, help) = match word.strip_prefix("tag:") {
        Some(tag) if names.tags.contains(tag) => return Some(Selector::Tag(tag.to_string())),
        Some(tag) => {
            let help = match names.ids.contains_key(tag) {
                true => Some(format!("did you mean the source {}?", quoted(tag))),
                false => ledger
                    .nearest(tag, names.tags.iter().copied())
                    .map(|tag| format!("did you mean {}?", quoted(&format!("tag:{tag}")))),
            };
            (
                format!("`from`: no source has the tag {}", quoted(tag)),
                help,
            )
        }
        None if names.ids.contains_key(word) => return Some(Selector::Source(word.to_string())),
        None => {
            let help = match names.tags.contains(word) {
                true => Some(format!(
                    "did you mean the tag, {}?",
                    quoted(&format!("tag:{word}"))
                )),
                false => ledger.did_you_mean(word, names.ids.keys().copied()),
            };
            (format!("`from`: there is no source {}", quoted(word)), help)
        }
    };
    ledger.note(Note::new(&text.span, message).help(help).leaning());
    None
}
