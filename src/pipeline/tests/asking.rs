//! What feeds and servers ask, and what sources take back.

use chrono::Weekday;

use super::*;
use crate::ingest::{Asks, Channel, Specimen};
use crate::store::{Kept, Ration, Withdrawal};

/// A visit that read a document saying this of itself.
fn saying(minute: i64, channel: Channel, entries: Vec<Entry>) -> Visit {
    let mut visit = visit("a", minute, entries);
    if let Arrival::Fresh(fresh) = &mut visit.arrival {
        fresh.channel = channel;
    }
    visit
}

fn asking(asks: Asks) -> Channel {
    Channel {
        asks,
        ..Channel::default()
    }
}

fn because(store: &Store, source: &str) -> String {
    let facts = store.source_facts().unwrap();
    let found = facts.iter().find(|facts| facts.id == source).unwrap();
    found.due_because.clone()
}

fn answered(source: &str, minute: i64, answer: Answer) -> Visit {
    let arrival = match answer.status {
        304 => Arrival::Unchanged {
            memory: Memory::default(),
        },
        status => Arrival::Failed(Failure::Status(status)),
    };
    Visit {
        answer: Some(answer),
        arrival,
        ..visit(source, minute, vec![])
    }
}

fn answer(status: u16, url: &str, retry_after: Option<&str>) -> Answer {
    Answer {
        status,
        url: url.into(),
        retry_after: retry_after.map(str::to_owned),
        ..Answer::default()
    }
}

#[test]
fn f11_waits_are_counted_from_the_end_of_a_visit() {
    let config = config();
    let store = store(&config);
    let slow = Visit {
        took: Duration::from_secs(300),
        ..visit("a", 10, vec![])
    };
    let settled = settle(&store, &config, &[slow], at(15)).unwrap();
    let due = settled.visits[0].next.unwrap();
    assert!(due.at >= at(15 + 60), "an hour after it asked: {}", due.at);
}

#[test]
fn f16_f17_what_a_feed_asks_holds_after_200_304_and_errors() {
    let config = config();
    let store = store(&config);
    let url = "https://a.example/feed";
    let period = asking(Asks {
        update_period: Some("daily".into()),
        update_frequency: Some("4".into()),
        ..Asks::default()
    });
    let entries = || vec![entry("1", 5, "One.")];
    let visits = [
        saying(10, period, entries()),
        answered("a", 400, answer(304, url, None)),
        answered("a", 800, answer(500, url, None)),
    ];
    for visit in visits {
        let settled = settle(&store, &config, &[visit], at(0)).unwrap();
        let due = settled.visits[0].next.unwrap();
        assert_eq!(due.because.as_str(), "update-period");
    }
    // 1_760_000_000 is a Thursday, 08:53 GMT. Twenty hours are skipped, and Fridays.
    let skipping = asking(Asks {
        skip_hours: (4..24).collect(),
        skip_days: vec![Weekday::Fri],
        ..Asks::default()
    });
    let visits = [
        saying(10, skipping, entries()),
        answered("a", 20, answer(304, url, None)),
        answered("a", 30, answer(500, url, None)),
    ];
    for visit in visits {
        let settled = settle(&store, &config, &[visit], at(0)).unwrap();
        let due = settled.visits[0].next.unwrap();
        assert_eq!(due.because.as_str(), "skip-days");
        let saturday = "2025-10-11T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
        assert!(due.at >= saturday && due.at < saturday + TimeDelta::minutes(2));
    }
    assert_eq!(because(&store, "a"), "skip-days");
    // A restart while it is overdue keeps out of those hours as well.
    store.make_due("a", at(0), "schedule").unwrap();
    let night = "2025-10-11T05:00:00Z".parse().unwrap();
    catch_up(&store, &config, night, Chance(0)).unwrap();
    let sunday = "2025-10-12T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
    assert!(store.source_facts().unwrap()[0].next_due.unwrap() >= sunday);
    // What it asks no more holds no more.
    let settled = settle(
        &store,
        &config,
        &[saying(40, Channel::default(), entries())],
        at(0),
    );
    let due = settled.unwrap().visits[0].next.unwrap();
    assert!(matches!(due.because.as_str(), "min-interval" | "schedule"));
}

#[test]
fn f14_retry_after_holds_every_source_of_the_server_and_says_so() {
    let text = r#"
        [defaults]
        schedule = "every 5m"
        [[source]]
        id = "a"
        url = "https://same.example/a"
        [[source]]
        id = "b"
        url = "http://SAME.example:80/b"
        [[source]]
        id = "c"
        url = "https://other.example/c"
        [[source]]
        id = "d"
        url = "https://same.example:8443/d"
    "#;
    let config = config::parse(text, Path::new("/nowhere/feeds.toml")).unwrap();
    let store = store(&config);
    let url = "https://same.example/a";
    let busy = answered("a", 0, answer(429, url, Some("86400")));
    settle(&store, &config, &[busy], at(0)).unwrap();
    let day = 24 * 60;
    assert_eq!(because(&store, "a"), "retry-after");
    assert_eq!(because(&store, "b"), "host-held");
    let lease = Duration::from_secs(60);
    let ids = |minute| -> Vec<String> {
        let claims = store
            .claim_due(at(minute), Ration::of(9), lease, "x")
            .unwrap();
        claims.into_iter().map(|claim| claim.source).collect()
    };
    assert_eq!(
        ids(0),
        ["c", "d"],
        "a port of its own is a server of its own"
    );
    assert_eq!(store.claim("b", at(day - 1), lease, "y").unwrap(), None);
    assert!(store.claim("b", at(day + 2), lease, "y").unwrap().is_some());
    // 503 alike; garbage and other statuses hold nobody.
    for (status, value, held) in [
        (503, "60", true),
        (503, "soon", false),
        (404, "60", false),
        (429, "0", false),
    ] {
        let url = "https://other.example/c";
        let visit = answered("c", 0, answer(status, url, Some(value)));
        settle(&store, &config, &[visit], at(10 * day)).unwrap();
        let until = store.left_alone_until("c", at(10 * day)).unwrap();
        assert_eq!(until.is_some(), held, "{status} {value}");
        store.hold("other.example", at(0), at(20 * day)).unwrap();
    }
}

#[test]
fn f14_who_was_turned_back_made_no_visit() {
    let config = config();
    let store = store(&config);
    let claimed = store.claim("a", at(0), Duration::from_secs(60), "x");
    let before: Kept = claimed.unwrap().unwrap().kept;
    let held = Visit {
        arrival: Arrival::Failed(Failure::Held("a.example".into())),
        ..visit("a", 0, vec![])
    };
    let settled = settle(&store, &config, &[held], at(0)).unwrap();
    assert_eq!(settled.visits[0].outcome, "held");
    assert_eq!(store.kept("a").unwrap(), before, "not even a failure");
    assert_eq!(store.last_visit("a").unwrap(), None);
    let lease = Duration::from_secs(60);
    let due = store.claim_due(at(0), Ration::of(9), lease, "y").unwrap();
    assert!(
        due.iter().all(|claim| claim.source != "a"),
        "not before it is stored why"
    );
    assert!(store.claim("a", at(0), lease, "y").unwrap().is_some());
    // One who was redirected to the server has asked another on the way.
    let half = Visit {
        answer: Some(answer(302, "https://a.example/feed", None)),
        arrival: Arrival::Failed(Failure::Held("b.example".into())),
        ..visit("a", 0, vec![])
    };
    let settled = settle(&store, &config, &[half], at(0)).unwrap();
    assert!(settled.visits[0].next.unwrap().at >= at(60));
}

fn complete(minute: i64, ids: std::ops::Range<u32>) -> Visit {
    let channel = Channel {
        complete: true,
        ..Channel::default()
    };
    let entries = ids.map(|id| entry(&format!("e{id}"), 5, &format!("Words of {id}.")));
    saying(minute, channel, entries.collect())
}

fn withdrawn(store: &Store) -> u64 {
    store.source_facts().unwrap()[0].withdrawn
}

#[test]
fn f46_a_complete_document_withdraws_what_it_leaves_out_and_saying_it_again_brings_it_back() {
    let config = config();
    let store = store(&config);
    let published = |minute| {
        let composed = composed(&store, &config, minute);
        let atom = &bytes(&composed, "all")[1];
        String::from_utf8_lossy(atom).matches("<entry>").count()
    };
    settle(&store, &config, &[complete(10, 0..9)], at(10)).unwrap();
    assert_eq!(published(11), 9);
    let settled = settle(&store, &config, &[complete(20, 2..9)], at(20)).unwrap();
    assert!(settled.feeds.contains("all"), "its feeds are stale");
    assert_eq!((withdrawn(&store), published(21)), (2, 7));
    assert_eq!(store.totals().unwrap().entries, 9, "nothing is deleted");
    let facts = store.stories_about("e0", None).unwrap();
    let entry = &facts[0].entries[0];
    assert_eq!(entry.withdrawn, Some((at(20), Withdrawal::Absent)));
    let settled = settle(&store, &config, &[complete(30, 0..9)], at(30)).unwrap();
    assert!(settled.feeds.contains("all"));
    assert_eq!((withdrawn(&store), published(31)), (0, 9));
    // The same document once more changes nothing (F48).
    let settled = settle(&store, &config, &[complete(40, 0..9)], at(40)).unwrap();
    assert!(settled.feeds.is_empty());
}

#[test]
fn f46_a_deleted_entry_is_withdrawn_by_name_and_only_from_its_own_source() {
    let config = config();
    let store = store(&config);
    let both = [
        visit("a", 10, vec![entry("1", 5, "One."), entry("2", 5, "Two.")]),
        visit("b", 10, vec![entry("2", 5, "Elsewhere it is otherwise.")]),
    ];
    settle(&store, &config, &both, at(10)).unwrap();
    let deleting = Channel {
        deleted: vec!["2".into(), "1".into(), "never seen".into()],
        ..Channel::default()
    };
    // What a document both lists and calls deleted is there.
    let visit = saying(20, deleting, vec![entry("1", 5, "One.")]);
    settle(&store, &config, &[visit], at(20)).unwrap();
    let gone: Vec<_> = store
        .stories(None)
        .unwrap()
        .into_iter()
        .flat_map(|story| story.entries)
        .filter_map(|entry| Some((entry.source, entry.id, entry.withdrawn?.1)))
        .collect();
    assert_eq!(gone, [("a".into(), "2".into(), Withdrawal::Deleted)]);
}

#[test]
fn f27_f28_f46_only_a_whole_sound_document_takes_anything_away() {
    let config = config();
    let store = store(&config);
    settle(&store, &config, &[complete(10, 0..9)], at(10)).unwrap();
    let mut delta = complete(20, 20..21);
    let mut repaired = complete(30, 21..22);
    if let (Arrival::Fresh(delta), Arrival::Fresh(repaired)) =
        (&mut delta.arrival, &mut repaired.arrival)
    {
        delta.is_delta = true;
        let oddity = crate::ingest::Oddity::new("too-many-entries", "document", "cut");
        repaired.oddities.push(oddity);
    }
    for visit in [delta, repaired, failed("a", 40)] {
        settle(&store, &config, &[visit], at(40)).unwrap();
        assert_eq!(withdrawn(&store), 0);
    }
    // It does not say that it is complete.
    settle(&store, &config, &[visit("a", 50, vec![])], at(50)).unwrap();
    assert_eq!(withdrawn(&store), 0);
}

#[test]
fn f46_a_file_that_is_complete_speaks_for_itself_alone() {
    let text = "[[source]]\nid = \"a\"\nfiles = \"*.xml\"\n";
    let config = config::parse(text, Path::new("/nowhere/feeds.toml")).unwrap();
    let store = store(&config);
    settle(&store, &config, &[complete(10, 0..9)], at(10)).unwrap();
    settle(&store, &config, &[complete(20, 5..9)], at(20)).unwrap();
    assert_eq!(withdrawn(&store), 0);
}

#[test]
fn f46_a_complete_document_that_loses_most_is_believed_a_day_later() {
    let config = config();
    let store = store(&config);
    let told = |settled: Settled| settled.visits[0].oddities.len();
    settle(&store, &config, &[complete(0, 0..30)], at(0)).unwrap();
    let lost = settle(&store, &config, &[complete(60, 0..1)], at(60)).unwrap();
    assert_eq!((withdrawn(&store), told(lost)), (0, 1));
    let lost = settle(&store, &config, &[complete(120, 0..2)], at(120)).unwrap();
    assert_eq!((withdrawn(&store), told(lost)), (0, 1));
    // Sound again: the count starts anew.
    settle(&store, &config, &[complete(180, 0..30)], at(180)).unwrap();
    let late = 60 + 24 * 60;
    settle(&store, &config, &[complete(late, 0..1)], at(late)).unwrap();
    assert_eq!(withdrawn(&store), 0);
    let later = late + 24 * 60;
    settle(&store, &config, &[complete(later, 0..1)], at(later)).unwrap();
    assert_eq!(withdrawn(&store), 29);
}

#[test]
fn a_document_that_broke_a_parser_is_kept_until_its_source_reads_well() {
    let config = config();
    let store = store(&config);
    let specimen = Specimen::of(
        b"<rss",
        "boom".into(),
        "https://a.example/feed".into(),
        None,
    );
    let broken = || Visit {
        arrival: Arrival::Failed(Failure::Parser(Box::new(specimen.clone()))),
        ..visit("a", 10, vec![])
    };
    let settled = settle(&store, &config, &[broken()], at(10)).unwrap();
    let said = settled.visits[0].failure.clone().unwrap();
    assert_eq!(settled.visits[0].outcome, "panicked");
    assert!(said.contains("boom") && said.contains("kept"), "{said}");
    let (_, kept) = store.specimen("a").unwrap().unwrap();
    assert_eq!(kept.bytes().as_deref(), Some(&b"<rss"[..]));
    settle(&store, &config, &[failed("a", 20)], at(20)).unwrap();
    assert!(store.specimen("a").unwrap().is_some());
    settle(&store, &config, &[visit("a", 30, vec![])], at(30)).unwrap();
    assert_eq!(store.specimen("a").unwrap(), None);
    let url = "https://a.example/feed";
    let same = answered("a", 50, answer(304, url, None));
    settle(&store, &config, &[broken(), same], at(50)).unwrap();
    assert_eq!(store.specimen("a").unwrap(), None);
}
