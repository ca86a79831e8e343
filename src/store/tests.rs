use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::dedupe::{EntryRef, Fingerprint, Reason, StoryId};
use crate::ingest::{Entry, Memory, PartMemory, Validators};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_760_000_000 + minute * 60, 0).unwrap()
}

fn listed(id: &str) -> Listed {
    Listed {
        id: id.into(),
        name: None,
        address: format!("https://{id}.example/feed"),
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
        due,
    }
}

#[test]
fn a_claimed_source_is_nobody_elses_until_its_lease_ends() {
    let store = with_sources(&["a", "b"]);
    let lease = Duration::from_secs(60);
    let first = store.claim_due(at(0), 1, lease, "one").unwrap();
    assert_eq!(
        first
            .iter()
            .map(|claim| claim.source.as_str())
            .collect::<Vec<_>>(),
        ["a"]
    );
    let second = store.claim_due(at(0), 9, lease, "two").unwrap();
    assert_eq!(
        second
            .iter()
            .map(|claim| claim.source.as_str())
            .collect::<Vec<_>>(),
        ["b"]
    );
    assert_eq!(store.claim_due(at(0), 9, lease, "three").unwrap(), []);
    assert_eq!(store.claim("a", at(0), lease, "three").unwrap(), None);
    assert_eq!(store.claim_due(at(2), 9, lease, "three").unwrap().len(), 2);
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
    assert_eq!(store.next_due().unwrap(), Some(at(60)));
    assert_eq!(store.claim_due(at(59), 9, Duration::ZERO, "x").unwrap(), []);
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
        store.claim_due(at(99_999), 9, Duration::ZERO, "x").unwrap(),
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
            .claim_due(at(0), 9, Duration::ZERO, "x")
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
        store
            .candidates(&sources, at(100), 10)
            .unwrap()
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
    assert_eq!(store.feed_since("f", at(9)).unwrap(), at(1));
    store
        .record_edition("f", std::slice::from_ref(&id), at(2))
        .unwrap();
    store.record_edition("f", &[], at(3)).unwrap();
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
    store.feed_since("f", at(0)).unwrap();
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
