use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::date::{self, Hints};
use crate::dedupe::{EntryRef, Fingerprint, Reason, StoryId};
use crate::ingest::{Dated, Entry, Extension, Memory, Origin, PartMemory, Person, Validators};
use crate::language::Guess;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_760_000_000 + minute * 60, 0).unwrap()
}

fn listed(id: &str) -> Listed {
    Listed {
        id: id.into(),
        name: None,
        address: format!("https://{id}.example/feed"),
        server: Some(format!("{id}.example")),
        follows: None,
        first_due: at(0),
        because: "startup",
    }
}

fn with_sources(ids: &[&str]) -> Store {
    let store = Store::in_memory().unwrap();
    store
        .sync_sources(&ids.iter().map(|id| listed(id)).collect::<Vec<_>>())
        .unwrap();
    store
}

fn entry(id: &str, title: &str) -> Entry {
    Entry {
        id: id.into(),
        title: Some(title.into()),
        content: Some("<p>Text.</p>".into()),
        ..Entry::default()
    }
}

fn record<'a>(
    source: &'a str,
    memory: Option<&'a Memory>,
    due: Option<(DateTime<Utc>, &'static str)>,
) -> VisitRecord<'a> {
    VisitRecord {
        source,
        at: at(0),
        took: Duration::from_millis(5),
        outcome: "fresh",
        status: Some(200),
        bytes: Some(10),
        added: 1,
        changed: 0,
        message: None,
        oddities: &[],
        memory,
        failures: 0,
        gone_since: None,
        retry_at: None,
        via: None,
        due,
    }
}

#[test]
fn a_claimed_source_is_nobody_elses_until_its_lease_ends() {
    let store = with_sources(&["a", "b"]);
    let lease = Duration::from_secs(60);
    let first = store.claim_due(at(0), Ration::of(1), lease, "one").unwrap();
    assert_eq!(
        first
            .iter()
            .map(|claim| claim.source.as_str())
            .collect::<Vec<_>>(),
        ["a"]
    );
    let second = store.claim_due(at(0), Ration::of(9), lease, "two").unwrap();
    assert_eq!(
        second
            .iter()
            .map(|claim| claim.source.as_str())
            .collect::<Vec<_>>(),
        ["b"]
    );
    assert_eq!(
        store
            .claim_due(at(0), Ration::of(9), lease, "three")
            .unwrap(),
        []
    );
    assert_eq!(store.claim("a", at(0), lease, "three").unwrap(), None);
    assert_eq!(
        store
            .claim_due(at(2), Ration::of(9), lease, "three")
            .unwrap()
            .len(),
        2
    );
    store.release("a", "three").unwrap();
    assert!(store.claim("a", at(2), lease, "four").unwrap().is_some());
}

#[test]
fn f9_validators_and_due_time_are_remembered() {
    let store = with_sources(&["a"]);
    let memory = Memory {
        validators: Validators {
            etag: Some(b"W/\"\xff\"".to_vec()),
            last_modified: Some(b"Sometime".to_vec()),
        },
        validated_url: Some("https://a.example/feed".into()),
        asked: Some([7; 32]),
        body: Some([8; 32]),
        documents: vec![("x.txt".into(), [9; 32])],
        parts: vec![PartMemory {
            url: "https://a.example/s.xml".into(),
            lastmod: Some("2025-11-09".into()),
            read: None,
            body: Some([3; 32]),
            validators: Validators {
                etag: Some(b"\"p\xff\"".to_vec()),
                last_modified: None,
            },
        }],
    };
    store
        .record_visit(&record("a", Some(&memory), Some((at(60), "min-interval"))))
        .unwrap();
    assert_eq!(store.kept("a").unwrap().memory, memory);
    assert_eq!(store.next_due(at(0)).unwrap(), Some(at(60)));
    assert_eq!(
        store
            .claim_due(at(59), Ration::of(9), Duration::ZERO, "x")
            .unwrap(),
        []
    );
    store
        .record_visit(&VisitRecord {
            outcome: "status",
            failures: 1,
            ..record("a", None, Some((at(90), "backoff")))
        })
        .unwrap();
    assert_eq!(
        store.kept("a").unwrap().memory,
        memory,
        "F4: a failure leaves the old pair"
    );
    assert_eq!(store.kept("a").unwrap().failures, 1);
}

#[test]
fn f14_a_source_that_asked_to_be_left_alone_is_not_claimed_by_name() {
    let store = with_sources(&["a"]);
    store
        .record_visit(&VisitRecord {
            retry_at: Some(at(30)),
            ..record("a", None, Some((at(30), "retry-after")))
        })
        .unwrap();
    assert_eq!(store.claim("a", at(10), Duration::ZERO, "x").unwrap(), None);
    assert!(
        store
            .claim("a", at(30), Duration::ZERO, "x")
            .unwrap()
            .is_some()
    );
}

#[test]
fn f25_a_retired_source_is_never_due_until_its_address_changes() {
    let store = with_sources(&["a"]);
    store.record_visit(&record("a", None, None)).unwrap();
    assert_eq!(
        store
            .claim_due(at(99_999), Ration::of(9), Duration::ZERO, "x")
            .unwrap(),
        []
    );
    store
        .sync_sources(&[Listed {
            address: "https://new.example/feed".into(),
            ..listed("a")
        }])
        .unwrap();
    assert_eq!(
        store
            .claim_due(at(0), Ration::of(9), Duration::ZERO, "x")
            .unwrap()
            .len(),
        1
    );
}

fn add(store: &Store, source: &str, entry: &Entry, minute: i64) -> (StoryKey, EntryKey) {
    let story = store
        .found_story(source, &entry.id, at(minute), at(minute), at(minute))
        .unwrap();
    let key = store.add_entry(source, entry, story, at(minute)).unwrap();
    store
        .record_fingerprint(
            key,
            &Fingerprint {
                tokens: 1,
                ..Fingerprint::default()
            },
            1,
        )
        .unwrap();
    store
        .record_verdict(key, &Reason::Founder, 1, at(minute))
        .unwrap();
    store.set_representative(story, key).unwrap();
    (story, key)
}

#[test]
fn f45_identity_is_source_and_raw_id_octet_by_octet() {
    let store = with_sources(&["a", "b"]);
    let first = entry("ID", "One");
    assert_eq!(store.look_up("a", &first, at(0)).unwrap(), Put::Unknown);
    let (_, key) = add(&store, "a", &first, 0);
    assert_eq!(store.look_up("a", &first, at(1)).unwrap(), Put::Same(key));
    assert_eq!(
        store.look_up("a", &entry("id", "One"), at(1)).unwrap(),
        Put::Unknown
    );
    assert_eq!(store.look_up("b", &first, at(1)).unwrap(), Put::Unknown);
}

#[test]
fn t3_t9_a_date_comes_back_as_it_was_said_and_by_which_rule() {
    let store = with_sources(&["a"]);
    let tokyo = Hints {
        zone: "Asia/Tokyo".parse().unwrap(),
        ..Hints::default()
    };
    for (id, text) in [
        ("day", "2025-03-05"),
        ("month", "March 2025"),
        ("year", "2025"),
        ("minute", "5 Mar 2025 12:00"),
        ("ambiguous", "5 Mar 2025 12:00 IST"),
        ("offset", "2025-03-05T12:00:00+01:00"),
        ("zero", "0001-01-01T00:00:00Z"),
    ] {
        let dated = Dated {
            stamp: date::parse(text, &tokyo).unwrap(),
            from: "feed",
        };
        let said = Entry {
            published: Some(dated),
            updated: Some(dated),
            ..entry(id, id)
        };
        let (_, key) = add(&store, "a", &said, 0);
        assert_eq!(store.look_up("a", &said, at(1)).unwrap(), Put::Same(key));
        let other = entry(id, "Another");
        let Put::Changed { before, .. } = store.look_up("a", &other, at(2)).unwrap() else {
            panic!("changed")
        };
        assert_eq!(*before, said, "{text}");
        let speaker = store.speaker(
            store
                .story_key(&StoryId::founded_by("a", id))
                .unwrap()
                .unwrap(),
        );
        assert_eq!(speaker.unwrap().unwrap().published, Some(dated), "{text}");
    }
}

#[test]
fn other_content_under_one_identity_is_a_revision() {
    let store = with_sources(&["a"]);
    let first = entry("1", "One");
    let (_, key) = add(&store, "a", &first, 0);
    let second = entry("1", "Two");
    let Put::Changed { before, .. } = store.look_up("a", &second, at(1)).unwrap() else {
        panic!("changed")
    };
    assert_eq!(*before, first);
    store.revise_entry(key, &second, &before, at(1)).unwrap();
    assert_eq!(store.look_up("a", &second, at(2)).unwrap(), Put::Same(key));
    assert_eq!(store.stories(None).unwrap()[0].entries[0].revisions, 1);
}

#[test]
fn p4_a_public_id_belongs_to_one_story() {
    let store = with_sources(&["a", "b"]);
    add(&store, "a", &entry("https://x.example/1", "One"), 0);
    add(&store, "b", &entry("https://x.example/1", "Another"), 1);
    let ids: Vec<String> = store
        .stories(None)
        .unwrap()
        .into_iter()
        .map(|story| story.public_id)
        .collect();
    assert!(
        ids[0].starts_with("urn:uuid:") && ids[1] == "https://x.example/1",
        "{ids:?}"
    );
}

#[test]
fn a_failed_transaction_keeps_nothing_and_a_failed_attempt_only_the_rest() {
    let store = with_sources(&["a"]);
    let failed: Result<(), StoreError> = store.transaction(|store| {
        add(store, "a", &entry("1", "One"), 0);
        Err(StoreError::Locked)
    });
    assert!(failed.is_err());
    assert_eq!(store.totals().unwrap().entries, 0);
    store
        .transaction(|store| {
            add(store, "a", &entry("1", "One"), 0);
            let failed: Result<(), StoreError> = store.attempt(|store| {
                add(store, "a", &entry("2", "Two"), 0);
                Err(StoreError::Locked)
            });
            assert!(failed.is_err());
            Ok(())
        })
        .unwrap();
    assert_eq!(store.totals().unwrap().entries, 1);
}

#[test]
fn candidates_are_newest_first_and_speak_for_the_asking_feed() {
    let store = with_sources(&["a", "b"]);
    let (story, _) = add(&store, "a", &entry("1", "One"), 5);
    store
        .add_entry("b", &entry("copy", "One"), story, at(6))
        .unwrap();
    add(&store, "b", &entry("2", "Two"), 9);
    let of = |sources: &[&str]| {
        let sources: Vec<String> = sources.iter().map(ToString::to_string).collect();
        let found = store.candidates(&sources, 10).unwrap();
        let list = serde_json::to_string(&sources).unwrap();
        for few in [true, false] {
            let other = store.candidates_among(&list, few, 10).unwrap();
            assert_eq!(other, found, "however they are looked for");
            let newest = store.candidates_among(&list, few, 1).unwrap();
            assert_eq!(newest, found[..1]);
        }
        found
            .into_iter()
            .map(|found| found.source)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&["a", "b"]), ["b", "a"]);
    assert_eq!(of(&["b"]), ["b", "b"]);
    assert_eq!(of(&["a"]), ["a"]);
    let id = StoryId::founded_by("a", "1");
    let cited = store.cited_story(&id, &["b".to_string()]).unwrap().unwrap();
    assert_eq!(
        (
            cited.carrier.source.as_str(),
            cited.entry.id.as_str(),
            cited.also.len()
        ),
        ("b", "copy", 1)
    );
    assert_eq!(
        store.cited_story(&id, &[]).unwrap().unwrap().carrier.source,
        "a"
    );
}

#[test]
fn what_was_published_is_remembered_and_s13_bytes_date_from_their_last_change() {
    let store = with_sources(&["a"]);
    add(&store, "a", &entry("1", "One"), 0);
    let id = StoryId::founded_by("a", "1");
    assert_eq!(store.feed_since("f", at(1)).unwrap(), at(1));
    store
        .record_edition("f", std::slice::from_ref(&id), at(2))
        .unwrap();
    store.record_edition("f", &[], at(3)).unwrap();
    assert_eq!(store.feed_since("f", at(9)).unwrap(), at(2));
    assert_eq!(
        store.publications_of(&id).unwrap(),
        [Publication {
            feed: "f".into(),
            since: at(2),
            until: Some(at(3))
        }]
    );
    store
        .record_edition("f", std::slice::from_ref(&id), at(4))
        .unwrap();
    assert_eq!(store.publications_of(&id).unwrap()[0].until, None);
    assert_eq!(
        store.rendition_changed("/f", &[1; 32], at(5)).unwrap(),
        at(5)
    );
    assert_eq!(
        store.rendition_changed("/f", &[1; 32], at(6)).unwrap(),
        at(5)
    );
    assert_eq!(
        store.rendition_changed("/f", &[2; 32], at(7)).unwrap(),
        at(7)
    );
}

#[test]
fn pruning_spares_what_is_seen_or_published() {
    let store = with_sources(&["a"]);
    for (id, minute) in [("old", 0), ("published", 0), ("new", 9)] {
        add(&store, "a", &entry(id, id), minute);
    }
    store
        .record_edition("f", &[StoryId::founded_by("a", "published")], at(0))
        .unwrap();
    assert_eq!(store.prune(at(5)).unwrap(), 1);
    let left: Vec<String> = store
        .stories(None)
        .unwrap()
        .into_iter()
        .map(|story| story.entries[0].id.clone())
        .collect();
    assert_eq!(left, ["new", "published"]);
    assert_eq!(store.prune(at(0) - TimeDelta::days(1)).unwrap(), 0);
}

#[test]
fn kin_are_found_by_address_and_by_text() {
    let store = with_sources(&["a", "b"]);
    let (_, key) = add(&store, "a", &entry("1", "One"), 0);
    let print = Fingerprint {
        addresses: vec!["https://x.example/1".into()],
        text: Some([3; 16]),
        tokens: 50,
        title: u64::MAX,
    };
    store.record_fingerprint(key, &print, 1).unwrap();
    let by_address = store.kin_by_address(&print, None).unwrap();
    assert_eq!(
        by_address[0].entry,
        EntryRef {
            source: "a".into(),
            id: "1".into()
        }
    );
    assert_eq!(by_address[0].title, u64::MAX);
    assert_eq!(store.kin_by_text(&print, None).unwrap().len(), 1);
    assert_eq!(store.kin_by_text(&print, Some(key)).unwrap(), []);
}

#[test]
fn p6_p18_everything_a_source_said_comes_back() {
    let store = with_sources(&["a"]);
    let leaf = Extension {
        namespace: "http://search.yahoo.com/mrss/".into(),
        name: "content".into(),
        attributes: vec![("url".into(), "https://a.example/1.mp3?x&y".into())],
        text: "]]> & <b>".into(),
        children: vec![],
    };
    let group = Extension {
        name: "group".into(),
        children: vec![leaf.clone(), leaf.clone()],
        ..leaf.clone()
    };
    let said = Entry {
        extensions: vec![group, leaf],
        origin: Some(Origin {
            id: Some("tag:w".into()),
            title: Some("W".into()),
            url: Some("https://w.example/feed".into()),
            page: Some("https://w.example/".into()),
            updated: Some(at(-5)),
            authors: vec![Person::named("Desk")],
            rights: Some("©".into()),
            categories: vec!["sea".into()],
        }),
        ..entry("1", "One")
    };
    add(&store, "a", &said, 0);
    let again = store.look_up("a", &said, at(1)).unwrap();
    assert!(matches!(again, Put::Same(_)));
    let mut other = said.clone();
    other.extensions[0].children[1].text.push('!');
    match store.look_up("a", &other, at(1)).unwrap() {
        Put::Changed { before, .. } => assert_eq!(*before, said),
        put => panic!("{put:?}"),
    }
    let mut moved = said.clone();
    moved.origin.as_mut().unwrap().rights = None;
    assert!(matches!(
        store.look_up("a", &moved, at(1)).unwrap(),
        Put::Changed { .. }
    ));
}

#[test]
fn p9_the_language_of_a_text_is_kept_with_its_story() {
    let store = with_sources(&["a"]);
    let (_, key) = add(&store, "a", &entry("1", "One"), 0);
    let detected = || {
        let id = StoryId::founded_by("a", "1");
        store.cited_story(&id, &[]).unwrap().unwrap().detected
    };
    assert_eq!(detected(), None);
    let guess = Guess {
        tag: "de",
        sure: 1.0,
    };
    store.record_language(key, Some(guess), 1).unwrap();
    assert_eq!(detected().as_deref(), Some("de"));
    store.record_language(key, None, 2).unwrap();
    assert_eq!(detected(), None);
}

#[test]
fn stores_of_others_and_of_the_future_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    std::fs::write(
        &path,
        "not a database, but long enough to look at twice".repeat(40),
    )
    .unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::NotAStore { .. })
    ));
    let foreign = folder.path().join("y.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    assert!(matches!(
        Store::open(&foreign),
        Err(StoreError::NotAStore { .. })
    ));
    let newer = folder.path().join("z.db");
    drop(Store::open(&newer).unwrap());
    rusqlite::Connection::open(&newer)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert!(matches!(
        Store::open(&newer),
        Err(StoreError::Newer { found: 99, .. })
    ));
    assert!(matches!(
        Store::open_read_only(&folder.path().join("none.db")),
        Err(StoreError::Missing { .. })
    ));
    assert!(matches!(
        Store::open(&folder.path().join("no/such/folder.db")),
        Err(StoreError::Open { .. })
    ));
}

#[test]
fn a_store_of_the_first_release_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let mut conn = rusqlite::Connection::open(&path).unwrap();
    schema::tests::first_release(&mut conn);
    conn.execute_batch(
        "INSERT INTO sources (id, address, etag, asked, due, ttl) VALUES ('a', 'https://a.example/feed', x'22', x'0707070707070707070707070707070707070707070707070707070707070707', 1000, 60);
         INSERT INTO stories (id, key, public_id, published, updated, born) VALUES (1, 'k', 'urn:x', 0, 0, 0);
         INSERT INTO entries (source, raw_id, story, more, hash, first_seen, last_seen)
             VALUES ('a', '1', 1, '{}', x'0000000000000000000000000000000000000000000000000000000000000000', 0, 0);",
    )
    .unwrap();
    drop(conn);
    assert!(matches!(
        Store::open_read_only(&path),
        Err(StoreError::Older { found: 1, .. })
    ));
    let store = Store::open(&path).unwrap();
    let kept = store.kept("a").unwrap();
    assert_eq!(kept.memory.validators.etag.as_deref(), Some(&b"\""[..]));
    assert_eq!((kept.memory.asked, kept.ttl), (Some([7; 32]), Some(60)));
    assert_eq!(
        (kept.asks, kept.moves, kept.follows, kept.purge_since),
        Default::default()
    );
    // Its server is known as soon as feeds.toml was read; the source is the same, and due when it was.
    store.sync_sources(&[listed("a")]).unwrap();
    let long_ago = DateTime::UNIX_EPOCH;
    assert_eq!(store.next_due(long_ago).unwrap().unwrap().timestamp(), 1);
    store.hold("a.example", at(60), at(0)).unwrap();
    assert_eq!(store.next_due(at(0)).unwrap(), Some(at(60)));
    let (absent, all) = store.left_out("a", &[]).unwrap();
    assert_eq!((absent, all), (vec!["1".to_string()], 1));
    assert!(Store::open_read_only(&path).is_ok());
}

#[test]
fn f14_a_held_server_holds_every_source_of_it() {
    let store = with_sources(&["a", "b"]);
    let redirected = VisitRecord {
        via: Some("a.example".into()),
        ..record("b", None, Some((at(1), "schedule")))
    };
    store.record_visit(&redirected).unwrap();
    store.hold("a.example", at(60), at(2)).unwrap();
    store.hold("a.example", at(30), at(2)).unwrap();
    let lease = Duration::from_secs(60);
    assert_eq!(
        store.claim_due(at(59), Ration::of(9), lease, "x").unwrap(),
        []
    );
    assert_eq!(store.claim("a", at(59), lease, "x").unwrap(), None);
    for source in ["a", "b"] {
        assert_eq!(
            store.left_alone_until(source, at(59)).unwrap(),
            Some(at(60)),
            "a shorter wait does not end a longer one"
        );
    }
    assert_eq!(
        store.next_due(at(2)).unwrap(),
        Some(at(60)),
        "nothing spins meanwhile"
    );
    let facts = store.source_facts().unwrap();
    assert!(
        facts
            .iter()
            .all(|source| source.due_because == "host-held" && source.next_due == Some(at(60)))
    );
    assert_eq!(
        store
            .claim_due(at(60), Ration::of(9), lease, "x")
            .unwrap()
            .len(),
        2
    );
    // What has passed is forgotten when the next one comes.
    store.hold("c.example", at(99), at(61)).unwrap();
    assert_eq!(store.left_alone_until("a", at(0)).unwrap(), None);
}

#[test]
fn f19_one_with_the_address_of_another_is_claimed_with_it_and_never_alone() {
    let store = Store::in_memory().unwrap();
    let follower = Listed {
        follows: Some("a".into()),
        ..listed("b")
    };
    store.sync_sources(&[listed("a"), follower]).unwrap();
    let lease = Duration::from_secs(60);
    let claims = store.claim_due(at(0), Ration::of(9), lease, "x").unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].source, "a");
    assert_eq!(claims[0].followers[0].0, "b");
    assert_eq!(store.claim("b", at(0), lease, "y").unwrap(), None);
    store.release("a", "x").unwrap();
    let named = store.claim("b", at(0), lease, "y").unwrap().unwrap();
    assert_eq!(named.source, "a");
    // Once the other has gone from feeds.toml it asks for itself.
    store.sync_sources(&[listed("b")]).unwrap();
    let claims = store.claim_due(at(0), Ration::of(9), lease, "z").unwrap();
    assert_eq!(
        claims.iter().map(|c| c.source.as_str()).collect::<Vec<_>>(),
        ["b"]
    );
    assert!(claims[0].followers.is_empty());
}

#[test]
fn f16_f17_what_a_feed_asks_is_kept_and_forgotten_when_it_asks_no_more() {
    use crate::ingest::{Asks, Channel};
    use chrono::Weekday::{Mon, Sun};
    let store = with_sources(&["a"]);
    let asks = Asks {
        skip_hours: vec![3, 24, 3],
        skip_days: vec![Sun, Mon, Sun],
        update_period: Some("daily".into()),
        update_frequency: Some("2".into()),
    };
    let mut channel = Channel {
        asks: asks.clone(),
        ..Channel::default()
    };
    store.record_channel("a", &channel).unwrap();
    let kept = store.kept("a").unwrap().asks;
    assert_eq!(kept.skip_hours, [3, 24]);
    assert_eq!(kept.skip_days, [Mon, Sun]);
    assert_eq!(kept.update_period, asks.update_period);
    assert_eq!(kept.update_frequency, asks.update_frequency);
    channel.asks = Asks {
        update_period: Some("x".repeat(1 << 20)),
        ..Asks::default()
    };
    store.record_channel("a", &channel).unwrap();
    assert_eq!(store.kept("a").unwrap().asks, Asks::default());
}

#[test]
fn f22_another_address_in_feeds_toml_forgets_where_the_old_one_moved() {
    let store = with_sources(&["a"]);
    let moves = Moves {
        moved_to: Some("https://new.example/feed".into()),
        moved_at: Some(at(5)),
        new_url: Some("https://newer.example/".into()),
        evidence: Some(Evidence {
            to: "https://newer.example/".into(),
            since: at(6),
            visits: 3,
            on_trial: true,
        }),
    };
    store
        .record_moves("a", &moves, Some("new.example"))
        .unwrap();
    store.sync_sources(&[listed("a")]).unwrap();
    assert_eq!(store.kept("a").unwrap().moves, moves);
    store.hold("new.example", at(60), at(0)).unwrap();
    assert!(store.left_alone_until("a", at(0)).unwrap().is_some());
    let other = Listed {
        address: "https://other.example/feed".into(),
        ..listed("a")
    };
    store.sync_sources(&[other]).unwrap();
    assert_eq!(store.kept("a").unwrap().moves, Moves::default());
    assert_eq!(store.left_alone_until("a", at(0)).unwrap(), None);
}

#[test]
fn f46_what_is_taken_back_is_marked_and_comes_back() {
    let store = with_sources(&["a", "b"]);
    let mut stories = Vec::new();
    for (source, id) in [("a", "1"), ("a", "2"), ("b", "1")] {
        let story = store.found_story(source, id, at(0), at(0), at(0)).unwrap();
        store
            .add_entry(source, &entry(id, "T"), story, at(0))
            .unwrap();
        stories.push(story);
    }
    let gone = store.withdraw(
        "a",
        ["1", "no such"].into_iter(),
        Withdrawal::Deleted,
        at(5),
    );
    assert_eq!(gone.unwrap(), [stories[0]]);
    let again = store.withdraw("a", ["1"].into_iter(), Withdrawal::Absent, at(9));
    assert_eq!(again.unwrap(), [], "once is enough");
    let facts = store.stories(None).unwrap();
    let marked: Vec<_> = facts
        .iter()
        .flat_map(|story| &story.entries)
        .filter_map(|entry| Some((entry.source.as_str(), entry.id.as_str(), entry.withdrawn?)))
        .collect();
    assert_eq!(marked, [("a", "1", (at(5), Withdrawal::Deleted))]);
    let here = |source: &str| store.candidates(&[source.to_string()], 9).unwrap().len();
    assert_eq!((here("a"), here("b")), (1, 1));
    assert_eq!(store.left_out("a", &["2"]).unwrap(), (vec![], 1));
    assert_eq!(store.reinstate("a", &["1", "2"]).unwrap(), [stories[0]]);
    assert_eq!(here("a"), 2);
}

#[test]
fn a_document_that_broke_a_parser_is_kept_once_a_source() {
    let store = with_sources(&["a"]);
    let of = |bytes: &[u8]| {
        crate::ingest::Specimen::of(bytes, "said".into(), "https://a.example/f".into(), None)
    };
    assert_eq!(store.specimen("a").unwrap(), None);
    for (minute, bytes) in [(1, &b"one"[..]), (2, b"two")] {
        store.keep_specimen("a", &of(bytes), at(minute)).unwrap();
        let (when, kept) = store.specimen("a").unwrap().unwrap();
        assert_eq!((when, kept.bytes().as_deref()), (at(minute), Some(bytes)));
    }
    assert_eq!(store.source_facts().unwrap()[0].specimen, Some(at(2)));
    store.drop_specimen("a").unwrap();
    assert_eq!(store.specimen("a").unwrap(), None);
}

#[test]
fn f19_no_server_has_more_claimed_than_its_ration() {
    let store = Store::in_memory().unwrap();
    let at_one = |id: &str| Listed {
        server: Some("big.example".into()),
        ..listed(id)
    };
    let mut sources: Vec<Listed> = ["a", "b", "c", "d"].map(at_one).into();
    sources.push(listed("z"));
    store.sync_sources(&sources).unwrap();
    let lease = Duration::from_secs(60);
    let ration = Ration {
        claims: 9,
        per_server: 2,
    };
    let names = |claims: Vec<Claim>| claims.into_iter().map(|c| c.source).collect::<Vec<_>>();
    let due = |now| names(store.claim_due(now, ration, lease, "x").unwrap());
    assert_eq!(due(at(0)), ["a", "b", "z"], "the others at the server wait");
    assert_eq!(due(at(0)), [""; 0]);
    assert_eq!(store.next_due(at(0)).unwrap(), Some(at(1)), "nothing spins");
    store.release("b", "x").unwrap();
    let mut wanted: Vec<String> = ["a", "c", "d"].map(String::from).into();
    let claims = store.claim_wanted(&mut wanted, at(0), ration, lease, "y");
    assert_eq!(names(claims.unwrap()), ["c"]);
    assert_eq!(
        wanted,
        ["d"],
        "what another holds is not waited for, what is past the ration is"
    );
}

#[test]
fn a_panic_undoes_its_transaction_and_as_an_attempt_costs_the_others_nothing() {
    let store = Store::in_memory().unwrap();
    let put = |id: &str| {
        let sql = "INSERT INTO sources (id, address) VALUES (?1, 'x')";
        store.conn.execute(sql, [id]).unwrap();
    };
    let ids = || -> Vec<String> {
        let mut find = store.conn.prepare("SELECT id FROM sources").unwrap();
        let rows = find.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let kept = store.transaction(|store| {
        put("good");
        let bad: Result<(), _> = store.attempt(|_| {
            put("bad");
            panic!("a fault in {}", "settling")
        });
        assert!(
            matches!(&bad, Err(StoreError::Panicked(said)) if said == "a fault in settling"),
            "{bad:?}"
        );
        Ok(())
    });
    assert!(kept.is_ok());
    assert_eq!(ids(), ["good"]);
    let lost = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.transaction(|_| -> Result<(), StoreError> {
            put("lost");
            panic!("a fault elsewhere")
        })
    }));
    assert!(lost.is_err());
    assert_eq!(ids(), ["good"]);
    assert!(store.transaction(|_| Ok(())).is_ok(), "it can begin anew");
}

#[test]
fn a_store_is_made_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("headwater.db");
    // What one who was killed while making it left behind.
    std::fs::write(folder.path().join("headwater.db.new"), "half a page").unwrap();
    std::fs::write(folder.path().join("headwater.db.new-journal"), "rest").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Store::open(&path).unwrap().check().unwrap());
        }
    });
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["headwater.db"], "one file, no drafts, no log");
    let store = Store::open(&path).unwrap();
    assert!(store.still_ours().is_ok());
    std::fs::rename(&path, folder.path().join("elsewhere")).unwrap();
    let away = store.still_ours().unwrap_err();
    assert!(matches!(away, StoreError::Away { .. }) && away.is_of_the_store());
    std::fs::write(&path, "").unwrap();
    assert!(store.still_ours().is_err(), "another file is not it");
    // What was a store and is empty now is not taken for a new one.
    let empty = Store::open(&path).err().unwrap().to_string();
    assert!(empty.contains("is an empty file"), "{empty}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}
