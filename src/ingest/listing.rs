//! A page without a feed → entries: what the page lists, under the addresses of the articles.

use url::Url;

use super::entry::{Channel, Dated, Entry, Kind, Oddity, Reading};
use super::visit::Unreadable;
use crate::date::{self, Hints, Precision};
use crate::html::{self, Listed, Unlisted};
use crate::link;
use crate::source::Pick;

/// Unreadable dates told about one page: the first few say it all.
const TOLD: usize = 20;

/// Reads a page as a list of articles. An entry is known by its address (F45), dated by what the page shows, and by when it was first seen where the
/// page shows nothing that is a date (T11). Does not open the articles.
///
/// # Errors
/// A page that lists nothing, with what to do about it: never an empty list.
pub fn read_listing(
    markup: &str,
    url: &Url,
    pick: &Pick,
    dates: Hints<'_>,
) -> Result<Reading, Unreadable> {
    let listing = html::listing(markup, url, pick).map_err(|why| match why {
        Unlisted::NoMatch(key, selector) => Unreadable::NoMatch { key, selector },
        Unlisted::NothingRepeats => Unreadable::NothingListed,
        Unlisted::TooDeep => Unreadable::TooLargeToList,
    })?;
    let samples: Vec<&str> = listing
        .items
        .iter()
        .flat_map(|item| item.dates.iter().map(String::as_str))
        .collect();
    let hints = Hints {
        language: listing.language.as_deref(),
        day_first: dates
            .day_first
            .or_else(|| date::day_first(samples.iter().copied())),
        ..dates
    };
    let mut oddities = Vec::new();
    let mut entries = Vec::new();
    for item in &listing.items {
        let published = item.dates.iter().find_map(|text| dated(text, &hints));
        if let (None, Some(_), Some(text)) = (&published, &pick.date, item.dates.first())
            && oddities.len() < TOLD
        {
            let message = format!("{text:?} is not a date headwater can read");
            let at = format!("entries[{}].published", entries.len());
            oddities.push(Oddity::new("date-unreadable", at, message));
        }
        entries.push(entry(item, published, url, &listing.language));
    }
    if listing.without_link > 0 {
        let message = format!(
            "`item` matches {} elements without a link in them; they were passed over",
            listing.without_link
        );
        oddities.push(Oddity::new("item-without-link", "document", message));
    }
    if listing.cut {
        let message = format!("the first {} items were taken", html::MAX_LISTED);
        oddities.push(Oddity::new("too-many-entries", "document", message));
    }
    Ok(Reading {
        kind: Kind::Html,
        channel: Channel {
            title: listing.title,
            link: Some(link::publishable(url).into()),
            language: listing.language,
            hubs: listing.hubs,
            self_url: listing.self_url,
            ..Channel::default()
        },
        entries,
        oddities,
    })
}

fn entry(item: &Listed, published: Option<Dated>, page: &Url, language: &Option<String>) -> Entry {
    Entry {
        id: item.url.clone(),
        title: item.title.clone(),
        url: Some(item.url.clone()),
        base: Some(link::publishable(page).into()),
        language: language.clone(),
        published,
        summary: item
            .summary
            .as_ref()
            .map(|text| format!("<p>{}</p>", html::escape(text))),
        image: item.image.clone(),
        ..Entry::default()
    }
}

/// A text of a list as a date, if it says a day at least: a bare year is a number more often than not.
fn dated(text: &str, hints: &Hints<'_>) -> Option<Dated> {
    let stamp = date::parse(text, hints).or_else(|| date::byline(text, hints)?.published)?;
    (stamp.precision >= Precision::Day).then_some(Dated {
        stamp,
        from: "list",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(markup: &str, pick: &Pick) -> Result<Reading, Unreadable> {
        let url = Url::parse("https://gov.example/press/").unwrap();
        read_listing(markup, &url, pick, Hints::default())
    }

    #[test]
    fn a_page_becomes_entries_under_their_addresses() {
        let rows: String = [("03/02/2025", "One"), ("25/02/2025", "Two"), ("04/03/2025", "Three")]
            .iter()
            .map(|(day, name)| {
                format!("<tr><td>{day}</td><td><a href='../docs/{name}.pdf?utm_source=x#top'>Ministry tells the valley of rule {name}</a></td></tr>")
            })
            .collect();
        let page = format!("<html lang=en><title>Press</title><table>{rows}</table>");
        let reading = read(&page, &Pick::default()).unwrap();
        assert_eq!(reading.channel.title.as_deref(), Some("Press"));
        let entry = &reading.entries[0];
        assert_eq!(entry.id, "https://gov.example/docs/One.pdf");
        assert_eq!(entry.url.as_deref(), Some(entry.id.as_str()));
        // T8: the second row proves that days come first.
        let days: Vec<String> = reading
            .entries
            .iter()
            .map(|e| date::rfc3339(e.published.unwrap().said()))
            .collect();
        assert_eq!(
            days,
            [
                "2025-02-03T00:00:00Z",
                "2025-02-25T00:00:00Z",
                "2025-03-04T00:00:00Z"
            ]
        );
    }

    #[test]
    fn f27_a_page_that_lists_nothing_is_never_an_empty_list() {
        assert_eq!(
            read("<p>Please log in</p>", &Pick::default()),
            Err(Unreadable::NothingListed)
        );
        let pick = Pick {
            item: Some("article".into()),
            ..Pick::default()
        };
        let error = read("<p>Please log in</p>", &pick).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`item = \"article\"` matches nothing on the page; has its layout changed?"
        );
        let deep = "<div>".repeat(400);
        assert_eq!(read(&deep, &pick), Err(Unreadable::TooLargeToList));
    }

    #[test]
    fn dates_that_cannot_be_read_are_told_where_the_operator_pointed_at_them() {
        let pick = Pick {
            item: Some("li".into()),
            date: Some("i".into()),
            ..Pick::default()
        };
        let reading = read(
            "<ul><li><a href=/a>A</a><i>someday</i><li><a href=/b>B</a><li>none</ul>",
            &pick,
        )
        .unwrap();
        assert_eq!(reading.entries.len(), 2);
        let codes: Vec<&str> = reading.oddities.iter().map(|oddity| oddity.code).collect();
        assert_eq!(codes, ["date-unreadable", "item-without-link"]);
    }
}
