//! Faults of our own: contained where they are met, counted, and shown.

use std::path::Path;
use std::sync::Arc;

use headwater::config;
use headwater::daemon::{Wanted, refresh};
use headwater::ingest::fetch::{Ask, Failed, Fetch, Got};
use headwater::store::Store;

use super::read_once;
use crate::newsroom::{Newsroom, source};

/// A network that breaks whoever asks it.
struct Broken;

impl Fetch for Broken {
    async fn fetch(&self, ask: &Ask) -> Result<Got, Failed> {
        panic!("asking {} went wrong", ask.feed_id)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_in_a_visit_is_contained_counted_and_shown() {
    let newsroom = Newsroom::with(&source("paper", "https://paper.example/feed"));
    let text = std::fs::read_to_string(newsroom.path("feeds.toml")).expect("read");
    let config = config::parse(&text, &newsroom.path("feeds.toml")).expect("it is right");
    let path: &Path = &config.store.path;
    for _ in 0..2 {
        let store = Store::open(path).expect("a store");
        let wanted = Wanted {
            now: true,
            ..Wanted::default()
        };
        let clock = Arc::new(chrono::Utc::now);
        let round = refresh(&store, &config, &wanted, Arc::new(Broken), clock, |_| {});
        let tallies = round.await.expect("the round goes on");
        assert_eq!(tallies[0].outcome, "panicked");
        newsroom.pass(100);
    }
    let told = newsroom.status("paper");
    assert_eq!(
        (&told["outcome"], &told["failures"]),
        (&"panicked".into(), &2.into())
    );
    assert_eq!(told["panics"]["count"], 2);
    let message = told["panics"]["message"].as_str().expect("words");
    assert!(message.contains("asking paper went wrong"), "{message}");
    for args in [&["status"][..], &["status", "paper"]] {
        let said = newsroom.run(args).ended(0).out;
        assert!(said.contains("failed on 2 of its visits"), "{said}");
        assert!(said.contains("asking paper went wrong"), "{said}");
    }
}

#[test]
fn status_says_nothing_of_panics_where_there_were_none() {
    let (_origin, newsroom) = read_once();
    assert!(newsroom.status("paper").get("panics").is_none());
    let said = newsroom.run(&["status"]).ended(0).out;
    assert!(!said.contains("failed on"), "{said}");
}
