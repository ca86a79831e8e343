//! Which language a text is in: what a source declares of it, tidied, and what the text itself shows when nothing is declared.
//!
//! Tags are BCP 47 (RFC 5646). A guess is made only when it is nearly certain: a missing `lang` costs a reader little, a wrong one makes a screen reader
//! speak nonsense. Knows about seventy languages, and nothing of regions or of simplified and traditional characters: it says `zh`, never `zh-Hant`.

mod declared;
mod detect;
mod script;

pub use declared::declared;
pub use detect::{Guess, detect};

/// Version of the rules here. What was detected carries it; so what an older version said can be told and made again.
pub const RULES: u32 = 1;
