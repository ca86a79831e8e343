//! Dates of whole documents: what the clear ones and the language say of the others.

use super::*;
use crate::date::{Precision, rfc3339};

fn dated(head: &str, dates: &[&str]) -> Vec<Option<String>> {
    let items: String = dates
        .iter()
        .enumerate()
        .map(|(at, date)| {
            format!("<item><guid>{at}</guid><title>{at}</title><pubDate>{date}</pubDate></item>")
        })
        .collect();
    let text = format!(
        "<rss version='2.0'><channel><title>P</title>{head}<description>D</description>{items}</channel></rss>"
    );
    let said = |entry: &Entry| entry.published.map(|dated| rfc3339(dated.said()));
    read(&text).entries.iter().map(said).collect()
}

#[test]
fn t8_one_clear_date_decides_for_the_whole_document() {
    let at = |day: &str| Some(format!("2025-{day}T00:00:00Z"));
    assert_eq!(
        dated("", &["02/03/2025", "25/03/2025"]),
        [at("03-02"), at("03-25")]
    );
    assert_eq!(
        dated("", &["02/03/2025", "03/25/2025"]),
        [at("02-03"), at("03-25")]
    );
    assert_eq!(dated("", &["02/03/2025"]), [None]);
    assert_eq!(
        dated("", &["02/03/2025", "03/25/2025", "25/03/2025"])[0],
        None
    );
    assert_eq!(
        dated("<language>fr</language>", &["02/03/2025"]),
        [at("03-02")]
    );
    // What the dates prove outweighs the language.
    assert_eq!(
        dated("<language>fr</language>", &["02/03/2025", "03/25/2025"])[0],
        at("02-03")
    );
}

#[test]
fn t3_the_language_of_the_document_decides_between_zones_of_one_name() {
    let ist = ["Wed, 05 Mar 2025 12:00:00 IST"];
    let at = |hour: &str| [Some(format!("2025-03-05T{hour}:00Z"))];
    assert_eq!(dated("<language>en-in</language>", &ist), at("06:30"));
    assert_eq!(dated("<language>he</language>", &ist), at("10:00"));
    assert_eq!(dated("<language>en-IE</language>", &ist), at("11:00"));
    let cst = ["Wed, 05 Mar 2025 12:00:00 CST"];
    assert_eq!(dated("<language>zh-CN</language>", &cst), at("04:00"));
    assert_eq!(dated("<language>en-us</language>", &cst), at("18:00"));
}

#[test]
fn t9_a_day_and_the_midnight_it_begins_with_stay_two_things() {
    let text = "<rss version='2.0'><channel><title>P</title>\
         <item><guid>1</guid><title>1</title><pubDate>2025-03-05</pubDate></item>\
         <item><guid>2</guid><title>2</title><pubDate>2025-03-05T00:00:00Z</pubDate></item></channel></rss>";
    let reading = read(text);
    let precision = |at: usize| {
        reading.entries[at]
            .published
            .map(|dated| dated.stamp.precision)
    };
    assert_eq!(precision(0), Some(Precision::Day));
    assert_eq!(precision(1), Some(Precision::Second));
}
