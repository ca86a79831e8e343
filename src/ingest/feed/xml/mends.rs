//! What had to be mended in a document, counted.

use crate::ingest::entry::Oddity;

/// The code of a document that ends in the middle of something.
pub const CUT_OFF: &str = "cut-off";

/// The code of a document that ends where more might have followed: its generator is careless, or died.
pub const UNFINISHED: &str = "unfinished";

/// One way of being broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    IllegalCharacter,
    BareAmpersand,
    HtmlEntity,
    UnknownEntity,
    ForbiddenReference,
    EncodedTwice,
    BareLess,
    BrokenTag,
    BrokenAttribute,
    CrossedTags,
    UnclosedTags,
    CutOff,
    Unfinished,
    UndeclaredPrefix,
    TooDeep,
    TooManyNodes,
    TooManyAttributes,
}

impl Mend {
    const ALL: [Self; 17] = [
        Self::IllegalCharacter,
        Self::BareAmpersand,
        Self::HtmlEntity,
        Self::UnknownEntity,
        Self::ForbiddenReference,
        Self::EncodedTwice,
        Self::BareLess,
        Self::BrokenTag,
        Self::BrokenAttribute,
        Self::CrossedTags,
        Self::UnclosedTags,
        Self::CutOff,
        Self::Unfinished,
        Self::UndeclaredPrefix,
        Self::TooDeep,
        Self::TooManyNodes,
        Self::TooManyAttributes,
    ];

    /// The oddity's code, and what was done.
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::IllegalCharacter => (
                "illegal-characters",
                "characters that XML forbids were taken out",
            ),
            Self::BareAmpersand => (
                "bare-ampersand",
                "an & that begins nothing was kept as it is",
            ),
            Self::HtmlEntity => (
                "html-entity",
                "entities that HTML knows and XML does not were read as HTML's",
            ),
            Self::UnknownEntity => (
                "unknown-entity",
                "entities that nobody declared, or only its DTD did, were kept as written",
            ),
            Self::ForbiddenReference => (
                "forbidden-reference",
                "references to characters that do not exist were taken out",
            ),
            Self::EncodedTwice => (
                "encoded-twice",
                "text that was encoded as UTF-8 twice was decoded twice",
            ),
            Self::BareLess => ("bare-less-than", "a < that begins no tag was kept as it is"),
            Self::BrokenTag => (
                "broken-tag",
                "tags, comments or declarations that never end were ended",
            ),
            Self::BrokenAttribute => (
                "broken-attribute",
                "attributes without quotes or value, or said twice, were read as HTML reads them",
            ),
            Self::CrossedTags => (
                "crossed-tags",
                "end tags that match no open element, or not the innermost, were set right",
            ),
            Self::UnclosedTags => (
                "unclosed-tags",
                "elements that were never closed were closed",
            ),
            Self::CutOff => (
                CUT_OFF,
                "the document ends in the middle of an entry or a tag",
            ),
            Self::Unfinished => (
                UNFINISHED,
                "the document ends between two entries, without an end of its own",
            ),
            Self::UndeclaredPrefix => (
                "undeclared-prefix",
                "prefixes that nobody declared were taken for what they usually mean",
            ),
            Self::TooDeep => (
                "xml-too-deep",
                "elements nested too deeply were dropped, their text kept",
            ),
            Self::TooManyNodes => (
                "xml-too-large",
                "more elements and texts than any feed has; the rest was not read",
            ),
            Self::TooManyAttributes => (
                "too-many-attributes",
                "more attributes than any feed has; the rest were dropped",
            ),
        }
    }
}

/// How often each way of being broken was met.
#[derive(Clone, Debug, Default)]
pub struct Mends([usize; Mend::ALL.len()]);

impl Mends {
    pub fn note(&mut self, mend: Mend) {
        if let Some(count) = self.0.get_mut(mend as usize) {
            *count += 1;
        }
    }

    #[cfg(test)]
    pub fn has(&self, mend: Mend) -> bool {
        self.0.get(mend as usize).is_some_and(|count| *count > 0)
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }

    /// One oddity for every way of being broken.
    pub fn oddities(&self) -> Vec<Oddity> {
        let told = |(mend, count): (Mend, &usize)| {
            let (code, what) = mend.told();
            let times = match count {
                1 => String::new(),
                many => format!(" ({many} times)"),
            };
            Oddity::new(code, "document", format!("{what}{times}"))
        };
        Mend::ALL
            .into_iter()
            .zip(&self.0)
            .filter(|(_, count)| **count > 0)
            .map(told)
            .collect()
    }
}
