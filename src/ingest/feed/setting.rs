//! How a feed document is read, by whichever reader.

use crate::date::Hints;

/// Most entries taken from one document. Ten times what the largest honest feeds hold; more is an archive or an attack.
pub const MAX_ENTRIES: usize = 5_000;

/// How a feed document is read.
pub struct Setting<'a> {
    pub url: Option<&'a url::Url>,
    pub dates: Hints<'a>,
}
