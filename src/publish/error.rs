//! What can go wrong in publishing.

/// A document that could not be written. None of these is expected: they would be faults of headwater, not of what it publishes.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error(
        "feed {feed}: the RSS document could not be written: {reason}; the last good one stays in place, please report this"
    )]
    Rss { feed: String, reason: String },
    #[error(
        "feed {feed}: the Atom document could not be written: {reason}; the last good one stays in place, please report this"
    )]
    Atom { feed: String, reason: String },
    #[error(
        "{of}: the JSON could not be written: {reason}; the last good document stays in place, please report this"
    )]
    Json { of: String, reason: String },
    #[error(
        "the page {page} could not be written: {reason}; the last good one stays in place, please report this"
    )]
    Page { page: &'static str, reason: String },
}
