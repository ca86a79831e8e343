//! Every section and key this version knows, each with an example for faults to quote.

/// One key of a section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub name: &'static str,
    /// A value as it would stand in the file.
    pub example: &'static str,
}

/// A kind of section.
#[derive(Debug)]
pub(super) struct Kind {
    /// The name between the brackets.
    pub name: &'static str,
    /// The header as it stands in the file.
    pub header: &'static str,
    pub keys: &'static [&'static [Key]],
    /// Keys of a later version: an operator who read about them deserves better than "unknown".
    pub later: &'static [&'static str],
}

impl Kind {
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().copied().flatten().map(|key| key.name)
    }

    /// How a key is written here, as help.
    pub fn example(&self, name: &str) -> Option<String> {
        let key = self
            .keys
            .iter()
            .copied()
            .flatten()
            .find(|key| key.name == name)?;
        Some(format!("for example: {} = {}", key.name, key.example))
    }
}

const fn key(name: &'static str, example: &'static str) -> Key {
    Key { name, example }
}

/// What `[fetch]` sets and a source may override.
const MANNERS: &[Key] = &[
    key("contact", "\"https://example.org/bot\""),
    key("per_host", "2"),
    key("host_interval", "\"1s\""),
    key("min_interval", "\"1h\""),
    key("timeout", "\"30s\""),
    key("max_bytes", "\"20MB\""),
    key("allow_private_addresses", "false"),
];

const TIMES: &[Key] = &[
    key("schedule", "\"@hourly\""),
    key("timezone", "\"Asia/Kolkata\""),
];

pub(super) static SERVER: Kind = Kind {
    name: "server",
    header: "[server]",
    keys: &[&[
        key("listen", "\"127.0.0.1:8080\""),
        key("public_url", "\"https://news.example.org\""),
        key("admin", "\"127.0.0.1:8081\""),
    ]],
    later: &[],
};

pub(super) static STORE: Kind = Kind {
    name: "store",
    header: "[store]",
    keys: &[&[key("path", "\"headwater.db\""), key("keep", "\"400d\"")]],
    later: &[],
};

pub(super) static FETCH: Kind = Kind {
    name: "fetch",
    header: "[fetch]",
    keys: &[&[key("concurrency", "64")], MANNERS],
    later: &[],
};

/// What `[defaults]` says for every source on the web, and a source for itself.
const TEXTS: &[Key] = &[key("full_text", "true"), key("push", "false")];

pub(super) static DEFAULTS: Kind = Kind {
    name: "defaults",
    header: "[defaults]",
    keys: &[TIMES, TEXTS],
    later: &[],
};

pub(super) static SOURCE: Kind = Kind {
    name: "source",
    header: "[[source]]",
    keys: &[
        &[
            key("id", "\"un-news\""),
            key("name", "\"UN News\""),
            key("tags", "[\"world\"]"),
            key("url", "\"https://news.example/feed.xml\""),
            key("page", "\"https://example.gov/press\""),
            key("item", "\"article\""),
            key("link", "\"h2 a\""),
            key("title", "\"h2\""),
            key("date", "\"time\""),
            key("sitemap", "\"https://news.example/news-sitemap.xml\""),
            key("files", "\"articles/*\""),
        ],
        TIMES,
        TEXTS,
        MANNERS,
    ],
    later: &[],
};

pub(super) static FEED: Kind = Kind {
    name: "feed",
    header: "[[feed]]",
    keys: &[&[
        key("id", "\"world\""),
        key("title", "\"World news\""),
        key("description", "\"What the world said today\""),
        key("language", "\"en\""),
        key("from", "[\"tag:world\", \"desk\"]"),
        key("order", "\"published\""),
        key("limit", "50"),
        key("per_source", "10"),
        key("formerly", "[\"old-id\"]"),
    ]],
    later: &["where", "digest", "private", "full_text"],
};

/// All of them, in the order in which they stand in a file.
pub(super) static KINDS: [&Kind; 6] = [&SERVER, &STORE, &FETCH, &DEFAULTS, &SOURCE, &FEED];

/// The sections that have a key of this name, as a phrase; `None` if there is none.
pub(super) fn homes_of(name: &str) -> Option<String> {
    listed(
        KINDS
            .iter()
            .filter(|kind| kind.names().any(|key| key == name)),
    )
}

/// Every section there is, as a phrase.
pub(super) fn every_section() -> Option<String> {
    listed(KINDS.iter())
}

/// `a, b and c`.
fn listed<'k>(kinds: impl Iterator<Item = &'k &'static Kind>) -> Option<String> {
    let headers: Vec<&str> = kinds.map(|kind| kind.header).collect();
    let (last, others) = headers.split_last()?;
    Some(match others {
        [] => (*last).to_string(),
        _ => format!("{} and {last}", others.join(", ")),
    })
}
