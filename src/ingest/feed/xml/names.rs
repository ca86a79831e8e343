//! Namespaces, by URI and not by prefix (F44), with the spellings that history left behind.

/// A namespace that something is read from. What has no reader here is `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ns {
    /// None at all, as in RSS 2.0.
    None,
    /// RSS 0.90, 1.0, and the URIs that some put on RSS 2.0.
    Rss,
    /// Atom 1.0.
    Atom,
    /// Atom 0.3.
    Atom03,
    Rdf,
    Dc,
    DcTerms,
    Content,
    Syndication,
    Itunes,
    Media,
    Podcast,
    Threading,
    FeedBurner,
    Pheedo,
    Tombstones,
    History,
    Xhtml,
    Xml,
    Admin,
    /// A number of its own for each URI, so that they are not confused.
    Other(u16),
}

impl Ns {
    /// Whether RSS and Atom elements may be in it.
    pub fn is_core(self) -> bool {
        matches!(self, Self::None | Self::Rss | Self::Atom | Self::Atom03)
    }

    pub fn is_atom(self) -> bool {
        matches!(self, Self::Atom | Self::Atom03)
    }

    /// The URI that an element of it is kept under (P18); empty for those that nothing is kept of.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Itunes => "http://www.itunes.com/dtds/podcast-1.0.dtd",
            Self::Media => "http://search.yahoo.com/mrss/",
            Self::Podcast => "https://podcastindex.org/namespace/1.0",
            _ => "",
        }
    }

    /// The namespace of a URI. Scheme, case, a final `/` or `#` and white space make no difference: publishers get all of them wrong.
    pub fn of(uri: &str) -> Option<Self> {
        let folded = uri.trim().to_ascii_lowercase();
        let bare = folded
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_start_matches("www.")
            .trim_end_matches(['/', '#']);
        Some(match bare {
            "" => Self::None,
            "purl.org/rss/1.0"
            | "my.netscape.com/rdf/simple/0.9"
            | "channel.netscape.com/rdf/simple/0.9"
            | "my.netscape.com/publish/formats/rss-0.9.dtd"
            | "my.netscape.com/publish/formats/rss-0.91.dtd"
            | "purl.org/net/rss1.1"
            | "purl.org/rss/0.9"
            | "purl.org/rss/2.0"
            | "backend.userland.com/rss"
            | "backend.userland.com/rss2"
            | "backend.userland.com/rss091"
            | "backend.userland.com/rss092"
            | "backend.userland.com/rss093"
            | "backend.userland.com/rss094"
            | "backend.userland.com/rss191"
            | "blogs.law.harvard.edu/tech/rss"
            | "cyber.law.harvard.edu/rss"
            | "cyber.law.harvard.edu/rss/rss.html"
            | "rssboard.org/rss-specification"
            | "rss.userland.com/rss2" => Self::Rss,
            "w3.org/2005/atom" | "purl.org/atom/ns#1.0" | "purl.org/atom/ns/1.0" => Self::Atom,
            "purl.org/atom/ns" => Self::Atom03,
            "w3.org/1999/02/22-rdf-syntax-ns" => Self::Rdf,
            "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc" => Self::Dc,
            "purl.org/dc/terms" | "purl.org/dcterms" => Self::DcTerms,
            "purl.org/rss/1.0/modules/content" => Self::Content,
            "purl.org/rss/1.0/modules/syndication" | "purl.org/rss/modules/syndication" => {
                Self::Syndication
            }
            "itunes.com/dtds/podcast-1.0.dtd" | "itunes.com/dtds/podcast-1.0" => Self::Itunes,
            "rssboard.org/media-rss"
            | "search.yahoo.com/mrss"
            | "search.yahoo.com/mrss/1.1"
            | "video.search.yahoo.com/mrss"
            | "tools.search.yahoo.com/mrss" => Self::Media,
            "podcastindex.org/namespace/1.0" => Self::Podcast,
            _ if bare.starts_with("github.com/podcastindex-org/podcast-namespace") => Self::Podcast,
            _ if bare
                .starts_with("raw.githubusercontent.com/podcastindex-org/podcast-namespace") =>
            {
                Self::Podcast
            }
            "purl.org/syndication/thread/1.0" => Self::Threading,
            "rssnamespace.org/feedburner/ext/1.0" => Self::FeedBurner,
            "pheedo.com/namespace/pheedo" => Self::Pheedo,
            "purl.org/atompub/tombstones/1.0" => Self::Tombstones,
            "purl.org/syndication/history/1.0" => Self::History,
            "w3.org/1999/xhtml" | "w3.org/tr/xhtml1" => Self::Xhtml,
            "w3.org/xml/1998/namespace" => Self::Xml,
            "webns.net/mvcb" => Self::Admin,
            _ => return None,
        })
    }

    /// What a prefix means when nobody declared it.
    pub fn usual(prefix: &str) -> Option<Self> {
        Some(match prefix.to_ascii_lowercase().as_str() {
            "xml" => Self::Xml,
            "rss" => Self::Rss,
            "atom" | "a10" | "atom10" => Self::Atom,
            "atom03" => Self::Atom03,
            "rdf" => Self::Rdf,
            "dc" => Self::Dc,
            "dcterms" | "dct" => Self::DcTerms,
            "content" => Self::Content,
            "sy" => Self::Syndication,
            "itunes" => Self::Itunes,
            "media" => Self::Media,
            "podcast" => Self::Podcast,
            "thr" => Self::Threading,
            "feedburner" => Self::FeedBurner,
            "pheedo" => Self::Pheedo,
            "at" => Self::Tombstones,
            "fh" => Self::History,
            "xhtml" | "xh" | "html" | "h" => Self::Xhtml,
            "admin" => Self::Admin,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f44_spellings_of_a_uri_are_one_namespace() {
        let cases = [
            ("http://www.w3.org/2005/Atom", Ns::Atom),
            ("https://www.w3.org/2005/Atom/", Ns::Atom),
            ("http://search.yahoo.com/mrss", Ns::Media),
            ("http://www.itunes.com/DTDs/Podcast-1.0.dtd", Ns::Itunes),
            ("http://my.netscape.com/rdf/simple/0.9/", Ns::Rss),
            ("http://purl.org/atom/ns#", Ns::Atom03),
            (" http://purl.org/dc/elements/1.1/ ", Ns::Dc),
            ("", Ns::None),
        ];
        for (uri, ns) in cases {
            assert_eq!(Ns::of(uri), Some(ns), "{uri}");
        }
        assert_eq!(Ns::of("http://weblog.example/ns"), None);
        for ns in [Ns::Itunes, Ns::Media, Ns::Podcast] {
            assert_eq!(Ns::of(ns.uri()), Some(ns));
        }
    }
}
