mod asking;
mod clocks;
mod moving;
mod reading;

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::config::{self, Config};
use crate::ingest::{Answer, Arrival, Dated, Entry, Failure, Fresh, Memory, Unreadable, Visit};
use crate::publish::{Format, feed_path};
use crate::schedule::Chance;
use crate::store::{Store, StoreError};

/// As it is where chance adds nothing.
fn settle(
    store: &Store,
    config: &Config,
    visits: &[Visit],
    now: DateTime<Utc>,
) -> Result<Settled, StoreError> {
    super::settle(store, config, visits, now, Chance(0))
}

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_760_000_000 + minute * 60, 0).unwrap()
}

fn config() -> Config {
    let text = r#"
        [server]
        listen = "127.0.0.1:8080"
        public_url = "http://127.0.0.1:8080"
        [[source]]
        id = "a"
        url = "https://a.example/feed"
        [[source]]
        id = "b"
        url = "https://b.example/feed"
        [[feed]]
        id = "all"
        title = "All"
        from = ["*"]
        [[feed]]
        id = "only-b"
        title = "Only b"
        from = ["b"]
    "#;
    config::parse(text, Path::new("/nowhere/feeds.toml")).unwrap()
}

fn store(config: &Config) -> Store {
    let store = Store::in_memory().unwrap();
    store.sync_sources(&listed(config, at(0))).unwrap();
    store
}

fn entry(id: &str, minute: i64, words: &str) -> Entry {
    let stamp = crate::date::parse(
        &crate::date::rfc3339(at(minute)),
        &crate::date::Hints::default(),
    )
    .unwrap();
    Entry {
        id: id.into(),
        title: Some(format!("Title of {id}")),
        url: Some(format!("https://a.example/{id}")),
        published: Some(Dated {
            stamp,
            from: "feed",
        }),
        content: Some(format!("<p>{words}</p>")),
        ..Entry::default()
    }
}

fn visit(source: &str, minute: i64, entries: Vec<Entry>) -> Visit {
    let fresh = Fresh {
        entries,
        memory: Memory {
            body: Some([minute as u8; 32]),
            ..Memory::default()
        },
        ..Fresh::default()
    };
    Visit {
        source: source.into(),
        at: at(minute),
        took: Duration::from_millis(3),
        answer: None,
        arrival: Arrival::Fresh(Box::new(fresh)),
    }
}

fn failed(source: &str, minute: i64) -> Visit {
    let arrival = Arrival::Failed(Failure::Unreadable(Unreadable::Empty));
    Visit {
        source: source.into(),
        at: at(minute),
        took: Duration::ZERO,
        answer: None,
        arrival,
    }
}

fn bytes(composed: &Composed, feed: &str) -> Vec<Vec<u8>> {
    Format::ALL
        .iter()
        .map(|format| {
            composed
                .shelf
                .get(&feed_path(feed, *format))
                .unwrap()
                .identity()
                .body
                .to_vec()
        })
        .collect()
}

fn composed(store: &Store, config: &Config, minute: i64) -> Composed {
    compose(
        store,
        config,
        &site(config.server.as_ref().unwrap()),
        &Composed::default(),
        None,
        at(minute),
    )
    .unwrap()
}

#[test]
fn s1_the_same_store_gives_the_same_bytes_and_s13_the_same_last_modified() {
    let config = config();
    let store = store(&config);
    settle(
        &store,
        &config,
        &[visit(
            "a",
            10,
            vec![entry("1", 5, "One."), entry("2", 5, "Two.")],
        )],
        at(10),
    )
    .unwrap();
    let (first, later) = (
        composed(&store, &config, 11),
        composed(&store, &config, 9_999),
    );
    assert_eq!(bytes(&first, "all"), bytes(&later, "all"));
    let changed = |composed: &Composed| {
        composed
            .shelf
            .get("/feeds/all.atom")
            .unwrap()
            .last_modified()
    };
    assert_eq!(changed(&first), changed(&later));
    assert_eq!(changed(&first), at(11));
}

#[test]
fn only_feeds_whose_stories_changed_are_named() {
    let config = config();
    let store = store(&config);
    settle(
        &store,
        &config,
        &[visit("a", 9, vec![]), visit("b", 9, vec![])],
        at(9),
    )
    .unwrap();
    let settled = settle(
        &store,
        &config,
        &[visit("a", 10, vec![entry("1", 5, "One.")])],
        at(10),
    )
    .unwrap();
    assert_eq!(settled.feeds.into_iter().collect::<Vec<_>>(), ["all"]);
    let again = settle(
        &store,
        &config,
        &[visit("a", 11, vec![entry("1", 5, "One.")])],
        at(11),
    )
    .unwrap();
    assert!(
        again.feeds.is_empty(),
        "F48: the same entries again change nothing"
    );
    assert_eq!((again.visits[0].added, again.visits[0].changed), (0, 0));
}

#[test]
fn copies_are_one_story_with_the_reason_and_every_entry_kept() {
    let config = config();
    let store = store(&config);
    let words = "word ".repeat(50);
    let copy = Entry {
        url: Some("https://b.example/copy".into()),
        ..entry("copy", 7, &words)
    };
    let linked = Entry {
        url: Some("http://www.a.example/1/?utm_source=b".into()),
        ..entry("linked", 8, "A teaser.")
    };
    settle(
        &store,
        &config,
        &[
            visit("a", 10, vec![entry("1", 5, &words)]),
            visit("b", 10, vec![copy, linked]),
        ],
        at(10),
    )
    .unwrap();
    let stories = store.stories(None).unwrap();
    assert_eq!(stories.len(), 1);
    let rules: Vec<&str> = stories[0]
        .entries
        .iter()
        .map(|entry| entry.reason.rule())
        .collect();
    assert_eq!(rules, ["founder", "same-text", "same-address"]);
    assert!(stories[0].entries[0].is_representative);
}

#[test]
fn whoever_arrives_first_the_original_speaks_and_dates_the_story() {
    let config = config();
    let words = "word ".repeat(50);
    let pointer = Entry {
        url: Some("https://a.example/1?utm_source=b".into()),
        ..entry("pointer", 9, &words)
    };
    let original = || visit("a", 10, vec![entry("1", 5, &words)]);
    let copied = || visit("b", 10, vec![pointer.clone()]);
    for order in [[original(), copied()], [copied(), original()]] {
        let store = store(&config);
        for visit in order {
            settle(&store, &config, &[visit], at(10)).unwrap();
        }
        let facts = store.stories(None).unwrap().remove(0);
        assert_eq!((facts.entries.len(), facts.published), (2, at(5)));
        let story = store.cited_story(&facts.id, &[]).unwrap().unwrap();
        assert_eq!((story.carrier.source.as_str(), story.also.len()), ("a", 1));
        assert!(
            story.updated <= at(9),
            "changing the speaker of a story just born is no change"
        );
    }
}

#[test]
fn p5_p23_updated_moves_with_the_text_and_t12_published_never() {
    let config = config();
    let store = store(&config);
    settle(
        &store,
        &config,
        &[visit("a", 10, vec![entry("1", 5, "One.")])],
        at(10),
    )
    .unwrap();
    let id = store.stories(None).unwrap()[0].id.clone();
    let times = || {
        let story = store.cited_story(&id, &[]).unwrap().unwrap();
        (story.published, story.updated, story.public_id)
    };
    let (published, updated, public_id) = times();
    assert_eq!((published, updated), (at(5), at(5)));
    let recategorised = Entry {
        categories: vec!["x".into()],
        ..entry("1", 5, "One.")
    };
    settle(
        &store,
        &config,
        &[visit("a", 20, vec![recategorised])],
        at(20),
    )
    .unwrap();
    assert_eq!(times(), (at(5), at(5), public_id.clone()));
    settle(
        &store,
        &config,
        &[visit("a", 30, vec![entry("1", 29, "One, corrected.")])],
        at(30),
    )
    .unwrap();
    assert_eq!(times(), (at(5), at(30), public_id));
}

#[test]
fn t10_a_date_in_the_future_is_sorted_by_first_seen_and_t11_a_missing_one_too() {
    let config = config();
    let store = store(&config);
    let undated = Entry {
        published: None,
        ..entry("undated", 0, "Text.")
    };
    settle(
        &store,
        &config,
        &[visit(
            "a",
            10,
            vec![entry("future", 9_999, "Soon."), undated],
        )],
        at(10),
    )
    .unwrap();
    let times: Vec<_> = store
        .stories(None)
        .unwrap()
        .into_iter()
        .map(|story| story.published)
        .collect();
    assert_eq!(times, [at(10), at(10)]);
    let stored = store.stories(None).unwrap()[0].id.clone();
    let original = store
        .cited_story(&stored, &[])
        .unwrap()
        .unwrap()
        .entry
        .published
        .map(|dated| dated.said());
    assert!(
        original == Some(at(9_999)) || original.is_none(),
        "the original date is kept"
    );
}

/// When the only story of an entry dated so is published, the entry being seen at minute 10.
fn published(date: &str) -> DateTime<Utc> {
    let config = config();
    let store = store(&config);
    let stamp = crate::date::parse(date, &crate::date::Hints::default()).unwrap();
    let dated = Entry {
        published: Some(Dated {
            stamp,
            from: "feed",
        }),
        ..entry("1", 0, "Text.")
    };
    let visit = visit("a", 10, vec![dated.clone()]);
    settle(&store, &config, &[visit], at(10)).unwrap();
    let id = store.stories(None).unwrap()[0].id.clone();
    let story = store.cited_story(&id, &[]).unwrap().unwrap();
    assert_eq!(
        story.entry.published, dated.published,
        "kept as it was said"
    );
    story.published
}

#[test]
fn t9_a_day_is_published_at_its_noon() {
    let today = at(10).date_naive();
    let yesterday = today.pred_opt().unwrap();
    let noon = yesterday.and_hms_opt(12, 0, 0).unwrap().and_utc();
    assert_eq!(published(&yesterday.to_string()), noon);
    let noon = today.and_hms_opt(12, 0, 0).unwrap().and_utc();
    assert_eq!(published(&today.to_string()), noon.min(at(10)));
}

#[test]
fn t11_the_zero_of_a_clock_is_kept_and_nothing_is_sorted_by_it() {
    for zero in ["Mon, 01 Jan 0001 00:00:00 +0000", "1970-01-01T00:00:00Z"] {
        assert_eq!(published(zero), at(10), "{zero}");
    }
    let old = "1850-03-04T10:00:00Z";
    assert_eq!(crate::date::rfc3339(published(old)), old);
}

#[test]
fn f46_absence_deletes_nothing_and_a_failure_leaves_everything() {
    let config = config();
    let store = store(&config);
    settle(
        &store,
        &config,
        &[visit(
            "a",
            10,
            vec![entry("1", 5, "One."), entry("2", 6, "Two.")],
        )],
        at(10),
    )
    .unwrap();
    let settled = settle(
        &store,
        &config,
        &[visit("a", 20, vec![entry("2", 6, "Two.")]), failed("a", 30)],
        at(30),
    )
    .unwrap();
    assert_eq!(store.totals().unwrap().entries, 2);
    assert_eq!(settled.visits[1].outcome, "unreadable");
    assert_eq!(store.kept("a").unwrap().memory.body, Some([20; 32]), "F4");
    assert_eq!(store.kept("a").unwrap().failures, 1);
}

#[test]
fn f11_f26_every_visit_says_when_the_next_one_is_and_why() {
    let config = config();
    let store = store(&config);
    let settled = settle(
        &store,
        &config,
        &[visit("a", 10, vec![]), failed("b", 10)],
        at(10),
    )
    .unwrap();
    for tally in &settled.visits {
        let due = tally.next.unwrap();
        assert!(
            due.at >= at(10) + TimeDelta::hours(1),
            "{}: {:?}",
            tally.source,
            due
        );
    }
    assert_eq!(store.source_facts().unwrap()[1].failures, 1);
}

#[test]
fn s14_a_feed_is_awaited_until_one_of_its_sources_was_read() {
    let config = config();
    let store = store(&config);
    settle(&store, &config, &[failed("b", 10)], at(10)).unwrap();
    let find = |composed: &Composed| format!("{:?}", composed.shelf.find("/feeds/only-b.rss"));
    assert_eq!(find(&composed(&store, &config, 11)), "Some(Awaited)");
    let settled = settle(&store, &config, &[visit("b", 20, vec![])], at(20)).unwrap();
    assert!(
        settled.feeds.contains("only-b"),
        "read for the first time, though it held nothing"
    );
    assert!(find(&composed(&store, &config, 21)).starts_with("Some(Document"));
}

#[test]
fn f6_f11_freshness_and_ttl_hold_after_a_304_and_after_errors() {
    let config = config();
    let store = store(&config);
    let due = |visit: Visit, minute| {
        let settled = settle(&store, &config, &[visit], at(minute)).unwrap();
        let due = settled.visits[0].next.unwrap();
        (due.at - at(minute), due.because.as_str())
    };
    let unchanged = |minute, cache_control: Option<&str>| Visit {
        answer: Some(Answer {
            status: 304,
            cache_control: cache_control.map(Into::into),
            ..Answer::default()
        }),
        arrival: Arrival::Unchanged {
            memory: Memory::default(),
        },
        ..visit("a", minute, vec![])
    };
    let (wait, because) = due(unchanged(0, Some("public, max-age=9000")), 0);
    assert!(
        wait >= TimeDelta::minutes(150) && because == "freshness",
        "F6: {because}"
    );
    let mut fresh = visit("a", 300, vec![]);
    if let Arrival::Fresh(fresh) = &mut fresh.arrival {
        fresh.channel.ttl = Some(240);
    }
    for (visit, minute) in [
        (fresh, 300),
        (unchanged(600, None), 600),
        (failed("a", 900), 900),
    ] {
        let (wait, because) = due(visit, minute);
        assert!(
            wait >= TimeDelta::minutes(240) && because == "ttl",
            "{minute}: {because}"
        );
    }
}

#[test]
fn a_source_that_left_the_configuration_brings_nothing_more() {
    let config = config();
    let store = store(&config);
    let settled = settle(
        &store,
        &config,
        &[visit("unknown", 10, vec![entry("1", 5, "One.")])],
        at(10),
    )
    .unwrap();
    assert_eq!(settled, Settled::default());
    assert_eq!(store.totals().unwrap().entries, 0);
}

#[test]
fn a_feed_withdrawn_is_gone_and_one_composed_alone_leaves_the_others_be() {
    let mut config = config();
    let store = store(&config);
    settle(
        &store,
        &config,
        &[
            visit("a", 10, vec![entry("1", 5, "One.")]),
            visit("b", 10, vec![]),
        ],
        at(10),
    )
    .unwrap();
    let before = composed(&store, &config, 11);
    let site = site(config.server.as_ref().unwrap());
    let only = std::collections::BTreeSet::from(["all".to_string()]);
    let after = compose(&store, &config, &site, &before, Some(&only), at(12)).unwrap();
    assert_eq!(bytes(&before, "only-b"), bytes(&after, "only-b"));
    config.feeds.pop();
    let withdrawn = compose(&store, &config, &site, &after, None, at(13)).unwrap();
    assert!(
        matches!(
            withdrawn.shelf.find("/feeds/only-b.rss"),
            Some(crate::publish::Found::Gone)
        ),
        "S13"
    );
}
