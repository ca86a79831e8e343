//! Sources that are read in full: what publishers are asked for, and what readers get.

mod asking;
mod choosing;
mod publishing;

use std::sync::mpsc;

use serde_json::Value;

use crate::newsroom::{ALL, Newsroom, rss};
use crate::origin::{Origin, Reply};

/// What feeds say of an article: its beginning.
const LEAD: &str =
    "The board of the river met on Monday and raised the dam by two metres, it said in a letter.";

/// What only its page says.
const REST: &str =
    "Farmers below the weir had asked for more water since spring, and millers for less.";

fn article(title: &str, more: &str) -> String {
    let rest: String = (1..9)
        .map(|n| format!("<p>{n}. {REST} {more}</p>"))
        .collect();
    format!(
        "<!doctype html><html lang=en><head><title>{title}</title><meta name=author content='Ana Bo'></head>\
         <body><nav><a href=/>Home</a></nav><article><h1>{title}</h1><p>{LEAD}</p>{rest}</article><footer>Imprint</footer></body></html>"
    )
}

fn html(body: &str) -> Reply {
    Reply::ok("text/html; charset=utf-8", body)
}

fn item(id: &str, url: &str, text: &str) -> String {
    format!(
        "<item><title>About {id}</title><link>{url}</link><guid isPermaLink=\"false\">{id}</guid>\
         <pubDate>Sun, 09 Nov 2025 16:10:00 GMT</pubDate><description>{text}</description></item>"
    )
}

/// A feed at `/f` of articles at `/NAME`, each by its lead.
fn serve_feed(origin: &Origin, names: &[&str]) {
    let items: Vec<String> = names
        .iter()
        .map(|name| item(name, &origin.url(&format!("/{name}")), LEAD))
        .collect();
    origin.serve("/f", Reply::ok("application/rss+xml", rss(&items)));
}

/// A newsroom that reads that feed in full.
fn newsroom(origin: &Origin) -> Newsroom {
    let source = format!(
        "[[source]]\nid = \"paper\"\nurl = \"{}\"\nfull_text = true\n",
        origin.url("/f")
    );
    Newsroom::with(&format!("{source}{ALL}"))
}

/// The page of `a`, which hangs until what is returned is spoken into or dropped.
fn hold_page(origin: &Origin) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    origin.script("/a", move |_, nth| {
        if nth == 0 {
            let _ = held.recv();
        }
        html(&article("About a", "x"))
    });
    release
}

/// How it stands with the pages of the source.
fn pages(newsroom: &Newsroom) -> Value {
    newsroom.status("paper")["full_text"].clone()
}

/// What became of the page of an article, as `explain` tells it.
#[track_caller]
fn explained(newsroom: &Newsroom, url: &str) -> Value {
    let told = newsroom.run(&["explain", url, "--json"]).ended(0).json();
    told["stories"][0]["full_text"][0].clone()
}

/// Lets pages wait no longer, as if hours had passed.
fn let_pages_be_due(newsroom: &Newsroom) {
    let moved = "UPDATE pages SET due = 0, leased_until = 0 WHERE due IS NOT NULL";
    newsroom.store().execute(moved, []).expect("moved");
}
