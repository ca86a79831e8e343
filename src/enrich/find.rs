//! What a rule finds.

use url::Url;

use super::link::LinkKind;

/// A link as a rule found it, before it is named, graded and folded.
pub(super) struct Find {
    pub url: Url,
    pub kind: LinkKind,
    pub rule: &'static str,
    pub confidence: f32,
    /// What the text itself calls the source: a label or a name; empty when it says nothing.
    pub label: String,
    pub claim: Option<String>,
    pub quote: String,
    /// Byte offset into the text.
    pub at: usize,
}
