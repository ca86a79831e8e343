//! Clocks that jump, machines that sleep, slots that pass, and rhythms that are followed.

use super::*;
use crate::schedule::Because;
use crate::store::{Ration, SourceFacts};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

fn facts(store: &Store, source: &str) -> SourceFacts {
    let facts = store.source_facts().unwrap();
    facts.into_iter().find(|facts| facts.id == source).unwrap()
}

fn scheduled(schedule: &str) -> Config {
    let text = format!(
        "[defaults]\nschedule = \"{schedule}\"\n[[source]]\nid = \"a\"\nurl = \"https://a.example/feed\"\n[[source]]\nid = \"b\"\nurl = \"https://b.example/feed\"\n"
    );
    config::parse(&text, Path::new("/nowhere/feeds.toml")).unwrap()
}

fn settled(store: &Store, config: &Config, visit: Visit) {
    let now = visit.at + TimeDelta::from_std(visit.took).unwrap();
    settle(store, config, &[visit], now).unwrap();
}

#[test]
fn c11_slots_that_pass_while_a_source_is_due_or_visited_are_counted_and_made_up_for_once() {
    let config = scheduled("every 45m");
    let store = store(&config);
    settled(&store, &config, visit("a", 0, vec![]));
    assert_eq!(facts(&store, "a").coalesced, 0);
    // Due an hour later, by min_interval. Visited then, it hangs for two hours: 45 minutes fit into that twice.
    let slow = Visit {
        took: Duration::from_secs(2 * 3_600),
        ..visit("a", 61, vec![])
    };
    settled(&store, &config, slow);
    assert_eq!(facts(&store, "a").coalesced, 2);
    let due = facts(&store, "a").next_due.unwrap();
    assert!(
        due >= at(61 + 180),
        "one visit, an hour after its end: {due}"
    );
    // A visit before it is due misses nothing.
    settled(&store, &config, visit("a", 190, vec![]));
    assert_eq!(facts(&store, "a").coalesced, 2);
}

#[test]
fn c10_c11_c14_after_a_sleep_there_is_one_visit_and_the_slots_are_counted() {
    let config = scheduled("@hourly");
    let store = store(&config);
    for source in ["a", "b"] {
        settled(&store, &config, visit(source, 0, vec![]));
    }
    let woken = at(3 * DAY);
    catch_up(&store, &config, woken, Chance(0)).unwrap();
    for source in ["a", "b"] {
        let facts = facts(&store, source);
        let due = facts.next_due.unwrap();
        assert!(
            due >= woken && due <= woken + TimeDelta::seconds(60),
            "{due}"
        );
        assert_eq!(facts.due_because, "startup");
        assert!((69..=71).contains(&facts.coalesced), "{}", facts.coalesced);
    }
    assert_ne!(facts(&store, "a").next_due, facts(&store, "b").next_due);
}

#[test]
fn c8_c14_a_clock_put_back_by_hours_leaves_every_wait_as_long_as_it_was() {
    let config = scheduled("every 90m");
    let store = store(&config);
    settled(&store, &config, visit("b", 0, vec![]));
    let before = facts(&store, "b").next_due.unwrap();
    // The clock runs a day ahead; then somebody asks for patience, and it is set right.
    let mut refused = failed("a", DAY);
    refused.arrival = Arrival::Failed(Failure::Status(429));
    refused.answer = Some(Answer {
        status: 429,
        url: "https://a.example/feed".into(),
        retry_after: Some("7200".into()),
        ..Answer::default()
    });
    settled(&store, &config, refused);
    let now = at(10);
    assert!(facts(&store, "a").next_due.unwrap() > now + TimeDelta::hours(24));
    let by = put_right(&store, &config, now, Chance(0)).unwrap();
    assert_eq!(by, Some(TimeDelta::minutes(DAY - 10)));
    let a = facts(&store, "a");
    let wait = a.next_due.unwrap() - now;
    assert!(
        wait >= TimeDelta::minutes(120) && wait < TimeDelta::minutes(123),
        "{wait}"
    );
    assert!(a.held_until.unwrap() <= now + TimeDelta::minutes(120));
    // What was visited by a clock that was right is as it was.
    assert_eq!(facts(&store, "b").next_due.unwrap(), before);
    // Once is enough.
    assert_eq!(put_right(&store, &config, now, Chance(0)).unwrap(), None);
    let claims = store
        .claim_due(now, Ration::of(9), Duration::from_secs(60), "x")
        .unwrap();
    assert_eq!(claims, [], "no burst");
}

#[test]
fn c14_a_small_step_back_changes_nothing() {
    let config = scheduled("every 90m");
    let store = store(&config);
    settled(&store, &config, visit("a", 100, vec![]));
    let due = facts(&store, "a").next_due;
    assert_eq!(put_right(&store, &config, at(99), Chance(0)).unwrap(), None);
    assert_eq!(put_right(&store, &config, at(0), Chance(0)).unwrap(), None);
    assert_eq!(facts(&store, "a").next_due, due);
}

#[test]
fn c14_t10_what_was_published_before_the_clock_was_put_back_stays_published() {
    let config = config();
    let store = store(&config);
    settled(
        &store,
        &config,
        visit("a", 10 * HOUR, vec![entry("1", 10 * HOUR - 5, "News.")]),
    );
    let before = bytes(&composed(&store, &config, 10 * HOUR), "all");
    let after = bytes(&composed(&store, &config, 2 * HOUR), "all");
    assert!(String::from_utf8_lossy(&after[0]).contains("Title of 1"));
    assert_eq!(before, after);
}

#[test]
fn f49_c13_a_source_on_auto_is_visited_by_its_rhythm_and_says_what_that_comes_to() {
    let config = scheduled("auto");
    let store = store(&config);
    // Twenty articles, one each day at about the same time; `at(0)` is 08:53 on a Thursday.
    let entries: Vec<Entry> = (0..20)
        .map(|day| entry(&format!("{day}"), -day * DAY - 60, "Words."))
        .collect();
    let visit_of_all = visit("a", 0, entries);
    let told = settle(&store, &config, std::slice::from_ref(&visit_of_all), at(0)).unwrap();
    let due = told.visits[0].next.unwrap();
    assert_eq!(due.because, Because::Rhythm);
    assert!(due.at - at(0) >= TimeDelta::hours(1), "F11: {}", due.at);
    let rhythm = facts(&store, "a").rhythm.unwrap();
    assert!((0.8..1.3).contains(&rhythm.entries_a_day), "{rhythm:?}");
    assert!(
        rhythm.visits_a_day < 4.0 && rhythm.saved > 0.8,
        "{rhythm:?}"
    );
    assert!(rhythm.regularity > 0.7, "{rhythm:?}");
    assert!(rhythm.delay < Duration::from_secs(3 * 3_600), "{rhythm:?}");
    // The same store and time, the same answer.
    let other = super::store(&config);
    let again = settle(&other, &config, &[visit_of_all], at(0)).unwrap();
    assert_eq!(again.visits[0].next, Some(due));
    // A failure waits by its own rule, and another schedule has no rhythm.
    settled(&store, &config, failed("a", 120));
    assert!(facts(&store, "a").rhythm.is_some());
    settled(&store, &scheduled("@hourly"), visit("a", 240, vec![]));
    assert_eq!(facts(&store, "a").rhythm, None);
}
