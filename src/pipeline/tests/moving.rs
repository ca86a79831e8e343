//! Sources that move, and those that only seem to (F22–F24).

use url::Url;

use super::*;
use crate::ingest::{Channel, Validators};
use crate::source::Place;
use crate::store::Moves;

const OLD: &str = "https://me:secret@a.example/feed";
const NEW: &str = "https://new.example/feed";

struct World {
    config: Config,
    store: Store,
}

/// What the source is answered, from where, and what it says of itself.
#[derive(Clone, Default)]
struct Telling {
    permanent: Option<&'static str>,
    new_url: Option<&'static str>,
    inward: bool,
    ids: Option<&'static str>,
    unchanged: bool,
}

fn world(url: &str, more: &str) -> World {
    let text = format!("[[source]]\nid = \"a\"\nurl = \"{url}\"\n{more}");
    let config = config::parse(&text, Path::new("/nowhere/feeds.toml")).unwrap();
    let store = store(&config);
    World { config, store }
}

impl World {
    /// Where the source is asked now.
    fn place(&self) -> String {
        let moves = self.moves();
        match at_its_place(&self.config.source("a").unwrap().source, &moves).place {
            Place::Url(url) => url.into(),
            Place::Page { .. } | Place::Sitemap(_) | Place::Files { .. } => unreachable!(),
        }
    }

    fn moves(&self) -> Moves {
        self.store.kept("a").unwrap().moves
    }

    /// One visit at this hour, as `ingest` would make it. Returns how it was settled.
    fn visit(&self, hour: i64, telling: &Telling) -> &'static str {
        let asked = Url::parse(&self.place()).unwrap();
        let end = telling.permanent.map_or_else(
            || crate::source::without_userinfo(&asked).to_string(),
            str::to_owned,
        );
        let memory = Memory {
            validators: Validators {
                etag: Some(b"\"x\"".to_vec()),
                last_modified: None,
            },
            validated_url: Some(end.clone()),
            ..Memory::default()
        }
        .readdressed(&asked);
        let mut visit = visit(
            "a",
            hour * 60,
            vec![entry(telling.ids.unwrap_or("1"), 0, "One.")],
        );
        if telling.unchanged {
            visit.arrival = Arrival::Unchanged { memory };
        } else if let Arrival::Fresh(fresh) = &mut visit.arrival {
            fresh.memory = memory;
            fresh.channel = Channel {
                new_url: telling.new_url.map(str::to_owned),
                ..Channel::default()
            };
        }
        visit.answer = Some(Answer {
            status: 200,
            url: end,
            permanent: telling.permanent.map(str::to_owned),
            inward: telling.inward,
            ..Answer::default()
        });
        self.settle(visit)
    }

    fn settle(&self, visit: Visit) -> &'static str {
        let now = visit.at;
        let settled = settle(&self.store, &self.config, &[visit], now).unwrap();
        settled.visits[0].outcome
    }

    /// So many visits, twelve hours apart, after a first that makes the feed known.
    fn told(&self, visits: i64, telling: &Telling) {
        self.visit(0, &Telling::default());
        for n in 1..=visits {
            self.visit(12 * n, telling);
        }
    }
}

fn redirected(to: &'static str) -> Telling {
    Telling {
        permanent: Some(to),
        ..Telling::default()
    }
}

#[test]
fn f22_a_permanent_redirect_told_five_times_in_two_days_moves_the_source() {
    let world = world(OLD, "");
    world.told(4, &redirected(NEW));
    assert_eq!(world.place(), OLD, "four times are not enough");
    let evidence = world.moves().evidence.unwrap();
    assert_eq!((evidence.to.as_str(), evidence.visits), (NEW, 4));
    world.visit(60, &redirected(NEW));
    assert_eq!(world.place(), NEW, "without the credentials of elsewhere");
    let facts = &world.store.source_facts().unwrap()[0];
    assert_eq!(facts.address, "https://a.example/feed", "kept for undo");
    assert_eq!(facts.moves.moved_to.as_deref(), Some(NEW));
    // The validators go along: they are those of the document there (F7).
    let memory = world.store.kept("a").unwrap().memory;
    assert!(!memory.validators.is_empty());
    let there = Url::parse(NEW).unwrap();
    assert_eq!(memory.clone().readdressed(&there), memory);
}

#[test]
fn f22_many_visits_in_a_short_time_are_not_enough() {
    let world = world(OLD, "");
    world.visit(0, &Telling::default());
    for hour in 1..48 {
        world.visit(hour, &redirected(NEW));
        assert_eq!(world.place(), OLD, "after {hour} h");
    }
    world.visit(49, &redirected(NEW));
    assert_eq!(world.place(), NEW);
}

#[test]
fn f22_evidence_must_be_the_same_unbroken_and_of_the_same_feed() {
    for broken in [
        redirected("https://elsewhere.example/feed"),
        Telling::default(),
    ] {
        let world = world(OLD, "");
        world.told(4, &redirected(NEW));
        world.visit(60, &broken);
        world.visit(72, &redirected(NEW));
        assert_eq!(world.place(), OLD, "it begins anew");
        let evidence = world.moves().evidence.unwrap();
        assert_eq!((evidence.visits, evidence.since), (1, at(72 * 60)));
    }
    // A feed none of whose entries is known is no evidence, however often it comes.
    let world = world(OLD, "");
    world.told(0, &Telling::default());
    for (n, ids) in ["2", "3", "4", "5", "6", "7"].into_iter().enumerate() {
        let other = Telling {
            ids: Some(ids),
            ..redirected(NEW)
        };
        world.visit(24 * (1 + n as i64), &other);
    }
    assert_eq!(world.place(), OLD);
    assert_eq!(world.moves().evidence, None);
}

#[test]
fn f22_an_answer_that_nothing_changed_counts_and_a_failure_neither_counts_nor_breaks() {
    let world = world(OLD, "");
    let same = Telling {
        unchanged: true,
        ..redirected(NEW)
    };
    world.told(4, &same);
    world.settle(failed("a", 59 * 60));
    assert_eq!(world.moves().evidence.unwrap().visits, 4);
    world.visit(60, &same);
    assert_eq!(world.place(), NEW);
}

#[test]
fn f23_never_to_plain_http_nor_to_a_private_address() {
    for (from, to, inward) in [
        (OLD, "http://a.example/feed", false),
        (OLD, "https://127.0.0.1/feed", false),
        (OLD, "https://localhost/feed", false),
        (OLD, "https://[fd00::1]/feed", false),
        (OLD, NEW, true),
    ] {
        let world = world(from, "allow_private_addresses = true");
        let telling = Telling {
            inward,
            ..redirected(to)
        };
        world.told(9, &telling);
        assert_eq!(
            (world.place(), world.moves()),
            (from.into(), Moves::default())
        );
    }
    // From http to https is what should happen, and what is private may stay so.
    for (from, to) in [
        ("http://a.example/feed", "https://a.example/feed"),
        ("http://127.0.0.1/feed", "http://127.0.0.1/new"),
    ] {
        let world = world(from, "");
        world.told(5, &redirected(to));
        assert_eq!(world.place(), to);
    }
}

#[test]
fn f23_never_to_where_another_source_is_already() {
    let world = world(OLD, &format!("[[source]]\nid = \"b\"\nurl = \"{NEW}\"\n"));
    world.told(9, &redirected(NEW));
    assert_eq!(world.place(), OLD);
    let facts = world.store.source_facts().unwrap();
    assert_eq!(facts[0].merge_with.as_deref(), Some("b"));
    assert_eq!(facts[0].moves.evidence.as_ref().unwrap().visits, 9);
}

#[test]
fn f24_the_feeds_own_word_is_tried_once_before_it_is_believed() {
    let said = Telling {
        new_url: Some(NEW),
        ..Telling::default()
    };
    let world = world(OLD, "allow_private_addresses = true");
    world.told(5, &said);
    assert_eq!(world.place(), NEW, "on trial");
    assert_eq!(world.moves().moved_to, None);
    let source = &world.config.source("a").unwrap().source;
    let on_trial = at_its_place(source, &world.moves());
    assert!(!on_trial.manners.allow_private_addresses, "F23");
    world.visit(72, &Telling::default());
    assert_eq!(world.moves().moved_to.as_deref(), Some(NEW));
    assert_eq!(world.place(), NEW);
    assert!(
        at_its_place(source, &world.moves())
            .manners
            .allow_private_addresses
    );
}

#[test]
fn f24_a_trial_that_fails_leaves_everything_as_it_was() {
    let said = Telling {
        new_url: Some(NEW),
        ..Telling::default()
    };
    let gone = Visit {
        arrival: Arrival::Gone,
        ..visit("a", 72 * 60, vec![])
    };
    for failing in [failed("a", 72 * 60), gone] {
        let world = world(OLD, "");
        world.told(5, &said);
        world.settle(failing);
        assert_eq!(world.place(), OLD);
        assert_eq!(world.store.kept("a").unwrap().gone_since, None);
    }
    let world = world(OLD, "");
    world.told(5, &said);
    let another = Telling {
        ids: Some("of another feed"),
        ..Telling::default()
    };
    assert_eq!(world.visit(72, &another), "another-feed");
    assert_eq!(world.place(), OLD);
    assert_eq!(
        world.store.totals().unwrap().entries,
        1,
        "none of it is kept"
    );
}

#[test]
fn f22_a_new_address_that_fails_for_long_is_given_up_for_the_old_one() {
    let world = world(OLD, "");
    world.told(5, &redirected(NEW));
    for n in 0..4 {
        world.settle(failed("a", (70 + n) * 60));
        assert_eq!(world.place(), NEW);
    }
    world.settle(failed("a", 80 * 60));
    assert_eq!(
        (world.place(), world.moves()),
        (OLD.into(), Moves::default())
    );
    let world = self::world(OLD, "");
    world.told(5, &redirected(NEW));
    let gone = Visit {
        arrival: Arrival::Gone,
        ..visit("a", 72 * 60, vec![])
    };
    world.settle(gone);
    assert_eq!(world.place(), OLD);
}

#[test]
fn f22_a_source_that_moves_back_is_where_feeds_toml_says_again() {
    let world = world(OLD, "");
    world.told(5, &redirected(NEW));
    for n in 6..=10 {
        world.visit(12 * n, &redirected("https://a.example/feed"));
    }
    assert_eq!((world.place(), world.moves().moved_to), (OLD.into(), None));
}

#[test]
fn f38_credentials_move_within_their_origin_only() {
    let world = world(OLD, "");
    world.told(5, &redirected("https://a.example/new"));
    assert_eq!(world.place(), "https://me:secret@a.example/new");
    assert!(!format!("{:?}", world.moves()).contains("secret"));
}

#[test]
fn f19_one_that_follows_goes_where_the_other_goes() {
    let world = world(OLD, &format!("[[source]]\nid = \"b\"\nurl = \"{OLD}\"\n"));
    world.told(4, &redirected(NEW));
    let memory = |source: &str| world.store.kept(source).unwrap().memory;
    let follow = |hour: i64| {
        let mut visit = visit("b", hour * 60, vec![entry("1", 0, "One.")]);
        if let Arrival::Fresh(fresh) = &mut visit.arrival {
            fresh.memory = memory("a");
        }
        visit.answer = Some(Answer {
            status: 200,
            url: NEW.into(),
            permanent: Some(NEW.into()),
            ..Answer::default()
        });
        world.settle(visit);
    };
    follow(48);
    world.visit(60, &redirected(NEW));
    follow(60);
    assert_eq!(world.place(), NEW);
    assert_eq!(
        memory("a").asked,
        memory("b").asked,
        "asked alike next time"
    );
    assert_eq!(world.store.kept("b").unwrap().moves, Moves::default());
}
