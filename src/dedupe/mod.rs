//! Entries → stories: which entries are the same article, and why headwater says so.
//!
//! Pure: fingerprints are made of an entry, candidates come from the store, a judgement goes back to it. Rungs so far: identity
//! (the store's own: source and raw id), address, equal text. Nothing here reads a clock: time is the entries' own.

mod fingerprint;
mod judge;
mod story;
mod tokens;
mod voice;

pub use fingerprint::{Fingerprint, fingerprint};
pub use judge::{EntryRef, Judgement, Kin, Reason, judge};
pub use story::{StoryId, minted_public_id, public_id};
pub use voice::{SETTLING, Voice, speaks_better};

/// Version of the rules here. Verdicts carry it; fingerprints of an older version can be told and made again.
pub const RULES: u32 = 1;
