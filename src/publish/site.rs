//! Where the published things live and what they are called.

use url::Url;
use uuid::Uuid;

/// The forms an edition is published in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    Rss,
    Atom,
    Json,
    Page,
}

impl Format {
    pub const ALL: [Format; 4] = [Format::Rss, Format::Atom, Format::Json, Format::Page];

    /// What its address ends in, with the dot; nothing for a page.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Rss => ".rss",
            Format::Atom => ".atom",
            Format::Json => ".json",
            Format::Page => "",
        }
    }

    /// The media type for link relations, without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Rss => "application/rss+xml",
            Format::Atom => "application/atom+xml",
            Format::Json => "application/feed+json",
            Format::Page => "text/html",
        }
    }

    /// The value of `Content-Type` (S9).
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Rss => "application/rss+xml; charset=utf-8",
            Format::Atom => "application/atom+xml; charset=utf-8",
            Format::Json => "application/feed+json",
            Format::Page => "text/html; charset=utf-8",
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Format::Rss => "RSS",
            Format::Atom => "Atom",
            Format::Json => "JSON Feed",
            Format::Page => "Web page",
        }
    }
}

/// The path of a feed in one format, below the public address: `/feeds/ID.rss`. The key of its document on the shelf.
pub fn feed_path(id: &str, format: Format) -> String {
    format!("/feeds/{id}{}", format.extension())
}

/// The path of a story's page: `/stories/ID`.
pub fn story_path(id: &str) -> String {
    format!("/stories/{id}")
}

/// The path of the page that lists the published feeds.
pub const INDEX_PATH: &str = "/";

/// The publication as a whole: all that documents say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// `public_url`: what documents call themselves by. Ids do not depend on it (P3). Must be http(s).
    pub address: Url,
    /// `headwater/VERSION`.
    pub generator: String,
}

impl Site {
    /// The absolute address of a feed's document (P16: the one it is fetched by).
    pub fn feed_document(&self, id: &str, format: Format) -> String {
        self.at(&["feeds", &format!("{id}{}", format.extension())])
    }

    /// The absolute address of a feed's page.
    pub fn feed_page(&self, id: &str) -> String {
        self.feed_document(id, Format::Page)
    }

    /// The absolute address of a story's page.
    pub fn story_page(&self, id: &str) -> String {
        self.at(&["stories", id])
    }

    /// The absolute address of the page that lists the feeds.
    pub fn index_page(&self) -> String {
        self.at(&[""])
    }

    /// Host and path of the public address, as a name for it.
    pub fn name(&self) -> String {
        let host = self.address.host_str().unwrap_or_default();
        format!("{host}{}", self.address.path().trim_end_matches('/'))
    }

    /// An address below the public one, whose own path is kept; segments are percent-encoded.
    fn at(&self, segments: &[&str]) -> String {
        let mut url = self.address.clone();
        url.set_query(None);
        url.set_fragment(None);
        // Fails only for addresses without a path, which `address` is not allowed to be.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url.into()
    }
}

/// The namespace of ids this room mints (UUIDv5, RFC 9562 §5.5). Never to be changed: published ids hang on it (P3).
const NAMESPACE: Uuid = Uuid::from_u128(0x8f1c_53d2_07be_5a94_b6e3_d1c8_2f70_94ab);

/// A feed's permanent id, made from its id in feeds.toml alone, so that it survives a change of host, title or scheme (P3).
pub fn feed_urn(id: &str) -> String {
    urn("feed", id)
}

/// The id of a source that gives itself none, for `atom:source` (P6).
pub(super) fn source_urn(id: &str) -> String {
    urn("source", id)
}

fn urn(kind: &str, id: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{kind}\0{id}").as_bytes())
        .urn()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(address: &str) -> Site {
        Site {
            address: Url::parse(address).unwrap(),
            generator: "headwater/0".into(),
        }
    }

    #[test]
    fn addresses_stay_below_the_public_one() {
        let root = site("https://news.example");
        assert_eq!(
            root.feed_document("world", Format::Rss),
            "https://news.example/feeds/world.rss"
        );
        assert_eq!(root.feed_page("world"), "https://news.example/feeds/world");
        assert_eq!(root.index_page(), "https://news.example/");
        let below = site("https://news.example/river/?x#y");
        assert_eq!(
            below.story_page("ab"),
            "https://news.example/river/stories/ab"
        );
        assert_eq!(below.index_page(), "https://news.example/river/");
        assert_eq!(below.name(), "news.example/river");
        assert_eq!(
            site("http://x.example/a").story_page("../x?y"),
            "http://x.example/a/stories/..%2Fx%3Fy"
        );
    }

    #[test]
    fn p3_a_feeds_id_depends_on_its_own_id_alone() {
        assert_eq!(feed_urn("world"), feed_urn("world"));
        assert_ne!(feed_urn("world"), feed_urn("desk"));
        assert_ne!(feed_urn("world"), source_urn("world"));
        assert_eq!(
            feed_urn("world"),
            "urn:uuid:af1c9688-b9bd-5bd2-92d7-105a7f557308"
        );
    }

    #[test]
    fn s9_media_types() {
        assert_eq!(
            Format::Rss.content_type(),
            "application/rss+xml; charset=utf-8"
        );
        assert_eq!(
            Format::Atom.content_type(),
            "application/atom+xml; charset=utf-8"
        );
        assert_eq!(Format::Json.content_type(), "application/feed+json");
        for format in Format::ALL {
            assert!(format.content_type().starts_with(format.media_type()));
        }
    }
}
