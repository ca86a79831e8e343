//! Sitemaps → entries (sitemaps.org 0.9, with Google's news, image and video extensions), and indexes of sitemaps.
//!
//! A sitemap is a list of addresses for machines, and most say no more of an article than where it is. What is missing is not fetched: a headline is made
//! from the address, and told to be.

mod slug;
mod urls;
mod xml;

use url::Url;

use self::xml::{Listed, Sitemap};
use super::entry::{Part, Reading};
use super::growth::Growth;
use super::visit::Unreadable;
use crate::date::Hints;
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
    let mut found = xml::read(text)?;
    let mut parts = Vec::new();
    for part in std::mem::take(&mut found.parts) {
        match link::resolve(&part.address, url) {
            Some(address) => parts.push(Part {
                url: address.into(),
                lastmod: part.lastmod,
            }),
            None => found.strange += 1,
        }
    }
    let mut reading = urls::entries(found, url, dates, Growth::of(text));
    reading.channel.parts = parts;
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
    let mut found = Sitemap::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match link::resolve(line, None) {
            Some(_) => found.list(Listed::at(line)),
            None => found.strange += 1,
        }
    }
    if found.urls.is_empty() {
        return Err(Unreadable::NotASitemap);
    }
    Ok(urls::entries(found, url, dates, Growth::of(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(reading: &Reading) -> Vec<String> {
        let odd = reading.oddities.iter();
        odd.map(|odd| format!("{}: {}", odd.code, odd.message))
            .collect()
    }

    #[test]
    fn lines_that_are_not_read_are_counted() {
        let lines: String = (0..50_100)
            .map(|at| format!("https://p.example/story-{at}\n"))
            .collect();
        let text = format!("{lines}no address\n");
        let reading = read_addresses(&text, None, Hints::default()).unwrap();
        assert_eq!(reading.entries.len(), 5_000);
        assert_eq!(
            told(&reading),
            [
                "too-many-entries: 100 addresses are more than are read of one document",
                "not-an-address: 1 addresses or lines cannot be used and were passed over",
                "title-from-address: 50000 entries have no headline; theirs is made from the address",
                "too-many-entries: 45000 entries are older than the newest that were taken",
            ]
        );
    }

    #[test]
    fn f42_sitemaps_are_read_however_they_are_written_and_mends_are_told() {
        let text = "<urlset><url><loc>https://p.example/a-b?x=1&y=2</loc><news:news><news:title>1 < 2 &eacute;</news:title></news:news>\
                    <image:image a=b><image:loc>/p.png</image:loc></image:image></url><url><loc><![CDATA[https://p.example/c-d]]></urlset>";
        let reading = read_sitemap(text, None, Hints::default()).unwrap();
        let titles = reading.entries.iter().map(|entry| entry.title.as_deref());
        assert_eq!(titles.collect::<Vec<_>>(), [Some("1 < 2 é")]);
        let first = reading.entries.first().unwrap();
        assert_eq!(first.url.as_deref(), Some("https://p.example/a-b?x=1&y=2"));
        assert_eq!(first.image.as_deref(), Some("https://p.example/p.png"));
        let codes: Vec<_> = reading.oddities.iter().map(|odd| odd.code).collect();
        assert!(
            codes.contains(&"bare-ampersand") && codes.contains(&"entry-without-identity"),
            "{codes:?}"
        );
        let cut = read_sitemap(
            "<urlset><url><loc>https://p.example/a",
            None,
            Hints::default(),
        );
        assert!(matches!(cut, Err(Unreadable::Broken(_))));
    }
}
