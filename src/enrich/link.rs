//! One source link: something a story stands on.

/// A link from a story to what it cites, where it came from, or who else has it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceLink {
    /// Absolute http(s) address; none for an attribution without a link.
    pub url: Option<String>,
    /// The address's canonical key, by which one source is told from another.
    pub key: Option<String>,
    /// Publisher or label, as an editor would name it.
    pub name: String,
    pub kind: LinkKind,
    /// How specific the address is; none without an address.
    pub reach: Option<Reach>,
    /// What the story says on this source's authority, in its own words.
    pub claim: Option<String>,
    /// 0 to 1: how sure the rule is.
    pub confidence: f32,
    pub evidence: Evidence,
}

/// Why headwater says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Stable name of the rule, kebab-case.
    pub rule: &'static str,
    /// The words it went by.
    pub quote: String,
    /// Where they stand: an offset in Unicode scalar values into the entry's plain text.
    pub at: usize,
}

/// What the link means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// The story refers to it.
    Cites,
    /// The story was first published there.
    Original,
    /// The story was found through it.
    Via,
    /// The story quotes it.
    Quotes,
}

impl LinkKind {
    pub const ALL: [LinkKind; 4] = [
        LinkKind::Cites,
        LinkKind::Original,
        LinkKind::Via,
        LinkKind::Quotes,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            LinkKind::Cites => "cites",
            LinkKind::Original => "original",
            LinkKind::Via => "via",
            LinkKind::Quotes => "quotes",
        }
    }
}

/// How far an address reaches: a front is not an article, and is never dressed up as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Homepage,
    Section,
    Profile,
    Article,
    Paper,
    Document,
    Post,
    Video,
    Dataset,
}

impl Reach {
    pub const ALL: [Reach; 9] = [
        Reach::Homepage,
        Reach::Section,
        Reach::Profile,
        Reach::Article,
        Reach::Paper,
        Reach::Document,
        Reach::Post,
        Reach::Video,
        Reach::Dataset,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Reach::Homepage => "homepage",
            Reach::Section => "section",
            Reach::Profile => "profile",
            Reach::Article => "article",
            Reach::Paper => "paper",
            Reach::Document => "document",
            Reach::Post => "post",
            Reach::Video => "video",
            Reach::Dataset => "dataset",
        }
    }

    /// Whether the address names one thing, and not the front of a house.
    pub fn is_specific(self) -> bool {
        !matches!(self, Reach::Homepage | Reach::Section | Reach::Profile)
    }

    /// What an editor must be told about an address that names no one thing.
    pub fn caution(self) -> Option<&'static str> {
        match self {
            Reach::Homepage => Some("front page, no specific article"),
            Reach::Section => Some("section page, no specific article"),
            Reach::Profile => Some("profile page"),
            _ => None,
        }
    }
}
