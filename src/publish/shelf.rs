//! All finished documents: the only thing that HTTP reads for a live feed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::curate::Feed;

use super::document::Document;
use super::site::{Format, Site, feed_path};

/// Immutable: a change makes a new shelf, which shares every document that did not change. A reader of the old one never sees half of the new (S14).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shelf {
    composed: bool,
    feeds: Vec<Feed>,
    documents: HashMap<String, Arc<Document>>,
    moved: HashMap<String, String>,
    gone: HashSet<String>,
    awaited: HashSet<String>,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'a> {
    Document(&'a Arc<Document>),
    /// For good (S13: 301 or 308), to this absolute address.
    Moved(String),
    /// It was published once and has been withdrawn (S13: 410).
    Gone,
    /// It will be there: no source of the feed was read yet, and an empty feed would be a lie (S14: 503).
    Awaited,
}

impl Shelf {
    /// A shelf that is composed though still without documents. `withdrawn` are ids of feeds that were published once and are no more. A feed that is
    /// published now wins over both a withdrawal and a feed that was `formerly` called so.
    pub fn new(site: &Site, feeds: Vec<Feed>, withdrawn: &[String]) -> Self {
        let mut moved = HashMap::new();
        let mut gone = HashSet::new();
        let live: HashSet<&str> = feeds.iter().map(|feed| feed.id.as_str()).collect();
        for feed in &feeds {
            for old in feed
                .formerly
                .iter()
                .filter(|old| !live.contains(old.as_str()))
            {
                for format in Format::ALL {
                    moved
                        .entry(feed_path(old, format))
                        .or_insert_with(|| site.feed_document(&feed.id, format));
                }
            }
        }
        for id in withdrawn.iter().filter(|id| !live.contains(id.as_str())) {
            gone.extend(
                Format::ALL
                    .map(|format| feed_path(id, format))
                    .into_iter()
                    .filter(|path| !moved.contains_key(path)),
            );
        }
        Shelf {
            composed: true,
            feeds,
            documents: HashMap::new(),
            moved,
            gone,
            awaited: HashSet::new(),
        }
    }

    /// This shelf with some documents put in place, by path; `None` takes one away.
    pub fn with(&self, changes: impl IntoIterator<Item = (String, Option<Arc<Document>>)>) -> Self {
        let mut shelf = self.clone();
        for (path, document) in changes {
            match document {
                Some(document) => shelf.documents.insert(path, document),
                None => shelf.documents.remove(&path),
            };
        }
        shelf
    }

    /// This shelf with these feeds promised: their documents are not there yet, and will be (S14).
    pub fn awaiting<'a>(mut self, feeds: impl IntoIterator<Item = &'a str>) -> Self {
        for feed in feeds {
            self.awaited
                .extend(Format::ALL.map(|format| feed_path(feed, format)));
        }
        self
    }

    /// What stands at a path (decoded, without query). None: nothing ever did, as far as is known.
    pub fn find(&self, path: &str) -> Option<Found<'_>> {
        if let Some(document) = self.documents.get(path) {
            return Some(Found::Document(document));
        }
        if let Some(address) = self.moved.get(path) {
            return Some(Found::Moved(address.clone()));
        }
        if self.awaited.contains(path) {
            return Some(Found::Awaited);
        }
        self.gone.contains(path).then_some(Found::Gone)
    }

    pub fn get(&self, path: &str) -> Option<&Arc<Document>> {
        self.documents.get(path)
    }

    /// Whether it was ever composed; the default shelf was not, and nobody may mistake it for an empty publication (S14).
    pub fn is_composed(&self) -> bool {
        self.composed
    }

    /// The published feeds, in the order of feeds.toml.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curate::Order;
    use chrono::DateTime;
    use url::Url;

    fn feed(id: &str, formerly: &[&str]) -> Feed {
        Feed {
            id: id.into(),
            title: id.into(),
            description: None,
            language: None,
            from: vec![],
            order: Order::Published,
            limit: 9,
            per_source: None,
            formerly: formerly.iter().map(|old| old.to_string()).collect(),
        }
    }

    fn site() -> Site {
        Site {
            address: Url::parse("https://news.example").unwrap(),
            generator: "headwater/0".into(),
        }
    }

    fn document(text: &str) -> Arc<Document> {
        Arc::new(Document::new(
            "text/plain",
            text.into(),
            vec![],
            DateTime::UNIX_EPOCH,
        ))
    }

    #[test]
    fn s13_renamed_feeds_redirect_and_withdrawn_ones_are_gone() {
        let shelf = Shelf::new(
            &site(),
            vec![feed("world", &["globe"]), feed("desk", &["world"])],
            &["old".into(), "desk".into(), "globe".into()],
        );
        assert_eq!(
            shelf.find("/feeds/globe.atom"),
            Some(Found::Moved("https://news.example/feeds/world.atom".into()))
        );
        assert_eq!(
            shelf.find("/feeds/globe"),
            Some(Found::Moved("https://news.example/feeds/world".into()))
        );
        assert_eq!(shelf.find("/feeds/old.rss"), Some(Found::Gone));
        assert_eq!(shelf.find("/feeds/desk.rss"), None);
        assert_eq!(
            shelf.find("/feeds/world.rss"),
            None,
            "a live feed is not redirected"
        );
    }

    #[test]
    fn s14_a_change_leaves_the_old_shelf_whole() {
        let old = Shelf::new(&site(), vec![], &[]).with([
            ("/a".into(), Some(document("a"))),
            ("/b".into(), Some(document("b"))),
        ]);
        let new = old.with([("/a".into(), Some(document("A"))), ("/b".into(), None)]);
        assert_eq!(old.get("/a").unwrap().identity().body, "a");
        assert_eq!(new.get("/a").unwrap().identity().body, "A");
        assert!(old.get("/b").is_some() && new.get("/b").is_none());
    }

    #[test]
    fn s14_a_feed_none_of_whose_sources_was_read_is_awaited_not_empty() {
        let shelf = Shelf::new(&site(), vec![feed("world", &[])], &[]).awaiting(["world"]);
        assert_eq!(shelf.find("/feeds/world.rss"), Some(Found::Awaited));
        let there = shelf.with([("/feeds/world.rss".into(), Some(document("a")))]);
        assert!(matches!(
            there.find("/feeds/world.rss"),
            Some(Found::Document(_))
        ));
    }

    #[test]
    fn s14_a_shelf_that_was_never_composed_says_so() {
        assert!(!Shelf::default().is_composed());
        assert!(Shelf::new(&site(), vec![], &[]).is_composed());
    }
}
