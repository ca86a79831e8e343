//! Stories → cited stories: what each stands on, with the evidence.
//!
//! First stage: source lines in text, links in bodies, and what metadata declares. Pure: nothing is fetched here.

mod anchors;
mod cited;
mod extract;
mod find;
mod grade;
mod lines;
mod link;
mod name;
mod sentence;

pub use cited::{Candidate, Carrier, CitedStory};
pub use extract::{MAX_LINKS, extract};
pub use grade::reach;
pub use link::{Evidence, LinkKind, Reach, SourceLink};

/// Version of the rules here. Source links carry it; so those of an older version can be told and made again.
pub const RULES: u32 = 1;
