//! What a `[[feed]]` of feeds.toml asks for.

/// A published output.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// The operator's id, and the name in its address: `[a-z0-9_-]`.
    pub id: String,
    pub title: String,
    pub description: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Which sources it draws from.
    pub from: Vec<Selector>,
    pub order: Order,
    /// Largest number of items.
    pub limit: usize,
    /// No source may have more items than this in one edition.
    pub per_source: Option<usize>,
    /// Ids it was published under before; they redirect here for good (S13).
    pub formerly: Vec<String>,
}

/// One word of `from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// A source's id.
    Source(String),
    /// `tag:NAME`: every source that bears it.
    Tag(String),
    /// `*`: every source.
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first, by the published instant.
    #[default]
    Published,
}

impl Feed {
    /// Whether a source of this id with these tags is drawn from.
    pub fn draws_from(&self, id: &str, tags: &[String]) -> bool {
        self.from.iter().any(|selector| match selector {
            Selector::Source(wanted) => wanted == id,
            Selector::Tag(wanted) => tags.contains(wanted),
            Selector::All => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_draws_from_ids_and_tags() {
        let feed = Feed {
            id: "world".into(),
            title: "World".into(),
            description: None,
            language: None,
            from: vec![
                Selector::Source("desk".into()),
                Selector::Tag("world".into()),
            ],
            order: Order::Published,
            limit: 50,
            per_source: None,
            formerly: vec![],
        };
        assert!(feed.draws_from("desk", &[]));
        assert!(feed.draws_from("un", &["world".into()]));
        assert!(!feed.draws_from("un", &["local".into()]));
    }
}
