//! Who headwater listens to: one `[[source]]` of feeds.toml, checked and ready.
//!
//! Incoming is always a *source*, outgoing is always a *feed*. This room holds values only; visiting a source is the business of `ingest`, when to
//! visit it that of `schedule`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use url::Url;

/// A place articles come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The operator's id for it: `[a-z0-9_-]`, unique, never reused for another place.
    pub id: String,
    /// The operator's name for it; without one, what the source calls itself.
    pub name: Option<String>,
    pub place: Place,
    pub tags: Vec<String>,
    /// The zone in which its dates without a zone are read (T3), and in which its schedule runs.
    pub zone: Tz,
    /// Whether the page of every new entry is fetched, for the whole text.
    pub full_text: bool,
    pub manners: Manners,
}

/// Where a source's documents are. Its `Debug` shows no credentials (F38).
#[derive(Clone, PartialEq)]
pub enum Place {
    /// A feed on the web.
    Url(Url),
    /// A page without a feed, which lists articles.
    Page { url: Url, pick: Pick },
    /// A sitemap, or an index of sitemaps.
    Sitemap(Url),
    /// Files on disk: an absolute glob pattern. `root` is the folder of feeds.toml, against which paths are named, so that moving the folder does not
    /// make old articles new.
    Files { root: PathBuf, pattern: String },
}

/// Which parts of a page are its articles, as CSS selectors that were checked. Without `item` the page is searched for what repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// The element around one article.
    pub item: Option<String>,
    /// In it, the link to the article.
    pub link: Option<String>,
    /// In it, the headline, where the link's own text is none.
    pub title: Option<String>,
    /// In it, the date.
    pub date: Option<String>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({})", self.shown())
    }
}

impl Place {
    /// Whether visiting it asks somebody else's machine for something, so that politeness (F11, F19) is owed.
    pub fn is_remote(&self) -> bool {
        self.url().is_some()
    }

    /// Its address on the web, credentials included. `None` for files.
    pub fn url(&self) -> Option<&Url> {
        match self {
            Place::Url(url) | Place::Page { url, .. } | Place::Sitemap(url) => Some(url),
            Place::Files { .. } => None,
        }
    }

    /// The address as an operator wrote it, without credentials (F38).
    pub fn shown(&self) -> String {
        match self {
            Place::Url(url) | Place::Page { url, .. } | Place::Sitemap(url) => {
                without_userinfo(url).into()
            }
            Place::Files { root, pattern } => {
                let root = root.to_string_lossy();
                pattern
                    .strip_prefix(root.as_ref())
                    .map_or(pattern.as_str(), |rest| rest.trim_start_matches('/'))
                    .to_string()
            }
        }
    }
}

/// How politely and how patiently a source is visited (`[fetch]`, overridden in a `[[source]]`).
#[derive(Clone, Debug, PartialEq)]
pub struct Manners {
    /// A page about the operator, named in the User-Agent (F29).
    pub contact: Option<Url>,
    /// Visits at once to one host (F19).
    pub per_host: usize,
    /// Least time between two starts at one host (F19).
    pub host_interval: Duration,
    /// Least time between two visits, whatever the schedule says (F11).
    pub min_interval: Duration,
    /// The whole of one visit, redirects included.
    pub timeout: Duration,
    /// Largest body taken, in decoded bytes (F36).
    pub max_bytes: u64,
    /// Whether loopback, private and other non-public addresses may be visited (F37).
    pub allow_private_addresses: bool,
}

/// The address without user name and password, for everything that is shown, logged or published (F38).
pub fn without_userinfo(url: &Url) -> Url {
    let mut shown = url.clone();
    // Both fail only for URLs that cannot have credentials in the first place.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown
}

/// An address that a source led to, as it is asked: with the credentials of `own`, the operator's address, within its origin, and with none at any other
/// (F38).
pub fn with_userinfo_of(own: &Url, url: &Url) -> Url {
    let mut asked = without_userinfo(url);
    if asked.origin() == own.origin() {
        // Both fail only for URLs that cannot have credentials; these have the origin of one that may.
        let _ = asked.set_username(own.username());
        let _ = asked.set_password(own.password());
    }
    asked
}

impl Default for Manners {
    fn default() -> Self {
        Manners {
            contact: None,
            per_host: 2,
            host_interval: Duration::from_secs(1),
            min_interval: Duration::from_secs(3600),
            timeout: Duration::from_secs(30),
            max_bytes: 20_000_000,
            allow_private_addresses: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f38_credentials_are_never_shown() {
        let place = Place::Url(Url::parse("https://me:secret@news.example/feed").unwrap());
        assert_eq!(place.shown(), "https://news.example/feed");
    }

    #[test]
    fn files_are_shown_as_the_operator_wrote_them() {
        let place = Place::Files {
            root: PathBuf::from("/srv/desk"),
            pattern: "/srv/desk/articles/*".into(),
        };
        assert_eq!(place.shown(), "articles/*");
    }

    #[test]
    fn f38_credentials_hold_for_their_own_origin_and_strangers_give_none() {
        let own = Url::parse("https://me:secret@a.example/feed").unwrap();
        for (led_to, asked) in [
            ("https://a.example/new", "https://me:secret@a.example/new"),
            (
                "https://x:y@a.example/new",
                "https://me:secret@a.example/new",
            ),
            ("http://a.example/new", "http://a.example/new"),
            ("https://x:y@b.example/", "https://b.example/"),
        ] {
            let url = Url::parse(led_to).unwrap();
            assert_eq!(with_userinfo_of(&own, &url).as_str(), asked);
        }
    }
}
