//! People who read while all this happens, and remember what they were told.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::newsroom::ask;

/// Between two questions: a reader in a hurry.
const PAUSE: Duration = Duration::from_millis(15);

/// By id and text of an item, when it was published and when it changed.
type Told = HashMap<(String, String), (String, Option<String>)>;

/// What readers were told, at all times and by every process.
#[derive(Default)]
pub struct Readers {
    told: Mutex<Told>,
    answers: AtomicUsize,
    stop: AtomicBool,
}

impl Readers {
    /// Reads until told to stop. Panics when a feed is empty, is no feed, or tells the same words under other dates than before.
    pub fn read(&self, at: &Mutex<SocketAddr>) {
        let _stops_the_others = Stops(&self.stop);
        while !self.stop.load(Ordering::Relaxed) {
            let address = *at.lock().unwrap_or_else(PoisonError::into_inner);
            match ask(address, "GET", "/feeds/all.json", &[]) {
                Some(answer) if answer.status == 200 => {
                    self.answers.fetch_add(1, Ordering::Relaxed);
                    self.compare(&answer.json());
                }
                // S14: not composed yet, or nobody is there.
                Some(answer) => assert_eq!(answer.status, 503),
                None => {}
            }
            thread::sleep(PAUSE);
        }
    }

    fn compare(&self, feed: &Value) {
        let items = feed["items"].as_array().expect("items");
        assert!(!items.is_empty(), "S14: an empty feed");
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let word = |item: &Value, name: &str| item[name].as_str().map(str::to_owned);
        let mut ids: Vec<_> = items.iter().map(|item| word(item, "id")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), items.len(), "an id twice in one document");
        for item in items {
            // The text without what others say of the same article, which may grow.
            let text = item["title"].to_string() + &words(item);
            let key = (word(item, "id").expect("an id"), text);
            let dates = (
                word(item, "date_published").expect("a date"),
                word(item, "date_modified"),
            );
            let before = told.entry(key.clone()).or_insert_with(|| dates.clone());
            assert_eq!(*before, dates, "{key:?}");
        }
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }
}

/// What an article itself says, its list of sources and carriers aside.
fn words(item: &Value) -> String {
    let html = item["content_html"].as_str().unwrap_or_default();
    html.split("<hr").next().unwrap_or_default().to_owned()
}

struct Stops<'a>(&'a AtomicBool);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
