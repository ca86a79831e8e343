//! Elements of other people's vocabularies, passed on (P18).

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::html;
use crate::ingest::Extension;

use super::fit;

/// A vocabulary that is passed on; any other is not, since nobody looked at what its elements do to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Vocabulary {
    Itunes,
    Media,
    Podcast,
}

/// Addresses by which the vocabularies are called in the wild, in lower case without scheme and last slash.
const CALLED: [(&str, Vocabulary); 6] = [
    ("www.itunes.com/dtds/podcast-1.0.dtd", Vocabulary::Itunes),
    ("search.yahoo.com/mrss", Vocabulary::Media),
    ("video.search.yahoo.com/mrss", Vocabulary::Media),
    ("podcastindex.org/namespace/1.0", Vocabulary::Podcast),
    ("www.podcastindex.org/namespace/1.0", Vocabulary::Podcast),
    (
        "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
        Vocabulary::Podcast,
    ),
];

impl Vocabulary {
    /// The one that a namespace means; prefixes mean nothing (F44).
    pub(super) fn of(namespace: &str) -> Option<Self> {
        let lower = namespace.trim().to_ascii_lowercase();
        let (_, rest) = lower.split_once("://")?;
        let rest = rest.trim_end_matches('/');
        CALLED
            .iter()
            .find(|(called, _)| *called == rest)
            .map(|(_, vocabulary)| *vocabulary)
    }

    /// The one address that is written.
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Vocabulary::Itunes => "http://www.itunes.com/dtds/podcast-1.0.dtd",
            Vocabulary::Media => "http://search.yahoo.com/mrss/",
            Vocabulary::Podcast => "https://podcastindex.org/namespace/1.0",
        }
    }

    /// The usual prefix, which the careless look for.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Vocabulary::Itunes => "itunes",
            Vocabulary::Media => "media",
            Vocabulary::Podcast => "podcast",
        }
    }
}

/// Elements that speak of a channel: who owns it, where it moves to, which it is. Ours is not the source's, so that inside an item they are left out.
const OF_CHANNELS: [(Vocabulary, &str); 4] = [
    (Vocabulary::Itunes, "new-feed-url"),
    (Vocabulary::Itunes, "owner"),
    (Vocabulary::Podcast, "guid"),
    (Vocabulary::Podcast, "locked"),
];

/// Attributes that hold one address.
const ADDRESSES: [&str; 4] = ["href", "src", "uri", "url"];

/// Schemes of addresses that act instead of naming something.
const ACTING: [&str; 3] = ["data", "javascript", "vbscript"];

/// An element fit to print: its strings are legal in XML (P10) and not yet escaped, its names are names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Foreign {
    pub vocabulary: Vocabulary,
    /// Without prefix.
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub text: String,
    pub children: Vec<Foreign>,
}

impl Foreign {
    /// Its name with the prefix of its vocabulary.
    pub(super) fn qualified(&self) -> String {
        format!("{}:{}", self.vocabulary.prefix(), self.name)
    }

    /// Not what is empty, or a picture or recording without address: there are readers that refuse a whole document for one.
    fn says_something(&self) -> bool {
        let has_address = self.attributes.contains_key("url");
        match (self.vocabulary, self.name.as_str()) {
            (Vocabulary::Media, "thumbnail") => has_address,
            (Vocabulary::Media, "content") => has_address || !self.children.is_empty(),
            _ => !(self.attributes.is_empty() && self.text.is_empty() && self.children.is_empty()),
        }
    }
}

/// The elements that can be passed on. `base` is where relative links of markup in them point from.
pub(super) fn of(extensions: &[Extension], base: Option<&Url>) -> Vec<Foreign> {
    extensions
        .iter()
        .filter_map(|extension| one(extension, base))
        .collect()
}

/// The vocabularies that these elements and all within them use: those, and only those, are declared.
pub(super) fn used<'a>(elements: impl Iterator<Item = &'a Foreign>) -> BTreeSet<Vocabulary> {
    let mut used = BTreeSet::new();
    for element in elements {
        used.insert(element.vocabulary);
        used.extend(self::used(element.children.iter()));
    }
    used
}

/// Addresses of every `media:content` among these elements.
pub(super) fn contents(elements: &[Foreign]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for element in elements {
        if element.vocabulary == Vocabulary::Media && element.name == "content" {
            found.extend(element.attributes.get("url").map(String::as_str));
        }
        found.extend(contents(&element.children));
    }
    found
}

fn one(extension: &Extension, base: Option<&Url>) -> Option<Foreign> {
    let vocabulary = Vocabulary::of(&extension.namespace)?;
    let name = extension.name.as_str();
    if !is_name(name) || OF_CHANNELS.contains(&(vocabulary, name)) {
        return None;
    }
    let attributes: BTreeMap<String, String> = extension
        .attributes
        .iter()
        .filter_map(|(name, value)| attribute(name, value))
        .collect();
    let text = text(extension, attributes.get("type").map(String::as_str), base);
    let element = Foreign {
        vocabulary,
        name: name.to_string(),
        attributes,
        text,
        children: of(&extension.children, base),
    };
    element.says_something().then_some(element)
}

/// A name that needs no looking up: of ASCII, as all names of these vocabularies are, and none that XML keeps for itself.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && !name
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("xml"))
}

fn attribute(name: &str, value: &str) -> Option<(String, String)> {
    if !is_name(name) {
        return None;
    }
    // What every XML parser makes of white space in an attribute (XML 1.0 §3.3.3).
    let value = html::legal(value)
        .replace("\r\n", " ")
        .replace(['\t', '\n', '\r'], " ");
    let value = match ADDRESSES.contains(&name) {
        true => address(&value)?,
        false => value,
    };
    Some((name.to_string(), value))
}

/// An absolute address that does nothing by itself, without credentials (P11, F38).
fn address(value: &str) -> Option<String> {
    let url = Url::parse(value.trim()).ok()?;
    match url.scheme() {
        "http" | "https" => fit::web(value),
        scheme if ACTING.contains(&scheme) => None,
        _ => Some(url.into()),
    }
}

/// The element's own text. What is HTML, by its `type` or by its looks, is cleaned like any other markup: readers show it (F47).
fn text(extension: &Extension, kind: Option<&str>, base: Option<&Url>) -> String {
    let legal = html::legal(&extension.text);
    let legal = legal.replace("\r\n", "\n").replace('\r', "\n");
    let text = legal.trim();
    if kind == Some("html") || (kind != Some("plain") && html::looks_like_html(text)) {
        let clean = html::clean(text, base);
        return html::legal(clean.trim()).into_owned();
    }
    text.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(namespace: &str, name: &str) -> Extension {
        Extension {
            namespace: namespace.into(),
            name: name.into(),
            ..Extension::default()
        }
    }

    fn media(name: &str) -> Extension {
        element("http://search.yahoo.com/mrss/", name)
    }

    #[test]
    fn p18_a_vocabulary_is_known_by_its_address_however_it_is_spelled() {
        for (address, wanted) in [
            (
                "http://www.itunes.com/dtds/podcast-1.0.dtd",
                Some(Vocabulary::Itunes),
            ),
            (
                "http://www.itunes.com/DTDs/Podcast-1.0.dtd",
                Some(Vocabulary::Itunes),
            ),
            ("https://search.yahoo.com/mrss", Some(Vocabulary::Media)),
            (
                "http://podcastindex.org/namespace/1.0/",
                Some(Vocabulary::Podcast),
            ),
            ("http://purl.org/dc/elements/1.1/", None),
            ("itunes", None),
            ("", None),
        ] {
            assert_eq!(Vocabulary::of(address), wanted, "{address}");
        }
        for vocabulary in [Vocabulary::Itunes, Vocabulary::Media, Vocabulary::Podcast] {
            assert_eq!(Vocabulary::of(vocabulary.namespace()), Some(vocabulary));
        }
    }

    #[test]
    fn p18_strangers_and_words_of_the_channel_are_left_out() {
        let itunes = Vocabulary::Itunes.namespace();
        let given = [
            element("https://evil.example/ns", "run"),
            element(itunes, "new-feed-url"),
            element(Vocabulary::Podcast.namespace(), "guid"),
            element(itunes, "a b"),
            element(itunes, "xmlns"),
            element(itunes, ""),
            element(itunes, "episode"),
            media("content"),
            media("thumbnail"),
            Extension {
                text: "3".into(),
                ..element(itunes, "episode")
            },
        ];
        let kept = of(&given, None);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].qualified(), "itunes:episode");
    }

    #[test]
    fn p18_f38_addresses_are_absolute_and_do_nothing() {
        let mut content = media("content");
        content.attributes = [
            ("url", "https://me:secret@x.example/a.mp3"),
            ("href", "javascript:alert(1)"),
            ("src", "/relative"),
            ("uri", "ipfs://bafy/1"),
            ("on click", "x"),
            ("xmlns", "y"),
            ("lang", "a\u{0}\tb\r\nc"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec();
        let kept = of(&[content], None);
        let attributes: Vec<_> = kept[0]
            .attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            attributes,
            [
                ("lang", "a b c"),
                ("uri", "ipfs://bafy/1"),
                ("url", "https://x.example/a.mp3"),
            ]
        );
    }

    #[test]
    fn p18_f47_markup_is_cleaned_and_plain_text_is_left() {
        let mut described = media("description");
        described.text = " <p onclick='x()'>So & so<script>alert(1)</script></p> ".into();
        assert_eq!(of(&[described.clone()], None)[0].text, "<p>So &amp; so</p>");
        described.attributes = vec![("type".into(), "plain".into())];
        described.text = "AT&T <b>\r\n]]>\u{1}".into();
        assert_eq!(of(&[described], None)[0].text, "AT&T <b>\n]]>");
    }
}
