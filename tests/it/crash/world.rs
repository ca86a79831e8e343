//! A world in which everything changes all the time, and which keeps a ledger: which validator stood for which entries, and who asked with which.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Dice;
use crate::newsroom::{item_saying, rss, source};
use crate::origin::{Origin, Reply, Request};

/// Feeds; of the first `FULL` the articles are read in full, and the first two carry the same stories among others.
const FEEDS: usize = 16;
const FULL: usize = 3;
const PAGES: usize = 3;
const SITEMAPS: usize = 3;

/// How many entries a document shows: older ones have left it.
const SHOWN: usize = 10;

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Feed,
    Page,
    Sitemap,
}

/// One source of the world.
#[derive(Clone, Debug)]
struct Publisher {
    id: String,
    kind: Kind,
    number: usize,
}

/// What the origin knows of a source.
#[derive(Default)]
struct Account {
    version: usize,
    /// The version whose validator we were seen to hold: never again may less be asked with.
    held: Option<usize>,
    asked: usize,
}

#[derive(Default)]
struct Ledger {
    accounts: BTreeMap<String, Account>,
    faults: Vec<String>,
    /// Nothing changes any more.
    at_rest: bool,
}

pub struct World {
    origin: Origin,
    publishers: Vec<Publisher>,
    ledger: Arc<Mutex<Ledger>>,
}

impl World {
    pub fn begin(seed: u64) -> World {
        let origin = Origin::start();
        let ledger: Arc<Mutex<Ledger>> = Arc::default();
        let kinds = [
            (Kind::Feed, FEEDS, "f"),
            (Kind::Page, PAGES, "p"),
            (Kind::Sitemap, SITEMAPS, "m"),
        ];
        let publisher = |kind, number, letter| Publisher {
            id: format!("{letter}{number}"),
            kind,
            number,
        };
        let publishers: Vec<Publisher> = kinds
            .into_iter()
            .flat_map(|(kind, count, letter)| (0..count).map(move |n| (kind, n, letter)))
            .map(|(kind, number, letter)| publisher(kind, number, letter))
            .collect();
        for (at, publisher) in publishers.iter().enumerate() {
            let (publisher, ledger) = (publisher.clone(), Arc::clone(&ledger));
            let base = origin.url("");
            let mut dice = Dice::new(seed + at as u64);
            origin.script(&format!("/{}", publisher.id), move |request, _| {
                answer(&publisher, &base, &ledger, &mut dice, request)
            });
        }
        let whole: String = (0..9)
            .map(|n| format!("<p>{n}. The whole article says a great deal more than its feed, and at length, about weirs and millers.</p>"))
            .collect();
        origin.script("/article", move |request, _| {
            let name = request.target.split('?').nth(1).unwrap_or_default();
            let html = format!(
                "<!doctype html><html lang=en><title>About {name}</title><article><h1>About {name}</h1><p>{}</p>{whole}</article></html>",
                said(name)
            );
            Reply::ok("text/html; charset=utf-8", html)
        });
        origin.serve("/gone", Reply::status(410, "Gone"));
        World {
            origin,
            publishers,
            ledger,
        }
    }

    /// `[[source]]` sections for all of it.
    pub fn sections(&self) -> String {
        let section = |publisher: &Publisher| {
            let url = self.origin.url(&format!("/{}", publisher.id));
            match publisher.kind {
                Kind::Feed if publisher.number < FULL => {
                    source(&publisher.id, &url) + "full_text = true\n"
                }
                Kind::Feed => source(&publisher.id, &url),
                Kind::Page => {
                    source(&publisher.id, &url).replace("url =", "page =") + "item = \"article\"\n"
                }
                Kind::Sitemap => source(&publisher.id, &url).replace("url =", "sitemap ="),
            }
        };
        self.publishers.iter().map(section).collect()
    }

    /// Raw ids of the entries that a version of a source shows, with the text of the one that is edited every time.
    pub fn shown(&self, id: &str, version: usize) -> (Vec<String>, Option<String>) {
        let publisher = self.publishers.iter().find(|known| known.id == id);
        let publisher = publisher.expect("a source of this world");
        let ids = names(publisher, version).into_iter().map(|name| {
            if publisher.kind == Kind::Feed {
                name
            } else {
                self.origin.url(&format!("/news/{name}"))
            }
        });
        let edited = (publisher.kind == Kind::Feed).then(|| edition(version));
        (ids.collect(), edited)
    }

    /// From now on a source may only be asked with this validator or a later one.
    pub fn holds(&self, id: &str, version: usize) {
        let mut ledger = lock(&self.ledger);
        let account = ledger.accounts.entry(id.to_owned()).or_default();
        assert!(account.held <= Some(version), "{id} went back");
        account.held = Some(version);
    }

    /// Asks for less than were held, and other things no publisher should see.
    pub fn faults(&self) -> Vec<String> {
        lock(&self.ledger).faults.clone()
    }

    /// How often anything was asked for, pages of articles aside.
    pub fn asked(&self) -> usize {
        lock(&self.ledger)
            .accounts
            .values()
            .map(|account| account.asked)
            .sum()
    }

    /// How often each source was asked for.
    pub fn asked_of_each(&self) -> BTreeMap<String, usize> {
        let ledger = lock(&self.ledger);
        let each = ledger.accounts.iter();
        each.map(|(id, account)| (id.clone(), account.asked))
            .collect()
    }

    /// Ends all change, and says at which version each source stays.
    pub fn rest(&self) -> BTreeMap<String, usize> {
        let mut ledger = lock(&self.ledger);
        ledger.at_rest = true;
        let last = ledger.accounts.iter();
        last.map(|(id, account)| (id.clone(), account.version))
            .collect()
    }
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The version a validator of this world is of.
pub fn version_of(etag: &str) -> usize {
    let number = etag.trim_matches('"').trim_start_matches("version-");
    number.parse().expect("a validator of this world")
}

fn edition(version: usize) -> String {
    format!("As of version {version}.")
}

fn said(name: &str) -> String {
    format!("What there is to say of {name}.")
}

/// Names of what a version shows, the newest first. The first two feeds share every third of theirs.
fn names(publisher: &Publisher, version: usize) -> Vec<String> {
    let name = |k: usize| match publisher {
        Publisher {
            kind: Kind::Feed,
            number: 0 | 1,
            ..
        } if k.is_multiple_of(3) => format!("shared-{k}"),
        _ => format!("{}-{k}", publisher.id),
    };
    (version.saturating_sub(SHOWN)..version + 3)
        .rev()
        .map(name)
        .collect()
}

/// One answer. Most questions find the source changed; some answers take a moment.
fn answer(
    publisher: &Publisher,
    base: &str,
    ledger: &Mutex<Ledger>,
    dice: &mut Dice,
    request: &Request,
) -> Reply {
    let mut ledger = lock(ledger);
    let at_rest = ledger.at_rest;
    let account = ledger.accounts.entry(publisher.id.clone()).or_default();
    account.asked += 1;
    if !at_rest && dice.below(4) > 0 {
        account.version += 1;
    }
    let (version, held) = (account.version, account.held);
    let with = request.header("If-None-Match").map(version_of);
    if with < held {
        let fault = format!(
            "{} was asked with {with:?}, and {held:?} was held",
            publisher.id
        );
        ledger.faults.push(fault);
    }
    drop(ledger);
    let pause = Duration::from_millis(dice.below(25) as u64);
    document(publisher, base, version)
        .header("ETag", &format!("\"version-{version}\""))
        .conditional()
        .hang(pause)
}

fn document(publisher: &Publisher, base: &str, version: usize) -> Reply {
    let names = names(publisher, version);
    match publisher.kind {
        Kind::Feed => {
            let item = |name: &str, text: &str, page: &str| {
                let (item, page) = (item_saying(name, text), format!("{base}{page}?{name}"));
                match publisher.number < FULL {
                    true => item.replace(&format!("https://paper.example/{name}"), &page),
                    false => item,
                }
            };
            let lasting = names.iter().map(|name| item(name, &said(name), "/article"));
            let mut items: Vec<String> = lasting.collect();
            // Its page is not to be had: what it says is what its feed says.
            let edited = format!("{}-edited", publisher.id);
            items.push(item(&edited, &edition(version), "/gone"));
            Reply::ok("application/rss+xml", rss(&items))
        }
        Kind::Page => {
            let rows: String = names
                .iter()
                .map(|name| format!("<article><h2><a href='/news/{name}'>What the desk says about {name}</a></h2><time datetime=2025-11-09>9 Nov</time></article>"))
                .collect();
            let html = format!("<!doctype html><html lang=en><title>The Desk</title>{rows}</html>");
            Reply::ok("text/html; charset=utf-8", html)
        }
        Kind::Sitemap => {
            let rows: String = names
                .iter()
                .map(|name| {
                    format!("<url><loc>{base}/news/{name}</loc><lastmod>2025-11-09</lastmod></url>")
                })
                .collect();
            let xml = format!(
                "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{rows}</urlset>"
            );
            Reply::ok("application/xml", xml)
        }
    }
}
