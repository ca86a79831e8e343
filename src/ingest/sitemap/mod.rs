//! Sitemaps → entries (sitemaps.org 0.9, with Google's news, image and video extensions), and indexes of sitemaps.
//!
//! A sitemap is a list of addresses for machines, and most say no more of an article than where it is. What is missing is not fetched: a headline is made
//! from the address, and told to be.

mod slug;
mod urls;
mod xml;

use url::Url;

use super::entry::{Channel, Entry, Kind, Oddity, Part, Reading};
use super::visit::Unreadable;
use crate::date::Hints;
use crate::ingest::feed::MAX_ENTRIES;
use crate::link;

pub use urls::newest;

/// Reads `<urlset>` or `<sitemapindex>`. An index gives no entries; its sitemaps are `parts` of the channel.
///
/// # Errors
/// A document that stops in the middle (F27), or of another kind.
pub fn read_sitemap(
    text: &str,
    url: Option<&Url>,
    dates: Hints<'_>,
) -> Result<Reading, Unreadable> {
    let read = xml::read(text)?;
    let mut reading = empty();
    reading.channel.parts = read
        .parts
        .iter()
        .filter_map(|part| {
            Some(Part {
                url: link::resolve(&part.address, url)?.into(),
                lastmod: part.lastmod.clone(),
            })
        })
        .collect();
    reading.oddities = read.oddities;
    urls::entries(read.urls, url, dates, &mut reading);
    Ok(reading)
}

/// Reads a sitemap that is plain text: an address a line.
///
/// # Errors
/// A text that has no address in it.
pub fn read_addresses(
    text: &str,
    url: Option<&Url>,
    dates: Hints<'_>,
) -> Result<Reading, Unreadable> {
    let mut strange = 0;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if link::resolve(line, None).is_none() {
            strange += 1;
        } else if found.len() < MAX_ENTRIES {
            found.push(xml::Listed::at(line));
        }
    }
    if found.is_empty() {
        return Err(Unreadable::NotASitemap);
    }
    let mut reading = empty();
    if strange > 0 {
        let message = format!("{strange} lines are no addresses and were passed over");
        reading
            .oddities
            .push(Oddity::new("not-an-address", "document", message));
    }
    urls::entries(found, url, dates, &mut reading);
    Ok(reading)
}

fn empty() -> Reading {
    Reading {
        kind: Kind::Sitemap,
        channel: Channel::default(),
        entries: Vec::<Entry>::new(),
        oddities: Vec::new(),
    }
}
