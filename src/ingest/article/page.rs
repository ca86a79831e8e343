//! A web page on disk → an entry: what it says of itself, and its main content.

use super::Setting;
use crate::date::{self, Hints, Precision};
use crate::html::{self, Page};
use crate::ingest::{Channel, Dated, Entry, Kind, Oddity, Person, Reading, Relation};
use crate::link;

/// Reads an article page. Does not fetch anything it refers to.
pub fn read_page(markup: &str, setting: &Setting<'_>) -> Reading {
    let page = html::page(markup, setting.url);
    let mut oddities = Vec::new();
    if page.is_flat {
        let levels = html::MAX_DEPTH;
        let message = format!("too large, or nested more than {levels} levels; read as plain text");
        oddities.push(Oddity::new("html-too-deep", "document", message));
    }
    let hints = hints(&page, setting);
    let published = dated(&page.published, "published", &hints, &mut oddities).or_else(|| {
        let stamp = date::in_address(setting.url?.path(), &hints)?;
        Some(Dated {
            stamp,
            from: "address",
        })
    });
    let updated = dated(&page.updated, "updated", &hints, &mut oddities);
    if published.is_none()
        && !oddities
            .iter()
            .any(|oddity| oddity.code == "date-unreadable")
    {
        oddities.push(Oddity::new(
            "no-date",
            "entries[0].published",
            "the page gives no date",
        ));
    }
    let canonical = page
        .canonical
        .clone()
        .filter(|address| link::resolve(address, None).is_some_and(|url| !link::is_front(&url)));
    let here = setting.url.map(ToString::to_string);
    let entry = Entry {
        id: setting.name.to_string(),
        title: page.title.clone(),
        url: here.clone().or(canonical.clone()),
        base: here.or(canonical.clone()),
        canonical,
        authors: page.authors.iter().map(Person::named).collect(),
        language: page.language.clone(),
        published,
        updated,
        summary: page
            .description
            .as_ref()
            .map(|text| format!("<p>{}</p>", html::escape(text))),
        image: page.image.clone(),
        relations: relations(&page),
        content: Some(page.content),
        ..Entry::default()
    };
    let channel = Channel {
        title: page.site_name.or(entry.title.clone()),
        link: entry.url.clone(),
        language: page.language,
        ..Channel::default()
    };
    Reading {
        kind: Kind::Html,
        channel,
        entries: vec![entry],
        oddities,
    }
}

/// What the page says that helps to read its dates: its language, and the order of day and month where one of them proves it (T3, T8).
fn hints<'a>(page: &'a Page, setting: &Setting<'a>) -> Hints<'a> {
    let told = page.published.iter().chain(&page.updated);
    let proof = date::day_first(told.map(|(text, _)| text.as_str()));
    Hints {
        // What language its numbers are in, a page knows better than whoever found it.
        language: page.language.as_deref().or(setting.dates.language),
        day_first: setting.dates.day_first.or(proof),
        ..setting.dates
    }
}

/// The first of the texts that is a date (T11: they come surest first). What the page states outright and is no date is
/// told; a line of the text that is none was only a guess.
fn dated(
    said: &[(String, &'static str)],
    field: &str,
    hints: &Hints<'_>,
    oddities: &mut Vec<Oddity>,
) -> Option<Dated> {
    let read = |(text, from): &(String, &'static str)| {
        let line = || date::byline(text, hints)?.published;
        let stamp = date::parse(text, hints).or_else(line)?;
        // A year alone in some line is the year of something.
        let guess = !matches!(*from, "json-ld" | "meta") && stamp.precision < Precision::Day;
        if guess {
            return None;
        }
        Some(Dated { stamp, from })
    };
    let found = said.iter().find_map(read);
    let stated = said
        .iter()
        .find(|(_, from)| matches!(*from, "json-ld" | "meta"));
    if let (None, Some((text, _))) = (&found, stated) {
        oddities.push(Oddity::new(
            "date-unreadable",
            format!("entries[0].{field}"),
            format!("{text:?} is not a date headwater can read"),
        ));
    }
    found
}

/// What structured data declares the page to stand on.
fn relations(page: &Page) -> Vec<Relation> {
    let based = page.is_based_on.iter().map(|url| ("isBasedOn", url));
    let cited = page.citations.iter().map(|url| ("citation", url));
    based
        .chain(cited)
        .map(|(rel, url)| Relation {
            rel: rel.into(),
            url: url.clone(),
            title: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str, address: &str) -> Reading {
        let url = url::Url::parse(address).ok();
        let setting = Setting {
            name: "page",
            url: url.as_ref(),
            dates: Hints::default(),
        };
        let page = format!(
            "<html {head}</head><body><article><h1>Ferry</h1><p>It sails.</p></article></body></html>"
        );
        read_page(&page, &setting)
    }

    fn published(head: &str, address: &str) -> Option<(String, &'static str)> {
        let dated = read(head, address).entries.into_iter().next()?.published?;
        Some((date::rfc3339(dated.said()), dated.from))
    }

    #[test]
    fn t11_the_address_dates_a_page_that_gives_no_date() {
        let address = "https://paper.example/2025/11/09/ferry";
        let day = Some(("2025-11-09T00:00:00Z".to_string(), "address"));
        assert_eq!(published("><head>", address), day);
        let meta = "><head><meta property='article:published_time' content='2025-11-08T10:00:00Z'>";
        let said = Some(("2025-11-08T10:00:00Z".to_string(), "meta"));
        assert_eq!(published(meta, address), said);
        assert_eq!(published("><head>", "https://paper.example/ferry"), None);
    }

    #[test]
    fn t8_the_language_of_a_page_orders_its_dates_and_proof_outweighs_it() {
        let head = |language: &str, updated: &str| {
            format!(
                "lang='{language}'><head><meta name='date' content='02/03/2025'>\
                 <meta property='article:modified_time' content='{updated}'>"
            )
        };
        let day = |language: &str, updated: &str| {
            published(&head(language, updated), "https://paper.example/ferry").map(|(said, _)| said)
        };
        assert_eq!(day("fr", "").as_deref(), Some("2025-03-02T00:00:00Z"));
        assert_eq!(day("en", ""), None);
        assert_eq!(
            day("fr", "03/25/2025").as_deref(),
            Some("2025-02-03T00:00:00Z")
        );
    }
}
