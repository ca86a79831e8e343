//! `headwater add`: finds what can be listened to behind an address, shows it, and puts it into feeds.toml.

use std::path::Path;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use url::Url;

use super::ended::Ended;
use super::open::{Everywhere, configuration, runtime};
use super::out;
use crate::config::{self, Addition, Config, EditError};
use crate::date;
use crate::ingest::fetch::Web;
use crate::ingest::{self, Entry, Failure, Offer, Reading, Way};
use crate::source::without_userinfo;

/// Entries of the chosen one that are shown: enough to see that it is the right one.
const SHOWN: usize = 5;
/// Offers that are asked in turn until one is what the page says it is. Each is a request.
const TRIED: usize = 3;

#[derive(Args)]
pub(super) struct Options {
    /// A feed, a sitemap, or a page; https:// may be left out
    #[arg(value_name = "URL")]
    address: String,
    /// What to call the source; without it, something made of what it calls itself
    #[arg(long)]
    id: Option<String>,
    /// A tag for it; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Take the Nth of what was found; the first without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pick: Option<u16>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print machine-readable JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape {
    added: bool,
    found: Vec<OfferShape>,
    source: SourceShape,
    latest: Vec<EntryShape>,
}

#[derive(Serialize)]
struct OfferShape {
    pick: usize,
    key: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    found_by: &'static str,
}

#[derive(Serialize)]
struct SourceShape {
    id: String,
    key: &'static str,
    address: String,
    tags: Vec<String>,
}

#[derive(Serialize)]
struct EntryShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
}

/// Everything that was found, and what was chosen of it.
struct Found {
    offers: Vec<Offer>,
    chosen: usize,
    reading: Reading,
}

/// Exit code 1 when nothing was found, or nothing that was asked for; 2 when the file or the options are wrong.
pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let config = configuration(everywhere)?;
    let address = address(&options.address)?;
    let found = runtime()?.block_on(find(&config, &address, options, Utc::now()))?;
    let Some(offer) = found.offers.get(found.chosen) else {
        return Err(nothing(&without_userinfo(&address)));
    };
    let title = found
        .reading
        .channel
        .title
        .as_deref()
        .or(offer.title.as_deref());
    let addition = Addition {
        id: options
            .id
            .clone()
            .unwrap_or_else(|| config::free_id(&config, title, &offer.url)),
        key: offer.way.key(),
        address: offer.url.clone(),
        tags: options.tags.clone(),
    };
    let section = config::append(&config, &addition, options.dry_run).map_err(refused)?;
    if options.json {
        return out::emit_json(&shape(&found, &addition, !options.dry_run));
    }
    if everywhere.quiet {
        return Ok(Ended::Done);
    }
    let file = config.path.display();
    let done = if options.dry_run {
        format!("\nnothing was written; this would be added to {file}:\n\n{section}")
    } else {
        format!("\nadded to {file}:\n\n{section}")
    };
    out::emit(&format!(
        "{}{}",
        in_words(&found, &without_userinfo(&address)),
        out::tame(&done)
    ))
}

fn refused(error: EditError) -> Ended {
    match error {
        // An id or a tag that will not do came from the command line.
        EditError::Faulty(_) => Ended::Wrong(error.to_string()),
        _ => Ended::Error(error.to_string()),
    }
}

/// Takes what people paste: an address with or without its `https://`, and the `feed:` of old subscribe buttons.
fn address(written: &str) -> Result<Url, Ended> {
    let written = written.trim();
    let plain = match written.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("feed") => {
            rest.trim_start_matches("//")
        }
        _ => written,
    };
    if plain.contains("://") {
        return web(plain);
    }
    let looks_like_a_file = plain.starts_with(['.', '~'])
        || plain.starts_with('/') && !plain.starts_with("//")
        || !plain.is_empty() && Path::new(plain).exists();
    if looks_like_a_file {
        return Err(Ended::Wrong(format!(
            "{} is a file or folder; those are written into feeds.toml as files = \"…\", and a site of that name is added with https:// before it",
            out::tame(plain)
        )));
    }
    let is_port = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    if plain
        .split_once(':')
        .is_some_and(|(host, rest)| !host.starts_with('[') && !is_port(rest))
    {
        return Err(no_address());
    }
    web(&format!("https://{}", plain.trim_start_matches('/')))
}

fn web(whole: &str) -> Result<Url, Ended> {
    let url = Url::parse(whole).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(no_address)
}

fn no_address() -> Ended {
    Ended::Wrong(
        "this is no address on the web: one begins with https:// or http://; files are written into feeds.toml as files = \"…\"".into(),
    )
}

/// Why an address could not be asked. That https was our idea may be the reason.
fn unasked(address: &Url, written: &str, failure: &Failure) -> Ended {
    let is_silent = matches!(
        failure,
        Failure::Connect(_) | Failure::Timeout(_) | Failure::Protocol(_) | Failure::Cut(_)
    );
    let hint = if is_silent && !written.contains("://") {
        " (https:// was put before it; write http:// where that is meant)"
    } else {
        ""
    };
    Ended::Error(format!("{}: {failure}{hint}", without_userinfo(address)))
}

async fn find(
    config: &Config,
    address: &Url,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<Found, Ended> {
    let web = Web::new(1);
    let offers = ingest::discover(address, &config.manners, &web, now)
        .await
        .map_err(|failure| unasked(address, &options.address, &failure))?;
    let (offers, mut readings): (Vec<_>, Vec<_>) = offers.into_iter().unzip();
    let wanted = options.pick.map(|pick| usize::from(pick) - 1);
    if offers.is_empty() {
        return Err(nothing(&without_userinfo(address)));
    }
    if let Some(pick) = wanted.filter(|pick| *pick >= offers.len()) {
        let message = format!(
            "there is no {} to pick:\n{}",
            pick + 1,
            listed(&offers, None)
        );
        return Err(Ended::Wrong(message));
    }
    if wanted.is_none() && offers.iter().all(|offer| offer.way == Way::Page) {
        return Err(only_a_page(
            &without_userinfo(address),
            readings.first().and_then(Option::as_ref),
        ));
    }
    let mut failures = Vec::new();
    let tried = match wanted {
        Some(pick) => pick..pick + 1,
        None => 0..offers.len().min(TRIED),
    };
    for chosen in tried {
        let known = readings.get_mut(chosen).and_then(Option::take);
        let Some(offer) = offers.get(chosen) else {
            break;
        };
        let reading = match known {
            Some(reading) => Ok(reading),
            None => ingest::look(&offer.url, offer.way, &config.manners, &web, now).await,
        };
        match reading {
            Ok(reading) => {
                return Ok(Found {
                    offers,
                    chosen,
                    reading,
                });
            }
            Err(failure) => failures.push(format!("{}: {failure}", without_userinfo(&offer.url))),
        }
    }
    let message = format!(
        "{}\nwhat was found cannot be read:\n  {}",
        without_userinfo(address),
        failures.join("\n  ")
    );
    Err(Ended::Error(out::tame(&message)))
}

fn nothing(address: &Url) -> Ended {
    Ended::Error(format!(
        "no feed was found behind {address}, and no list of articles on the page; with selectors it may still be read: page = \"{address}\" with `item` and `link`"
    ))
}

fn only_a_page(address: &Url, listed: Option<&Reading>) -> Ended {
    let entries = listed.map_or(&[][..], |reading| reading.entries.as_slice());
    let message = format!(
        "no feed was found behind {address}; but the page itself lists {} articles:\n{}\nto listen to the page (page = \"{address}\"): headwater add {address} --pick 1",
        entries.len(),
        latest(entries)
    );
    Ended::Error(out::tame(&message))
}

/// What was found, numbered for `--pick`; `chosen` is marked.
fn listed(offers: &[Offer], chosen: Option<usize>) -> String {
    let mut text = String::new();
    for (at, offer) in offers.iter().enumerate() {
        let mark = if Some(at) == chosen { '*' } else { ' ' };
        let title = offer.title.as_deref().unwrap_or("(no title)");
        let shown = without_userinfo(&offer.url);
        text.push_str(&format!("{mark} {:>2}. {}  {title}\n", at + 1, shown));
    }
    out::tame(&text)
}

fn in_words(found: &Found, address: &Url) -> String {
    let mut text = listed(&found.offers, Some(found.chosen));
    if found.offers.len() > 1 {
        text.push_str(&format!("another one: headwater add {address} --pick N\n"));
    }
    let entries = &found.reading.entries;
    text.push_str(&format!(
        "\n{}, {} entries; the latest:\n{}",
        found.reading.kind.as_str(),
        entries.len(),
        latest(entries)
    ));
    if !found.reading.channel.parts.is_empty() {
        text.push_str("an index of sitemaps: the newest of them are read at every visit\n");
    }
    out::tame(&text)
}

/// The newest by their own dates; those without one in the order of the document, after them.
fn newest(entries: &[Entry]) -> Vec<&Entry> {
    let mut newest: Vec<&Entry> = entries.iter().collect();
    newest.sort_by_key(|entry| std::cmp::Reverse(at(entry)));
    newest.truncate(SHOWN);
    newest
}

fn at(entry: &Entry) -> Option<DateTime<Utc>> {
    entry.published.or(entry.updated).map(|dated| dated.said())
}

fn latest(entries: &[Entry]) -> String {
    let line = |entry: &&Entry| {
        let date = at(entry).map_or_else(|| "no date".into(), date::rfc3339);
        let title = entry
            .title
            .as_deref()
            .or(entry.url.as_deref())
            .unwrap_or("(no title)");
        format!("  {date:<20}  {title}\n")
    };
    newest(entries).iter().map(line).collect()
}

fn shape(found: &Found, addition: &Addition, added: bool) -> Shape {
    let shown = |url: &Url| without_userinfo(url).to_string();
    let offer = |(at, offer): (usize, &Offer)| OfferShape {
        pick: at + 1,
        key: offer.way.key(),
        url: shown(&offer.url),
        title: offer.title.clone(),
        found_by: offer.how,
    };
    let entry = |entry: &Entry| EntryShape {
        title: entry.title.clone(),
        url: entry.url.clone(),
        published: at(entry).map(date::rfc3339),
    };
    Shape {
        added,
        found: found.offers.iter().enumerate().map(offer).collect(),
        source: SourceShape {
            id: addition.id.clone(),
            key: addition.key,
            address: shown(&addition.address),
            tags: addition.tags.clone(),
        },
        latest: newest(&found.reading.entries)
            .into_iter()
            .map(entry)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_what_people_paste_is_an_address_or_told_to_be_none() {
        for (written, meant) in [
            ("paper.example", "https://paper.example/"),
            (" paper.example/feed ", "https://paper.example/feed"),
            ("//paper.example/feed", "https://paper.example/feed"),
            ("paper.example:8080/feed", "https://paper.example:8080/feed"),
            ("[::1]:80/feed", "https://[::1]:80/feed"),
            ("HTTP://paper.example", "http://paper.example/"),
            ("feed://paper.example/rss", "https://paper.example/rss"),
            ("feed:http://paper.example/rss", "http://paper.example/rss"),
        ] {
            let address = address(written).ok();
            assert_eq!(address.as_ref().map(Url::as_str), Some(meant), "{written}");
        }
        for file in ["/etc/hosts", "./a.xml", "../a.xml", "~/a.xml", "Cargo.toml"] {
            assert!(
                matches!(address(file), Err(Ended::Wrong(told)) if told.contains("files = ")),
                "{file}"
            );
        }
        for none in [
            "",
            " ",
            "mailto:a@b.example",
            "javascript:alert(1)",
            "ftp://a.example/",
            "a b",
            "http://[::1",
        ] {
            assert!(matches!(address(none), Err(Ended::Wrong(_))), "{none}");
        }
    }
}
